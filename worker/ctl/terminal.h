// How text reaches a terminal: colours only where they are wanted, nothing that could steer the terminal, columns that
// line up. Used by everything that prints. Must not know: what is printed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::ctl {

struct Look {
  bool colour = false;
  bool utf8 = true;
};
// Colour: a terminal, and neither NO_COLOR nor TERM=dumb. UTF-8: as the locale says.
[[nodiscard]] Look look_of_stdout();

enum class Paint { plain, dim, bold, red, green, yellow, blue, magenta, cyan };
[[nodiscard]] std::string painted(const Look& look, Paint paint, std::string_view text);

// Without control characters: what providers and callers send must not be able to move the cursor.
[[nodiscard]] std::string printable(std::string_view text);
[[nodiscard]] std::size_t width_of(std::string_view text);  // code points
[[nodiscard]] std::string padded(std::string_view text, std::size_t width);

// Left-aligned columns two blanks apart; the first row is the heading.
[[nodiscard]] std::string table(const Look& look, const std::vector<std::vector<std::string>>& rows);

// "1 call", "2 calls".
[[nodiscard]] std::string counted(long long count, std::string_view noun);

// 850ms, 12s, 3m 20s, 4h 05m, 2d 03h.
[[nodiscard]] std::string duration(long long span_ms);

}  // namespace ringfence::ctl
