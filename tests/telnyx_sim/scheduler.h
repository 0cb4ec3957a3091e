// Virtual time and what is due when. The simulation knows no other clock; main.cc advances it with the real one.
// Used by the whole simulation. Must not know: libevent, the wall clock.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <vector>

namespace ringfence::sim {

class Scheduler {
 public:
  using Task = std::function<void()>;

  explicit Scheduler(std::int64_t now_us) noexcept : now_us_(now_us) {}
  [[nodiscard]] std::int64_t now_us() const noexcept { return now_us_; }
  [[nodiscard]] std::size_t size() const noexcept { return due_.size(); }

  // Tasks due at the same time run in the order in which they were given.
  void after_ms(std::int64_t delay_ms, Task task) {
    due_.push({now_us_ + delay_ms * 1000, ++sequence_, std::move(task)});
  }
  [[nodiscard]] std::optional<std::int64_t> next_due_us() const {
    return due_.empty() ? std::nullopt : std::optional(due_.top().at_us);
  }
  // Runs what is due up to then. A task that is given during the run and due at once runs in the same call.
  void advance(std::int64_t to_us) {
    now_us_ = std::max(now_us_, to_us);
    while (!due_.empty() && due_.top().at_us <= now_us_) {
      const Task task = due_.top().task;
      due_.pop();
      task();
    }
  }
  void clear() { due_ = {}; }

 private:
  struct Due {
    std::int64_t at_us;
    std::uint64_t sequence;
    Task task;
    bool operator<(const Due& other) const noexcept {  // priority_queue keeps the greatest on top
      return at_us != other.at_us ? at_us > other.at_us : sequence > other.sequence;
    }
  };
  std::int64_t now_us_;
  std::uint64_t sequence_ = 0;
  std::priority_queue<Due> due_;
};

}  // namespace ringfence::sim
