// While devices ring: who is claimed, who is given up, when the next one comes, when nobody is left, and what becomes
// of the others when the winner is lost. See rules.h.
#include <algorithm>

#include "core/rules.h"
#include "shared/limits.h"

namespace ringfence::rules {
namespace {

std::size_t first_of(const Session& s) { return static_cast<std::size_t>(s.round_first); }

Millis ring_ms(const Session& s, const Policy& policy) { return s.plan.ring_ms != 0 ? s.plan.ring_ms : policy.ring_ms; }

void forget_bridge(Session& s) {
  s.bridge_before |= s.bridge_asked > 0;
  s.bridge_attempt = s.bridge_asked = 0;
  s.bridge_refused = s.bridge_maybe = s.bridge_disproved = false;
  s.bridge_retry_ms = s.bridge_deadline_ms = s.bridge_quiet_ms = s.bridge_quiet_before_ms = 0;
}

bool claim(Session& s, Millis at_ms) {
  for (std::size_t i = first_of(s); i < s.legs.size(); ++i) {
    Leg& leg = s.legs[i];
    // Without its id a leg cannot be bridged; the next event of it brings the id.
    const bool counts = leg.state == LegState::accepted || leg.state == LegState::bridged;
    if (!counts || leg.quit != Quit::none || leg.call_control_id.empty()) continue;
    leg.claimed = true;
    s.winner = static_cast<int>(i);
    ++s.claims;
    s.claimed_ms = at_ms;
    s.phase = Phase::answering;
    s.ring_deadline_ms = 0;
    if (s.plan.hold_losers_ms > 0) s.hold_until_ms = at_ms + s.plan.hold_losers_ms;
    forget_bridge(s);
    return true;
  }
  return false;
}

bool refused_for_all(const Session& s) {
  const auto stops = [&](const Leg& leg) {
    const Refusal refusal = refusal_of(leg);
    return (refusal == Refusal::declined && s.plan.on_decline == OnRefusal::stop) ||
           (refusal == Refusal::busy && s.plan.on_busy == OnRefusal::stop);
  };
  return std::any_of(s.legs.begin() + s.round_first, s.legs.end(), stops);
}

void give_up_the_others(Session& s) {
  for (Leg& leg : s.legs) {
    if (!leg.ended() && leg.quit == Quit::none) leg.quit = Quit::declined;
  }
}

// The provider's own ringing timeout has passed, and nothing told us.
bool expire_legs(Session& s, Millis at_ms) {
  bool moved = false;
  for (std::size_t i = first_of(s); i < s.legs.size(); ++i) {
    Leg& leg = s.legs[i];
    if (!rings(s, i) || leg.state >= LegState::answered || !passed(leg.expires_ms, at_ms)) continue;
    leg.quit = Quit::expired;
    moved = true;
  }
  return moved;
}

// Nobody rings and somebody is still to come: he comes now, and everybody after him as much earlier.
bool start_early(Session& s, Millis at_ms) {
  const Leg* next = nullptr;
  for (std::size_t i = first_of(s); i < s.legs.size(); ++i) {
    const Leg& leg = s.legs[i];
    if (rings(s, i)) return false;
    if (leg.state == LegState::planned && (next == nullptr || leg.dial_at_ms < next->dial_at_ms)) next = &leg;
  }
  if (next == nullptr || next->dial_at_ms <= at_ms) return false;
  const Millis span_ms = next->dial_at_ms - at_ms;
  for (Leg& leg : s.legs) {
    if (leg.state == LegState::planned) leg.dial_at_ms -= span_ms;
  }
  return true;
}

bool nobody_is_left(const Session& s) {
  for (std::size_t i = first_of(s); i < s.legs.size(); ++i) {
    if (rings(s, i) || s.legs[i].state == LegState::planned) return false;
  }
  return true;
}

// Held losers ring on as if nobody had answered; one of them may even have answered meanwhile.
bool resume(Session& s, Millis at_ms, const Policy& policy) {
  if (!holds_losers(s) || nobody_is_left(s)) return false;
  s.phase = Phase::ringing;
  s.hold_until_ms = 0;
  s.ring_deadline_ms = std::max(s.ring_started_ms + ring_ms(s, policy), at_ms);
  forget_bridge(s);
  return true;
}

// Everybody but the one we lost, those who said no, and machines.
bool ring_again(Session& s, Millis at_ms, const Policy& policy) {
  if (s.round_first != 0) return false;
  const std::size_t known = s.legs.size();
  s.legs.reserve(std::min(2 * known, limits::kLegs));
  for (std::size_t i = 0; i < known && s.legs.size() < limits::kLegs; ++i) {
    Leg& leg = s.legs[i];
    const bool no = refusal_of(leg) != Refusal::none || leg.quit == Quit::screen_failed || leg.rung_again;
    if (static_cast<int>(i) == s.winner || no || leg.destination.to.empty()) continue;
    leg.rung_again = true;
    s.legs.push_back(Leg{.destination = leg.destination});
  }
  if (s.legs.size() == known) return false;
  s.round_first = static_cast<int>(known);
  s.phase = Phase::ringing;
  s.hold_until_ms = 0;
  forget_bridge(s);
  begin_round(s, at_ms, policy);
  return true;
}

}  // namespace

void begin_round(Session& s, Millis at_ms, const Policy& policy) {
  s.ring_started_ms = at_ms;
  s.ring_deadline_ms = at_ms + ring_ms(s, policy);
  for (std::size_t i = first_of(s); i < s.legs.size(); ++i) {
    if (s.legs[i].dial_at_ms == 0) s.legs[i].dial_at_ms = at_ms + s.legs[i].destination.after_ms;
  }
}

bool decide_ringing(Session& s, Millis at_ms, const Policy& policy) {
  bool moved = decide_screening(s, at_ms, policy);
  if (claim(s, at_ms)) return true;
  if (refused_for_all(s)) {
    give_up_the_others(s);
    enter_unanswered(s);
    return true;
  }
  moved |= expire_legs(s, at_ms);
  if (nobody_is_left(s) || passed(s.ring_deadline_ms, at_ms)) {
    enter_unanswered(s);
    return true;
  }
  return start_early(s, at_ms) || moved;
}

void enter_unanswered(Session& s) {
  if (s.plan.on_unanswered == OnUnanswered::hangup) {
    enter_closing(s, Outcome::unanswered);
  } else {
    enter_voicemail(s);
  }
}

void lose_winner(Session& s, Millis at_ms, const Policy& policy) {
  if (s.plan.route == Route::ring && resume(s, at_ms, policy)) return;
  switch (s.plan.on_winner_lost) {
    case OnWinnerLost::ring_again:
      if (s.plan.route == Route::ring && ring_again(s, at_ms, policy)) return;
      enter_voicemail(s);
      return;
    case OnWinnerLost::voicemail:
      enter_voicemail(s);
      return;
    case OnWinnerLost::hangup:
      enter_closing(s, Outcome::unanswered);
      return;
  }
}

}  // namespace ringfence::rules
