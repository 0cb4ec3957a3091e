// derive: the outbox is what should be true minus what has been asked. Decides nothing. Its parts about legs and about
// notices to applications are in derive_legs.cc and derive_notices.cc. See rules.h.
#include <algorithm>

#include "core/facts.h"
#include "core/rules.h"

namespace ringfence::rules {
namespace {

// A dial that never left is no call; one that did stays open until its answer, its window, or its call's proved end.
void drop_unwanted(Session& s, Millis at_ms) {
  std::erase_if(s.outbox, [&](const OutboxEntry& entry) {
    if (still_wanted(s, entry) || (entry.maybe_executed() && !is_moot(s, entry))) return false;
    // The message may be there although nobody heard the answer to our asking for it.
    if (entry.verb == Verb::record_start) s.record_maybe |= entry.maybe_executed();
    if ((entry.verb == Verb::dial || entry.verb == Verb::transfer) && !entry.maybe_executed()) {
      Leg& leg = s.legs[static_cast<std::size_t>(entry.leg)];
      if (leg.state == LegState::dialing) end_leg(leg, {.cause = std::string(kNeverDialled)}, at_ms);
    }
    return true;
  });
}

void derive_parent(Session& s, Millis at_ms, const Policy& policy) {
  Parent& parent = s.parent;
  const bool wants_answer = s.phase == Phase::answering || s.phase == Phase::vm_answering;
  if (wants_answer && parent.state == ParentState::ringing && parent.answer_attempt < policy.answer_attempts &&
      find_open(s, Verb::answer, kParent) == nullptr) {
    ask(s, Verb::answer, kParent, ++parent.answer_attempt, at_ms, policy);
  }
  if (s.phase == Phase::bridging && s.bridge_asked < s.bridge_attempt) {
    s.bridge_asked = s.bridge_attempt;
    ask(s, Verb::bridge, s.winner, s.bridge_attempt, at_ms, policy);
  }
  if (s.phase == Phase::vm_greeting && !s.greeting_asked) {
    s.greeting_asked = true;
    ask(s, Verb::speak, kParent, kGreetingAttempt, at_ms, policy);
  }
}

// The winner was lost and others ring: an answered caller would hear silence until then. A prompt that is still being
// asked for is not asked for again.
void derive_please_hold(Session& s, Millis at_ms, const Policy& policy) {
  if (s.phase != Phase::ringing || s.parent.state != ParentState::answered) {
    s.please_hold_ms = 0;
    return;
  }
  if (s.please_hold_ms != 0 && !passed(s.please_hold_ms, at_ms)) return;
  s.please_hold_ms = at_ms + policy.please_hold_ms;
  if (find_open(s, Verb::speak, kParent) != nullptr) return;
  if (s.please_hold_asked) ++s.please_hold_repeats;
  s.please_hold_asked = true;
  ask(s, Verb::speak, kParent, kPleaseHoldAttempt + s.please_hold_repeats, at_ms, policy);
  s.outbox.back().about = About::please_hold;
}

void derive_recording(Session& s, Millis at_ms, const Policy& policy) {
  const bool conversation = s.phase == Phase::connected && !s.plan.no_record;
  const bool wanted = (conversation || s.phase == Phase::vm_recording) && !s.record_started && !s.recording_lost &&
                      !s.recording_saved && s.record_attempt < policy.record_attempts;
  if (!wanted) s.record_retry_ms = 0;
  if (!wanted || find_open(s, Verb::record_start, kParent) != nullptr || at_ms < s.record_retry_ms) return;
  s.record_retry_ms = 0;
  ask(s, Verb::record_start, kParent, ++s.record_attempt, at_ms, policy);
}

// How often the provider's records are to be looked at for what is unproved; 0 = nothing is.
Millis search_period(const Session& s, const Policy& policy) {
  if (wants_bridge_proof(s)) return policy.bridge_watch_ms;
  Millis first_ms = 0;
  for (std::size_t i = 0; i < s.legs.size(); ++i) {
    if (!may_exist(s, i)) continue;
    if (want_dead(s, i)) return doubled(policy.audit_hurry_ms, s.audit_backoff, policy.audit_max_ms);
    first_ms = policy.audit_first_ms;
  }
  if (first_ms != 0) return doubled(first_ms, s.audit_backoff, policy.audit_max_ms);
  // recording.saved is late: the records know it, too.
  constexpr int kRecordingLooks = 4;
  if (is_over(s.phase) && s.recording_deadline_ms != 0) {
    return doubled(policy.recording_wait_ms / kRecordingLooks, s.audit_backoff - kRecordingLooks, policy.audit_max_ms);
  }
  return 0;
}

bool is_ringing(Phase phase) { return phase == Phase::ringing || phase == Phase::transferring; }

// And when nothing is: a lost hangup would let phones ring for nobody, or hold the session for ever.
Millis watch_period(const Session& s, const Policy& policy) {
  if (is_ringing(s.phase)) return policy.audit_ringing_ms;
  return s.phase == Phase::connected || s.phase == Phase::vm_recording ? policy.audit_max_ms : 0;
}

// Counted from the beginning, whatever a search that is over had planned.
void watch_the_ringing(Session& s, Millis period_ms, Millis at_ms) {
  const Millis begun_ms = s.phase == Phase::ringing ? s.ring_started_ms : s.claimed_ms;
  const bool planned = s.audit_ms > begun_ms && (s.audit_ms - begun_ms) % period_ms == 0;
  if (!planned) s.audit_ms = begun_ms + ((at_ms - begun_ms) / period_ms + 1) * period_ms;
  s.audit_backoff = 0;
}

// The recorded events of a call tell what happened to it; that something never was, only both lists.
bool misses_a_leg(const Session& s) {
  for (std::size_t i = 0; i < s.legs.size(); ++i) {
    if (may_exist(s, i)) return true;
  }
  return false;
}

void derive_audit(Session& s, Millis at_ms, const Policy& policy) {
  const Millis search_ms = search_period(s, policy);
  const Millis period_ms = search_ms != 0 ? search_ms : watch_period(s, policy);
  if (period_ms == 0) {
    s.audit_ms = 0;
    s.audit_backoff = 0;
    std::erase_if(s.outbox,
                  [](const OutboxEntry& entry) { return entry.verb == Verb::audit; });  // a look has no effect
    return;
  }
  if (find_open(s, Verb::audit, kParent) != nullptr) return;
  if (search_ms == 0 && is_ringing(s.phase)) watch_the_ringing(s, period_ms, at_ms);
  if (wants_bridge_proof(s) && s.audit_backoff == 0) s.audit_ms = at_ms;  // a caller sits in silence: look at once
  if (s.audit_ms == 0 || s.audit_ms > at_ms + period_ms) s.audit_ms = at_ms + period_ms;
  if (at_ms < s.audit_ms) return;
  ask(s, Verb::audit, kParent, ++s.audit_attempt, at_ms, policy);
  if (misses_a_leg(s)) s.outbox.back().about = About::live_calls;
  ++s.audit_backoff;
  s.audit_ms = at_ms + period_ms;
}

// Entries past the window in which the provider recognises their command_id. What they leave open, others settle:
// an audit (dial), a new attempt (answer, hangup), a deadline (bridge, speak).
void expire(Session& s, Millis at_ms) {
  for (const OutboxEntry& entry : s.outbox) {
    if (at_ms < entry.expires_ms) continue;
    if (entry.verb == Verb::record_start) s.record_maybe |= entry.maybe_executed();
    // It never left: as good as refused.
    if (entry.verb == Verb::bridge && entry.attempt == s.bridge_attempt) s.bridge_refused |= !entry.maybe_executed();
  }
  std::erase_if(s.outbox, [&](const OutboxEntry& entry) { return at_ms >= entry.expires_ms; });
}

// What is known of a call from the moment its command leaves.
void note_sending(Session& s, OutboxEntry& entry, Millis at_ms, const Policy& policy) {
  const bool to_provider = entry.verb != Verb::notify;
  const Millis pause_ms = doubled(to_provider ? policy.command_retry_ms : policy.notify_retry_ms, entry.tries - 1,
                                  to_provider ? policy.command_retry_max_ms : policy.notify_retry_max_ms);
  entry.next_try_ms = at_ms + scattered(s, entry, pause_ms, policy);
  if (entry.verb == Verb::bridge || entry.verb == Verb::transfer) s.bridge_quiet_ms = at_ms + policy.quiesce_ms;
  if (entry.verb != Verb::dial && entry.verb != Verb::transfer) return;
  Leg& leg = s.legs[static_cast<std::size_t>(entry.leg)];
  leg.dial_quiet_ms = at_ms + policy.quiesce_ms;
  if (leg.dialled_ms != 0) return;
  leg.dialled_ms = at_ms;
  const Millis timeout_ms = leg.destination.timeout_ms != 0 ? leg.destination.timeout_ms : policy.leg_ms;
  leg.expires_ms = at_ms + timeout_ms + policy.leg_margin_ms;
}

std::vector<Command> hand_over(Session& s, Millis at_ms, const Policy& policy) {
  std::vector<Command> commands;
  for (OutboxEntry& entry : s.outbox) {
    if (at_ms < entry.next_try_ms || !still_wanted(s, entry)) continue;
    ++entry.tries;
    note_sending(s, entry, at_ms, policy);
    commands.push_back(materialize(s, entry, policy));
  }
  return commands;
}

}  // namespace

// limits::kOutbox holds every legal set: at most one open entry of a verb for each leg.
void ask(Session& s, Verb verb, int leg, int attempt, Millis at_ms, const Policy& policy) {
  s.outbox.push_back({.verb = verb,
                      .leg = leg,
                      .attempt = attempt,
                      .created_ms = at_ms,
                      .expires_ms = at_ms + policy.dedupe_window_ms,
                      .next_try_ms = at_ms});
}

Millis doubled(Millis first_ms, int times, Millis most_ms) {
  Millis value = first_ms;
  for (int i = 0; i < times && value < most_ms; ++i) value *= 2;
  return std::min(value, most_ms);
}

Millis scattered(const Session& session, const OutboxEntry& entry, Millis pause_ms, const Policy& policy) {
  const Millis most_ms = pause_ms * policy.command_jitter_percent / 100;
  if (most_ms <= 0) return pause_ms;
  // No dice in here: what a try is tells it from every other one, which is all that jitter has to do. FNV-1a.
  std::uint64_t hash = 0xcbf29ce484222325;
  const auto mix = [&hash](std::uint64_t value) { hash = (hash ^ value) * 0x100000001b3; };
  for (const char c : session.id.text) mix(static_cast<unsigned char>(c));
  for (const int part : {static_cast<int>(entry.verb), entry.leg, entry.attempt, entry.tries}) {
    mix(static_cast<std::uint32_t>(part));
  }
  mix(hash >> 32);  // the low bits, which are used, have seen little of the high ones
  return pause_ms + static_cast<Millis>(hash % static_cast<std::uint64_t>(most_ms + 1));
}

std::vector<Command> derive(Session& session, Millis at_ms, const Policy& policy) {
  expire(session, at_ms);
  drop_unwanted(session, at_ms);
  derive_parent(session, at_ms, policy);
  derive_please_hold(session, at_ms, policy);
  derive_legs(session, at_ms, policy);
  derive_recording(session, at_ms, policy);
  derive_audit(session, at_ms, policy);
  derive_notices(session, at_ms, policy);
  return hand_over(session, at_ms, policy);
}

}  // namespace ringfence::rules
