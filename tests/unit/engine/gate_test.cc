// Nothing leaves before it is durable; what is durable leaves; each event is answered once.
#include "fixture.h"

namespace ringfence::test {
namespace {

TEST_F(EngineTest, NothingLeavesBeforeTheCommitIsDurable) {
  start();
  store.hold_answers = true;
  const Answers& answers = post(incoming("ev-1"));
  loop.run();
  ASSERT_EQ(store.commits.size(), 1u);
  EXPECT_TRUE(answers.empty());
  EXPECT_TRUE(worker->telephony.sent.empty());
  EXPECT_TRUE(worker->engine.watch().after(0, 10).lines.empty());
  store.release();
  loop.run();
  expect_only(answers, Verdict::accepted);
  EXPECT_EQ(worker->telephony.count(Verb::dial), 2u);
  EXPECT_EQ(worker->engine.watch().after(0, 10).lines.size(), 1u);
}

// Of a caller who leaves at once: two devices and the call, to the notifier and never to the provider.
TEST_F(EngineTest, OutcomesGoToTheNotifierWhenTheyAreDurable) {
  FakeNotifier notifier;
  ring_nobody(notifier);
  store.hold_answers = true;
  post(hangup("ev-2"));
  loop.run();
  const std::size_t before = notifier.sent.size();
  store.hold_answers = false;
  store.release();
  loop.run();
  ASSERT_GT(notifier.sent.size(), before) << "the last of them left only when it was durable";
  EXPECT_EQ(notifier.sent.size(), 3u);
  EXPECT_EQ(worker->telephony.count(Verb::notify), 0u);
  for (auto& one : notifier.sent) {
    EXPECT_EQ(one.command.organisation, "acme");
    EXPECT_THAT(one.command.body, testing::HasSubstr("caller-leg"));
  }
  notifier.take_all();
  loop.run();
  EXPECT_EQ(worker->engine.stats().commands_by_verb[static_cast<std::size_t>(Verb::notify)], 3u);
  worker->clock.advance(60'000);
  EXPECT_EQ(notifier.sent.size(), 3u) << "what was taken is not told again";
}

TEST_F(EngineTest, WithoutANotifierNothingIsLeftToBeTold) {
  start();
  post(incoming("ev-1"));
  post(hangup("ev-2"));
  loop.run();
  EXPECT_THAT(store.rows.at("caller-leg").document, testing::Not(testing::HasSubstr("\"verb\":\"notify\"")));
}

// A worker that was stopped for a minute woke up and dialled what another one had dialled long ago; the provider had
// forgotten the ids and each phone rang twice.
TEST_F(EngineTest, AWorkerThatSleptBetweenCommitAndGateSendsNothingByHeart) {
  start();
  store.hold_answers = true;
  post(incoming("ev-1"));
  loop.run();
  store.hold_answers = false;
  worker->clock.sleep(70'000);
  store.release();
  loop.run();
  EXPECT_EQ(worker->telephony.count(Verb::dial), 0u);
  worker->clock.advance(Policy{}.audit_first_ms + 1'000);
  EXPECT_EQ(worker->telephony.count(Verb::dial), 0u);
  EXPECT_GT(worker->telephony.count(Verb::audit), 0u) << "what became of the dials is looked up instead";
}

TEST_F(EngineTest, TheCommitCarriesDueTimeLifetimeAndLadder) {
  start();
  post(incoming("ev-1"));
  loop.run();
  const CommitRequest& commit = store.commits.at(0);
  EXPECT_EQ(commit.session.text, "caller-leg");
  EXPECT_EQ(commit.event.text, "ev-1");
  EXPECT_EQ(commit.expected_version, 0u);
  EXPECT_GT(commit.due_ms, worker->clock.now_ms());
  EXPECT_EQ(commit.ttl_ms, Policy{}.session_ttl_ms);
  EXPECT_THAT(commit.ladder_line, testing::HasSubstr("call.initiated"));
}

TEST_F(EngineTest, ADuplicateIsSaidToBeOneAndSendsNothing) {
  start();
  expect_only((post(incoming("ev-1")), loop.run(), answers_.back()), Verdict::accepted);
  const std::size_t sent = worker->telephony.sent.size();
  const Answers& second = post(incoming("ev-1"));
  loop.run();
  expect_only(second, Verdict::duplicate);
  EXPECT_EQ(worker->telephony.sent.size(), sent);
  EXPECT_EQ(worker->engine.stats().duplicate, 1u);
}

TEST_F(EngineTest, FiftyParallelCopiesAreProcessedOnce) {
  start();
  store.hold_answers = true;
  std::vector<const Answers*> copies;
  for (int i = 0; i < 50; ++i) copies.push_back(&post(incoming("ev-1")));
  loop.run();
  for (const Answers* copy : copies) EXPECT_TRUE(copy->empty());
  store.hold_answers = false;
  store.release();
  loop.run();
  std::size_t accepted = 0;
  for (const Answers* copy : copies) {
    ASSERT_EQ(copy->size(), 1u);
    accepted += copy->at(0).verdict == Verdict::accepted ? 1 : 0;
    EXPECT_THAT(copy->at(0).verdict, testing::AnyOf(Verdict::accepted, Verdict::duplicate));
  }
  EXPECT_EQ(accepted, 1u);
  EXPECT_EQ(worker->telephony.count(Verb::dial), 2u);
}

TEST_F(EngineTest, ResultsComeBackAsEventsWithTheCommandsIdAndTry) {
  ring();
  const CommandId dial = worker->telephony.sent.at(0).command.id;
  ASSERT_TRUE(store.rows["caller-leg"].applied.contains("result:" + dial.text + ".1"));
  EXPECT_EQ(worker->engine.stats().results_by_class[static_cast<std::size_t>(OutcomeClass::ok)], 2u);
  EXPECT_TRUE(worker->engine.idle());
}

TEST_F(EngineTest, AResendIsTheSameCommandWithTheNextTry) {
  start();
  post(incoming("ev-1"));
  loop.run();
  ASSERT_EQ(worker->telephony.count(Verb::dial), 2u);
  const Command first = worker->telephony.sent.at(0).command;
  worker->telephony.answer(0, {.outcome = OutcomeClass::unknown});
  worker->clock.advance(5'000);
  std::size_t resends = 0;
  for (const auto& sent : worker->telephony.sent) {
    if (sent.command.id == first.id && sent.command.tries > 1) ++resends;
  }
  EXPECT_GE(resends, 1u);
}

TEST_F(EngineTest, FirstAnswerWinsAndTheOtherIsHungUp) {
  ring();
  const Answers& one = post(answered("ev-2", 0));
  const Answers& two = post(answered("ev-3", 1));
  loop.run();
  expect_only(one, Verdict::accepted);
  expect_only(two, Verdict::accepted);
  EXPECT_EQ(worker->telephony.count(Verb::answer), 1u);
  EXPECT_LT(worker->telephony.find_open(Verb::hangup, 1), worker->telephony.sent.size());
  EXPECT_EQ(worker->telephony.find_open(Verb::hangup, 0), worker->telephony.sent.size());
}

// The provider would only send it again as it is: it is taken, kept beside the calls, and counted.
TEST_F(EngineTest, WhatCannotBeReadIsKeptAsBadAndCounted) {
  start();
  for (const char* body : {"", "{", "[]", "{\"data\":{}}", "{\"data\":{\"id\":7}}"}) {
    EventFrame frame;
    const std::string id = "bad " + std::string(body);
    frame.id = id;
    frame.body = as_bytes(std::string_view(body));
    Answers& answers = answers_.emplace_back();
    worker->engine.on_event(frame, [&answers](VerdictReply reply) { answers.push_back(std::move(reply)); });
    EXPECT_TRUE(answers.empty()) << "not before it is durable";
    EXPECT_FALSE(worker->engine.idle());
    loop.run();
    expect_only(answers, Verdict::accepted);
  }
  EXPECT_EQ(store.commits.size(), 5u);
  EXPECT_EQ(store.lists["events/bad"].size(), 5u);
  EXPECT_EQ(worker->engine.stats().bad, 5u);
  EXPECT_EQ(worker->engine.stats().refused, 0u);
  EXPECT_EQ(worker->telephony.sent.size(), 0u);
  EXPECT_TRUE(worker->engine.idle());
}

TEST_F(EngineTest, ADeviceThatCallsOutIsTransferred) {
  start();
  post_body(R"({"data":{"id":"ev-out","event_type":"call.initiated","payload":{"call_control_id":"cc-out",
      "call_leg_id":"out","call_session_id":"cs-out","connection_id":"conn","direction":"outgoing","state":"parked",
      "from":"credA","from_sip_uri":"credA@sip.example.net","to":"+49401112223","client_state":null}}})",
            *worker);
  loop.run();
  ASSERT_EQ(worker->telephony.sent.size(), 1u);
  const Command& command = worker->telephony.sent[0].command;
  EXPECT_EQ(command.verb, Verb::transfer);
  EXPECT_EQ(command.to, "+49401112223");
  EXPECT_EQ(command.from, "") << "a credential is no number to show";
}

TEST_F(EngineTest, AnUnknownDeviceThatCallsOutIsHungUp) {
  start();
  post_body(R"({"data":{"id":"ev-out","event_type":"call.initiated","payload":{"call_control_id":"cc-out",
      "call_leg_id":"out","direction":"outgoing","state":"parked","from":"nobody","to":"+49401112223"}}})",
            *worker);
  loop.run();
  ASSERT_EQ(worker->telephony.sent.size(), 1u);
  EXPECT_EQ(worker->telephony.sent[0].command.verb, Verb::hangup);
}

