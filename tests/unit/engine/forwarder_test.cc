// Events of no call that somebody wants: kept and told in one write, nothing before that, in order, once by id,
// whatever dies in between.
#include "engine/forwarder.h"

#include "fixture.h"

namespace ringfence::test {
namespace {

using testing::HasSubstr;

class ForwarderTest : public EngineTest {
 protected:
  void SetUp() override {
    EngineTest::SetUp();
    notifier.consumed = "message";
    worker = std::make_unique<Worker>(loop, store, kStart, false, &notifier);
    start();
  }
  static constexpr Millis kStart = 1'795'244'400'000;
  // Until the due scan has found what is due.
  static constexpr Millis kUntilFoundMs = limits::kDueSlackMs + 2 * limits::kDueScanMs;

  static std::string message(const std::string& id, const std::string& status, int second = 0,
                             const std::string& type = "message.sent") {
    return R"({"data":{"id":")" + id + R"(","event_type":")" + type + R"(","occurred_at":"2026-11-21T07:00:0)" +
           std::to_string(second) + R"(.000+00:00","payload":{"id":"m-1","to":[{"status":")" + status + R"("}]}}})";
  }
  // The frame's id is the event's, as the edge has it.
  Answers& come(const std::string& id, const std::string& body, Worker& to) {
    Answers& answers = answers_.emplace_back();
    const EventFrame frame{.scheme = "telnyx", .id = id, .type = "message.sent", .body = as_bytes(body)};
    to.engine.on_event(frame, [&answers](VerdictReply reply) { answers.push_back(std::move(reply)); });
    return answers;
  }
  Answers& come(const std::string& id, const std::string& status, int second = 0) {
    return come(id, message(id, status, second), *worker);
  }
  // What the consumer was sent: the events' ids, in order.
  std::string told() const {
    std::string ids;
    for (const auto& one : notifier.sent) {
      const Result<Json> document = parse_json(one.command.body);
      ids.append(get_text(get_object(document->get(), "data"), "event_id")).append(" ");
    }
    return ids;
  }
  void answer(std::size_t which, OutcomeClass outcome, int status) {
    std::exchange(notifier.sent.at(which).done, nullptr)({.outcome = outcome, .http_status = status});
    loop.run();
  }
  FakeStore::Row& record() {
    const auto found =
        std::ranges::find_if(store.rows, [](const auto& row) { return row.first.starts_with("~forward/"); });
    EXPECT_NE(found, store.rows.end());
    return found->second;
  }
  std::uint64_t ended(ForwardingEnd end) const {
    return worker->engine.stats().forwarding_ends.at(static_cast<std::size_t>(end));
  }

  FakeNotifier notifier;
};

TEST_F(ForwarderTest, ItIsKeptAndToldOnceItIsDurable) {
  store.hold_answers = true;
  const Answers& answers = come("e-1", "sent");
  loop.run();
  EXPECT_TRUE(answers.empty()) << "not before it is durable";
  EXPECT_TRUE(notifier.sent.empty());
  store.hold_answers = false;
  store.release();
  loop.run();
  expect_only(answers, Verdict::accepted);
  ASSERT_EQ(notifier.sent.size(), 1u);
  const Command& command = notifier.sent[0].command;
  EXPECT_EQ(command.verb, Verb::notify);
  EXPECT_EQ(command.organisation, "~consumer");
  EXPECT_THAT(command.body, HasSubstr(R"("type":"message.sent","timestamp":"2026-11-21T07:00:00Z")"));
  EXPECT_EQ(store.lists["events/other"].at("e-1").name, "e-1");
  EXPECT_THAT(store.lists["events/other"].at("e-1").line, HasSubstr("of no call, for its consumer"));
  EXPECT_EQ(store.lists["events/log"].size(), 1u);
  answer(0, OutcomeClass::ok, 204);
  EXPECT_EQ(ended(ForwardingEnd::taken), 1u);
  EXPECT_EQ(record().due_ms, 0);
  worker->clock.advance(2LL * 24 * 3'600'000);
  EXPECT_EQ(notifier.sent.size(), 1u);
  EXPECT_TRUE(worker->engine.idle());
  EXPECT_TRUE(worker->telephony.sent.empty());
}

TEST_F(ForwarderTest, TheSameEventAgainIsToldToNobody) {
  come("e-1", "sent");
  loop.run();
  const Answers& again = come("e-1", "sent");
  loop.run();
  expect_only(again, Verdict::duplicate);
  come("e-2", "delivered");
  loop.run();
  answer(0, OutcomeClass::ok, 204);
  answer(1, OutcomeClass::ok, 204);
  // Its mark has gone with the next event; what the record knows stays.
  const Answers& late = come("e-1", "sent");
  const Answers& twice = come("e-2", "delivered");
  loop.run();
  expect_only(late, Verdict::accepted);
  expect_only(twice, Verdict::duplicate);
  EXPECT_EQ(told(), "e-1 e-2 ");
  EXPECT_EQ(store.lists["events/other"].size(), 2u);
  for (const auto& [id, row] : store.lists["events/other"]) {
    EXPECT_THAT(row.line, HasSubstr("of no call, for its consumer")) << "what was so when it came stays";
  }
}

