// Seeded randomness for the tests of shared/: the same numbers on every machine, so that a failure can be replayed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace ringfence::test {

class Seeded {
 public:
  explicit Seeded(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t any() { return engine_(); }
  // 0 <= result < bound. The standard's distributions differ between libraries; this does not.
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(engine_() % bound); }
  bool one_in(std::size_t count) { return below(count) == 0; }
  template <std::size_t kCount>
  std::string_view pick(const std::string_view (&choices)[kCount]) {
    return choices[below(kCount)];
  }
  std::string bytes(std::size_t count) {
    std::string text(count, '\0');
    for (char& c : text) c = static_cast<char>(engine_() & 0xff);
    return text;
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace ringfence::test