// Genuine, but it carries the state of a call that it is no part of.
TEST_F(EngineTest, TheStateOfAnotherCallHasNoEffectOnIt) {
  ring();
  for (const std::string type : {"call.answered", "call.hangup", "call.recording.saved"}) {
    for (const int leg : {kParent, 0, 1}) {
      Hook foreign{.id = "ev-" + type + std::to_string(leg), .type = type, .leg = "of-others", .state_leg = leg};
      std::string body = foreign.body();
      body.replace(body.find("cs-caller-leg"), 13, "cs-other-call");
      const Answers& answers = post_body(body, *worker);
      loop.run();
      expect_only(answers, Verdict::accepted);
    }
  }
  EXPECT_EQ(worker->telephony.count(Verb::answer), 0u);
  EXPECT_EQ(worker->telephony.count(Verb::hangup), 0u);
}

// R-017: stored, answered 200, and of no effect.
TEST_F(EngineTest, OtherFamiliesAreKeptAndIgnored) {
  start();
  const Answers& answers = post({.id = "ev-1", .type = "message.received"});
  EXPECT_TRUE(answers.empty()) << "not before it is durable";
  loop.run();
  expect_only(answers, Verdict::accepted);
  const Answers& again = post({.id = "ev-1", .type = "message.received"});
  loop.run();
  expect_only(again, Verdict::duplicate);
  EXPECT_EQ(store.lists["events/other"].size(), 1u);
  EXPECT_EQ(worker->engine.stats().ignored, 1u);
  EXPECT_EQ(worker->engine.stats().accepted, 1u);
  EXPECT_TRUE(worker->telephony.sent.empty());
}

