// See json_escape.h.
#include "shared/json_escape.h"

#include <cstdint>
#include <cstdio>

namespace ringfence {
namespace {

[[nodiscard]] bool is_continuation(std::string_view text, std::size_t at) noexcept {
  return at < text.size() && (static_cast<std::uint8_t>(text[at]) & 0xC0U) == 0x80U;
}

// Length of the UTF-8 sequence at the start of `text`; 0 when it is not one (overlong, surrogate, beyond U+10FFFF).
[[nodiscard]] std::size_t utf8_length(std::string_view text) noexcept {
  const auto lead = static_cast<std::uint8_t>(text[0]);
  const auto second = text.size() > 1 ? static_cast<std::uint8_t>(text[1]) : std::uint8_t{0};
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4 || !is_continuation(text, 1)) return 0;
  if (lead < 0xE0) return 2;
  if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F)) return 0;
  if (!is_continuation(text, 2)) return 0;
  if (lead < 0xF0) return 3;
  if ((lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) return 0;
  return is_continuation(text, 3) ? 4 : 0;
}

// One character of the input as it is written; consumes it.
[[nodiscard]] std::string escaped_character(std::string_view& text) {
  const std::size_t length = utf8_length(text);
  const std::string_view taken = text.substr(0, length == 0 ? 1 : length);
  text.remove_prefix(taken.size());
  const char c = taken[0];
  if (length == 0 || c == '\0') return "?";  // \u0000 is valid JSON that many readers refuse
  if (c == '"' || c == '\\') return {'\\', c};
  if (c == '\n') return "\\n";
  if (c == '\t') return "\\t";
  if (static_cast<std::uint8_t>(c) < 0x20 || c == 0x7F) {
    char code[7];
    std::snprintf(code, sizeof code, "\\u00%02x", static_cast<unsigned>(static_cast<std::uint8_t>(c)));
    return code;
  }
  return std::string(taken);
}

}  // namespace

bool append_json_escaped(std::string& out, std::string_view text, std::size_t max_bytes) {
  const std::size_t limit = out.size() + max_bytes;
  while (!text.empty()) {
    const auto c = static_cast<std::uint8_t>(text[0]);
    if (c >= 0x20 && c < 0x7F && c != '"' && c != '\\') {  // nearly always
      if (out.size() + 1 > limit) return false;
      out += text[0];
      text.remove_prefix(1);
      continue;
    }
    const std::string piece = escaped_character(text);
    if (out.size() + piece.size() > limit) return false;
    out += piece;
  }
  return true;
}

}  // namespace ringfence
