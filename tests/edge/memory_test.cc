// nginx out of memory at any point of a request: no claim stays behind. Not with sanitizers, whose allocator is theirs.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <optional>

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
  bool start_refusing(NginxSetup with) {
    const std::string path = nginx.file("countdown");
    countdown.emplace(path);
    EXPECT_TRUE(countdown->mapped());
    with.environment = {"LD_PRELOAD=" RINGFENCE_FAILING_MEMORY_LIBRARY, "RINGFENCE_FAILING_MEMORY=" + path};
    nginx.expect_logged("posix_memalign");
    return worker.start() && backend.start() && nginx.start(with);
  }
  // The answer to a request for which nginx is refused the nth block of memory that it asks for.
  HttpResponse send_refusing(int nth, const HttpRequest& request) {
    countdown->refuse(nth);
    HttpResponse response = send(request);
    countdown->refuse(0);
    return response;
  }
  // Genuine requests while nginx is refused one block of memory after another; returns how many were answered 200.
  int sweep(NginxSetup with) {
    if (!start_refusing(std::move(with))) return 0;
    int accepted = 0;
    // The body fills the request's first block to another extent each time, so that each allocation after it is once
    // the one that needs a new block.
    for (std::size_t padding = 0; padding < 4000; padding += 50) {
      for (int nth = 1; nth <= 6; ++nth) {
        const std::string id = std::to_string(padding) + "-" + std::to_string(nth);
        const HttpRequest request = signer.webhook("/w", event_body(id, "t", "s", padding));
        accepted += send_refusing(nth, request).status == 200 ? 1 : 0;
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

  std::optional<Countdown> countdown;
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

TEST_F(MemoryTest, AReplyOfTheApiIsWholeOrNone) {
  NginxSetup with = setup();
  with.server += "location /api/ { ringd_api worker; }\n";
  ASSERT_TRUE(start_refusing(with));
  worker.set_request_script(
      [](const SeenRequest& seen) { return answer_with(201, seen.body + std::string(100000, 'r')); });
  int whole = 0;
  int refused = 0;
  for (std::size_t padding = 0; padding < 4000; padding += 100) {
    for (int nth = 1; nth <= 10; ++nth) {
      HttpRequest request;
      request.method = "PUT";
      request.path = "/api/echo";
      request.body = std::string(padding, 'b');
      const HttpResponse response = send_refusing(nth, request);
      if (response.status == 201 && response.error.empty()) {
        ++whole;
        ASSERT_TRUE(response.body == request.body + std::string(100000, 'r')) << padding << " " << nth;
      } else {
        ++refused;
      }
    }
  }
  EXPECT_GT(whole, 0);
  EXPECT_GT(refused, 0);
  HttpRequest last;
  last.path = "/api/";
  EXPECT_EQ(send(last).status, 201);
}

#endif

}  // namespace
}  // namespace ringfence::test