TEST_F(EngineTest, WhatIsOfNoCallIsToldLaterWhileTheStoreIsAway) {
  start();
  store.away = true;
  const Answers& bad = post_body("{", *worker);
  const Answers& other = post({.id = "ev-1", .type = "10dlc.brand.update"});
  loop.run();
  expect_only(bad, Verdict::later);
  expect_only(other, Verdict::later);
  EXPECT_EQ(worker->engine.stats().bad + worker->engine.stats().ignored, 0u);
}

TEST_F(EngineTest, TooMuchThatIsOfNoCallIsToldLater) {
  start();
  store.hold_answers = true;
  std::vector<const Answers*> answers;
  for (std::size_t i = 0; i <= limits::kKeptInFlight; ++i) answers.push_back(&post_body("{", *worker));
  loop.run();
  expect_only(*answers.back(), Verdict::later);
  EXPECT_TRUE(answers.front()->empty());
  store.release();
  loop.run();
  expect_only(*answers.front(), Verdict::accepted);
}

TEST_F(EngineTest, OfACallThatWasNeverOfferedOnlyTheLogKnows) {
  start();
  const Answers& answers = post({.id = "ev-1", .type = "call.answered", .call = "foreign", .leg = "foreign"});
  loop.run();
  expect_only(answers, Verdict::accepted);
  EXPECT_TRUE(store.rows.empty());
  EXPECT_EQ(store.lists["events/log"].count("ev-1"), 1u);
  EXPECT_EQ(worker->engine.stats().ignored, 1u);
}

TEST_F(EngineTest, ACallBeforeTheDirectoryIsReadIsToldLater) {
  store.away = true;
  start();
  expect_only(post(incoming("ev-1")), Verdict::later);
  store.away = false;
  worker->clock.advance(limits::kDirectoryRefreshMs);
  const Answers& again = post(incoming("ev-1"));
  loop.run();
  expect_only(again, Verdict::accepted);
  EXPECT_EQ(worker->telephony.count(Verb::dial), 2u);
}

