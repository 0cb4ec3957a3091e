// What only the whole scheme can tell: whether its lines fit together, and what follows from them. Used by recipe.cc.
// Must not know: words.
#pragma once

#include "scheme/fault.h"
#include "scheme/plan.h"

namespace ringfence::scheme {

// Refuses lines that are missing, contradict each other, would be ignored, or protect nothing.
[[nodiscard]] Fault check_plan(const Plan& plan) noexcept;
void derive_flags(Plan& plan) noexcept;

// Whether every content that can apply to a request with this value signs it.
[[nodiscard]] bool is_signed(const Plan& plan, const Source& source) noexcept;

}  // namespace ringfence::scheme
