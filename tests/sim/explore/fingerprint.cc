// See fingerprint.h. What is left out is said where it is left out, and why it cannot matter.
#include "fingerprint.h"

#include <algorithm>

namespace ringfence::explore {
namespace {

class Mixer {
 public:
  template <class... Numbers>
  void add(Numbers... numbers) {
    (one(static_cast<std::uint64_t>(static_cast<std::int64_t>(numbers))), ...);
  }
  [[nodiscard]] std::uint64_t value() const {
    std::uint64_t z = state_ ^ (state_ >> 32);
    z *= 0xd6e8feb86659fd93ULL;
    return z ^ (z >> 29);
  }

 private:
  void one(std::uint64_t number) {
    state_ = (state_ ^ number) * 0x9fb21c651e98df25ULL;
    state_ ^= state_ >> 28;
  }
  std::uint64_t state_ = 0x243f6a8885a308d3ULL;
};

// Deadlines that have passed are all the same; 0 is none.
Millis relative(const World& world, Millis at_ms) {
  if (at_ms == 0) return 0;
  return at_ms <= world.now_ms ? 1 : at_ms - world.now_ms + 1;
}

// Doublings stop at a maximum; from here on one more makes no difference.
int saturated(int count) {
  constexpr int kDoublings = 7;
  return std::min(count, kDoublings);
}

int counter_of(const World& world, Verb verb, int leg) {
  const Session& s = world.session;
  switch (verb) {
    case Verb::hangup:
      return leg == kParent ? s.parent.hangup_attempt : s.legs[static_cast<std::size_t>(leg)].hangup_attempt;
    case Verb::audit:
      return s.audit_attempt;
    default:
      return 0;  // few attempts, and they decide: taken as they are
  }
}

int relative_attempt(const World& world, Verb verb, int leg, int attempt) {
  return attempt - counter_of(world, verb, leg);
}

// Evidence older than this is as good as any older: what an audit that is still open may have been asked before.
Millis quiet(const World& world, Millis quiet_ms, Millis oldest_look_ms) {
  return quiet_ms <= oldest_look_ms ? 0 : quiet_ms - world.now_ms;
}

void add_session(Mixer& mix, const World& world) {
  const Session& s = world.session;
  Millis oldest_look_ms = world.now_ms;
  for (const OutboxEntry& e : s.outbox) {
    if (e.verb == Verb::audit) oldest_look_ms = std::min(oldest_look_ms, e.created_ms);
  }
  mix.add(s.phase, s.outcome, s.winner, s.bridge_attempt, s.bridge_asked, s.bridge_refused, s.bridge_maybe,
          s.bridge_disproved, s.greeting_asked, s.greeting_done, s.record_attempt, s.record_maybe, s.recording_looked,
          s.record_started, s.recording_saved, s.recording_lost, saturated(s.audit_backoff));
  mix.add(s.claims, s.round_first, s.cancelled, s.transfer_asked, s.reject_asked, s.please_hold_asked, s.told);
  for (const Millis at_ms :
       {s.ring_deadline_ms, s.hold_until_ms, s.bridge_retry_ms, s.bridge_deadline_ms, s.greeting_deadline_ms,
        s.record_retry_ms, s.recording_deadline_ms, s.audit_ms, s.write_off_ms}) {
    mix.add(relative(world, at_ms));
  }
  mix.add(quiet(world, s.bridge_quiet_ms, oldest_look_ms), quiet(world, s.bridge_quiet_before_ms, oldest_look_ms));
  const Parent& p = s.parent;
  mix.add(p.state, p.bridged, p.answer_attempt, saturated(p.hangup_attempt), relative(world, p.hangup_next_ms));
  for (const Leg& leg : s.legs) {
    mix.add(leg.state, leg.call_control_id.empty(), saturated(leg.hangup_attempt), relative(world, leg.hangup_next_ms),
            quiet(world, leg.dial_quiet_ms, oldest_look_ms));
    mix.add(leg.quit, leg.apology, relative(world, leg.apology_until_ms), leg.machine, leg.unsure, leg.unproved,
            leg.gather_attempt, leg.rung_again, leg.told);
    // Only what may still come of these decides.
    if (leg.state == LegState::planned) mix.add(relative(world, leg.dial_at_ms));
    if (leg.state == LegState::answered) mix.add(relative(world, leg.screen_until_ms));
    const bool may_expire = s.phase == Phase::ringing && leg.state < LegState::answered;
    if (may_expire && leg.expires_ms < s.ring_deadline_ms) mix.add(relative(world, leg.expires_ms));
  }
  mix.add(s.outbox.size());
  for (const OutboxEntry& e : s.outbox) {
    mix.add(e.verb, e.leg, relative_attempt(world, e.verb, e.leg, e.attempt), saturated(e.tries),
            std::min(e.tries - e.not_sent, 2), relative(world, e.expires_ms), relative(world, e.next_try_ms));
    if (e.verb == Verb::audit) mix.add(world.now_ms - e.created_ms);
  }
  // Left out: causes, ids and texts (functions of the rest), created_ms and closed_ms (nobody decides by them).
}

void add_request(Mixer& mix, const World& world, const Request& r) {
  // Which copy it is decides nothing: ids name commands, and the store has dropped second results.
  mix.add(r.verb, r.leg, relative_attempt(world, r.verb, r.leg, r.attempt), r.forgotten);
}

// An id that is neither open nor on its way is never seen again, so that it was executed is history.
bool may_come_again(const World& world, const Request& done) {
  const auto same = [&](const auto& other) {
    return other.verb == done.verb && other.leg == done.leg && other.attempt == done.attempt;
  };
  return std::ranges::any_of(world.session.outbox, same) || std::ranges::any_of(world.requests, same);
}

}  // namespace

std::uint64_t fingerprint(const World& world) {
  Mixer mix;
  add_session(mix, world);
  mix.add(world.parent, world.bridged, world.ever_bridged, world.recording, world.recorded);
  for (int i = 0; i < world.legs; ++i) mix.add(world.leg[static_cast<std::size_t>(i)]);
  mix.add(world.notices.size());
  for (const Notice& n : world.notices) mix.add(n.type, n.leg);
  mix.add(world.requests.size());
  for (const Request& r : world.requests) {
    add_request(mix, world, r);
    mix.add(world.now_ms - r.sent_ms);  // the clock waits for it
  }
  mix.add(world.responses.size());
  for (const Response& r : world.responses) {
    add_request(mix, world, r.to);
    mix.add(r.outcome, r.error_code == "90018", r.error_code.empty());
    mix.add(r.seen.parent, r.seen.bridged, r.seen.recorded);
    for (const Truth truth : r.seen.legs) mix.add(truth);
  }
  std::uint64_t executed = 0;
  for (const Request& done : world.executed) {
    if (!may_come_again(world, done)) continue;
    Mixer one;
    add_request(one, world, done);
    executed += one.value();  // in any order
  }
  const Budget& b = world.budget;
  mix.add(executed, b.lost, b.duplicated, b.unknown, b.refused, b.not_sent, b.crashes, b.fake_bridges);
  return mix.value();
}

}  // namespace ringfence::explore
