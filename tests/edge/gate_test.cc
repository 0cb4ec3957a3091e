// The gate in front of an application: an event counts as done when the application said 2xx, and only then.
#include <gmock/gmock.h>
#include <signal.h>

#include <thread>

#include "edge/gate_test.h"

namespace ringfence::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST_F(GateTest, ATwoHundredCommitsAndTheCopyNeverReachesTheBackend) {
  ASSERT_TRUE(start_gate());
  for (const int status : {200, 201, 202, 204}) {
    const std::string id = "evt-" + std::to_string(status);
    backend.answer_with({.status = status, .body = status == 204 ? "" : "taken\n"});
    const std::size_t before = backend.count();
    const HttpResponse first = send(event(id));
    EXPECT_EQ(first.status, status);
    EXPECT_EQ(first.body, status == 204 ? "" : "taken\n");
    backend.answer_with({.status = 500});
    const HttpResponse copy = send(event(id));
    EXPECT_EQ(copy.status, 200);
    EXPECT_EQ(copy.body, "{\"ok\":true}");
    EXPECT_EQ(backend.count(), before + 1);
  }
  EXPECT_EQ(nginx.counter("outcomes.accepted"), 4);
  EXPECT_EQ(nginx.counter("outcomes.duplicate"), 4);
  EXPECT_EQ(nginx.counter("zones.calls.commits"), 4);
  EXPECT_TRUE(found("204 accepted backend_accepted telnyx id=evt-204 type=call.answered key=1"));
  EXPECT_TRUE(found("200 duplicate id_done telnyx id=evt-204"));
}

TEST_F(GateTest, AnyOtherAnswerReleases) {
  ASSERT_TRUE(start_gate());
  int number = 0;
  for (const int status : {302, 400, 404, 409, 500, 503}) {
    backend.answer_with({.status = status, .headers = status == 302 ? "Location: /\r\n" : "", .body = "no\n"});
    const HttpResponse response = send(event("evt-1"));
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(response.body, "no\n") << "the backend's own answer, not ours";
    EXPECT_EQ(nginx.counter("outcomes.failed"), ++number);
    EXPECT_EQ(nginx.counter("zones.calls.entries"), 0) << status;
  }
  EXPECT_TRUE(found("503 failed backend_failed telnyx id=evt-1"));
  backend.answer_with({});
  EXPECT_EQ(send(event("evt-1")).status, 200);
  EXPECT_EQ(backend.count(), 7U);
}

TEST_F(GateTest, ABackendThatIsAwayDiesOrSleepsReleases) {
  ASSERT_TRUE(nginx.start(gate_setup("proxy_read_timeout 150ms;")));
  EXPECT_EQ(send(event("evt-1")).status, 502);
  ASSERT_TRUE(backend.start());
  backend.answer_with({.die = true});
  EXPECT_EQ(send(event("evt-1")).status, 502);
  backend.answer_with({.hold = true});
  EXPECT_EQ(send(event("evt-1")).status, 504);
  EXPECT_EQ(nginx.counter("outcomes.failed"), 3);
  EXPECT_EQ(nginx.counter("zones.calls.entries"), 0);
  backend.answer_with({});
  EXPECT_EQ(send(event("evt-1")).status, 200);
  EXPECT_EQ(nginx.counter("zones.calls.commits"), 1);
}

TEST_F(GateTest, ACopyInFlightIsToldToComeAgain) {
  ASSERT_TRUE(start_gate());
  backend.answer_with({.hold = true});
  HttpResponse first;
  std::jthread client([&] { first = send(event("evt-1")); });
  ASSERT_TRUE(wait_until([&] { return backend.held() == 1; }));
  const HttpResponse copy = send(event("evt-1"));
  EXPECT_EQ(copy.status, 503);
  EXPECT_EQ(copy.body, "{\"ok\":false}");
  ASSERT_TRUE(copy.headers.contains("retry-after"));
  EXPECT_EQ(copy.headers.at("retry-after"), "1");
  EXPECT_EQ(backend.count(), 1U);
  backend.release_held({});
  client.join();
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(send(event("evt-1")).body, "{\"ok\":true}");
  EXPECT_EQ(backend.count(), 1U);
  EXPECT_EQ(nginx.counter("outcomes.in_flight"), 1);
  EXPECT_EQ(nginx.counter("outcomes.accepted"), 1);
  EXPECT_EQ(nginx.counter("outcomes.duplicate"), 1);
}

