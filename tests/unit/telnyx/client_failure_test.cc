// Every way a request can fail, against a live server, and destruction at bad moments.
#include "fixture.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

using How = ScriptedReply::How;

TEST_F(TelnyxClientTest, AnEndedCallIsRefusedWithItsCode) {
  serve([](const SeenRequest&) {
    return ScriptedReply{.status = 422,
                         .body = R"({"errors":[{"code":"90018","title":"Call has already ended",)"
                                 R"("detail":"This call is no longer active and can't receive commands."}]})"};
  });
  connect();
  const CommandOutcome outcome = outcome_of(command_for(Verb::hangup));
  EXPECT_EQ(outcome.outcome, OutcomeClass::refused);
  EXPECT_EQ(outcome.http_status, 422);
  EXPECT_EQ(outcome.error_code, "90018");
  EXPECT_TRUE(outcome.detail.starts_with("Call has already ended: ")) << outcome.detail;
}

TEST_F(TelnyxClientTest, AServerErrorIsUnknown) {
  serve([](const SeenRequest&) {
    return ScriptedReply{.status = 500, .body = R"({"errors":[{"code":"10007","title":"Unexpected error"}]})"};
  });
  connect();
  const CommandOutcome outcome = outcome_of(command_for(Verb::dial));
  EXPECT_EQ(outcome.outcome, OutcomeClass::unknown);
  EXPECT_EQ(outcome.http_status, 500);
  EXPECT_EQ(outcome.error_code, "10007");
}

TEST_F(TelnyxClientTest, TooManyRequestsSaysWhenToComeBack) {
  std::string header;
  serve([&](const SeenRequest&) { return ScriptedReply{.status = 429, .body = "{}", .extra_headers = header}; });
  connect();
  const struct {
    const char* header;
    Millis expected_ms;
  } rows[] = {{"Retry-After: 7\r\n", 7'000},
              {"retry-after: 99999999999\r\n", limits::kRetryAfterMs},
              {"x-ratelimit-reset: 3\r\n", 3'000},
              {"Retry-After: 2\r\nx-ratelimit-reset: 9\r\n", 2'000},
              {"x-ratelimit-reset: -5\r\n", 0},
              {"x-ratelimit-reset: 5e9\r\n", 0},
              {"x-ratelimit-reset: 99999999999999999999\r\n", 0},
              {"", 0}};
  for (const auto& row : rows) {
    header = row.header;
    const CommandOutcome outcome = outcome_of(command_for(Verb::hangup));
    EXPECT_EQ(outcome.outcome, OutcomeClass::unknown) << row.header;
    EXPECT_EQ(outcome.http_status, 429) << row.header;
    EXPECT_EQ(outcome.retry_after_ms, row.expected_ms) << row.header;
  }
}

TEST_F(TelnyxClientTest, RefusedConnectionsAreNotSent) {
  int port = 0;
  {
    const ScriptedServer gone(loop_, [](const SeenRequest&) { return ScriptedReply{}; });
    port = gone.port();
  }
  uv_run(loop_.get(), UV_RUN_NOWAIT);
  TelnyxOptions options;
  options.base_url = "http://127.0.0.1:" + std::to_string(port);
  connect(options);
  const CommandOutcome outcome = outcome_of(command_for(Verb::dial));
  EXPECT_EQ(outcome.outcome, OutcomeClass::not_sent) << outcome.detail;
  EXPECT_EQ(outcome.http_status, 0);
  EXPECT_FALSE(outcome.detail.empty());
}

TEST_F(TelnyxClientTest, AConnectionClosedBeforeOrInTheAnswerIsUnknown) {
  How how = How::close_at_once;
  serve([&](const SeenRequest&) { return ScriptedReply{.how = how}; });
  connect();
  EXPECT_EQ(outcome_of(command_for(Verb::dial)).outcome, OutcomeClass::unknown);
  how = How::close_midway;
  const CommandOutcome midway = outcome_of(command_for(Verb::dial));
  EXPECT_EQ(midway.outcome, OutcomeClass::unknown);
  EXPECT_EQ(midway.http_status, 200);
}

// curl itself repeats a request whose reused connection died without an answer. When that repeat cannot connect, curl
// says "couldn't connect", and yet the first copy has been read and may have been executed.
TEST_F(TelnyxClientTest, ARequestThatDiedWithAReusedConnectionIsUnknown) {
  bool die = false;
  serve([&](const SeenRequest&) {
    if (die) server_->stop_listening();
    return ScriptedReply{.how = die ? How::close_at_once : How::at_once};
  });
  connect();
  EXPECT_EQ(outcome_of(command_for(Verb::hangup)).outcome, OutcomeClass::ok);
  die = true;
  const CommandOutcome outcome = outcome_of(command_for(Verb::dial));
  EXPECT_EQ(server_->seen.size(), 2u);
  EXPECT_EQ(outcome.outcome, OutcomeClass::unknown) << outcome.detail;
}

TEST_F(TelnyxClientTest, NoAnswerIsUnknownAtTheDeadline) {
  serve([](const SeenRequest&) { return held(); });
  TelnyxOptions options;
  options.deadline_ms = 200;
  connect(options);
  const std::uint64_t begun_ns = uv_hrtime();
  const CommandOutcome outcome = outcome_of(command_for(Verb::bridge));
  EXPECT_EQ(outcome.outcome, OutcomeClass::unknown);
  EXPECT_EQ(outcome.http_status, 0);
  EXPECT_GE((uv_hrtime() - begun_ns) / 1'000'000, 199u);
}

TEST_F(TelnyxClientTest, ASlowAnswerWithinTheDeadlineIsFine) {
  serve([](const SeenRequest&) { return held(); });
  connect();
  UvTimer later(loop_);
  later.start(150, [&] { server_->release_all(); });
  EXPECT_EQ(outcome_of(command_for(Verb::answer)).outcome, OutcomeClass::ok);
}

TEST_F(TelnyxClientTest, WhatWaitsTooLongInTheQueueIsNotSent) {
  serve([](const SeenRequest&) { return held(); });
  TelnyxOptions options;
  options.deadline_ms = 400;
  connect(options);
  const auto wire = static_cast<std::size_t>(limits::kProviderConnectionsPlain);
  for (std::size_t i = 0; i < wire + 5; ++i) send(command_for(Verb::hangup));
  ASSERT_TRUE(wait_for(wire + 5));
  std::size_t not_sent = 0, unknown = 0;
  for (const CommandOutcome& outcome : outcomes_) {
    if (outcome.outcome == OutcomeClass::not_sent) ++not_sent;
    if (outcome.outcome == OutcomeClass::unknown) ++unknown;
  }
  EXPECT_EQ(not_sent, 5u);
  EXPECT_EQ(unknown, wire);
  EXPECT_EQ(client_->counters().waited_out, 5u);
  EXPECT_EQ(server_->seen.size(), wire);
}

TEST_F(TelnyxClientTest, AnEndlessAnswerIsCutAndUnknown) {
  std::size_t padding = 100;
  serve([&](const SeenRequest&) {
    return ScriptedReply{.body = R"({"data":{"call_control_id":"v3:x","call_leg_id":"l"},"pad":")" +
                                 std::string(padding, 'x') + "\"}"};
  });
  connect();
  EXPECT_EQ(outcome_of(command_for(Verb::dial)).outcome, OutcomeClass::ok);
  padding = limits::kProviderReplyBytes;
  EXPECT_EQ(outcome_of(command_for(Verb::dial)).outcome, OutcomeClass::unknown);
}

TEST_F(TelnyxClientTest, AnAuditHasOneDeadlineForAllItsPages) {
  serve([](const SeenRequest&) { return held(); });
  TelnyxOptions options;
  options.deadline_ms = 60'000;
  options.audit_deadline_ms = 200;
  connect(options);
  EXPECT_EQ(outcome_of(command_for(Verb::audit)).outcome, OutcomeClass::unknown);
}

TEST_F(TelnyxClientTest, ARedirectIsNotFollowed) {
  serve([](const SeenRequest&) {
    return ScriptedReply{.status = 307, .body = "", .extra_headers = "Location: /elsewhere\r\n"};
  });
  connect();
  EXPECT_EQ(outcome_of(command_for(Verb::dial)).outcome, OutcomeClass::refused);
  EXPECT_EQ(server_->seen.size(), 1u);
}

TEST_F(TelnyxClientTest, ADialWhoseAnswerNamesNoCallIsUnknown) {
  serve([](const SeenRequest&) { return ScriptedReply{.body = "not json"}; });
  connect();
  EXPECT_EQ(outcome_of(command_for(Verb::dial)).outcome, OutcomeClass::unknown);
  EXPECT_EQ(outcome_of(command_for(Verb::hangup)).outcome, OutcomeClass::ok);
}

TEST_F(TelnyxClientTest, ACommandWithoutItsIdIsRefusedUnsent) {
  serve([](const SeenRequest&) { return ScriptedReply{}; });
  connect();
  EXPECT_EQ(outcome_of(command_for(Verb::hangup, "")).outcome, OutcomeClass::refused);
  Command audit = command_for(Verb::audit);
  audit.call_session_id.clear();
  EXPECT_EQ(outcome_of(audit).outcome, OutcomeClass::refused);
  EXPECT_TRUE(server_->seen.empty());
}

TEST_F(TelnyxClientTest, AnAuditThatFailsHalfwayKeepsWhatItSawButIsNotComplete) {
  serve([](const SeenRequest& request) {
    if (request.path.find("active_calls") != std::string::npos) return ScriptedReply{.status = 503, .body = "{}"};
    return ScriptedReply{.body = R"({"data":[{"type":"webhook","name":"call.answered","call_leg_id":"a",)"
                                 R"("call_session_id":"session-1","metadata":{}}],"meta":{"total_pages":1}})"};
  });
  connect();
  const CommandOutcome outcome = outcome_of(command_for(Verb::audit));
  EXPECT_EQ(outcome.outcome, OutcomeClass::unknown);
  EXPECT_FALSE(outcome.audit_complete);
  EXPECT_TRUE(outcome.events_read);
  ASSERT_EQ(outcome.legs.size(), 1u);
  EXPECT_TRUE(outcome.legs[0].answered);
}

TEST_F(TelnyxClientTest, DestructionWithTransfersInFlightRunsNoCallback) {
  serve([](const SeenRequest&) { return held(); });
  connect();
  for (int i = 0; i < 100; ++i) send(command_for(Verb::dial));
  ASSERT_TRUE(run_until(loop_, [&] { return server_->seen.size() >= 20; }));
  send(command_for(Verb::hangup, ""));  // settled, not yet delivered
  client_.reset();
  server_->release_all();
  server_.reset();
  loop_.run();  // until nothing is left
  EXPECT_TRUE(outcomes_.empty());
}

TEST_F(TelnyxClientTest, DestructionBeforeTheFirstTurnOfTheLoop) {
  serve([](const SeenRequest&) { return held(); });
  connect();
  send(command_for(Verb::dial));
  client_.reset();
  server_.reset();
  loop_.run();
  EXPECT_TRUE(outcomes_.empty());
}

TEST_F(TelnyxClientTest, DestructionFromWithinACallback) {
  serve([](const SeenRequest&) { return held(); });
  connect();
  int ran = 0;
  for (int i = 0; i < 8; ++i) {
    client_->send(command_for(Verb::hangup), [&](const CommandOutcome&) {
      ++ran;
      client_.reset();
    });
  }
  ASSERT_TRUE(run_until(loop_, [&] { return server_->seen.size() == 8; }));
  server_->release_all();
  ASSERT_TRUE(run_until(loop_, [&] { return ran > 0; }));
  server_.reset();
  loop_.run();
  EXPECT_EQ(ran, 1);
}

// Deadlines that fall together are delivered in one go: the first callback must be the last one then.
TEST_F(TelnyxClientTest, DestructionWhileSeveralOutcomesAreDelivered) {
  serve([](const SeenRequest&) { return held(); });
  TelnyxOptions options;
  options.deadline_ms = 100;
  connect(options);
  int ran = 0;
  for (int i = 0; i < 30; ++i) {
    client_->send(command_for(Verb::hangup), [&](const CommandOutcome&) {
      ++ran;
      client_.reset();
    });
  }
  ASSERT_TRUE(run_until(loop_, [&] { return ran > 0; }));
  server_.reset();
  loop_.run();
  EXPECT_EQ(ran, 1);
}

TEST_F(TelnyxClientTest, DestructionFromWithinASettledCallback) {
  serve([](const SeenRequest&) { return held(); });
  connect();
  int ran = 0;
  for (int i = 0; i < 3; ++i) {
    client_->send(command_for(Verb::hangup, ""), [&](const CommandOutcome&) {
      ++ran;
      client_.reset();
    });
  }
  ASSERT_TRUE(run_until(loop_, [&] { return ran > 0; }));
  server_.reset();
  loop_.run();
  EXPECT_EQ(ran, 1);
}

TEST_F(TelnyxClientTest, ACallbackMaySendAgain) {
  serve([](const SeenRequest&) { return ScriptedReply{}; });
  connect();
  int left = 50;
  std::function<void(CommandOutcome)> again = [&](const CommandOutcome& outcome) {
    EXPECT_EQ(outcome.outcome, OutcomeClass::ok);
    if (--left > 0) client_->send(command_for(Verb::hangup), again);
  };
  client_->send(command_for(Verb::hangup), again);
  ASSERT_TRUE(run_until(loop_, [&] { return left == 0; }));
}

TEST_F(TelnyxClientTest, TheServerMayDieWithEverythingInFlight) {
  serve([](const SeenRequest&) { return held(); });
  connect();
  for (int i = 0; i < 20; ++i) send(command_for(Verb::bridge));
  ASSERT_TRUE(run_until(loop_, [&] { return server_->seen.size() == 20; }));
  server_.reset();
  ASSERT_TRUE(wait_for(20));
  for (const CommandOutcome& outcome : outcomes_) EXPECT_EQ(outcome.outcome, OutcomeClass::unknown);
  EXPECT_EQ(outcome_of(command_for(Verb::bridge)).outcome, OutcomeClass::not_sent);
}

}  // namespace
}  // namespace ringfence
