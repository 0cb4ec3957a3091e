// No way around the gate. Each test is a configuration in which a check in nginx's ACCESS phase, or one that does not
// come along with the request, would let an unsigned one reach the application.
#include <gmock/gmock.h>

#include "edge/gate_test.h"

namespace ringfence::test {
namespace {

using ::testing::HasSubstr;

class GateBypassTest : public GateTest {
 protected:
  HttpRequest forged(const std::string& path = "/w") { return TelnyxSigner().webhook(path, event_body("forged")); }
  HttpRequest unsigned_request(const std::string& path = "/w") {
    return signer.webhook(path, event_body("unsigned")).remove("telnyx-signature-ed25519");
  }
};

TEST_F(GateBypassTest, SatisfyAnyAllowAll) {
  ASSERT_TRUE(start_gate(gate_setup("satisfy any; allow all; deny all;")));
  expect_gate_holds("/w");
}

TEST_F(GateBypassTest, AnIfBlockWithItsOwnHandler) {
  ASSERT_TRUE(start_gate(gate_setup("if ($arg_x) { proxy_pass http://backend; }")));
  expect_gate_holds("/w?x=1");
}

TEST_F(GateBypassTest, AnIfBlockInheritsTheGateAndTheHandler) {
  ASSERT_TRUE(start_gate(gate_setup("if ($arg_x) { set $y 1; }")));
  expect_gate_holds("/w?x=1");
}

TEST_F(GateBypassTest, LimitExcept) {
  ASSERT_TRUE(start_gate(gate_setup("limit_except GET { allow all; }")));
  expect_gate_holds("/w");
}

TEST_F(GateBypassTest, TryFilesIntoAnOpenLocation) {
  NginxSetup with = gate_setup();
  with.server = gated("/w", "", "try_files /none @app;") + "location @app { proxy_pass http://backend; }\n" +
                gated("/uri", "", "try_files /none /open/app;") +
                "location /open/ { internal; proxy_pass http://backend; }\n";
  ASSERT_TRUE(start_gate(with));
  EXPECT_EQ(send(forged("/uri")).status, 403);
  expect_gate_holds("/w");
  EXPECT_EQ(send(signer.webhook("/uri", event_body("evt-2"))).status, 200);
  EXPECT_EQ(backend.count(), 2U);
}

TEST_F(GateBypassTest, TryFilesIntoALocationWithTheSameGateClaimsOnce) {
  NginxSetup with = gate_setup();
  with.status = "webhook off;";
  with.server = gate() + "location /w { try_files /none @app; }\nlocation @app { proxy_pass http://backend; }\n";
  ASSERT_TRUE(start_gate(with));
  expect_gate_holds("/w");
}

TEST_F(GateBypassTest, AnErrorPageForARefusal) {
  ASSERT_TRUE(start_gate(gate_setup("error_page 403 405 415 503 = @app; recursive_error_pages on;",
                                    "location @app { proxy_pass http://backend; }\n")));
  EXPECT_EQ(send(event("coded").set("content-encoding", "gzip")).status, 415);
  expect_gate_holds("/w");
}

TEST_F(GateBypassTest, AnErrorPageForABodyThatIsTooLargeWhileItIsRead) {
  ASSERT_TRUE(start_gate(gate_setup("error_page 400 408 413 = @app; client_max_body_size 8k;",
                                    "location @app { proxy_pass http://backend; }\n")));
  HttpRequest request = signer.webhook("/w", event_body("large", "t", "s", 30000));
  request.chunked = true;
  const HttpResponse response = send(request);
  EXPECT_EQ(response.status, 413);
  EXPECT_EQ(response.body, "{\"ok\":false}");
  EXPECT_EQ(nginx.counter("outcomes.too_large"), 1);
  expect_nothing_reached_the_backend();
}

// The operator's page may say 200; the event was not processed, and its next copy must find that out.
TEST_F(GateBypassTest, AnErrorPageOverAFailedBackendIsNoSuccess) {
  for (const char* more : {"", "recursive_error_pages on;"}) {
    NginxFixture each;
    NginxSetup with = gate_setup(std::string("error_page 502 =200 @sorry; ") + more,
                                 "location @sorry { return 200 \"sorry\\n\"; }\n");
    ASSERT_TRUE(each.start(with));
    const HttpResponse response = HttpClient(each.http_socket()).send(event("evt-1"));
    EXPECT_EQ(response.body, "sorry\n") << more;
    EXPECT_EQ(each.counter("outcomes.failed"), 1) << more;
    EXPECT_EQ(each.counter("zones.calls.commits"), 0) << more;
    EXPECT_EQ(each.counter("zones.calls.entries"), 0) << more;
  }
}

TEST_F(GateBypassTest, AnErrorPageOverAHandlerThatRefusesIsNoSuccess) {
  NginxSetup with = gate_setup();
  // There is no such file, which the page turns into 200.
  with.server =
      gated("/w", "error_page 404 =200 @sorry;", "root {dir};") + "location @sorry { return 200 \"sorry\\n\"; }\n";
  ASSERT_TRUE(start_gate(with));
  EXPECT_EQ(send(event("evt-1")).body, "sorry\n");
  EXPECT_EQ(nginx.counter("outcomes.failed"), 1);
  EXPECT_EQ(nginx.counter("zones.calls.entries"), 0);
}

TEST_F(GateBypassTest, AnErrorPageIntoAnotherGatedBackendIsItsSuccess) {
  NginxSetup with = gate_setup();
  with.status = "webhook off;";
  with.server = gate() +
                "location /w { proxy_pass http://backend; error_page 502 = @second; }\n"
                "location @second { proxy_pass http://other; }\n";
  ASSERT_TRUE(other.start() && nginx.start(with));
  EXPECT_EQ(send(forged()).status, 403);
  EXPECT_EQ(other.count(), 0U);
  EXPECT_EQ(send(event("evt-1")).status, 200);
  EXPECT_EQ(other.count(), 1U);
  EXPECT_EQ(nginx.counter("outcomes.accepted"), 1);
  EXPECT_EQ(nginx.counter("zones.calls.claims"), 1);
  EXPECT_EQ(nginx.counter("zones.calls.commits"), 1);
  EXPECT_EQ(send(event("evt-1")).body, "{\"ok\":true}");
}

TEST_F(GateBypassTest, ARewriteIntoTheGate) {
  ASSERT_TRUE(start_gate(gate_setup("", "location /rewritten { rewrite ^ /w last; }\n")));
  expect_gate_holds("/rewritten");
}

TEST_F(GateBypassTest, AnErrorPageIntoTheGate) {
  ASSERT_TRUE(start_gate(gate_setup("", gated("@hook") + "location /named { error_page 404 = @hook; return 404; }\n")));
  expect_gate_holds("/named");
}

TEST_F(GateBypassTest, AnXAccelRedirectIntoTheGate) {
  ASSERT_TRUE(start_gate(gate_setup("", gated("@hook") + "location /start { proxy_pass http://other; }\n")));
  other.answer_with({.headers = "X-Accel-Redirect: @hook\r\n"});
  EXPECT_EQ(send(forged("/start")).status, 403);
  EXPECT_EQ(send(unsigned_request("/start")).status, 403);
  // By URI nginx makes it a GET.
  other.answer_with({.headers = "X-Accel-Redirect: /w\r\n"});
  EXPECT_EQ(send(forged("/start")).status, 405);
  EXPECT_EQ(backend.count(), 0U);
  other.answer_with({.headers = "X-Accel-Redirect: @hook\r\n"});
  EXPECT_EQ(send(signer.webhook("/start", event_body("evt-1"))).status, 200);
  EXPECT_EQ(backend.count(), 1U);
  EXPECT_EQ(nginx.counter("zones.calls.commits"), 1);
}

TEST_F(GateBypassTest, AnXAccelRedirectOutOfTheGateKeepsTheOneClaim) {
  write_text(nginx.file("page.txt"), "page\n");
  ASSERT_TRUE(start_gate(gate_setup("", "location /page.txt { internal; root {dir}; }\n")));
  backend.answer_with({.headers = "X-Accel-Redirect: /page.txt\r\n"});
  const HttpResponse response = send(event("evt-1"));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "page\n");
  EXPECT_EQ(nginx.counter("zones.calls.claims"), 1);
  EXPECT_EQ(nginx.counter("zones.calls.commits"), 1);
  EXPECT_EQ(nginx.counter("outcomes.accepted"), 1);
  EXPECT_TRUE(found("200 accepted backend_accepted telnyx id=evt-1"));
  backend.answer_with({.headers = "X-Accel-Redirect: /page.txt-that-is-not\r\n"});
  EXPECT_EQ(send(event("evt-2")).status, 404);
  EXPECT_EQ(nginx.counter("zones.calls.releases"), 1);
  EXPECT_EQ(nginx.counter("outcomes.failed"), 1);
}

TEST_F(GateBypassTest, AnXAccelRedirectWithinOneGateKeepsTheOneClaim) {
  write_text(nginx.file("page.txt"), "page\n");
  NginxSetup with = gate_setup();
  with.status = "webhook off;";
  with.server = gate() + "location /w { proxy_pass http://backend; }\nlocation /page.txt { internal; root {dir}; }\n";
  ASSERT_TRUE(start_gate(with));
  backend.answer_with({.headers = "X-Accel-Redirect: /page.txt\r\n"});
  EXPECT_EQ(send(event("evt-1")).body, "page\n");
  EXPECT_EQ(nginx.counter("zones.calls.claims"), 1);
  EXPECT_EQ(nginx.counter("zones.calls.commits"), 1);
  EXPECT_EQ(nginx.counter("outcomes.accepted"), 1);
}

// Two gates for one request: both verify, and a request never waits for its own claim.
TEST_F(GateBypassTest, ARedirectIntoAnotherGateIsVerifiedAgain) {
  const TelnyxSigner second;
  NginxSetup with = gate_setup();
  const std::string keys = "webhook_key " + signer.public_key() + "; webhook_key ";
  with.server = "location /w { webhook telnyx; webhook_dedup zone=calls; " + keys + second.public_key() +
                "; try_files /none @inner; }\n" + gated("@inner");
  ASSERT_TRUE(start_gate(with));
  EXPECT_EQ(send(second.webhook("/w", event_body("evt-2"))).status, 403);
  EXPECT_EQ(backend.count(), 0U);
  EXPECT_EQ(nginx.counter("zones.calls.entries"), 0);
  EXPECT_EQ(send(event("evt-1")).status, 200);
  EXPECT_EQ(backend.count(), 1U);
  EXPECT_EQ(nginx.counter("zones.calls.commits"), 1);
  EXPECT_EQ(nginx.counter("zones.calls.in_flight"), 0);
  EXPECT_EQ(send(event("evt-1")).body, "{\"ok\":true}");
}

// nginx leaves the ACCESS phase out for subrequests. A status of 200 for "unsigned" must not open auth_request.
TEST_F(GateBypassTest, ARedirectIntoAStricterGateIsVerifiedAgain) {
  NginxSetup with = gate_setup();
  with.server = "location /wide { " + gate() + "webhook_tolerance 15m; try_files /none /w; }\n" +
                gated("/w", "webhook_tolerance 5m;") + "location /narrow { " + gate() +
                "webhook_tolerance 1m; try_files /none /w; }\n";
  ASSERT_TRUE(start_gate(with));
  EXPECT_EQ(send(signer.webhook("/wide", event_body("evt-1"), -600)).status, 403);
  EXPECT_EQ(backend.count(), 0U);
  EXPECT_EQ(nginx.counter("zones.calls.entries"), 0);
  EXPECT_EQ(send(signer.webhook("/wide", event_body("evt-1"))).status, 200);
  EXPECT_EQ(send(signer.webhook("/narrow", event_body("evt-2"))).status, 200);
  EXPECT_EQ(backend.count(), 2U);
  EXPECT_EQ(nginx.counter("zones.calls.claims"), 3);
  EXPECT_EQ(nginx.counter("zones.calls.commits"), 2);
}

TEST_F(GateBypassTest, AnAuthRequestIntoTheGateIsNoLogin) {
  ASSERT_TRUE(start_gate(gate_setup("webhook_status_code unsigned 200;",
                                    "location /login { auth_request /w; proxy_pass http://other; }\n")));
  for (const HttpRequest& request : {forged("/login"), unsigned_request("/login"), event("evt-1")}) {
    HttpRequest one = request;
    one.path = "/login";
    EXPECT_EQ(send(one).status, 403);
  }
  expect_nothing_reached_the_backend();
  EXPECT_THAT(nginx.error_log(), HasSubstr("webhook refused: unsigned (subrequest)"));
}

TEST_F(GateBypassTest, AMirrorIntoTheGateCarriesNothing) {
  ASSERT_TRUE(start_gate(gate_setup("", "location /mirrored { mirror /w; proxy_pass http://other; }\n")));
  EXPECT_EQ(send(forged("/mirrored")).status, 200);
  EXPECT_TRUE(wait_until([&] { return nginx.counter("outcomes.unsigned") == 1; }));
  EXPECT_EQ(other.count(), 1U);
  EXPECT_EQ(backend.count(), 0U);
}

TEST_F(GateBypassTest, PagesMadeOfPartsDoNotReachThroughTheGate) {
  write_text(nginx.file("page.html"), "<!--#include virtual=\"/w\" -->");
  ASSERT_TRUE(start_gate(gate_setup("",
                                    "location /page.html { root {dir}; ssi on; }\n"
                                    "location /sum/ { alias {dir}/; add_before_body /w; add_after_body /w; }\n")));
  HttpClient client(nginx.http_socket());
  EXPECT_EQ(client.get("/page.html").body, "{\"ok\":false}");
  EXPECT_THAT(client.get("/sum/page.html").body, HasSubstr("{\"ok\":false}"));
  EXPECT_EQ(nginx.counter("outcomes.unsigned"), 3);
  expect_nothing_reached_the_backend();
}

TEST_F(GateBypassTest, SubrequestsOfAVerifiedRequestPassTheSameGate) {
  NginxSetup with = gate_setup();
  with.status = "webhook off;";
  with.server = gate() +
                "location /w { mirror /copy; proxy_pass http://backend; }\n"
                "location = /copy { internal; proxy_pass http://other; }\n";
  ASSERT_TRUE(start_gate(with));
  EXPECT_EQ(send(forged()).status, 403);
  EXPECT_EQ(send(event("evt-1")).status, 200);
  EXPECT_TRUE(wait_until([&] { return other.count() == 1; }));
  EXPECT_EQ(backend.count(), 1U);
  EXPECT_EQ(nginx.counter("outcomes.accepted"), 1);
  EXPECT_EQ(nginx.counter("zones.calls.claims"), 1);
}

TEST_F(GateBypassTest, AnAuthRequestBeforeTheGateDoesNotReplaceIt) {
  ASSERT_TRUE(start_gate(gate_setup("auth_request /auth;",
                                    "location = /auth { internal; if ($http_x_deny) { return 401; } return 204; }\n")));
  EXPECT_EQ(send(event("evt-1").set("x-deny", "me")).status, 401);
  expect_gate_holds("/w");
}

TEST_F(GateBypassTest, AnAuthRequestUnderTheSameGateNeedsAnOpenLocation) {
  NginxSetup with = gate_setup();
  with.status = "webhook off;";
  with.server = gate() +
                "location /w { auth_request /auth; proxy_pass http://backend; }\n"
                "location /v { auth_request /open; proxy_pass http://backend; }\n"
                "location = /auth { internal; proxy_pass http://other; }\n"
                "location = /open { internal; webhook off; return 204; }\n";
  ASSERT_TRUE(start_gate(with));
  EXPECT_EQ(send(event("evt-1")).status, 403);
  EXPECT_EQ(other.count(), 0U);
  expect_gate_holds("/v");
}

TEST_F(GateBypassTest, AMirrorAfterTheGateSeesOnlyWhatPassed) {
  ASSERT_TRUE(start_gate(gate_setup("mirror /copy;", "location = /copy { internal; proxy_pass http://other; }\n")));
  EXPECT_EQ(send(forged()).status, 403);
  EXPECT_EQ(send(unsigned_request()).status, 403);
  const HttpRequest genuine = event("evt-1");
  EXPECT_EQ(send(genuine).status, 200);
  ASSERT_TRUE(wait_until([&] { return other.count() == 1; }));
  EXPECT_EQ(other.seen()[0].body, genuine.body);
  EXPECT_EQ(backend.count(), 1U);
}

TEST_F(GateBypassTest, ProxyRequestBufferingOff) {
  ASSERT_TRUE(start_gate(gate_setup("proxy_request_buffering off; proxy_http_version 1.1;")));
  HttpRequest chunked = forged();
  chunked.chunked = true;
  EXPECT_EQ(send(chunked).status, 403);
  expect_gate_holds("/w");
}

// Part of the body has been read, and sent on, by somebody else: what was signed is not what would arrive.
TEST_F(GateBypassTest, HalfABodyFromAnotherLocationIsNotTakenForAWhole) {
  ASSERT_TRUE(start_gate(gate_setup(
      "", gated("@hook") +
              "lingering_timeout 100ms;\nlocation /streamed { proxy_request_buffering off; proxy_http_version 1.1; "
              "proxy_pass http://unix:{dir}/gone.sock; error_page 502 = @hook; }\n")));
  // Genuine, with more behind it than was signed.
  std::string text = raw_text(signer.webhook("/streamed", event_body("evt-1")));
  const std::size_t length = text.find("Content-Length: ") + 16;
  const std::size_t end = text.find("\r\n", length);
  const std::size_t bytes = std::stoul(text.substr(length, end - length));
  text.replace(length, end - length, std::to_string(bytes + 100000));
  const RawClient client(nginx.http_socket());
  ASSERT_TRUE(client.write(text));
  EXPECT_TRUE(found("403 forged no_key_matches"));
  expect_nothing_reached_the_backend();
}

TEST_F(GateBypassTest, AnHttp2RequestMeetsTheSameGate) {
  if (!NginxFixture::has(NginxFixture::kHttp2)) GTEST_SKIP() << "this nginx has no HTTP/2";
  ASSERT_TRUE(start_gate());
  HttpRequest http2 = forged();
  http2.http2 = true;
  EXPECT_EQ(send(http2).status, 403);
  EXPECT_EQ(backend.count(), 0U);
  http2 = event("evt-1");
  http2.http2 = true;
  EXPECT_EQ(send(http2).status, 200);
  EXPECT_EQ(backend.count(), 1U);
}

// What was signed for one host must not be taken by another: the host of the request line decides which server block
// serves, whatever the Host header says.
TEST_F(GateBypassTest, TheUrlThatIsSignedNamesTheHostThatServes) {
  NginxSetup with = gate_setup();
  with.http +=
      "webhook_scheme signs_url { algorithm ed25519; key base64; signature header=acme-signature encoding=base64; "
      "timestamp header=acme-timestamp unit=s; content \"{timestamp}|{url}{body}\"; id json=/data/id; }\n";
  with.server =
      "location /w { webhook signs_url; webhook_key " + signer.public_key() + "; proxy_pass http://backend; }";
  ASSERT_TRUE(start_gate(with));
  const auto status = [&](const std::string& target, const std::string& url) {
    HttpRequest request;
    request.path = target;
    request.body = event_body("evt");
    const std::string timestamp = unix_seconds();
    request.headers = {{"acme-timestamp", timestamp}, {"acme-signature", signer.sign(timestamp, url + request.body)}};
    RawClient client(nginx.http_socket());  // its Host is edge.test
    EXPECT_TRUE(client.write(raw_text(request)));
    return client.read_response().status;
  };
  EXPECT_EQ(status("/w", "http://edge.test/w"), 200);
  EXPECT_EQ(status("http://EDGE.test:80/w", "http://edge.test/w"), 200);
  EXPECT_EQ(status("http://other.test/w", "http://edge.test/w"), 403);
  EXPECT_EQ(status("http://edge.tes/w", "http://edge.test/w"), 403);
  EXPECT_EQ(status("http://other.test/w", "http://other.test/w"), 200);
}

// nginx answers `return` before any module is asked: nothing reaches the application, but the sender hears "taken".
TEST_F(GateBypassTest, AReturnInTheLocationIsWarnedOf) {
  const NginxFixture::Check check = nginx.check(gate_setup("if ($arg_x) { return 200; }"));
  EXPECT_EQ(check.exit_code, 0) << check.output;
  EXPECT_THAT(check.output, HasSubstr("[warn]"));
  EXPECT_THAT(check.output, HasSubstr("return 200"));
}

TEST_F(GateBypassTest, WithoutTheDecisionsHolderNothingIsHandedOver) {
  // webhook_pass as a subrequest of a request that passed the same gate: verified, but not this request.
  NginxSetup with = gate_setup();
  with.server =
      gate() + "location /w { mirror /hook; proxy_pass http://backend; }\nlocation /hook { webhook_pass worker; }\n";
  ASSERT_TRUE(worker.start() && start_gate(with));
  EXPECT_EQ(send(event("evt-1")).status, 200);
  EXPECT_TRUE(wait_until(
      [&] { return nginx.error_log().contains("webhook_pass does not serve what its gate has not verified"); }));
  EXPECT_EQ(worker.bytes_received(), 0U);
}

}  // namespace
}  // namespace ringfence::test