TEST_F(GateTest, AClientThatLeavesGivesTheClaimBack) {
  ASSERT_TRUE(start_gate());
  backend.answer_with({.hold = true});
  {
    const RawClient impatient(nginx.http_socket());
    ASSERT_TRUE(impatient.write(raw_text(event("evt-1"))));
    ASSERT_TRUE(wait_until([&] { return backend.held() == 1; }));
  }
  EXPECT_TRUE(found("499 failed client_gone telnyx id=evt-1"));
  EXPECT_EQ(nginx.counter("outcomes.failed"), 1);
  EXPECT_EQ(nginx.counter("zones.calls.releases"), 1);
  backend.answer_with({});
  EXPECT_EQ(send(event("evt-1")).status, 200);
}

TEST_F(GateTest, AClientThatLeavesDoesNotUndoWhatItsBackendIsLeftToFinish) {
  ASSERT_TRUE(start_gate(gate_setup("proxy_ignore_client_abort on;")));
  backend.answer_with({.hold = true});
  {
    const RawClient impatient(nginx.http_socket());
    ASSERT_TRUE(impatient.write(raw_text(event("evt-1"))));
    ASSERT_TRUE(wait_until([&] { return backend.held() == 1; }));
  }
  backend.release_held({});
  EXPECT_TRUE(wait_until([&] { return nginx.counter("zones.calls.commits") == 1; }));
  EXPECT_EQ(send(event("evt-1")).body, "{\"ok\":true}");
  EXPECT_EQ(nginx.counter("outcomes.accepted"), 1);
}

TEST_F(GateTest, AShutdownGivesTheClaimBack) {
  NginxSetup with = gate_setup();
  with.main = "worker_shutdown_timeout 50ms;\n";
  ASSERT_TRUE(start_gate(with));
  backend.answer_with({.hold = true});
  RawClient client(nginx.http_socket());
  ASSERT_TRUE(client.write(raw_text(event("evt-1"))));
  ASSERT_TRUE(wait_until([&] { return backend.held() == 1; }));
  ASSERT_TRUE(nginx.reload(with));
  EXPECT_TRUE(client.closed_by_peer());
  EXPECT_EQ(nginx.counter("zones.calls.entries"), 0);
  EXPECT_EQ(nginx.counter("outcomes.failed"), 1);
}

TEST_F(GateTest, AKilledProcessBlocksItsEventForTheLeaseOnly) {
  NginxSetup with = gate_setup();
  with.server = "location /w { webhook telnyx; webhook_key " + signer.public_key() +
                "; webhook_dedup zone=calls lease=500ms; proxy_pass http://backend; }\n";
  ASSERT_TRUE(start_gate(with));
  backend.answer_with({.hold = true});
  const RawClient lost(nginx.http_socket());
  ASSERT_TRUE(lost.write(raw_text(event("evt-1"))));
  ASSERT_TRUE(wait_until([&] { return backend.held() == 1; }));
  nginx.expect_logged("exited on signal 9");
  const std::vector<pid_t> killed = nginx.worker_pids();
  ASSERT_EQ(killed.size(), 1U);
  ASSERT_EQ(::kill(killed[0], SIGKILL), 0);
  ASSERT_TRUE(wait_until([&] { return nginx.worker_pids().size() == 1 && nginx.worker_pids() != killed; }));
  backend.answer_with({});
  EXPECT_TRUE(wait_until([&] {
    const int status = send(event("evt-1")).status;
    EXPECT_TRUE(status == 200 || status == 503) << status;
    return status == 200;
  }));
  EXPECT_EQ(nginx.counter("zones.calls.commits"), 1);
  EXPECT_EQ(backend.count(), 2U);
}