// It has been told to others meanwhile what is newer.
TEST_F(ForwarderTest, ANoticeLeavesSoonOrNotAtAll) {
  store.hold_answers = true;
  come("e-1", "sent");
  loop.run();
  worker->clock.advance(1000);
  store.hold_answers = false;
  store.release();
  loop.run();
  ASSERT_EQ(notifier.sent.size(), 1u);
  const Millis until_ms = record().due_ms;  // its answer counts as lost then
  EXPECT_LE(notifier.sent[0].command.not_after_ms + notifier.longest_ms(), until_ms);
  EXPECT_LE(notifier.sent[0].command.not_after_ms, kStart + limits::kForwardStartMs);
}

TEST_F(ForwarderTest, ItsLogRowNamesNoCall) {
  come("e-1", "sent");
  loop.run();
  EXPECT_THAT(store.lists["events/log"].begin()->second.line, testing::Not(HasSubstr("\"session\"")));
}

TEST_F(ForwarderTest, AnOlderStateAfterANewerOneIsKeptAndNotTold) {
  come("e-2", "delivered", 2);
  loop.run();
  answer(0, OutcomeClass::ok, 204);
  const Answers& late = come("e-1", "sent", 1);
  loop.run();
  expect_only(late, Verdict::accepted);
  EXPECT_EQ(told(), "e-2 ");
  EXPECT_EQ(ended(ForwardingEnd::overtaken), 1u);
  EXPECT_THAT(store.lists["events/other"].at("e-1").line, HasSubstr("and not for its consumer: there was a newer one"));
}

TEST_F(ForwarderTest, AConsumerThatWasAwayHearsHowThingsStand) {
  come("e-1", "sent", 1);
  loop.run();
  answer(0, OutcomeClass::unknown, 503);
  come("e-2", "delivered", 2);
  loop.run();
  EXPECT_EQ(told(), "e-1 e-2 ");
  answer(1, OutcomeClass::not_sent, 0);
  worker->clock.advance(exact_policy().notify_retry_ms + kUntilFoundMs);
  ASSERT_EQ(told(), "e-1 e-2 e-2 ");
  EXPECT_EQ(notifier.sent[1].command.id, notifier.sent[2].command.id);
  EXPECT_EQ(notifier.sent[1].command.body, notifier.sent[2].command.body);
  answer(2, OutcomeClass::ok, 204);
  worker->clock.advance(2LL * 24 * 3'600'000);
  EXPECT_EQ(told(), "e-1 e-2 e-2 ");
}

