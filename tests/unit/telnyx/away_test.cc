// A provider that is away, comes back, or finds us too many: what leaves, what does not, and what is told.
#include <algorithm>

#include "fixture.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

using State = Breaker::State;

class TelnyxAwayTest : public TelnyxClientTest {
 protected:
  // Fails until the breaker opens, with one command more that it keeps back.
  void break_it() {
    outcomes_.clear();
    for (int i = 0; i < limits::kBreakerInARow; ++i) {
      send(command_for(Verb::bridge));
      ASSERT_TRUE(wait_for(static_cast<std::size_t>(i) + 1));
    }
    ASSERT_EQ(client_->counters().breaker, State::open);
  }
  // Asks as step() does, each time after the pause it was told, until the provider takes it.
  CommandOutcome until_taken(Verb verb) {
    CommandOutcome outcome;
    for (int i = 0; i < 100; ++i) {
      outcome = outcome_of(command_for(verb));
      if (outcome.outcome == OutcomeClass::ok) break;
      pause(outcome.retry_after_ms);
    }
    return outcome;
  }
  void pause(Millis span_ms) {
    UvTimer timer(loop_);
    bool over = false;
    timer.start(span_ms, [&over] { over = true; });
    ASSERT_TRUE(run_until(loop_, [&over] { return over; }));
  }

  int status_ = 503;
  void serve_status() {
    serve([this](const SeenRequest&) { return ScriptedReply{.status = status_, .body = "{}"}; });
    connect();
  }
};

TEST_F(TelnyxAwayTest, AfterFailuresInARowNothingIsSentUntilAProbeIsDue) {
  serve_status();
  break_it();
  const std::size_t asked = server_->seen.size();
  EXPECT_EQ(asked, static_cast<std::size_t>(limits::kBreakerInARow));
  for (const Verb verb : {Verb::hangup, Verb::dial, Verb::audit, Verb::answer}) {
    const CommandOutcome outcome = outcome_of(command_for(verb));
    EXPECT_EQ(outcome.outcome, OutcomeClass::not_sent);
    EXPECT_EQ(outcome.http_status, 0);
    EXPECT_GT(outcome.retry_after_ms, 0);
    EXPECT_LE(outcome.retry_after_ms, limits::kBreakerFirstMs + limits::kProbeGraceMs);
  }
  EXPECT_EQ(server_->seen.size(), asked);
  EXPECT_EQ(client_->counters().kept_back, 4u);
  EXPECT_EQ(client_->counters().opened, 1u);
  EXPECT_EQ(log_.count("provider_away"), 1u);
  EXPECT_EQ(log_.count("HTTP 503"), 1u);
}

TEST_F(TelnyxAwayTest, WhatWaitedInTheQueueIsGivenBackWhenItOpens) {
  serve([](const SeenRequest&) { return held(); });
  TelnyxOptions options;
  options.deadline_ms = 600;
  connect(options);
  constexpr int kMore = 10;
  const auto on_wire = static_cast<std::size_t>(limits::kProviderConnectionsPlain);
  for (std::size_t i = 0; i < on_wire + kMore; ++i) send(command_for(Verb::hangup, "v3:" + std::to_string(i)));
  ASSERT_TRUE(run_until(loop_, [&] { return server_->seen.size() == on_wire; }));
  EXPECT_EQ(client_->counters().queued, static_cast<std::size_t>(kMore));
  server_->close_connections();
  ASSERT_TRUE(wait_for(on_wire + kMore));
  EXPECT_EQ(client_->counters().queued, 0u);
  EXPECT_LE(server_->seen.size(), on_wire + limits::kBreakerInARow);
}