// Claims left behind by killed processes fill a small table: without room to remember an event it is not let on.
TEST_F(GateTest, AnEventThatFindsNoRoomIsToldToComeAgain) {
  NginxSetup with = gate_setup();
  with.http.replace(with.http.find("calls:1m"), 8, "calls:64k");
  ASSERT_TRUE(start_gate(with));
  nginx.expect_logged("exited on signal 9");
  const long long capacity = nginx.counter("zones.calls.capacity");
  int number = 0;
  int refused = 0;
  for (int round = 0; refused == 0 && round < 20; ++round) {
    backend.answer_with({.hold = true});
    std::vector<std::unique_ptr<RawClient>> lost;
    const long long claims = nginx.counter("zones.calls.claims");
    const long long full = nginx.counter("zones.calls.full");
    for (int n = 0; n < 150; ++n) {
      lost.push_back(std::make_unique<RawClient>(nginx.http_socket()));
      ASSERT_TRUE(lost.back()->write(raw_text(event("evt-" + std::to_string(++number)))));
    }
    ASSERT_TRUE(wait_until([&] {
      return nginx.counter("zones.calls.claims") - claims + nginx.counter("zones.calls.full") - full == 150;
    }));
    refused = static_cast<int>(nginx.counter("outcomes.unavailable"));
    const std::vector<pid_t> killed = nginx.worker_pids();
    ASSERT_EQ(killed.size(), 1U);
    ASSERT_EQ(::kill(killed[0], SIGKILL), 0);
    ASSERT_TRUE(wait_until([&] { return nginx.worker_pids().size() == 1 && nginx.worker_pids() != killed; }));
  }
  EXPECT_GT(refused, 0) << "of " << capacity << " after " << number;
  EXPECT_EQ(nginx.counter("zones.calls.full"), refused);
  EXPECT_TRUE(found("503 unavailable zone_full telnyx id=evt-"));
  EXPECT_LE(backend.count() + static_cast<std::size_t>(refused), static_cast<std::size_t>(number));
}

TEST_F(GateTest, WithoutDedupEveryGenuineCopyPasses) {
  NginxSetup with = gate_setup();
  with.server = "location /w { webhook telnyx; webhook_key " + signer.public_key() + "; proxy_pass http://backend; }";
  ASSERT_TRUE(start_gate(with));
  EXPECT_EQ(send(event("evt-1")).status, 200);
  EXPECT_EQ(send(event("evt-1")).status, 200);
  EXPECT_EQ(send(TelnyxSigner().webhook("/w", event_body("forged"))).status, 403);
  EXPECT_EQ(backend.count(), 2U);
}

// The shortest window there may be: as long as the two tolerances.
class ShortestWindowTest : public GateTest {
 protected:
  bool start_shortest(const std::string& more = "") {
    NginxSetup with = gate_setup();
    with.server =
        "location /w { webhook telnyx; webhook_key " + signer.public_key() +
        "; webhook_tolerance 1s future=1s; webhook_dedup zone=calls window=2s; proxy_pass http://backend; }\n" + more;
    return start_gate(with);
  }
};

// A sender whose clock is ahead: whole seconds count, so its requests are fresh for almost one more than the tolerances
// say. Asked for every 10 ms with another one each time, since a copy that is asked for is known for longer.
TEST_F(ShortestWindowTest, ACopyIsKnownForAsLongAsItIsFresh) {
  constexpr std::size_t kEvents = 300;
  ASSERT_TRUE(start_shortest());
  std::vector<HttpRequest> requests;
  for (std::size_t i = 0; i < kEvents; ++i) {
    requests.push_back(signer.webhook("/w", event_body("evt-" + std::to_string(i)), 1));
  }
  HttpClient client(nginx.http_socket());
  for (const HttpRequest& request : requests) ASSERT_EQ(client.send(request).status, 200);
  std::size_t next = 0;
  EXPECT_TRUE(wait_until([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(8));
    return client.send(requests[next++ % kEvents]).status == 403;
  }));
  EXPECT_EQ(backend.count(), kEvents);
}

