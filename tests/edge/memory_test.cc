// nginx out of memory at any point of a request: no claim stays behind. Not with sanitizers, whose allocator is theirs.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>

#include "edge/edge_test.h"

namespace ringfence::test {
namespace {

#ifdef RINGFENCE_FAILING_MEMORY_LIBRARY

// The number of blocks until one is refused, shared with nginx.
class Countdown {
 public:
  explicit Countdown(const std::string& path) {
    write_text(path, std::string(sizeof(std::atomic<int>), '\0'));
    const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    memory_ = ::mmap(nullptr, sizeof(std::atomic<int>), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ::close(fd);
  }
  ~Countdown() { ::munmap(memory_, sizeof(std::atomic<int>)); }
  Countdown(const Countdown&) = delete;
  Countdown& operator=(const Countdown&) = delete;
  [[nodiscard]] bool mapped() const noexcept { return memory_ != MAP_FAILED; }
  void refuse(int nth) { *static_cast<std::atomic<int>*>(memory_) = nth; }

 private:
  void* memory_;
};

TEST_F(EdgeTest, MemoryRefusedAtAnyPointLeavesNoClaimBehind) {
  Countdown countdown(nginx.file("countdown"));
  ASSERT_TRUE(countdown.mapped());
  NginxSetup with = setup();
  with.environment = {"LD_PRELOAD=" RINGFENCE_FAILING_MEMORY_LIBRARY,
                      "RINGFENCE_FAILING_MEMORY=" + nginx.file("countdown")};
  nginx.expect_logged("posix_memalign");
  ASSERT_TRUE(start(with));
  int accepted = 0;
  // The body fills the request's first block to another extent each time, so that each allocation after it is once the
  // one that needs a new block.
  for (std::size_t padding = 0; padding < 4000; padding += 50) {
    for (int nth = 1; nth <= 6; ++nth) {
      const std::string id = std::to_string(padding) + "-" + std::to_string(nth);
      const HttpRequest request = signer.webhook("/w", event_body(id, "t", "s", padding));
      countdown.refuse(nth);
      accepted += send(request).status == 200 ? 1 : 0;
      countdown.refuse(0);
    }
  }
  EXPECT_GT(accepted, 0);
  EXPECT_GT(nginx.counter("zones.calls.releases"), 0);
  EXPECT_EQ(nginx.counter("zones.calls.claims"),
            nginx.counter("zones.calls.commits") + nginx.counter("zones.calls.releases"));
  EXPECT_EQ(nginx.counter("zones.calls.entries"), nginx.counter("zones.calls.commits"));
}

#endif

}  // namespace
}  // namespace ringfence::test
