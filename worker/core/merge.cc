// merge: puts the facts of one event into the session. Facts only grow (I4), whatever order they come in; nothing is
// decided here. See rules.h.
#include <algorithm>
#include <utility>

#include "core/rules.h"
#include "shared/limits.h"

namespace ringfence::rules {
namespace {

// Evidence of life. Revokes an inferred death, never a proved one.
void raise(Leg& leg, LegState to) {
  if (leg.state == LegState::ended) return;
  if (leg.state == LegState::ended_inferred) {
    leg.state = to;
    leg.cause.clear();
    return;
  }
  leg.state = std::max(leg.state, to);
}

void end_leg(Leg& leg, std::string cause) {
  if (leg.state == LegState::ended) return;
  leg.state = LegState::ended;
  if (leg.cause.empty() || !cause.empty()) leg.cause = std::move(cause);
}

void end_parent(Parent& parent, std::string cause) {
  if (parent.state == ParentState::ended) return;
  parent.state = ParentState::ended;
  parent.cause = std::move(cause);
}

void raise_parent(Parent& parent, ParentState to) { parent.state = std::max(parent.state, to); }

void learn(std::string& known, const std::string& said) {
  if (known.empty()) known = said;
}

// Codes with which Telnyx says that the call a command addressed is over or never was: proof of its end (row 17).
bool proves_ended(const CommandOutcome& outcome) {
  return outcome.outcome == OutcomeClass::refused &&
         (outcome.error_code == "90018" || outcome.error_code == "90015" || outcome.http_status == 404);
}

// Whom a webhook is about: our own client_state, else the ids we know.
int target_of(Session& session, const WebhookFact& fact) {
  if (fact.client_state && fact.client_state->session == session.id) {
    const int leg = fact.client_state->leg;
    if (leg == kParent) return kParent;
    const auto index = static_cast<std::size_t>(leg);
    if (leg < 0 || index >= limits::kLegs) return kUnknownLeg;
    // A leg this document does not know is a leg all the same: it must be ended, so it gets a place (store lost).
    if (index >= session.legs.size()) {
      session.legs.resize(index + 1, Leg{.destination = {.device = "unknown"}, .state = LegState::ended_inferred});
    }
    return leg;
  }
  if (fact.call_leg_id.empty() && fact.call_control_id.empty()) return kUnknownLeg;
  if (fact.call_leg_id == session.id.text) return kParent;
  if (!fact.call_leg_id.empty() && fact.call_leg_id == session.parent.call_leg_id) return kParent;
  for (std::size_t i = 0; i < session.legs.size(); ++i) {
    const Leg& leg = session.legs[i];
    const bool same_call = !leg.call_control_id.empty() && leg.call_control_id == fact.call_control_id;
    if (same_call || (!leg.call_leg_id.empty() && leg.call_leg_id == fact.call_leg_id)) return static_cast<int>(i);
  }
  return kUnknownLeg;
}

void merge_initiated(Session& session, const WebhookFact& fact, const Event& event) {
  Parent& parent = session.parent;
  const bool first = parent.call_control_id.empty();
  learn(parent.call_control_id, fact.call_control_id);
  learn(parent.call_leg_id, fact.call_leg_id);
  learn(parent.call_session_id, fact.call_session_id);
  learn(parent.connection_id, fact.connection_id);
  learn(parent.from, fact.from);
  learn(parent.to, fact.to);
  learn(parent.caller_name, fact.caller_name);
  // A second `initiated`, or one that follows the hangup, never brings a plan: nothing is rung twice (row 21).
  if (!first || session.phase != Phase::none || !event.plan) return;
  session.plan = *event.plan;
  for (Destination& to : session.plan.destinations) {
    if (session.legs.size() == limits::kLegs) break;
    session.legs.push_back(Leg{.destination = std::move(to)});
  }
  session.plan.destinations.clear();
}

void merge_parent(Session& session, const WebhookFact& fact, const Event& event) {
  Parent& parent = session.parent;
  switch (fact.type) {
    case WebhookType::initiated:
      if (fact.incoming) merge_initiated(session, fact, event);
      break;
    case WebhookType::answered:
      raise_parent(parent, ParentState::answered);
      break;
    case WebhookType::bridged:
      raise_parent(parent, ParentState::answered);
      parent.bridged = true;
      break;
    case WebhookType::hangup:
      // The hangup may be the first we hear: the ids make the tombstone that the late `initiated` will meet.
      learn(parent.call_leg_id, fact.call_leg_id);
      learn(parent.call_session_id, fact.call_session_id);
      end_parent(parent, fact.hangup_cause);
      break;
    case WebhookType::speak_ended:
      session.greeting_done = true;
      break;
    case WebhookType::recording_saved:
    case WebhookType::recording_error:
    case WebhookType::gather_ended:
    case WebhookType::machine_detected:
    case WebhookType::other:
      break;
  }
}

void merge_leg(Leg& leg, const WebhookFact& fact) {
  learn(leg.call_control_id, fact.call_control_id);
  learn(leg.call_leg_id, fact.call_leg_id);
  switch (fact.type) {
    case WebhookType::initiated:
      raise(leg, LegState::ringing);
      break;
    case WebhookType::answered:
      raise(leg, LegState::answered);
      break;
    case WebhookType::bridged:
      raise(leg, LegState::bridged);
      break;
    case WebhookType::hangup:
      end_leg(leg, fact.hangup_cause);
      break;
    default:
      break;
  }
}

void merge_webhook(Session& session, const WebhookFact& fact, const Event& event) {
  // A recording may name any leg, or none we know, and may come at any time, also after the end (row 16).
  if (fact.type == WebhookType::recording_saved) {
    session.recording_saved = true;
    learn(session.recording_id, fact.recording_id);
  }
  if (fact.type == WebhookType::recording_error) session.recording_lost = true;
  const int target = target_of(session, fact);
  if (target == kParent) merge_parent(session, fact, event);
  if (target >= 0) merge_leg(session.legs[static_cast<std::size_t>(target)], fact);
}

// `alone`: no other copy of this dial can have been executed.
void merge_dial(Leg& leg, const CommandOutcome& outcome, bool alone) {
  if (outcome.outcome == OutcomeClass::ok) {
    learn(leg.call_control_id, outcome.call_control_id);
    learn(leg.call_leg_id, outcome.call_leg_id);
    raise(leg, LegState::ringing);
  } else if (outcome.outcome == OutcomeClass::refused && leg.state <= LegState::dialing && alone) {
    leg.state = LegState::ended_inferred;  // inferred: an answer to one copy says nothing about a copy still to come
    leg.cause = "dial refused " + outcome.error_code;
  }
}

void merge_audited_leg(Session& session, const AuditedLeg& seen, std::vector<bool>& found) {
  WebhookFact fact{.call_control_id = seen.call_control_id, .call_leg_id = seen.call_leg_id};
  fact.client_state = decode_client_state(seen.client_state);
  const int target = target_of(session, fact);
  if (target == kParent) {
    if (seen.answered) raise_parent(session.parent, ParentState::answered);
    session.parent.bridged |= seen.bridged;
    if (seen.ended) end_parent(session.parent, seen.hangup_cause);
  } else if (target >= 0) {
    Leg& leg = session.legs[static_cast<std::size_t>(target)];
    found[static_cast<std::size_t>(target)] = true;
    learn(leg.call_control_id, seen.call_control_id);
    learn(leg.call_leg_id, seen.call_leg_id);
    if (seen.ended) {
      end_leg(leg, seen.hangup_cause);
    } else {
      raise(leg, seen.bridged ? LegState::bridged : seen.answered ? LegState::answered : LegState::ringing);
    }
  }
  session.recording_saved |= seen.recording_saved;
}

void merge_audit(Session& session, const CommandOutcome& outcome, Millis asked_ms, const Policy& policy) {
  if (outcome.outcome != OutcomeClass::ok) return;
  std::vector<bool> found(limits::kLegs, false);
  for (const AuditedLeg& seen : outcome.legs) merge_audited_leg(session, seen, found);
  if (!outcome.audit_complete) return;
  // A look from before the wait saw a recording that was still being made.
  session.recording_looked |= is_over(session.phase) && session.recording_deadline_ms != 0 &&
                              asked_ms + policy.recording_wait_ms >= session.recording_deadline_ms;
  // Absence proves something only when nothing of ours can still be on its way (T_quiesce).
  for (std::size_t i = 0; i < session.legs.size(); ++i) {
    Leg& leg = session.legs[i];
    if (!found[i] && may_exist(session, i) && asked_ms >= leg.dial_quiet_ms) {
      leg.state = LegState::ended_inferred;
      leg.cause = "the provider has no such call";
    }
  }
  const bool bridged = session.parent.bridged || (winner_of(session) && winner_of(session)->state == LegState::bridged);
  const Millis quiet_ms = std::max(session.bridge_quiet_ms, session.bridge_quiet_before_ms);
  if (wants_bridge_proof(session) && !bridged && asked_ms >= quiet_ms) session.bridge_disproved = true;
}

void merge_bridge(Session& session, const OutboxEntry& entry, const CommandOutcome& outcome, Millis at_ms) {
  const bool ok = outcome.outcome == OutcomeClass::ok;
  const bool refused = outcome.outcome == OutcomeClass::refused;
  const bool current = entry.attempt == session.bridge_attempt;
  // Said yes: it has been executed. Said no: this copy never will be, but another copy may be.
  const bool settled = ok || (refused && entry.is_single());
  session.bridge_maybe |= !refused ? outcome.outcome != OutcomeClass::not_sent : !settled;
  if (settled) (current ? session.bridge_quiet_ms : session.bridge_quiet_before_ms) = at_ms;
  if (refused && current) session.bridge_refused = true;
}

// What the answer to a command means for the call it addressed. `entry` is a copy: the outbox forgets it below.
void merge_outcome(Session& session, const OutboxEntry& entry, const CommandOutcome& outcome, const Event& event,
                   const Policy& policy) {
  const bool ok = outcome.outcome == OutcomeClass::ok;
  const bool refused = outcome.outcome == OutcomeClass::refused;
  switch (entry.verb) {
    case Verb::dial:
      merge_dial(session.legs[static_cast<std::size_t>(entry.leg)], outcome, entry.is_single());
      break;
    case Verb::answer:
      if (ok) raise_parent(session.parent, ParentState::answered);
      if (proves_ended(outcome)) end_parent(session.parent, "ended before the answer");
      break;
    case Verb::bridge:
      merge_bridge(session, entry, outcome, event.at_ms);
      break;
    case Verb::hangup:
      if (!proves_ended(outcome)) break;
      if (entry.leg == kParent) {
        end_parent(session.parent, "already ended");
      } else {
        end_leg(session.legs[static_cast<std::size_t>(entry.leg)], "already ended");
      }
      break;
    case Verb::speak:
      if (refused) session.greeting_done = true;  // no greeting is better than silence: go on to the recording
      if (proves_ended(outcome)) end_parent(session.parent, "ended in voicemail");
      break;
    case Verb::record_start:
      // Refused after a copy that may have been executed: it is being recorded already, which is what we want.
      session.record_started |= ok || (refused && session.record_maybe && !proves_ended(outcome));
      session.record_maybe |= outcome.outcome == OutcomeClass::unknown || (refused && !entry.is_single());
      learn(session.recording_id, outcome.recording_id);
      if (refused) session.record_retry_ms = event.at_ms + policy.record_retry_ms;
      if (proves_ended(outcome)) end_parent(session.parent, "ended before the recording");
      break;
    case Verb::audit:
      merge_audit(session, outcome, entry.created_ms, policy);
      break;
    case Verb::transfer:
    case Verb::reject:
    case Verb::gather:
    case Verb::notify:
      break;
  }
}

// not_sent and unknown keep the entry: the same command goes out again until its window closes.
void keep_trying(OutboxEntry& entry, const CommandOutcome& outcome, Millis at_ms) {
  if (outcome.outcome == OutcomeClass::not_sent) ++entry.not_sent;
  if (outcome.retry_after_ms > 0) {
    entry.next_try_ms = std::max(entry.next_try_ms, at_ms + outcome.retry_after_ms);
  } else if (outcome.http_status >= 500 && entry.tries == 1) {
    entry.next_try_ms = at_ms;  // the provider's own advice: after a 5xx, again at once (and then with back-off)
  }
}

// A further answer to a command that has its result: a hedged copy's. What it says was done or has ended is as true as
// if it had come first; that this copy was refused means nothing.
void merge_late(Session& session, const CommandResult& result, const Event& event, const Policy& policy) {
  if (result.outcome.outcome != OutcomeClass::ok && !proves_ended(result.outcome)) return;
  const auto matches = [&](Verb verb, int leg, int last_attempt) {
    constexpr int kRemembered = 3;  // answers older than this many attempts came minutes late
    for (int attempt = last_attempt; attempt >= 1 && attempt > last_attempt - kRemembered; --attempt) {
      const OutboxEntry entry{.verb = verb, .leg = leg, .attempt = attempt, .tries = 1};
      if (command_id(session, entry) != result.command) continue;
      merge_outcome(session, entry, result.outcome, event, policy);
      return true;
    }
    return false;
  };
  const Parent& parent = session.parent;
  if (matches(Verb::answer, kParent, parent.answer_attempt) || matches(Verb::hangup, kParent, parent.hangup_attempt) ||
      matches(Verb::bridge, session.winner, session.bridge_asked) ||
      matches(Verb::record_start, kParent, session.record_attempt)) {
    return;
  }
  for (std::size_t i = 0; i < session.legs.size(); ++i) {
    const auto leg = static_cast<int>(i);
    if (matches(Verb::dial, leg, 1) || matches(Verb::hangup, leg, session.legs[i].hangup_attempt)) return;
  }
}

void merge_result(Session& session, const CommandResult& result, const Event& event, const Policy& policy) {
  const auto entry = std::ranges::find_if(
      session.outbox, [&](const OutboxEntry& e) { return command_id(session, e) == result.command; });
  if (entry == session.outbox.end()) {
    merge_late(session, result, event, policy);
    return;
  }
  const OutboxEntry copy = *entry;
  const bool settled = result.outcome.outcome == OutcomeClass::ok || result.outcome.outcome == OutcomeClass::refused;
  const bool gives_up = !settled && copy.verb == Verb::audit;  // the next look is a new one
  if (settled || gives_up) {
    session.outbox.erase(entry);
  } else {
    keep_trying(*entry, result.outcome, event.at_ms);
  }
  merge_outcome(session, copy, result.outcome, event, policy);
}

}  // namespace

void merge(Session& session, const Event& event, const Policy& policy) {
  if (const auto* fact = std::get_if<WebhookFact>(&event.body)) {
    merge_webhook(session, *fact, event);
  } else if (const auto* result = std::get_if<CommandResult>(&event.body)) {
    merge_result(session, *result, event, policy);
  }
}

}  // namespace ringfence::rules
