// The event loop over libuv; see loop.h.
#include "adapters/uv/loop.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace ringfence {

UvLoop::UvLoop() {
  if (uv_loop_init(&loop_) != 0) {
    std::fputs("ringfence: cannot create an event loop\n", stderr);
    std::abort();
  }
}

UvLoop::~UvLoop() {
  uv_run(&loop_, UV_RUN_NOWAIT);  // close callbacks free their handles
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

void UvDeferred::post(std::function<void()> work) {
  queue_.push_back(std::move(work));
  if (queue_.size() > 1) return;
  uv_idle_start(idle_.get(), [](uv_idle_t* idle) noexcept { static_cast<UvDeferred*>(idle->data)->drain(); });
}

void UvDeferred::drain() {
  uv_idle_stop(idle_.get());
  // Only what was there when the turn began: work may post more.
  auto now = std::exchange(queue_, {});
  for (auto& work : now) work();
}

Millis UvClock::now_ms() const {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

void UvClock::set_alarm(Millis at_ms, std::function<void()> ring) {
  if (at_ms == 0) {
    timer_.stop();
    return;
  }
  timer_.start(at_ms - now_ms(), std::move(ring));
}

}  // namespace ringfence
