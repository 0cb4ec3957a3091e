// `plan NAME { ... }` of the directory file, and the same as a file of its own. Syntax and single values only; what the
// parts mean together is plan_compiler.h. Used by directory_parser.cc, history/what_if.cc, ringctl. Must not know:
// devices.
#pragma once

#include <string>
#include <string_view>

#include "directory/directory_reader.h"
#include "directory/plan_spec.h"

namespace ringfence {

[[nodiscard]] Result<PlanSpec> parse_plan_block(const DirectoryReader& reader, const ConfDirective& block,
                                                const PlanRules& rules);
// A text with one `plan NAME { ... }`, or with what stands between its braces. Not checked (plan_compiler.h).
[[nodiscard]] Result<PlanSpec> parse_plan_text(std::string_view file_name, std::string_view text,
                                               const PlanRules& rules);
[[nodiscard]] std::string plan_text(const PlanSpec& plan, int indent);  // read back, it is the same plan

}  // namespace ringfence
