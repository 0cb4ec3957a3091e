// The directory file, checked: syntax, names, references, and the rules that hold between entries. Every error names
// FILE:LINE and what was expected. Used by directory.cc. Must not know: how the directory is looked up or kept.
#pragma once

#include <string_view>
#include <vector>

#include "directory/directory.h"

namespace ringfence {

[[nodiscard]] Result<std::vector<Organisation>> parse_organisations(std::string_view file_name, std::string_view text,
                                                                    const PlanRules& rules);

}  // namespace ringfence
