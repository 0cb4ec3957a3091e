// Whole workers on a fallback: a call that comes while the fleet's store is away is rung and answered, and other
// workers keep their hands off it until it has gone home.
#include "fallback_fixture.h"
#include "fixture.h"  // of the engine's tests: workers, webhooks

namespace ringfence::test {
namespace {

class FallbackWorkerTest : public FallbackTest {
 protected:
  void SetUp() override {
    fleet.directory = {1, std::string(kDirectory)};
    FallbackTest::SetUp();
    ours.emplace(loop, *store);
    ours->engine.start();
    theirs.emplace(loop, fleet);
    theirs->engine.start();
    run(100);
  }
  void TearDown() override {
    ours.reset();
    theirs.reset();
  }
  // Both workers' clocks and the fallback's own.
  void run(Millis span_ms) {
    for (Millis left = span_ms; left > 0; left -= 10) {
      clock.advance(10);
      ours->clock.advance(10);
      theirs->clock.advance(10);
    }
  }
  const VerdictReply& post(Worker& worker, const std::string& body) {
    VerdictReply& reply = replies.emplace_back();
    reply.reason = "no answer yet";
    EventFrame frame;
    frame.id = "frame";
    frame.body = as_bytes(body);
    worker.engine.on_event(frame, [&reply](VerdictReply answer) { reply = std::move(answer); });
    return reply;
  }
  void ring_both() {
    for (int leg = 0; leg < 2; ++leg) {
      CommandOutcome outcome{.outcome = OutcomeClass::ok, .http_status = 200};
      outcome.call_control_id = "cc-caller-leg-leg" + std::to_string(leg);
      outcome.call_leg_id = "caller-leg-leg" + std::to_string(leg);
      ours->telephony.answer(ours->telephony.find_open(Verb::dial, leg), outcome);
      run(20);
    }
  }
  // As the provider gives it back: with the state that the dial carried.
  std::string answered_by(int leg) {
    const Hook hook = answered("ev-answer-" + std::to_string(leg), leg);
    std::string state;
    for (const auto& one : ours->telephony.sent) {
      if (one.command.verb == Verb::dial && one.command.leg == leg) state = one.command.client_state;
    }
    EXPECT_FALSE(state.empty());
    const std::string plain = encode_client_state({.session = SessionId{"caller-leg"}, .leg = leg});
    std::string body = hook.body();
    const auto at = body.find(plain);
    EXPECT_NE(at, std::string::npos);
    return body.replace(at, plain.size(), state);
  }
  void away() {
    fleet.away = true;
    run(1600);
    ASSERT_TRUE(store->stats().away);
  }
  static constexpr const char* kCall = "caller-leg";

