// Memory for large tables that are read at random: asked for in huge pages, so that a look costs one miss and not two.
// Used by the tables of this folder. Must not know: what is kept.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <new>

namespace ringfence::exhaust {

template <class T>
struct HugePages {
  using value_type = T;
  HugePages() = default;
  template <class Other>
  explicit HugePages(const HugePages<Other>&) {}

  static constexpr std::size_t kPage = std::size_t{2} << 20;
  [[nodiscard]] static std::size_t rounded(std::size_t count) {
    return (count * sizeof(T) + kPage - 1) / kPage * kPage;
  }

  [[nodiscard]] T* allocate(std::size_t count) {
    const std::size_t bytes = rounded(count);
    void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    static_cast<void>(madvise(memory, bytes, MADV_HUGEPAGE));  // a wish
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t count) noexcept { munmap(memory, rounded(count)); }
  template <class Other>
  bool operator==(const HugePages<Other>&) const {
    return true;
  }
};

}  // namespace ringfence::exhaust
