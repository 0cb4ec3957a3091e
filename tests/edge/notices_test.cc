// What `nginx -t` tells of a configuration that loads: what it can hold, what a scheme does not protect, and what nginx
// itself would let by.
#include "edge/config_test.h"

namespace ringfence::test {
namespace {

class NoticesTest : public ConfigTest {
 protected:
  static NginxSetup of_scheme(const std::string& scheme, const std::string& extra = "") {
    return with("location /w {\n webhook " + scheme + ";\n webhook_key " + kSecret + ";\n" + extra + "\n}");
  }
};

TEST_F(NoticesTest, ZonesTellHowMuchTheyHold) {
  expect_told(with(gate() + "}", "webhook_zone calls:1m;\nwebhook_zone more:64k;\n"), "notice",
              "webhook_zone \"calls\": 1048576 bytes, room for 3", "");
  expect_told(with(gate() + "}", "webhook_zone calls:1m;\nwebhook_zone more:64k;\n"), "notice",
              "webhook_zone \"more\": 65536 bytes, room for 1", "");
  // Also when nginx starts and reloads, in its log.
  ASSERT_TRUE(start());
  EXPECT_THAT(nginx.error_log(), testing::HasSubstr("[notice]"));
  EXPECT_THAT(nginx.error_log(), testing::HasSubstr("webhook_zone \"calls\": 1048576 bytes, room for "));
}

TEST_F(NoticesTest, WhatASchemeDoesNotProtectIsTold) {
  expect_told(of_scheme("mailgun"), "notice", "webhook scheme \"mailgun\": the body is not signed", "");
  expect_told(of_scheme("github"), "notice", "webhook scheme \"github\": the event's id is not signed", "");
  expect_told(of_scheme("github"), "notice", "webhook scheme \"github\": there is no signed timestamp", "");
  expect_told(of_scheme("vapi-secret"), "notice", "webhook scheme \"vapi-secret\": the token signs nothing", "");
  expect_not_told(with(gate() + "}"), "webhook scheme");
  // One that nobody uses is nobody's risk.
  expect_not_told(with("location /w {\n webhook off;\n}"), "webhook scheme");
}

TEST_F(NoticesTest, EachIsToldOnce) {
  const std::string key = "webhook_key " + std::string(kSecret) + ";\n";
  const NginxFixture::Check check =
      nginx.check(with("location /a { webhook github; " + key + "}\nlocation /b { webhook github; " + key + "}\n"));
  const std::string notice = "there is no signed timestamp";
  const std::size_t first = check.output.find(notice);
  EXPECT_NE(first, std::string::npos);
  EXPECT_EQ(check.output.find(notice, first + 1), std::string::npos) << check.output;
}

TEST_F(NoticesTest, AUrlThatIsSignedAndNotGivenIsTold) {
  const std::string notice =
      "webhook scheme \"twilio\": signs the URL, which is taken as $scheme://$http_host$request_uri";
  expect_told(of_scheme("twilio"), "notice", notice, "");
  expect_not_told(of_scheme("twilio", "webhook_url https://hooks.example.com$request_uri;"), "signs the URL");
  expect_not_told(of_scheme("github"), "signs the URL");
}

TEST_F(NoticesTest, BodiesThatGoToDiskAreTold) {
  const std::string notice = "webhook bodies over client_body_buffer_size";
  expect_told(with(gate() + "}"), "notice", notice, "webhook telnyx");
  expect_not_told(with(gate() + "client_max_body_size 64k;\n client_body_buffer_size 64k;\n}"), notice);
}

TEST_F(NoticesTest, AToleranceWithoutATimestampIsWarnedOf) {
  const std::string warning = "\"webhook_tolerance\" has no effect: scheme \"github\" has no timestamp";
  expect_told(of_scheme("github", "webhook_tolerance 10s;"), "warn", warning, "webhook_tolerance 10s");
  NginxSetup outer = of_scheme("github");
  outer.http += "webhook_tolerance 10s;\n";
  expect_not_told(outer, "has no effect");
}

TEST_F(NoticesTest, OwnPagesBehindTheGateAreWarnedOf) {
  const std::string http = "webhook telnyx;\nwebhook_key " + signer.public_key() + ";\n";
  const std::string warning = "\"webhook\" is in effect where \"";
  expect_told(with("location /s { webhook_status html; }", http), "warn", warning + "webhook_status\" serves",
              "webhook telnyx");
  expect_told(with("location /a { ringd_api worker; }", http), "warn", warning + "ringd_api\" serves",
              "webhook telnyx");
  expect_not_told(with(gate() + "}\nlocation /a { ringd_api worker; }"), warning);
}

// `return` answers in the rewrite phase: nothing of ours runs, and a 2xx tells the sender that its event was taken.
TEST_F(NoticesTest, AReturnThatGoesByTheGateIsWarnedOf) {
  const std::string warning = " stands in a location with \"webhook\" and answers before anything is verified";
  expect_told(with(gate() + "return 200;\n}"), "warn", "\"return 200\"" + warning, "webhook telnyx");
  expect_told(with(gate() + "return 204 \"\";\n}"), "warn", "\"return 204\"" + warning, "webhook telnyx");
  expect_told(with(gate() + "if ($arg_x) { set $y 1; return 200 \"ok $arg_y\"; }\n}"), "warn",
              "\"return 200\"" + warning, "webhook telnyx");
  expect_told(with(gate() + "rewrite ^/w/(.*)$ /w?$1 break;\n return https://example.com/;\n}"), "warn",
              "\"return 302\"" + warning, "webhook telnyx");
  expect_told(with("webhook telnyx;\nwebhook_key " + signer.public_key() + ";\nlocation /w { return 200; }"), "warn",
              "\"return 200\"" + warning, "webhook telnyx");
  expect_not_told(with(gate() + "if ($request_method != POST) { return 405; }\n}"), "before anything is verified");
  expect_not_told(with(gate() + "}\nlocation /health { return 200; }"), "before anything is verified");
  expect_not_told(with(gate() + "location /w/health { webhook off; return 200; }\n}"), "before anything is verified");
}

// It runs after every request, and nginx lets nobody in between.
TEST_F(NoticesTest, APostActionBehindTheGateIsWarnedOf) {
  const std::string warning = "\"post_action /after\" is in effect in a location with \"webhook\"";
  expect_told(with(gate() + "post_action /after;\n}"), "warn", warning, "webhook telnyx");
  expect_told(with("post_action /after;\n" + gate() + "}"), "warn", warning, "webhook telnyx");
  expect_not_told(with("post_action /after;\n" + gate() + "post_action \"\";\n}"), "post_action");
}

TEST_F(NoticesTest, AReturnOfTheServerIsWarnedOfOnce) {
  const std::string warning = "\"return 200\" stands in the server around a location with \"webhook\"";
  const NginxSetup all = with("if ($arg_x) { return 200; }\n" + gate() + "}\n" +
                              "location /v { webhook telnyx; webhook_key " + signer.public_key() + "; }");
  expect_told(all, "warn", warning, "");
  const std::string output = nginx.check(all).output;
  EXPECT_EQ(output.find(warning), output.rfind(warning)) << output;
  const std::string gated = "webhook telnyx;\nwebhook_key " + signer.public_key() + ";\n";
  expect_told(with(gated + "if ($arg_x) { return 200; }"), "warn", warning, "webhook telnyx");
  expect_not_told(with(gated + "if ($scheme = https) { return 301 https://example.com$request_uri; }"),
                  "before anything is verified");
  expect_not_told(with("if ($scheme = https) { return 301 https://example.com$request_uri; }\n" + gate() + "}"),
                  "before anything is verified");
}

}  // namespace
}  // namespace ringfence::test
