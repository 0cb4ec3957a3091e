// The client for credentials, live: against the stand-in, which says what really exists then, and against a server that
// answers as told.
#include "adapters/telnyx/credentials_client.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "scripted_server.h"
#include "shared/limits.h"
#include "support/fake_log.h"
#include "telnyx_sim/api.h"
#include "tls_front.h"

namespace ringfence {
namespace {

using How = ScriptedReply::How;

constexpr const char* kKey = "KEY0123456789ABCDEF_test";
constexpr const char* kTag = "ringfence-device-1";
constexpr const char* kPassword = "a92dbcfb60184a8cb330b0acb2f7617b";
constexpr Millis kExpires_ms = 2'286'739'958'000;

CredentialRequest request_of(CredentialVerb verb, std::string what = "ringfence-1") {
  CredentialRequest request;
  request.verb = verb;
  request.tag = verb == CredentialVerb::remove ? "" : kTag;
  if (verb == CredentialVerb::create) request.expires_ms = kExpires_ms;
  (verb == CredentialVerb::remove ? request.id : request.name) = std::move(what);
  return request;
}

ScriptedReply held() { return {.how = How::held}; }

ScriptedReply made(const std::string& id = "c1") {
  return {.status = 201,
          .body = R"({"data":{"id":")" + id + R"(","sip_username":"gencred1","sip_password":")" + kPassword + "\"}}"};
}

class CredentialsClientTest : public ::testing::Test {
 protected:
  CredentialsClientTest() { std::signal(SIGPIPE, SIG_IGN); }

  void serve(ScriptedServer::Script script) { server_ = std::make_unique<ScriptedServer>(loop_, std::move(script)); }
  void connect(CredentialsOptions options = {}) {
    if (server_ != nullptr) options.base_url = server_->url() + "/v2";
    options.api_key = kKey;
    options.connection_id = "77";
    auto client = CredentialsClient::create(loop_, log_, std::move(options));
    ASSERT_TRUE(client.has_value()) << client.error().text;
    client_ = std::move(*client);
  }
  void send(CredentialRequest request) {
    client_->send(std::move(request), [this](CredentialAnswer answer) { answers_.push_back(std::move(answer)); });
  }
  [[nodiscard]] bool wait_for(std::size_t answers) {
    return run_until(loop_, [&] { return answers_.size() >= answers; });
  }
  CredentialAnswer answer_of(CredentialRequest request) {
    answers_.clear();
    send(std::move(request));
    EXPECT_TRUE(answers_.empty()) << "the answer must come later, on the loop";
    EXPECT_TRUE(wait_for(1));
    return answers_.empty() ? CredentialAnswer{} : answers_.front();
  }
  [[nodiscard]] std::size_t count(OutcomeClass outcome) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(answers_, [&](const CredentialAnswer& each) { return each.outcome == outcome; }));
  }

  UvLoop loop_;
  test::FakeLog log_;
  std::unique_ptr<ScriptedServer> server_;
  std::unique_ptr<CredentialsClient> client_;
  std::vector<CredentialAnswer> answers_;
};

// --- against the stand-in
// ---------------------------------------------------------------------------------------------

class CredentialsStandIn : public CredentialsClientTest {
 protected:
  void SetUp() override {
    serve([this](const SeenRequest& seen) { return pass_on(seen); });
  }
  void spoil(const std::string& fault) {
    const Result<Json> rule = parse_json(fault);
    ASSERT_TRUE(rule.has_value());
    const Result<void> added = sim_.credentials.add_fault(rule->get());
    ASSERT_TRUE(added.has_value()) << added.error().text;
  }
  ScriptedReply pass_on(const SeenRequest& seen) {
    const std::size_t question = std::min(seen.path.find('?'), seen.path.size());
    const std::string query = seen.path.substr(std::min(question + 1, seen.path.size()));
    const auto given = std::make_shared<std::optional<sim::Reply>>();  // outlives this call: an answer may come later
    api_.handle({seen.method, seen.path.substr(0, question), query, seen.headers.at("authorization"), seen.body},
                [given](const sim::Reply& reply) { *given = reply; });
    if (!given->has_value()) return held();
    const std::string retry = "Retry-After: " + std::to_string((*given)->retry_after_s) + "\r\n";
    return {.status = (*given)->status,
            .body = (*given)->body,
            .extra_headers = (*given)->retry_after_s > 0 ? retry : std::string()};
  }

