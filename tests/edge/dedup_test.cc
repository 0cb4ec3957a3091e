// Claim, commit, release: an event is processed once and never forgotten because its first hand-over failed.
#include <gmock/gmock.h>
#include <signal.h>

#include <atomic>
#include <thread>

#include "edge/edge_test.h"
#include "edge/http2_probe.h"

namespace ringfence::test {
namespace {

using ::testing::HasSubstr;

TEST_F(EdgeTest, ADuplicateIsAnswered200WithoutTouchingTheWorker) {
  ASSERT_TRUE(start());
  EXPECT_EQ(send(event("evt-1")).status, 200);
  const std::size_t bytes = worker.bytes_received();
  const HttpResponse copy = send(event("evt-1"));
  EXPECT_EQ(copy.status, 200);
  EXPECT_EQ(copy.body, "{\"ok\":true}");
  HttpRequest http2 = event("evt-1");
  http2.http2 = true;
  EXPECT_EQ(send(http2).status, 200);
  EXPECT_EQ(worker.bytes_received(), bytes);
  EXPECT_EQ(nginx.counter("outcomes.duplicate"), 2);
  EXPECT_EQ(nginx.counter("zones.calls.duplicates"), 2);
  EXPECT_EQ(nginx.counter("zones.calls.entries"), 1);
  EXPECT_TRUE(logged("200 \"duplicate\" \"evt-1\" \"call.answered\""));
}

TEST_F(EdgeTest, WithoutDedupEveryCopyIsHandedOver) {
  NginxSetup with = setup();
  with.server = "location /w { webhook telnyx; webhook_key " + signer.public_key() + "; webhook_pass worker; }";
  ASSERT_TRUE(start(with));
  EXPECT_EQ(send(event("evt-1")).status, 200);
  EXPECT_EQ(send(event("evt-1")).status, 200);
  EXPECT_EQ(worker.seen().size(), 2U);
}

TEST_F(EdgeTest, ScopesKeepLocationsApart) {
  NginxSetup with = setup();
  const std::string gate = "webhook telnyx; webhook_key " + signer.public_key() + "; webhook_pass worker; ";
  with.server = "location /a { " + gate + "webhook_dedup zone=calls scope=a; }\n" + "location /b { " + gate +
                "webhook_dedup zone=calls scope=b; }\n" + "location /c { " + gate +
                "webhook_dedup zone=calls scope=a; }\n";
  ASSERT_TRUE(start(with));
  for (const char* path : {"/a", "/b", "/c"}) EXPECT_EQ(send(signer.webhook(path, event_body("evt-1"))).status, 200);
  EXPECT_EQ(worker.seen().size(), 2U);
  EXPECT_EQ(nginx.counter("outcomes.duplicate"), 1);
}

TEST_F(EdgeTest, FiftyParallelCopiesAreAnsweredOnlyAfterTheFirstIsDurable) {
  ASSERT_TRUE(start());
  worker.set_script([](const SeenEvent&) { return WorkerReply{.bytes = "", .close = false, .hold = true}; });
  constexpr int kCopies = 50;
  std::atomic<int> answered = 0;
  std::atomic<int> ok = 0;
  std::vector<std::jthread> clients;
  for (int i = 0; i < kCopies; ++i) {
    clients.emplace_back([&] {
      const HttpResponse response = send(event("evt-1"));
      ok += response.status == 200 ? 1 : 0;
      ++answered;
    });
  }
  // Each copy is handed over: the worker alone knows whether the first became durable.
  ASSERT_TRUE(wait_until([&] { return worker.held() == kCopies; }));
  EXPECT_EQ(answered, 0);
  EXPECT_EQ(nginx.counter("zones.calls.claims"), 1);
  EXPECT_EQ(nginx.counter("zones.calls.in_flight"), kCopies - 1);
  worker.release_held(reply_with(Verdict::accepted));
  clients.clear();
  EXPECT_EQ(ok, kCopies);
  EXPECT_EQ(nginx.counter("zones.calls.commits"), 1);
  EXPECT_EQ(nginx.counter("zones.calls.entries"), 1);
  EXPECT_EQ(send(event("evt-1")).status, 200);
  EXPECT_EQ(worker.seen().size(), static_cast<std::size_t>(kCopies));
}

TEST_F(EdgeTest, ACopyOfAnEventThatThenFailsIsNotAnswered200) {
  ASSERT_TRUE(start());
  worker.set_script([](const SeenEvent&) { return WorkerReply{.bytes = "", .close = false, .hold = true}; });
  std::atomic<int> unavailable = 0;
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < 2; ++i) {
      clients.emplace_back([&] { unavailable += send(event("evt-1")).status == 503 ? 1 : 0; });
    }
    ASSERT_TRUE(wait_until([&] { return worker.held() == 2; }));
    worker.release_held(reply_with(Verdict::later));
  }
  EXPECT_EQ(unavailable, 2);
  EXPECT_EQ(nginx.counter("zones.calls.entries"), 0);
  worker.set_script([](const SeenEvent&) { return reply_with(Verdict::accepted); });
  EXPECT_EQ(send(event("evt-1")).status, 200);
  EXPECT_EQ(nginx.counter("outcomes.accepted"), 1);
}

