// Time, passed in. Real in adapters/uv, virtual in tests.
#pragma once

#include <functional>

#include "core/plan.h"

namespace ringfence {

class Clock {
 public:
  virtual ~Clock() = default;
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;

  [[nodiscard]] virtual Millis now_ms() const = 0;  // Unix milliseconds; may step
  // One alarm: `ring` runs once at or after `at_ms`, or earlier when the clock has been set back meanwhile; a new call
  // replaces the old alarm; at_ms 0 cancels it.
  virtual void set_alarm(Millis at_ms, std::function<void()> ring) = 0;
};

}  // namespace ringfence