  sim::Simulation sim_{7, 1'700'000'000'000'000};
  sim::Api api_{sim_, kKey};
};

TEST_F(CredentialsStandIn, OneIsMadeListedAndRemoved) {
  connect();
  const CredentialAnswer made = answer_of(request_of(CredentialVerb::create));
  ASSERT_EQ(made.outcome, OutcomeClass::ok) << made.detail;
  EXPECT_EQ(made.http_status, 201);
  ASSERT_EQ(made.found.size(), 1u);
  const sim::Credential& truth = sim_.credentials.all().begin()->second;
  EXPECT_EQ(made.found[0], (Credential{truth.id, "ringfence-1", truth.sip_username, kExpires_ms}));
  EXPECT_EQ(truth.connection_id, "77");
  EXPECT_EQ(truth.tag, kTag);
  const CredentialAnswer list = answer_of(request_of(CredentialVerb::list));
  EXPECT_TRUE(list.complete) << list.detail;
  EXPECT_EQ(list.found, made.found);
  EXPECT_EQ(answer_of(request_of(CredentialVerb::remove, truth.id)).outcome, OutcomeClass::ok);
  EXPECT_EQ(sim_.credentials.existing(), 0u);
  const CredentialAnswer again = answer_of(request_of(CredentialVerb::remove, made.found[0].id));
  EXPECT_EQ(again.outcome, OutcomeClass::ok) << "what is not there is removed";
  EXPECT_EQ(again.http_status, 404);
  EXPECT_EQ(sim_.journal.counters.contract_violations, 0u);
  EXPECT_EQ(client_->counters().requests, 4u);
  EXPECT_EQ(client_->counters().failures, 0u);
}

TEST_F(CredentialsStandIn, AListOfSeveralPagesIsReadToItsEnd) {
  connect();
  const std::size_t many = limits::kCredentialPages * limits::kCredentialPageItems;
  for (std::size_t i = 0; i < many; ++i) {
    sim_.credentials.receive(sim::CredentialVerb::create, "", {},
                             R"({"connection_id":"77","name":"n","tag":")" + std::string(kTag) + "\"}",
                             [](const sim::Reply& reply) { ASSERT_EQ(reply.status, 201); });
  }
  const CredentialAnswer list = answer_of(request_of(CredentialVerb::list));
  EXPECT_EQ(list.outcome, OutcomeClass::ok) << list.detail;
  EXPECT_TRUE(list.complete);
  ASSERT_EQ(list.found.size(), many);
  EXPECT_EQ(list.found.back().id, sim_.credentials.all().rbegin()->second.id) << "in the provider's order";
  EXPECT_EQ(client_->counters().requests, limits::kCredentialPages);
}

TEST_F(CredentialsStandIn, WhatWasMadeWithoutAnAnswerIsFoundByItsName) {
  CredentialsOptions options;
  options.answer_ms = 200;
  connect(options);
  spoil(R"({"match":{"verb":"create"},"do":"execute_never_answer"})");
  const CredentialAnswer lost = answer_of(request_of(CredentialVerb::create));
  EXPECT_EQ(lost.outcome, OutcomeClass::unknown);
  EXPECT_TRUE(lost.found.empty());
  const CredentialAnswer list = answer_of(request_of(CredentialVerb::list));
  ASSERT_EQ(list.found.size(), 1u);
  EXPECT_EQ(list.found[0].name, "ringfence-1");
  EXPECT_EQ(list.found[0].expires_ms, kExpires_ms);
}

