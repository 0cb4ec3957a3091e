// Ids that look like the provider's. Seeded, so that a test may repeat them. Must not know: what an id names.
#pragma once

#include <cstdint>
#include <random>
#include <string>

namespace ringfence::sim {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  [[nodiscard]] std::uint64_t next() { return engine_(); }
  [[nodiscard]] std::string uuid() {
    static constexpr char kHex[] = "0123456789abcdef";
    std::string text = "xxxxxxxx-xxxx-4xxx-axxx-xxxxxxxxxxxx";
    std::uint64_t bits = 0;
    int left = 0;
    for (char& c : text) {
      if (c != 'x') continue;
      if (left-- == 0) {
        bits = next();
        left = 15;
      }
      c = kHex[bits & 15];
      bits >>= 4;
    }
    return text;
  }
  [[nodiscard]] std::string control_id() {
    static constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string text = "v3:";
    for (int word = 0; word < 6; ++word) {
      std::uint64_t bits = next();
      for (int i = 0; i < 9; ++i, bits >>= 6) text += kAlphabet[bits & 63];
    }
    return text;
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace ringfence::sim
