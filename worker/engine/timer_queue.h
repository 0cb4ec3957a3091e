// Many one-shot timers on the one alarm of a Clock. A wall clock that is set back does not make them late: they run on
// a time of their own that only moves forward, by what the clock has moved. Owned by the engine. Its users bound it:
// one timer per queued event (limits::kEngineQueue), per session waiting for the store, and a handful of periodic ones.
// Must not know: what is being timed.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "ports/clock.h"

namespace ringfence {

class TimerQueue {
 public:
  struct Id {
    Millis at_ms = 0;          // in the queue's own time
    std::uint64_t serial = 0;  // 0: no timer
  };

  explicit TimerQueue(Clock& clock) : clock_(clock), seen_ms_(clock.now_ms()) {}
  ~TimerQueue();
  TimerQueue(const TimerQueue&) = delete;
  TimerQueue& operator=(const TimerQueue&) = delete;

  // `at_ms` is the clock's time. Timers of the same millisecond ring in the order they were set, never from inside
  // at().
  Id at(Millis at_ms, std::function<void()> ring);
  // Does nothing for a timer that has rung; resets `id`.
  void cancel(Id& id);
  [[nodiscard]] std::size_t size() const noexcept { return timers_.size(); }
  // By how much the clock has been set back in all since the start.
  [[nodiscard]] Millis set_back_ms();

 private:
  void ring_due();
  void arm();
  [[nodiscard]] Millis own_now_ms();

  Clock& clock_;
  std::map<std::pair<Millis, std::uint64_t>, std::function<void()>> timers_;
  std::uint64_t serial_ = 0;
  Millis armed_ms_ = 0;     // 0: no alarm is set
  Millis seen_ms_ = 0;      // the clock's latest time
  Millis set_back_ms_ = 0;  // by how much it has been set back in all: own time minus the clock's
  bool ringing_ = false;
};

}  // namespace ringfence
