// What must never be, as questions about one step. step() never breaks them: the checker asks after every step of a
// small world (tests/sim/exhaust), the simulator and the worker in service count the answers, with the target zero
// (`ringctl health`, "broken"; ARCHITECTURE.md says what each means and what to do). A description, not a mechanism:
// nothing is prevented here. Must not know: who counts.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/step.h"

namespace ringfence {

// I1 to I17 of the ring, and the phase table. One that only the store can break is asked by the engine: atomic_step.
enum class Invariant : std::uint8_t {
  none,
  one_winner,
  claim_before_act,
  dead_means_dead,
  facts_only_grow,
  one_device_one_ring,
  unknown_is_not_no,
  conversation_lives,
  same_event_once,
  atomic_step,
  only_from_outbox,
  no_orphan_ring,
  no_silent_leg,
  no_silent_caller,
  no_endless_ringing,
  closes_with_proofs,
  one_outcome,
  bounded_by_provider,
  in_the_table
};
inline constexpr std::size_t kInvariants = static_cast<std::size_t>(Invariant::in_the_table) + 1;
// What went wrong, for whoever is on call: "I7_conversation_cut".
[[nodiscard]] std::string_view name_of(Invariant invariant) noexcept;
// What to do about it.
[[nodiscard]] std::string_view advice_on(Invariant invariant) noexcept;

struct Breach {
  Invariant invariant = Invariant::none;
  std::string_view what;
  [[nodiscard]] explicit operator bool() const noexcept { return invariant != Invariant::none; }
};

// The first that this step broke, or none.
[[nodiscard]] Breach breach_of(const Session& before, const Event& event, const StepResult& result,
                               const Policy& policy);

}  // namespace ringfence
