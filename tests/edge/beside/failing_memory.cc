// Preloaded into nginx by memory_test: lets the n-th block of pool memory from now on be refused, once. What n is
// stands in a file both sides have mapped. Must not know: requests.
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>

namespace {

std::atomic<int>* countdown() noexcept {
  static std::atomic<int>* const shared = []() -> std::atomic<int>* {
    const char* path = std::getenv("RINGFENCE_FAILING_MEMORY");
    const int fd = path == nullptr ? -1 : ::open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0) return nullptr;
    void* memory = ::mmap(nullptr, sizeof(std::atomic<int>), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ::close(fd);
    return memory == MAP_FAILED ? nullptr : static_cast<std::atomic<int>*>(memory);
  }();
  return shared;
}

}  // namespace

extern "C" int posix_memalign(void** memory, std::size_t alignment, std::size_t bytes) noexcept {
  using Real = int (*)(void**, std::size_t, std::size_t);
  static const Real real = reinterpret_cast<Real>(::dlsym(RTLD_NEXT, "posix_memalign"));
  std::atomic<int>* left = countdown();
  if (left != nullptr && *left > 0 && left->fetch_sub(1) == 1) return ENOMEM;
  return real(memory, alignment, bytes);
}
