// A session as if its clock said kNow, without what can no longer matter: two sessions with the same canonical form
// have the same future. This is what makes a world small enough to be explored whole; shadow.cc holds it to the
// real rules on random calls: a step of the canonical session and the canonical form of the real step are the same.
#pragma once

#include <array>
#include <string>

#include "core/policy.h"
#include "core/session.h"
#include "small_world.h"

namespace ringfence::exhaust {

inline constexpr Millis kNow = 1'000'000;

// By how much the counters that name command ids were lowered.
struct Lowered {
  std::array<std::int16_t, kMostLegs + 2> by{};  // of audits; of hang-ups of the parent and of each leg
  // Of the attempts of this command.
  [[nodiscard]] int of(Verb verb, int leg) const noexcept {
    if (verb == Verb::audit) return by[0];
    return verb == Verb::hangup ? by[static_cast<std::size_t>(leg) + 2] : 0;
  }
  bool operator==(const Lowered&) const = default;
};

// How the made-up provider names the call of a leg.
[[nodiscard]] std::string control_id_of(int leg);
[[nodiscard]] std::string leg_id_of(int leg);

// `session` lives at `now_ms`.
Lowered canonicalise(Session& session, Millis now_ms, const Policy& policy);

}  // namespace ringfence::exhaust
