// webhook_status through real requests: every scheme's counters move, in all three formats; they outlive reloads and
// stay bounded. How the numbers become text is tests/unit/observe's.
#include <gmock/gmock.h>
#include <sodium.h>

#include <algorithm>
#include <thread>

#include "edge/edge_test.h"
#include "support/exposition.h"
#include "support/markup.h"

namespace ringfence::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kGithubSecret = "a-secret-of-the-test";

class StatusTest : public EdgeTest {
 protected:
  // Telnyx handed to the worker, GitHub behind a gate, both with dedup, and the three formats.
  [[nodiscard]] NginxSetup two_schemes(std::string_view github_extra = "") const {
    NginxSetup with = setup();
    with.http +=
        "webhook_zone pushes:128k;\nserver { listen unix:{dir}/backend.sock; access_log off; return 200 taken; }\n";
    with.server += "location /github { webhook github; webhook_key \"" + std::string(kGithubSecret) +
                   "\"; webhook_dedup zone=pushes; proxy_pass http://unix:{dir}/backend.sock; " +
                   std::string(github_extra) + " }\n" +
                   "location = /json { webhook_status json; }\nlocation = /metrics { webhook_status prometheus; }\n"
                   "location = /page { webhook_status html; }\n";
    return with;
  }
  [[nodiscard]] static HttpRequest push(std::string_view id, std::string_view secret = kGithubSecret) {
    HttpRequest request;
    request.path = "/github";
    request.body = "{\"ref\":\"refs/heads/main\"}";
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(secret.data()), secret.size());
    crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(request.body.data()),
                                  request.body.size());
    crypto_auth_hmacsha256_final(&state, mac);
    char hex[2 * sizeof mac + 1];
    sodium_bin2hex(hex, sizeof hex, mac, sizeof mac);
    request.headers = {{"content-type", "application/json"},
                       {"x-github-delivery", std::string(id)},
                       {"x-github-event", "push"},
                       {"x-hub-signature-256", std::string("sha256=") + hex}};
    return request;
  }
  [[nodiscard]] HttpResponse get(std::string path) const {
    return HttpClient(nginx.http_socket()).get(std::move(path));
  }
  // One sample of /metrics, which has to be right as a whole.
  [[nodiscard]] double metric(const std::string& sample) const {
    const std::string text = get("/metrics").body;
    const Exposition metrics(text);
    EXPECT_EQ(metrics.error(), "");
    return metrics.value(sample);
  }
  [[nodiscard]] double requests(std::string_view scheme, std::string_view result) const {
    return metric("nginx_webhook_requests_total{scheme=\"" + std::string(scheme) + "\",result=\"" +
                  std::string(result) + "\"}");
  }
};

