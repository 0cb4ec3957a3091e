// derive, for legs: who is dialled now, who is asked for a key, who is spoken to, who is hung up. See rules.h.
#include <algorithm>
#include <tuple>

#include "core/facts.h"
#include "core/rules.h"

namespace ringfence::rules {
namespace {

void dial(Session& s, std::size_t leg, Millis at_ms, const Policy& policy) {
  s.legs[leg].state = LegState::dialing;
  ask(s, Verb::dial, static_cast<int>(leg), 1, at_ms, policy);
}

bool is_due(const Session& s, std::size_t leg, Millis at_ms) {
  const Leg& l = s.legs[leg];
  return l.state == LegState::planned && l.dial_at_ms <= at_ms && !want_dead(s, leg) && has_room(s, leg);
}

// With few channels the order counts: priority, then the moment, then the order of the plan.
void dial_by_priority(Session& s, Millis at_ms, const Policy& policy) {
  const auto rank = [&](std::size_t i) { return std::tuple(s.legs[i].destination.priority, s.legs[i].dial_at_ms, i); };
  while (has_channel(s)) {
    std::size_t next = s.legs.size();
    for (std::size_t i = 0; i < s.legs.size(); ++i) {
      if (is_due(s, i, at_ms) && (next == s.legs.size() || rank(i) < rank(next))) next = i;
    }
    if (next == s.legs.size()) return;
    dial(s, next, at_ms, policy);
  }
}

void derive_dials(Session& s, Millis at_ms, const Policy& policy) {
  if (s.phase == Phase::ringing && s.plan.max_channels > 0) {
    dial_by_priority(s, at_ms, policy);
  } else if (s.phase == Phase::ringing) {
    for (std::size_t i = 0; i < s.legs.size(); ++i) {
      if (is_due(s, i, at_ms)) dial(s, i, at_ms, policy);
    }
  }
  if (s.phase == Phase::transferring && !s.transfer_asked) {
    s.transfer_asked = true;
    if (s.legs[0].state == LegState::planned) {  // else the store had lost that it was asked
      s.legs[0].state = LegState::dialing;
      ask(s, Verb::transfer, 0, 1, at_ms, policy);
    }
  }
  for (std::size_t i = 0; i < s.legs.size(); ++i) {
    Leg& leg = s.legs[i];
    if (leg.state == LegState::planned && want_dead(s, i)) end_leg(leg, {.cause = std::string(kNeverDialled)}, at_ms);
  }
}

void derive_gathers(Session& s, Millis at_ms, const Policy& policy) {
  if (s.phase != Phase::ringing) return;
  for (std::size_t i = 0; i < s.legs.size(); ++i) {
    Leg& leg = s.legs[i];
    if (leg.gather_attempt > 0 || leg.call_control_id.empty() || !wants_key(leg, policy) || want_dead(s, i)) continue;
    ask(s, Verb::gather, static_cast<int>(i), ++leg.gather_attempt, at_ms, policy);
  }
}

void derive_hangup(Session& s, int target, int& attempt, Millis& next_ms, Millis at_ms, const Policy& policy) {
  if (find_open(s, Verb::hangup, target) != nullptr || at_ms < next_ms) return;
  ask(s, Verb::hangup, target, ++attempt, at_ms, policy);
  // Said yes and no hangup webhook came: ask again then, and "already ended" will be the proof.
  next_ms = at_ms + doubled(policy.audit_first_ms, attempt - 1, policy.audit_max_ms);
}

// True while the leg lives on to hear why.
bool is_spoken_to(Session& s, std::size_t index, Millis at_ms, const Policy& policy) {
  Leg& leg = s.legs[index];
  if (deserves_apology(s, index, policy)) {
    leg.apology = Apology::wanted;
    leg.apology_until_ms = at_ms + policy.apology_ms;
    ask(s, Verb::speak, static_cast<int>(index), 1, at_ms, policy);
  }
  if (leg.apology != Apology::wanted) return false;
  if (!passed(leg.apology_until_ms, at_ms) && !is_over(s.phase)) return true;
  leg.apology = Apology::over;
  return false;
}

void derive_hangups(Session& s, Millis at_ms, const Policy& policy) {
  for (std::size_t i = 0; i < s.legs.size(); ++i) {
    Leg& leg = s.legs[i];
    if (leg.ended() || leg.call_control_id.empty() || !want_dead(s, i) || is_spoken_to(s, i, at_ms, policy)) continue;
    derive_hangup(s, static_cast<int>(i), leg.hangup_attempt, leg.hangup_next_ms, at_ms, policy);
  }
  Parent& parent = s.parent;
  if (s.phase == Phase::closing && parent.state != ParentState::ended && !parent.call_control_id.empty()) {
    // A call of our own is hung up instead: the provider rejects incoming ones only.
    if (s.outcome == Outcome::rejected && !s.reject_asked && !s.plan.outbound) {
      s.reject_asked = true;
      ask(s, Verb::reject, kParent, 1, at_ms, policy);
      parent.hangup_next_ms = at_ms + policy.audit_first_ms;
    }
    derive_hangup(s, kParent, parent.hangup_attempt, parent.hangup_next_ms, at_ms, policy);
  }
}

}  // namespace

void derive_legs(Session& s, Millis at_ms, const Policy& policy) {
  derive_dials(s, at_ms, policy);
  derive_gathers(s, at_ms, policy);
  derive_hangups(s, at_ms, policy);
}

}  // namespace ringfence::rules
