// The store is slow, away, ahead of us or says nothing: what the lanes do about each.
#include "fixture.h"

namespace ringfence::test {
namespace {

TEST_F(EngineTest, AConflictIsSteppedAgainOnTheWinnersDocument) {
  ring();
  Worker other(loop, store, worker->clock.now_ms());
  other.engine.start();
  loop.run();
  // Both workers get an answer; each knows version 3 only.
  post({.id = "ev-x", .type = "call.dtmf.received"}, other);
  loop.run();
  const Answers& ours = post(answered("ev-2", 0));
  loop.run();
  expect_only(ours, Verdict::accepted);
  EXPECT_EQ(worker->engine.stats().conflicts, 1u);
  EXPECT_EQ(worker->telephony.count(Verb::answer), 1u);
}

TEST_F(EngineTest, TwoWorkersTwoAnswersOneWinner) {
  ring();
  Worker other(loop, store, worker->clock.now_ms());
  other.engine.start();
  post({.id = "ev-x", .type = "call.dtmf.received"}, other);  // it has the session in its cache now
  loop.run();
  post({.id = "ev-y", .type = "call.dtmf.received"});
  loop.run();
  store.hold_commits = true;  // both step before either is written
  const Answers& one = post(answered("ev-2", 0));
  const Answers& two = post(answered("ev-3", 1), other);
  loop.run();
  store.hold_commits = false;
  store.release();
  loop.run();
  expect_only(one, Verdict::accepted);
  expect_only(two, Verdict::accepted);
  EXPECT_EQ(worker->telephony.count(Verb::answer) + other.telephony.count(Verb::answer), 1u);
  EXPECT_GE(worker->engine.stats().conflicts + other.engine.stats().conflicts, 1u);
}

TEST_F(EngineTest, AStoreThatForgotWhatItConfirmedIsCountedAndSaidOnce) {
  ring();
  const auto broken = [this](Invariant invariant) {
    return worker->engine.stats().broken[static_cast<std::size_t>(invariant)];
  };
  EXPECT_EQ(broken(Invariant::atomic_step), 0u);
  const FakeStore::Row older = store.rows["caller-leg"];
  post({.id = "ev-x", .type = "call.dtmf.received"});
  loop.run();
  store.rows["caller-leg"] = older;  // a fail-over to a replica that was behind
  const Answers& answers = post(answered("ev-2", 0));
  loop.run();
  expect_only(answers, Verdict::accepted);
  EXPECT_EQ(broken(Invariant::atomic_step), 1u);
  EXPECT_EQ(worker->log.count("invariant_broken invariant=I9_store_forgot session=caller-leg"), 1u);
}

// The old master of a split shows what no replica has and what no commit was answered for; the next one does not.
TEST_F(EngineTest, AStoreThatForgotWhatItOnlyShowedBrokeNoPromise) {
  ring();
  Worker other(loop, store, worker->clock.now_ms());
  other.engine.start();
  loop.run();
  const FakeStore::Row confirmed = store.rows["caller-leg"];
  store.faults = {CommitFault::landed};
  post({.id = "ev-x", .type = "call.dtmf.received"}, other);
  loop.run();
  store.hold_commits = true;
  const Answers& answers = post(answered("ev-2", 0));
  loop.run();
  store.release(1);  // a conflict, which shows what the other has written
  loop.run();
  ASSERT_EQ(store.commits.back().expected_version, confirmed.version + 1);
  store.rows["caller-leg"] = confirmed;
  store.hold_commits = false;
  store.release();
  loop.run();
  expect_only(answers, Verdict::accepted);
  EXPECT_EQ(worker->engine.stats().conflicts, 2u);
  EXPECT_EQ(worker->engine.stats().broken[static_cast<std::size_t>(Invariant::atomic_step)], 0u);
}

// It is kept in memory for longer than in the store. A recording that comes so late makes it live again, but what the
// store had confirmed was a tombstone.
TEST_F(EngineTest, ATombstoneThatHasExpiredIsNotForgottenByTheStore) {
  FakeNotifier notifier;
  ring_nobody(notifier);
  post(hangup("ev-2"));
  loop.run();
  notifier.take_all();
  loop.run();
  ASSERT_EQ(store.rows.erase("caller-leg"), 1u);
  const std::size_t told = notifier.sent.size();
  post({.id = "ev-3", .type = "call.recording.saved"});
  loop.run();
  EXPECT_EQ(worker->engine.stats().broken[static_cast<std::size_t>(Invariant::atomic_step)], 0u);
  EXPECT_EQ(notifier.sent.size(), told) << "a call that nobody knows any more has nothing to be told";
}

TEST_F(EngineTest, AnUnknownCommitThatWasLostIsRetriedAfterAReload) {
  start();
  store.faults = {CommitFault::lost};
  const Answers& answers = post(incoming("ev-1"));
  loop.run();
  EXPECT_TRUE(answers.empty());
  EXPECT_TRUE(worker->telephony.sent.empty());
  worker->clock.advance(limits::kStoreRetryMs);
  expect_only(answers, Verdict::accepted);
  EXPECT_EQ(worker->telephony.count(Verb::dial), 2u);
  EXPECT_EQ(store.loads, 2u);
}

TEST_F(EngineTest, AnUnknownCommitThatLandedIsADuplicateAndItsCommandsLeaveWithTheNextTick) {
  start();
  store.faults = {CommitFault::landed};
  const Answers& answers = post(incoming("ev-1"));
  worker->clock.advance(limits::kStoreRetryMs);
  expect_only(answers, Verdict::duplicate);
  EXPECT_TRUE(worker->telephony.sent.empty());
  worker->clock.advance(Policy{}.command_retry_ms);
  EXPECT_EQ(worker->telephony.count(Verb::dial), 2u);
  EXPECT_EQ(worker->engine.stats().recovered, 0u) << "its own alarm, not the due scan";
}

TEST_F(EngineTest, AnUnknownCommitThatLandsAfterTheReloadIsStillTickedInTime) {
  start();
  store.faults = {CommitFault::late};
  const Answers& answers = post(incoming("ev-1"));
  loop.run();
  store.hold_commits = true;
  worker->clock.advance(limits::kStoreRetryMs);  // reloaded: nothing there; the second commit is on its way
  ASSERT_EQ(store.held(), 1u);
  store.write_late();
  store.hold_commits = false;
  store.release();
  loop.run();
  expect_only(answers, Verdict::duplicate);
  worker->clock.advance(Policy{}.command_retry_ms);
  EXPECT_EQ(worker->telephony.count(Verb::dial), 2u);
  EXPECT_EQ(worker->engine.stats().recovered, 0u);
}

// The same of a call that rings, whose deadline passes meanwhile: its tick waits in the lane already.
TEST_F(EngineTest, WhatWaitsInTheLaneGoesOnAfterSuchACommit) {
  start();
  post(incoming("ev-1"));
  loop.run();
  worker->clock.advance(Policy{}.command_retry_ms - 1);
  store.faults = {CommitFault::late};
  const Answers& answers = post(answered("ev-2", 0));
  loop.run();
  store.hold_commits = true;
  worker->clock.advance(limits::kStoreRetryMs);
  ASSERT_EQ(store.held(), 1u);
  const Answers& next = post(answered("ev-3", 1));
  loop.run();
  store.write_late();
  store.hold_commits = false;
  store.release();
  loop.run();
  expect_only(answers, Verdict::duplicate);
  expect_only(next, Verdict::accepted);
  worker->clock.advance(Policy{}.command_retry_ms);
  EXPECT_EQ(worker->telephony.count(Verb::answer), 1u) << "of the commit nobody knew of";
}

TEST_F(EngineTest, AStoreThatStaysAwayMeansLaterAtTheVerdictsDeadline) {
  start();
  store.away = true;
  const Answers& answers = post(incoming("ev-1"));
  worker->clock.advance(limits::kVerdictMs - 1);
  EXPECT_TRUE(answers.empty());
  worker->clock.advance(1);
  expect_only(answers, Verdict::later);
  EXPECT_GT(answers[0].retry_after_s, 0);
  EXPECT_TRUE(worker->telephony.sent.empty());
  EXPECT_EQ(worker->engine.stats().expired, 1u);
  // Dropped: the provider's retry brings it back, and it is processed once.
  worker->clock.advance(1'000);
  EXPECT_TRUE(worker->engine.idle());
  store.away = false;
  const Answers& again = post(incoming("ev-1"));
  loop.run();
  expect_only(again, Verdict::accepted);
  EXPECT_EQ(answers.size(), 1u);
  EXPECT_EQ(worker->telephony.count(Verb::dial), 2u);
}

TEST_F(EngineTest, ACommitThatIsDurableAfterTheDeadlineStillActsButIsNotAnsweredTwice) {
  start();
  store.hold_answers = true;
  const Answers& answers = post(incoming("ev-1"));
  worker->clock.advance(limits::kVerdictMs);
  expect_only(answers, Verdict::later);
  EXPECT_TRUE(worker->telephony.sent.empty());
  store.release();
  loop.run();
  EXPECT_EQ(answers.size(), 1u);
  EXPECT_EQ(worker->telephony.count(Verb::dial), 2u);
}

TEST_F(EngineTest, EventsBehindAStuckCommitAreToldLaterEachAtItsOwnDeadline) {
  start();
  store.hold_answers = true;
  const Answers& first = post(incoming("ev-1"));
  worker->clock.advance(500);
  const Answers& second = post(hangup("ev-2"));
  worker->clock.advance(limits::kVerdictMs - 500);
  expect_only(first, Verdict::later);
  EXPECT_TRUE(second.empty());
  worker->clock.advance(500);
  expect_only(second, Verdict::later);
  store.hold_answers = false;
  store.release();
  worker->clock.advance(100);
  EXPECT_FALSE(store.rows["caller-leg"].applied.contains("ev-2"))
      << "the second was given up, not applied behind its sender's back";
}

TEST_F(EngineTest, AnUnreadableDocumentIsLaterAndCounted) {
  start();
  store.rows["caller-leg"] = {.version = 3, .document = "{\"format\":0}"};
  const Answers& answers = post(incoming("ev-1"));
  worker->clock.advance(limits::kVerdictMs);
  expect_only(answers, Verdict::later);
  EXPECT_GE(worker->engine.stats().unreadable, 1u);
  EXPECT_EQ(store.rows["caller-leg"].version, 3u);
}

TEST_F(EngineTest, ASessionsQueueIsBoundedAndTheRestIsToldLaterAtOnce) {
  start();
  store.hold_commits = true;
  std::vector<const Answers*> all;
  for (std::size_t i = 0; i < limits::kSessionQueue + 3; ++i) {
    all.push_back(
        &post(i == 0 ? incoming("ev-0") : Hook{.id = "ev-" + std::to_string(i), .type = "call.dtmf.received"}));
    loop.run();
  }
  EXPECT_EQ(store.held(), 1u) << "one commit in flight a session";
  EXPECT_TRUE(all[limits::kSessionQueue - 1]->empty());
  for (std::size_t i = limits::kSessionQueue; i < all.size(); ++i) expect_only(*all[i], Verdict::later);
  EXPECT_EQ(worker->engine.stats().queue_full, 3u);
  EXPECT_EQ(worker->engine.stats().queue_depth, limits::kSessionQueue);
  store.hold_commits = false;
  store.release();
  loop.run();
  for (std::size_t i = 0; i < limits::kSessionQueue; ++i) expect_only(*all[i], Verdict::accepted);
  EXPECT_EQ(worker->engine.stats().queue_depth, 0u);
}

TEST_F(EngineTest, TheWholeEngineIsBoundedToo) {
  start();
  store.hold_loads = true;
  for (std::size_t i = 0; i < limits::kEngineQueue; ++i) {
    post(answered("ev-" + std::to_string(i), 0, "call-" + std::to_string(i)));
  }
  EXPECT_EQ(worker->engine.stats().queue_depth, limits::kEngineQueue);
  expect_only(post(answered("ev-more", 0, "call-more")), Verdict::later);
  store.hold_loads = false;
  store.release();
  loop.run();
  EXPECT_EQ(worker->engine.stats().accepted, limits::kEngineQueue);
  EXPECT_EQ(worker->engine.stats().queue_depth, 0u);
}

TEST_F(EngineTest, AResultFindsRoomBehindAFullQueue) {
  start();
  post(incoming("ev-1"));
  loop.run();
  store.hold_commits = true;
  for (std::size_t i = 0; i < limits::kSessionQueue; ++i)
    post({.id = "d-" + std::to_string(i), .type = "call.dtmf.received"});
  worker->telephony.answer(0, dialled(0));
  EXPECT_EQ(worker->engine.stats().results_dropped, 0u);
  store.hold_commits = false;
  store.release();
  loop.run();
  EXPECT_TRUE(store.rows["caller-leg"].applied.contains("result:" + worker->telephony.sent[0].command.id.text + ".1"));
}

// Each dropped result had its command sent again, into a worker that was overloaded already.
TEST_F(EngineTest, AResultFindsRoomInAFullEngine) {
  start();
  post(incoming("ev-1"));
  loop.run();
  store.hold_loads = true;
  for (std::size_t i = 0; i < limits::kEngineQueue; ++i) {
    post(incoming("ev-" + std::to_string(i), "call-" + std::to_string(i)));
  }
  expect_only(post(incoming("ev-more", "call-more")), Verdict::later);
  worker->telephony.answer(0, dialled(0));
  loop.run();
  EXPECT_EQ(worker->engine.stats().results_dropped, 0u);
  EXPECT_TRUE(store.rows["caller-leg"].applied.contains("result:" + worker->telephony.sent[0].command.id.text + ".1"));
  store.hold_loads = false;
  store.release();
  loop.run();
}

// The revisions began anew, and every import was taken for an old one until they had caught up.
TEST_F(EngineTest, ADirectoryImportedAfterTheStoreLostItsDataComesIntoForce) {
  store.directory.revision = 7;
  start();
  ASSERT_EQ(worker->directory.revision(), 7u);
  store.directory = {};  // flushed, or a failover to an empty replica
  worker->clock.advance(limits::kDirectoryRefreshMs);
  EXPECT_EQ(worker->directory.current().organisations().size(), 1u) << "better an old directory than none";
  Result<std::uint64_t> imported = fail(ErrorCode::internal, "not answered");
  worker->directory.import("new.conf", "organisation other { number +4930999 { voicemail; } }",
                           [&](Result<std::uint64_t> revision) { imported = std::move(revision); });
  loop.run();
  ASSERT_TRUE(imported);
  worker->clock.advance(limits::kDirectoryRefreshMs);
  ASSERT_EQ(worker->directory.current().organisations().size(), 1u);
  EXPECT_EQ(worker->directory.current().organisations()[0].name, "other");
  EXPECT_EQ(worker->directory.revision(), *imported);
}

}  // namespace
}  // namespace ringfence::test