TEST_F(EdgeTest, AClientThatGivesUpDoesNotUndoADurableEvent) {
  if (!NginxFixture::has(NginxFixture::kHttp2)) GTEST_SKIP() << "this nginx has no HTTP/2";
  ASSERT_TRUE(start());
  worker.set_script([](const SeenEvent&) { return WorkerReply{.bytes = "", .close = false, .hold = true}; });
  {
    const RawClient impatient(nginx.http_socket());
    ASSERT_TRUE(impatient.write(raw_text(event("evt-1"))));
    ASSERT_TRUE(wait_until([&] { return worker.held() == 1; }));
  }
  {
    const SlowHttp2Client impatient(nginx.http2_socket());
    ASSERT_TRUE(impatient.send(event("evt-2")));
    ASSERT_TRUE(wait_until([&] { return worker.held() == 2; }));
  }
  worker.release_held(reply_with(Verdict::accepted));
  EXPECT_TRUE(wait_until([&] { return nginx.counter("zones.calls.commits") == 2; }));
  EXPECT_EQ(send(event("evt-1")).status, 200);
  EXPECT_EQ(send(event("evt-2")).status, 200);
  EXPECT_EQ(worker.seen().size(), 2U);
}

TEST_F(EdgeTest, AReloadKeepsTheTableAndTheCounters) {
  ASSERT_TRUE(start());
  EXPECT_EQ(send(event("evt-1")).status, 200);
  ASSERT_TRUE(nginx.reload(setup()));
  EXPECT_EQ(send(event("evt-1")).status, 200);
  EXPECT_EQ(worker.seen().size(), 1U);
  EXPECT_EQ(nginx.counter("outcomes.duplicate"), 1);
  EXPECT_EQ(nginx.counter("outcomes.accepted"), 1);
}

TEST_F(EdgeTest, AReloadWithAnotherZoneSizeSaysWhatItForgets) {
  ASSERT_TRUE(start());
  EXPECT_EQ(send(event("evt-1")).status, 200);
  NginxSetup larger = setup();
  larger.http = "webhook_zone calls:2m;\n";
  ASSERT_TRUE(nginx.reload(larger));
  EXPECT_THAT(nginx.error_log(), HasSubstr("dedup memory of webhook_zone \"calls\" was reset"));
  EXPECT_EQ(send(event("evt-1")).status, 200);
  EXPECT_EQ(worker.seen().size(), 2U);
}

TEST_F(EdgeTest, AnEventInFlightSurvivesAReload) {
  ASSERT_TRUE(start());
  worker.set_script([](const SeenEvent&) { return WorkerReply{.bytes = "", .close = false, .hold = true}; });
  std::atomic<int> status = 0;
  std::jthread client([&] { status = send(event("evt-1")).status; });
  ASSERT_TRUE(wait_until([&] { return worker.held() == 1; }));
  std::jthread reloading([&] { (void)nginx.reload(setup()); });
  ASSERT_TRUE(wait_until([&] { return nginx.error_log().find("gracefully shutting down") != std::string::npos; }));
  worker.release_held(reply_with(Verdict::accepted));
  reloading.join();
  client.join();
  EXPECT_EQ(status, 200);
  EXPECT_EQ(send(event("evt-1")).status, 200);
  EXPECT_EQ(worker.seen().size(), 1U);
}

