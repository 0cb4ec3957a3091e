// decide: the phase a session is in, from facts and the time alone, run until nothing moves. This file holds the start,
// the claim's road to the bridge, and transfers; ringing.cc, screening.cc and ending.cc the rest. See rules.h.
#include <algorithm>

#include "core/rules.h"

namespace ringfence::rules {
namespace {

// The provider does the ringing: the only destination is the winner from the start.
void claim_only_leg(Session& s, Millis at_ms) {
  s.winner = 0;
  s.claims = 1;
  s.claimed_ms = at_ms;
}

void enter_transferring(Session& s, Millis at_ms, const Policy& policy) {
  s.phase = Phase::transferring;
  s.bridge_deadline_ms = at_ms + transfer_ms(s, policy);
}

bool decide_start(Session& s, Millis at_ms, const Policy& policy) {
  s.created_ms = at_ms;
  if (s.parent.call_control_id.empty()) {
    // A leg of ours whose session the store no longer knows: nobody waits for it.
    if (s.legs.empty()) {
      s.created_ms = 0;
      return false;
    }
    s.plan.note = "a leg of a session that is not in the store";
    s.parent.state = ParentState::ended;
    enter_closing(s, Outcome::failed);
    return true;
  }
  if (s.parent.state == ParentState::answered) {
    s.plan.note = "a caller whose session is not in the store";
    enter_closing(s, Outcome::failed);
    return true;
  }
  const Route route = s.plan.route;
  if (route == Route::reject) {
    enter_closing(s, Outcome::rejected);
  } else if (route == Route::voicemail || s.legs.empty()) {
    enter_voicemail(s);
  } else if (route == Route::transfer) {
    claim_only_leg(s, at_ms);
    enter_transferring(s, at_ms, policy);
  } else if (route == Route::agent) {
    claim_only_leg(s, at_ms);
    s.phase = Phase::answering;
  } else {
    s.phase = Phase::ringing;
    begin_round(s, at_ms, policy);
  }
  return true;
}

void begin_bridge_attempt(Session& s, Millis at_ms, const Policy& policy) {
  ++s.bridge_attempt;
  s.bridge_quiet_before_ms = std::max(s.bridge_quiet_before_ms, s.bridge_quiet_ms);
  s.bridge_refused = false;
  s.bridge_retry_ms = 0;
  s.bridge_deadline_ms = at_ms + policy.bridge_watch_ms;
}

bool end_hold(Session& s, Millis at_ms) {
  if (!passed(s.hold_until_ms, at_ms)) return false;
  s.hold_until_ms = 0;
  return true;
}

bool decide_answering(Session& s, Millis at_ms, const Policy& policy) {
  if (winner_of(s)->ended()) {
    lose_winner(s, at_ms, policy);
    return true;
  }
  if (s.parent.state == ParentState::answered) {
    if (s.plan.route == Route::agent) {
      enter_transferring(s, at_ms, policy);
      return true;
    }
    s.phase = Phase::bridging;
    begin_bridge_attempt(s, at_ms, policy);
    return true;
  }
  if (!cannot_answer(s, policy)) return end_hold(s, at_ms);
  // The parent could not be answered at all: the last honest thing is to let the caller go.
  enter_closing(s, Outcome::failed);
  return true;
}

void enter_connected(Session& s) {
  s.phase = Phase::connected;
  s.outcome = Outcome::answered;
  s.bridge_retry_ms = s.bridge_deadline_ms = s.hold_until_ms = 0;
  s.audit_ms = 0;  // looks for something else now
}

bool decide_bridging(Session& s, Millis at_ms, const Policy& policy) {
  if (is_bridged(s)) {
    enter_connected(s);
    return true;
  }
  if (winner_of(s)->ended()) {
    lose_winner(s, at_ms, policy);
    return true;
  }
  if (s.bridge_disproved) {
    enter_voicemail(s);
    return true;
  }
  if (passed(s.bridge_retry_ms, at_ms)) {
    begin_bridge_attempt(s, at_ms, policy);
    return true;
  }
  const bool overdue = passed(s.bridge_deadline_ms, at_ms);
  // Nothing has left us: the provider is away. The attempt is not over, it has not begun; it ends with its window.
  const OutboxEntry* asked = find_open(s, Verb::bridge, s.winner);
  if (overdue && asked != nullptr && asked->attempt == s.bridge_attempt && !asked->maybe_executed()) {
    s.bridge_deadline_ms = at_ms + policy.bridge_watch_ms;
    return true;
  }
  if (s.bridge_deadline_ms == 0 || (!s.bridge_refused && !overdue)) return end_hold(s, at_ms);
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

bool decide_transferring(Session& s, Millis at_ms, const Policy& policy) {
  const Leg& leg = *winner_of(s);
  if (is_bridged(s)) {
    enter_connected(s);
    return true;
  }
  if (leg.ended() || s.bridge_disproved) {
    // An agent's caller has been answered and is owed something to speak to.
    if (s.plan.route == Route::agent) {
      enter_voicemail(s);
    } else {
      enter_unanswered(s);
    }
    return true;
  }
  // Answered means bridged, and at once: if nobody says so, the records are read.
  const Millis watched_ms = leg.answered_ms + policy.bridge_watch_ms;
  if (leg.state >= LegState::answered && s.bridge_deadline_ms > watched_ms) {
    s.bridge_deadline_ms = watched_ms;
    return true;
  }
  if (!passed(s.bridge_deadline_ms, at_ms)) return false;
  s.bridge_deadline_ms = 0;
  return true;
}

bool decide_once(Session& s, Millis at_ms, const Policy& policy) {
  const bool gone = s.parent.state == ParentState::ended;
  if ((gone || (s.cancelled && s.phase != Phase::none)) && !is_over(s.phase)) {
    enter_closing(s, gone ? Outcome::abandoned : Outcome::cancelled);
    if (s.created_ms == 0) s.created_ms = at_ms;
    return true;
  }
  switch (s.phase) {
    case Phase::none:
      return decide_start(s, at_ms, policy);
    case Phase::ringing:
      return decide_ringing(s, at_ms, policy);
    case Phase::answering:
      return decide_answering(s, at_ms, policy);
    case Phase::bridging:
      return decide_bridging(s, at_ms, policy);
    case Phase::transferring:
      return decide_transferring(s, at_ms, policy);
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

// Whoever is given up because another one was claimed was answered elsewhere, whatever becomes of the claim.
void note_outrun(Session& s) {
  if (s.phase < Phase::answering || s.phase > Phase::connected) return;
  for (std::size_t i = 0; i < s.legs.size(); ++i) {
    Leg& leg = s.legs[i];
    const bool runs = static_cast<int>(i) >= s.round_first && !leg.ended() && leg.quit == Quit::none;
    leg.outrun |= runs && static_cast<int>(i) != s.winner && want_dead(s, i);
  }
}

}  // namespace

bool decide(Session& session, Millis at_ms, const Policy& policy) {
  // Each turn moves a phase, settles one leg or clears a deadline; all but the legs are fewer than this.
  const int most_turns = 32 + 2 * static_cast<int>(session.legs.size());
  int turn = 0;
  while (turn < most_turns && decide_once(session, at_ms, policy)) ++turn;
  note_outrun(session);
  return turn > 0;
}

}  // namespace ringfence::rules
