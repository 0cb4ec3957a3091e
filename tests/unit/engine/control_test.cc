// What the operator asks and gets: health, calls, one call, the watch, the directory.
#include "codec/session_json.h"
#include "core/invariants.h"
#include "engine/metrics_view.h"
#include "engine/reading_requests.h"
#include "engine/request_target.h"
#include "fixture.h"
#include "history/replay.h"
#include "support/exposition.h"

namespace ringfence::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class ControlTest : public EngineTest {
 protected:
  void SetUp() override {
    EngineTest::SetUp();
    ControlParts parts = control_parts();
    parts.more_measures = [this](Measures& measures) {
      measures.group("more");
      measures.gauge("extra", 7, "What only main knows.");
      return well;
    };
    control = std::make_unique<Control>(std::move(parts));
  }
  ControlReply ask(std::string_view method, std::string_view target, std::string_view body = {}) {
    return ask(*control, method, target, body);
  }
  ControlReply ask(RequestSink& whom, std::string_view method, std::string_view target, std::string_view body = {}) {
    std::vector<ControlReply> replies;
    whom.on_request({.method = method, .target = target, .body = as_bytes(body)},
                    [&](ControlReply reply) { replies.push_back(std::move(reply)); });
    loop.run();
    EXPECT_EQ(replies.size(), 1u) << target;
    return replies.empty() ? ControlReply{.status = 0} : replies[0];
  }
  Json ask_json(std::string_view target) {
    const ControlReply reply = ask("GET", target);
    EXPECT_EQ(reply.status, 200) << reply.body;
    Result<Json> json = parse_json(reply.body);
    return json ? std::move(*json) : nullptr;
  }
  std::unique_ptr<Control> control;
  bool well = true;  // what only main knows
};

TEST_F(ControlTest, TheConfigurationIsReadAgainOrItsFaultIsSaid) {
  EXPECT_EQ(ask("POST", "/reload").status, 422) << "this one was made without a file";
  Result<std::string> next = "all is in force";
  ControlParts parts = control_parts();
  parts.reload = [&] { return next; };
  Control with_file(std::move(parts));
  const ControlReply read = ask(with_file, "POST", "/reload");
  EXPECT_EQ(read.status, 200);
  EXPECT_THAT(read.body, HasSubstr("all is in force")) << "what waits for a restart is told there, too";
  EXPECT_EQ(ask(with_file, "GET", "/reload").status, 405);
  next = fail(ErrorCode::invalid, "ringd.conf:3: unknown directive \"lgo_level\"");
  const ControlReply refused = ask(with_file, "POST", "/reload");
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(refused.body, HasSubstr("ringd.conf:3"));
  ReadingRequests over_ingest(with_file);
  EXPECT_EQ(ask(over_ingest, "POST", "/reload").status, 403) << "nginx's workers may only read";
}

TEST_F(ControlTest, HealthCountsAndSaysWhatIsDegraded) {
  Json before = ask_json("/health");
  EXPECT_EQ(get_text(before.get(), "status"), "degraded") << "the directory has not been read";
  ring();
  const Json health = ask_json("/health");
  EXPECT_EQ(get_text(health.get(), "status"), "ok");
  EXPECT_EQ(get_text(health.get(), "version"), "test");
  EXPECT_EQ(get_int(get_object(health.get(), "more"), "extra"), 7);
  EXPECT_EQ(get_text(get_object(health.get(), "store"), "kind"), "fake");
  EXPECT_EQ(get_int(get_object(health.get(), "directory"), "numbers"), 2);
  const json_t* engine = get_object(health.get(), "engine");
  EXPECT_EQ(get_int(engine, "accepted"), 1);
  EXPECT_EQ(get_int(engine, "sessions_cached"), 1);
  EXPECT_EQ(get_int(get_object(engine, "commands"), "dial"), 2);
  EXPECT_EQ(get_int(get_object(engine, "results"), "ok"), 2);
}

TEST_F(ControlTest, WhatOnlyMainKnowsCanBeUnwell) {
  start();
  loop.run();
  EXPECT_EQ(get_text(ask_json("/health").get(), "status"), "ok");
  well = false;
  EXPECT_EQ(get_text(ask_json("/health").get(), "status"), "degraded");
}

