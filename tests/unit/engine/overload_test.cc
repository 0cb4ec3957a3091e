// More new calls than the store can take: calls that are live go on, new ones are told `later`, and it passes by
// itself.
#include <algorithm>

#include "fixture.h"

namespace ringfence::test {
namespace {

class Overload : public EngineTest {
 protected:
  void SetUp() override {
    EngineTest::SetUp();
    start();
  }
  void TearDown() override {  // whoever still waits would be answered after the answers are gone
    slow_down(false);
    serve_all();
  }
  void slow_down(bool slow = true) { store.hold_commits = store.hold_loads = slow; }
  void serve(std::size_t requests) {
    store.release(requests);
    loop.run();
  }
  void serve_all() {
    while (store.held() > 0) serve(10);
  }
  // A call that rings, quickly stored.
  void begin_live(const std::string& call) {
    expect_only(post_now(incoming("ev-" + call, call)), Verdict::accepted);
    for (int leg = 0; leg < 2; ++leg) {
      const auto open = worker->telephony.sent.size() - 2 + static_cast<std::size_t>(leg);
      CommandOutcome outcome = dialled(leg);
      outcome.call_control_id = "cc-" + call + "-leg" + std::to_string(leg);
      outcome.call_leg_id = call + "-leg" + std::to_string(leg);
      worker->telephony.answer(open, outcome);
    }
    loop.run();
  }
  Answers& post_now(const Hook& hook) {
    Answers& answers = post(hook);
    loop.run();
    return answers;
  }
  void pass(Millis span_ms) {
    worker->clock.advance(span_ms);
    loop.run();
  }
  // The provider says yes to everything at once.
  void accept_commands() {
    for (; accepted_ < worker->telephony.sent.size(); ++accepted_) {
      const Command& command = worker->telephony.sent[accepted_].command;
      CommandOutcome outcome{.outcome = OutcomeClass::ok, .http_status = 200};
      if (command.verb == Verb::dial) outcome.call_control_id = "cc-" + command.id.text;
      if (worker->telephony.sent[accepted_].done) worker->telephony.answer(accepted_, outcome);
    }
  }
  [[nodiscard]] EngineStats stats() const { return worker->engine.stats(); }
  std::size_t accepted_ = 0;
};

// A store that serves 200 requests a second, so 50 calls with two devices, gets 1,000 new calls a second for ten
// seconds.
TEST_F(Overload, TwentyTimesTheNewCallsLoseNoHangUpOfALiveCallAndItPasses) {
  constexpr int kLive = 40, kSeconds = 10;
  constexpr Millis kTurnMs = 10;
  for (int i = 0; i < kLive; ++i) begin_live("live" + std::to_string(i));
  slow_down();
  struct Waiting {
    const Answers* answers;
    Millis posted_ms;
    std::string of;
  };
  std::vector<Waiting> hangups, starts;
  int next_call = 0, next_live = 0;
  std::size_t longest = 0;
  for (Millis at_ms = 0; at_ms < kSeconds * 1000; at_ms += kTurnMs) {
    for (int i = 0; i < 10; ++i, ++next_call) {
      const std::string call = "new" + std::to_string(next_call);
      starts.push_back({&post(incoming("ev-" + call, call)), at_ms, call});
    }
    if (at_ms % 240 == 0 && next_live < kLive) {
      const std::string call = "live" + std::to_string(next_live++);
      hangups.push_back({&post(hangup("bye-" + call, call)), at_ms, call});
    }
    loop.run();
    longest = std::max(longest, store.held());
    serve(200 * kTurnMs / 1000);
    accept_commands();
    pass(kTurnMs);
    for (const Waiting& one : hangups) {
      ASSERT_TRUE(!one.answers->empty() || at_ms - one.posted_ms < limits::kVerdictMs) << one.of << " waits too long";
    }
  }
  ASSERT_EQ(next_live, kLive);
  for (int i = 0; i < 1000 && stats().queue_depth > 0; ++i) {
    serve(2);
    accept_commands();
    pass(kTurnMs);
  }
  pass(limits::kVerdictMs);
  for (const Waiting& one : hangups) expect_only(*one.answers, Verdict::accepted);
  std::size_t taken = 0, put_off = 0;
  for (const Waiting& one : starts) {
    ASSERT_EQ(one.answers->size(), 1u) << one.of;
    const Verdict verdict = one.answers->front().verdict;
    ASSERT_TRUE(verdict == Verdict::accepted || verdict == Verdict::later) << one.of;
    ++(verdict == Verdict::accepted ? taken : put_off);
  }
  EXPECT_GT(taken, 200u) << "the store was kept at work";
  EXPECT_GT(put_off, 5000u);
  EXPECT_GT(stats().new_calls_put_off, 0u);
  EXPECT_LE(longest, 4 * limits::kNewCallsAtOnce + kLive) << "what stands before a hang-up is bounded";
  // And it has passed: the next call is taken as if nothing had been.
  EXPECT_EQ(stats().new_calls, 0u);
  slow_down(false);
  serve_all();
  EXPECT_EQ(stats().queue_depth, 0u);
  expect_only(post_now(incoming("ev-after", "after")), Verdict::accepted);
}

TEST_F(Overload, NewCallsHaveABoundAndLiveOnesGoOnBeyondIt) {
  begin_live("live");
  slow_down();
  for (std::size_t i = 0; i < limits::kNewCalls; ++i) {
    const std::string call = "new" + std::to_string(i);
    ASSERT_TRUE(post_now(incoming("ev-" + call, call)).empty());
  }
  EXPECT_EQ(stats().new_calls, limits::kNewCalls);
  expect_only(post_now(incoming("ev-more", "more")), Verdict::later);
  EXPECT_EQ(stats().new_calls_put_off, 1u);
  EXPECT_EQ(store.held(), limits::kNewCallsAtOnce);
  Answers& bye = post_now(hangup("bye", "live"));
  EXPECT_TRUE(bye.empty());
  serve(limits::kNewCallsAtOnce + 1);
  expect_only(bye, Verdict::accepted);
}

TEST_F(Overload, EveryNewCallGetsItsTurn) {
  slow_down();
  std::vector<Answers*> answers;
  for (std::size_t i = 0; i < 4 * limits::kNewCallsAtOnce; ++i) {
    const std::string call = "new" + std::to_string(i);
    answers.push_back(&post_now(incoming("ev-" + call, call)));
  }
  serve_all();
  for (const Answers* one : answers) expect_only(*one, Verdict::accepted);
  EXPECT_EQ(stats().new_calls, 0u);
}

TEST_F(Overload, AWaitingCallOfWhichMoreIsHeardWaitsNoLonger) {
  slow_down();
  for (std::size_t i = 0; i <= limits::kNewCallsAtOnce; ++i) {
    const std::string call = "new" + std::to_string(i);
    static_cast<void>(post_now(incoming("ev-" + call, call)));
  }
  EXPECT_EQ(store.held(), limits::kNewCallsAtOnce);
  const std::string last = "new" + std::to_string(limits::kNewCallsAtOnce);
  Answers& bye = post_now(hangup("bye", last));
  EXPECT_EQ(store.held(), limits::kNewCallsAtOnce + 1);
  serve_all();
  expect_only(bye, Verdict::accepted);
  EXPECT_EQ(stats().new_calls, 0u);
}

TEST_F(Overload, ACallThatWaitedInVainLeavesNothingBehind) {
  slow_down();
  std::vector<Answers*> answers;
  for (std::size_t i = 0; i < 2 * limits::kNewCallsAtOnce; ++i) {
    const std::string call = "new" + std::to_string(i);
    answers.push_back(&post_now(incoming("ev-" + call, call)));
  }
  pass(limits::kVerdictMs);
  for (const Answers* one : answers) expect_only(*one, Verdict::later);
  EXPECT_EQ(store.held(), limits::kNewCallsAtOnce) << "who waited never reached the store";
  slow_down(false);
  serve(limits::kNewCallsAtOnce);
  EXPECT_EQ(stats().new_calls, 0u);
  EXPECT_EQ(stats().queue_depth, 0u);
  expect_only(post_now(incoming("ev-again", "again")), Verdict::accepted);
}

TEST_F(Overload, TheLastPlacesAreForHangUpsAndAnswers) {
  constexpr std::size_t kCalls = 64;
  for (std::size_t i = 0; i < kCalls; ++i) begin_live("live" + std::to_string(i));
  slow_down();
  std::size_t number = 0;
  const auto post_some = [&](const std::string& type) {
    const std::string call = "live" + std::to_string(number % kCalls);
    ++number;
    Hook hook = answered("e" + std::to_string(number), 0, call);
    hook.type = type;
    return &post(hook);
  };
  while (stats().queue_depth < limits::kEngineQueue - limits::kUrgentEvents) {
    ASSERT_TRUE(post_some("call.machine.detection.ended")->empty());
  }
  EXPECT_EQ(post_some("call.machine.detection.ended")->size(), 1u);
  EXPECT_EQ(post(incoming("ev-new", "new")).size(), 1u);
  EXPECT_TRUE(post_some("call.answered")->empty());
  EXPECT_TRUE(post(hangup("bye", "live0")).empty());
  while (stats().queue_depth < limits::kEngineQueue) ASSERT_TRUE(post_some("call.answered")->empty());
  EXPECT_EQ(post_some("call.answered")->size(), 1u) << "even these have a bound";
}

}  // namespace
}  // namespace ringfence::test
