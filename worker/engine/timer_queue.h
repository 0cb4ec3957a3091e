// Many one-shot timers on the one alarm of a Clock. Owned by the engine. Its users bound it: one timer per queued event
// (limits::kEngineQueue), per session waiting for the store, and a handful of periodic ones.
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
    Millis at_ms = 0;
    std::uint64_t serial = 0;  // 0: no timer
  };

  explicit TimerQueue(Clock& clock) noexcept : clock_(clock) {}
  ~TimerQueue();
  TimerQueue(const TimerQueue&) = delete;
  TimerQueue& operator=(const TimerQueue&) = delete;

  // Timers of the same millisecond ring in the order they were set, never from inside at().
  Id at(Millis at_ms, std::function<void()> ring);
  // Does nothing for a timer that has rung; resets `id`.
  void cancel(Id& id);
  [[nodiscard]] std::size_t size() const noexcept { return timers_.size(); }

 private:
  void ring_due();
  void arm();

  Clock& clock_;
  std::map<std::pair<Millis, std::uint64_t>, std::function<void()>> timers_;
  std::uint64_t serial_ = 0;
  Millis armed_ms_ = 0;  // 0: no alarm is set
  bool ringing_ = false;
};

}  // namespace ringfence
