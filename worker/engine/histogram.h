// How long something took, as counts of a few ranges: of every time since the start of the process, in constant room.
// Must not know: what was measured.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "core/plan.h"

namespace ringfence {

struct Histogram {
  // Around what the provider waits for (500 ms to resend, 2 s for our answer), down to what a local store takes.
  static constexpr std::array<Millis, 12> kBoundsMs{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000};

  std::array<std::uint64_t, kBoundsMs.size() + 1> counts{};  // up to each bound, and beyond the last
  std::uint64_t count = 0, sum_ms = 0;

  // Two clocks may differ: what ended before it began took no time.
  void add(Millis ms) {
    ms = std::max<Millis>(ms, 0);
    ++counts.at(static_cast<std::size_t>(std::ranges::lower_bound(kBoundsMs, ms) - kBoundsMs.begin()));
    ++count;
    sum_ms += static_cast<std::uint64_t>(ms);
  }
};

}  // namespace ringfence