TEST_F(TelnyxAwayTest, OneCommandAtATimeTriesAndItsAnswerBringsTheProviderBack) {
  serve_status();
  break_it();
  status_ = 200;
  const std::size_t asked = server_->seen.size();
  EXPECT_EQ(until_taken(Verb::hangup).outcome, OutcomeClass::ok);
  EXPECT_EQ(server_->seen.size(), asked + 1) << "what was kept back was not sent";
  EXPECT_EQ(client_->counters().breaker, State::closed);
  EXPECT_EQ(client_->counters().probes, 1u);
  EXPECT_EQ(log_.count("provider_back"), 1u);
  EXPECT_EQ(outcome_of(command_for(Verb::bridge)).outcome, OutcomeClass::ok);
}

TEST_F(TelnyxAwayTest, WhileAProbeIsUnderWayNothingElseLeaves) {
  bool hold = false;
  serve([&](const SeenRequest&) { return hold ? held() : ScriptedReply{.status = 500, .body = "{}"}; });
  connect();
  break_it();
  hold = true;
  pause(limits::kBreakerFirstMs + limits::kProbeGraceMs);
  outcomes_.clear();
  const std::size_t asked = server_->seen.size();
  send(command_for(Verb::bridge));
  ASSERT_TRUE(run_until(loop_, [&] { return server_->seen.size() == asked + 1; }));
  for (int i = 0; i < 20; ++i) send(command_for(Verb::hangup));
  ASSERT_TRUE(wait_for(20));
  EXPECT_EQ(server_->seen.size(), asked + 1);
  EXPECT_EQ(client_->counters().breaker, State::probing);
  server_->release_all();
  ASSERT_TRUE(wait_for(21));
  EXPECT_EQ(outcomes_.back().outcome, OutcomeClass::ok);
  EXPECT_EQ(client_->counters().breaker, State::closed);
}

// They time out one after the other when the provider has been back for a while.
TEST_F(TelnyxAwayTest, WhatWasLostBeforeItOpenedDoesNotOpenItAgain) {
  bool away = true;
  serve([&](const SeenRequest& request) {
    if (request.path.ends_with("bridge")) return ScriptedReply{.status = away ? 503 : 200};
    return request.path.ends_with("answer") ? held() : ScriptedReply{};
  });
  TelnyxOptions options;
  options.deadline_ms = 20'000;
  connect(options);
  constexpr std::size_t kLost = 2 * static_cast<std::size_t>(limits::kBreakerInARow);
  std::size_t lost = 0;
  for (std::size_t i = 0; i < kLost; ++i) {
    client_->send(command_for(Verb::answer, "v3:" + std::to_string(i)), [&](const CommandOutcome&) { ++lost; });
  }
  ASSERT_TRUE(run_until(loop_, [&] { return server_->seen.size() == kLost; }));
  break_it();
  away = false;
  EXPECT_EQ(until_taken(Verb::hangup).outcome, OutcomeClass::ok);
  ASSERT_EQ(lost, 0u);
  server_->close_connections();
  ASSERT_TRUE(run_until(loop_, [&] { return lost == kLost; }));
  EXPECT_EQ(client_->counters().breaker, State::closed);
  EXPECT_EQ(client_->counters().opened, 1u);
}

TEST_F(TelnyxAwayTest, OfThoseThatMayTryAHangUpGoesBeforeADial) {
  serve_status();
  break_it();
  status_ = 200;
  EXPECT_EQ(outcome_of(command_for(Verb::dial)).outcome, OutcomeClass::not_sent);
  const CommandOutcome dial = outcome_of(command_for(Verb::dial));
  const CommandOutcome hangup = outcome_of(command_for(Verb::hangup));
  EXPECT_LT(hangup.retry_after_ms, dial.retry_after_ms);
}

TEST_F(TelnyxAwayTest, ARefusedConnectionOpensItToo) {
  serve_status();
  server_->stop_listening();
  uv_run(loop_.get(), UV_RUN_NOWAIT);
  break_it();
  EXPECT_EQ(client_->counters().failures, static_cast<std::uint64_t>(limits::kBreakerInARow));
}

TEST_F(TelnyxAwayTest, NoAnswerInTimeOpensItToo) {
  serve([](const SeenRequest&) { return held(); });
  TelnyxOptions options;
  options.deadline_ms = 150;
  connect(options);
  break_it();
  EXPECT_EQ(client_->counters().opened, 1u);
}

