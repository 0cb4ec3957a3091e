// The engine's small parts by themselves: timers on one alarm, the session cache, the watch ring.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/session_cache.h"
#include "engine/timer_queue.h"
#include "engine/watch_ring.h"
#include "support/fake_clock.h"

namespace ringfence::test {
namespace {

using testing::ElementsAre;

TEST(TimerQueue, RingsInOrderOfTimeThenOfSetting) {
  FakeLoop loop;
  FakeClock clock(loop, 1000);
  TimerQueue timers(clock);
  std::vector<int> rung;
  timers.at(1020, [&] { rung.push_back(3); });
  timers.at(1010, [&] { rung.push_back(1); });
  timers.at(1010, [&] { rung.push_back(2); });
  clock.advance(9);
  EXPECT_TRUE(rung.empty());
  clock.advance(1);
  EXPECT_THAT(rung, ElementsAre(1, 2));
  clock.advance(10);
  EXPECT_THAT(rung, ElementsAre(1, 2, 3));
  EXPECT_EQ(clock.alarm_ms(), 0);
}

TEST(TimerQueue, CancelledTimersDoNotRingEvenFromARingingOne) {
  FakeLoop loop;
  FakeClock clock(loop, 1000);
  TimerQueue timers(clock);
  int rung = 0;
  TimerQueue::Id second;
  timers.at(1010, [&] { timers.cancel(second); });
  second = timers.at(1010, [&] { ++rung; });
  TimerQueue::Id third = timers.at(1005, [&] { ++rung; });
  timers.cancel(third);
  timers.cancel(third);
  clock.advance(100);
  EXPECT_EQ(rung, 0);
  EXPECT_EQ(timers.size(), 0u);
}

TEST(TimerQueue, ATimerSetWhileRingingWaitsForTheNextAlarm) {
  FakeLoop loop;
  FakeClock clock(loop, 1000);
  TimerQueue timers(clock);
  int rung = 0;
  timers.at(1010, [&] {
    timers.at(1000, [&] { ++rung; });
    EXPECT_EQ(rung, 0);
  });
  clock.advance(10);
  EXPECT_EQ(rung, 1);
}

// Verdicts were as late as the clock was set back.
TEST(TimerQueue, AClockSetBackDoesNotMakeTimersLate) {
  FakeLoop loop;
  FakeClock clock(loop, 1'000'000);
  TimerQueue timers(clock);
  int rung = 0;
  timers.at(1'000'100, [&] { ++rung; });
  TimerQueue::Id cancelled = timers.at(1'000'100, [&] { ++rung; });
  clock.step_back(500'000);
  timers.at(500'050, [&] { ++rung; });
  timers.cancel(cancelled);
  clock.advance(49);
  EXPECT_EQ(rung, 0);
  clock.advance(1);
  EXPECT_EQ(rung, 1);
  clock.advance(50);
  EXPECT_EQ(rung, 2);
}

TEST(TimerQueue, TakesItsAlarmBackWhenItDies) {
  FakeLoop loop;
  FakeClock clock(loop, 1000);
  {
    TimerQueue(clock).at(1010, [] { FAIL(); });
  }
  clock.advance(100);
}

SessionId id(const std::string& text) { return SessionId{text}; }

TEST(SessionCache, PushesOutTheLeastRecentlyUsedWithItsDueTime) {
  SessionCache cache(2, 2);
  cache.put(id("a"), {}, 1, 100);
  cache.put(id("b"), {}, 1, 200);
  ASSERT_NE(cache.find(id("a")), nullptr);
  cache.put(id("c"), {}, 1, 300);
  EXPECT_EQ(cache.find(id("b")), nullptr);
  EXPECT_EQ(cache.size(), 2u);
  EXPECT_EQ(cache.take_due(1000)->text, "a");
  EXPECT_EQ(cache.take_due(1000)->text, "c");
  EXPECT_FALSE(cache.take_due(1000));
}

TEST(SessionCache, EndedCallsPushOutOnlyEachOther) {
  SessionCache cache(2, 1);
  cache.put(id("live"), {}, 1, 100);
  cache.put(id("ended"), {}, 1, 0);
  cache.put(id("ended too"), {}, 1, 0);
  EXPECT_EQ(cache.find(id("ended")), nullptr);
  cache.put(id("ends now"), {}, 1, 200);
  cache.put(id("ends now"), {}, 2, 0);
  EXPECT_EQ(cache.find(id("ended too")), nullptr);
  EXPECT_NE(cache.find(id("ends now")), nullptr);
  EXPECT_EQ(cache.take_due(1000)->text, "live");  // not due while its tick is under way
  cache.set_due(id("live"), 300);
  EXPECT_NE(cache.find(id("live")), nullptr);
  EXPECT_EQ(cache.earliest_due_ms(), 300);
  EXPECT_EQ(cache.size(), 2u);
}

TEST(SessionCache, KeepsOneDueTimePerSession) {
  SessionCache cache(4, 4);
  cache.put(id("a"), {}, 1, 100);
  cache.put(id("a"), {}, 2, 500);
  EXPECT_EQ(cache.earliest_due_ms(), 500);
  EXPECT_EQ(cache.find(id("a"))->version, 2u);
  cache.set_due(id("a"), 50);
  EXPECT_FALSE(cache.take_due(49));
  EXPECT_TRUE(cache.take_due(50));
  EXPECT_EQ(cache.earliest_due_ms(), 0);
  cache.put(id("a"), {}, 3, 700);
  cache.forget(id("a"));
  cache.set_due(id("a"), 800);
  EXPECT_EQ(cache.earliest_due_ms(), 0);
  EXPECT_EQ(cache.size(), 0u);
}

TEST(WatchRing, TellsWhatWasMissed) {
  WatchRing ring(3, 5);
  const std::uint64_t start = ring.last();
  for (const char* line : {"1", "2", "3", "4", "5"}) ring.push(line);
  const WatchRing::Slice slice = ring.after(start, 10);
  EXPECT_THAT(slice.lines, ElementsAre("3", "4", "5"));
  EXPECT_EQ(slice.missed, 2u);
  EXPECT_EQ(slice.next, start + 5);
  EXPECT_TRUE(ring.after(slice.next, 10).lines.empty());
  EXPECT_THAT(ring.after(start + 3, 1).lines, ElementsAre("4"));
  EXPECT_EQ(ring.after(start + 3, 1).next, start + 4);
}

TEST(WatchRing, ANumberFromBeforeARestartBeginsWithTheFirstLine) {
  WatchRing old_one(3, 1'000);
  old_one.push("old");
  WatchRing ring(3, 2'000);
  ring.push("new");
  EXPECT_THAT(ring.after(old_one.last(), 10).lines, ElementsAre("new"));
  EXPECT_EQ(ring.after(old_one.last(), 10).missed, 0u);
  EXPECT_TRUE(ring.after(ring.last() + 100, 10).lines.empty());
}

}  // namespace
}  // namespace ringfence::test
