// merge, second part: what came of commands, and what the provider's own records show. See rules.h.
#include <algorithm>

#include "core/client_state.h"
#include "core/facts.h"
#include "core/rules.h"
#include "shared/limits.h"

namespace ringfence::rules {
namespace {

Leg& leg_at(Session& session, int leg) { return session.legs[static_cast<std::size_t>(leg)]; }

// `alone`: no other copy of this dial can have been executed.
void merge_dial(Leg& leg, const CommandOutcome& outcome, bool alone, Millis at_ms) {
  if (outcome.outcome == OutcomeClass::ok) {
    learn(leg.call_control_id, outcome.call_control_id);
    learn(leg.call_leg_id, outcome.call_leg_id);
    raise(leg, LegState::ringing, at_ms);
  } else if (outcome.outcome == OutcomeClass::refused && leg.state <= LegState::dialing && alone) {
    // Inferred: an answer to one copy says nothing about a copy still to come.
    infer_end(leg, "dial refused " + outcome.error_code, at_ms);
  }
}

// The new leg's id comes with its webhooks; this answer only says whether there will be one.
void merge_transfer(Session& session, const OutboxEntry& entry, const CommandOutcome& outcome, Millis at_ms) {
  Leg& leg = leg_at(session, entry.leg);
  if (proves_ended(outcome)) {
    end_parent(session, {.cause = "ended before the transfer"}, at_ms);
  } else if (outcome.outcome == OutcomeClass::refused && leg.state <= LegState::dialing && entry.is_single()) {
    infer_end(leg, "transfer refused " + outcome.error_code, at_ms);
  }
}

void merge_audited_leg(Session& session, const AuditedLeg& seen, std::vector<bool>& found, Millis at_ms) {
  const auto state = decode_client_state(seen.client_state);
  const int target = leg_named(session, {.call_control_id = seen.call_control_id,
                                         .call_leg_id = seen.call_leg_id,
                                         .call_session_id = session.parent.call_session_id,
                                         .state = state});
  if (target == kParent) {
    if (seen.answered) raise_parent(session, ParentState::answered, at_ms);
    if (seen.bridged) see_parent_bridged(session, at_ms);
    if (seen.ended) end_parent(session, {.cause = seen.hangup_cause}, at_ms);
  } else if (target >= 0) {
    Leg& leg = leg_at(session, target);
    found[static_cast<std::size_t>(target)] = true;
    learn(leg.call_control_id, seen.call_control_id);
    learn(leg.call_leg_id, seen.call_leg_id);
    if (seen.bridged) see_bridged(leg, at_ms);
    if (seen.ended) {
      end_leg(leg, {.cause = seen.hangup_cause}, at_ms);
    } else {
      raise(leg, seen.answered ? LegState::answered : LegState::ringing, at_ms);
    }
  }
  session.recording_saved |= seen.recording_saved;
}

// Absence proves something only when nothing of ours can still be on its way (T_quiesce).
void end_absent(Session& session, const std::vector<bool>& found, Millis asked_ms, Millis at_ms) {
  for (std::size_t i = 0; i < session.legs.size(); ++i) {
    Leg& leg = session.legs[i];
    if (!found[i] && may_exist(session, i) && asked_ms >= leg.dial_quiet_ms) {
      infer_end(leg, "the provider has no such call", at_ms);
    }
  }
}

void merge_audit(Session& session, const OutboxEntry& entry, const CommandOutcome& outcome, Millis at_ms,
                 const Policy& policy) {
  const Millis asked_ms = entry.created_ms;
  // Nobody looked: the looks grow no further apart for it.
  if (outcome.outcome == OutcomeClass::not_sent && session.audit_backoff > 1) --session.audit_backoff;
  if (outcome.outcome != OutcomeClass::ok && !outcome.events_read) return;
  std::vector<bool> found(limits::kLegs, false);
  for (const AuditedLeg& seen : outcome.legs) merge_audited_leg(session, seen, found, at_ms);
  if (outcome.audit_complete) end_absent(session, found, asked_ms, at_ms);
  if (!outcome.events_read) return;
  // A look from before the wait saw a recording that was still being made.
  session.recording_looked |= is_over(session.phase) && session.recording_deadline_ms != 0 &&
                              asked_ms + policy.recording_wait_ms >= session.recording_deadline_ms;
  const Millis quiet_ms = std::max(session.bridge_quiet_ms, session.bridge_quiet_before_ms);
  if (wants_bridge_proof(session) && !is_bridged(session) && asked_ms >= quiet_ms) session.bridge_disproved = true;
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

void merge_record(Session& session, const OutboxEntry& entry, const CommandOutcome& outcome, Millis at_ms,
                  const Policy& policy) {
  const bool ok = outcome.outcome == OutcomeClass::ok;
  const bool refused = outcome.outcome == OutcomeClass::refused;
  // Refused after a copy that may have been executed: it is being recorded already, which is what we want.
  session.record_started |= ok || (refused && session.record_maybe && !proves_ended(outcome));
  session.record_maybe |= outcome.outcome == OutcomeClass::unknown || (refused && !entry.is_single());
  learn(session, {.id = outcome.recording_id});
  if (refused) session.record_retry_ms = at_ms + policy.record_retry_ms;
  if (proves_ended(outcome)) end_parent(session, {.cause = "ended before the recording"}, at_ms);
}

void merge_speak(Session& session, const OutboxEntry& entry, const CommandOutcome& outcome, Millis at_ms) {
  const bool refused = outcome.outcome == OutcomeClass::refused;
  if (entry.leg != kParent) {
    Leg& leg = leg_at(session, entry.leg);
    if (refused) leg.apology = Apology::over;
    if (proves_ended(outcome)) end_leg(leg, {.cause = "already ended"}, at_ms);
    return;
  }
  // No greeting is better than silence: go on to the recording.
  if (refused && entry.about == About::usual) session.greeting_done = true;
  if (proves_ended(outcome)) end_parent(session, {.cause = "ended while it was spoken to"}, at_ms);
}

void merge_hangup(Session& session, const OutboxEntry& entry, const CommandOutcome& outcome, Millis at_ms,
                  const Policy& policy) {
  const bool caller = entry.leg == kParent;
  // A yes that comes late leaves its webhook some time, too, before we ask again.
  if (outcome.outcome == OutcomeClass::ok) {
    Millis& next_ms = caller ? session.parent.hangup_next_ms : leg_at(session, entry.leg).hangup_next_ms;
    next_ms = std::max(next_ms, at_ms + policy.audit_hurry_ms);
  }
  if (!proves_ended(outcome)) return;
  if (caller) {
    end_parent(session, {.cause = "already ended"}, at_ms);
  } else {
    end_leg(leg_at(session, entry.leg), {.cause = "already ended"}, at_ms);
  }
}

// What the answer to a command means for the call it addressed. `entry` is a copy: the outbox forgets it below.
void merge_outcome(Session& session, const OutboxEntry& entry, const CommandOutcome& outcome, Millis at_ms,
                   const Policy& policy) {
  const bool ok = outcome.outcome == OutcomeClass::ok;
  switch (entry.verb) {
    case Verb::dial:
      merge_dial(leg_at(session, entry.leg), outcome, entry.is_single(), at_ms);
      break;
    case Verb::transfer:
      merge_transfer(session, entry, outcome, at_ms);
      break;
    case Verb::answer:
      if (ok) raise_parent(session, ParentState::answered, at_ms);
      if (proves_ended(outcome)) end_parent(session, {.cause = "ended before the answer"}, at_ms);
      break;
    case Verb::bridge:
      merge_bridge(session, entry, outcome, at_ms);
      break;
    case Verb::hangup:
      merge_hangup(session, entry, outcome, at_ms, policy);
      break;
    case Verb::reject:
      if (proves_ended(outcome)) end_parent(session, {.cause = "already ended"}, at_ms);
      if (outcome.outcome == OutcomeClass::refused) session.parent.hangup_next_ms = at_ms;  // by other means, then
      break;
    case Verb::speak:
      merge_speak(session, entry, outcome, at_ms);
      break;
    case Verb::gather:
      if (proves_ended(outcome)) end_leg(leg_at(session, entry.leg), {.cause = "already ended"}, at_ms);
      // Refused after a copy that may have been executed: the prompt is being spoken, and the time for it runs.
      leg_at(session, entry.leg).unproved |= outcome.outcome == OutcomeClass::refused && entry.is_single();
      break;
    case Verb::record_start:
      merge_record(session, entry, outcome, at_ms, policy);
      break;
    case Verb::audit:
      merge_audit(session, entry, outcome, at_ms, policy);
      break;
    case Verb::notify:
      break;
  }
}

// The longest Retry-After that is kept to. Beyond it somebody hears silence, or a phone rings for nobody, because we
// were polite; asked so seldom, a few urgent commands are no burden to the provider.
Millis most_patience_ms(Verb verb) {
  switch (verb) {
    case Verb::hangup:
    case Verb::reject:
    case Verb::answer:
    case Verb::bridge:
      return limits::kUrgentRetryAfterMs;
    default:
      return limits::kRetryAfterMs;
  }
}

// not_sent and unknown keep the entry: the same command goes out again until its window closes.
void keep_trying(const Session& session, OutboxEntry& entry, const CommandOutcome& outcome, Millis at_ms,
                 const Policy& policy) {
  if (outcome.outcome == OutcomeClass::not_sent) ++entry.not_sent;
  if (outcome.retry_after_ms > 0) {
    const Millis pause_ms = std::min(outcome.retry_after_ms, most_patience_ms(entry.verb));
    entry.next_try_ms = std::max(entry.next_try_ms, at_ms + scattered(session, entry, pause_ms, policy));
  } else if (outcome.http_status >= 500 && entry.tries == 1 && entry.verb != Verb::notify) {
    entry.next_try_ms = at_ms;  // the provider's own advice: after a 5xx, again at once (and then with back-off)
  }
}

// A further answer to a command that has its result: a hedged copy's. What it says was done or has ended is as true as
// if it had come first; that this copy was refused means nothing.
void merge_late(Session& session, const CommandResult& result, Millis at_ms, const Policy& policy) {
  if (result.outcome.outcome != OutcomeClass::ok && !proves_ended(result.outcome)) return;
  const auto matches = [&](Verb verb, int leg, int last_attempt) {
    if (result.leg != kUnknownLeg && (result.verb != verb || result.leg != leg)) return false;
    constexpr int kRemembered = 3;  // answers older than this many attempts came minutes late
    for (int attempt = last_attempt; attempt >= 1 && attempt > last_attempt - kRemembered; --attempt) {
      const OutboxEntry entry{.verb = verb, .leg = leg, .attempt = attempt, .tries = 1};
      if (command_id(session, entry) != result.command) continue;
      merge_outcome(session, entry, result.outcome, at_ms, policy);
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

}  // namespace

void merge_result(Session& session, const CommandResult& result, const Event& event, const Policy& policy) {
  const auto answers = [&](const OutboxEntry& e) {
    // Ids are hashes: the cheap question first.
    if (result.leg != kUnknownLeg && (e.verb != result.verb || e.leg != result.leg)) return false;
    return command_id(session, e) == result.command;
  };
  const auto entry = std::ranges::find_if(session.outbox, answers);
  if (entry == session.outbox.end()) {
    merge_late(session, result, event.at_ms, policy);
    return;
  }
  const OutboxEntry copy = *entry;
  const OutcomeClass outcome = result.outcome.outcome;
  bool settled = outcome == OutcomeClass::ok || outcome == OutcomeClass::refused;
  if (copy.verb == Verb::audit) settled = true;  // the next look is a new one
  // An application that is being deployed says 404 for a minute; 410 is the only no that means never.
  if (copy.verb == Verb::notify) settled = outcome == OutcomeClass::ok || result.outcome.http_status == 410;
  if (settled) {
    session.outbox.erase(entry);
  } else {
    keep_trying(session, *entry, result.outcome, event.at_ms, policy);
  }
  merge_outcome(session, copy, result.outcome, event.at_ms, policy);
}

}  // namespace ringfence::rules
