// The client against a live server: what it sends, in which order, and what comes back.
#include <arpa/inet.h>
#include <netinet/tcp.h>

#include <algorithm>

#include "fixture.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

TEST_F(TelnyxClientTest, DialCarriesKeyBodyAndReturnsTheIds) {
  serve([](const SeenRequest&) {
    return ScriptedReply{.body = R"({"data":{"call_control_id":"v3:new","call_leg_id":"leg-1",)"
                                 R"("call_session_id":"session-1","is_alive":false,"record_type":"call"}})"};
  });
  connect();
  const CommandOutcome outcome = outcome_of(command_for(Verb::dial));
  EXPECT_EQ(outcome.outcome, OutcomeClass::ok);
  EXPECT_EQ(outcome.http_status, 200);
  EXPECT_EQ(outcome.call_control_id, "v3:new");
  EXPECT_EQ(outcome.call_leg_id, "leg-1");
  EXPECT_EQ(outcome.call_session_id, "session-1");
  ASSERT_EQ(server_->seen.size(), 1u);
  const SeenRequest& seen = server_->seen.front();
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.path, "/v2/calls");
  EXPECT_EQ(seen.headers.at("authorization"), std::string("Bearer ") + kTestKey);
  EXPECT_EQ(seen.headers.at("content-type"), "application/json");
  EXPECT_EQ(seen.headers.count("expect"), 0u);
}

TEST_F(TelnyxClientTest, IdsArePercentEncodedOnTheWire) {
  serve([](const SeenRequest&) { return ScriptedReply{}; });
  connect();
  EXPECT_EQ(outcome_of(command_for(Verb::hangup, "v3:a/b+c== ?#%")).outcome, OutcomeClass::ok);
  EXPECT_EQ(outcome_of(command_for(Verb::hangup, "..")).outcome, OutcomeClass::refused);
  ASSERT_EQ(server_->seen.size(), 1u);
  EXPECT_EQ(server_->seen[0].path, "/v2/calls/v3%3Aa%2Fb%2Bc%3D%3D%20%3F%23%25/actions/hangup");
}

TEST_F(TelnyxClientTest, ConnectionsAreReused) {
  serve([](const SeenRequest&) { return ScriptedReply{}; });
  connect();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(outcome_of(command_for(Verb::hangup)).outcome, OutcomeClass::ok);
  EXPECT_EQ(server_->connections, 1);
}

// A timer of curl rounded up from 0 to 1 ms costs every request a millisecond. The fastest batch of many shows it,
// however busy the machine; a single request does not, as the loop counts whole milliseconds.
TEST_F(TelnyxClientTest, ZeroMillisecondsStayZero) {
  serve([](const SeenRequest&) { return ScriptedReply{}; });
  connect();
  std::uint64_t fastest_ns = UINT64_MAX;
  for (int batch = 0; batch < 50; ++batch) {
    const std::uint64_t begun_ns = uv_hrtime();
    for (int i = 0; i < 10; ++i) EXPECT_EQ(outcome_of(command_for(Verb::hangup)).outcome, OutcomeClass::ok);
    fastest_ns = std::min(fastest_ns, uv_hrtime() - begun_ns);
  }
  EXPECT_LT(fastest_ns, 9'000'000u);
}

TEST_F(TelnyxClientTest, AKeepaliveConnectionThatDiedMeanwhileIsReplaced) {
  serve([](const SeenRequest&) { return ScriptedReply{}; });
  connect();
  EXPECT_EQ(outcome_of(command_for(Verb::hangup)).outcome, OutcomeClass::ok);
  server_->close_connections();
  EXPECT_EQ(outcome_of(command_for(Verb::hangup)).outcome, OutcomeClass::ok);
  EXPECT_EQ(server_->connections, 2);
}

TEST_F(TelnyxClientTest, TwoHundredInParallelAllSucceedWithinTheBounds) {
  serve([](const SeenRequest&) { return ScriptedReply{}; });
  connect();
  for (int i = 0; i < 200; ++i) send(command_for(Verb::hangup, "v3:" + std::to_string(i)));
  EXPECT_EQ(client_->counters().in_flight, static_cast<std::size_t>(limits::kProviderConnectionsPlain));
  ASSERT_TRUE(wait_for(200));
  for (const CommandOutcome& outcome : outcomes_) EXPECT_EQ(outcome.outcome, OutcomeClass::ok);
  EXPECT_EQ(server_->seen.size(), 200u);
  EXPECT_LE(server_->connections, limits::kProviderConnectionsPlain);
  EXPECT_EQ(client_->counters().queued, 0u);
  EXPECT_EQ(client_->counters().in_flight, 0u);
}