TEST_F(CredentialsStandIn, RefusedLimitedAndBroken) {
  connect();
  spoil(R"({"match":{"verb":"create","to":"refused"},"do":"refuse","code":"10015","detail":"No such connection."})");
  const CredentialAnswer refused = answer_of(request_of(CredentialVerb::create, "refused"));
  EXPECT_EQ(refused.outcome, OutcomeClass::refused);
  EXPECT_EQ(refused.http_status, 422);
  EXPECT_TRUE(refused.detail.starts_with("10015: ")) << refused.detail;
  spoil(R"({"match":{"verb":"create","to":"limited"},"do":"rate_limit","retry_after_s":7})");
  const CredentialAnswer limited = answer_of(request_of(CredentialVerb::create, "limited"));
  EXPECT_EQ(limited.outcome, OutcomeClass::unknown);
  EXPECT_EQ(limited.retry_after_ms, 7'000);
  spoil(R"({"match":{"verb":"remove"},"do":"status","status":503})");
  EXPECT_EQ(answer_of(request_of(CredentialVerb::remove)).outcome, OutcomeClass::unknown);
  EXPECT_EQ(client_->counters().too_many, 1u);
  EXPECT_EQ(client_->counters().failures, 1u);
}

// --- against a server that answers as told
// ----------------------------------------------------------------------------

TEST_F(CredentialsClientTest, TheRequestCarriesTheKey) {
  serve([](const SeenRequest&) { return made(); });
  connect();
  EXPECT_EQ(answer_of(request_of(CredentialVerb::create)).outcome, OutcomeClass::ok);
  ASSERT_EQ(server_->seen.size(), 1u);
  EXPECT_EQ(server_->seen[0].method, "POST");
  EXPECT_EQ(server_->seen[0].path, "/v2/telephony_credentials");
  EXPECT_EQ(server_->seen[0].headers["authorization"], std::string("Bearer ") + kKey);
  EXPECT_EQ(server_->seen[0].headers["content-type"], "application/json");
  EXPECT_EQ(answer_of(request_of(CredentialVerb::remove, "c1")).outcome, OutcomeClass::ok);
  EXPECT_EQ(server_->seen[1].method, "DELETE");
  EXPECT_EQ(server_->seen[1].path, "/v2/telephony_credentials/c1");
  EXPECT_EQ(server_->seen[1].body, "");
}

TEST_F(CredentialsClientTest, EveryOtherWayForACreateToEnd) {
  ScriptedReply reply;
  serve([&](const SeenRequest&) { return reply; });
  CredentialsOptions options;
  options.answer_ms = 300;
  connect(options);
  const struct {
    ScriptedReply reply;
    OutcomeClass outcome;
    int http_status;
  } rows[] = {{{.status = 500, .body = "{}"}, OutcomeClass::unknown, 500},
              {{.status = 502, .body = "<html>"}, OutcomeClass::unknown, 502},
              {{.status = 408, .body = ""}, OutcomeClass::unknown, 408},
              {{.status = 422, .body = R"({"errors":[{"code":"10015"}]})"}, OutcomeClass::refused, 422},
              {{.status = 401, .body = ""}, OutcomeClass::refused, 401},
              {{.status = 302, .body = ""}, OutcomeClass::refused, 302},
              {{.status = 201, .body = "{}"}, OutcomeClass::unknown, 201},
              {{.status = 201, .body = std::string(limits::kProviderReplyBytes + 1, ' ')}, OutcomeClass::unknown, 201},
              {{.how = How::close_at_once}, OutcomeClass::unknown, 0},
              {{.how = How::close_midway, .status = 201}, OutcomeClass::unknown, 201},
              {held(), OutcomeClass::unknown, 0}};
  for (const auto& row : rows) {
    reply = row.reply;
    const CredentialAnswer answer = answer_of(request_of(CredentialVerb::create));
    EXPECT_EQ(answer.outcome, row.outcome) << answer.detail;
    EXPECT_EQ(answer.http_status, row.http_status) << answer.detail;
    EXPECT_FALSE(answer.detail.empty());
    EXPECT_TRUE(answer.found.empty());
  }
  EXPECT_EQ(server_->seen.size(), std::size(rows));
}

TEST_F(CredentialsClientTest, RefusedConnectionsAreNotSent) {
  CredentialsOptions options;
  {
    const ScriptedServer gone(loop_, [](const SeenRequest&) { return ScriptedReply{}; });
    options.base_url = gone.url();
  }
  uv_run(loop_.get(), UV_RUN_NOWAIT);
  connect(options);
  EXPECT_EQ(answer_of(request_of(CredentialVerb::create)).outcome, OutcomeClass::not_sent);
  EXPECT_EQ(client_->counters().failures, 1u);
}

// curl asks once more by itself when a connection dies that it had used before. A second credential would be the
// result.
TEST_F(CredentialsClientTest, ACreateIsNotRepeatedOnAnotherConnection) {
  ScriptedReply reply;
  serve([&](const SeenRequest&) { return reply; });
  connect();
  EXPECT_EQ(answer_of(request_of(CredentialVerb::remove, "c1")).outcome, OutcomeClass::ok);
  EXPECT_EQ(answer_of(request_of(CredentialVerb::remove, "c2")).outcome, OutcomeClass::ok);
  EXPECT_EQ(server_->connections, 1) << "connections are reused";
  reply = {.how = How::close_at_once};
  EXPECT_EQ(answer_of(request_of(CredentialVerb::create)).outcome, OutcomeClass::unknown);
  EXPECT_EQ(server_->seen.size(), 3u);
  EXPECT_EQ(server_->connections, 2);
}

// The same over TLS, where other requests could share its connection.
TEST_F(CredentialsClientTest, ACreateSharesNoConnectionOverTls) {
  serve([](const SeenRequest&) { return made(); });
  const TlsFront front(server_->port());
  if (!front.running()) GTEST_SKIP() << "nginx or openssl is not installed";
  CredentialsOptions options;
  options.base_url = front.url();
  options.ca_file = front.ca_file();
  options.connect_ms = options.answer_ms = 20'000;
  options.api_key = kKey;
  options.connection_id = "77";
  client_ = std::move(*CredentialsClient::create(loop_, log_, std::move(options)));
  for (const CredentialVerb verb : {CredentialVerb::remove, CredentialVerb::create, CredentialVerb::remove}) {
    EXPECT_EQ(answer_of(request_of(verb)).outcome, OutcomeClass::ok);
  }
  ASSERT_TRUE(run_until(loop_, [&] { return std::ranges::count(front.access_log(), '\n') >= 3; }));
  std::istringstream lines(front.access_log());
  std::string numbers[3], protocols[3];
  for (int i = 0; i < 3; ++i) lines >> numbers[i] >> protocols[i];
  EXPECT_EQ(protocols[0], "HTTP/2.0");
  EXPECT_EQ(protocols[1], "HTTP/1.1");
  EXPECT_EQ(protocols[2], "HTTP/2.0");
  EXPECT_NE(numbers[0], numbers[1]);
  EXPECT_EQ(numbers[0], numbers[2]);
}

TEST_F(CredentialsClientTest, NoPasswordStaysAnywhere) {
  ScriptedReply reply;
  serve([&](const SeenRequest&) { return reply; });
  connect();
  const std::string password = kPassword;
  const ScriptedReply replies[] = {
      made(),
      {.status = 201, .body = R"({"data":{"sip_password":")" + password + R"(","id":"c1"}})"},
      {.status = 200, .body = R"({"data":[{"id":"c1","sip_password":")" + password + "\"}]}"},
      {.status = 422, .body = R"({"errors":{"sip_password":")" + password + "\"}}"},
      {.status = 500, .body = R"({"errors":[{"title":"t","sip_password":")" + password + "\"}]}"}};
  for (const ScriptedReply& each : replies) {
    reply = each;
    for (const CredentialVerb verb : {CredentialVerb::create, CredentialVerb::remove, CredentialVerb::list}) {
      const CredentialAnswer answer = answer_of(request_of(verb));
      std::string all = answer.detail;
      for (const Credential& one : answer.found) all += one.id + one.name + one.sip_username;
      EXPECT_EQ(all.find(password.substr(0, 8)), std::string::npos) << all;
    }
  }
  for (int i = 0; i < limits::kBreakerInARow; ++i) (void)answer_of(request_of(CredentialVerb::create));
  EXPECT_EQ(log_.count("credentials_away"), 1u);
  EXPECT_EQ(log_.count(password.substr(0, 8)), 0u);
  EXPECT_EQ(log_.count(kKey), 0u);
}

