// The one function that decides. Pure and total: no I/O, no clock, no randomness; the same session, event and policy
// give the same answer on every worker and in every test.
//
//   merge   put the event's facts into the session; never decides          (merge.cc)
//   decide  phase transitions from facts alone, run to a fixpoint          (decide.cc)
//   derive  the outbox is what should be true minus what has been asked    (derive.cc)
//
// Must not know: stores, sockets, the provider's HTTP.
#pragma once

#include <vector>

#include "core/event.h"
#include "core/policy.h"
#include "core/session.h"

namespace ringfence {

struct StepResult {
  Session next;
  bool changed = false;           // false: nothing to store (a tick before its time)
  std::vector<Command> commands;  // to be handed over once `next` is durable
};

[[nodiscard]] StepResult step(const Session& session, const Event& event, const Policy& policy);

// When the session wants its next Tick, Unix ms; 0 = never. Stored beside it as its due time.
[[nodiscard]] Millis due_ms(const Session& session);

// The clock the session lives by was set back by `by_ms`: every deadline stays as far away as it was.
void move_times_back(Session& session, Millis by_ms);

// True once nothing of the session can matter any more: its store entry may expire after Policy::tombstone_ms.
[[nodiscard]] bool is_tombstone(const Session& session);

// The command of an outbox entry, rebuilt from facts that no longer change.
[[nodiscard]] Command materialize(const Session& session, const OutboxEntry& entry, const Policy& policy);
[[nodiscard]] CommandId command_id(const Session& session, const OutboxEntry& entry);

// This leg should not exist in this phase (I3). Derived from the phase, never stored.
[[nodiscard]] bool want_dead(const Session& session, std::size_t leg);

}  // namespace ringfence
