// The one event loop and the two things everybody asks of it: a timer and a call "later on the loop".
// Owned by main. Must not know: anything of calls.
#pragma once

#include <uv.h>

#include <deque>
#include <functional>
#include <utility>

#include "adapters/uv/handle.h"
#include "core/plan.h"
#include "ports/clock.h"

namespace ringfence {

class UvLoop {
 public:
  UvLoop();
  // Runs the loop until every closed handle and every request in the thread pool is gone; aborts if somebody still
  // owns an open handle, because that owner would be left with a pointer into nothing.
  ~UvLoop();
  UvLoop(const UvLoop&) = delete;
  UvLoop& operator=(const UvLoop&) = delete;
  [[nodiscard]] uv_loop_t* get() noexcept { return &loop_; }
  void run();  // until stop() or nothing is left to wait for
  void stop();

 private:
  uv_loop_t loop_{};
};

// A one-shot timer. start() replaces a pending one; 0 ms stays 0 ms. The callback may destroy the timer.
class UvTimer {
 public:
  explicit UvTimer(UvLoop& loop);
  UvTimer(const UvTimer&) = delete;
  UvTimer& operator=(const UvTimer&) = delete;
  void start(Millis delay_ms, std::function<void()> ring);
  void stop();
  // A timer that does not by itself keep the loop running.
  void unref();

 private:
  UvHandle<uv_timer_t> handle_;
  std::function<void()> ring_;
};

// Runs closures in the next turn of the loop, in order; used where a port promises "never from inside the call".
// A closure may destroy the UvDeferred: what was posted after it is dropped. Bounded by its user, who posts at most
// one closure per request it has accepted.
class UvDeferred {
 public:
  explicit UvDeferred(UvLoop& loop);
  ~UvDeferred();
  UvDeferred(const UvDeferred&) = delete;
  UvDeferred& operator=(const UvDeferred&) = delete;
  void post(std::function<void()> work);

 private:
  void drain();
  UvHandle<uv_idle_t> idle_;
  std::deque<std::function<void()>> queue_;
  bool* gone_ = nullptr;  // set while draining: where to say that we were destroyed
};

// Runs a closure on the loop for each arrival of one signal, from start() until it is destroyed.
class UvSignal {
 public:
  explicit UvSignal(UvLoop& loop);
  UvSignal(const UvSignal&) = delete;
  UvSignal& operator=(const UvSignal&) = delete;
  void start(int signal_number, std::function<void()> arrived);

 private:
  UvHandle<uv_signal_t> handle_;
  std::function<void()> arrived_;
};

class UvClock final : public Clock {
 public:
  // `wall_ms` is for tests that set the clock; empty: the system's.
  explicit UvClock(UvLoop& loop, std::function<Millis()> wall_ms = {}) : timer_(loop), wall_ms_(std::move(wall_ms)) {}
  [[nodiscard]] Millis now_ms() const override;
  void set_alarm(Millis at_ms, std::function<void()> ring) override;

 private:
  void nap();
  UvTimer timer_;
  std::function<Millis()> wall_ms_;
  Millis alarm_ms_ = 0;
  std::function<void()> ring_;
};

}  // namespace ringfence
