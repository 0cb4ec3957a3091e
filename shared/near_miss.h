// "Did you mean ...?": the known word nearest to a mistyped one. Used where configuration and directory files are
// checked. Must not know: what the words mean.
#pragma once

#include <initializer_list>
#include <span>
#include <string_view>

namespace ringfence {

// Empty when nothing is near: more than a third of the word would have to change, and no known one begins with it.
// Bounded: words over 64 bytes are nobody's typing mistake, and are never near.
[[nodiscard]] std::string_view near_miss(std::string_view word, std::span<const std::string_view> known);
[[nodiscard]] inline std::string_view near_miss(std::string_view word, std::initializer_list<std::string_view> known) {
  return near_miss(word, std::span(known.begin(), known.size()));
}

}  // namespace ringfence
