// tmp
#pragma once
#include <array>
#include "core/event_kind.h"
#include "core/session.h"
namespace ringfence {
inline constexpr std::size_t kPhases = static_cast<std::size_t>(Phase::closed) + 1;
[[nodiscard]] constexpr std::uint16_t bit_of(Phase phase) noexcept {
  return static_cast<std::uint16_t>(1U << static_cast<unsigned>(phase));
}
[[nodiscard]] constexpr bool is_allowed(Phase, EventKind, Phase) noexcept { return true; }
}  // namespace ringfence
