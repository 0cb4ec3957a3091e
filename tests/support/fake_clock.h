// Virtual time and the turns of a loop, for tests of everything above the ports: nothing happens between two calls of
// run() or advance(). Used by tests/unit/engine and tests/sim. Must not be used beside a real loop.
#pragma once

#include <deque>
#include <functional>
#include <utility>

#include "ports/clock.h"

namespace ringfence::test {

// What a real loop would do "later": ports promise that callbacks never run from inside the call.
class FakeLoop {
 public:
  void post(std::function<void()> work) { queue_.push_back(std::move(work)); }
  void run() {
    while (!queue_.empty()) {
      const auto work = std::move(queue_.front());
      queue_.pop_front();
      work();
    }
  }
  void forget_all() { queue_.clear(); }  // the process was killed

 private:
  std::deque<std::function<void()>> queue_;
};

class FakeClock final : public Clock {
 public:
  explicit FakeClock(FakeLoop& loop, Millis now_ms = 1'795'244'400'000) : loop_(loop), now_ms_(now_ms) {}
  [[nodiscard]] Millis now_ms() const override { return now_ms_; }
  void set_alarm(Millis at_ms, std::function<void()> ring) override {
    alarm_ms_ = at_ms;
    ring_ = at_ms == 0 ? nullptr : std::move(ring);
  }
  [[nodiscard]] Millis alarm_ms() const noexcept { return alarm_ms_; }

  // Runs the loop, every alarm on the way, and the loop after each.
  void advance(Millis span_ms) {
    const Millis end_ms = now_ms_ + span_ms;
    loop_.run();
    while (ring_ && alarm_ms_ <= end_ms) {
      now_ms_ = std::max(now_ms_, alarm_ms_);
      alarm_ms_ = 0;
      const auto ring = std::exchange(ring_, nullptr);
      ring();
      loop_.run();
    }
    now_ms_ = end_ms;
  }
  void step_back(Millis span_ms) { now_ms_ -= span_ms; }
  void sleep(Millis span_ms) { now_ms_ += span_ms; }  // the process was stopped: nothing ran meanwhile
  // A clock that has been set back may ring early, as the real one does.
  void wake() {
    if (const auto ring = std::exchange(ring_, nullptr)) ring();
    loop_.run();
  }

 private:
  FakeLoop& loop_;
  Millis now_ms_;
  Millis alarm_ms_ = 0;
  std::function<void()> ring_;
};

}  // namespace ringfence::test
