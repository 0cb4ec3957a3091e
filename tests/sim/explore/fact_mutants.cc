// Mutants of deadlines and of what is believed of whom. See mutants.h.
#include <algorithm>

#include "core/rules.h"
#include "mutants.h"

namespace ringfence::explore {
namespace {

StepResult ignored(const Session& session) { return {.next = session, .changed = true}; }

// The leg that a webhook is about, or nobody.
const Leg* leg_of(const Session& session, const Event& event) {
  const auto* fact = std::get_if<WebhookFact>(&event.body);
  if (fact == nullptr || !fact->client_state || fact->client_state->leg < 0) return nullptr;
  const auto index = static_cast<std::size_t>(fact->client_state->leg);
  return index < session.legs.size() ? &session.legs[index] : nullptr;
}

bool is_hangup_of_caller(const Event& event) {
  const auto* fact = std::get_if<WebhookFact>(&event.body);
  return fact != nullptr && !fact->client_state && fact->type == WebhookType::hangup;
}

// Steps with what `change` makes of what came of a command.
template <class Change>
StepResult with_result(const Session& session, const Event& event, const Policy& policy, Change change) {
  Event changed = event;
  if (auto* result = std::get_if<CommandResult>(&changed.body)) change(*result);
  return step(session, changed, policy);
}

// A deadline is forgotten as soon as it is set.
template <class Forget>
StepResult without_deadline(const Session& session, const Event& event, const Policy& policy, Forget forget) {
  StepResult result = step(session, event, policy);
  forget(result.next);
  return result;
}

// What was concluded to be dead stays dead, whatever it does.
StepResult inferred_is_final(const Session& session, const Event& event, const Policy& policy) {
  const Leg* leg = leg_of(session, event);
  return leg != nullptr && leg->state == LegState::ended_inferred ? ignored(session) : step(session, event, policy);
}

// Only the dial's own answer says which call it made.
StepResult id_from_response_only(const Session& session, const Event& event, const Policy& policy) {
  Event changed = event;
  auto* fact = std::get_if<WebhookFact>(&changed.body);
  if (fact != nullptr && leg_of(session, event) != nullptr) {
    fact->call_control_id.clear();
    fact->call_leg_id.clear();
  }
  return step(session, changed, policy);
}

// The others ring on until the two can talk.
StepResult losers_wait(const Session& session, const Event& event, const Policy& policy) {
  StepResult result = step(session, event, policy);
  if (result.next.phase != Phase::answering && result.next.phase != Phase::bridging) return result;
  const auto of_leg = [](const auto& e) { return e.verb == Verb::hangup && e.leg >= 0; };
  std::erase_if(result.commands, of_leg);
  std::erase_if(result.next.outbox, of_leg);
  return result;
}

// That the caller hung up is not taken from the webhook.
StepResult departure_unseen(const Session& session, const Event& event, const Policy& policy) {
  return is_hangup_of_caller(event) ? ignored(session) : step(session, event, policy);
}

// "This call has ended", said to an answer, says nothing.
StepResult answer_refusal_unseen(const Session& session, const Event& event, const Policy& policy) {
  return with_result(session, event, policy, [](CommandResult& r) {
    if (r.verb == Verb::answer && r.outcome.error_code == "90018") r.outcome.outcome = OutcomeClass::unknown;
  });
}

// A dial that was refused may still ring.
StepResult refusal_is_no_end(const Session& session, const Event& event, const Policy& policy) {
  return with_result(session, event, policy, [](CommandResult& r) {
    if (r.verb == Verb::dial && r.outcome.outcome == OutcomeClass::refused) r.outcome.outcome = OutcomeClass::unknown;
  });
}

// An outcome counts as told when it was sent.
StepResult told_in_vain(const Session& session, const Event& event, const Policy& policy) {
  return with_result(session, event, policy, [](CommandResult& r) {
    if (r.verb == Verb::notify) r.outcome.outcome = OutcomeClass::ok;
  });
}

// A "no" to one copy of a command is a "no" to the copy that is still on its way.
StepResult one_no_for_all(const Session& session, const Event& event, const Policy& policy) {
  Session before = session;
  const auto* result = std::get_if<CommandResult>(&event.body);
  if (result != nullptr && result->outcome.outcome == OutcomeClass::refused) {
    for (OutboxEntry& entry : before.outbox) {
      if (!(command_id(session, entry) == result->command)) continue;
      entry.tries = 1;
      entry.not_sent = 0;
    }
  }
  return step(before, event, policy);
}

// Nobody looks whether the bridge that was promised came.
StepResult no_bridge_watch(const Session& session, const Event& event, const Policy& policy) {
  return without_deadline(session, event, policy, [](Session& s) {
    if (s.phase == Phase::bridging) s.bridge_deadline_ms = 0;
  });
}

// Who is asked for a key is waited for as long as the caller has patience.
StepResult endless_screening(const Session& session, const Event& event, const Policy& policy) {
  return without_deadline(session, event, policy, [](Session& s) {
    for (Leg& leg : s.legs) leg.screen_until_ms = 0;
  });
}

StepResult endless_greeting(const Session& session, const Event& event, const Policy& policy) {
  return without_deadline(session, event, policy, [](Session& s) { s.greeting_deadline_ms = 0; });
}

StepResult endless_voicemail(const Session& session, const Event& event, const Policy& policy) {
  return without_deadline(session, event, policy, [](Session& s) {
    if (s.phase == Phase::vm_recording) s.recording_deadline_ms = 0;
  });
}

// A dial that says nothing is waited for as long as the caller has patience.
StepResult no_leg_timeout(const Session& session, const Event& event, const Policy& policy) {
  return without_deadline(session, event, policy, [](Session& s) {
    for (Leg& leg : s.legs) leg.expires_ms = 0;
  });
}

// A command is repeated when the provider no longer knows its id.
StepResult resent_after_window(const Session& session, const Event& event, const Policy& policy) {
  StepResult result = step(session, event, policy);
  for (OutboxEntry& entry : result.next.outbox) entry.expires_ms = event.at_ms + policy.dedupe_window_ms;
  return result;
}

// A dial leaves it to us alone to end the ringing and the call.
StepResult dial_without_limit(const Session& session, const Event& event, const Policy& policy) {
  StepResult result = step(session, event, policy);
  for (Command& command : result.commands) command.time_limit_secs = 0;
  return result;
}

}  // namespace

const std::vector<Mutant>& fact_mutants() {
  static const std::vector<Mutant> all{{"inferred_is_final", inferred_is_final},
                                       {"id_from_response_only", id_from_response_only},
                                       {"losers_wait", losers_wait},
                                       {"departure_unseen", departure_unseen},
                                       {"answer_refusal_unseen", answer_refusal_unseen},
                                       {"refusal_is_no_end", refusal_is_no_end},
                                       {"one_no_for_all", one_no_for_all},
                                       {"told_in_vain", told_in_vain},
                                       {"no_bridge_watch", no_bridge_watch},
                                       {"endless_screening", endless_screening},
                                       {"endless_greeting", endless_greeting},
                                       {"endless_voicemail", endless_voicemail},
                                       {"no_leg_timeout", no_leg_timeout},
                                       {"resent_after_window", resent_after_window},
                                       {"dial_without_limit", dial_without_limit}};
  return all;
}

}  // namespace ringfence::explore
