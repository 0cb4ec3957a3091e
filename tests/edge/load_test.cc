// What is not lost, doubled or refused while keys, configurations and processes change under load.
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "edge/edge_test.h"
#include "edge/load.h"
#include "support/files.h"

namespace ringfence::test {
namespace {

class LoadTest : public EdgeTest {
 protected:
  [[nodiscard]] NginxSetup with_key_file(int processes = 2) const {
    NginxSetup made;
    made.http = "webhook_zone calls:1m;\n";
    made.server =
        "location /w { webhook telnyx; webhook_key_file {dir}/keys; webhook_dedup zone=calls; "
        "webhook_pass worker; }\n";
    made.worker_processes = processes;
    return made;
  }
  void write_keys(const std::string& text) const { write_text(nginx.file("keys"), text); }
  // Each event the provider was told 200 for reached the worker, and reached it once.
  void expect_each_once(const Load& load) const {
    std::map<std::string, int> seen;
    for (const SeenEvent& event : worker.seen()) ++seen[event.id];
    const auto answers = load.answers();
    EXPECT_GT(answers.size(), 50U) << "too few to say anything";
    for (const auto& [id, status] : answers) {
      EXPECT_EQ(status, 200) << id;
      EXPECT_EQ(seen[id], 1) << id;
    }
  }
};

TEST_F(LoadTest, AKeyIsRotatedUnderLoadWithoutOneFalseRefusal) {
  const TelnyxSigner next;
  write_keys(signer.public_key() + "  # old\n");
  ASSERT_TRUE(start(with_key_file()));
  Load load(nginx, "/w", signer, "rotation");
  ASSERT_TRUE(load.goes_on());
  write_keys(signer.public_key() + "  # old\n" + next.public_key() + "  # new\n");
  ASSERT_TRUE(nginx.reload(with_key_file()));
  ASSERT_TRUE(load.goes_on());
  load.sign_with(next);
  ASSERT_TRUE(load.goes_on());
  write_keys(next.public_key() + "  # new\n");
  ASSERT_TRUE(nginx.reload(with_key_file()));
  ASSERT_TRUE(load.goes_on());
  load.stop();
  EXPECT_EQ(load.failures(), "");
  EXPECT_EQ(nginx.counter("outcomes.forged"), 0);
  expect_each_once(load);
  // The old key is gone, not merely unused.
  EXPECT_EQ(send(event("after")).status, 403);
}

TEST_F(LoadTest, AHundredReloadsLoseNothingAndDoubleNothing) {
  write_keys(signer.public_key() + "\n");
  ASSERT_TRUE(start(with_key_file()));
  Load load(nginx, "/w", signer, "reload");
  for (int number = 0; number < 100 && !HasFailure(); ++number) ASSERT_TRUE(nginx.reload(with_key_file()));
  load.stop();
  EXPECT_EQ(load.failures(), "");
  expect_each_once(load);
}

// A thousand events, each sent in several copies at random moments, to a worker that accepts, puts off, dies, or says
// half a verdict; clients that leave before the answer. The book: what was durable when a 200 was given.
class Schedules : public LoadTest {
 protected:
  static constexpr int kEvents = 1000;

  [[nodiscard]] WorkerReply decide(const SeenEvent& event) {
    const std::lock_guard lock(mutex_);
    switch (random_() % 6) {
      case 0:
        return reply_with(Verdict::later, 1, "busy");
      case 1:
        return {.bytes = "", .close = true, .hold = false};
      case 2:
        return {.bytes = std::string(reply_with(Verdict::accepted).bytes, 0, 3), .close = true, .hold = false};
      default:
        return reply_with(durable_.insert(event.id).second ? Verdict::accepted : Verdict::duplicate);
    }
  }

  // One copy; true when it was answered 200.
  bool deliver(const std::string& id, bool leaves) {
    const HttpRequest request = signer.webhook("/w", event_body(id));
    if (leaves) {
      (void)RawClient(nginx.http_socket()).write(raw_text(request));
      return false;
    }
    const int status = HttpClient(nginx.http_socket()).send(request).status;
    EXPECT_TRUE(status == 200 || status == 503) << status;
    if (status != 200) return false;
    const std::lock_guard lock(mutex_);
    EXPECT_TRUE(durable_.contains(id)) << "200 for an event that nobody has made durable: " << id;
    return true;
  }

  std::mutex mutex_;
  std::mt19937 random_{20261121};
  std::set<std::string> durable_;
};

TEST_F(Schedules, AThousandNeverAnswer200BeforeTheEventIsDurableNorLoseItAfter) {
  write_keys(signer.public_key() + "\n");
  worker.set_script([this](const SeenEvent& event) { return decide(event); });
  ASSERT_TRUE(start(with_key_file()));
  std::atomic<int> next = 0;
  std::vector<std::jthread> clients;
  for (unsigned client = 0; client < 6; ++client) {
    clients.emplace_back([this, &next, client] {
      std::mt19937 random(client);
      // Six clients at once, two copies of each event between them, so that copies meet in flight.
      for (int number = 0; (number = next++) < 2 * kEvents;) {
        (void)deliver("evt-" + std::to_string(number / 2), random() % 8 == 0);
      }
    });
  }
  clients.clear();
  for (int number = 0; number < kEvents && !HasFailure(); ++number) {
    const std::string id = "evt-" + std::to_string(number);
    EXPECT_TRUE(wait_until([&] { return deliver(id, false); })) << id << " is never taken";
  }
}

}  // namespace
}  // namespace ringfence::test
