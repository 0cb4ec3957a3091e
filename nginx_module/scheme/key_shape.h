// What a wrong key looks like: another provider's, another kind's, a placeholder, something pasted with its wrapping.
// Used by key.cc. Must not know: how a right one is decoded.
#pragma once

#include <string_view>

#include "scheme/plan.h"

namespace ringfence::scheme {

// A clause that goes on after "the key ", such as "is in quotes"; empty: nothing known to be wrong. `text` is not
// empty.
[[nodiscard]] std::string_view find_wrong_shape(const Plan& plan, const Method& method, std::string_view text) noexcept;

// A word that stands for a key in documentation, one repeated letter, or a key cut short for display.
[[nodiscard]] bool is_placeholder(std::string_view text) noexcept;

}  // namespace ringfence::scheme