TEST_F(CredentialsClientTest, AListThatGoesOnOrBreaksIsNotComplete) {
  std::size_t broken_page = 0;
  ScriptedReply broken;
  serve([&](const SeenRequest&) {
    if (server_->seen.size() == broken_page) return broken;
    return ScriptedReply{.body = R"({"data":[{"id":")" + std::to_string(server_->seen.size()) +
                                 R"("}],"meta":{"total_pages":9,"total_results":9}})"};
  });
  connect();
  const CredentialAnswer longer = answer_of(request_of(CredentialVerb::list));
  EXPECT_EQ(longer.outcome, OutcomeClass::ok);
  EXPECT_FALSE(longer.complete);
  EXPECT_EQ(longer.found.size(), limits::kCredentialPages);
  EXPECT_FALSE(longer.detail.empty());
  EXPECT_EQ(server_->seen.size(), limits::kCredentialPages);
  for (const ScriptedReply& each : {ScriptedReply{.status = 500}, ScriptedReply{.status = 200, .body = "{}"},
                                    ScriptedReply{.how = How::close_midway}}) {
    broken = each;
    broken_page = 3;
    server_->seen.clear();
    const CredentialAnswer answer = answer_of(request_of(CredentialVerb::list));
    EXPECT_EQ(answer.outcome, OutcomeClass::unknown);
    EXPECT_FALSE(answer.complete);
    EXPECT_EQ(answer.found.size(), 2u);
    EXPECT_EQ(server_->seen.size(), 3u);
  }
}