// Signed anew, and so younger than the event: it is still fresh when the window of the event is over.
TEST_F(ShortestWindowTest, ACopySignedLaterIsKnownForAsLongAsItIsFresh) {
  const std::string later = unix_seconds(2);
  ASSERT_TRUE(start_shortest());
  EXPECT_EQ(send(signer.webhook("/w", event_body("evt-1"))).status, 200);
  ASSERT_TRUE(wait_until([&] { return unix_seconds() >= later; }));
  const HttpRequest copy = signer.webhook("/w", event_body("evt-1"), 1);
  EXPECT_EQ(send(copy).status, 200);
  ASSERT_EQ(backend.count(), 1U);
  EXPECT_TRUE(wait_until([&] { return send(copy).status == 403; }));
  EXPECT_EQ(backend.count(), 1U);
}

// Two locations share their ids, and one of them takes a request for fresh much longer.
TEST_F(ShortestWindowTest, AnIdIsKnownForAsLongAsAnyLocationTakesItForFresh) {
  const std::string later = unix_seconds(5);
  ASSERT_TRUE(start_shortest(gated("/b")));
  HttpRequest request = event("evt-1");
  EXPECT_EQ(send(request).status, 200);
  ASSERT_TRUE(wait_until([&] { return unix_seconds() >= later; }));
  EXPECT_EQ(send(request).status, 403);
  request.path = "/b";
  EXPECT_EQ(send(request).body, "{\"ok\":true}");
  EXPECT_EQ(backend.count(), 1U);
}

TEST_F(GateTest, TheBackendIsToldWhatWasFoundAndNotWhatTheClientSays) {
  NginxSetup with = gate_setup();
  with.server = "underscores_in_headers on;\n" + with.server;
  ASSERT_TRUE(start_gate(with));
  HttpRequest request = event("evt-1");
  for (const char* name : {"X-Webhook-Status", "x_webhook_status", "X-WEBHOOK_ID", "x-webhook-scheme", "X_Webhook_Key",
                           "X-Webhook-Key", "x-webhook-attempt", "X-Webhook-Type", "X_WEBHOOK_PARTITION"}) {
    request.headers.emplace_back(name, "spoofed");
  }
  EXPECT_EQ(send(request).status, 200);
  ASSERT_EQ(backend.count(), 1U);
  const ProxiedRequest seen = backend.seen()[0];
  for (const auto& [name, value] : seen.headers) EXPECT_NE(value, "spoofed") << name;
  EXPECT_EQ(seen.header("x-webhook-status"), "verified");
  EXPECT_EQ(seen.header("x-webhook-scheme"), "telnyx");
  EXPECT_EQ(seen.header("x-webhook-id"), "evt-1");
  EXPECT_EQ(seen.header("x-webhook-type"), "call.answered");
  EXPECT_EQ(seen.header("x-webhook-key"), "1");
  EXPECT_EQ(seen.header("x-webhook-partition"), "session-1");
  EXPECT_EQ(seen.header("x-webhook-attempt"), "");
  for (const auto& [name, value] : seen.headers) {
    EXPECT_THAT(name, Not(HasSubstr("_"))) << "an application may read '_' as '-'";
  }
}

TEST_F(GateTest, AnApplicationBehindCgiVariablesSeesOneValueOfEach) {
  NginxSetup with = gate_setup();
  with.server = "underscores_in_headers on;\n" + gated("/w", "", "scgi_pass unix:{dir}/backend.sock;");
  ASSERT_TRUE(start_gate(with));
  HttpRequest request = event("evt-1");
  request.headers.emplace_back("X_Webhook_Status", "spoofed");
  request.headers.emplace_back("X-Webhook-Status", "spoofed");
  EXPECT_EQ(send(request).status, 200);
  ASSERT_EQ(backend.count(), 1U);
  EXPECT_EQ(backend.seen()[0].header("http_x_webhook_status"), "verified");
  EXPECT_EQ(backend.seen()[0].header("http_x_webhook_id"), "evt-1");
  EXPECT_EQ(backend.seen()[0].body, request.body);
}

