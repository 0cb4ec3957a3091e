// One hex digit by a table: signatures are read digit by digit, and which comes next no processor can guess.
// Used by the edge. Must not know: what the digits mean.
#pragma once

#include <array>
#include <cstdint>

namespace ringfence {

inline constexpr std::array<std::int8_t, 256> kHexDigits = [] {
  std::array<std::int8_t, 256> digits{};
  digits.fill(-1);
  for (std::size_t i = 0; i < 10; ++i) digits['0' + i] = static_cast<std::int8_t>(i);
  for (std::size_t i = 0; i < 6; ++i) digits['a' + i] = digits['A' + i] = static_cast<std::int8_t>(10 + i);
  return digits;
}();

// Of either case; -1: none.
[[nodiscard]] constexpr int hex_digit(char c) noexcept { return kHexDigits[static_cast<std::uint8_t>(c)]; }

}  // namespace ringfence