TEST_F(ControlTest, PrometheusGetsTheSameNumbers) {
  ring();
  const ControlReply reply = ask("GET", "/metrics");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.content_type, "text/plain; version=0.0.4; charset=utf-8");
  const Exposition metrics(reply.body);
  EXPECT_EQ(metrics.error(), "");
  EXPECT_EQ(metrics.value("ringd_status{status=\"ok\"}"), 1);
  EXPECT_EQ(metrics.value("ringd_status{status=\"degraded\"}"), 0);
  EXPECT_EQ(metrics.value("ringd_version_info{version=\"test\"}"), 1);
  EXPECT_EQ(metrics.value("ringd_store_kind_info{kind=\"fake\"}"), 1);
  EXPECT_EQ(metrics.value("ringd_store_ready"), 1);
  EXPECT_EQ(metrics.value("ringd_directory_numbers"), 2);
  EXPECT_EQ(metrics.value("ringd_engine_accepted_total"), 1);
  EXPECT_EQ(metrics.value("ringd_engine_sessions_cached"), 1);
  EXPECT_EQ(metrics.value("ringd_engine_commands_total{verb=\"dial\"}"), 2);
  EXPECT_EQ(metrics.value("ringd_engine_results_total{outcome=\"ok\"}"), 2);
  EXPECT_EQ(metrics.value("ringd_engine_timing_seconds_count{stage=\"received_to_accepted\"}"), 1);
  EXPECT_EQ(metrics.value("ringd_engine_timing_seconds_bucket{stage=\"received_to_accepted\",le=\"5\"}"), 1);
  EXPECT_EQ(metrics.value("ringd_more_extra"), 7);
  EXPECT_EQ(
      metrics.value("ringd_engine_broken_total{invariant=\"" + std::string(name_of(Invariant::one_winner)) + "\"}"), 0);
  EXPECT_EQ(ask("POST", "/metrics").status, 405);
  ReadingRequests over_ingest(*control);
  EXPECT_EQ(ask(over_ingest, "GET", "/metrics").body, reply.body) << "nginx may ask for them";
}

