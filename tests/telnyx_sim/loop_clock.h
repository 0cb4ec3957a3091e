// Ties the simulation's Scheduler to the libevent loop: real time in, one timer for whatever is due next.
// Owned by main.cc. Must not know: what is scheduled.
#pragma once

#include <event2/event.h>

#include <cstdint>
#include <memory>

#include "telnyx_sim/scheduler.h"

namespace ringfence::sim {

[[nodiscard]] std::int64_t wall_now_us() noexcept;

class LoopClock {
 public:
  // Wall time of the start, moved on by the monotonic clock: it never jumps while the simulation runs.
  LoopClock(event_base* base, Scheduler& scheduler, std::int64_t started_us);
  LoopClock(const LoopClock&) = delete;
  LoopClock& operator=(const LoopClock&) = delete;

  // Every libevent callback that touches the simulation opens a Turn: time is right before it, what became due runs
  // and the timer is set after it.
  class Turn {
   public:
    explicit Turn(LoopClock& clock) : clock_(clock) { clock_.advance(); }
    ~Turn() { clock_.settle(); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    LoopClock& clock_;
  };

 private:
  struct EventFree {
    void operator()(event* timer) const noexcept { event_free(timer); }
  };
  [[nodiscard]] std::int64_t now_us() const noexcept;
  void advance();
  void settle();

  Scheduler& scheduler_;
  std::int64_t offset_us_;
  std::unique_ptr<event, EventFree> timer_;
  std::int64_t armed_us_ = 0;
  int depth_ = 0;
};

}  // namespace ringfence::sim
