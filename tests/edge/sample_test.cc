// The samples in conf/nginx do what their comments promise. (That ringfence.conf verifies is config_test's.)
#include <gmock/gmock.h>
#include <jansson.h>
#include <sodium.h>

#include "edge/edge_test.h"
#include "support/exposition.h"
#include "support/markup.h"

namespace ringfence::test {
namespace {

using ::testing::HasSubstr;

using Replacements = std::vector<std::pair<std::string, std::string>>;

// Only what belongs to the machine a sample is meant for is replaced.
std::string sample_text(std::string_view name, const Replacements& replacements) {
  std::string text = read_text(RINGFENCE_SOURCE_DIR "/conf/nginx/" + std::string(name));
  EXPECT_NE(text, "") << name;
  for (const auto& [what, with] : replacements) {
    std::size_t at = text.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    for (; at != std::string::npos; at = text.find(what, at + with.size())) text.replace(at, what.size(), with);
  }
  return text;
}

std::string hmac_sha256(std::string_view secret, std::string_view text) {
  std::string mac(crypto_auth_hmacsha256_BYTES, '\0');
  const auto bytes = [](std::string_view of) { return reinterpret_cast<const unsigned char*>(of.data()); };
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, bytes(secret), secret.size());
  crypto_auth_hmacsha256_update(&state, bytes(text), text.size());
  crypto_auth_hmacsha256_final(&state, reinterpret_cast<unsigned char*>(mac.data()));
  return mac;
}
std::string hex(std::string_view bytes) {
  std::string text(2 * bytes.size() + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  text.pop_back();
  return text;
}
std::string base64(std::string_view bytes) {
  std::string text(sodium_base64_ENCODED_LEN(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();
  return text;
}

constexpr std::string_view kStripe = "whsec_one_secret_of_the_test";
constexpr std::string_view kGithub = "another-secret-of-the-test";
constexpr std::string_view kShopify = "a-third-secret-of-the-test";

class VerifyOnlyTest : public EdgeTest {
 protected:
  // The sample, with an application that answers what it was told, or 500 for events of type "broken".
  [[nodiscard]] NginxSetup sample(std::string_view may_look = "127.0.0.1") const {
    write_text(nginx.file("stripe.keys"), std::string(kStripe) + " # 2026\n");
    write_text(nginx.file("github.keys"), std::string(kGithub) + "\n");
    write_text(nginx.file("shopify.keys"), std::string(kShopify) + "\n");
    NginxSetup with;
    with.http = sample_text("verify-only.conf", {{"listen 8080;", "listen unix:{dir}/sample.sock;"},
                                                 {"/etc/nginx/webhook/", ""},
                                                 {"127.0.0.1:3000", "unix:{dir}/app.sock"},
                                                 {"unix:/run/php/php-fpm.sock", "unix:{dir}/php.sock"},
                                                 {"/var/log/nginx/webhooks.log", "{dir}/sample.log"},
                                                 {"webhooks:16m", "webhooks:1m"},
                                                 {"allow 127.0.0.1", "allow " + std::string(may_look)}}) +
                "map $http_x_webhook_type $app_says { broken 500; default 200; }\n"
                "server { listen unix:{dir}/app.sock; access_log off; location / { add_header X-Told "
                "\"$http_x_webhook_status $http_x_webhook_scheme $http_x_webhook_id $http_x_webhook_key\" always; "
                "error_page 500 = @broken; if ($app_says = 500) { return 500; } return 200 taken; } "
                "location @broken { return 500; } }\n";
    return with;
  }
  [[nodiscard]] static HttpRequest stripe(std::string_view id, std::string_view type = "invoice.paid",
                                          std::string_view secret = kStripe) {
    HttpRequest request;
    request.path = "/webhooks/stripe";
    request.body = R"({"id":")" + std::string(id) + R"(","type":")" + std::string(type) + "\"}";
    const std::string now = unix_seconds();
    request.headers = {{"content-type", "application/json"},
                       {"stripe-signature", "t=" + now + ",v1=" + hex(hmac_sha256(secret, now + "." + request.body))}};
    return request;
  }
  [[nodiscard]] HttpResponse send(const HttpRequest& request) const {
    return HttpClient(nginx.file("sample.sock")).send(request);
  }
};

TEST_F(VerifyOnlyTest, TheApplicationSeesGenuineFirstCopiesOnly) {
  ASSERT_TRUE(nginx.start(sample()));
  const HttpResponse first = send(stripe("evt_1").set("X-Webhook-Id", "mine"));
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(first.body, "taken");
  EXPECT_EQ(first.headers.at("x-told"), "verified stripe evt_1 2026");
  const HttpResponse copy = send(stripe("evt_1"));
  EXPECT_EQ(copy.status, 200);
  EXPECT_FALSE(copy.headers.contains("x-told")) << "the copy got through";
  const HttpResponse forged = send(stripe("evt_2", "invoice.paid", "somebody-else"));
  EXPECT_EQ(forged.status, 403);
  EXPECT_FALSE(forged.headers.contains("x-told"));
  EXPECT_TRUE(wait_until([&] {
    return read_text(nginx.file("sample.log")).contains("200 \"accepted\" id=\"evt_1\" type=\"invoice.paid\" ");
  }));
}

TEST_F(VerifyOnlyTest, WhatTheApplicationCouldNotTakeComesAgain) {
  ASSERT_TRUE(nginx.start(sample()));
  EXPECT_EQ(send(stripe("evt_1", "broken")).status, 500);
  EXPECT_TRUE(send(stripe("evt_1", "invoice.paid")).headers.contains("x-told")) << "the second attempt was held back";
}

TEST_F(VerifyOnlyTest, APhpThatIsAwayLosesNothing) {
  ASSERT_TRUE(nginx.start(sample()));
  HttpRequest push;
  push.path = "/webhooks/github";
  push.body = "{}";
  push.headers = {{"content-type", "application/json"},
                  {"x-github-delivery", "d-1"},
                  {"x-github-event", "push"},
                  {"x-hub-signature-256", "sha256=" + hex(hmac_sha256(kGithub, push.body))}};
  EXPECT_GE(send(push).status, 500);
  EXPECT_GE(send(push).status, 500) << "nothing listens there, so no copy may be called done";
  EXPECT_EQ(send(push.set("x-hub-signature-256", "sha256=" + std::string(64, '0'))).status, 403);
}

TEST_F(VerifyOnlyTest, ADryRunLetsEverythingThroughAndTells) {
  ASSERT_TRUE(nginx.start(sample()));
  HttpRequest order;
  order.path = "/webhooks/shop";
  order.body = "{}";
  order.headers = {{"content-type", "application/json"},
                   {"x-shopify-webhook-id", "w-1"},
                   {"x-shopify-topic", "orders/create"},
                   {"x-shopify-hmac-sha256", base64(hmac_sha256(kShopify, order.body))}};
  EXPECT_TRUE(send(order).headers.contains("x-told"));
  const HttpResponse forged = send(order.set("x-shopify-hmac-sha256", base64(std::string(32, '0'))));
  EXPECT_EQ(forged.status, 200);
  EXPECT_THAT(forged.headers.at("x-told"), HasSubstr("forged_dry_run shopify"));
  EXPECT_TRUE(wait_until([&] { return read_text(nginx.file("sample.log")).contains("\"forged_dry_run\""); }));
}

TEST_F(VerifyOnlyTest, TheNumbersAreShownToPeopleAndPrometheusOfThisMachine) {
  NginxSetup with = sample();
  ASSERT_TRUE(nginx.start(with));
  EXPECT_EQ(send(stripe("evt_1")).status, 200);
  HttpClient client(nginx.file("sample.sock"));
  EXPECT_EQ(client.get("/webhook_status").status, 403) << "a Unix socket is not 127.0.0.1";
  EXPECT_EQ(client.get("/metrics").status, 403);
  ASSERT_TRUE(nginx.reload(sample("unix:")));
  EXPECT_EQ(Markup(client.get("/webhook_status").body).error(), "");
  const std::string text = client.get("/metrics").body;
  const Exposition metrics(text);
  EXPECT_EQ(metrics.error(), "");
  EXPECT_EQ(metrics.value("nginx_webhook_requests_total{scheme=\"stripe\",result=\"accepted\"}"), 1);
  EXPECT_EQ(metrics.value("nginx_webhook_dedup_commits_total{zone=\"webhooks\"}"), 1);
}

TEST_F(EdgeTest, TheSampleForProgramsLogsJson) {
  NginxSetup with = setup();
  std::string sample = sample_text("ringfence.conf", {{"log_format webhook ", "log_format sample "}});
  const std::size_t begin = sample.find("log_format webhook_json");
  ASSERT_NE(begin, std::string::npos);
  with.http += sample.substr(begin, sample.find(';', begin) + 1 - begin) + "\n";
  with.server = location("/w", "access_log {dir}/json.log webhook_json;");
  ASSERT_TRUE(start(with));
  EXPECT_EQ(send(event("evt-1").set("telnyx-timestamp", "\"\\")).status, 403);
  EXPECT_EQ(send(event("evt-1")).status, 200);
  ASSERT_TRUE(wait_until([&] { return read_text(nginx.file("json.log")).contains("\"accepted\""); }));
  std::istringstream lines(read_text(nginx.file("json.log")));
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    json_t* json = json_loads(line.c_str(), JSON_REJECT_DUPLICATES, nullptr);
    EXPECT_NE(json, nullptr) << line;
    EXPECT_STREQ(json_string_value(json_object_get(json, "scheme")), "telnyx");
    json_decref(json);
  }
  EXPECT_EQ(count, 2);
}

}  // namespace
}  // namespace ringfence::test
