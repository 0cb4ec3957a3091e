// What the event log remembers of events that fail: nothing that is to be listed as dead is forgotten while the store
// is away, and what finds no room is counted and told.
#include "engine/event_log.h"
#include "fixture.h"

namespace ringfence::test {
namespace {

class FailingEventsTest : public testing::Test {
 protected:
  // The provider came with it so often.
  void fail(const std::string& event, int attempt) {
    events.failed({.id = {event}, .session = SessionId{"call"}, .at_ms = clock.now_ms()}, {.attempt = attempt},
                  "the store is away");
    loop.run();
  }
  void fail_many(std::size_t count, int attempt) {
    for (std::size_t i = 0; i < count; ++i) fail("ev-" + std::to_string(i), attempt);
  }
  std::map<std::string, ListRow>& dead() { return store.lists["events/dead"]; }

  FakeLoop loop;
  FakeStore store{loop};
  FakeClock clock{loop};
  TimerQueue timers{clock};
  FakeLog log;
  EngineStats stats;
  EventLog events{{store, clock, timers, log, stats}, {}};
};

TEST_F(FailingEventsTest, WhatIsToBeListedOutlastsAStoreThatIsAwayForHours) {
  store.away = true;
  fail("ev-dead", 3);
  fail("ev-failing", 1);
  clock.advance(2 * 3'600'000);
  EXPECT_TRUE(dead().empty());
  store.away = false;
  clock.advance(limits::kFailingLookMs);
  EXPECT_TRUE(dead().contains("ev-dead"));
  EXPECT_EQ(dead().size(), 1u);
}

TEST_F(FailingEventsTest, OtherBoundsAreFollowed) {
  fail("ev-1", 1);
  EXPECT_EQ(stats.dead, 0u);
  EventLogOptions fewer;
  fewer.tries = 1;
  events.follow(fewer);
  fail("ev-2", 1);
  EXPECT_EQ(stats.dead, 1u);
  EXPECT_TRUE(dead().contains("ev-2"));
}

TEST_F(FailingEventsTest, WhatIsListedIsForgottenInTheEnd) {
  fail("ev-dead", 3);
  fail("ev-failing", 1);
  ASSERT_EQ(dead().size(), 1u);
  clock.advance(limits::kFailingMs + 2 * limits::kFailingLookMs);
  EXPECT_EQ(timers.size(), 0u) << "nothing to look at";
  EXPECT_EQ(stats.unlisted, 0u);
}

TEST_F(FailingEventsTest, WhatTheStoreTakesForTooLongNotIsToldAndGivenUp) {
  store.away = true;
  fail("ev-dead", 3);
  clock.sleep(limits::kKeptEventsMs);
  clock.advance(limits::kFailingLookMs + 1);
  EXPECT_EQ(stats.unlisted, 1u);
  EXPECT_EQ(log.count("events_unlisted"), 1u);
  clock.advance(2 * limits::kFailingLookMs);
  EXPECT_EQ(timers.size(), 0u);
}

TEST_F(FailingEventsTest, WhatOnlyFailsMakesRoomForMore) {
  fail_many(limits::kFailingEvents, 1);
  fail("ev-dead", 3);
  EXPECT_TRUE(dead().contains("ev-dead"));
  EXPECT_EQ(stats.unlisted, 0u);
  EXPECT_EQ(stats.dead, 1u);
}

TEST_F(FailingEventsTest, WhatFindsNoRoomIsCountedAndToldOnce) {
  store.away = true;
  fail_many(limits::kFailingEvents, 3);
  fail("ev-more", 3);
  fail("ev-yet-more", 1);
  EXPECT_EQ(stats.unlisted, 2u);
  EXPECT_EQ(log.count("events_unlisted"), 1u);
  fail("ev-0", 4);
  EXPECT_EQ(stats.unlisted, 2u) << "it has its place";
  store.away = false;
  clock.advance(limits::kFailingLookMs);
  EXPECT_EQ(dead().size(), limits::kFailingEvents);
  fail("ev-more", 4);
  EXPECT_TRUE(dead().contains("ev-more"));
}

TEST_F(FailingEventsTest, AllThatAnOutageMakesDeadIsListed) {
  store.away = true;
  fail_many(limits::kFailingEvents, 3);
  store.away = false;
  clock.advance(limits::kFailingLookMs);
  EXPECT_EQ(dead().size(), limits::kFailingEvents);
  EXPECT_EQ(stats.unlisted, 0u);
}

// A hang-up stands behind what is in the store's queue.
TEST_F(FailingEventsTest, RowsAreWrittenAFewAtATime) {
  constexpr std::size_t kRows = 1000;
  store.hold_commits = true;
  fail_many(kRows, 3);
  fail("ev-0", 4);
  for (std::size_t turns = 0; store.held() > 0 && turns < kRows; ++turns) {
    EXPECT_LE(store.held(), limits::kDeadRowsAtOnce);
    store.release();
    loop.run();
  }
  EXPECT_EQ(dead().size(), kRows);
  EXPECT_TRUE(events.idle());
}

TEST_F(FailingEventsTest, AStoreThatTakesNoneIsAskedOnceALook) {
  store.away = true;
  fail_many(100, 3);
  constexpr std::size_t kLooks = 60;
  clock.advance(kLooks * limits::kFailingLookMs);
  EXPECT_LE(store.commits.size(), kLooks + 1);
  store.away = false;
  clock.advance(limits::kFailingLookMs);
  EXPECT_EQ(dead().size(), 100u);
  EXPECT_LE(store.commits.size(), kLooks + 1 + 100);
}

// What was forgotten while its row waited for its turn has none any more.
TEST_F(FailingEventsTest, WhatIsAppliedWhileItsRowWaitsIsNotWritten) {
  store.away = true;
  fail_many(100, 3);
  for (std::size_t i = 0; i < 99; ++i) events.duplicate(EventId{"ev-" + std::to_string(i)});
  store.away = false;
  store.commits.clear();
  clock.advance(limits::kFailingLookMs);
  EXPECT_EQ(dead().size(), 1u);
  EXPECT_EQ(store.commits.size(), 1u);
}

TEST_F(FailingEventsTest, WhatALaterOnePushesOutOfTheListIsCountedAndToldOnce) {
  fail_many(limits::kDeadRows, 3);
  EXPECT_EQ(stats.unlisted, 0u);
  clock.advance(1);
  fail("ev-more", 3);
  clock.advance(1);
  fail("ev-yet-more", 3);
  EXPECT_EQ(dead().size(), limits::kDeadRows);
  EXPECT_TRUE(dead().contains("ev-yet-more"));
  EXPECT_EQ(stats.unlisted, 2u);
  EXPECT_EQ(log.count("events_unlisted"), 1u);
}

}  // namespace
}  // namespace ringfence::test
