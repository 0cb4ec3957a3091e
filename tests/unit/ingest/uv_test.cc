// The loop's helpers: who may die when, and what a turn of the loop is.
#include "adapters/uv/loop.h"

#include <gtest/gtest.h>

#include <csignal>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace ringfence {
namespace {

TEST(UvHandleTest, AnUntouchedHandleIsSimplyFreed) {
  UvHandle<uv_timer_t> handle;  // never initialised: the sanitizer build proves that nothing leaks
  EXPECT_NE(handle.get(), nullptr);
}

TEST(UvHandleTest, ResetTwiceClosesOnce) {
  UvLoop loop;
  UvHandle<uv_timer_t> handle;
  uv_timer_init(loop.get(), handle.get());
  handle.reset();
  handle.reset();
  EXPECT_EQ(handle.get(), nullptr);
}

TEST(UvHandleTest, ClosingForgetsTheOwner) {
  UvLoop loop;
  UvHandle<uv_timer_t> handle;
  uv_timer_init(loop.get(), handle.get());
  int owner = 0;
  handle.get()->data = &owner;
  uv_timer_t* raw = handle.get();
  handle.reset();
  EXPECT_EQ(raw->data, nullptr);  // alive until the close callback ran
}

TEST(UvLoopTest, AStopNobodyRanIntoDoesNotKeepClosedHandlesAlive) {
  UvLoop loop;
  { UvTimer timer(loop); }
  loop.stop();  // the destructor must survive this: it once ran the loop a single time and found the stop flag
}

TEST(UvLoopTest, AnOpenHandleAtTheEndIsAnAbortWithAList) {
  EXPECT_DEATH(
      {
        auto loop = std::make_unique<UvLoop>();
        auto* timer = new UvTimer(*loop);
        static_cast<void>(timer);
        loop.reset();
      },
      "handles still open");
}

TEST(UvTimerTest, RingsOnceAndCanBeReplacedAndStopped) {
  UvLoop loop;
  UvTimer timer(loop);
  std::string rung;
  timer.start(0, [&] { rung += "a"; });
  timer.start(1, [&] { rung += "b"; });
  loop.run();
  EXPECT_EQ(rung, "b");
  timer.start(0, [&] { rung += "c"; });
  timer.stop();
  loop.run();
  EXPECT_EQ(rung, "b");
}

TEST(UvTimerTest, MayRestartItselfInsideItsCallback) {
  UvLoop loop;
  UvTimer timer(loop);
  int rung = 0;
  std::function<void()> again = [&] {
    if (++rung < 3) timer.start(0, again);
  };
  timer.start(0, again);
  loop.run();
  EXPECT_EQ(rung, 3);
}

TEST(UvTimerTest, MayDieInsideItsCallback) {
  UvLoop loop;
  auto timer = std::make_unique<UvTimer>(loop);
  bool rung = false;
  timer->start(0, [&, kept = std::string(100, 'x')] {
    timer.reset();
    rung = kept.size() == 100;  // the closure must still be there
  });
  loop.run();
  EXPECT_TRUE(rung);
}

TEST(UvTimerTest, NegativeDelayIsNow) {
  UvLoop loop;
  UvTimer timer(loop);
  bool rung = false;
  timer.start(-5, [&] { rung = true; });
  loop.run();
  EXPECT_TRUE(rung);
}

TEST(UvTimerTest, AnUnreferencedTimerDoesNotKeepTheLoopRunning) {
  UvLoop loop;
  UvTimer timer(loop);
  timer.start(3'600'000, [] {});
  timer.unref();
  loop.run();  // would hang for an hour
}

TEST(UvDeferredTest, RunsInOrderAndNeverInsidePost) {
  UvLoop loop;
  UvDeferred deferred(loop);
  std::string order;
  deferred.post([&] { order += "a"; });
  deferred.post([&] { order += "b"; });
  EXPECT_EQ(order, "");
  loop.run();
  EXPECT_EQ(order, "ab");
}

TEST(UvDeferredTest, WhatIsPostedInsideWaitsForTheNextTurn) {
  UvLoop loop;
  UvDeferred deferred(loop);
  std::string order;
  deferred.post([&] {
    deferred.post([&] { order += "late"; });
    order += "a";
  });
  deferred.post([&] { order += "b"; });
  loop.run();
  EXPECT_EQ(order, "ablate");
}

TEST(UvDeferredTest, AClosureMayDestroyItsDeferredAndTheRestIsDropped) {
  UvLoop loop;
  auto deferred = std::make_unique<UvDeferred>(loop);
  std::string order;
  deferred->post([&] {
    order += "a";
    deferred.reset();
  });
  deferred->post([&] { order += "b"; });
  loop.run();
  EXPECT_EQ(order, "a");
}

TEST(UvSignalTest, RunsOnTheLoopForEachArrivalAndDoesNotKeepItRunning) {
  UvLoop loop;
  UvSignal signal(loop);
  int arrived = 0;
  signal.start(SIGUSR1, [&] { ++arrived; });
  loop.run();  // returns: waiting for a signal is no reason to go on
  for (int expected = 1; expected <= 2; ++expected) {
    raise(SIGUSR1);
    EXPECT_EQ(arrived, expected - 1) << "ran inside the signal handler";
    UvTimer bound(loop);
    bound.start(5000, [&] { loop.stop(); });
    while (arrived < expected && uv_loop_alive(loop.get()) != 0) uv_run(loop.get(), UV_RUN_ONCE);
    EXPECT_EQ(arrived, expected);
  }
}

TEST(UvClockTest, NeverRingsEarly) {
  UvLoop loop;
  UvClock clock(loop);
  for (int i = 0; i < 30; ++i) {
    const Millis at_ms = clock.now_ms() + i % 4;
    Millis rung_ms = 0;
    clock.set_alarm(at_ms, [&] { rung_ms = clock.now_ms(); });
    loop.run();
    EXPECT_GE(rung_ms, at_ms);
  }
}

// Everything that is timed hangs on this one alarm: an idle worker slept until the old time had come again.
TEST(UvClockTest, AClockThatIsSetBackRingsWithinANapInsteadOfAfterTheStep) {
  UvLoop loop;
  Millis step_ms = 0;
  const UvClock real(loop);
  UvClock clock(loop, [&] { return real.now_ms() + step_ms; });
  bool rung = false;
  clock.set_alarm(clock.now_ms() + 50, [&] { rung = true; });
  step_ms = -3'600'000;
  UvTimer patience(loop);  // the loop would else run for an hour
  patience.start(10'000, [&] { loop.stop(); });
  patience.unref();
  loop.run();
  EXPECT_TRUE(rung);
  clock.set_alarm(0, {});
}

TEST(UvClockTest, ANewAlarmReplacesTheOldAndZeroCancels) {
  UvLoop loop;
  UvClock clock(loop);
  std::string rung;
  clock.set_alarm(clock.now_ms() + 1, [&] { rung += "a"; });
  clock.set_alarm(clock.now_ms() + 2, [&] { rung += "b"; });
  loop.run();
  EXPECT_EQ(rung, "b");
  clock.set_alarm(clock.now_ms() + 3'600'000, [&] { rung += "c"; });
  clock.set_alarm(0, {});
  loop.run();
  EXPECT_EQ(rung, "b");
}

}  // namespace
}  // namespace ringfence