// Fills the wire with held hang-ups, queues one of each verb in the worst order, then lets go one by one.
TEST_F(TelnyxClientTest, TheMostUrgentLeaveFirst) {
  bool hold = true;
  serve([&](const SeenRequest&) { return hold ? held() : ScriptedReply{}; });
  connect();
  const auto wire = static_cast<std::size_t>(limits::kProviderConnectionsPlain);
  for (std::size_t i = 0; i < wire; ++i) send(command_for(Verb::hangup, "full"));
  ASSERT_TRUE(run_until(loop_, [&] { return server_->seen.size() == wire; }));
  // An audit's answer would not parse here, and does not matter.
  for (const Verb verb :
       {Verb::audit, Verb::dial, Verb::speak, Verb::record_start, Verb::bridge, Verb::answer, Verb::hangup}) {
    send(command_for(verb, "urgent"));
  }
  for (std::size_t i = 1; i <= 7; ++i) {
    // Patient verbs wait for more free places than one.
    ASSERT_TRUE(server_->release_one());
    if (i <= 5) {
      ASSERT_TRUE(run_until(loop_, [&] { return server_->seen.size() == wire + i; }));
    }
  }
  hold = false;
  server_->release_all();
  ASSERT_TRUE(wait_for(wire + 7));
  std::vector<std::string> order;
  for (std::size_t i = wire; i < server_->seen.size(); ++i) {
    const std::string& path = server_->seen[i].path;
    order.push_back(path.substr(path.find_last_of('/') + 1).substr(0, 12));
  }
  const std::vector<std::string> urgent(order.begin(), order.begin() + 5);
  EXPECT_EQ(urgent, (std::vector<std::string>{"hangup", "bridge", "answer", "speak", "record_start"}));
  EXPECT_EQ(order[5], "calls");
  EXPECT_TRUE(order[6].starts_with("call_events")) << order[6];
}

TEST_F(TelnyxClientTest, ABurstOfDialsLeavesPlacesForAHangUp) {
  serve([](const SeenRequest& request) { return request.path == "/v2/calls" ? held() : ScriptedReply{}; });
  connect();
  for (int i = 0; i < 100; ++i) send(command_for(Verb::dial));
  const auto wire = static_cast<std::size_t>(limits::kProviderConnectionsPlain);
  EXPECT_EQ(client_->counters().in_flight, wire - wire / limits::kUrgentShare);
  EXPECT_EQ(outcome_of(command_for(Verb::hangup)).outcome, OutcomeClass::ok);
}

TEST_F(TelnyxClientTest, AFullQueueRefusesWithNotSent) {
  serve([](const SeenRequest&) { return held(); });
  TelnyxOptions options;
  options.deadline_ms = 60'000;
  connect(options);
  const auto wire = static_cast<std::size_t>(limits::kProviderConnectionsPlain);
  for (std::size_t i = 0; i < wire + limits::kCommandQueue; ++i) send(command_for(Verb::hangup));
  EXPECT_EQ(client_->counters().refused_full, 0u);
  EXPECT_EQ(client_->counters().queued, limits::kCommandQueue);
  const CommandOutcome outcome = outcome_of(command_for(Verb::hangup));
  EXPECT_EQ(outcome.outcome, OutcomeClass::not_sent);
  EXPECT_EQ(outcome.http_status, 0);
  EXPECT_FALSE(outcome.detail.empty());
  EXPECT_EQ(client_->counters().refused_full, 1u);
}

TEST_F(TelnyxClientTest, DialsMayNotFillTheWholeQueue) {
  serve([](const SeenRequest&) { return held(); });
  TelnyxOptions options;
  options.deadline_ms = 60'000;
  connect(options);
  for (std::size_t i = 0; i < limits::kCommandQueue; ++i) send(command_for(Verb::dial));
  EXPECT_GT(client_->counters().refused_full, 0u);
  const std::uint64_t refused = client_->counters().refused_full;
  send(command_for(Verb::hangup));
  EXPECT_EQ(client_->counters().refused_full, refused);
}