TEST_F(TelnyxAwayTest, AnswersOfEveryOtherKindNeverOpenIt) {
  serve_status();
  for (const int status : {200, 302, 400, 401, 404, 408, 422, 429}) {
    status_ = status;
    for (int i = 0; i < 2 * limits::kBreakerInARow; ++i) {
      static_cast<void>(outcome_of(command_for(Verb::hangup)));
      ASSERT_EQ(client_->counters().breaker, State::closed) << status;
    }
  }
}

TEST_F(TelnyxAwayTest, AnAnswerThatIsTooLongIsAnAnswer) {
  serve([](const SeenRequest&) { return ScriptedReply{.body = std::string(limits::kProviderReplyBytes + 1, 'x')}; });
  connect();
  for (int i = 0; i < 2 * limits::kBreakerInARow; ++i) static_cast<void>(outcome_of(command_for(Verb::hangup)));
  EXPECT_EQ(client_->counters().breaker, State::closed);
}

TEST_F(TelnyxAwayTest, AWalkThroughAListingEndsWhenTheProviderGoesAway) {
  serve([&](const SeenRequest& request) {
    return request.method == "GET" ? held() : ScriptedReply{.status = 500, .body = "{}"};
  });
  connect();
  outcomes_.clear();
  send(command_for(Verb::audit));
  ASSERT_TRUE(run_until(loop_, [&] { return server_->seen.size() == 1; }));
  for (int i = 0; i < limits::kBreakerInARow; ++i) send(command_for(Verb::bridge));
  ASSERT_TRUE(wait_for(limits::kBreakerInARow));
  ASSERT_EQ(client_->counters().breaker, State::open);
  const std::size_t asked = server_->seen.size();
  server_->release_all();
  ASSERT_TRUE(wait_for(limits::kBreakerInARow + 1));
  EXPECT_EQ(outcomes_.back().outcome, OutcomeClass::unknown);
  EXPECT_FALSE(outcomes_.back().audit_complete);
  EXPECT_EQ(server_->seen.size(), asked);
}

// Our own deadline of the whole walk is no failure of the provider.
TEST_F(TelnyxAwayTest, APageThatCouldNotBeAnsweredInTimeIsNotAskedFor) {
  serve([](const SeenRequest&) {
    return ScriptedReply{.how = ScriptedReply::How::held, .body = R"({"data":[],"meta":{"total_pages":2}})"};
  });
  TelnyxOptions options;
  options.audit_deadline_ms = 2 * limits::kProviderAnswerMs;
  connect(options);
  send(command_for(Verb::audit));
  ASSERT_TRUE(run_until(loop_, [&] { return server_->seen.size() == 1; }));
  pause(limits::kProviderAnswerMs);
  server_->release_all();
  ASSERT_TRUE(wait_for(1));
  EXPECT_EQ(outcomes_.front().outcome, OutcomeClass::unknown);
  EXPECT_FALSE(outcomes_.front().audit_complete);
  EXPECT_EQ(server_->seen.size(), 1u);
  EXPECT_EQ(client_->counters().failures, 0u);
}

TEST_F(TelnyxAwayTest, HangUpsLeaveBeforeDialsWhereTheRateIsBounded) {
  std::vector<std::string> order;
  serve([&](const SeenRequest& request) {
    order.push_back(request.path.ends_with("hangup") ? "hangup" : "dial");
    return ScriptedReply{.body = R"({"data":{"call_control_id":"c","call_leg_id":"l","call_session_id":"s"}})"};
  });
  TelnyxOptions options;
  options.rate = 20;
  options.burst = 5;
  connect(options);
  for (int i = 0; i < 10; ++i) send(command_for(Verb::dial));
  for (int i = 0; i < 10; ++i) send(command_for(Verb::hangup, "v3:" + std::to_string(i)));
  ASSERT_TRUE(wait_for(20));
  ASSERT_EQ(order.size(), 20u) << "what waits is sent, in time";
  const auto last_hangup = std::find(order.rbegin(), order.rend(), "hangup");
  EXPECT_LE(std::count(last_hangup, order.rend(), "dial"), 4) << "those that left before a hang-up was asked for";
}

