// decide: the phase a session is in, from facts and the time alone, run until nothing moves. See rules.h.
#include <algorithm>

#include "core/rules.h"

namespace ringfence::rules {
namespace {

bool passed(Millis deadline_ms, Millis at_ms) { return deadline_ms != 0 && at_ms >= deadline_ms; }

void enter_closing(Session& s, Outcome outcome) {
  s.phase = Phase::closing;
  if (s.outcome == Outcome::none) s.outcome = outcome;
  s.ring_deadline_ms = s.bridge_retry_ms = s.bridge_deadline_ms = s.greeting_deadline_ms = s.record_retry_ms = 0;
  s.audit_backoff = 0;          // looks for something else now
  s.recording_deadline_ms = 0;  // decide_over() sets it when there is something to wait for
}

// Voicemail is the end of every road on which nobody took the call, and of a bridge that could not be made.
void enter_voicemail(Session& s) {
  s.phase = Phase::vm_answering;
  s.ring_deadline_ms = s.bridge_retry_ms = s.bridge_deadline_ms = 0;
}

bool decide_start(Session& s, Millis at_ms, const Policy& policy) {
  if (s.parent.call_control_id.empty()) {
    // A leg of ours whose session the store no longer knows: nobody waits for it.
    if (s.legs.empty()) return false;
    s.plan.note = "a leg of a session that is not in the store";
    s.parent.state = ParentState::ended;
    s.created_ms = at_ms;
    enter_closing(s, Outcome::failed);
    return true;
  }
  s.created_ms = at_ms;
  if (s.legs.empty()) {
    enter_voicemail(s);
  } else {
    s.phase = Phase::ringing;
    s.ring_deadline_ms = at_ms + policy.ring_ms;
  }
  return true;
}

bool decide_ringing(Session& s, Millis at_ms) {
  for (std::size_t i = 0; i < s.legs.size(); ++i) {
    // Without its id a leg cannot be bridged; the next event of it brings the id.
    if (s.legs[i].state != LegState::answered || s.legs[i].call_control_id.empty()) continue;
    s.winner = static_cast<int>(i);  // the claim
    s.phase = Phase::answering;
    s.ring_deadline_ms = 0;
    return true;
  }
  const bool all_ended = std::ranges::all_of(s.legs, [](const Leg& leg) { return leg.ended(); });
  if (!all_ended && !passed(s.ring_deadline_ms, at_ms)) return false;
  enter_voicemail(s);
  return true;
}

// The parent could not be answered at all: the last honest thing is to let the caller go.
bool cannot_answer(const Session& s, const Policy& policy) {
  return s.parent.state == ParentState::ringing && s.parent.answer_attempt >= policy.answer_attempts &&
         find_open(s, Verb::answer, kParent) == nullptr;
}

void begin_bridge_attempt(Session& s, Millis at_ms, const Policy& policy) {
  ++s.bridge_attempt;
  s.bridge_quiet_before_ms = std::max(s.bridge_quiet_before_ms, s.bridge_quiet_ms);
  s.bridge_refused = false;
  s.bridge_retry_ms = 0;
  s.bridge_deadline_ms = at_ms + policy.bridge_watch_ms;
}

bool decide_answering(Session& s, Millis at_ms, const Policy& policy) {
  if (winner_of(s)->ended()) {
    enter_voicemail(s);
    return true;
  }
  if (s.parent.state == ParentState::answered) {
    s.phase = Phase::bridging;
    begin_bridge_attempt(s, at_ms, policy);
    return true;
  }
  if (!cannot_answer(s, policy)) return false;
  enter_closing(s, Outcome::failed);
  return true;
}

bool decide_bridging(Session& s, Millis at_ms, const Policy& policy) {
  if (s.parent.bridged || winner_of(s)->state == LegState::bridged) {
    s.phase = Phase::connected;
    s.outcome = Outcome::answered;
    s.bridge_retry_ms = s.bridge_deadline_ms = 0;
    return true;
  }
  if (winner_of(s)->ended() || s.bridge_disproved) {
    enter_voicemail(s);
    return true;
  }
  if (passed(s.bridge_retry_ms, at_ms)) {
    begin_bridge_attempt(s, at_ms, policy);
    return true;
  }
  const bool overdue = passed(s.bridge_deadline_ms, at_ms);
  if (s.bridge_deadline_ms == 0 || (!s.bridge_refused && !overdue)) return false;
  // This attempt is over. Silence may hide a bridge that is up, a refusal cannot.
  s.bridge_maybe |= overdue && !s.bridge_refused;
  s.bridge_deadline_ms = 0;
  if (s.bridge_attempt < policy.bridge_attempts) {
    s.bridge_retry_ms = overdue ? at_ms : at_ms + policy.bridge_retry_ms;
  } else if (!s.bridge_maybe) {
    enter_voicemail(s);
  }
  return true;  // else: wants_bridge_proof() holds and derive asks for an audit
}

bool decide_voicemail(Session& s, Millis at_ms, const Policy& policy) {
  if (s.phase == Phase::vm_answering) {
    if (s.parent.state == ParentState::answered) {
      s.phase = Phase::vm_greeting;
      s.outcome = Outcome::voicemail;
      s.greeting_deadline_ms = at_ms + policy.greeting_ms;
      return true;
    }
    if (!cannot_answer(s, policy)) return false;
    enter_closing(s, Outcome::failed);
    return true;
  }
  if (s.phase == Phase::vm_greeting) {
    if (!s.greeting_done && !passed(s.greeting_deadline_ms, at_ms)) return false;
    s.greeting_deadline_ms = 0;
    s.phase = Phase::vm_recording;
    s.recording_deadline_ms = at_ms + policy.voicemail_limit_ms + policy.voicemail_slack_ms;
    return true;
  }
  // Recording: it ends with the caller, with its own maximum, or because it cannot be had. Never in silence.
  const bool given_up = !s.record_started && s.record_attempt >= policy.record_attempts &&
                        find_open(s, Verb::record_start, kParent) == nullptr;
  s.recording_lost |= given_up && !s.record_maybe;
  const bool over = s.recording_saved || s.recording_lost || given_up || passed(s.recording_deadline_ms, at_ms);
  if (!over) return false;
  enter_closing(s, Outcome::voicemail);
  return true;
}

// A recording that was begun is waited for, but not for ever.
bool recording_settled(Session& s, Millis at_ms, const Policy& policy) {
  const bool begun = s.record_started || s.record_maybe;
  if (!begun || s.recording_saved || s.recording_lost) {
    s.recording_deadline_ms = 0;
    return true;
  }
  if (s.parent.state != ParentState::ended) return false;  // it is still being made
  if (s.recording_deadline_ms == 0) s.recording_deadline_ms = at_ms + policy.recording_wait_ms;
  if (!passed(s.recording_deadline_ms, at_ms)) return false;
  if (!s.recording_looked) {  // silence on the webhooks' side alone does not lose a caller's message
    s.recording_deadline_ms = at_ms + policy.recording_wait_ms;
    return false;
  }
  s.recording_lost = true;
  s.recording_deadline_ms = 0;
  return true;
}

// What neither a webhook nor a hang-up nor an audit could settle has ended by the provider's own time limits.
void write_off(Session& s) {
  for (Leg& leg : s.legs) {
    if (leg.ended()) continue;
    leg.state = LegState::ended_inferred;
    leg.cause = "its time limit has passed";
  }
  s.parent.state = ParentState::ended;
  s.recording_lost |= !s.recording_saved;
  s.outbox.clear();
}

// closing and closed: the tombstone of a session may have a late leg to end, too.
bool decide_over(Session& s, Millis at_ms, const Policy& policy) {
  // Webhooks come in any order: that the two did talk may be told after the caller had left.
  if (s.phase == Phase::closing && s.outcome == Outcome::abandoned && s.parent.bridged) s.outcome = Outcome::answered;
  const bool legs_ended = std::ranges::all_of(s.legs, [](const Leg& leg) { return leg.ended(); });
  const Millis waited_until_ms = s.recording_deadline_ms;
  const bool recorded = recording_settled(s, at_ms, policy);
  if (s.recording_deadline_ms != waited_until_ms) return true;  // derive looks for the recording meanwhile
  if (!legs_ended || s.parent.state != ParentState::ended || !s.outbox.empty() || !recorded) {
    if (s.write_off_ms == 0) s.write_off_ms = at_ms + policy.call_limit_ms;
    if (!passed(s.write_off_ms, at_ms)) return false;
    write_off(s);
    return true;
  }
  s.write_off_ms = 0;
  if (s.phase == Phase::closed) return false;
  s.phase = Phase::closed;
  s.closed_ms = at_ms;
  return true;
}

bool decide_once(Session& s, Millis at_ms, const Policy& policy) {
  if (s.parent.state == ParentState::ended && !is_over(s.phase)) {
    enter_closing(s, Outcome::abandoned);
    if (s.created_ms == 0) s.created_ms = at_ms;
    return true;
  }
  switch (s.phase) {
    case Phase::none:
      return decide_start(s, at_ms, policy);
    case Phase::ringing:
      return decide_ringing(s, at_ms);
    case Phase::answering:
      return decide_answering(s, at_ms, policy);
    case Phase::bridging:
    case Phase::transferring:
      return decide_bridging(s, at_ms, policy);
    case Phase::connected:
      if (!winner_of(s)->ended()) return false;
      enter_closing(s, Outcome::answered);
      return true;
    case Phase::vm_answering:
    case Phase::vm_greeting:
    case Phase::vm_recording:
      return decide_voicemail(s, at_ms, policy);
    case Phase::closing:
    case Phase::closed:
      return decide_over(s, at_ms, policy);
  }
  return false;
}

}  // namespace

bool decide(Session& session, Millis at_ms, const Policy& policy) {
  // Each turn moves a phase or clears a deadline, and there are fewer of both than this.
  constexpr int kMostTurns = 32;
  int turn = 0;
  while (turn < kMostTurns && decide_once(session, at_ms, policy)) ++turn;
  return turn > 0;
}

}  // namespace ringfence::rules