TEST_F(TelnyxClientTest, AHedgeRunsBesideTheFirstAndBothReport) {
  serve([](const SeenRequest&) { return held(); });
  connect();
  send(command_for(Verb::bridge));
  ASSERT_TRUE(run_until(loop_, [&] { return server_->seen.size() == 1; }));
  send(command_for(Verb::bridge));
  ASSERT_TRUE(run_until(loop_, [&] { return server_->seen.size() == 2; }));
  EXPECT_EQ(server_->seen[0].body, server_->seen[1].body);
  server_->release_all();
  ASSERT_TRUE(wait_for(2));
  for (const CommandOutcome& outcome : outcomes_) EXPECT_EQ(outcome.outcome, OutcomeClass::ok);
}

TEST_F(TelnyxClientTest, KeepWarmAsksAtStartAndAfterSilence) {
  serve([](const SeenRequest&) { return ScriptedReply{}; });
  TelnyxOptions options;
  options.keep_warm_ms = 200;  // so that an answer is there before the next question
  connect(options);
  ASSERT_TRUE(run_until(loop_, [&] { return server_->seen.size() >= 3; }));
  EXPECT_EQ(server_->seen.front().method, "GET");
  EXPECT_EQ(server_->connections, 1);
}

// A dead path under HTTP/2 would else be reused for ever: streams time out, the connection stays.
TEST_F(TelnyxClientTest, TheKernelGivesUpUnacknowledgedBytes) {
  serve([](const SeenRequest&) { return ScriptedReply{}; });
  connect();
  EXPECT_EQ(outcome_of(command_for(Verb::hangup)).outcome, OutcomeClass::ok);
  int found = 0;
  for (int fd = 0; fd < 1024; ++fd) {
    sockaddr_in peer{};
    socklen_t length = sizeof peer;
    if (getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &length) != 0 || peer.sin_family != AF_INET) continue;
    if (ntohs(peer.sin_port) != server_->port()) continue;
    unsigned unacked_ms = 0;
    length = sizeof unacked_ms;
    ASSERT_EQ(getsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unacked_ms, &length), 0);
    EXPECT_EQ(unacked_ms, limits::kProviderUnackedMs);
    ++found;
  }
  EXPECT_EQ(found, 1);
}

TEST_F(TelnyxClientTest, AnAuditWalksAllPagesOfBothListings) {
  serve([](const SeenRequest& request) {
    const bool events = request.path.starts_with("/v2/call_events?");
    if (events && request.path.ends_with("=1")) {
      return ScriptedReply{.body =
                               R"({"data":[{"type":"webhook","name":"call.hangup","call_leg_id":"a",)"
                               R"("call_session_id":"session-1","metadata":{"payload":{"hangup_cause":"timeout"}}}],)"
                               R"("meta":{"total_pages":2}})"};
    }
    if (events) return ScriptedReply{.body = R"({"data":[],"meta":{"total_pages":2}})"};
    if (request.path.find("after") == std::string::npos) {
      return ScriptedReply{.body = R"({"data":[{"call_leg_id":"x","call_session_id":"other"}],)"
                                   R"("meta":{"cursors":{"after":"v1:g3=="},"next":"/v2/more"}})"};
    }
    return ScriptedReply{.body = R"({"data":[{"call_leg_id":"b","call_session_id":"session-1",)"
                                 R"("call_control_id":"v3:b","client_state":"c3Q="}],"meta":{"next":null}})"};
  });
  connect();
  const CommandOutcome outcome = outcome_of(command_for(Verb::audit));
  EXPECT_EQ(outcome.outcome, OutcomeClass::ok) << outcome.detail;
  EXPECT_TRUE(outcome.audit_complete);
  ASSERT_EQ(outcome.legs.size(), 2u);
  EXPECT_TRUE(outcome.legs[0].ended);
  EXPECT_EQ(outcome.legs[0].hangup_cause, "timeout");
  EXPECT_TRUE(outcome.legs[1].alive);
  EXPECT_EQ(outcome.legs[1].call_control_id, "v3:b");
  ASSERT_EQ(server_->seen.size(), 4u);
  EXPECT_EQ(server_->seen[0].method, "GET");
  EXPECT_EQ(server_->seen[0].path,
            "/v2/call_events?filter%5Bapplication_session_id%5D=session-1&page%5Bsize%5D=250&page%5Bnumber%5D=1");
  EXPECT_EQ(server_->seen[3].path,
            "/v2/connections/1684641123236054244/active_calls?page%5Blimit%5D=250&page%5Bafter%5D=v1%3Ag3%3D%3D");
  EXPECT_EQ(client_->counters().in_flight, 0u);
}

}  // namespace
}  // namespace ringfence
