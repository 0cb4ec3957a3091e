// The applications of ringd.conf: `notify { organisation NAME { url URL; secret_file PATH; } }`, and `consumer NAME {
// ... families message 10dlc; }`. Blocks with a name, which the table of directives does not know, so they are taken
// out of the tree before it is checked. Used by settings.cc. Must not know: HTTP, what is in the files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "settings/settings.h"
#include "shared/conf_grammar.h"
#include "shared/result.h"

namespace ringfence {

// Takes the blocks `organisation` and `consumer` out of the block `notify`, as values.
[[nodiscard]] Result<std::vector<ApplicationSettings>> take_applications(std::string_view file_name,
                                                                         std::vector<ConfDirective>& directives);

}  // namespace ringfence
