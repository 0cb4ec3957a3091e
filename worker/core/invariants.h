// What must never be, as questions about one step. step() never breaks them: the checker asks after every step of a
// small world (tests/sim/exhaust), the simulator and the worker in service count the answers, with the target zero
// (`ringctl health`, "broken"). A description, not a mechanism: nothing is prevented here. Must not know: who counts.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/step.h"

namespace ringfence {

// What one step can break. Others need two workers (the store's contract) or the provider's truth (the checker).
enum class Invariant : std::uint8_t {
  none,
  one_winner,             // I1
  claim_before_act,       // I2
  dead_means_dead,        // I3, I11, I12
  facts_only_grow,        // I4
  one_device_one_ring,    // I5
  unknown_is_not_no,      // I6
  conversation_lives,     // I7
  closed_stays_closed,    // I8
  only_from_outbox,       // I10
  nobody_waits_for_ever,  // I13, I14
  closes_with_proofs,     // I15
  one_outcome,            // I16
  bounded_by_provider,    // I17
  in_the_table            // phase_table.h
};
inline constexpr std::size_t kInvariants = static_cast<std::size_t>(Invariant::in_the_table) + 1;
[[nodiscard]] std::string_view name_of(Invariant invariant) noexcept;

struct Breach {
  Invariant invariant = Invariant::none;
  std::string_view what;
  [[nodiscard]] explicit operator bool() const noexcept { return invariant != Invariant::none; }
};

// The first that this step broke, or none.
[[nodiscard]] Breach breach_of(const Session& before, const Event& event, const StepResult& result,
                               const Policy& policy);

}  // namespace ringfence
