// The client over TLS and HTTP/2, through a real nginx: multiplexing, certificates, and a server that dies.
#include <algorithm>
#include <set>
#include <sstream>

#include "fixture.h"
#include "shared/limits.h"
#include "tls_front.h"

namespace ringfence {
namespace {

class TelnyxTlsTest : public TelnyxClientTest {
 protected:
  // False: nginx or openssl is not installed here.
  [[nodiscard]] bool front(ScriptedServer::Script script, TelnyxOptions options = {}) {
    serve(std::move(script));
    front_ = std::make_unique<TlsFront>(server_->port(), http2_);
    if (!front_->running()) return false;
    options.base_url = front_->url();
    if (options.ca_file.empty()) options.ca_file = front_->ca_file();
    options.api_key = kTestKey;
    client_ = std::move(*TelnyxClient::create(loop_, log_, std::move(options)));
    return true;
  }

  // The connections that carried `requests` requests, all over HTTP/2. nginx logs a request after its answer has left.
  std::set<std::string> connections_of(std::ptrdiff_t requests) {
    std::string log;
    EXPECT_TRUE(run_until(loop_, [&] {
      log = front_->access_log();
      return std::ranges::count(log, '\n') >= requests;
    }));
    std::set<std::string> connections;
    std::istringstream lines(log);
    for (std::string number, protocol; lines >> number >> protocol;) {
      EXPECT_EQ(protocol, "HTTP/2.0");
      connections.insert(number);
    }
    return connections;
  }

  std::unique_ptr<TlsFront> front_;
  bool http2_ = true;
};

#define REQUIRE_FRONT(...) \
  if (!front(__VA_ARGS__)) GTEST_SKIP() << "nginx or openssl is not installed"

// A sanitizer build on a busy machine handshakes slowly; these tests are not about the connect deadline.
TelnyxOptions patient() {
  TelnyxOptions options;
  options.connect_ms = options.deadline_ms = 20'000;
  return options;
}

TEST_F(TelnyxTlsTest, ABurstSharesAFewHttp2Connections) {
  REQUIRE_FRONT([](const SeenRequest&) { return ScriptedReply{}; }, patient());
  for (int i = 0; i < 200; ++i) send(command_for(Verb::hangup, "v3:" + std::to_string(i)));
  EXPECT_EQ(client_->counters().in_flight, limits::kCommandsInFlight);
  ASSERT_TRUE(wait_for(200));
  for (const CommandOutcome& outcome : outcomes_) EXPECT_EQ(outcome.outcome, OutcomeClass::ok) << outcome.detail;
  ASSERT_FALSE(server_->seen.empty());
  EXPECT_EQ(server_->seen.front().headers.at("authorization"), std::string("Bearer ") + kTestKey);
  const std::set<std::string> connections = connections_of(200);
  EXPECT_LE(connections.size(), static_cast<std::size_t>(limits::kProviderConnections));
}

// PIPEWAIT: without it a cold burst opens all connections it may.
TEST_F(TelnyxTlsTest, AColdBurstWaitsForTheFirstConnection) {
  REQUIRE_FRONT([](const SeenRequest&) { return ScriptedReply{}; }, patient());
  for (int i = 0; i < 20; ++i) send(command_for(Verb::dial));
  ASSERT_TRUE(wait_for(20));
  EXPECT_EQ(connections_of(20).size(), 1u);
}

// A gateway that has no HTTP/2: what has no connection of its own must wait where a hang-up can overtake it.
TEST_F(TelnyxTlsTest, AHangUpOvertakesDialsWithoutHttp2) {
  http2_ = false;
  REQUIRE_FRONT([](const SeenRequest& request) { return request.path == "/v2/calls" ? held() : ScriptedReply{}; },
                patient());
  ASSERT_EQ(outcome_of(command_for(Verb::hangup)).outcome, OutcomeClass::ok);
  constexpr int kDials = 10;
  for (int i = 0; i < kDials; ++i) send(command_for(Verb::dial));
  ASSERT_EQ(outcome_of(command_for(Verb::hangup, "v3:other")).outcome, OutcomeClass::ok) << "every dial is still held";
  EXPECT_EQ(client_->counters().in_flight, static_cast<std::size_t>(limits::kProviderConnections - 1));
  EXPECT_EQ(client_->counters().queued, kDials - client_->counters().in_flight);
}

TEST_F(TelnyxTlsTest, AnUntrustedCertificateIsNotSent) {
  TelnyxOptions options = patient();
  options.ca_file = "/etc/ssl/certs/ca-certificates.crt";
  REQUIRE_FRONT([](const SeenRequest&) { return ScriptedReply{}; }, options);
  EXPECT_EQ(outcome_of(command_for(Verb::dial)).outcome, OutcomeClass::not_sent);
  EXPECT_TRUE(server_->seen.empty());
}

TEST_F(TelnyxTlsTest, AStreamThatTimesOutLeavesTheConnectionInUse) {
  bool hold = true;
  TelnyxOptions options;
  options.connect_ms = options.deadline_ms = 1'500;
  REQUIRE_FRONT([&](const SeenRequest&) { return hold ? held() : ScriptedReply{}; }, options);
  send(command_for(Verb::bridge));
  ASSERT_TRUE(wait_for(1));
  EXPECT_EQ(outcomes_[0].outcome, OutcomeClass::unknown);
  hold = false;
  EXPECT_EQ(outcome_of(command_for(Verb::bridge)).outcome, OutcomeClass::ok);
}

TEST_F(TelnyxTlsTest, AServerKilledInFlightIsUnknownAndThenNotSent) {
  REQUIRE_FRONT([](const SeenRequest&) { return held(); }, patient());
  for (int i = 0; i < 20; ++i) send(command_for(Verb::dial));
  ASSERT_TRUE(run_until(loop_, [&] { return server_->seen.size() == 20; }));
  front_->kill();
  ASSERT_TRUE(wait_for(20));
  for (const CommandOutcome& outcome : outcomes_) EXPECT_EQ(outcome.outcome, OutcomeClass::unknown) << outcome.detail;
  EXPECT_EQ(outcome_of(command_for(Verb::dial)).outcome, OutcomeClass::not_sent);
}

TEST_F(TelnyxTlsTest, DestructionWithHttp2StreamsInFlight) {
  REQUIRE_FRONT([](const SeenRequest&) { return held(); }, patient());
  for (int i = 0; i < 50; ++i) send(command_for(Verb::bridge));
  ASSERT_TRUE(run_until(loop_, [&] { return server_->seen.size() == 50; }));
  client_.reset();
  server_.reset();
  loop_.run();
  EXPECT_TRUE(outcomes_.empty());
}

TEST_F(TelnyxClientTest, ANameThatDoesNotResolveIsNotSent) {
  TelnyxOptions options = patient();
  options.base_url = "https://no-such-host.invalid/v2";
  connect(options);
  EXPECT_EQ(outcome_of(command_for(Verb::dial)).outcome, OutcomeClass::not_sent);
}

// The resolver's thread outlives its transfer; nothing of ours may be touched by it.
TEST_F(TelnyxClientTest, DestructionWhileAResolverIsAtWork) {
  TelnyxOptions options = patient();
  options.base_url = "https://no-such-host.invalid/v2";
  connect(options);
  send(command_for(Verb::dial));
  uv_run(loop_.get(), UV_RUN_NOWAIT);
  const std::size_t before = outcomes_.size();  // one, where the resolver was faster than this
  client_.reset();
  loop_.run();
  EXPECT_EQ(outcomes_.size(), before);
}

}  // namespace
}  // namespace ringfence
