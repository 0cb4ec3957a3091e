// A ring plan as it is written down, before it meets the devices of a call. plan_parser.h reads it, plan_compiler.h
// makes a RingPlan of it. Must not know: who has which device, what time it is.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/plan.h"
#include "core/policy.h"

namespace ringfence {

struct PlanDevice {
  std::string name;
  Millis delay_ms = 0;           // after its wave began
  Millis timeout_ms = 0;         // 0: rings until the ring time is over
  std::optional<Verify> verify;  // not said: as the device itself says
  int priority = 0;
  int line = 0;
};

struct PlanWave {
  std::optional<Millis> after_ms;  // after the ringing began; not said: when the wave before has rung out
  std::vector<PlanDevice> devices;
  int line = 0;
};

struct PlanSpec {
  std::string name;
  std::vector<PlanWave> waves;
  Millis ring_ms = 0;    // always said once it is read, so that what was checked is what runs
  int max_channels = 0;  // 0: what the organisation has
  OnRefusal on_decline = OnRefusal::ring_on;
  OnRefusal on_busy = OnRefusal::ring_on;
  OnWinnerLost on_winner_lost = OnWinnerLost::voicemail;
  OnUnanswered on_unanswered = OnUnanswered::voicemail;
  Millis hold_losers_ms = 0;
  int line = 0, channels_line = 0, ring_line = 0, hold_line = 0;
};

// What a plan is checked against: ringd.conf's numbers where the plan says none of its own.
struct PlanRules {
  Millis ring_ms = 30'000;
  Millis leg_ms = 30'000;
  Millis screen_ms = 15'000;
  Millis fast_answer_ms = 1'500;
  int channels = 0;  // that the provider gives an organisation which does not say `channels`; 0: not known
  bool operator==(const PlanRules&) const = default;
};
[[nodiscard]] inline PlanRules plan_rules(const Policy& policy) noexcept {
  return {.ring_ms = policy.ring_ms,
          .leg_ms = policy.leg_ms,
          .screen_ms = policy.screen_ms,
          .fast_answer_ms = policy.fast_answer_ms};
}

}  // namespace ringfence
