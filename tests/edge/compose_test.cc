// Beside other directives of nginx: none of them opens a way around the verification, and none breaks it.
#include <gmock/gmock.h>

#include "edge/edge_test.h"

namespace ringfence::test {
namespace {

using ::testing::HasSubstr;

class ComposeTest : public EdgeTest {
 protected:
  void expect_gate_holds(const std::string& path) {
    HttpRequest forged = TelnyxSigner().webhook(path, event_body("forged"));
    EXPECT_EQ(send(forged).status, 403) << path;
    EXPECT_EQ(send(forged.remove("telnyx-signature-ed25519")).status, 403) << path;
    expect_no_effect();
    EXPECT_EQ(send(signer.webhook(path, event_body("genuine"))).status, 200) << path;
    EXPECT_EQ(worker.seen().size(), 1U);
  }
};

TEST_F(ComposeTest, SatisfyAnyDoesNotLetUnsignedRequestsIn) {
  ASSERT_TRUE(start(setup("satisfy any; allow all; deny all;")));
  expect_gate_holds("/w");
}

TEST_F(ComposeTest, AnIfBlockKeepsTheGate) {
  ASSERT_TRUE(start(setup("if ($arg_x) { set $y 1; }")));
  expect_gate_holds("/w?x=1");
}

TEST_F(ComposeTest, NestedIfAndLimitExceptKeepTheGate) {
  ASSERT_TRUE(start(setup("limit_except GET { allow all; }")));
  expect_gate_holds("/w");
  HttpRequest get = event("evt-1");
  get.method = "GET";
  EXPECT_EQ(send(get).status, 405);
}

TEST_F(ComposeTest, LimitExceptStillDenies) {
  ASSERT_TRUE(start(setup("limit_except GET { deny all; }")));
  EXPECT_EQ(send(event("evt-1")).status, 403);
  expect_no_effect();
}

// An error_page may lead anywhere, also to an application: what was refused never gets there.
TEST_F(ComposeTest, ARefusalIsNoBusinessOfAnErrorPage) {
  NginxSetup with = setup("error_page 403 =200 /denied; error_page 503 @away;");
  with.server +=
      "location = /denied { internal; return 200 \"let in\\n\"; }\nlocation @away { return 503 \"away\\n\"; }\n";
  ASSERT_TRUE(nginx.start(with));
  const HttpResponse forged = send(TelnyxSigner().webhook("/w", event_body("evt-1")));
  EXPECT_EQ(forged.status, 403);
  EXPECT_EQ(forged.body, "{\"ok\":false}");
  EXPECT_TRUE(logged("403 \"forged\" \"-\" \"-\" \"0\"", "403 \"forged\" \"-\" \"-\" \"1\""));
  // nginx knows a worker that is away as 502 before it is our 503, so an error_page for 503 is not asked.
  EXPECT_EQ(send(event("evt-2")).body, "{\"ok\":false}");
  EXPECT_EQ(nginx.counter("worker.frames_sent"), 0);
  EXPECT_EQ(nginx.counter("zones.calls.entries"), 0);
}

TEST_F(ComposeTest, AnOperatorsPageForAMissingWorkerFreesTheClaim) {
  NginxSetup with = setup("error_page 502 504 =503 @away;");
  with.server += "location @away { return 503 \"away\\n\"; }\n";
  ASSERT_TRUE(nginx.start(with));
  const HttpResponse response = send(event("evt-1"));
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.body, "away\n");
  EXPECT_TRUE(logged("503 \"unavailable\" \"evt-1\""));
  EXPECT_EQ(nginx.counter("zones.calls.entries"), 0);
  ASSERT_TRUE(worker.start());
  EXPECT_EQ(send(event("evt-1")).status, 200);
}

TEST_F(ComposeTest, InternalRedirectsIntoTheLocationMeetTheGate) {
  NginxSetup with = setup();
  with.server += "location /rewritten { rewrite ^ /w last; }\nlocation /tried { try_files /none /w; }\n";
  ASSERT_TRUE(start(with));
  expect_gate_holds("/rewritten");
  EXPECT_EQ(send(TelnyxSigner().webhook("/tried", event_body("forged"))).status, 403);
  EXPECT_EQ(send(signer.webhook("/tried", event_body("genuine-2"))).status, 200);
  EXPECT_EQ(worker.seen().size(), 2U);
}

TEST_F(ComposeTest, SubrequestsAreNotServed) {
  NginxSetup with = setup();
  with.server += "location /mirrored { mirror /w; empty_gif; }\n";
  ASSERT_TRUE(start(with));
  EXPECT_EQ(send(signer.webhook("/mirrored", event_body("evt-1"))).status, 405);
  EXPECT_TRUE(wait_until([&] { return nginx.error_log().contains("webhook refused: unsigned (subrequest): "); }));
  expect_no_effect();
}

TEST_F(ComposeTest, LimitsOfNginxComeBeforeVerification) {
  NginxSetup with = setup("limit_req zone=rate;");
  with.http += "limit_req_zone $uri zone=rate:64k rate=1r/m;\n";
  ASSERT_TRUE(start(with));
  EXPECT_EQ(send(event("evt-1")).status, 200);
  EXPECT_EQ(send(TelnyxSigner().webhook("/w", event_body("forged"))).status, 503);
  EXPECT_EQ(nginx.counter("outcomes.forged"), 0);
}

TEST_F(ComposeTest, AuthRequestComesBeforeVerification) {
  NginxSetup with = setup("auth_request /auth;");
  with.server += "location = /auth { internal; if ($http_x_let) { return 204; } return 401; }\n";
  ASSERT_TRUE(start(with));
  EXPECT_EQ(send(event("evt-1")).status, 401);
  expect_no_effect();
  EXPECT_EQ(send(event("evt-1").set("x-let", "me")).status, 200);
  EXPECT_EQ(send(TelnyxSigner().webhook("/w", event_body("forged")).set("x-let", "me")).status, 403);
}

TEST_F(ComposeTest, AVariableReadEarlyIsLoggedWithItsFinalValue) {
  ASSERT_TRUE(start(setup("set $early $webhook_status; add_header X-Early \"[$early]\" always;")));
  const HttpResponse response = send(event("evt-1"));
  EXPECT_EQ(response.headers.at("x-early"), "[]");
  EXPECT_TRUE(logged("200 \"accepted\" \"evt-1\""));
}

TEST_F(ComposeTest, OtherLocationsAreLeftAlone) {
  NginxSetup with = setup();
  with.server += "location /plain { return 404 \"plain\\n\"; }\n";
  ASSERT_TRUE(start(with));
  EXPECT_EQ(send(event("evt-1")).status, 200);
  HttpClient client(nginx.http_socket());
  EXPECT_EQ(client.get("/plain").body, "plain\n");
  EXPECT_THAT(client.get("/absent").body, HasSubstr("<h1>404 Not Found</h1>"));
  HttpRequest post;
  post.path = "/webhook_status";
  EXPECT_EQ(client.send(post).status, 405);
}

TEST_F(ComposeTest, AFilterThatReplacesTheAnswerTakesNothingDown) {
  NginxSetup with = setup();
  with.main = "load_module " RINGFENCE_CLEARING_FILTER ";\n";
  ASSERT_TRUE(start(with));
  (void)send(signer.webhook("/w?clear", event_body("evt-1")));
  EXPECT_TRUE(logged("\"accepted\" \"evt-1\""));
  EXPECT_EQ(send(event("evt-1")).status, 200);
  EXPECT_EQ(nginx.counter("outcomes.duplicate"), 1);
  EXPECT_EQ(nginx.worker_pids().size(), 1U);
}

TEST_F(ComposeTest, AnErrorPageIntoTheLocationMeetsTheGate) {
  NginxSetup with = setup();
  with.server += location("@hook") + "location /named { error_page 404 = @hook; return 404; }\n" +
                 "location /uri { error_page 404 = /w; return 404; }\n";
  ASSERT_TRUE(start(with));
  expect_gate_holds("/named");
  // By URI nginx turns the request into a GET.
  EXPECT_EQ(send(signer.webhook("/uri", event_body("evt-2"))).status, 405);
  EXPECT_EQ(worker.seen().size(), 1U);
}

// Another handler may have begun to read the body, and kept what it read.
TEST_F(ComposeTest, HalfABodyFromAnotherLocationIsNotTakenForAWhole) {
  NginxSetup with = setup();
  with.server +=
      location("@hook") +
      "lingering_timeout 100ms;\nlocation /streamed { proxy_request_buffering off; proxy_http_version 1.1; " +
      "proxy_pass http://unix:{dir}/gone.sock; error_page 502 = @hook; }\n";
  ASSERT_TRUE(start(with));
  const std::string text = raw_text(signer.webhook("/streamed", event_body("evt-1", "t", "s", 50000)));
  const RawClient half(nginx.http_socket());
  ASSERT_TRUE(half.write(text.substr(0, text.size() / 2)));
  EXPECT_TRUE(logged("403 \"forged\" \"-\" \"-\""));
  expect_no_effect();
}

}  // namespace
}  // namespace ringfence::test