TEST_F(CredentialsClientTest, AListAsksForNoPageThatCannotBeAnsweredInTime) {
  UvTimer later(loop_);
  serve([&](const SeenRequest&) {
    later.start(200, [this] { server_->release_all(); });
    ScriptedReply page{.how = How::held};
    page.body = R"({"data":[{"id":"c1"}],"meta":{"total_pages":2,"total_results":2}})";
    return page;
  });
  CredentialsOptions options;
  options.answer_ms = 300;
  connect(options);
  const CredentialAnswer answer = answer_of(request_of(CredentialVerb::list));
  EXPECT_EQ(answer.outcome, OutcomeClass::unknown);
  EXPECT_EQ(server_->seen.size(), 1u);
}

TEST_F(CredentialsClientTest, DefectsAreRefusedUnsent) {
  serve([](const SeenRequest&) { return made(); });
  connect();
  CredentialRequest untagged = request_of(CredentialVerb::list);
  untagged.tag.clear();
  for (const CredentialRequest& request :
       {request_of(CredentialVerb::remove, ""), request_of(CredentialVerb::create, ""), untagged}) {
    const CredentialAnswer answer = answer_of(request);
    EXPECT_EQ(answer.outcome, OutcomeClass::refused);
    EXPECT_FALSE(answer.detail.empty());
  }
  EXPECT_TRUE(server_->seen.empty());
}

TEST_F(CredentialsClientTest, FewAtOnceTheOthersInTheirOrderAndNotTooMany) {
  serve([](const SeenRequest&) { return held(); });
  connect();
  const std::size_t fit = limits::kCredentialsInFlight + limits::kCredentialsWaiting;
  for (std::size_t i = 0; i < fit + 3; ++i) send(request_of(CredentialVerb::remove, std::to_string(i)));
  EXPECT_TRUE(answers_.empty());
  EXPECT_EQ(client_->counters().in_flight, limits::kCredentialsInFlight);
  EXPECT_EQ(client_->counters().queued, limits::kCredentialsWaiting);
  EXPECT_EQ(client_->counters().refused_full, 3u);
  ASSERT_TRUE(wait_for(3));
  EXPECT_EQ(count(OutcomeClass::not_sent), 3u);
  EXPECT_FALSE(answers_[0].detail.empty());
  ASSERT_TRUE(run_until(loop_, [&] { return server_->seen.size() == limits::kCredentialsInFlight; }));
  ASSERT_TRUE(run_until(loop_, [&] {
    server_->release_all();
    return answers_.size() == fit + 3;
  }));
  EXPECT_EQ(count(OutcomeClass::ok), fit);
  EXPECT_LE(server_->connections, static_cast<int>(limits::kCredentialsInFlight));
  EXPECT_EQ(server_->seen.back().path, "/v2/telephony_credentials/" + std::to_string(fit - 1));
}

