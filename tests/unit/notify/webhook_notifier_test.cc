// What leaves, what each answer means, and that nobody waits for somebody else's application.
#include "adapters/notify/webhook_notifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "scripted_server.h"
#include "shared/limits.h"
#include "support/fake_log.h"

namespace ringfence::test {
namespace {

constexpr std::string_view kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr Millis kNowMs = 1'614'265'330'987;

ScriptedReply status(int code, std::string headers = {}) {
  return {.status = code, .body = {}, .extra_headers = std::move(headers)};
}

class WebhookNotifierTest : public ::testing::Test {
 protected:
  WebhookNotifierTest() : clock_(loop_, [] { return kNowMs; }) { std::signal(SIGPIPE, SIG_IGN); }

  NotifyEndpoint endpoint(std::string organisation, std::string url) {
    return {.organisation = std::move(organisation), .url = std::move(url), .secrets = *WebhookSecrets::parse(kSecret)};
  }
  void serve(ScriptedServer::Script script, NotifyOptions options = {}) {
    server_ = std::make_unique<ScriptedServer>(loop_, std::move(script));
    std::vector<NotifyEndpoint> endpoints;
    endpoints.push_back(endpoint("acme", server_->url() + "/hooks?key=1"));
    endpoints.push_back(endpoint("other", server_->url() + "/other"));
    auto created = WebhookNotifier::create(loop_, clock_, log_, std::move(options), std::move(endpoints));
    ASSERT_TRUE(created.has_value()) << created.error().text;
    notifier_ = std::move(*created);
  }
  void send(const std::string& id, const std::string& organisation = "acme") {
    Command command;
    command.id.text = id;
    command.verb = Verb::notify;
    command.organisation = organisation;
    command.body = R"({"test": 2432232314})";
    notifier_->send(std::move(command), [this](CommandOutcome outcome) { outcomes_.push_back(std::move(outcome)); });
  }
  CommandOutcome outcome_of(const std::string& id, const std::string& organisation = "acme") {
    outcomes_.clear();
    send(id, organisation);
    EXPECT_TRUE(outcomes_.empty()) << "the outcome must come later, on the loop";
    EXPECT_TRUE(run_until(loop_, [&] { return !outcomes_.empty(); }));
    return outcomes_.empty() ? CommandOutcome{} : outcomes_.front();
  }

