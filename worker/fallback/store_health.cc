// See store_health.h.
#include "fallback/store_health.h"

#include "shared/limits.h"

namespace ringfence {

bool StoreHealth::failed(Way way, Millis now_ms) {
  Streak& streak = streaks_[static_cast<std::size_t>(way)];
  // A clock that was set back, or a failure long ago with nothing asked since: a new row of failures begins.
  const bool stale = now_ms < streak.last_ms || now_ms - streak.last_ms > limits::kFallbackStaleMs;
  if (streak.failures == 0 || stale) streak = {.failures = 0, .first_ms = now_ms};
  streak.last_ms = now_ms;
  ++streak.failures;
  if (away_ || streak.failures < limits::kFallbackFailures || now_ms - streak.first_ms < limits::kFallbackAwayMs) {
    return false;
  }
  change(true, now_ms);
  return true;
}

void StoreHealth::answered(Way way) noexcept {
  streaks_[static_cast<std::size_t>(way)] = {};
  if (way == Way::write) streaks_[static_cast<std::size_t>(Way::read)] = {};
}

bool StoreHealth::probed(bool well, Millis now_ms) {
  if (!away_) return false;
  if (!well) {
    well_ = false;
    return false;
  }
  if (!well_ || now_ms < well_since_ms_) {
    well_ = true;
    well_since_ms_ = now_ms;
  }
  if (now_ms - well_since_ms_ < limits::kFallbackBackMs) return false;
  change(false, now_ms);
  return true;
}

void StoreHealth::change(bool away, Millis now_ms) {
  away_ = away;
  well_ = false;
  since_ms_ = now_ms;
  ++changes_;
  streaks_ = {};
}

}  // namespace ringfence
