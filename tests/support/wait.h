// Waiting for a condition with a bound, for every black-box test. Must not be used to let time pass.
#pragma once

#include <chrono>
#include <thread>

namespace ringfence::test {

// Longer than anything healthy takes on a loaded machine; only a failing test ever waits this long.
inline constexpr std::chrono::milliseconds kPatience{10000};

// True as soon as `condition` is; false when it still is not after `patience`.
template <class Condition>
[[nodiscard]] bool wait_until(Condition condition, std::chrono::milliseconds patience = kPatience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace ringfence::test
