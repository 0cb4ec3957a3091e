// See recipe_words.h.
#include "scheme/recipe_words.h"

#include <algorithm>
#include <array>

#include "shared/near_miss.h"

namespace ringfence::scheme {
namespace {

constexpr std::size_t kOptionsMost = 8;  // of one line; a signature has 8

}  // namespace

Fault unknown_word(std::string_view what, std::string_view word, std::span<const std::string_view> known) noexcept {
  Fault fault{what, " \"", shown(word), "\" is unknown; "};
  if (const std::string_view near = near_miss(word, known); !near.empty()) {
    fault.append("did you mean \"");
    fault.append(near);
    fault.append("\"?");
    return fault;
  }
  fault.append("expected ");
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (i != 0) fault.append(i + 1 == known.size() ? " or " : ", ");
    fault.append(known[i]);
  }
  return fault;
}

Fault read_options(std::string_view directive, std::span<const std::string_view> words,
                   std::span<Option> options) noexcept {
  for (const std::string_view word : words) {
    const std::size_t equals = word.find('=');
    const std::string_view name = word.substr(0, equals);
    const auto option = std::ranges::find(options, name, &Option::name);
    if (option == options.end()) {
      std::array<std::string_view, kOptionsMost> known{};
      const std::size_t count = std::min(options.size(), known.size());
      for (std::size_t i = 0; i < count; ++i) known[i] = options[i].name;
      Fault fault = unknown_word("option", name, {known.data(), count});
      fault.append(", in \"");
      fault.append(directive);
      fault.append("\"");
      return fault;
    }
    if (equals == std::string_view::npos || equals + 1 == word.size()) {
      return {"\"", name, "\" of \"", directive, "\" has no value; expected ", name, "=..."};
    }
    if (!option->value.empty()) return {"\"", name, "=\" is repeated in \"", directive, "\""};
    option->value = word.substr(equals + 1);
  }
  return {};
}

bool take_entry(std::string_view& list, std::string_view& entry) noexcept {
  if (list.data() == nullptr) return false;
  const std::size_t comma = list.find(',');
  entry = list.substr(0, comma);
  list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
  return true;
}

bool is_lower_token(std::string_view text) noexcept {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789-_.!#$%&'*+^`|~";
  return !text.empty() && text.size() <= kNameMost && text.find_first_not_of(kLetters) == std::string_view::npos;
}

bool is_plain_name(std::string_view text) noexcept {
  const auto is_plain = [](char c) { return c > ' ' && c <= '~'; };
  return !text.empty() && text.size() <= kNameMost && std::ranges::all_of(text, is_plain);
}

}  // namespace ringfence::scheme