// What the scheme signs must not reach such an application beside a value that nobody signed.
TEST_F(GateTest, ASecondSpellingOfASignedHeaderIsRefused) {
  NginxSetup with = gate_setup();
  with.server = "underscores_in_headers on;\n" + with.server;
  ASSERT_TRUE(start_gate(with));
  HttpRequest twice = event("evt-1");
  twice.headers.emplace_back("Telnyx_Timestamp", "1");
  EXPECT_EQ(send(twice).status, 403);
  HttpRequest other_only = event("evt-1");
  const std::string timestamp = unix_seconds();
  other_only.remove("telnyx-timestamp");
  other_only.headers.emplace_back("telnyx_timestamp", timestamp);
  other_only.set("telnyx-signature-ed25519", signer.sign(timestamp, other_only.body));
  EXPECT_EQ(send(other_only).status, 403);
  HttpRequest another = event("evt-1");
  another.headers.emplace_back("telnyx_timestamps", "1");
  EXPECT_EQ(send(another).status, 200);
  EXPECT_EQ(backend.count(), 1U);
}

TEST_F(GateTest, RequestHeadersCanBeLeftAlone) {
  ASSERT_TRUE(
      start_gate(gate_setup("webhook_request_headers off; proxy_set_header My-Id $webhook_id; "
                            "proxy_set_header My-Status $webhook_status;")));
  EXPECT_EQ(send(event("evt-1")).status, 200);
  ASSERT_EQ(backend.count(), 1U);
  EXPECT_EQ(backend.seen()[0].header("x-webhook-status"), "-");
  EXPECT_EQ(backend.seen()[0].header("my-id"), "evt-1");
  EXPECT_EQ(backend.seen()[0].header("my-status"), "verified");
}

TEST_F(GateTest, TheKeyThatMatchedIsNamed) {
  const TelnyxSigner second;
  write_text(nginx.file("keys"),
             "# both live\n" + signer.public_key() + "\n" + second.public_key() + "  # since May\n");
  NginxSetup with = gate_setup();
  with.server =
      "access_log {dir}/found.log found;\n"
      "location /w { webhook telnyx; webhook_key_file {dir}/keys; webhook_dedup zone=calls; proxy_pass "
      "http://backend; }\n";
  ASSERT_TRUE(start_gate(with));
  EXPECT_EQ(send(event("evt-1")).status, 200);
  EXPECT_EQ(send(second.webhook("/w", event_body("evt-2"))).status, 200);
  EXPECT_EQ(backend.seen()[0].header("x-webhook-key"), "1");
  EXPECT_EQ(backend.seen()[1].header("x-webhook-key"), "since May");
  EXPECT_TRUE(found("id=evt-2 type=call.answered key=since May"));
  EXPECT_EQ(send(TelnyxSigner().webhook("/w", event_body("evt-3"))).status, 403);
  EXPECT_THAT(nginx.error_log(), HasSubstr("tried: 1, \"since May\""));
}

TEST_F(GateTest, RefusalsAreOursAndKeepTheConnection) {
  ASSERT_TRUE(start_gate());
  HttpClient client(nginx.http_socket());
  const HttpResponse forged = client.send(TelnyxSigner().webhook("/w", event_body("forged")));
  EXPECT_EQ(forged.status, 403);
  EXPECT_EQ(forged.body, "{\"ok\":false}");
  EXPECT_EQ(forged.headers.at("content-type"), "application/json");
  const HttpResponse stale = client.send(signer.webhook("/w", event_body("old", "t", "s", 3000), -999));
  EXPECT_EQ(stale.status, 403);
  EXPECT_FALSE(stale.new_connection);
  const HttpResponse coded = client.send(event("evt-1").set("content-encoding", "gzip"));
  EXPECT_EQ(coded.status, 415);
  EXPECT_FALSE(coded.new_connection);
  for (const char* method : {"GET", "HEAD", "PUT"}) {
    HttpRequest request = event("evt-1");
    request.method = method;
    const HttpResponse response = client.send(request);
    EXPECT_EQ(response.status, 405) << method;
    EXPECT_EQ(response.headers.at("allow"), "POST");
    EXPECT_FALSE(response.new_connection) << method;
  }
  expect_nothing_reached_the_backend();
  EXPECT_EQ(client.send(event("evt-1")).status, 200);
  EXPECT_EQ(nginx.counter("outcomes.unsupported"), 1);
  EXPECT_EQ(nginx.counter("outcomes.method"), 3);
}

