// The three parts of step() and the questions they share. Internal to worker/core: everybody else includes step.h.
#pragma once

#include "core/event.h"
#include "core/policy.h"
#include "core/session.h"
#include "core/step.h"

namespace ringfence::rules {

// merge.cc: facts only.
void merge(Session& session, const Event& event, const Policy& policy);
// decide.cc: phases only. True when anything moved.
bool decide(Session& session, Millis at_ms, const Policy& policy);
// derive.cc: the outbox; returns what is to be handed over now.
[[nodiscard]] std::vector<Command> derive(Session& session, Millis at_ms, const Policy& policy);

// questions.cc
[[nodiscard]] bool is_voicemail(Phase phase) noexcept;
[[nodiscard]] bool is_over(Phase phase) noexcept;  // closing or closed
[[nodiscard]] OutboxEntry* find_open(Session& session, Verb verb, int leg) noexcept;
[[nodiscard]] const OutboxEntry* find_open(const Session& session, Verb verb, int leg) noexcept;
[[nodiscard]] Leg* winner_of(Session& session) noexcept;
// A bridge may be up and we cannot tell: only the provider's records can.
[[nodiscard]] bool wants_bridge_proof(const Session& session) noexcept;
// A dial was sent, nobody asks for it any more, and nothing told us what came of it: the phone may ring.
[[nodiscard]] bool may_exist(const Session& session, std::size_t leg) noexcept;
// The command still serves the session as it is now.
[[nodiscard]] bool still_wanted(const Session& session, const OutboxEntry& entry) noexcept;
// The call it addresses has provably ended: whatever became of the command, nobody need wait for its answer.
[[nodiscard]] bool is_moot(const Session& session, const OutboxEntry& entry) noexcept;

}  // namespace ringfence::rules