TEST_F(EdgeTest, TwoWorkerProcessesShareTheTable) {
  NginxSetup two = setup();
  two.worker_processes = 2;
  ASSERT_TRUE(start(two));
  std::atomic<int> ok = 0;
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < 8; ++i) {
      clients.emplace_back([&] {
        for (int n = 0; n < 25; ++n) ok += send(event("evt-" + std::to_string(n))).status == 200 ? 1 : 0;
      });
    }
  }
  EXPECT_EQ(ok, 200);
  EXPECT_EQ(nginx.counter("zones.calls.entries"), 25);
  EXPECT_EQ(nginx.counter("zones.calls.commits"), 25);
  EXPECT_EQ(nginx.counter("outcomes.accepted") + nginx.counter("outcomes.duplicate"), 200);
}

TEST_F(EdgeTest, AFullTableMakesRoomAndCountsWhatItForgot) {
  NginxSetup small = setup();
  small.http = "webhook_zone calls:64k;\n";
  ASSERT_TRUE(start(small));
  const long long capacity = nginx.counter("zones.calls.capacity");
  HttpClient client(nginx.http_socket());
  for (int n = 0; n < capacity; ++n) ASSERT_EQ(client.send(event("evt-" + std::to_string(n))).status, 200);
  const long long evicted = nginx.counter("zones.calls.evictions_early");
  EXPECT_GT(evicted, 0);
  EXPECT_EQ(nginx.counter("zones.calls.entries"), capacity - evicted);
  EXPECT_EQ(nginx.counter("outcomes.accepted"), capacity);
}

// Several accounts may share a location; one that learns an id must not be able to use it up for another.
TEST_F(EdgeTest, TheSameIdFromAnotherSignerIsAnotherEvent) {
  const TelnyxSigner other;
  ASSERT_TRUE(start(setup("webhook_key " + other.public_key() + ";")));
  EXPECT_EQ(send(other.webhook("/w", event_body("evt-1"))).status, 200);
  EXPECT_EQ(send(event("evt-1")).status, 200);
  EXPECT_EQ(worker.seen().size(), 2U);
  EXPECT_EQ(send(event("evt-1")).status, 200);
  EXPECT_EQ(worker.seen().size(), 2U);
}

// While a secret is rotated a provider signs with both. Whoever captured such a request can take one signature out.
class RotationTest : public EdgeTest {
 protected:
  [[nodiscard]] NginxSetup rotating() const {
    NginxSetup made = setup();
    made.http +=
        "webhook_scheme acme { algorithm ed25519; key base64; signature header=acme-signature list=, encoding=base64; "
        "timestamp header=acme-timestamp unit=s; content \"{timestamp}|{body}\"; id json=/data/id; }\n";
    made.server = "location /w { webhook acme; webhook_key " + signer.public_key() + "; webhook_key " +
                  next.public_key() + "; webhook_dedup zone=calls; webhook_pass worker; }\n";
    return made;
  }
  [[nodiscard]] static HttpRequest signed_by(const std::vector<const TelnyxSigner*>& signers, std::string_view id) {
    HttpRequest request;
    request.path = "/w";
    request.body = event_body(id);
    const std::string timestamp = unix_seconds();
    std::string signatures;
    for (const TelnyxSigner* one : signers) {
      signatures += (signatures.empty() ? "" : ",") + one->sign(timestamp, request.body);
    }
    request.headers = {{"acme-timestamp", timestamp}, {"acme-signature", signatures}};
    return request;
  }

  TelnyxSigner next;
};

TEST_F(RotationTest, ACopyWithOneOfItsSignaturesTakenOutIsACopy) {
  ASSERT_TRUE(start(rotating()));
  EXPECT_EQ(send(signed_by({&signer, &next}, "evt-1")).status, 200);
  EXPECT_EQ(send(signed_by({&next}, "evt-1")).status, 200);
  EXPECT_EQ(send(signed_by({&signer}, "evt-1")).status, 200);
  EXPECT_EQ(worker.seen().size(), 1U);
  EXPECT_EQ(nginx.counter("outcomes.duplicate"), 2);
  EXPECT_EQ(send(signed_by({&next}, "evt-2")).status, 200);  // the other way round
  EXPECT_EQ(send(signed_by({&signer, &next}, "evt-2")).status, 200);
  EXPECT_EQ(send(signed_by({&signer}, "evt-2")).status, 200);
  EXPECT_EQ(worker.seen().size(), 2U);
}

