// The lines that make a method: algorithm, key, signature. Used by recipe.cc. Must not know: the rest of a scheme.
#pragma once

#include <span>
#include <string_view>

#include "scheme/fault.h"
#include "scheme/plan.h"

namespace ringfence::scheme {

[[nodiscard]] Fault read_algorithm(std::string_view word, Method& method) noexcept;
[[nodiscard]] Fault read_key(std::span<const std::string_view> words, Method& method) noexcept;
[[nodiscard]] Fault read_signature(std::span<const std::string_view> words, Plan& plan, Method& method) noexcept;

}  // namespace ringfence::scheme
