// ringd is restarted while events arrive: no request fails, and what was answered 200 is durable.
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include "ringd_process.h"
#include "shared/frame_codec.h"
#include "support/http_client.h"
#include "support/nginx_fixture.h"
#include "support/telnyx_signer.h"
#include "support/wait.h"

namespace ringfence::test {
namespace {

constexpr int kRestarts = 10;
constexpr int kClients = 6;
// Between two restarts, so that each one meets a worker at work.
constexpr int kEventsBetween = 40;

// The end of a call of its own: durable, and no reason to call anybody. Some are larger than what a socket holds, so
// that the worker is told to stop in the middle of them, too.
std::string hangup_body(const std::string& id) {
  const std::string filler(id.ends_with('0') ? 200000 : 0, 'x');
  return R"({"data":{"record_type":"event","event_type":"call.hangup","id":")" + id +
         R"(","payload":{"call_leg_id":"leg-)" + id + R"(","call_session_id":"session-)" + id +
         R"(","hangup_cause":"normal_clearing","filler":")" + filler + R"("}}})";
}

class RestartTest : public ::testing::TestWithParam<int> {
 protected:
  // /kept hands over on kept connections, /new on a new one for each event; /again asks the worker whatever nginx
  // knows.
  [[nodiscard]] NginxSetup setup() const {
    const std::string gate = "webhook telnyx; webhook_key " + signer.public_key() + "; ";
    const std::string dedup = "webhook_dedup zone=calls lease=60s; ";
    NginxSetup made;
    // However busy this machine is, a restart is no reason to give up.
    made.http = "webhook_zone calls:4m;\nwebhook_read_timeout 15s;\nwebhook_next_upstream_timeout 15s;\n";
    made.server = "location /kept { " + gate + dedup + "webhook_pass worker; }\n" + "location /new { " + gate + dedup +
                  "webhook_pass unix:" + ringd.socket() + "; }\n" + "location /again { " + gate +
                  "webhook_pass worker; }\n";
    made.server += "location /health { ringd_api worker; }\n";
    made.worker_socket = ringd.socket();
    made.worker_processes = 2;
    return made;
  }

  void send_until_told(int client, const std::atomic<bool>& enough) {
    HttpClient http(nginx.http_socket());
    const std::string path = client % 2 == 0 ? "/kept" : "/new";
    for (int n = 0; !enough; ++n) {
      const std::string id = std::to_string(client) + "-" + std::to_string(n);
      const HttpResponse response = http.send(signer.webhook(path, hangup_body(id)));
      const std::lock_guard lock(mutex);
      if (response.status == 200) {
        accepted.push_back(id);
      } else {
        failed.push_back(path + " " + id + ": " + std::to_string(response.status) + " " + response.error);
      }
    }
  }
  void read_until_told(const std::atomic<bool>& enough) {
    HttpClient http(nginx.http_socket());
    while (!enough) {
      const HttpResponse response = http.get("/health");
      const std::lock_guard lock(mutex);
      ++read;
      if (response.status != 200) failed.push_back("/health: " + std::to_string(response.status) + response.error);
    }
  }
  [[nodiscard]] std::size_t accepted_so_far() {
    const std::lock_guard lock(mutex);
    return accepted.size() + failed.size();
  }

  TelnyxSigner signer;
  RingdProcess ringd;
  NginxFixture nginx;
  std::mutex mutex;
  std::vector<std::string> accepted, failed;
  int read = 0;
};

INSTANTIATE_TEST_SUITE_P(Signals, RestartTest, ::testing::Values(SIGTERM, SIGKILL),
                         [](const auto& one) { return one.param == SIGTERM ? "Stopped" : "Killed"; });

TEST_P(RestartTest, TenTimesUnderLoadAndNoRequestFails) {
  ASSERT_TRUE(ringd.start() && nginx.start(setup()));
  std::atomic<bool> enough = false;
  {
    std::vector<std::jthread> clients;
    for (int client = 0; client < kClients; ++client) {
      clients.emplace_back([this, client, &enough] { send_until_told(client, enough); });
    }
    // A request to the API that dies with ringd is not asked again by us; one that ringd may finish need not be.
    if (GetParam() == SIGTERM) clients.emplace_back([this, &enough] { read_until_told(enough); });
    for (int restarts = 0; restarts <= kRestarts; ++restarts) {
      const std::size_t before = accepted_so_far();
      const bool working = wait_until([&] { return accepted_so_far() >= before + kEventsBetween; });
      EXPECT_TRUE(working) << "nothing is accepted after restart " << restarts << ": " << ringd.log();
      if (!working || restarts == kRestarts) break;
      EXPECT_TRUE(ringd.end(GetParam())) << ringd.log();
      EXPECT_TRUE(ringd.start());
    }
    enough = true;
  }
  EXPECT_TRUE(failed.empty()) << failed.size() << " of " << accepted_so_far() << " failed, first " << failed.front()
                              << "\n"
                              << nginx.error_log();
  EXPECT_EQ(read > 0, GetParam() == SIGTERM);
  EXPECT_GE(accepted.size(), static_cast<std::size_t>(kRestarts + 1) * kEventsBetween);
  EXPECT_EQ(nginx.counter("outcomes.accepted") + nginx.counter("outcomes.duplicate"),
            static_cast<long long>(accepted.size()));
  // Durable: the worker knows each of them, though it has been another process since.
  const long long duplicates = nginx.counter("outcomes.duplicate");
  HttpClient http(nginx.http_socket());
  for (const std::string& id : accepted) EXPECT_EQ(http.send(signer.webhook("/again", hangup_body(id))).status, 200);
  EXPECT_EQ(nginx.counter("outcomes.duplicate") - duplicates, static_cast<long long>(accepted.size()));
}

// What nginx has begun to send when ringd is told to stop would otherwise come back as "ask again".
TEST(StopTest, AnEventThatIsArrivingIsStillTaken) {
  RingdProcess ringd;
  ASSERT_TRUE(ringd.start());
  const std::string body = hangup_body("1");
  const std::string frame =
      encode_event({.received_ms = 1, .scheme = "telnyx", .id = "1", .type = "call.hangup", .body = as_bytes(body)});
  RawClient nginx(ringd.socket());
  ASSERT_TRUE(nginx.write(frame.substr(0, frame.size() / 2)));
  // That half has been read when the answer to what came later is there.
  RawClient other(ringd.socket());
  ASSERT_TRUE(other.write(encode_event({.received_ms = 1, .id = "2", .body = as_bytes("{")})));
  ASSERT_FALSE(other.read(kFrameHeadBytes).empty());
  ::kill(ringd.pid(), SIGTERM);
  ASSERT_TRUE(wait_until([&] { return ringd.log().contains("stopping"); })) << ringd.log();
  ASSERT_TRUE(nginx.write(frame.substr(frame.size() / 2)));
  const std::string head = nginx.read(kFrameHeadBytes);
  const auto decoded = decode_head(as_bytes(head), limits::kFramePayloadBytes);
  ASSERT_TRUE(decoded) << ringd.log();
  const std::string payload = nginx.read(decoded->payload_bytes);
  const auto verdict = decode_verdict(as_bytes(payload));
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->verdict, Verdict::accepted) << verdict->reason;
  EXPECT_TRUE(ringd.end(kAlreadyTold)) << ringd.log();
}

}  // namespace
}  // namespace ringfence::test
