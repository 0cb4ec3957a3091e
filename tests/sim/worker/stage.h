// Virtual time for a whole house of workers: everything that is to happen waits in one queue, in order of time and then
// of asking. The only randomness is the seed's. Used by everything in tests/sim/worker.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>

#include "ports/clock.h"
#include "support/dice.h"

namespace ringfence::sim {

using test::Dice;

class Stage {
 public:
  [[nodiscard]] Millis now_ms() const noexcept { return now_ms_; }
  void after(Millis span_ms, std::function<void()> work) {
    queue_.emplace(std::pair(now_ms_ + span_ms, ++asked_), std::move(work));
  }
  // False: nothing is to happen before `until_ms`.
  bool turn(Millis until_ms) {
    if (queue_.empty() || queue_.begin()->first.first > until_ms) return false;
    auto next = queue_.extract(queue_.begin());
    now_ms_ = next.key().first;
    next.mapped()();
    return true;
  }

 private:
  Millis now_ms_ = 1'795'244'400'000;
  std::uint64_t asked_ = 0;
  std::map<std::pair<Millis, std::uint64_t>, std::function<void()>> queue_;
};

// A worker's clock; its alarm dies with it.
class StageClock final : public Clock {
 public:
  explicit StageClock(Stage& stage) : stage_(stage) {}
  [[nodiscard]] Millis now_ms() const override { return stage_.now_ms(); }
  void set_alarm(Millis at_ms, std::function<void()> ring) override {
    *current_ += 1;
    if (at_ms == 0) return;
    const std::uint64_t mine = *current_;
    stage_.after(std::max<Millis>(at_ms - stage_.now_ms(), 0), [mine, current = current_, ring = std::move(ring)] {
      if (*current == mine) ring();
    });
  }
  ~StageClock() override { *current_ += 1; }

 private:
  Stage& stage_;
  std::shared_ptr<std::uint64_t> current_ = std::make_shared<std::uint64_t>(0);
};

}  // namespace ringfence::sim
