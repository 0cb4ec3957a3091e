// The outcomes in plain words: what each means and what an operator can do about it. Used by the page for people.
// Must not know: numbers, HTML.
#pragma once

#include <string_view>

#include "scheme/verdict.h"

namespace ringfence::observe {

enum class Tone : std::uint8_t { taken, again, no };  // answered 2xx; told to come again; turned away

struct Words {
  Tone tone;
  std::string_view meaning;
  std::string_view advice;
};

[[nodiscard]] const Words& words_for(scheme::Outcome outcome) noexcept;

}  // namespace ringfence::observe
