// Memory as the edge's shared zone has it: aligned, of any size, filled with garbage.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>

#include "shared/bytes.h"

namespace ringfence::test {

// The table's own head and one bucket; the tests check that this is the least it takes.
inline constexpr std::size_t kHeadBytes = 128;
inline constexpr std::size_t kBucketBytes = 256;
inline constexpr std::string_view kHashKey = "0123456789abcdef";

class TableMemory {
 public:
  explicit TableMemory(std::size_t bytes)
      : size_(bytes), bytes_(static_cast<std::uint8_t*>(std::aligned_alloc(64, (bytes + 64) / 64 * 64)), &std::free) {
    std::memset(bytes_.get(), 0xa5, bytes);
  }
  [[nodiscard]] static TableMemory of_buckets(std::size_t count) {
    return TableMemory(kHeadBytes + count * kBucketBytes);
  }
  [[nodiscard]] ByteSpan span() const noexcept { return {bytes_.get(), size_}; }
  [[nodiscard]] ByteSpan slots() const noexcept { return span().subspan(kHeadBytes); }

 private:
  std::size_t size_;
  std::unique_ptr<std::uint8_t, decltype(&std::free)> bytes_;
};

}  // namespace ringfence::test
