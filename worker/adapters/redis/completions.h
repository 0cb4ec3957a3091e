// Answers on their way to those who asked: run in order in the next turn of the loop, so that a callback may do
// anything, even destroy the store. Owned by RedisStore. Must not know: what was asked.
#pragma once

#include <deque>
#include <functional>
#include <utility>

#include "adapters/uv/loop.h"

namespace ringfence {

class Completions {
 public:
  explicit Completions(UvLoop& loop) : deferred_(loop) {}
  ~Completions() {
    if (destroyed_ != nullptr) *destroyed_ = true;
  }
  Completions(const Completions&) = delete;
  Completions& operator=(const Completions&) = delete;

  void post(std::move_only_function<void()> answer) {
    waiting_.push_back(std::move(answer));
    if (waiting_.size() == 1) deferred_.post([this] { drain(); });
  }

 private:
  void drain() {
    auto answers = std::exchange(waiting_, {});
    bool destroyed = false;
    destroyed_ = &destroyed;
    for (auto& answer : answers) {
      answer();
      if (destroyed) return;
    }
    destroyed_ = nullptr;
  }

  UvDeferred deferred_;
  std::deque<std::move_only_function<void()>> waiting_;
  bool* destroyed_ = nullptr;
};

}  // namespace ringfence
