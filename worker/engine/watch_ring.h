// The most recent ladder lines of all calls, for `ringctl watch`. Only what is durable gets here. Sequence numbers
// start at the microsecond of the engine's start, so that a watcher who asks a restarted worker sees its first line
// next and never a number twice. Owned by the engine. Must not know: what a line says.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "core/plan.h"

namespace ringfence {

class WatchRing {
 public:
  WatchRing(std::size_t capacity, Millis started_ms)
      : capacity_(capacity), base_(static_cast<std::uint64_t>(started_ms) * 1000), last_(base_) {}

  void push(std::string line);

  struct Slice {
    std::vector<std::string> lines;
    std::uint64_t next = 0;    // ask for what is after this one
    std::uint64_t missed = 0;  // lines that were pushed out before they could be read
  };
  [[nodiscard]] Slice after(std::uint64_t sequence, std::size_t limit) const;
  [[nodiscard]] std::uint64_t last() const noexcept { return last_; }

 private:
  std::size_t capacity_;
  std::uint64_t base_, last_;
  std::deque<std::string> lines_;
};

}  // namespace ringfence