TEST_F(StatusTest, CountersMoveForEverySchemeInEveryFormat) {
  ASSERT_TRUE(start(two_schemes()));
  EXPECT_EQ(send(event("evt-1")).status, 200);
  EXPECT_EQ(send(event("evt-1")).status, 200);
  EXPECT_EQ(send(event("evt-2").remove("telnyx-timestamp")).status, 403);
  EXPECT_EQ(send(push("push-1")).status, 200);
  EXPECT_EQ(send(push("push-2", "another secret")).status, 403);

  EXPECT_EQ(nginx.counter("outcomes.accepted"), 2);
  EXPECT_EQ(nginx.counter("schemes.telnyx.outcomes.accepted"), 1);
  EXPECT_EQ(nginx.counter("schemes.telnyx.outcomes.duplicate"), 1);
  EXPECT_EQ(nginx.counter("schemes.telnyx.outcomes.unsigned"), 1);
  EXPECT_EQ(nginx.counter("schemes.github.outcomes.accepted"), 1);
  EXPECT_EQ(nginx.counter("schemes.github.outcomes.forged"), 1);
  EXPECT_EQ(nginx.counter("schemes.telnyx.verify.count"), 2) << "the unsigned one was never verified";
  EXPECT_EQ(nginx.counter("schemes.github.verify.count"), 2);
  EXPECT_EQ(nginx.counter("zones.pushes.bytes"), 128 * 1024);
  EXPECT_EQ(nginx.counter("zones.pushes.commits"), 1);
  EXPECT_EQ(nginx.counter("handovers.accepted"), 1) << "the gate hands nothing over";

  EXPECT_EQ(requests("telnyx", "duplicate"), 1);
  EXPECT_EQ(requests("github", "forged"), 1);
  EXPECT_EQ(metric("nginx_webhook_verify_seconds_count{scheme=\"github\"}"), 2);
  EXPECT_GT(metric("nginx_webhook_verify_seconds_sum{scheme=\"telnyx\"}"), 0);
  EXPECT_EQ(metric("nginx_webhook_dedup_duplicates_total{zone=\"calls\"}"), 1);
  EXPECT_EQ(metric("nginx_webhook_zone_bytes{zone=\"calls\"}"), 1024 * 1024);
  EXPECT_EQ(metric("nginx_webhook_handover_total{result=\"accepted\"}"), 1);
  EXPECT_EQ(metric("nginx_webhook_handover_frames_total"), 1);

  const std::string html = get("/page").body;
  const Markup page(html);
  EXPECT_EQ(page.error(), "");
  for (const std::string_view text : {"telnyx", "github", "forged", "calls", "pushes", "Handed to the worker"}) {
    EXPECT_THAT(page.text(), HasSubstr(std::string(text)));
  }
  EXPECT_THAT(html, Not(HasSubstr("secret")));
}

TEST_F(StatusTest, AWorkerThatIsAwayIsCountedAsAHandOver) {
  NginxSetup with = two_schemes();
  with.worker_socket = nginx.file("nobody.sock");
  ASSERT_TRUE(nginx.start(with));
  EXPECT_EQ(send(event("evt-1")).status, 503);
  EXPECT_EQ(metric("nginx_webhook_handover_total{result=\"unavailable\"}"), 1);
  EXPECT_EQ(requests("telnyx", "unavailable"), 1);
}

TEST_F(StatusTest, EachFormatIsServedAsWhatItIsAndNeverCached) {
  ASSERT_TRUE(start(two_schemes()));
  for (const auto& [path, type] : {std::pair<std::string, std::string>{"/webhook_status", "application/json"},
                                   {"/json", "application/json"},
                                   {"/metrics", "text/plain; version=0.0.4; charset=utf-8"},
                                   {"/page", "text/html; charset=utf-8"}}) {
    const HttpResponse full = get(path);
    EXPECT_EQ(full.status, 200) << path;
    EXPECT_EQ(full.headers.at("content-type"), type);
    EXPECT_EQ(full.headers.at("cache-control"), "no-store");
    EXPECT_EQ(full.headers.at("content-length"), std::to_string(full.body.size()));
    HttpRequest request;
    request.path = path;
    request.method = "HEAD";
    const HttpResponse head = send(request);
    EXPECT_EQ(head.status, 200) << path;
    EXPECT_EQ(head.headers.at("content-type"), type);
    EXPECT_TRUE(head.headers.contains("content-length"));
    EXPECT_EQ(head.body, "");
    request.method = "POST";
    request.body = "anything";
    EXPECT_EQ(send(request).status, 405) << path;
    request.http2 = true;
    request.method = "GET";
    request.body = "";
    EXPECT_EQ(send(request).body.size(), full.body.size()) << path;
  }
}

TEST_F(StatusTest, CountersOutliveReloadsAndNewSchemesJoin) {
  ASSERT_TRUE(start());
  EXPECT_EQ(send(event("evt-1")).status, 200);
  ASSERT_TRUE(nginx.reload(two_schemes()));
  EXPECT_EQ(requests("telnyx", "accepted"), 1);
  EXPECT_EQ(requests("github", "accepted"), 0) << "known before its first request";
  EXPECT_EQ(send(push("push-1")).status, 200);
  EXPECT_EQ(requests("github", "accepted"), 1);
  ASSERT_TRUE(nginx.reload(two_schemes("client_max_body_size 8k;")));
  EXPECT_EQ(requests("telnyx", "accepted"), 1);
  EXPECT_EQ(requests("github", "accepted"), 1);
  EXPECT_EQ(send(push("push-2")).status, 200);
  EXPECT_EQ(requests("github", "accepted"), 2);
}

