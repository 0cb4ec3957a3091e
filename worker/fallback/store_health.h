// When the store of the fleet counts as away, and when it counts as back: away after three failures in a row over at
// least a second, back after five seconds in which every probe succeeded. Reading and writing are judged each for
// itself: a Redis that is full still answers every read. Owned by FallbackStore. Pure; must not know: stores.
#pragma once

#include <array>
#include <cstdint>

#include "core/plan.h"

namespace ringfence {

class StoreHealth {
 public:
  enum class Way : std::uint8_t { read, write };

  explicit StoreHealth(Millis now_ms) : since_ms_(now_ms) {}

  [[nodiscard]] bool away() const noexcept { return away_; }
  [[nodiscard]] Millis since_ms() const noexcept { return since_ms_; }
  [[nodiscard]] std::uint64_t changes() const noexcept { return changes_; }

  // True: with this it has gone away.
  [[nodiscard]] bool failed(Way way, Millis now_ms);
  void answered(Way way) noexcept;
  // What a probe found while it is away. True: with this it is back.
  [[nodiscard]] bool probed(bool well, Millis now_ms);

 private:
  struct Streak {
    int failures = 0;
    Millis first_ms = 0, last_ms = 0;
  };
  void change(bool away, Millis now_ms);

  std::array<Streak, 2> streaks_;
  bool away_ = false;
  bool well_ = false;  // while away: every probe since well_since_ms_ succeeded
  Millis well_since_ms_ = 0;
  Millis since_ms_;
  std::uint64_t changes_ = 0;
};

}  // namespace ringfence