TEST_F(GateTest, StatusesAreTheOperators) {
  ASSERT_TRUE(start_gate(gate_setup(
      "webhook_status_code forged 401; webhook_status_code duplicate 204; webhook_status_code in_flight 429; "
      "webhook_status_code too_large 400; client_max_body_size 1k;")));
  EXPECT_EQ(send(TelnyxSigner().webhook("/w", event_body("forged"))).status, 401);
  EXPECT_EQ(send(event("evt-1")).status, 200);
  const HttpResponse copy = send(event("evt-1"));
  EXPECT_EQ(copy.status, 204);
  EXPECT_EQ(copy.body, "");
  EXPECT_EQ(send(signer.webhook("/w", event_body("large", "t", "s", 2000))).status, 400);
  backend.answer_with({.hold = true});
  std::jthread client([&] { (void)send(event("evt-2")); });
  ASSERT_TRUE(wait_until([&] { return backend.held() == 1; }));
  const HttpResponse in_flight = send(event("evt-2"));
  EXPECT_EQ(in_flight.status, 429);
  EXPECT_EQ(in_flight.headers.at("retry-after"), "1");
  backend.release_held({});
}

TEST_F(GateTest, ADryRunRefusesNothingAndTellsEverything) {
  ASSERT_TRUE(start_gate(gate_setup("webhook_dry_run on;")));
  EXPECT_EQ(send(TelnyxSigner().webhook("/w", event_body("forged"))).status, 200);
  EXPECT_EQ(send(event("evt-1").remove("telnyx-timestamp").set("x-webhook-status", "verified")).status, 200);
  EXPECT_EQ(send(event("evt-1")).status, 200);
  EXPECT_EQ(send(event("evt-1")).status, 200);
  HttpRequest get = event("evt-1");
  get.method = "GET";
  EXPECT_EQ(send(get).status, 200);
  ASSERT_EQ(backend.count(), 5U);
  const auto seen = backend.seen();
  EXPECT_EQ(seen[0].header("x-webhook-status"), "forged_dry_run");
  EXPECT_EQ(seen[0].header("x-webhook-id"), "-");
  EXPECT_THAT(seen[0].body, HasSubstr("forged"));
  EXPECT_EQ(seen[1].header("x-webhook-status"), "unsigned_dry_run");
  EXPECT_EQ(seen[2].header("x-webhook-status"), "verified_dry_run");
  EXPECT_EQ(seen[3].header("x-webhook-status"), "duplicate_dry_run");
  EXPECT_EQ(seen[4].header("x-webhook-status"), "method_dry_run");
  EXPECT_TRUE(found("200 forged_dry_run no_key_matches telnyx id=- "));
  EXPECT_TRUE(found("200 accepted_dry_run backend_accepted telnyx id=evt-1"));
  EXPECT_TRUE(found("200 duplicate_dry_run id_done telnyx id=evt-1"));
  for (const char* outcome : {"forged", "unsigned", "accepted", "duplicate", "method"}) {
    EXPECT_EQ(nginx.counter(std::string("outcomes.") + outcome), 0) << outcome;
    EXPECT_EQ(nginx.counter(std::string("schemes.telnyx.dry_run.") + outcome), 1) << outcome;
  }
  EXPECT_THAT(nginx.error_log(), HasSubstr("webhook refused (dry run, let on): forged (no_key_matches)"));
}

