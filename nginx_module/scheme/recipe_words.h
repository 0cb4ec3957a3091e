// The words of a scheme's lines: options, and complaints about words nobody knows. Used by recipe.cc and its parts.
// Must not know: what a line means.
#pragma once

#include <span>
#include <string_view>

#include "scheme/fault.h"

namespace ringfence::scheme {

inline constexpr std::size_t kNameMost = 64;  // of a header, form field or argument; the longest in use has 39 bytes

// As much of a word as a message repeats.
[[nodiscard]] inline std::string_view shown(std::string_view word) noexcept { return word.substr(0, kNameMost); }

// `word` belongs to none of `known`: says so, with the nearest of them or all.
[[nodiscard]] Fault unknown_word(std::string_view what, std::string_view word,
                                 std::span<const std::string_view> known) noexcept;

struct Option {
  std::string_view name;
  std::string_view value;  // "" until it was read
};
// Reads words of the form name=value into `options`: each known, at most once, never empty.
[[nodiscard]] Fault read_options(std::string_view directive, std::span<const std::string_view> words,
                                 std::span<Option> options) noexcept;

// Takes the text before the next comma; false when nothing is left. An empty entry is an empty text.
[[nodiscard]] bool take_entry(std::string_view& list, std::string_view& entry) noexcept;

// Letters of RFC 9110's tokens, none in upper case, 1 to kNameMost of them.
[[nodiscard]] bool is_lower_token(std::string_view text) noexcept;
// Printable ASCII without spaces, 1 to kNameMost bytes.
[[nodiscard]] bool is_plain_name(std::string_view text) noexcept;

}  // namespace ringfence::scheme
