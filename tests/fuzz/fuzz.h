// What every fuzz target has in common. Must not know: which library calls it, libFuzzer or replay.cc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "shared/bytes.h"

// One input; returns 0, or does not return when something is wrong.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace ringfence::fuzz {

// libFuzzer keeps the input that ends the program.
inline void require(bool holds, std::string_view what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

[[nodiscard]] inline bool is_inside(ByteView part, ByteView whole) {
  return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}
[[nodiscard]] inline bool is_inside(std::string_view part, ByteView whole) { return is_inside(as_bytes(part), whole); }

// Takes the line in front, without its end, off `text`.
[[nodiscard]] inline std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

}  // namespace ringfence::fuzz