TEST_F(RotationTest, AFailedHandOverGivesTheIdBackUnderEachOfItsKeys) {
  ASSERT_TRUE(start(rotating()));
  worker.set_script([](const SeenEvent&) { return reply_with(Verdict::later); });
  EXPECT_EQ(send(signed_by({&signer, &next}, "evt-1")).status, 503);
  EXPECT_EQ(nginx.counter("zones.calls.entries"), 0);
  worker.set_script([](const SeenEvent&) { return reply_with(Verdict::accepted); });
  EXPECT_EQ(send(signed_by({&next}, "evt-1")).status, 200);
  EXPECT_EQ(nginx.counter("outcomes.accepted"), 1);
}

TEST_F(EdgeTest, ADuplicateIsNoDocumentWithConditions) {
  ASSERT_TRUE(start());
  EXPECT_EQ(send(event("evt-1")).status, 200);
  for (const auto& [name, value] : {std::pair{"if-none-match", "*"},
                                    {"if-match", "\"x\""},
                                    {"if-unmodified-since", "Thu, 01 Jan 1970 00:00:01 GMT"}}) {
    const HttpResponse copy = send(event("evt-1").set(name, value));
    EXPECT_EQ(copy.status, 200) << name;
    EXPECT_EQ(copy.body, "{\"ok\":true}") << name;
  }
}

TEST_F(EdgeTest, AWorkerProcessKilledWithAClaimBlocksItsEventForTheLeaseOnly) {
  NginxSetup with = setup();
  with.server = "location /w { webhook telnyx; webhook_key " + signer.public_key() +
                "; webhook_connect_timeout 100ms; webhook_send_timeout 100ms; webhook_read_timeout 300ms; "
                "webhook_next_upstream_timeout 100ms; webhook_dedup zone=calls lease=600ms; webhook_pass worker; }";
  ASSERT_TRUE(start(with));
  worker.set_script([](const SeenEvent&) { return WorkerReply{.bytes = "", .close = false, .hold = true}; });
  const RawClient lost(nginx.http_socket());
  ASSERT_TRUE(lost.write(raw_text(event("evt-1"))));
  ASSERT_TRUE(wait_until([&] { return worker.held() == 1; }));
  nginx.expect_logged("exited on signal 9");
  ASSERT_EQ(nginx.worker_pids().size(), 1U);
  const std::vector<pid_t> killed = nginx.worker_pids();
  ASSERT_EQ(::kill(killed[0], SIGKILL), 0);
  ASSERT_TRUE(wait_until([&] { return nginx.worker_pids().size() == 1 && nginx.worker_pids() != killed; }));
  worker.set_script([](const SeenEvent&) { return reply_with(Verdict::accepted); });
  // At once, without a claim; and with one as soon as the dead process's has run out.
  EXPECT_EQ(send(event("evt-1")).status, 200);
  EXPECT_TRUE(
      wait_until([&] { return send(event("evt-1")).status == 200 && nginx.counter("zones.calls.duplicates") > 0; }));
  EXPECT_EQ(nginx.counter("zones.calls.claims"), 2);
  EXPECT_EQ(nginx.counter("zones.calls.commits"), 1);
}

TEST_F(EdgeTest, AnEventCutOffByAShutdownGivesItsClaimBack) {
  NginxSetup with = setup();
  with.main = "worker_shutdown_timeout 50ms;\n";
  ASSERT_TRUE(start(with));
  worker.set_script([](const SeenEvent&) { return WorkerReply{.bytes = "", .close = false, .hold = true}; });
  RawClient client(nginx.http_socket());
  ASSERT_TRUE(client.write(raw_text(event("evt-1"))));
  ASSERT_TRUE(wait_until([&] { return worker.held() == 1; }));
  ASSERT_TRUE(nginx.reload(with));
  EXPECT_TRUE(client.closed_by_peer());
  EXPECT_EQ(nginx.counter("zones.calls.entries"), 0);
  EXPECT_EQ(nginx.counter("outcomes.unavailable"), 1);
}

}  // namespace
}  // namespace ringfence::test