TEST_F(GateTest, ADryRunIsCountedOnceHoweverOftenNginxRedirects) {
  NginxSetup with = gate_setup();
  with.status = "webhook off;";
  with.server = gate() + "webhook_dry_run on;\nlocation /w { try_files /none @app; }\n" +
                "location @app { proxy_pass http://backend; }\n";
  ASSERT_TRUE(start_gate(with));
  EXPECT_EQ(send(TelnyxSigner().webhook("/w", event_body("forged"))).status, 200);
  EXPECT_EQ(send(event("evt-1")).status, 200);
  EXPECT_EQ(send(event("evt-1")).status, 200);
  const auto seen = backend.seen();
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_EQ(seen[0].header("x-webhook-status"), "forged_dry_run");
  EXPECT_EQ(seen[1].header("x-webhook-status"), "verified_dry_run");
  EXPECT_EQ(seen[2].header("x-webhook-status"), "duplicate_dry_run");
  for (const char* outcome : {"forged", "accepted", "duplicate"}) {
    EXPECT_EQ(nginx.counter(std::string("schemes.telnyx.dry_run.") + outcome), 1) << outcome;
  }
  EXPECT_EQ(nginx.counter("zones.calls.claims"), 1);
  EXPECT_EQ(nginx.counter("zones.calls.commits"), 1);
}

// What a dry run let on is not verified for a location that means it.
TEST_F(GateTest, ADryRunDoesNotVouchForAnotherLocation) {
  NginxSetup with = gate_setup();
  with.server = gated("/w", "webhook_dry_run on;", "try_files /none @app;") + gated("@app");
  ASSERT_TRUE(start_gate(with));
  EXPECT_EQ(send(TelnyxSigner().webhook("/w", event_body("forged"))).status, 403);
  expect_nothing_reached_the_backend();
  EXPECT_EQ(send(event("evt-1")).status, 200);
  EXPECT_EQ(send(event("evt-1")).body, "{\"ok\":true}");
  EXPECT_EQ(backend.count(), 1U);
  EXPECT_EQ(nginx.counter("zones.calls.commits"), 1);
}

TEST_F(GateTest, ALineForEachRefusalUntilThereAreTooMany) {
  ASSERT_TRUE(start_gate(gate_setup("webhook_log_level warn;")));
  HttpClient client(nginx.http_socket());
  constexpr int kRefusals = 60;
  for (int n = 0; n < kRefusals; ++n) EXPECT_EQ(client.send(event("x").remove("telnyx-timestamp")).status, 403);
  // The rest is summed up when the second is over, also when nothing else comes.
  ASSERT_TRUE(wait_until([&] { return nginx.error_log().contains("more within a second, not logged one by one"); }));
  const std::string log = nginx.error_log();
  int lines = 0;
  for (std::size_t at = 0; (at = log.find("webhook refused: unsigned (timestamp_missing)", at)) != std::string::npos;) {
    ++lines;
    ++at;
  }
  EXPECT_GE(lines, 20);
  EXPECT_LT(lines, kRefusals);
  EXPECT_THAT(log, HasSubstr("[warn]"));
  EXPECT_THAT(log, HasSubstr("webhook refused: " + std::to_string(kRefusals - lines) + " more"));
  EXPECT_EQ(nginx.counter("outcomes.unsigned"), kRefusals);
}

TEST_F(GateTest, AnInnerLocationCanBeWithoutAGate) {
  NginxSetup with = gate_setup();
  with.status = "webhook off;";
  with.server = gate() +
                "location /w { proxy_pass http://backend; }\n"
                "location /open { webhook off; proxy_pass http://other; }\n";
  ASSERT_TRUE(start_gate(with));
  EXPECT_EQ(send(TelnyxSigner().webhook("/w", event_body("forged"))).status, 403);
  HttpRequest plain;
  plain.path = "/open";
  EXPECT_EQ(send(plain).status, 200);
  EXPECT_EQ(backend.count(), 0U);
  EXPECT_EQ(other.count(), 1U);
}

}  // namespace
}  // namespace ringfence::test