TEST_F(EngineTest, ASlipThatIsForgottenStillAnswersLater) {
  Answers answers;
  {
    const VerdictSlip slip([&](VerdictReply reply) { answers.push_back(std::move(reply)); });
  }
  expect_only(answers, Verdict::later);
  {
    VerdictSlip slip([&](VerdictReply reply) { answers.push_back(std::move(reply)); });
    const VerdictSlip moved = std::move(slip);
  }
  EXPECT_EQ(answers.size(), 2u);
}

// The sockets outlive the engine: what it still owes them is said while it is destroyed, and may bring in more.
TEST_F(EngineTest, AnEngineThatIsDestroyedOwesNobodyAnAnswer) {
  start();
  Engine& engine = worker->engine;
  store.hold_answers = true;
  const std::string first = incoming("ev-1").body();
  const std::string next = incoming("ev-2", "call-2").body();
  std::vector<Verdict> verdicts;
  EventFrame second;
  second.body = as_bytes(next);
  EventFrame frame;
  frame.body = as_bytes(first);
  for (int i = 0; i < 2; ++i) {
    engine.on_event(frame, [&](VerdictReply reply) {
      verdicts.push_back(reply.verdict);
      engine.on_event(second, [&](VerdictReply last) { verdicts.push_back(last.verdict); });
    });
  }
  loop.run();
  EXPECT_TRUE(verdicts.empty());
  loop.forget_all();
  store.forget_held();
  worker.reset();
  EXPECT_THAT(verdicts, testing::ElementsAre(Verdict::later, Verdict::later, Verdict::later, Verdict::later));
}

// A connection that has more frames in its buffer hands in the next one from inside the verdict.
TEST_F(EngineTest, AVerdictMayBringInTheNextEventOfTheSameCall) {
  start();
  const std::string first = incoming("ev-1").body();
  const std::string next = hangup("ev-2").body();
  std::vector<Verdict> verdicts;
  EventFrame second;
  second.body = as_bytes(next);
  EventFrame frame;
  frame.body = as_bytes(first);
  worker->engine.on_event(frame, [&](VerdictReply reply) {
    verdicts.push_back(reply.verdict);
    worker->engine.on_event(second, [&](VerdictReply later) { verdicts.push_back(later.verdict); });
  });
  loop.run();
  EXPECT_THAT(verdicts, testing::ElementsAre(Verdict::accepted, Verdict::accepted));
  EXPECT_EQ(store.rows["caller-leg"].version, 2u);
}

// The event that came in was taken for the one that had just been answered: dropped, and its caller never rang.
TEST_F(EngineTest, TheVerdictOfAnIgnoredEventMayBringInTheNextOfTheSameCall) {
  start();
  const std::string first = Hook{.id = "ev-0", .type = "call.answered"}.body();  // before its call was offered
  const std::string next = incoming("ev-1").body();
  std::vector<Verdict> verdicts;
  EventFrame second;
  second.body = as_bytes(next);
  EventFrame frame;
  frame.body = as_bytes(first);
  worker->engine.on_event(frame, [&](VerdictReply reply) {
    verdicts.push_back(reply.verdict);
    worker->engine.on_event(second, [&](VerdictReply later) { verdicts.push_back(later.verdict); });
  });
  loop.run();
  EXPECT_THAT(verdicts, testing::ElementsAre(Verdict::accepted, Verdict::accepted));
  EXPECT_EQ(worker->telephony.count(Verb::dial), 2u);
  EXPECT_EQ(worker->engine.stats().queue_depth, 0u);
}

// From the moment in which it was durable until the provider's client says that it left, however long it was held back.
TEST_F(EngineTest, HowLongACommandWaitedForTheWireIsMeasured) {
  start();
  post(incoming("ev-1"));
  loop.run();
  EXPECT_EQ(worker->engine.stats().accepted_to_sent.count, 0u) << "handed over is not sent";
  CommandOutcome late = dialled(0);
  late.waited_ms = 700;
  worker->telephony.answer(worker->telephony.find_open(Verb::dial, 0), std::move(late));
  worker->telephony.answer(worker->telephony.find_open(Verb::dial, 1), {.outcome = OutcomeClass::not_sent});
  loop.run();
  const Histogram measured = worker->engine.stats().accepted_to_sent;
  EXPECT_EQ(measured.count, 1u) << "the other never left";
  EXPECT_EQ(measured.sum_ms, 700u);
}

}  // namespace
}  // namespace ringfence::test
