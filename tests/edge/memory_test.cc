// nginx out of memory at any point of a request: no claim stays behind. Not with sanitizers, whose allocator is theirs.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>

#include "edge/gate_test.h"

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

class MemoryTest : public GateTest {
 protected:
  // Genuine requests while nginx is refused one block of memory after another; returns how many were answered 200.
  int sweep(NginxSetup with) {
    const std::string path = nginx.file("countdown");
    Countdown countdown(path);
    EXPECT_TRUE(countdown.mapped());
    with.environment = {"LD_PRELOAD=" RINGFENCE_FAILING_MEMORY_LIBRARY, "RINGFENCE_FAILING_MEMORY=" + path};
    nginx.expect_logged("posix_memalign");
    if (!worker.start() || !backend.start() || !nginx.start(with)) return 0;
    int accepted = 0;
    // The body fills the request's first block to another extent each time, so that each allocation after it is once
    // the one that needs a new block.
    for (std::size_t padding = 0; padding < 4000; padding += 50) {
      for (int nth = 1; nth <= 6; ++nth) {
        const std::string id = std::to_string(padding) + "-" + std::to_string(nth);
        const HttpRequest request = signer.webhook("/w", event_body(id, "t", "s", padding));
        countdown.refuse(nth);
        accepted += send(request).status == 200 ? 1 : 0;
        countdown.refuse(0);
      }
    }
    return accepted;
  }
  void expect_no_claim_left() const {
    EXPECT_GT(nginx.counter("zones.calls.releases"), 0);
    EXPECT_EQ(nginx.counter("zones.calls.claims"),
              nginx.counter("zones.calls.commits") + nginx.counter("zones.calls.releases"));
    EXPECT_EQ(nginx.counter("zones.calls.entries"), nginx.counter("zones.calls.commits"));
  }
};

TEST_F(MemoryTest, MemoryRefusedAtAnyPointLeavesNoClaimBehind) {
  EXPECT_GT(sweep(setup()), 0);
  expect_no_claim_left();
}

TEST_F(MemoryTest, NorAtTheGateAndNothingReachesTheBackendUnverified) {
  backend.set_script([](const ProxiedRequest& request) {
    return BackendReply{.status = request.header("x-webhook-status") == "verified" ? 200 : 299};
  });
  EXPECT_GT(sweep(gate_setup()), 0);
  expect_no_claim_left();
  for (const ProxiedRequest& request : backend.seen()) {
    ASSERT_EQ(request.header("x-webhook-status"), "verified");
    ASSERT_TRUE(request.body.contains("\"" + request.header("x-webhook-id") + "\""));
  }
}

#endif

}  // namespace
}  // namespace ringfence::test
