// See canonical.h. What is left out is said where it is left out, and why it cannot matter.
#include "canonical.h"

#include <algorithm>
#include <tuple>

#include "core/rules.h"
#include "core/step.h"
#include "shared/limits.h"

namespace ringfence::exhaust {
namespace {

std::string name_of_leg(int leg) { return leg == kParent ? "P" : std::string(1, static_cast<char>('A' + leg)); }

constexpr int kCopies = 4;      // of one command; the coarse window has room for no more
constexpr int kRemembered = 3;  // late answers to older attempts mean nothing to merge

// A deadline that has passed has passed.
void clamp(Millis& at_ms) {
  if (at_ms != 0) at_ms = std::max(at_ms, kNow);
}

// Only whether it was ever stamped matters.
void flatten(Millis& at_ms) {
  if (at_ms != 0) at_ms = kNow;
}

[[nodiscard]] std::int16_t lower(int& counter, int to) {
  if (counter <= to) return 0;
  const int by = counter - to;
  counter = to;
  return static_cast<std::int16_t>(by);
}

// Evidence older than every look that may still be open is as good as any older.
void quieten(Millis& quiet_ms, Millis oldest_look_ms) {
  if (quiet_ms <= oldest_look_ms) quiet_ms = 0;
}

// The phrases decide nothing but whether somebody refused, and only in some plans.
bool refusals_count(const Session& s) {
  return s.plan.on_decline != OnRefusal::ring_on || s.plan.on_busy != OnRefusal::ring_on ||
         s.plan.on_winner_lost == OnWinnerLost::ring_again;
}

void canonicalise_texts(Leg& leg, const Session& s) {
  const bool refused = rules::refusal_of(leg) == rules::Refusal::declined;
  std::string cause;
  if (refusals_count(s) && !leg.ending.cause.empty())
    cause = refused ? "call_rejected" : "other";  // the first one stands
  leg.ending = {.cause = std::move(cause)};
  leg.told_reason.clear();
  if (leg.told != DeviceOutcome::none) leg.told = DeviceOutcome::failed;  // whether, not what
  leg.outrun = false;
}

void canonicalise_fast_answer(Leg& leg, const Policy& policy) {
  const bool judged = leg.state > LegState::answered && leg.state != LegState::ended_inferred;
  if (leg.destination.verify != Verify::press1_if_fast || judged) {
    flatten(leg.dialled_ms);
    flatten(leg.ringing_ms);
    flatten(leg.answered_ms);
    leg.picked_up_ms = 0;
    return;
  }
  const Millis reference_ms = leg.picked_up_ms != 0 ? leg.picked_up_ms : kNow;
  for (Millis* since_ms : {&leg.dialled_ms, &leg.ringing_ms}) {
    if (*since_ms == 0) continue;
    const Millis apart_ms = std::min(reference_ms - *since_ms, policy.fast_answer_ms);
    *since_ms = kNow - apart_ms;
  }
  flatten(leg.answered_ms);
  flatten(leg.picked_up_ms);
}

void canonicalise_leg(Leg& leg, std::size_t index, const Session& s, Millis oldest_look_ms, const Policy& policy) {
  canonicalise_texts(leg, s);
  // A transfer is watched from its answer on.
  if (s.phase == Phase::transferring) {
    flatten(leg.dialled_ms);
    flatten(leg.ringing_ms);
    if (leg.answered_ms != 0) leg.answered_ms = std::max(leg.answered_ms, kNow - policy.bridge_watch_ms);
  } else {
    canonicalise_fast_answer(leg, policy);
  }
  flatten(leg.ended_ms);
  const bool may_ring = s.phase <= Phase::bridging && static_cast<int>(index) >= s.round_first;
  const bool proved = leg.state == LegState::ended;
  if (leg.state != LegState::planned) leg.dial_at_ms = kNow;
  clamp(leg.dial_at_ms);
  clamp(leg.expires_ms);
  // Asked while devices ring, and not beyond that.
  const bool asked = may_ring && s.phase == Phase::ringing && leg.expires_ms <= s.ring_deadline_ms;
  if (!asked || proved || leg.state >= LegState::answered) leg.expires_ms = 0;
  if (!may_ring || leg.state != LegState::answered) leg.screen_until_ms = 0;
  clamp(leg.screen_until_ms);
  if (leg.apology != Apology::wanted) leg.apology_until_ms = 0;
  clamp(leg.apology_until_ms);
  if (leg.state != LegState::dialing || !leg.call_control_id.empty()) leg.dial_quiet_ms = 0;
  quieten(leg.dial_quiet_ms, oldest_look_ms);
  clamp(leg.hangup_next_ms);
  if (leg.hangup_next_ms <= kNow) leg.hangup_next_ms = 0;
  if (!may_ring && s.phase > Phase::bridging) {
    leg.machine = leg.unsure = leg.unproved = false;
    if (!s.plan.notify) leg.claimed = false;
    leg.gather_attempt = 0;
  }
  const bool may_have_spoken = leg.claimed || static_cast<int>(index) == s.winner;
  if (!s.plan.notify || !may_have_spoken) leg.bridged = false;  // only told to people
  if (!proved) return;
  leg.hangup_next_ms = 0;
  if (s.plan.on_winner_lost != OnWinnerLost::ring_again) leg.quit = Quit::none;
  leg.apology = Apology::none;
  leg.apology_until_ms = 0;
  leg.gather_attempt = 0;
  leg.call_control_id = control_id_of(static_cast<int>(index));  // whether they were learnt makes no difference
  leg.call_leg_id = leg_id_of(static_cast<int>(index));
  leg.ringing_ms = leg.dialled_ms = 0;
  if (!s.plan.notify) leg.answered_ms = 0;
  flatten(leg.answered_ms);
}

void canonicalise_outbox(Session& s, const Lowered& lowered, const Policy& policy) {
  for (OutboxEntry& entry : s.outbox) {
    entry.attempt -= lowered.of(entry.verb, entry.leg);
    if (entry.verb == Verb::notify) {
      entry.created_ms = kNow;  // a day is for ever here
      entry.expires_ms = kNow + limits::kNotifyMs;
      entry.tries = std::min(entry.tries, 1);  // offered until it is taken, however often
      entry.not_sent = 0;
    } else if (entry.verb != Verb::audit) {
      entry.created_ms = entry.expires_ms - policy.dedupe_window_ms;
    }
    const int reached = std::min(entry.tries - entry.not_sent, kCopies);
    const bool handed_over = entry.tries > 0;
    entry.tries = std::min(entry.tries, handed_over ? std::max(reached, 1) + 1 : 0);
    entry.not_sent = entry.tries - reached;
    clamp(entry.next_try_ms);
  }
  std::ranges::sort(s.outbox, {}, [](const OutboxEntry& e) { return std::tuple(e.verb, e.leg, e.attempt); });
}

void canonicalise_deadlines(Session& s) {
  for (Millis* at_ms :
       {&s.ring_deadline_ms, &s.hold_until_ms, &s.bridge_retry_ms, &s.bridge_deadline_ms, &s.greeting_deadline_ms,
        &s.record_retry_ms, &s.recording_deadline_ms, &s.audit_ms, &s.write_off_ms, &s.parent.hangup_next_ms}) {
    clamp(*at_ms);
  }
  flatten(s.created_ms);
  flatten(s.claimed_ms);
  flatten(s.closed_ms);
  if (s.plan.hold_losers_ms == 0 || s.phase > Phase::bridging) flatten(s.ring_started_ms);
  flatten(s.parent.answered_ms);
  flatten(s.parent.bridged_ms);
  flatten(s.parent.ended_ms);
}

}  // namespace

std::string control_id_of(int leg) { return name_of_leg(leg) + "-call"; }
std::string leg_id_of(int leg) { return name_of_leg(leg) + "-leg"; }

Lowered canonicalise(Session& s, Millis now_ms, const Policy& policy) {
  move_times_back(s, now_ms - kNow);
  Lowered lowered{};
  lowered.by[0] = lower(s.audit_attempt, 1);
  // What came of hanging up a call that has ended is no news.
  lowered.by[1] = lower(s.parent.hangup_attempt, s.parent.state == ParentState::ended ? 0 : kRemembered);
  for (std::size_t i = 0; i < std::min<std::size_t>(s.legs.size(), kMostLegs); ++i) {
    // As for the parent, but for the phrase that it would bring.
    const bool over = s.legs[i].state == LegState::ended && (!refusals_count(s) || !s.legs[i].ending.cause.empty());
    lowered.by[i + 2] = lower(s.legs[i].hangup_attempt, over ? 0 : kRemembered);
  }
  Millis oldest_look_ms = kNow;
  for (const OutboxEntry& entry : s.outbox) {
    if (entry.verb == Verb::audit) oldest_look_ms = std::min(oldest_look_ms, entry.created_ms);
  }
  s.audit_backoff = std::min(s.audit_backoff, 1);  // the coarse policy does not double
  if (s.audit_ms != 0 && s.audit_ms < kNow) s.audit_ms = kNow;
  if (s.phase >= Phase::connected) {  // no bridge is asked for any more
    s.bridge_attempt = s.bridge_asked = 0;
    s.bridge_refused = s.bridge_disproved = false;
    if (!s.plan.notify || !s.bridge_before) s.bridge_maybe = false;
    s.bridge_quiet_ms = s.bridge_quiet_before_ms = 0;
    if (!s.plan.notify) s.bridge_before = false;
  }
  quieten(s.bridge_quiet_ms, oldest_look_ms);
  quieten(s.bridge_quiet_before_ms, oldest_look_ms);
  canonicalise_outbox(s, lowered, policy);
  canonicalise_deadlines(s);
  for (std::size_t i = 0; i < s.legs.size(); ++i) canonicalise_leg(s.legs[i], i, s, oldest_look_ms, policy);
  s.parent.ending = {};
  if (s.parent.state == ParentState::ended) {
    s.parent.hangup_next_ms = 0;
    s.parent.answer_attempt = 0;
    s.parent.answered_ms = 0;  // told to people, and decides nothing any more
  }
  s.recording = {.url = std::move(s.recording.url)};
  // Nobody rings so long here that the prompt would be repeated; it is said once in each search for another phone.
  if (s.please_hold_ms != 0) s.please_hold_ms = kNow + policy.please_hold_ms;
  return lowered;
}

}  // namespace ringfence::exhaust
