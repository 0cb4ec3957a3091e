// A table of directives - name, where allowed, type, default, range, help - and the check of a parsed file against it.
// The same table drives the check, the defaults, `ringd -T` and the help text. Must not know: what a value is used for.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shared/conf_grammar.h"
#include "shared/result.h"

namespace ringfence {

enum class ConfType : std::uint8_t {
  text,      // any one argument
  path,      // an absolute path
  duration,  // 500ms, 30s, 5m, 2h, 1d -> milliseconds
  size,      // 64k, 32m -> bytes
  number,    // decimal integer
  flag,      // on | off
  choice,    // one of `choices`, separated by '|'
  block,     // { ... }, no arguments
};

struct ConfEntry {
  std::string_view context;  // "" at the top, else the name of the enclosing block
  std::string_view name;
  ConfType type = ConfType::text;
  std::string_view fallback;  // default as it would be written; empty = none
  bool required = false;
  std::int64_t min = 0, max = 0;  // for duration (ms), size, number; max 0 = no check
  std::string_view choices;
  std::string_view help;  // one sentence
};

// Values by "block.name" or "name", defaults filled in.
class ConfValues {
 public:
  [[nodiscard]] bool has(std::string_view key) const;
  [[nodiscard]] std::string_view text(std::string_view key) const;  // "" when unset
  [[nodiscard]] std::int64_t number(std::string_view key) const;    // ms, bytes or integer; 0 when unset
  [[nodiscard]] bool flag(std::string_view key) const;

 private:
  friend Result<ConfValues> check_conf(std::string_view, std::span<const ConfDirective>, std::span<const ConfEntry>);
  struct Value {
    std::string text;
    std::int64_t number = 0;
  };
  std::map<std::string, Value, std::less<>> values_;
};

// Unknown, repeated, misplaced, missing or out-of-range directives are errors that name FILE:LINE, what was expected
// and, for a near miss, the directive that was probably meant.
[[nodiscard]] Result<ConfValues> check_conf(std::string_view file_name, std::span<const ConfDirective> directives,
                                            std::span<const ConfEntry> table);

// The table as a commented configuration file with every default, for `ringd -T`.
[[nodiscard]] std::string describe_conf(std::span<const ConfEntry> table);

}  // namespace ringfence
