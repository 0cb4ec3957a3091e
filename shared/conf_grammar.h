// nginx's configuration grammar: `name arg "quoted arg";`, `name args { ... }`, `#` comments, backslash escapes in
// quotes. Text in, a tree with file and line out. Must not know: which directives exist (conf_table.h), files on disk.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shared/result.h"

namespace ringfence {

struct ConfDirective {
  std::string name;
  std::vector<std::string> args;
  std::vector<ConfDirective> block;
  bool has_block = false;
  int line = 0;
};

// Errors read `FILE:LINE: what is wrong; what was expected`. Depth, directives and argument lengths are bounded.
[[nodiscard]] Result<std::vector<ConfDirective>> parse_conf(std::string_view file_name, std::string_view text);

}  // namespace ringfence
