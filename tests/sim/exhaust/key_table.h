// Where a search has been: 61 bits of a hash and three marks in each 64-bit slot, open addressing. Doubles at 3/4, so
// that memory is at most 21 bytes for each state, 32 while it doubles. Must not know: what a key stands for.
#pragma once

#include <cstdint>
#include <vector>

#include "huge_pages.h"

namespace ringfence::exhaust {

class KeyTable {
 public:
  static constexpr std::uint64_t kVisited = 1, kEndsWell = 2, kEndsWellBackwards = 4;
  static constexpr std::uint64_t kMarks = 7;
  // Never 0, and without marks.
  [[nodiscard]] static std::uint64_t usable(std::uint64_t hash) noexcept {
    hash &= ~kMarks;
    return hash == 0 ? 8 : hash;
  }
  [[nodiscard]] bool has(std::uint64_t key, std::uint64_t mark) const noexcept {
    return (slots_[place_of(key)] & mark) != 0;
  }
  // True when it was not marked so before.
  bool mark(std::uint64_t key, std::uint64_t mark) {
    std::uint64_t& slot = slots_[place_of(key)];
    if ((slot & mark) != 0) return false;
    const bool fresh = slot == 0;
    slot |= key | mark;
    if (fresh && ++used_ * 4 > slots_.size() * 3) grow();
    return true;
  }
  // Long before it is asked for, if possible.
  void prefetch(std::uint64_t key) const noexcept { __builtin_prefetch(&slots_[(key >> 3) & mask_], 1); }
  [[nodiscard]] std::size_t bytes() const noexcept { return slots_.size() * sizeof(std::uint64_t); }

 private:
  using Slots = std::vector<std::uint64_t, HugePages<std::uint64_t>>;
  [[nodiscard]] std::size_t place_of(std::uint64_t key) const noexcept {
    std::size_t i = (key >> 3) & mask_;
    while (slots_[i] != 0 && (slots_[i] & ~kMarks) != key) i = (i + 1) & mask_;
    return i;
  }
  void grow() {
    Slots old(slots_.size() * 2);
    old.swap(slots_);
    mask_ = slots_.size() - 1;
    for (const std::uint64_t slot : old) {
      if (slot != 0) slots_[place_of(slot & ~kMarks)] = slot;
    }
  }
  Slots slots_ = Slots(1 << 20);
  std::size_t mask_ = (1 << 20) - 1;
  std::size_t used_ = 0;
};

}  // namespace ringfence::exhaust
