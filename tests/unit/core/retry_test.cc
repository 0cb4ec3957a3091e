// When a command is asked again: pauses that double, jitter that needs no dice, Retry-After and its bounds. What is
// asked again is told in tests/scenarios.
#include <gmock/gmock.h>

#include <set>

#include "shared/limits.h"
#include "support/core_fixture.h"

namespace ringfence {
namespace {

using test::Call;
using test::kStartMs;

CommandOutcome not_sent(Millis retry_after_ms = 0) {
  CommandOutcome outcome{.outcome = OutcomeClass::not_sent};
  outcome.retry_after_ms = retry_after_ms;
  return outcome;
}

CommandOutcome too_many(Millis retry_after_ms) {
  CommandOutcome outcome{.outcome = OutcomeClass::unknown, .http_status = 429};
  outcome.retry_after_ms = retry_after_ms;
  return outcome;
}

// The pauses between the handings-over of one dial that never gets out, to the end of its window.
std::vector<Millis> pauses(const std::string& session) {
  Call call;
  call.policy.command_jitter_percent = Policy{}.command_jitter_percent;
  call.session.id = {session};
  call.policy.ring_ms = call.policy.leg_ms = 60'000;
  WebhookFact offer{.type = WebhookType::initiated, .call_control_id = "parent", .call_leg_id = session};
  offer.incoming = true;
  auto result = call.happen(Event{.body = std::move(offer), .plan = RingPlan{.destinations = {{"desk", "sip:desk"}}}});
  std::vector<Millis> pauses;
  Millis last_ms = kStartMs;
  for (int i = 0; i < 200 && call.now_ms < kStartMs + call.policy.dedupe_window_ms; ++i) {
    for (const Command& command : result.commands) {
      if (command.verb != Verb::dial) continue;
      if (command.tries > 1) pauses.push_back(call.now_ms - last_ms);
      last_ms = call.now_ms;
      call.answer(command, not_sent());
    }
    const Millis due = due_ms(call.session);
    if (due == 0) break;
    call.now_ms = std::max(due, call.now_ms + 1);
    result = call.tick();
  }
  return pauses;
}

TEST(Retry, PausesDoubleUpToTheirBoundAndAreLongerByAQuarterAtMost) {
  const std::vector<Millis> seen = pauses("call-1");
  ASSERT_GE(seen.size(), 8u);
  EXPECT_LE(seen.size(), 12u) << "one call asks this often in its window, however long the provider is away";
  Millis pause_ms = Policy{}.command_retry_ms;
  for (const Millis one : seen) {
    EXPECT_GE(one, pause_ms);
    EXPECT_LE(one, pause_ms * 5 / 4);
    pause_ms = std::min(pause_ms * 2, Policy{}.command_retry_max_ms);
  }
}

TEST(Retry, TheSameCallPausesTheSameEveryTimeAndOthersDoNot) {
  EXPECT_EQ(pauses("call-1"), pauses("call-1"));
  std::set<Millis> firsts;
  for (int i = 0; i < 200; ++i) firsts.insert(pauses("call-" + std::to_string(i)).at(1));
  EXPECT_GT(firsts.size(), 100u) << "200 calls that were refused together come again at so many moments";
}

TEST(Retry, NothingIsRepeatedWhenTheProviderMayHaveForgottenTheId) {
  Call call;
  auto result = call.offered({"desk"});
  ASSERT_EQ(result.commands.size(), 1u);
  call.answer(result.commands[0], too_many(limits::kRetryAfterMs));
  call.now_ms = kStartMs + call.policy.dedupe_window_ms - 1;
  for (const Command& command : call.tick().commands) EXPECT_NE(command.verb, Verb::dial);
  call.now_ms = kStartMs + limits::kRetryAfterMs * 2;
  for (const Command& command : call.tick().commands) EXPECT_NE(command.verb, Verb::dial);
}

TEST(Retry, RetryAfterIsKeptToAndNeverShortened) {
  Call call;
  call.policy.command_jitter_percent = Policy{}.command_jitter_percent;
  auto result = call.offered({"desk"});
  call.answer(result.commands[0], too_many(7'000));
  ASSERT_EQ(call.session.outbox.size(), 1u);
  EXPECT_GE(call.session.outbox[0].next_try_ms, kStartMs + 7'000);
  EXPECT_LE(call.session.outbox[0].next_try_ms, kStartMs + 7'000 * 5 / 4);
}

TEST(Retry, AHangUpIsNotPutOffForAsLongAsADialIs) {
  Call call;
  call.policy.command_jitter_percent = Policy{}.command_jitter_percent;
  auto result = call.offered({"desk"});
  CommandOutcome dialled{.outcome = OutcomeClass::ok, .http_status = 200};
  dialled.call_control_id = "leg0";
  call.answer(result.commands[0], dialled);
  result = call.parent(WebhookType::hangup);
  ASSERT_EQ(result.commands.size(), 1u);
  ASSERT_EQ(result.commands[0].verb, Verb::hangup);
  call.answer(result.commands[0], too_many(limits::kRetryAfterMs));
  ASSERT_EQ(call.session.outbox.size(), 1u);
  EXPECT_GE(call.session.outbox[0].next_try_ms, kStartMs + limits::kUrgentRetryAfterMs);
  EXPECT_LE(call.session.outbox[0].next_try_ms, kStartMs + limits::kUrgentRetryAfterMs * 5 / 4);
}

}  // namespace
}  // namespace ringfence
