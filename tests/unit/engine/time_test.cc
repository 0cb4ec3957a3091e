// Ticks, the due scan, recovery after a crash, other ring rules, and the drain.
#include "fixture.h"

namespace ringfence::test {
namespace {

TEST_F(EngineTest, NobodyAnswersSoTheRingDeadlineTicksIntoVoicemail) {
  ring();
  worker->clock.advance(Policy{}.ring_ms - 1'000);
  EXPECT_EQ(worker->telephony.count(Verb::answer), 0u);
  worker->clock.advance(2'000);
  EXPECT_EQ(worker->telephony.count(Verb::answer), 1u);
  EXPECT_GT(worker->engine.stats().ticks, 0u);
  EXPECT_EQ(worker->engine.stats().recovered, 0u);
}

TEST_F(EngineTest, ATickThatChangesNothingIsNotCommittedAndNotRepeatedAtOnce) {
  ring();
  const std::size_t commits = store.commits.size();
  store.rows["caller-leg"].due_ms = worker->clock.now_ms();  // the index says due, the session does not
  worker->clock.advance(2'000);
  EXPECT_EQ(store.commits.size(), commits);
  EXPECT_LE(worker->engine.stats().ticks, 4u);
}

TEST_F(EngineTest, ANewWorkerTakesOverWhatADeadOneLeft) {
  start();
  store.hold_answers = true;  // it dies after the commit and before anything left
  post(incoming("ev-1"));
  loop.run();
  const Millis died_ms = worker->clock.now_ms();
  store.forget_held();
  loop.forget_all();
  worker.reset();
  store.hold_answers = false;

  Worker next(loop, store, died_ms + 700);
  next.engine.start();
  loop.run();
  EXPECT_EQ(next.engine.stats().recovered, 1u);
  EXPECT_EQ(next.telephony.count(Verb::dial), 2u);
  const Answers& again = post(incoming("ev-1"), next);
  loop.run();
  expect_only(again, Verdict::duplicate);
  EXPECT_EQ(next.telephony.count(Verb::dial), 2u);
}

TEST_F(EngineTest, AWorkerThatStandsByTakesOverWithinTheScanAndItsSlack) {
  start();
  post(incoming("ev-1"));
  loop.run();
  Worker other(loop, store, worker->clock.now_ms());
  other.engine.start();
  loop.run();
  EXPECT_EQ(other.engine.stats().recovered, 0u);
  other.clock.advance(Policy{}.command_retry_ms + limits::kDueSlackMs + limits::kDueScanMs + 1);  // ours stands still
  EXPECT_EQ(other.engine.stats().recovered, 1u);
  EXPECT_EQ(other.telephony.count(Verb::dial), 2u) << "resent with the same ids";
  EXPECT_EQ(other.telephony.sent[0].command.id, worker->telephony.sent[0].command.id);
}

// A tick on the survivor's old copy found nothing due, committed nothing, and the dead worker's commands were never
// sent.
TEST_F(EngineTest, ACallIsTakenOverAlsoByAWorkerThatRemembersAnOlderVersion) {
  ring();
  Worker other(loop, store, worker->clock.now_ms());
  other.engine.start();
  loop.run();
  store.hold_answers = true;  // the other one commits the claim and dies before anything leaves
  post(answered("ev-2", 0), other);
  loop.run();
  EXPECT_TRUE(other.telephony.sent.empty());
  store.forget_held();
  store.hold_answers = false;
  worker->clock.advance(Policy{}.command_retry_ms + limits::kDueSlackMs + limits::kDueScanMs);
  EXPECT_EQ(worker->telephony.count(Verb::answer), 1u);
  EXPECT_LT(worker->telephony.find_open(Verb::hangup, 1), worker->telephony.sent.size());
  EXPECT_EQ(worker->engine.stats().recovered, 1u);
}

TEST_F(EngineTest, TheFirstScanTakesEverythingDueAndLaterOnesLeaveSlack) {
  store.away = true;
  start();
  const Millis began_ms = worker->clock.now_ms();
  EXPECT_EQ(store.scan_until_ms.back(), began_ms);
  worker->clock.advance(limits::kDueScanMs);
  EXPECT_EQ(store.scan_until_ms.back(), began_ms + limits::kDueScanMs) << "no scan was answered yet";
  EXPECT_EQ(worker->log.count("due_scan_failed"), 1u);
  store.away = false;
  worker->clock.advance(2 * limits::kDueScanMs);
  EXPECT_EQ(store.scan_until_ms.back(), worker->clock.now_ms() - limits::kDueSlackMs);
}

TEST_F(EngineTest, MoreThanOneBatchIsRecoveredWithoutWaitingForTheNextScan) {
  start();
  for (int i = 0; i < 250; ++i) post(incoming("ev-" + std::to_string(i), "call-" + std::to_string(i)));
  loop.run();
  const Millis died_ms = worker->clock.now_ms();
  worker.reset();
  Worker next(loop, store, died_ms + 700);
  next.engine.start();
  next.clock.advance(10);
  EXPECT_EQ(next.engine.stats().recovered, 250u);
  EXPECT_EQ(next.telephony.count(Verb::dial), 500u);
}

TEST_F(EngineTest, AnIndexEntryWithoutASessionIsHarmless) {
  start();
  store.rows["ghost"].due_ms = 1;
  worker->clock.advance(1'000);
  EXPECT_TRUE(store.commits.empty());
  EXPECT_TRUE(worker->engine.idle());
  EXPECT_GE(worker->log.count("session_gone"), 1u);
}

TEST_F(EngineTest, AClockThatStepsBackDoesNotSpin) {
  ring();
  worker->clock.step_back(3'600'000);
  worker->clock.advance(3'700'000);
  EXPECT_GE(worker->telephony.count(Verb::answer), 1u) << "the deadline is looked at all the same";
  EXPECT_LT(worker->engine.stats().ticks, 200u);
}

// An hour set back was an hour of ringing, of silence before a bridge's second attempt, of a phone nobody hung up.
TEST_F(EngineTest, AWorkerThatIsAloneKeepsItsDeadlinesWhenTheClockIsSetBack) {
  worker = std::make_unique<Worker>(loop, store, 1'795'244'400'000, true);
  ring();
  worker->clock.advance(Policy{}.ring_ms - 2'000);
  store.hold_answers = true;  // one call's commit is under way while the clock is set
  post(incoming("ev-2", "call-2"));
  loop.run();
  worker->clock.step_back(3'600'000);
  worker->clock.wake();
  worker->clock.advance(limits::kDueScanMs);  // noticed
  store.hold_answers = false;
  store.release();
  loop.run();
  worker->clock.advance(1'000);
  EXPECT_EQ(worker->telephony.count(Verb::answer), 0u);
  worker->clock.advance(1'500);
  EXPECT_EQ(worker->telephony.count(Verb::answer), 1u) << "the first call goes to voicemail in time";
  worker->clock.advance(Policy{}.ring_ms);
  EXPECT_EQ(worker->telephony.count(Verb::answer), 2u) << "and so does the second";
}

TEST_F(EngineTest, AWorkerOfAFleetLeavesItsDeadlinesToTheOthersWhenItsClockIsSetBack) {
  ring();
  worker->clock.step_back(3'600'000);
  worker->clock.wake();
  worker->clock.advance(Policy{}.ring_ms + 1'000);
  EXPECT_EQ(worker->telephony.count(Verb::answer), 0u) << "ours may be the clock that is wrong";
  Worker other(loop, store);
  other.engine.start();
  loop.run();
  other.clock.advance(Policy{}.ring_ms + 1'000);
  EXPECT_EQ(other.telephony.count(Verb::answer), 1u);
}

TEST_F(EngineTest, DrainingFinishesWhatIsUnderWayAndTakesNothingNew) {
  start();
  store.hold_answers = true;
  const Answers& under_way = post(incoming("ev-1"));
  loop.run();
  worker->engine.stop_accepting();
  expect_only(post(incoming("ev-2", "call-2")), Verdict::later);
  EXPECT_FALSE(worker->engine.idle());
  store.hold_answers = false;
  store.release();
  loop.run();
  expect_only(under_way, Verdict::accepted);
  EXPECT_FALSE(worker->engine.idle()) << "two dials are on the wire";
  worker->telephony.answer(0, dialled(0));
  worker->telephony.answer(1, dialled(1));
  loop.run();
  EXPECT_TRUE(worker->engine.idle());
  const std::size_t scans = store.scans;
  worker->clock.advance(60'000);
  EXPECT_EQ(store.scans, scans);
  EXPECT_EQ(worker->telephony.count(Verb::answer), 0u) << "no deadline is looked at any more";
}

TEST_F(EngineTest, NewCallsFollowOtherRingRulesAndThoseInProgressKeepTheirOwn) {
  start();
  post(incoming("ev-1"));
  loop.run();
  Policy policy = worker->engine.policy();
  policy.leg_ms = 12'000;
  policy.ring_ms = 12'000;
  policy.dedupe_window_ms = 5'000;
  worker->engine.follow(policy, {});
  worker->directory.follow(plan_rules(policy));
  EXPECT_EQ(worker->directory.current().rules().ring_ms, 12'000);
  post(incoming("ev-2", "call-2"));
  loop.run();
  const auto& sent = worker->telephony.sent;
  ASSERT_EQ(sent.size(), 4u);
  EXPECT_EQ(sent[0].command.timeout_secs, 30);
  EXPECT_EQ(sent[2].command.timeout_secs, 12);
  // Commands of the first call may be resent for longer than a new one's: no promise is broken by that.
  worker->telephony.answer(0, dialled(0));
  loop.run();
  for (const std::uint64_t broken : worker->engine.stats().broken) EXPECT_EQ(broken, 0u);
}

TEST_F(EngineTest, AVoicemailNumberIsAnsweredAtOnce) {
  start();
  Hook hook = incoming("ev-1");
  std::string body = hook.body();
  body.replace(body.find("+4930123456"), 11, "+4930123457");
  post_body(body, *worker);
  loop.run();
  EXPECT_EQ(worker->telephony.count(Verb::dial), 0u);
  EXPECT_EQ(worker->telephony.count(Verb::answer), 1u);
}

}  // namespace
}  // namespace ringfence::test
