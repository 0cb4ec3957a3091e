// The event loop over libuv; see loop.h.
#include "adapters/uv/loop.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace ringfence {
namespace {

// How long a stepped wall clock may go unnoticed.
constexpr Millis kLongestNapMs = 1000;

}  // namespace

UvLoop::UvLoop() {
  if (uv_loop_init(&loop_) != 0) {
    std::fputs("ringfence: cannot create an event loop\n", stderr);
    std::abort();
  }
}

UvLoop::~UvLoop() {
  bool left_open = false;
  uv_walk(
      &loop_, [](uv_handle_t* handle, void* open) noexcept { *static_cast<bool*>(open) |= uv_is_closing(handle) == 0; },
      &left_open);
  // Only closing handles and requests are left, so this ends. A stop() that nobody ran into would end it at once.
  while (!left_open && uv_loop_alive(&loop_) != 0) uv_run(&loop_, UV_RUN_DEFAULT);
  if (uv_loop_close(&loop_) != 0) {
    std::fputs("ringfence: the event loop was destroyed with handles still open:\n", stderr);
    uv_print_all_handles(&loop_, stderr);
    std::abort();
  }
}

void UvLoop::run() { uv_run(&loop_, UV_RUN_DEFAULT); }
void UvLoop::stop() { uv_stop(&loop_); }

UvTimer::UvTimer(UvLoop& loop) {
  uv_timer_init(loop.get(), handle_.get());
  handle_.get()->data = this;
}

void UvTimer::start(Millis delay_ms, std::function<void()> ring) {
  ring_ = std::move(ring);
  uv_update_time(handle_.get()->loop);
  uv_timer_start(
      handle_.get(),
      [](uv_timer_t* timer) noexcept {
        // Moved out first: the callback may restart or destroy the timer.
        const auto work = std::exchange(static_cast<UvTimer*>(timer->data)->ring_, nullptr);
        if (work) work();
      },
      static_cast<std::uint64_t>(std::max<Millis>(delay_ms, 0)), 0);
}

void UvTimer::stop() {
  uv_timer_stop(handle_.get());
  ring_ = nullptr;
}

void UvTimer::unref() { uv_unref(handle_.base()); }

UvDeferred::UvDeferred(UvLoop& loop) {
  uv_idle_init(loop.get(), idle_.get());
  idle_.get()->data = this;
}

UvDeferred::~UvDeferred() {
  if (gone_ != nullptr) *gone_ = true;
}

void UvDeferred::post(std::function<void()> work) {
  queue_.push_back(std::move(work));
  if (queue_.size() > 1) return;
  uv_idle_start(idle_.get(), [](uv_idle_t* idle) noexcept { static_cast<UvDeferred*>(idle->data)->drain(); });
}

void UvDeferred::drain() {
  uv_idle_stop(idle_.get());
  bool gone = false;
  gone_ = &gone;
  // Only what was there when the turn began: work may post more.
  auto now = std::exchange(queue_, {});
  for (auto& work : now) {
    work();
    if (gone) return;  // what is left belongs to somebody who is being torn down
  }
  gone_ = nullptr;
}

UvSignal::UvSignal(UvLoop& loop) {
  uv_signal_init(loop.get(), handle_.get());
  handle_.get()->data = this;
  uv_unref(handle_.base());  // waiting for a signal is no reason to go on
}

void UvSignal::start(int signal_number, std::function<void()> arrived) {
  arrived_ = std::move(arrived);
  uv_signal_start(
      handle_.get(), [](uv_signal_t* handle, int) noexcept { static_cast<UvSignal*>(handle->data)->arrived_(); },
      signal_number);
}

Millis UvClock::now_ms() const {
  using namespace std::chrono;
  if (wall_ms_) return wall_ms_();
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

void UvClock::set_alarm(Millis at_ms, std::function<void()> ring) {
  alarm_ms_ = at_ms;
  ring_ = std::move(ring);
  if (at_ms == 0) {
    timer_.stop();
    return;
  }
  nap();
}

void UvClock::nap() {
  // In short naps: the wall clock may be stepped, which a timer on monotonic time does not notice. And a timer counts
  // whole milliseconds of another clock, so it may be a fraction early: look again before ringing. A clock that was set
  // back rings at once: by it the alarm may be hours away, and only its owner knows what was meant.
  const Millis since_ms = now_ms();
  timer_.start(std::min(alarm_ms_ - since_ms, kLongestNapMs), [this, since_ms] {
    const Millis seen_ms = now_ms();
    if (seen_ms < alarm_ms_ && seen_ms >= since_ms) return nap();
    const auto ring = std::exchange(ring_, nullptr);  // may set the next alarm or destroy the clock
    if (ring) ring();
  });
}

}  // namespace ringfence