  UvLoop loop_;
  UvClock clock_;
  FakeLog log_;
  std::unique_ptr<ScriptedServer> server_;
  std::unique_ptr<WebhookNotifier> notifier_;
  std::vector<CommandOutcome> outcomes_;
};

TEST_F(WebhookNotifierTest, ASignedPostInTheStandardFormat) {
  serve([](const SeenRequest&) { return status(204); });
  EXPECT_EQ(outcome_of("msg_p5jXN8AQM9LWM0D4loKWxJek").outcome, OutcomeClass::ok);
  ASSERT_EQ(server_->seen.size(), 1u);
  SeenRequest& seen = server_->seen.front();
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.path, "/hooks?key=1");
  EXPECT_EQ(seen.body, R"({"test": 2432232314})");
  EXPECT_EQ(seen.headers["content-type"], "application/json");
  EXPECT_EQ(seen.headers["webhook-id"], "msg_p5jXN8AQM9LWM0D4loKWxJek");
  EXPECT_EQ(seen.headers["webhook-timestamp"], "1614265330");
  EXPECT_EQ(seen.headers["webhook-signature"], "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  EXPECT_FALSE(seen.headers.contains("authorization"));
  EXPECT_EQ(notifier_->counters().taken, 1u);
}

TEST_F(WebhookNotifierTest, WhatEachAnswerMeans) {
  ScriptedReply next;
  serve([&](const SeenRequest&) { return next; });
  const auto answered = [&](ScriptedReply reply, const std::string& id) {
    next = std::move(reply);
    return outcome_of(id);
  };
  EXPECT_EQ(answered(status(200), "a").outcome, OutcomeClass::ok);
  EXPECT_EQ(answered(status(202), "b").outcome, OutcomeClass::ok);
  EXPECT_EQ(answered(status(404), "c").http_status, 404);
  EXPECT_EQ(answered(status(500), "d").outcome, OutcomeClass::unknown);
  const CommandOutcome busy = answered(status(503, "Retry-After: 7\r\n"), "e");
  EXPECT_EQ(busy.outcome, OutcomeClass::unknown);
  EXPECT_EQ(busy.retry_after_ms, 7000);
  const CommandOutcome moved = answered(status(307, "Location: " + server_->url() + "/elsewhere\r\n"), "f");
  EXPECT_EQ(moved.http_status, 307);
  EXPECT_NE(moved.outcome, OutcomeClass::ok);
  EXPECT_EQ(server_->seen.back().path, "/hooks?key=1") << "a redirect is not followed";
  EXPECT_EQ(answered({.how = ScriptedReply::How::close_at_once}, "g").outcome, OutcomeClass::unknown);
  const CommandOutcome gone = answered(status(410), "h");
  EXPECT_EQ(gone.http_status, 410);
  EXPECT_THAT(gone.detail, testing::HasSubstr("given up"));
  EXPECT_EQ(notifier_->counters().gone, 1u);
  EXPECT_EQ(log_.count("notify_gone"), 1u);
}

TEST_F(WebhookNotifierTest, ABodyNobodyReadsMayBeOfAnyLength) {
  serve([](const SeenRequest&) {
    return ScriptedReply{.status = 200, .body = std::string(2 * limits::kNotifyReplyBytes, 'x')};
  });
  EXPECT_EQ(outcome_of("a").outcome, OutcomeClass::ok);
}

TEST_F(WebhookNotifierTest, AnApplicationThatDoesNotAnswerIsLeftAtTheDeadline) {
  serve([](const SeenRequest&) { return ScriptedReply{.how = ScriptedReply::How::held}; }, {.deadline_ms = 50});
  EXPECT_EQ(outcome_of("a").outcome, OutcomeClass::unknown);
  EXPECT_EQ(notifier_->counters().in_flight, 0u);
}

TEST_F(WebhookNotifierTest, NobodyListensIsNotSent) {
  serve([](const SeenRequest&) { return status(200); });
  server_->stop_listening();
  EXPECT_EQ(outcome_of("a").outcome, OutcomeClass::not_sent);
}

TEST_F(WebhookNotifierTest, ASlowApplicationKeepsItsOwnPlacesOnly) {
  serve([](const SeenRequest& request) {
    return request.path == "/other" ? status(200) : ScriptedReply{.how = ScriptedReply::How::held};
  });
  for (int i = 0; i < 20; ++i) send("slow" + std::to_string(i));
  EXPECT_EQ(notifier_->counters().in_flight, limits::kNotifyInFlightEach);
  EXPECT_EQ(notifier_->counters().queued, 20 - limits::kNotifyInFlightEach);
  send("quick", "other");
  EXPECT_TRUE(run_until(loop_, [&] { return outcomes_.size() == 1; }));
  EXPECT_EQ(outcomes_.front().outcome, OutcomeClass::ok);
  EXPECT_TRUE(run_until(loop_, [&] {
    server_->release_all();
    return outcomes_.size() == 21;
  }));
}

TEST_F(WebhookNotifierTest, ACopyOfWhatIsUnderWayIsNotSentBesideIt) {
  serve([](const SeenRequest&) { return ScriptedReply{.how = ScriptedReply::How::held}; });
  send("a");
  EXPECT_TRUE(run_until(loop_, [&] { return server_->seen.size() == 1; }));
  send("a");
  EXPECT_TRUE(run_until(loop_, [&] { return outcomes_.size() == 1; }));
  EXPECT_EQ(outcomes_[0].outcome, OutcomeClass::unknown);
  server_->release_all();
  EXPECT_TRUE(run_until(loop_, [&] { return outcomes_.size() == 2; }));
  EXPECT_EQ(outcomes_[1].outcome, OutcomeClass::ok);
  EXPECT_EQ(server_->seen.size(), 1u);
}

TEST_F(WebhookNotifierTest, AFullQueueRefuses) {
  serve([](const SeenRequest&) { return ScriptedReply{.how = ScriptedReply::How::held}; });
  for (std::size_t i = 0; i < limits::kNotifyQueue + limits::kNotifyInFlightEach; ++i) send(std::to_string(i));
  EXPECT_EQ(outcome_of("one too many").outcome, OutcomeClass::not_sent);
}

TEST_F(WebhookNotifierTest, OnlyWhoIsConfiguredIsTold) {
  serve([](const SeenRequest&) { return status(200); });
  EXPECT_TRUE(notifier_->tells("acme"));
  EXPECT_FALSE(notifier_->tells("nobody"));
  EXPECT_FALSE(notifier_->tells(""));
  EXPECT_EQ(outcome_of("a", "nobody").outcome, OutcomeClass::not_sent);
}

TEST_F(WebhookNotifierTest, AFamilyHasTheConsumerThatIsConfigured) {
  serve([](const SeenRequest&) { return status(200); });
  EXPECT_EQ(notifier_->consumer_of("message"), "");
  std::vector<NotifyEndpoint> fresh;
  fresh.push_back(endpoint("acme", server_->url() + "/acme"));
  fresh.push_back(endpoint("~messaging", server_->url() + "/consumer"));
  fresh.back().families = {"message", "10dlc"};
  ASSERT_TRUE(notifier_->replace(std::move(fresh)).has_value());
  EXPECT_EQ(notifier_->consumer_of("10dlc"), "~messaging");
  EXPECT_EQ(notifier_->consumer_of("number_order"), "");
  EXPECT_EQ(notifier_->consumer_of(""), "");
  EXPECT_EQ(outcome_of("a", "~messaging").outcome, OutcomeClass::ok);
  EXPECT_EQ(server_->seen.back().path, "/consumer");
}

TEST_F(WebhookNotifierTest, WhatCannotLeaveInTimeDoesNotLeave) {
  serve([](const SeenRequest&) { return status(200); });
  for (const Millis not_after_ms : {kNowMs - 1, kNowMs}) {
    Command command{.verb = Verb::notify, .organisation = "acme", .body = "{}", .not_after_ms = not_after_ms};
    command.id.text = std::to_string(not_after_ms);
    notifier_->send(std::move(command), [this](CommandOutcome outcome) { outcomes_.push_back(std::move(outcome)); });
  }
  EXPECT_TRUE(run_until(loop_, [&] { return outcomes_.size() == 2; }));
  ASSERT_EQ(server_->seen.size(), 1u);
  EXPECT_EQ(std::ranges::count(outcomes_, OutcomeClass::not_sent, &CommandOutcome::outcome), 1);
  EXPECT_EQ(std::ranges::count(outcomes_, OutcomeClass::ok, &CommandOutcome::outcome), 1);
}

TEST_F(WebhookNotifierTest, ACopyForSomebodyElseIsNotTakenForTheirs) {
  serve([](const SeenRequest&) { return ScriptedReply{.how = ScriptedReply::How::held}; });
  send("a", "acme");
  EXPECT_EQ(outcome_of("a", "other").outcome, OutcomeClass::not_sent);
}

TEST_F(WebhookNotifierTest, WhatWaitsGoesToTheNewUrl) {
  serve([](const SeenRequest& request) {
    return request.path == "/new" ? status(200) : ScriptedReply{.how = ScriptedReply::How::held};
  });
  for (int i = 0; i < 10; ++i) send(std::to_string(i));
  for (int i = 0; i < 3; ++i) send("other" + std::to_string(i), "other");
  std::vector<NotifyEndpoint> bad;
  bad.push_back(endpoint("acme", "http://applications.example/hooks"));
  EXPECT_FALSE(notifier_->replace(std::move(bad)).has_value());
  EXPECT_TRUE(notifier_->tells("other")) << "nothing has changed";
  std::vector<NotifyEndpoint> fresh;
  fresh.push_back(endpoint("acme", server_->url() + "/new"));
  ASSERT_TRUE(notifier_->replace(std::move(fresh)).has_value());
  EXPECT_FALSE(notifier_->tells("other"));
  EXPECT_TRUE(run_until(loop_, [&] {
    server_->release_all();
    return outcomes_.size() == 13;
  }));
  EXPECT_EQ(std::ranges::count(server_->seen, std::string("/new"), &SeenRequest::path),
            10 - static_cast<int>(limits::kNotifyInFlightEach));
}

TEST_F(WebhookNotifierTest, DestroyedFromItsOwnCallback) {
  serve([](const SeenRequest&) { return status(200); });
  bool called = false;
  Command command;
  command.id.text = "a";
  command.organisation = "acme";
  notifier_->send(std::move(command), [&](const CommandOutcome&) {
    notifier_.reset();
    called = true;
  });
  EXPECT_TRUE(run_until(loop_, [&] { return called; }));
}

TEST(NotifyUrlTest, HttpsOrThisMachine) {
  EXPECT_TRUE(check_notify_url("https://applications.example/hooks?tenant=7").has_value());
  EXPECT_TRUE(check_notify_url("http://127.0.0.1:3000/hooks").has_value());
  for (const std::string_view url : {"http://applications.example/", "ftp://applications.example/", "nonsense",
                                     "https://user:pw@applications.example/", "https://applications.example/#x"}) {
    EXPECT_FALSE(check_notify_url(url).has_value()) << url;
  }
}

}  // namespace
}  // namespace ringfence::test
