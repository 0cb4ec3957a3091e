// The gate in front of an application under load: nothing lost, doubled or promised too early, while configurations
// are reloaded, backends fail, clients leave and worker processes of nginx are killed.
#include <signal.h>

#include <atomic>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "edge/gate_test.h"
#include "edge/load.h"

namespace ringfence::test {
namespace {

class GateLoadTest : public GateTest {
 protected:
  [[nodiscard]] NginxSetup two_processes(std::string_view dedup = "webhook_dedup zone=calls;") const {
    NginxSetup made = gate_setup();
    made.worker_processes = 2;
    made.server = "location /w { webhook telnyx; webhook_key " + signer.public_key() + "; " + std::string(dedup) +
                  " proxy_ignore_client_abort on; proxy_pass http://backend; }\n";
    return made;
  }
};

TEST_F(GateLoadTest, AHundredReloadsLoseNothingAndDoubleNothing) {
  ASSERT_TRUE(start_gate(two_processes()));
  Load load(nginx, "/w", signer, "gate", 3);
  for (int number = 0; number < 100 && !HasFailure(); ++number) ASSERT_TRUE(nginx.reload(two_processes()));
  load.stop();
  EXPECT_EQ(load.failures(), "");
  std::map<std::string, int> seen;
  for (const ProxiedRequest& request : backend.seen()) ++seen[request.header("x-webhook-id")];
  EXPECT_GT(load.answers().size(), 50U);
  for (const auto& [id, status] : load.answers()) EXPECT_EQ(seen[id], 1) << id;
}

// As in load_test.cc, with an application instead of ringd: a thousand events in copies, and what was durable when a
// 200 was given.
class GateSchedules : public GateLoadTest {
 protected:
  static constexpr int kEvents = 1000;

  [[nodiscard]] BackendReply decide(const ProxiedRequest& request) {
    const std::string id = request.header("x-webhook-id");
    const std::lock_guard lock(mutex_);
    switch (random_() % 6) {
      case 0:
        return {.status = 500};
      case 1:
        return {.die = true};
      case 2:
        if (releasing_) return {.status = 503};
        held_.insert(id);
        return {.hold = true};
      default:
        durable_.insert(id);
        return {};
    }
  }
  // Slow answers come together, each for something that is durable by then.
  void release_slow_ones() {
    {
      const std::lock_guard lock(mutex_);
      releasing_ = true;  // nothing joins those that are released and not known to be durable
      durable_.merge(held_);
    }
    backend.release_held({});
    const std::lock_guard lock(mutex_);
    releasing_ = false;
  }
  bool deliver(const std::string& id, bool leaves) {
    const HttpRequest request = signer.webhook("/w", event_body(id));
    if (leaves) {
      (void)RawClient(nginx.http_socket()).write(raw_text(request));
      return false;
    }
    const int status = HttpClient(nginx.http_socket()).send(request).status;
    if (status != 200) return false;  // 500, 502, 503, or 0 from a process that was killed: it comes again
    const std::lock_guard lock(mutex_);
    EXPECT_TRUE(durable_.contains(id)) << "200 for an event that nobody has made durable: " << id;
    answered_.insert(id);
    return true;
  }

  std::mutex mutex_;
  std::mt19937 random_{20261121};
  std::set<std::string> durable_, held_, answered_;
  bool releasing_ = false;
};

TEST_F(GateSchedules, AThousandNeverAnswer200BeforeTheEventIsDurableNorLoseItAfter) {
  backend.set_script([this](const ProxiedRequest& request) { return decide(request); });
  nginx.expect_logged("exited on signal 9");
  nginx.expect_logged("was locked by");  // killed at just that moment
  ASSERT_TRUE(start_gate(two_processes("webhook_dedup zone=calls lease=1s;")));
  std::jthread releaser([this](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      release_slow_ones();
      std::this_thread::yield();
    }
  });
  std::atomic<int> next = 0;
  std::vector<std::jthread> clients;
  for (unsigned client = 0; client < 6; ++client) {
    clients.emplace_back([this, &next, client] {
      std::mt19937 random(client);
      for (int number = 0; (number = next++) < 2 * kEvents;) {
        (void)deliver("evt-" + std::to_string(number / 2), random() % 8 == 0);
        if (number % 700 == 350) ::kill(nginx.worker_pids().front(), SIGKILL);
      }
    });
  }
  clients.clear();
  for (int number = 0; number < kEvents && !HasFailure(); ++number) {
    const std::string id = "evt-" + std::to_string(number);
    EXPECT_TRUE(wait_until([&] { return deliver(id, false); })) << id << " is never taken";
  }
  EXPECT_EQ(answered_.size(), static_cast<std::size_t>(kEvents));
}

}  // namespace
}  // namespace ringfence::test