TEST_F(StatusTest, ASchemeThatIsGoneKeepsItsNumbers) {
  ASSERT_TRUE(start(two_schemes()));
  EXPECT_EQ(send(push("push-1")).status, 200);
  NginxSetup without = two_schemes();
  without.server = without.server.substr(0, without.server.find("location /github")) +
                   "location = /metrics { webhook_status prometheus; }\n";
  ASSERT_TRUE(nginx.reload(without));
  EXPECT_EQ(requests("github", "accepted"), 1);
}

TEST_F(StatusTest, ADryRunIsCountedApart) {
  ASSERT_TRUE(start(two_schemes("webhook_dry_run on;")));
  EXPECT_EQ(send(push("push-1")).status, 200);
  EXPECT_EQ(send(push("push-2", "another secret")).status, 200);
  EXPECT_EQ(requests("github", "accepted"), 0);
  EXPECT_EQ(requests("github", "forged"), 0);
  EXPECT_EQ(requests("github", "forged_dry_run"), 1);
  EXPECT_EQ(nginx.counter("schemes.github.dry_run.forged"), 1);
  EXPECT_EQ(nginx.counter("outcomes.forged"), 0);
  EXPECT_THAT(Markup(get("/page").body).text(), HasSubstr("forged_dry_run"));
}

TEST_F(StatusTest, MoreSchemesThanSlotsAreCountedTogether) {
  constexpr int kSchemes = 70, kOwnSlots = 63;
  NginxSetup with = two_schemes();
  for (int i = 0; i < kSchemes - 2; ++i) {
    const std::string name = "own-" + std::to_string(i);
    with.http += "webhook_scheme " + name +
                 " { algorithm token; key raw; signature header=x-token encoding=plain; "
                 "id hash=body; }\n";
    with.server += "location /" + name + "/ { webhook " + name +
                   "; webhook_key 0123456789abcdef; proxy_pass http://unix:{dir}/backend.sock; }\n";
  }
  ASSERT_TRUE(start(with));
  HttpRequest request;
  request.body = "{}";
  for (int i = 0; i < kSchemes - 2; ++i) {
    request.path = "/own-" + std::to_string(i) + "/";
    EXPECT_EQ(send(request).status, 403) << request.path;
  }
  EXPECT_EQ(nginx.counter("outcomes.unsigned"), kSchemes - 2);
  EXPECT_EQ(requests("other", "unsigned"), kSchemes - kOwnSlots);
  EXPECT_EQ(nginx.counter("schemes.other.outcomes.unsigned"), kSchemes - kOwnSlots);
  EXPECT_EQ(Markup(get("/page").body).error(), "");
  ASSERT_TRUE(nginx.reload(with));
  EXPECT_EQ(send(request).status, 403);
  EXPECT_EQ(nginx.counter("outcomes.unsigned"), kSchemes - 1) << "a reload takes no more slots";
}

TEST_F(StatusTest, TheNumbersCanBeReadWhileTheyMove) {
  NginxSetup with = two_schemes();
  with.worker_processes = 2;
  ASSERT_TRUE(start(with));
  std::thread sender([&] {
    HttpClient client(nginx.http_socket());
    for (int i = 0; i < 300; ++i) (void)client.send(push("push-" + std::to_string(i)));
  });
  double last = 0;
  for (int i = 0; i < 50; ++i) {
    const double now = requests("github", "accepted");
    EXPECT_GE(now, last);
    last = now;
  }
  sender.join();
  EXPECT_TRUE(wait_until([&] { return requests("github", "accepted") == 300; }));
}

TEST_F(StatusTest, AnUnknownFormatIsRefused) {
  NginxSetup with = setup();
  with.server += "location = /x { webhook_status xml; }\n";
  const NginxFixture::Check check = nginx.check(with);
  EXPECT_NE(check.exit_code, 0);
  EXPECT_THAT(check.output, HasSubstr("json, prometheus and html"));
}

}  // namespace
}  // namespace ringfence::test