TEST(MetricsView, EveryKindIsWellFormedWhateverItSays) {
  Measures measures;
  measures.group("some");
  measures.text("name", "a \"b\" \\ c\nd", "A text.");
  measures.state("mode", "away", {"normal", "away"}, "A state.");
  measures.milliseconds("for_ms", 1'250, "A time.");
  measures.milliseconds("back_ms", -5, "A time before.");
  measures.flag("off", false, "A flag.");
  Histogram times;
  for (const Millis ms : {0, 3, 7'000}) times.add(ms);
  measures.times("timing", {.of_what = "stage", .values = {{"one", times}, {"none", {}}}}, "Times.");
  const std::string text = metrics_view(measures);
  const Exposition metrics(text);
  EXPECT_EQ(metrics.error(), "");
  EXPECT_EQ(metrics.value("ringd_some_name_info{name=\"a \\\"b\\\" \\\\ c\\nd\"}"), 1) << text;
  EXPECT_EQ(metrics.value("ringd_some_mode{mode=\"normal\"}"), 0);
  EXPECT_EQ(metrics.value("ringd_some_mode{mode=\"away\"}"), 1);
  EXPECT_EQ(metrics.value("ringd_some_for_seconds"), 1.25);
  EXPECT_EQ(metrics.value("ringd_some_back_seconds"), -0.005);
  EXPECT_EQ(metrics.value("ringd_some_off"), 0);
  EXPECT_EQ(metrics.value("ringd_some_timing_seconds_bucket{stage=\"one\",le=\"0.005\"}"), 2);
  EXPECT_EQ(metrics.value("ringd_some_timing_seconds_bucket{stage=\"one\",le=\"+Inf\"}"), 3);
  EXPECT_EQ(metrics.value("ringd_some_timing_seconds_sum{stage=\"one\"}"), 7.003);
  EXPECT_EQ(metrics.value("ringd_some_timing_seconds_count{stage=\"none\"}"), 0);
}

TEST_F(ControlTest, CallsAreListedNewestFirstWithMaskedNumbers) {
  start();
  post(incoming("ev-1", "call-1"));
  post(incoming("ev-2", "call-2"));
  loop.run();
  const Json body = ask_json("/calls");
  const json_t* calls = get_array(body.get(), "calls");
  ASSERT_EQ(json_array_size(calls), 2u);
  const json_t* first = json_array_get(calls, 0);
  EXPECT_EQ(get_text(first, "session"), "call-2");
  EXPECT_EQ(get_text(first, "phase"), "ringing");
  EXPECT_EQ(get_int(first, "legs_alive"), 2);
  EXPECT_THAT(std::string(get_text(first, "from")), AllOf(HasSubstr("1222"), Not(HasSubstr("40111"))));
  EXPECT_EQ(json_array_size(get_array(ask_json("/calls?limit=1").get(), "calls")), 1u);
}

TEST_F(ControlTest, OneCallHasItsLegsAndItsLadder) {
  ring();
  const Json call = ask_json("/calls/caller-leg");
  EXPECT_EQ(json_array_size(get_array(call.get(), "devices")), 2u);
  const json_t* ladder = get_array(call.get(), "ladder");
  ASSERT_EQ(json_array_size(ladder), 3u);
  EXPECT_EQ(get_text(json_array_get(ladder, 0), "event"), "call.initiated");
  EXPECT_EQ(ask("GET", "/calls/nobody").status, 404);
  EXPECT_EQ(ask("GET", "/calls/caller%2Dleg").status, 200);
}

TEST_F(ControlTest, AWholeCallIsWhatTheStoreHas) {
  ring();
  const Json shown = ask_json("/calls/caller-leg");
  EXPECT_EQ(json_object_get(shown.get(), "document"), nullptr);
  EXPECT_EQ(get_object(json_array_get(get_array(shown.get(), "ladder"), 0), "e"), nullptr);
  const Json whole = ask_json("/calls/caller-leg?whole=yes");
  const auto session = decode_session(get_text(whole.get(), "document"));
  ASSERT_TRUE(session);
  std::vector<std::string> ladder;
  const json_t* lines = get_array(whole.get(), "ladder");
  for (std::size_t i = 0; i < json_array_size(lines); ++i) ladder.push_back(dump_json(json_array_get(lines, i)));
  const auto played = replay(ladder, worker->engine.policy());
  ASSERT_TRUE(played) << played.error().text;
  EXPECT_EQ(played->session, *session);
  EXPECT_EQ(played->ladder, ladder);
}

TEST_F(ControlTest, AnOperatorEndsACallOnce) {
  ring();
  EXPECT_EQ(ask("POST", "/calls/nobody/cancel").status, 404);
  EXPECT_EQ(ask("GET", "/calls/caller-leg/cancel").status, 405);
  const ControlReply reply = ask("POST", "/calls/caller-leg/cancel");
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_THAT(reply.body, HasSubstr("caller-leg"));
  EXPECT_EQ(worker->telephony.count(Verb::hangup), 3u) << "both devices and the caller";
  EXPECT_EQ(get_text(ask_json("/calls/caller-leg").get(), "outcome"), "cancelled");
  const ControlReply again = ask("POST", "/calls/caller-leg/cancel");
  EXPECT_EQ(again.status, 409);
  EXPECT_THAT(again.body, HasSubstr("cancelled"));
}

TEST_F(ControlTest, ADeviceThatWakesUpJoinsTheCallsOfItsUser) {
  ring();
  worker->telephony.sent.clear();
  // `web` refuses to be reached at first, and then registers.
  Hook gone{.id = "ev-gone", .type = "call.hangup", .leg = "caller-leg-leg1", .state_leg = 1, .cause = "not_found"};
  post(gone);
  loop.run();
  const ControlReply reply = ask("POST", "/devices/ready?organisation=acme&user=anna&device=web");
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_THAT(reply.body, HasSubstr("caller-leg"));
  EXPECT_EQ(worker->telephony.count(Verb::dial), 1u);
  EXPECT_EQ(ask("POST", "/devices/ready?organisation=acme&user=anna&device=fax").status, 404);
  EXPECT_EQ(ask("POST", "/devices/ready?organisation=acme").status, 400);
  EXPECT_EQ(ask("GET", "/devices/ready?organisation=acme&user=anna&device=web").status, 405);
}

TEST_F(ControlTest, WithoutARingingCallADeviceJoinsNone) {
  start();
  const ControlReply reply = ask("POST", "/devices/ready?organisation=acme&user=anna&device=web");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, R"({"calls":[]})");
}

TEST_F(ControlTest, WatchBeginsNowAndGoesOnWithoutGaps) {
  start();
  post(incoming("ev-1"));
  loop.run();
  Json first = ask_json("/watch");
  EXPECT_EQ(json_array_size(get_array(first.get(), "lines")), 0u);
  const std::int64_t from = get_int(first.get(), "next");
  post(hangup("ev-2"));
  loop.run();
  const Json second = ask_json("/watch?after=" + std::to_string(from));
  ASSERT_EQ(json_array_size(get_array(second.get(), "lines")), 1u);
  EXPECT_EQ(get_text(json_array_get(get_array(second.get(), "lines"), 0), "event"), "call.hangup");
  EXPECT_EQ(get_int(second.get(), "next"), from + 1);
  EXPECT_EQ(json_array_size(get_array(ask_json("/watch?after=0").get(), "lines")), 2u);
}

TEST_F(ControlTest, ADirectoryIsReplacedOnlyByAGoodOne) {
  start();
  const ControlReply bad = ask("PUT", "/directory?file=my%20dir.conf", "organisation acme {\n usr x { }\n}");
  EXPECT_EQ(bad.status, 422);
  EXPECT_THAT(bad.body, AllOf(HasSubstr("my dir.conf:2: "), HasSubstr("did you mean")));
  EXPECT_EQ(worker->directory.revision(), 1u);
  EXPECT_EQ(ask("PUT", "/directory", "organisation other { number +4912345 { voicemail; } }").body, "{\"revision\":2}");
  EXPECT_EQ(worker->directory.revision(), 2u);
  EXPECT_THAT(std::string(get_text(ask_json("/directory").get(), "text")), HasSubstr("number +4912345 { voicemail; }"));
  store.away = true;
  EXPECT_EQ(ask("PUT", "/directory", "").status, 503);
  EXPECT_EQ(worker->directory.revision(), 2u);
  EXPECT_EQ(ask("GET", "/calls").status, 503);
  EXPECT_EQ(ask("GET", "/calls/x").status, 503);
}

TEST_F(ControlTest, AnotherWorkersImportArrivesWithinASecond) {
  start();
  store.directory = {5, "organisation new { number +4912345 { voicemail; } }"};
  worker->clock.advance(limits::kDirectoryRefreshMs);
  EXPECT_EQ(worker->directory.revision(), 5u);
  EXPECT_EQ(worker->directory.current().organisations().at(0).name, "new");
}

TEST_F(ControlTest, AStoredDirectoryThatCannotBeReadKeepsTheOldOneAndComplainsOnce) {
  start();
  store.directory = {2, "from_the_future { }"};
  worker->clock.advance(5 * limits::kDirectoryRefreshMs);
  EXPECT_EQ(worker->directory.current().organisations().at(0).name, "acme");
  EXPECT_EQ(worker->log.count("directory_unreadable"), 1u);
}

TEST_F(ControlTest, WrongRequestsGetASentence) {
  start();
  const std::vector<std::tuple<std::string, std::string, int>> wrong{{"GET", "/", 404},
                                                                     {"GET", "/nothing", 404},
                                                                     {"GET", "/calls/a/b", 404},
                                                                     {"GET", "health", 400},
                                                                     {"GET", "/calls/%zz", 400},
                                                                     {"GET", "/calls/%2", 400},
                                                                     {"GET", "", 400},
                                                                     {"POST", "/health", 405},
                                                                     {"DELETE", "/directory", 405},
                                                                     {"PUT", "/calls", 405},
                                                                     {"GET", "/calls?limit=x", 400},
                                                                     {"GET", "/calls?limit=-1", 400},
                                                                     {"GET", "/watch?after=", 400}};
  for (const auto& [method, target, status] : wrong) {
    const ControlReply reply = ask(method, target);
    EXPECT_EQ(reply.status, status) << method << " " << target;
    const Result<Json> body = parse_json(reply.body);
    ASSERT_TRUE(body) << target;
    EXPECT_FALSE(get_text(body->get(), "error").empty()) << target;
  }
}

TEST_F(ControlTest, OverHttpOnlyReadingIsAnswered) {
  ring();
  ReadingRequests reading(*control);
  for (const char* target : {"/health", "/calls", "/calls/caller-leg", "/watch?after=0", "/directory"}) {
    EXPECT_EQ(ask(reading, "GET", target).status, 200) << target;
    EXPECT_EQ(ask(reading, "GET", target).body, ask("GET", target).body) << target;
  }
  EXPECT_EQ(ask(reading, "GET", "/nothing").status, 404);
  // HEAD never comes from our edge; "get" is another method.
  for (const char* method : {"PUT", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS", "get", "GET ", "GETX"}) {
    const ControlReply reply = ask(reading, method, "/directory", "organisation other { }");
    EXPECT_EQ(reply.status, 403) << method;
    EXPECT_THAT(reply.body, HasSubstr("ringctl")) << method;
  }
  EXPECT_EQ(worker->directory.revision(), 1u);
  EXPECT_EQ(worker->directory.current().organisations().at(0).name, "acme");
}

// What they read is read from the store that live calls need.
TEST_F(ControlTest, OverHttpOnlySoManyReadAtOnce) {
  ring();
  ReadingRequests reading(*control);
  std::vector<ControlReply> replies;
  const auto get = [&](RequestSink& whom, std::string_view target) {
    whom.on_request({.method = "GET", .target = target, .body = {}},
                    [&](ControlReply reply) { replies.push_back(std::move(reply)); });
  };
  for (std::size_t i = 0; i < limits::kReadingAtOnce; ++i) get(reading, "/events");
  ASSERT_TRUE(replies.empty()) << "the store has not answered";
  get(reading, "/events");
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_EQ(replies[0].status, 503);
  EXPECT_THAT(replies[0].body, HasSubstr("too many requests"));
  EXPECT_EQ(reading.put_off(), 1u);
  get(*control, "/events");
  loop.run();
  ASSERT_EQ(replies.size(), limits::kReadingAtOnce + 2);
  EXPECT_EQ(replies.back().status, 200) << "ringctl has a socket of its own";
  get(reading, "/events");
  loop.run();
  EXPECT_EQ(replies.back().status, 200) << "there is room again";
  EXPECT_EQ(reading.put_off(), 1u);
}

// Measures are for those who may call back; nobody gets them through nginx.
TEST_F(ControlTest, MissedCallsAreMaskedUnlessAskedForWhole) {
  ring();
  post(hangup("ev-end"));
  for (int leg = 0; leg < 2; ++leg) {
    post({.id = "ev-leg" + std::to_string(leg),
          .type = "call.hangup",
          .leg = "caller-leg-leg" + std::to_string(leg),
          .state_leg = leg,
          .cause = "originator_cancel"});
  }
  loop.run();
  const Json body = ask_json("/missed?user=acme%2Fanna");
  const json_t* rows = get_array(body.get(), "missed");
  ASSERT_EQ(json_array_size(rows), 2u);
  const json_t* row = json_array_get(rows, 0);
  EXPECT_EQ(get_text(row, "from"), "*******1222");
  EXPECT_EQ(get_text(row, "to"), "*******3456");
  EXPECT_EQ(json_object_get(row, "caller_name"), nullptr);
  EXPECT_EQ(get_text(row, "outcome"), "caller_cancelled");
  const Json whole = ask_json("/missed?whole=yes&limit=1");
  ASSERT_EQ(json_array_size(get_array(whole.get(), "missed")), 1u);
  EXPECT_EQ(get_text(json_array_get(get_array(whole.get(), "missed"), 0), "from"), "+4940111222");
  EXPECT_EQ(json_array_size(get_array(ask_json("/missed?user=acme%2Fbert").get(), "missed")), 0u);
  EXPECT_EQ(ask("GET", "/missed?limit=x").status, 400);
  ReadingRequests reading(*control);
  EXPECT_EQ(ask(reading, "GET", "/missed").status, 200);
  for (const std::string_view target : {"/missed?whole=yes", "/missed?who%6ce=no", "/events/bad?limit=1&whole"}) {
    EXPECT_EQ(ask(reading, "GET", target).status, 403) << target;
  }
}

TEST_F(ControlTest, UnreadableEventsAreListedWithWhy) {
  start();
  post_body("{\"data\":{}}", *worker);
  loop.run();
  const Json listed = ask_json("/events/bad");
  const json_t* events = get_array(listed.get(), "events");
  ASSERT_EQ(json_array_size(events), 1u);
  EXPECT_EQ(get_text(json_array_get(events, 0), "event"), "frame-id");
  EXPECT_THAT(std::string(get_text(json_array_get(events, 0), "why")), HasSubstr("data.id"));
  EXPECT_EQ(json_object_get(json_array_get(events, 0), "body_base64"), nullptr) << "it may hold numbers";
  const Json whole = ask_json("/events/bad?whole=yes");
  EXPECT_EQ(get_text(json_array_get(get_array(whole.get(), "events"), 0), "body_base64"), "eyJkYXRhIjp7fX0=");
  EXPECT_EQ(json_array_size(get_array(ask_json("/events/other").get(), "events")), 0u);
  EXPECT_EQ(ask("GET", "/events/bad/ly").status, 404);
  EXPECT_EQ(json_array_size(get_array(ask_json("/calls").get(), "calls")), 0u) << "it is no call";
  EXPECT_EQ(ask("GET", "/calls/event-" + short_hash("frame-id")).status, 404);
  EXPECT_EQ(get_int(get_object(ask_json("/health").get(), "engine"), "bad"), 1);
}

TEST_F(ControlTest, ExplainSaysWhyInSentences) {
  ring();
  const Json body = ask_json("/calls/caller-leg/explain");
  const json_t* lines = get_array(body.get(), "lines");
  ASSERT_EQ(json_array_size(lines), 4u) << "the call, two devices, how it stands";
  EXPECT_THAT(json_string_value(json_array_get(lines, 0)), AllOf(HasSubstr("1222"), Not(HasSubstr("40111"))));
  EXPECT_THAT(json_string_value(json_array_get(lines, 1)), HasSubstr("phone"));
  EXPECT_EQ(ask("GET", "/calls/nobody/explain").status, 404);
  EXPECT_EQ(ask("POST", "/calls/caller-leg/explain").status, 405);
}

TEST_F(ControlTest, ACallIsPlayedAgain) {
  ring();
  const Json body = ask_json("/calls/caller-leg/replay");
  EXPECT_TRUE(get_bool(body.get(), "same"));
  EXPECT_EQ(json_object_get(body.get(), "differs_at"), nullptr);
  EXPECT_EQ(json_array_size(get_array(body.get(), "ladder")), 3u);
  EXPECT_EQ(ask("GET", "/calls/nobody/replay").status, 404);
}

// As when the rules or the times have changed since: here the second line was written by others.
TEST_F(ControlTest, AReplayThatDiffersSaysFromWhichLine) {
  ring();
  std::string& line = store.rows["caller-leg"].ladder.at(1);
  const std::size_t at = line.find("\"phase\":\"ringing\"");
  ASSERT_NE(at, std::string::npos) << line;
  line.replace(at, 17, "\"phase\":\"closing\"");
  store.rows["caller-leg"].document = "{}";
  const Json body = ask_json("/calls/caller-leg/replay");
  EXPECT_FALSE(get_bool(body.get(), "same", true));
  EXPECT_EQ(get_int(body.get(), "differs_at"), 2);
}

TEST_F(ControlTest, ACallUnderAnotherPlan) {
  ring();
  const ControlReply reply = ask("POST", "/calls/caller-leg/replay?file=my.plan",
                                 "plan one { wave { device phone timeout=10s; device tablet; } }");
  ASSERT_EQ(reply.status, 200) << reply.body;
  const Result<Json> body = parse_json(reply.body);
  ASSERT_TRUE(body);
  EXPECT_EQ(json_array_size(get_array(body->get(), "devices")), 2u);
  EXPECT_THAT(reply.body, AllOf(HasSubstr("tablet was not rung in that call"), HasSubstr("web was rung in that call")));
  EXPECT_THAT(reply.body, Not(HasSubstr("40111222"))) << "numbers stay masked";
  EXPECT_EQ(store.commits.size(), 3u) << "nothing is written";
  EXPECT_EQ(worker->telephony.sent.size(), 2u) << "nobody is rung";
  const ControlReply wrong = ask("POST", "/calls/caller-leg/replay?file=my.plan", "nonsense;");
  EXPECT_EQ(wrong.status, 422);
  EXPECT_THAT(wrong.body, HasSubstr("my.plan:1"));
  EXPECT_EQ(ask("POST", "/calls/nobody/replay", "plan one { wave { device phone; } }").status, 404);
  ReadingRequests reading(*control);
  EXPECT_EQ(ask(reading, "POST", "/calls/caller-leg/replay", "x").status, 403);
}

}  // namespace
}  // namespace ringfence::test
