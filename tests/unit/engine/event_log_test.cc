// The event log: what is answered 200 is in it once, what could not be applied is listed as dead, and whatever is
// delivered again changes nothing twice.
#include "engine/event_log.h"
#include "engine/list_page.h"
#include "engine/reading_requests.h"
#include "fixture.h"

namespace ringfence::test {
namespace {

using testing::HasSubstr;

class EventLogTest : public EngineTest {
 protected:
  void SetUp() override {
    EngineTest::SetUp();
    control = std::make_unique<Control>(control_parts());
  }
  ControlReply ask(std::string_view method, std::string_view target) {
    ControlReply answer{.status = 0};
    control->on_request({.method = method, .target = target, .body = {}},
                        [&](ControlReply reply) { answer = std::move(reply); });
    for (int turns = 0; answer.status == 0 && turns < 100; ++turns) worker->clock.advance(100);
    return answer;
  }
  // The rows of an answer to a request, as JSON.
  Json rows(std::string_view method, std::string_view target) {
    const ControlReply reply = ask(method, target);
    EXPECT_EQ(reply.status, 200) << reply.body;
    Result<Json> json = parse_json(reply.body);
    EXPECT_TRUE(json) << reply.body;
    return json ? Json(json_incref(json_object_get(json->get(), "events"))) : nullptr;
  }
  static const json_t* at(const Json& rows, std::size_t index) { return json_array_get(rows.get(), index); }
  std::string results(std::string_view target) {
    const Json events = rows("POST", target);
    std::string text;
    for (std::size_t i = 0; i < json_array_size(events.get()); ++i) {
      text.append(get_text(at(events, i), "event")).append("=").append(get_text(at(events, i), "result")).append(" ");
    }
    return text;
  }
  std::map<std::string, ListRow>& log() { return store.lists["events/log"]; }
  std::map<std::string, ListRow>& dead() { return store.lists["events/dead"]; }
  // The provider delivers it until it is taken, or so often.
  void deliver(const Hook& hook, int times) {
    for (int i = 0; i < times; ++i) {
      post(hook);
      worker->clock.advance(limits::kVerdictMs);
    }
  }
  std::unique_ptr<Control> control;
};

TEST_F(EventLogTest, ARowSaysHowTheEventCameWhatItChangedAndWhatFollowed) {
  start();
  std::string body = incoming("ev-1").body();
  body.replace(body.find("\"data\":{"), 8, R"("data":{"occurred_at":"2026-11-21T07:00:00.250000Z",)");
  body.replace(body.size() - 1, 1, R"(,"meta":{"attempt":2,"delivered_to":"https://edge.example.com/hooks"}})");
  Answers& answers = answers_.emplace_back();
  EventFrame frame{.received_ms = 1'795'244'399'990, .scheme = "telnyx", .id = "ev-1", .body = as_bytes(body)};
  worker->engine.on_event(frame, [&](VerdictReply reply) { answers.push_back(std::move(reply)); });
  loop.run();
  expect_only(answers, Verdict::accepted);
  const Json events = rows("GET", "/events/ev-1?whole=yes");
  const json_t* row = at(events, 0);
  EXPECT_EQ(get_text(row, "event"), "ev-1");
  EXPECT_EQ(get_text(row, "type"), "call.initiated");
  EXPECT_EQ(get_text(row, "session"), "caller-leg");
  EXPECT_EQ(get_text(row, "source"), "telnyx");
  EXPECT_EQ(get_int(row, "received_ms"), 1'795'244'399'990);
  EXPECT_EQ(get_int(row, "occurred_ms"), 1'795'244'400'250);
  EXPECT_EQ(get_int(row, "at_ms"), 1'795'244'400'000);
  EXPECT_EQ(get_int(row, "attempt"), 2);
  EXPECT_EQ(get_text(row, "delivered_to"), "https://edge.example.com/hooks");
  EXPECT_EQ(get_int(row, "bytes"), static_cast<std::int64_t>(body.size()));
  EXPECT_EQ(get_int(row, "v"), 1);
  EXPECT_EQ(get_text(row, "phase"), "ringing");
  ASSERT_EQ(json_array_size(get_array(row, "commands")), 2u);
  EXPECT_EQ(get_text(json_array_get(get_array(row, "commands"), 0), "verb"), "dial");
  EXPECT_EQ(get_text(json_array_get(get_array(row, "commands"), 0), "id"), worker->telephony.sent[0].command.id.text);
  EXPECT_EQ(get_text(get_object(get_object(row, "e"), "fact"), "from"), "+4940111222");
  EXPECT_EQ(worker->engine.stats().received_to_accepted.sum_ms, 10u);
  EXPECT_EQ(worker->engine.stats().occurred_to_received.count, 1u);
  EXPECT_THAT(ask("GET", "/events/ev-1").body, testing::Not(HasSubstr("40111222"))) << "masked";
  EXPECT_THAT(ask("GET", "/health").body, HasSubstr(R"("received_to_accepted":{"up_to_ms":{"1":0,"2":0,"5":0,"10":1)"));
}

TEST_F(EventLogTest, WhateverIsAnswered200IsInTheLogOnce) {
  ring();
  for (int copy = 0; copy < 2; ++copy) {
    post(answered("ev-2", 0));
    post({.id = "ev-msg", .type = "message.received"});
    post({.id = "ev-foreign", .type = "call.answered", .call = "foreign", .leg = "foreign"});
    Answers& answers = answers_.emplace_back();
    worker->engine.on_event({.id = "ev-bad", .body = as_bytes(std::string_view("{"))},
                            [&](VerdictReply reply) { answers.push_back(std::move(reply)); });
    loop.run();
    expect_only(answers, copy == 0 ? Verdict::accepted : Verdict::duplicate);
  }
  EXPECT_EQ(log().size(), 5u);
  for (const char* id : {"ev-1", "ev-2", "ev-msg", "ev-foreign", "ev-bad"}) EXPECT_TRUE(log().contains(id)) << id;
  EXPECT_EQ(json_array_size(rows("GET", "/events").get()), 5u) << "results and ticks are no webhooks";
  const Json of_no_call = rows("GET", "/events?unapplied=yes");
  EXPECT_EQ(json_array_size(of_no_call.get()), 3u);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NE(get_text(at(of_no_call, i), "why"), "");
}

TEST_F(EventLogTest, ALateCopyOfAForgottenCallLeavesWhatWasWritten) {
  ring();
  const Hook key{.id = "ev-2", .type = "call.dtmf.received"};
  post(key);
  loop.run();
  const std::string written = log().at("ev-2").line;
  store.rows.erase("caller-leg");
  worker = std::make_unique<Worker>(loop, store);
  start();
  const Answers& late = post(key);
  loop.run();
  expect_only(late, Verdict::accepted);
  EXPECT_EQ(log().at("ev-2").line, written);
}

TEST_F(EventLogTest, EventsAreFoundByTimeTypeAndCall) {
  start();
  constexpr int kCalls = 600;  // more than two pages
  const Millis begin_ms = worker->clock.now_ms();
  for (int i = 0; i < kCalls; ++i) {
    post(incoming("in-" + std::to_string(i), "call-" + std::to_string(i)));
    post(hangup("out-" + std::to_string(i), "call-" + std::to_string(i)));
    worker->clock.advance(i % 7 == 0 ? 0 : 1);
  }
  const Json all = rows("GET", "/events?limit=1000&type=call.hangup");
  ASSERT_EQ(json_array_size(all.get()), std::size_t{kCalls});
  for (std::size_t i = 1; i < kCalls; ++i) EXPECT_GE(get_int(at(all, i - 1), "at_ms"), get_int(at(all, i), "at_ms"));
  EXPECT_EQ(json_array_size(rows("GET", "/events?call=call-77").get()), 2u);
  EXPECT_EQ(get_text(at(rows("GET", "/events?limit=1"), 0), "session"), "call-599");
  const std::string until = "until=" + std::to_string(begin_ms + 100), since = "since=" + std::to_string(begin_ms + 50);
  const Json some = rows("GET", "/events?limit=1000&" + since + "&" + until);
  EXPECT_GT(json_array_size(some.get()), 100u);
  for (std::size_t i = 0; i < json_array_size(some.get()); ++i) {
    EXPECT_GT(get_int(at(some, i), "at_ms"), begin_ms + 50);
    EXPECT_LE(get_int(at(some, i), "at_ms"), begin_ms + 100);
  }
  EXPECT_THAT(ask("GET", "/events?limit=10").body, HasSubstr("more_until_ms"));
  EXPECT_EQ(ask("GET", "/events?since=soon").status, 400);
  EXPECT_EQ(ask("GET", "/events/nothing").status, 404);
}

TEST_F(EventLogTest, APageEndsBetweenTwoMilliseconds) {
  for (int i = 0; i < 20; ++i) {
    const std::string name = std::to_string(i);
    store.lists["l"][name] = {.name = name, .at_ms = i / 4, .line = "x"};
  }
  const auto page = [&](std::size_t count, Millis until_ms) {
    std::optional<ListPage> read;
    read_page(store, {.list = "l", .count = count, .since_ms = -1, .until_ms = until_ms},
              [&](Result<ListPage> got) { read = std::move(*got); });
    loop.run();
    return *read;
  };
  EXPECT_EQ(page(10, 4).rows.size(), 8u) << "4 and 3, but not half of 2";
  EXPECT_FALSE(page(10, 4).last);
  EXPECT_EQ(page(3, 4).rows.size(), 20u) << "more of one moment than a page holds";
  EXPECT_TRUE(page(30, 4).last);
}

TEST_F(EventLogTest, ARowThatWentWhileItWasReadEndsNothing) {
  constexpr int kRows = 3 * static_cast<int>(limits::kEventPage);
  int there = 0;
  for (int i = 1; i <= kRows; ++i) {
    const std::string name = std::to_string(i);
    const bool gone = i % 5 == 0 || (i > 100 && i < 500);  // among them all of a page
    log()[name] = {.name = name, .at_ms = i, .line = gone ? "" : R"({"event":")" + name + "\"}"};
    if (!gone) ++there;
  }
  EXPECT_EQ(json_array_size(rows("GET", "/events?limit=1000").get()), static_cast<std::size_t>(there));
  std::int64_t since_ms = 0;
  int seen = 0;
  for (int pages = 0; since_ms >= 0 && pages < kRows; ++pages) {
    const ControlReply reply = ask("POST", "/events/redeliver?since=" + std::to_string(since_ms));
    const Result<Json> json = parse_json(reply.body);
    seen += static_cast<int>(json_array_size(get_array(json->get(), "events")));
    since_ms = get_int(json->get(), "next_since_ms", -1);
  }
  EXPECT_EQ(seen, there);
}

TEST_F(EventLogTest, GoingOnWhereAnAnswerEndedLeavesNothingOut) {
  for (int i = 0; i < 50; ++i) {
    const std::string name = std::to_string(i);
    log()[name] = {.name = name, .at_ms = 1 + i / 7, .line = R"({"event":")" + name + "\"}"};
  }
  std::size_t seen = 0;
  std::string until;
  do {
    const Result<Json> json = parse_json(ask("GET", "/events?limit=3" + until).body);
    seen += json_array_size(get_array(json->get(), "events"));
    const std::int64_t more_ms = get_int(json->get(), "more_until_ms");
    until = more_ms == 0 ? "" : "&until=" + std::to_string(more_ms);
  } while (!until.empty() && seen <= 50);
  EXPECT_EQ(seen, 50u);
}

// Else whoever goes on where it ended would begin there for ever.
TEST_F(EventLogTest, ARedeliveryFromASlowStoreGetsOn) {
  ring();
  std::string body;
  control->on_request({.method = "POST", .target = "/events/redeliver?since=0", .body = {}},
                      [&](const ControlReply& reply) { body = reply.body; });
  worker->clock.sleep(limits::kRedeliverMs + 1);
  worker->clock.advance(1000);
  EXPECT_THAT(body, HasSubstr(R"("event":"ev-1")"));
}

TEST_F(EventLogTest, WhatCannotBeAppliedIsDeadAfterThreeTriesWithWhyAndCount) {
  ring();
  const FakeStore::Row good = store.rows["caller-leg"];
  store.rows["caller-leg"] = {.version = 9, .document = "{\"format\":2}"};
  worker = std::make_unique<Worker>(loop, store);
  SetUp();
  worker->engine.start();
  loop.run();
  deliver(hangup("ev-2"), 2);
  EXPECT_TRUE(dead().empty());
  deliver(hangup("ev-2"), 2);
  ASSERT_EQ(dead().size(), 1u);
  const Json listed = rows("GET", "/events/dead");
  EXPECT_EQ(get_text(at(listed, 0), "event"), "ev-2");
  EXPECT_EQ(get_text(at(listed, 0), "session"), "caller-leg");
  EXPECT_EQ(get_int(at(listed, 0), "tries"), 4);
  EXPECT_THAT(std::string(get_text(at(listed, 0), "why")), HasSubstr("the stored call cannot be read"));
  EXPECT_EQ(json_object_get(at(listed, 0), "body_base64"), nullptr) << "it may hold numbers";
  EXPECT_EQ(worker->engine.stats().dead, 1u);
  EXPECT_EQ(results("/events/redeliver?dead=yes"), "ev-2=later ");
  // Whoever wrote that document is back, or the worker that reads it.
  store.rows["caller-leg"] = good;
  EXPECT_EQ(results("/events/redeliver?dead=yes"), "ev-2=applied ");
  EXPECT_TRUE(dead().empty());
  EXPECT_TRUE(log().contains("ev-2"));
  EXPECT_EQ(results("/events/redeliver?id=ev-2"), "ev-2=duplicate ");
}

// After an upgrade that was taken back for good nobody would come for them.
TEST_F(EventLogTest, WhatIsLeftToANewerRingdIsDeadAfterThreeTriesUntilItIsTaken) {
  ring();
  const FakeStore::Row good = store.rows["caller-leg"];
  store.rows["caller-leg"] = {.version = 9, .document = "{\"format\":999}"};
  worker = std::make_unique<Worker>(loop, store);
  SetUp();
  worker->engine.start();
  loop.run();
  deliver(hangup("ev-2"), 4);
  ASSERT_TRUE(dead().contains("ev-2"));
  EXPECT_THAT(dead().at("ev-2").line, HasSubstr("in the hands of a newer ringd"));
  store.rows["caller-leg"] = good;
  EXPECT_EQ(results("/events/redeliver?dead=yes"), "ev-2=applied ");
  EXPECT_TRUE(dead().empty());
}

TEST_F(EventLogTest, WhatFailsWhileTheStoreIsAwayIsListedWhenItIsBack) {
  ring();
  store.away = true;
  deliver(hangup("ev-2"), 3);
  deliver(answered("ev-3", 0), 3);
  EXPECT_TRUE(dead().empty());
  store.away = false;
  // The provider comes once more with one of them, before we have written anything.
  const Answers& once_more = post(hangup("ev-2"));
  worker->clock.advance(limits::kFailingLookMs);
  expect_only(once_more, Verdict::accepted);
  EXPECT_FALSE(dead().contains("ev-2")) << "it was answered 200";
  EXPECT_TRUE(log().contains("ev-2"));
  EXPECT_TRUE(dead().contains("ev-3"));
  EXPECT_THAT(dead().at("ev-3").line, HasSubstr("not durable in time: the store is away"));
  const Answers& at_last = post(answered("ev-3", 0));
  loop.run();
  expect_only(at_last, Verdict::accepted);
  EXPECT_TRUE(dead().empty());
}

TEST_F(EventLogTest, WhatAnotherWorkerAppliedMeanwhileIsNotDead) {
  ring();
  store.hold_commits = true;
  deliver(answered("ev-2", 0), 3);
  store.forget_held();
  Worker other(loop, store);
  store.hold_commits = false;
  other.engine.start();
  loop.run();
  post(answered("ev-2", 0), other);
  loop.run();
  ASSERT_TRUE(log().contains("ev-2"));
  deliver(answered("ev-9", 0), 1);
  EXPECT_TRUE(dead().empty());
}

TEST_F(EventLogTest, AnEventThatIsNotAppliedInTimeIsCountedOnceAndTold) {
  ring();
  store.away = true;
  deliver(hangup("ev-2"), 1);
  worker->clock.advance(10'000);
  EXPECT_EQ(worker->engine.stats().late, 1u);
  store.away = false;
  post(hangup("ev-2"));
  worker->clock.advance(limits::kStoreRetryMaxMs);
  ASSERT_TRUE(log().contains("ev-2"));
  EXPECT_EQ(worker->engine.stats().late, 1u);
  EXPECT_EQ(worker->log.count("event_late"), 1u);
}

TEST_F(EventLogTest, DeliveringEverythingAgainChangesNothing) {
  ring();
  post(answered("ev-2", 0));
  loop.run();
  post(hangup("ev-3"));
  post({.id = "ev-msg", .type = "message.received"});
  loop.run();
  const auto documents = [&] {
    std::string all;
    for (const auto& [id, row] : store.rows) {
      all += id + row.document + std::to_string(row.version);
      for (const std::string& line : row.ladder) all += line;
    }
    for (const auto& [name, row] : log()) all += row.line;
    return all;
  };
  const std::string before = documents();
  const std::size_t sent = worker->telephony.sent.size();
  EXPECT_EQ(results("/events/redeliver?since=0"), "ev-1=duplicate ev-2=duplicate ev-3=duplicate ev-msg=kept ");
  EXPECT_EQ(results("/events/redeliver?id=ev-1"), "ev-1=duplicate ");
  EXPECT_EQ(results("/events/redeliver?since=0&call=other"), "");
  EXPECT_EQ(documents(), before);
  EXPECT_EQ(worker->telephony.sent.size(), sent);
}

TEST_F(EventLogTest, NobodyIsRungAgainForACallThatIsForgotten) {
  ring();
  const std::size_t sent = worker->telephony.sent.size();
  store.rows.erase("caller-leg");
  worker = std::make_unique<Worker>(loop, store, 1'795'244'400'000 + limits::kVoicemailByMs);
  SetUp();
  worker = std::make_unique<Worker>(loop, store, 1'795'244'400'000 + limits::kVoicemailByMs);
  EngineTest::start();
  Control again(control_parts());
  std::string body;
  again.on_request({.method = "POST", .target = "/events/redeliver?id=ev-1", .body = {}},
                   [&](const ControlReply& reply) { body = reply.body; });
  worker->clock.advance(1000);
  EXPECT_THAT(body, HasSubstr("\"result\":\"refused\""));
  EXPECT_TRUE(worker->telephony.sent.empty()) << sent;
  EXPECT_FALSE(store.rows.contains("caller-leg"));
}

// One of our own devices calls out: told from an offered call by what only `initiated` says.
TEST_F(EventLogTest, ACallOfOurOwnDeviceGoesOutAgainAsItDid) {
  start();
  std::string body = incoming("ev-1").body();
  const auto swap = [&body](std::string_view was, std::string_view is) {
    const std::size_t at = body.find(was);
    ASSERT_NE(at, std::string::npos) << was;
    body.replace(at, was.size(), is);
  };
  swap(R"("direction":"incoming")", R"("direction":"outgoing","state":"parked","from_sip_uri":"sip:credA@x")");
  swap(R"("to":"+4930123456")", R"("to":"+4940333444")");
  const auto sent = [this] {
    std::string all;
    for (const auto& each : worker->telephony.sent) {
      all.append(name_of(each.command.verb)).append(" ").append(each.command.to).append(" ");
    }
    return all;
  };
  post_body(body, *worker);
  loop.run();
  const std::string first = sent();
  EXPECT_THAT(first, HasSubstr("+4940333444"));
  store.rows.erase("caller-leg");
  worker = std::make_unique<Worker>(loop, store);
  SetUp();
  start();
  EXPECT_EQ(results("/events/redeliver?id=ev-1"), "ev-1=applied ");
  EXPECT_EQ(sent(), first);
}

// What was too long to be kept whole is put through from what was read in it.
TEST_F(EventLogTest, ADeadEventWithALongBodyCanBePutThroughAgain) {
  ring();
  store.away = true;
  std::string body = hangup("ev-2").body();
  body.insert(1, R"("more":")" + std::string(limits::kKeptBodyBytes, 'x') + R"(",)");
  for (int i = 0; i < 3; ++i) {
    post_body(body, *worker);
    worker->clock.advance(limits::kVerdictMs);
  }
  store.away = false;
  worker->clock.advance(limits::kFailingLookMs);
  ASSERT_TRUE(dead().contains("ev-2"));
  EXPECT_THAT(dead().at("ev-2").line, HasSubstr("body_base64")) << "its beginning, to look at";
  EXPECT_EQ(results("/events/redeliver?id=ev-2"), "ev-2=applied ");
  EXPECT_TRUE(dead().empty());
}

TEST_F(EventLogTest, OneRedeliveryAtATimeAtABoundedRateAndNotOverHttp) {
  start();
  constexpr std::size_t kCalls = 100;
  for (std::size_t i = 0; i < kCalls; ++i) {
    post(incoming("ev-" + std::to_string(i), "call-" + std::to_string(i)));
    worker->clock.advance(1);
  }
  std::vector<ControlReply> replies;
  const auto post_request = [&](RequestSink& sink, std::string_view target) {
    sink.on_request({.method = "POST", .target = target, .body = {}},
                    [&](ControlReply reply) { replies.push_back(std::move(reply)); });
    loop.run();
  };
  post_request(*control, "/events/redeliver?since=0");
  EXPECT_TRUE(replies.empty()) << "64 events take a third of a second";
  post_request(*control, "/events/redeliver?dead=yes");
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_EQ(replies[0].status, 409);
  worker->clock.advance(static_cast<Millis>(limits::kRedeliverBatch) * 1000 / limits::kRedeliverPerSecond);
  ASSERT_EQ(replies.size(), 2u);
  const Result<Json> first = parse_json(replies[1].body);
  const std::size_t done = json_array_size(get_array(first->get(), "events"));
  EXPECT_GT(done, 32u);
  EXPECT_LE(done, limits::kRedeliverBatch);
  const std::int64_t next_ms = get_int(first->get(), "next_since_ms");
  ASSERT_NE(next_ms, 0);
  const Json rest = rows("POST", "/events/redeliver?since=" + std::to_string(next_ms));
  EXPECT_EQ(done + json_array_size(rest.get()), kCalls) << "where the first ended the second goes on";
  ReadingRequests reading(*control);
  post_request(reading, "/events/redeliver?since=0");
  EXPECT_EQ(replies.back().status, 403);
  EXPECT_EQ(ask("GET", "/events/redeliver?since=0").status, 405);
  EXPECT_EQ(ask("POST", "/events/redeliver").status, 400);
  EXPECT_EQ(ask("POST", "/events/redeliver?id=nothing").status, 404);
}

}  // namespace
}  // namespace ringfence::test
