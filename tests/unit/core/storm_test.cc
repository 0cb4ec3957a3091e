// What must hold in every step of every call, however senseless its events: see storm.h. The invariants that need to
// know the truth about the phones are looked for in tests/sim/explore.
#include "storm.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

#include "codec/session_json.h"
#include "core/outcome.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

using Wrong = std::string;

Wrong wrong_leg(const Leg& was, const Leg& is) {
  if (was.state == LegState::ended && is.state != LegState::ended) return "I4: a proved end was revoked";
  if (was.state != LegState::ended_inferred && is.state < was.state) return "I4: a leg's state went back";
  if (was.quit != Quit::none && is.quit != was.quit) return "a leg that was given up is wanted again";
  if (is.apology < was.apology) return "an apology began again";
  if (was.told != DeviceOutcome::none && is.told != was.told) return "I16: a device was told two outcomes";
  if (was.answered_ms != 0 && is.answered_ms != was.answered_ms) return "the first time of an answer was lost";
  return {};
}

Wrong wrong_command(const Session& next, const Command& command) {
  const bool to_call = command.verb != Verb::dial && command.verb != Verb::audit && command.verb != Verb::notify;
  if (command.id.empty() || (to_call && command.call_control_id.empty())) return "a command about nothing";
  if (command.verb == Verb::dial && next.phase != Phase::ringing) return "I3: a dial after the decision";
  if (command.verb == Verb::dial && command.attempt != 1) return "I5: a dial with a second id";
  if (command.verb == Verb::bridge && (next.phase != Phase::bridging || next.winner != command.leg)) {
    return "I2: a bridge that nobody claimed";
  }
  // A held loser may still prove itself, but is asked only while devices ring.
  if (command.verb == Verb::gather && command.tries == 1 && next.phase != Phase::ringing) {
    return "a prompt after the decision";
  }
  if (command.verb == Verb::record_start && next.phase == Phase::connected && next.plan.no_record) {
    return "a conversation is recorded against the plan";
  }
  return {};
}

// I3: every leg that should not be, and whose id is known, is being hung up, spoken to, or will be at a known time.
Wrong wrong_hangups(const Session& s, Millis now_ms) {
  for (std::size_t i = 0; i < s.legs.size(); ++i) {
    const Leg& leg = s.legs[i];
    if (!want_dead(s, i) || leg.ended() || leg.call_control_id.empty()) continue;
    const auto is_hangup = [&](const OutboxEntry& e) { return e.verb == Verb::hangup && e.leg == static_cast<int>(i); };
    const bool spoken_to = leg.apology == Apology::wanted && leg.apology_until_ms > now_ms;
    if (!spoken_to && leg.hangup_next_ms <= now_ms && std::ranges::none_of(s.outbox, is_hangup)) {
      return "I3: a leg that should not be is not being hung up";
    }
  }
  return {};
}

Wrong wrong_channels(const Session& s, const std::vector<Command>& commands) {
  if (s.plan.max_channels == 0 ||
      std::ranges::none_of(commands, [](const Command& c) { return c.verb == Verb::dial && c.tries == 1; })) {
    return {};
  }
  const auto live =
      std::ranges::count_if(s.legs, [](const Leg& leg) { return leg.state != LegState::planned && !leg.ended(); });
  return live > s.plan.max_channels ? "more legs than channels" : "";
}

Wrong wrong_session(const Session& was, const Session& is) {
  if (was.phase == Phase::closed && is.phase != Phase::closed) return "a tombstone came back to life";
  if (was.winner >= 0 && is.winner != was.winner && !was.legs[static_cast<std::size_t>(was.winner)].ended() &&
      !is.legs[static_cast<std::size_t>(was.winner)].ended()) {
    return "I1: the winner changed while it was there";
  }
  const bool late_truth = was.outcome == Outcome::abandoned && is.outcome == Outcome::answered;
  if (was.outcome != Outcome::none && is.outcome != was.outcome && !late_truth) return "I16: the outcome changed";
  if (was.told && is.outcome != was.outcome) return "I16: the call was told two outcomes";
  if (is.outbox.size() > limits::kOutbox) return "the outbox is over its limit";
  for (std::size_t i = 0; i < is.outbox.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const auto name = [](const OutboxEntry& e) { return std::tuple(e.verb, e.leg, e.attempt); };
      if (name(is.outbox[i]) == name(is.outbox[j])) return "one id twice in the outbox";
    }
  }
  return {};
}

Wrong wrong_turn(const test::Storm::Turn& turn, Millis now_ms) {
  const Session& was = turn.before;
  const Session& is = turn.result.next;
  std::vector<Wrong> all{wrong_session(was, is), wrong_hangups(is, now_ms), wrong_channels(is, turn.result.commands)};
  for (std::size_t i = 0; i < was.legs.size(); ++i) all.push_back(wrong_leg(was.legs[i], is.legs[i]));
  for (const Command& command : turn.result.commands) all.push_back(wrong_command(is, command));
  if (std::holds_alternative<Tick>(turn.event.body)) {
    const Millis due = due_ms(is);
    if (due != 0 && due <= now_ms) all.emplace_back("after a tick the next is due at once: a busy loop");
    if (!turn.result.changed && !turn.result.commands.empty()) all.emplace_back("commands without a change");
  }
  const auto at = std::ranges::find_if(all, [](const Wrong& wrong) { return !wrong.empty(); });
  return at == all.end() ? Wrong{} : *at;
}

TEST(Storm, EveryStepOfEveryCallIsSound) {
  constexpr std::uint64_t kSeeds = 3000;
  constexpr int kTurns = 120;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    test::Storm storm(seed);
    for (int number = 0; number < kTurns; ++number) {
      const auto turn = storm.next();
      const Wrong wrong = wrong_turn(turn, storm.now_ms());
      ASSERT_EQ(wrong, "") << "seed " << seed << ", turn " << number << ", " << name_of(kind_of(turn.event)) << " in "
                           << name_of(turn.before.phase);
    }
  }
}

// A document that was written in any state reads back, and the same event takes it the same way.
TEST(Storm, ACrashAnywhereChangesNothing) {
  constexpr std::uint64_t kSeeds = 150;
  constexpr int kTurns = 100;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    test::Storm storm(seed);
    for (int number = 0; number < kTurns; ++number) {
      const auto turn = storm.next();
      const auto restored = decode_session(encode_session(turn.before));
      ASSERT_TRUE(restored) << restored.error().text;
      ASSERT_EQ(*restored, turn.before);
      ASSERT_EQ(step(*restored, turn.event, storm.policy).next, turn.result.next);
    }
  }
}

// The store keeps which events were applied, but an event that comes again past that must not hurt either (I8).
TEST(Storm, AWebhookTwiceInARowEqualsOnce) {
  constexpr std::uint64_t kSeeds = 1000;
  constexpr int kTurns = 60;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    test::Storm storm(seed);
    for (int number = 0; number < kTurns; ++number) {
      const auto turn = storm.next();
      if (!std::holds_alternative<WebhookFact>(turn.event.body)) continue;
      const StepResult again = step(turn.result.next, turn.event, storm.policy);
      ASSERT_TRUE(again.commands.empty()) << "seed " << seed << ", turn " << number;
      ASSERT_EQ(again.next, turn.result.next) << "seed " << seed << ", turn " << number;
    }
  }
}

}  // namespace
}  // namespace ringfence
