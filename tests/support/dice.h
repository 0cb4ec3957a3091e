// Numbers that are random to a test and the same on every machine (splitmix64). Used by the walker, the simulator and
// whoever else plays a seed again. Must not know: what is rolled for.
#pragma once

#include <cstdint>

namespace ringfence::test {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ULL + 1) {}
  std::uint64_t roll() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  template <class Number>
  Number below(Number bound) {
    return static_cast<Number>(roll() % static_cast<std::uint64_t>(bound));
  }
  template <class Number>
  bool one_in(Number count) {
    return below(count) == 0;
  }

 private:
  std::uint64_t state_;
};

}  // namespace ringfence::test