  std::optional<Worker> ours, theirs;
  std::deque<VerdictReply> replies;
};

TEST_F(FallbackWorkerTest, ACallInTheFirstSecondOfAnOutageIsRung) {
  fleet.away = true;
  const VerdictReply& reply = post(*ours, incoming("ev-1").body());
  run(1450);
  EXPECT_EQ(reply.verdict, Verdict::accepted) << reply.reason;
  EXPECT_EQ(ours->telephony.count(Verb::dial), 2u);
}

TEST_F(FallbackWorkerTest, ACallDuringTheOutageIsAnsweredOnceAndGoesHome) {
  away();
  EXPECT_EQ(post(*ours, incoming("ev-1").body()).reason, "no answer yet");
  run(50);
  EXPECT_EQ(replies.back().verdict, Verdict::accepted);
  ring_both();
  post(*ours, answered_by(0));
  post(*ours, answered_by(1));
  run(50);
  EXPECT_EQ(ours->telephony.count(Verb::answer), 1u);
  EXPECT_EQ(ours->telephony.count(Verb::hangup), 1u);
  const std::uint64_t version = local.rows[kCall].version;
  const std::string document = local.rows[kCall].document;
  fleet.away = false;
  run(8000);
  EXPECT_GE(fleet.rows[kCall].version, version);
  EXPECT_FALSE(local.rows.contains(kCall));
  for (std::size_t i = 0; i < kInvariants; ++i) EXPECT_EQ(ours->engine.stats().broken[i], 0u) << i;
  EXPECT_EQ(ours->engine.stats().conflicts, 0u);
  EXPECT_EQ(ours->telephony.count(Verb::answer), 1u);
}

TEST_F(FallbackWorkerTest, AnotherWorkerNeitherTakesNorHangsUpACallThatLivesHere) {
  away();
  post(*ours, incoming("ev-1").body());
  run(50);
  ring_both();
  fleet.away = false;  // we shall believe it in five seconds; the other one asks it at once
  const VerdictReply& reply = post(*theirs, answered_by(0));
  run(50);
  EXPECT_EQ(reply.verdict, Verdict::later) << reply.reason;
  EXPECT_EQ(theirs->engine.stats().elsewhere, 1u);
  EXPECT_TRUE(theirs->telephony.sent.empty());
  EXPECT_FALSE(fleet.rows.contains(kCall)) << "a tombstone would be a second authority";
  for (int more = 0; more < 2; ++more) post(*theirs, answered_by(0));
  run(1100);
  EXPECT_TRUE(fleet.lists["events/dead"].contains("ev-answer-0")) << "the provider may have given up";
  run(8000);
  const VerdictReply& again = post(*theirs, answered_by(0));
  run(50);
  EXPECT_EQ(again.verdict, Verdict::accepted) << again.reason;
  EXPECT_EQ(theirs->telephony.count(Verb::answer), 1u);
  EXPECT_FALSE(fleet.lists["events/dead"].contains("ev-answer-0"));
}

TEST_F(FallbackWorkerTest, AnotherWorkerWaitsForACallThatIsOnItsWay) {
  away();
  post(*ours, incoming("ev-1").body());
  run(50);
  ring_both();
  const std::string answer = answered_by(0);
  // As it is in the middle of its way.
  FakeStore::Row& row = fleet.rows[kCall];
  row.version = 2;
  fleet.away = false;
  const VerdictReply& early = post(*theirs, answer);
  run(100);
  row.document = local.rows[kCall].document;
  row.version = local.rows[kCall].version;
  run(1000);
  EXPECT_EQ(early.verdict, Verdict::accepted) << early.reason;
  EXPECT_EQ(theirs->engine.stats().unreadable, 0u);
  EXPECT_EQ(theirs->telephony.count(Verb::hangup), 1u) << "the loser's";
  EXPECT_EQ(theirs->telephony.count(Verb::answer), 1u);
}

TEST_F(FallbackWorkerTest, TheMarkIsBelievedForABoundedTime) {
  away();
  post(*ours, incoming("ev-1").body());
  run(50);
  ring_both();
  const std::string body = answered_by(0);
  ours.reset();  // for good
  fleet.away = false;
  theirs->clock.sleep(limits::kFallbackHomeMs);
  const VerdictReply& reply = post(*theirs, body);
  for (int turn = 0; turn < 10; ++turn) theirs->clock.advance(10);
  EXPECT_EQ(reply.verdict, Verdict::accepted) << reply.reason;
  EXPECT_EQ(theirs->telephony.count(Verb::hangup), 1u) << "a stray like any other";
  ours.emplace(loop, *store);
}

TEST_F(FallbackWorkerTest, ACallThatLivesInTheFleetsStoreGoesOnWhenThatIsBack) {
  post(*ours, incoming("ev-1").body());
  run(50);
  ring_both();
  away();
  const VerdictReply& during = post(*ours, answered_by(0));
  run(1600);
  EXPECT_EQ(during.verdict, Verdict::later);
  EXPECT_EQ(ours->telephony.count(Verb::answer), 0u);
  EXPECT_EQ(ours->telephony.count(Verb::hangup), 0u) << "nobody is hung up because of the outage";
  fleet.away = false;
  run(7000);
  const VerdictReply& after = post(*ours, answered_by(0));
  run(50);
  EXPECT_EQ(after.verdict, Verdict::accepted) << after.reason;
  EXPECT_EQ(ours->telephony.count(Verb::answer), 1u);
}

TEST_F(FallbackWorkerTest, ASweepLeavesThemAloneToo) {
  const auto state = [](Millis begun_ms) {
    return ClientState{.session = SessionId{"s"}, .home = "ours", .begun_ms = begun_ms};
  };
  constexpr Millis kNow = 1'795'244'400'000;
  EXPECT_TRUE(lives_elsewhere(state(kNow - 1000), "theirs", kNow));
  EXPECT_FALSE(lives_elsewhere(state(kNow - 1000), "ours", kNow));
  EXPECT_FALSE(lives_elsewhere(state(kNow - limits::kFallbackHomeMs), "theirs", kNow));
  EXPECT_FALSE(lives_elsewhere(ClientState{.session = SessionId{"s"}}, "theirs", kNow));
  const auto read = decode_client_state(encode_client_state(state(kNow)));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->home, "ours");
  EXPECT_EQ(read->begun_ms, kNow);
}

}  // namespace
}  // namespace ringfence::test
