// 64-bit keys to 32-bit numbers, open addressing: one cache line for a look. Keys are hashes and taken for what they
// name: two that collide are one (states^2 / 2^65). Must not know: what is kept.
#pragma once

#include <cstdint>
#include <vector>

#include "huge_pages.h"

namespace ringfence::exhaust {

class FlatTable {
 public:
  static constexpr std::uint32_t kNone = 0xffffffff;
  [[nodiscard]] std::uint32_t find(std::uint64_t key) const noexcept {
    for (std::size_t i = key & mask_;; i = (i + 1) & mask_) {
      if (slots_[i].value == kNone) return kNone;
      if (slots_[i].key == key) return slots_[i].value;
    }
  }
  void put(std::uint64_t key, std::uint32_t value) {
    if ((used_ + 1) * 10 > slots_.size() * 6) grow();
    place(key, value);
    ++used_;
  }

 private:
  struct Slot {
    std::uint64_t key = 0;
    std::uint32_t value = kNone;
  };
  using Slots = std::vector<Slot, HugePages<Slot>>;
  void place(std::uint64_t key, std::uint32_t value) {
    std::size_t i = key & mask_;
    while (slots_[i].value != kNone) i = (i + 1) & mask_;
    slots_[i] = {key, value};
  }
  void grow() {
    Slots old(slots_.size() * 2);
    old.swap(slots_);
    mask_ = slots_.size() - 1;
    for (const Slot& slot : old) {
      if (slot.value != kNone) place(slot.key, slot.value);
    }
  }
  Slots slots_ = Slots(1 << 12);
  std::size_t mask_ = (1 << 12) - 1;
  std::size_t used_ = 0;
};

// Bits well mixed, so that a mask of them will do.
[[nodiscard]] inline std::uint64_t mixed(std::uint64_t state, std::uint64_t number) noexcept {
  state = (state ^ number) * 0x9fb21c651e98df25ULL;
  return state ^ (state >> 29);
}
[[nodiscard]] inline std::uint64_t finished(std::uint64_t state) noexcept {
  state ^= state >> 32;
  state *= 0xd6e8feb86659fd93ULL;
  return state ^ (state >> 29);
}

}  // namespace ringfence::exhaust