TEST_F(ForwarderTest, AWorkerThatDiesLeavesItToAnother) {
  come("e-1", "sent");
  loop.run();
  const Command first = notifier.sent[0].command;
  notifier.sent.clear();
  worker = std::make_unique<Worker>(loop, store, kStart + 60'000, false, &notifier);
  start();
  worker->clock.advance(limits::kDueScanMs);
  ASSERT_EQ(told(), "e-1 ");
  EXPECT_EQ(notifier.sent[0].command.id, first.id);
  EXPECT_EQ(notifier.sent[0].command.body, first.body);
}

TEST_F(ForwarderTest, OneThatKnowsNoConsumerLeavesItToOneThatDoes) {
  come("e-1", "sent");
  loop.run();
  notifier.sent.clear();
  worker = std::make_unique<Worker>(loop, store, kStart + 60'000);
  start();
  worker->clock.advance(1000);
  EXPECT_GT(record().due_ms, kStart + 61'000) << "it is not claimed again and again";
  Worker knows(loop, store, kStart + 240'000, false, &notifier);
  knows.engine.start();
  loop.run();
  knows.clock.advance(1000);
  EXPECT_EQ(told(), "e-1 ");
}

TEST_F(ForwarderTest, ALostCommitTellsNobodyAndItComesAgain) {
  for (const CommitFault fault : {CommitFault::lost, CommitFault::landed}) {
    store.faults = {fault};
    const Answers& answers = come("e-1", "sent");
    loop.run();
    expect_only(answers, Verdict::later);
    EXPECT_TRUE(notifier.sent.empty());
  }
  const Answers& again = come("e-1", "sent");
  loop.run();
  expect_only(again, Verdict::duplicate);
  EXPECT_TRUE(notifier.sent.empty()) << "whoever committed may be sending it";
  worker->clock.advance(ForwardingPolicy{}.answer_ms + kUntilFoundMs);
  EXPECT_EQ(told(), "e-1 ");
}

TEST_F(ForwarderTest, TwoWorkersTellInOrder) {
  Worker other(loop, store, kStart, false, &notifier);
  other.engine.start();
  loop.run();
  store.hold_answers = true;
  come("e-1", "sent", 1);
  come("e-2", message("e-2", "delivered", 2), other);
  loop.run();
  store.hold_answers = false;
  store.release();
  loop.run();
  // Whoever lost the race to commit was stepped again on what the other wrote.
  EXPECT_EQ(told(), "e-1 ");
  answer(0, OutcomeClass::ok, 204);
  EXPECT_EQ(told(), "e-1 e-2 ");
}

TEST_F(ForwarderTest, WithoutTheStoreItIsToldLaterAndListedAsDeadAndPutThroughOnceMore) {
  store.away = true;
  for (int i = 0; i < 3; ++i) {
    const Answers& answers = come("e-1", "sent");
    loop.run();
    expect_only(answers, Verdict::later);
  }
  store.away = false;
  worker->clock.advance(limits::kFailingLookMs);
  ASSERT_EQ(store.lists["events/dead"].size(), 1u);
  Result<LoggedEvent> logged = read_row(store.lists["events/dead"].begin()->second.line);
  ASSERT_TRUE(logged);
  Answers answers;
  worker->engine.put_again(std::move(*logged), [&](VerdictReply reply) { answers.push_back(std::move(reply)); });
  loop.run();
  expect_only(answers, Verdict::accepted);
  EXPECT_EQ(told(), "e-1 ");
  EXPECT_TRUE(store.lists["events/dead"].empty());
}

TEST_F(ForwarderTest, WhatIsInTheLogAlreadyIsPutThroughWithoutEffect) {
  come("e-1", "sent");
  loop.run();
  answer(0, OutcomeClass::ok, 204);
  Result<LoggedEvent> logged = read_row(store.lists["events/log"].begin()->second.line);
  ASSERT_TRUE(logged);
  Answers answers;
  worker->engine.put_again(std::move(*logged), [&](VerdictReply reply) { answers.push_back(std::move(reply)); });
  loop.run();
  expect_only(answers, Verdict::refused);
  EXPECT_EQ(told(), "e-1 ");
  EXPECT_EQ(worker->engine.stats().loads, 0u) << "it is of no call";
}

TEST_F(ForwarderTest, WhatNobodyWantsIsKeptAsBefore) {
  notifier.consumed = "10dlc";
  const Answers& answers = come("e-1", "sent");
  loop.run();
  expect_only(answers, Verdict::accepted);
  EXPECT_TRUE(notifier.sent.empty());
  EXPECT_THAT(store.lists["events/other"].at("e-1").line, HasSubstr(R"("why":"of no call")"));
}

TEST_F(ForwarderTest, AConsumerThatIsGoneIsSaidToBe) {
  come("e-1", "sent");
  loop.run();
  answer(0, OutcomeClass::refused, 410);
  EXPECT_EQ(ended(ForwardingEnd::gone), 1u);
  EXPECT_TRUE(worker->log.count("event_not_forwarded") == 1);
  worker->clock.advance(24LL * 3'600'000);
  EXPECT_EQ(notifier.sent.size(), 1u);
}

TEST_F(ForwarderTest, ARecordThatNobodyCanReadBeginsAnewWithTheNextEvent) {
  come("e-1", "sent");
  loop.run();
  record().document = "{";
  worker->clock.advance(60'000);
  EXPECT_TRUE(worker->log.count("forwarding_unreadable") >= 1);
  EXPECT_EQ(record().due_ms, 0) << "it is left in peace";
  const Answers& answers = come("e-2", "delivered");
  loop.run();
  expect_only(answers, Verdict::accepted);
  EXPECT_EQ(told(), "e-1 e-2 ");
}

TEST_F(ForwarderTest, ARecordOfANewerRingdIsLeftToIt) {
  come("e-1", "sent");
  loop.run();
  record().document = R"({"format":1000002})";
  const Answers& answers = come("e-2", "delivered");
  loop.run();
  expect_only(answers, Verdict::later);
  EXPECT_EQ(told(), "e-1 ");
  EXPECT_EQ(record().document, R"({"format":1000002})");
}

TEST_F(ForwarderTest, TooManyAtOnceAreToldLater) {
  store.hold_answers = true;
  std::vector<const Answers*> answers;
  for (std::size_t i = 0; i <= limits::kForwardInFlight; ++i) {
    const std::string id = "e-" + std::to_string(i);
    answers.push_back(&come(id, message(id, "sent"), *worker));
  }
  loop.run();
  expect_only(*answers.back(), Verdict::later);
  EXPECT_TRUE(answers.front()->empty());
  store.release();
  loop.run();
  expect_only(*answers.front(), Verdict::accepted);
}

}  // namespace
}  // namespace ringfence::test
