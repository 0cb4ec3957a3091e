// store_fallback all: a single worker goes on with calls that live in the fleet's store.
#include "fallback_fixture.h"

namespace ringfence::test {
namespace {

class AllTest : public FallbackTest {
 protected:
  void SetUp() override {
    begin(FallbackPolicy::all);
    pass(500);
    ASSERT_TRUE(store->stats().alone);
  }
  void begin_there(const std::string& session, std::uint64_t events) {
    for (std::uint64_t i = 0; i < events; ++i) {
      const auto done = commit(request(session, i, "e" + std::to_string(i), "doc" + std::to_string(i + 1)));
      ASSERT_EQ(done.status, CommitStatus::committed);
    }
  }
};

TEST_F(AllTest, ACallGoesOnFromTheVersionThatWasConfirmedLast) {
  begin_there("s", 3);
  lose_the_fleet();
  EXPECT_EQ(commit(request("s", 3, "e3", "doc4")).status, CommitStatus::committed);
  EXPECT_EQ(commit(request("s", 4, "e4", "doc5")).version, 5u);
  EXPECT_EQ(load("s")->document, "doc5");
  EXPECT_EQ(store->stats().taken_up, 1u);
  fleet_returns();
  expect_home("s", 5);
  EXPECT_EQ(store->stats().conflicts, 0u);
}

TEST_F(AllTest, ACallThatIsNotInMemoryWaits) {
  begin_there("s", 3);
  lose_the_fleet();
  EXPECT_EQ(load("s").error().code, ErrorCode::unavailable);
}

TEST_F(AllTest, ACommitUnderWayWhenTheStoreGoesIsMadeHereAndMeetsItselfAtHome) {
  for (const CommitFault fault : {CommitFault::lost, CommitFault::landed}) {
    const std::string session = fault == CommitFault::lost ? "lost" : "landed";
    SCOPED_TRACE(session);
    begin_there(session, 3);
    fleet.faults = {fault};
    std::optional<CommitResult> answer;
    store->commit(request(session, 3, "e3", "doc4"), [&answer](const CommitResult& result) { answer = result; });
    loop.run();
    EXPECT_FALSE(answer) << "nobody may act on it, and nobody may forget it";
    lose_the_fleet();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, CommitStatus::committed);
    EXPECT_EQ(commit(request(session, 4, "e4", "doc5")).status, CommitStatus::committed);
    fleet_returns();
    expect_home(session, 5);
    EXPECT_EQ(store->stats().conflicts, 0u);
  }
}

TEST_F(AllTest, AnAnswerThatWasLostInPassingIsAskedForAgain) {
  for (const CommitFault fault : {CommitFault::lost, CommitFault::landed}) {
    const std::string session = fault == CommitFault::lost ? "lost" : "landed";
    SCOPED_TRACE(session);
    begin_there(session, 1);
    fleet.faults = {fault};
    std::optional<CommitResult> answer;
    store->commit(request(session, 1, "e1", "doc2"), [&answer](const CommitResult& result) { answer = result; });
    pass(500);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, CommitStatus::committed) << "its commands have never left";
    EXPECT_EQ(answer->version, 2u);
    EXPECT_EQ(fleet.rows[session].version, 2u);
  }
}

TEST_F(AllTest, AnEventToldBeforeAndDuringTheOutageLeavesNoVersionOut) {
  begin_there("s", 3);
  lose_the_fleet();
  ASSERT_EQ(commit(request("s", 3, "e1", "doc4")).status, CommitStatus::committed) << "its first copy was there";
  ASSERT_EQ(commit(request("s", 4, "e4", "doc5")).status, CommitStatus::committed);
  ASSERT_EQ(commit(request("s", 5, "e2", "doc6")).status, CommitStatus::committed);
  fleet_returns();
  EXPECT_EQ(fleet.rows["s"].version, 6u);
  EXPECT_EQ(fleet.rows["s"].document, "doc6");
  EXPECT_EQ(fleet.rows["s"].due_ms, kFarMs + 5);
  EXPECT_EQ(fleet.rows["s"].ladder.size(), 6u);
  EXPECT_EQ(store->stats().conflicts, 0u);
  EXPECT_FALSE(local.rows.contains("s"));
}

TEST_F(AllTest, AStoreThatForgotGetsTheCallAsItIs) {
  begin_there("s", 3);
  lose_the_fleet();
  ASSERT_EQ(commit(request("s", 3, "e3", "doc4")).status, CommitStatus::committed);
  fleet.rows.clear();  // a Redis without persistence
  fleet_returns();
  EXPECT_EQ(fleet.rows["s"].document, "doc4");
  EXPECT_EQ(store->stats().conflicts, 1u);
}

TEST_F(AllTest, IsRefusedWhereAnotherWorkerHasSigned) {
  pass(1000);
  ASSERT_TRUE(refused.empty());
  begin(FallbackPolicy::all, "a second one");
  pass(1000);
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_NE(refused[0].find("\"this\""), std::string::npos) << refused[0];
  EXPECT_FALSE(store->stats().alone);
  // It has left no trace that would end the first one's peace.
  begin(FallbackPolicy::all);
  pass(1000);
  EXPECT_EQ(refused.size(), 1u);
  EXPECT_TRUE(store->stats().alone);
}

TEST_F(AllTest, LooksForOthersAsSoonAsTheStoreIsThere) {
  fleet.away = true;  // as while the connection is being made
  begin(FallbackPolicy::all, "a second one");
  EXPECT_FALSE(store->has_looked());
  clock.advance(limits::kFallbackProbeMs / 2);
  fleet.away = false;
  clock.advance(limits::kFallbackTendMs);
  EXPECT_TRUE(store->has_looked()) << "whoever waits for it at the start has not long";
  EXPECT_EQ(refused.size(), 1u);
  begin(FallbackPolicy::new_calls, "a third one");
  EXPECT_TRUE(store->has_looked()) << "it does not matter";
}

TEST_F(AllTest, AWorkerThatComesLaterEndsIt) {
  begin_there("s", 3);
  WorkerRegister second(fleet, "a second one");
  second.sign(clock.now_ms(), [](bool) {});
  pass(2 * limits::kFallbackSignMs);
  EXPECT_TRUE(refused.empty());
  EXPECT_EQ(log.count("fallback_not_alone"), 1u);
  lose_the_fleet();
  EXPECT_EQ(commit(request("s", 3, "e3", "doc4")).status, CommitStatus::unknown);
}

TEST_F(AllTest, ARestartOfTheSameWorkerIsNoOther) {
  begin(FallbackPolicy::all);
  pass(1000);
  EXPECT_TRUE(refused.empty());
  EXPECT_TRUE(store->stats().alone);
}

TEST_F(AllTest, UntilItIsKnownToBeAloneNothingIsTakenUp) {
  begin_there("s", 3);
  fleet.away = true;
  begin(FallbackPolicy::all);
  lose_the_fleet();
  EXPECT_EQ(commit(request("s", 3, "e3", "doc4")).status, CommitStatus::unknown);
}

}  // namespace
}  // namespace ringfence::test