TEST_F(CredentialsClientTest, WhatWaitsTooLongIsNotSent) {
  serve([](const SeenRequest&) { return held(); });
  CredentialsOptions options;
  options.answer_ms = 300;
  connect(options);
  for (std::size_t i = 0; i < limits::kCredentialsInFlight + 5; ++i) send(request_of(CredentialVerb::create));
  ASSERT_TRUE(wait_for(limits::kCredentialsInFlight + 5));
  EXPECT_EQ(count(OutcomeClass::not_sent), 5u);
  EXPECT_EQ(count(OutcomeClass::unknown), limits::kCredentialsInFlight);
  EXPECT_EQ(client_->counters().waited_out, 5u);
  EXPECT_EQ(server_->seen.size(), limits::kCredentialsInFlight);
}

TEST_F(CredentialsClientTest, AnOutageIsToldOnce) {
  int status = 503;
  serve([&](const SeenRequest&) { return ScriptedReply{.status = status, .body = "{}"}; });
  connect();
  for (int i = 0; i < limits::kBreakerInARow + 3; ++i) {
    EXPECT_EQ(log_.count("credentials_away"), i < limits::kBreakerInARow ? 0u : 1u);
    (void)answer_of(request_of(CredentialVerb::remove));
  }
  status = 200;
  for (int i = 0; i < 2; ++i) (void)answer_of(request_of(CredentialVerb::remove));
  EXPECT_EQ(log_.count("credentials_away"), 1u);
  EXPECT_EQ(log_.count("credentials_back"), 1u);
}

TEST_F(CredentialsClientTest, DestructionFromWithinAnAnswerAndWithAnswersOwed) {
  serve([](const SeenRequest&) { return made(); });
  connect();
  int ran = 0;
  for (int i = 0; i < 8; ++i) {
    client_->send(request_of(CredentialVerb::create, i % 2 == 0 ? "" : "n"), [&](const CredentialAnswer&) {
      ++ran;
      client_.reset();
    });
  }
  ASSERT_TRUE(run_until(loop_, [&] { return ran > 0; }));
  server_.reset();
  loop_.run();
  EXPECT_EQ(ran, 1);
}

TEST_F(CredentialsClientTest, AnAnswerMayAskAgain) {
  serve([](const SeenRequest&) { return made(); });
  connect();
  int left = 20;
  std::function<void(CredentialAnswer)> again = [&](const CredentialAnswer& answer) {
    EXPECT_EQ(answer.outcome, OutcomeClass::ok);
    if (--left > 0) client_->send(request_of(CredentialVerb::create), again);
  };
  client_->send(request_of(CredentialVerb::create), again);
  ASSERT_TRUE(run_until(loop_, [&] { return left == 0; }));
}

TEST(CredentialsOptionsTest, EachWrongOptionHasItsSentence) {
  UvLoop loop;
  test::FakeLog log;
  const auto error_of = [&](auto change) {
    CredentialsOptions options;
    options.api_key = "KEYsecret";
    options.connection_id = "77";
    change(options);
    const auto client = CredentialsClient::create(loop, log, std::move(options));
    return client ? std::string("accepted") : client.error().text;
  };
  EXPECT_EQ(error_of([](CredentialsOptions&) {}), "accepted");
  for (const std::string& text : {error_of([](CredentialsOptions& o) { o.api_key.clear(); }),
                                  error_of([](CredentialsOptions& o) { o.api_key = "KEYsecret\n"; }),
                                  error_of([](CredentialsOptions& o) { o.connection_id.clear(); }),
                                  error_of([](CredentialsOptions& o) { o.connection_id = std::string(300, '7'); }),
                                  error_of([](CredentialsOptions& o) { o.answer_ms = 0; }),
                                  error_of([](CredentialsOptions& o) { o.connect_ms = 0; }),
                                  error_of([](CredentialsOptions& o) { o.ca_file = "/nowhere/certificates.pem"; }),
                                  error_of([](CredentialsOptions& o) { o.base_url = "http://api.telnyx.com"; })}) {
    EXPECT_NE(text, "accepted");
    EXPECT_EQ(text.find("KEYsecret"), std::string::npos) << text;
    EXPECT_GT(text.size(), 20u);
  }
}

}  // namespace
}  // namespace ringfence
