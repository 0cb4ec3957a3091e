// See timer_queue.h.
#include "engine/timer_queue.h"

namespace ringfence {

TimerQueue::~TimerQueue() { clock_.set_alarm(0, {}); }

TimerQueue::Id TimerQueue::at(Millis at_ms, std::function<void()> ring) {
  (void)own_now_ms();
  const Id id{at_ms + set_back_ms_, ++serial_};
  timers_.emplace(std::pair{id.at_ms, id.serial}, std::move(ring));
  arm();
  return id;
}

Millis TimerQueue::set_back_ms() {
  (void)own_now_ms();
  arm();
  return set_back_ms_;
}

void TimerQueue::cancel(Id& id) {
  // The alarm is left as it is: ringing for nothing once is cheaper than setting it twice for every event.
  if (id.serial != 0) timers_.erase({id.at_ms, id.serial});
  id = {};
}

void TimerQueue::arm() {
  if (ringing_ || timers_.empty()) return;
  const Millis earliest = timers_.begin()->first.first;
  if (armed_ms_ != 0 && armed_ms_ <= earliest) return;
  armed_ms_ = earliest;
  clock_.set_alarm(earliest - set_back_ms_, [this] { ring_due(); });
}

Millis TimerQueue::own_now_ms() {
  const Millis now_ms = clock_.now_ms();
  if (now_ms < seen_ms_) {
    set_back_ms_ += seen_ms_ - now_ms;
    armed_ms_ = 0;  // the alarm was set in the clock's old time
  }
  seen_ms_ = now_ms;
  return now_ms + set_back_ms_;
}

void TimerQueue::ring_due() {
  armed_ms_ = 0;
  ringing_ = true;
  const Millis now_ms = own_now_ms();
  const std::uint64_t last = serial_;  // those set while ringing wait for the next alarm, so that this loop ends
  for (auto next = timers_.begin(); next != timers_.end() && next->first.first <= now_ms;) {
    if (next->first.second > last) {
      ++next;
      continue;
    }
    const auto ring = std::move(next->second);
    timers_.erase(next);
    ring();
    next = timers_.begin();
  }
  ringing_ = false;
  arm();
}

}  // namespace ringfence
