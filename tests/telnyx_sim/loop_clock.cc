// See loop_clock.h.
#include "telnyx_sim/loop_clock.h"

#include <algorithm>
#include <ctime>

namespace ringfence::sim {
namespace {

std::int64_t read_us(clockid_t clock) noexcept {
  timespec now{};
  clock_gettime(clock, &now);
  return now.tv_sec * 1'000'000 + now.tv_nsec / 1000;
}

}  // namespace

std::int64_t wall_now_us() noexcept { return read_us(CLOCK_REALTIME); }

LoopClock::LoopClock(event_base* base, Scheduler& scheduler, std::int64_t started_us)
    : scheduler_(scheduler), offset_us_(started_us - read_us(CLOCK_MONOTONIC)) {
  timer_.reset(evtimer_new(
      base,
      [](evutil_socket_t, short, void* self) noexcept {
        auto* clock = static_cast<LoopClock*>(self);
        clock->armed_us_ = 0;
        const Turn turn(*clock);
      },
      this));
}

std::int64_t LoopClock::now_us() const noexcept { return read_us(CLOCK_MONOTONIC) + offset_us_; }

void LoopClock::advance() {
  if (depth_++ == 0) scheduler_.advance(now_us());
}

void LoopClock::settle() {
  if (depth_ == 1) scheduler_.advance(now_us());
  if (--depth_ != 0) return;
  const auto due_us = scheduler_.next_due_us();
  if (!due_us || (armed_us_ != 0 && armed_us_ <= *due_us)) return;
  armed_us_ = *due_us;
  const std::int64_t wait_us = std::max<std::int64_t>(0, *due_us - now_us());
  const timeval wait{wait_us / 1'000'000, wait_us % 1'000'000};
  evtimer_add(timer_.get(), &wait);
}

}  // namespace ringfence::sim
