// The lines of a scheme, cut into words as nginx's reader does it, and compiled. Each word is a copy on its own, so
// that ASan sees a step beside it. Must not know: what the words mean.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scheme/recipe.h"
#include "shared/conf_grammar.h"

namespace ringfence::fuzz {

// Empty when the text breaks nginx's grammar or has blocks.
inline std::vector<std::vector<std::string>> split_lines(std::string_view text) {
  std::vector<std::vector<std::string>> lines;
  const auto directives = parse_conf("scheme", text);
  if (!directives) return {};
  for (const ConfDirective& directive : *directives) {
    if (directive.has_block) return {};
    lines.push_back({directive.name});
    lines.back().insert(lines.back().end(), directive.args.begin(), directive.args.end());
  }
  return lines;
}

// False: refused. The words must outlive the recipe's plan.
inline bool compile(const std::vector<std::vector<std::string>>& lines, scheme::Recipe& recipe) {
  for (const std::vector<std::string>& line : lines) {
    const std::vector<std::string_view> words(line.begin(), line.end());
    if (recipe.add(words)) return false;
  }
  return !recipe.finish();
}

}  // namespace ringfence::fuzz