TEST_F(TelnyxAwayTest, ADialWhoseTurnDoesNotComeIsNotSentAndComesAgain) {
  serve([](const SeenRequest&) { return ScriptedReply{}; });
  TelnyxOptions options;
  options.rate = 1;
  options.burst = 5;
  options.deadline_ms = 1'000;
  connect(options);
  for (int i = 0; i < 10; ++i) send(command_for(Verb::dial));
  ASSERT_TRUE(wait_for(10));
  EXPECT_LE(server_->seen.size(), 5u);
  EXPECT_EQ(client_->counters().waited_out, 10 - server_->seen.size());
  EXPECT_EQ(client_->counters().breaker, State::closed) << "our own limit is no failure of the provider";
}

TEST_F(TelnyxAwayTest, TheOutcomeSaysHowLongACommandWaitedForTheWire) {
  serve([](const SeenRequest&) { return ScriptedReply{}; });
  TelnyxOptions options;
  options.rate = 10;
  options.burst = 1;
  options.deadline_ms = 1'000;
  connect(options);
  for (int i = 0; i < 30; ++i) send(command_for(Verb::hangup, "v3:" + std::to_string(i)));
  ASSERT_TRUE(wait_for(30));
  std::vector<Millis> waited;
  for (const CommandOutcome& outcome : outcomes_) {
    EXPECT_EQ(outcome.waited_ms.has_value(), outcome.outcome != OutcomeClass::not_sent);
    if (outcome.waited_ms) waited.push_back(*outcome.waited_ms);
  }
  ASSERT_EQ(waited.size(), server_->seen.size());
  ASSERT_GE(waited.size(), 2u);
  EXPECT_GE(waited.at(1), 90) << "ten a second";
  EXPECT_LE(waited.back(), options.deadline_ms);
}

TEST_F(TelnyxAwayTest, ACommandThatWaitsForItsTurnIsNotSentTwiceForBeingAskedAgain) {
  serve([](const SeenRequest&) { return ScriptedReply{}; });
  TelnyxOptions options;
  options.rate = 10;
  options.burst = 1;
  connect(options);
  Command dial = command_for(Verb::dial);
  send(dial);
  dial.id.text = "cmd-other";
  send(dial);
  dial.tries = 2;
  send(dial);
  ASSERT_TRUE(wait_for(3));
  EXPECT_EQ(server_->seen.size(), 2u);
  EXPECT_EQ(std::ranges::count(outcomes_, OutcomeClass::not_sent, &CommandOutcome::outcome), 1);
  EXPECT_EQ(client_->counters().still_waiting, 1u);
  send(dial);
  ASSERT_TRUE(wait_for(4));
  EXPECT_EQ(server_->seen.size(), 3u) << "nothing waits: it is a hedge, and leaves";
}

TEST_F(TelnyxAwayTest, TooManyRequestsHoldBackDialsAndNotHangUps) {
  serve_status();
  status_ = 429;
  static_cast<void>(outcome_of(command_for(Verb::dial)));
  EXPECT_EQ(client_->counters().too_many, 1u);
  EXPECT_EQ(log_.count("provider_slows_us"), 1u);
  status_ = 200;
  std::vector<Verb> order;
  const auto note = [&](Verb verb) {
    client_->send(command_for(verb), [&, verb](const CommandOutcome&) { order.push_back(verb); });
  };
  note(Verb::dial);
  note(Verb::hangup);
  ASSERT_TRUE(run_until(loop_, [&] { return order.size() == 2; }));
  EXPECT_EQ(order, (std::vector<Verb>{Verb::hangup, Verb::dial}));
}

}  // namespace
}  // namespace ringfence
