// Every kind of request gets its verdict, and what is refused has no effect anywhere.
#include <gmock/gmock.h>

#include <set>

#include "edge/edge_test.h"
#include "edge/http2_probe.h"

namespace ringfence::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST_F(EdgeTest, AGenuineWebhookIsHandedOverWholeAndAnswered200) {
  ASSERT_TRUE(start());
  HttpRequest request = signer.webhook("/w", event_body("evt-1", "call.answered", "session-7"));
  request.set("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  const HttpResponse response = send(request);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "{\"ok\":true}");
  EXPECT_EQ(response.headers.at("content-type"), "application/json");
  const auto seen = worker.seen();
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].scheme, "telnyx");
  EXPECT_EQ(seen[0].id, "evt-1");
  EXPECT_EQ(seen[0].type, "call.answered");
  EXPECT_EQ(seen[0].partition, "session-7");
  EXPECT_EQ(seen[0].trace_parent, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  EXPECT_EQ(seen[0].body, request.body);
  ASSERT_EQ(seen[0].headers.size(), 1U);
  EXPECT_EQ(seen[0].headers[0].first, "telnyx-timestamp");
  EXPECT_EQ(seen[0].headers[0].second, request.headers[1].second);
  EXPECT_NEAR(static_cast<double>(seen[0].received_ms) / 1000, static_cast<double>(time(nullptr)), 5);
  EXPECT_EQ(nginx.counter("outcomes.accepted"), 1);
  EXPECT_EQ(nginx.counter("worker.frames_sent"), 1);
  EXPECT_EQ(nginx.counter("worker.bytes_sent"), static_cast<long long>(worker.bytes_received()));
  EXPECT_EQ(nginx.counter("zones.calls.commits"), 1);
  EXPECT_TRUE(logged("200 \"accepted\" \"evt-1\" \"call.answered\" \"0\"",
                     "200 \"accepted\" \"evt-1\" \"call.answered\" \"1\""));
}

TEST_F(EdgeTest, AGarbledTraceParentIsNotCarriedOn) {
  ASSERT_TRUE(start());
  EXPECT_EQ(send(event("evt-1").set("traceparent", "00-zzf7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")).status,
            200);
  ASSERT_EQ(worker.seen().size(), 1U);
  EXPECT_EQ(worker.seen()[0].trace_parent, "");
}

TEST_F(EdgeTest, AForgedWebhookIsRefused) {
  ASSERT_TRUE(start());
  HttpRequest changed_body = event("evt-1");
  changed_body.body.back() = ' ';
  EXPECT_EQ(send(changed_body).status, 403);
  HttpRequest changed_time = event("evt-1");
  changed_time.set("telnyx-timestamp", unix_seconds(1));
  EXPECT_EQ(send(changed_time).status, 403);
  const HttpResponse other_key = send(TelnyxSigner().webhook("/w", event_body("evt-1")));
  EXPECT_EQ(other_key.status, 403);
  EXPECT_EQ(other_key.body, "{\"ok\":false}");
  EXPECT_EQ(nginx.counter("outcomes.forged"), 3);
  EXPECT_TRUE(logged("403 \"forged\" \"-\" \"-\"")) << nginx.access_log();
  EXPECT_THAT(nginx.error_log(),
              HasSubstr("webhook refused: forged (no_key_matches): no key made this signature, tried: 1"));
  expect_no_effect();
}

TEST_F(EdgeTest, AnUnsignedWebhookIsRefused) {
  ASSERT_TRUE(start());
  EXPECT_EQ(send(event("evt-1").remove("telnyx-signature-ed25519")).status, 403);
  EXPECT_EQ(send(event("evt-1").remove("telnyx-timestamp")).status, 403);
  EXPECT_EQ(send(event("evt-1").set("telnyx-signature-ed25519", "AAAA")).status, 403);
  EXPECT_EQ(nginx.counter("outcomes.unsigned"), 3);
  EXPECT_TRUE(logged("403 \"unsigned\" \"-\" \"-\" \"-\"")) << nginx.access_log();
  expect_no_effect();
}

TEST_F(EdgeTest, ATimestampThatIsNotPlainDigitsIsRefusedThoughSigned) {
  ASSERT_TRUE(start());
  for (const std::string& timestamp : {"0" + unix_seconds(), "+" + unix_seconds(), unix_seconds() + ".0",
                                       unix_seconds() + "000", std::string("now"), std::string("0x5f5e100")}) {
    HttpRequest request = event("evt-1");
    request.set("telnyx-timestamp", timestamp).set("telnyx-signature-ed25519", signer.sign(timestamp, request.body));
    EXPECT_EQ(send(request).status, 403) << timestamp;
  }
  expect_no_effect();
}

TEST_F(EdgeTest, ARepeatedHeaderIsRefusedWhicheverCopyIsGenuine) {
  if (!NginxFixture::has(NginxFixture::kHttp2)) GTEST_SKIP() << "this nginx has no HTTP/2";
  ASSERT_TRUE(start());
  for (const std::string name : {"telnyx-timestamp", "telnyx-signature-ed25519"}) {
    for (const bool first : {true, false}) {
      HttpRequest request = event("evt-1");
      const std::string other = name == "telnyx-timestamp" ? unix_seconds() : std::string(86, 'A') + "==";
      request.headers.insert(first ? request.headers.begin() : request.headers.end(), {name, other});
      EXPECT_EQ(send(request).status, 403) << name;
      EXPECT_EQ(http2_status(nginx.http2_socket(), request), 403) << name;
    }
  }
  EXPECT_EQ(nginx.counter("outcomes.unsigned"), 8);
  EXPECT_THAT(nginx.error_log(), HasSubstr("webhook refused: unsigned (timestamp_repeated): "));
  EXPECT_THAT(nginx.error_log(), HasSubstr("webhook refused: unsigned (signature_repeated): "));
  expect_no_effect();
}

TEST_F(EdgeTest, AStaleWebhookIsRefusedOnBothSidesOfTheWindow) {
  ASSERT_TRUE(start());
  EXPECT_EQ(send(signer.webhook("/w", event_body("old"), -301)).status, 403);
  // The clock may tick between signing and the check, which brings a timestamp ahead of us one second nearer.
  EXPECT_EQ(send(signer.webhook("/w", event_body("ahead"), 303)).status, 403);
  EXPECT_EQ(nginx.counter("outcomes.stale"), 2);
  EXPECT_THAT(nginx.error_log(), HasSubstr("s old, tolerance 300 s"));
  EXPECT_THAT(nginx.error_log(), HasSubstr("s ahead, tolerance 300 s"));
  EXPECT_TRUE(logged("403 \"stale\" \"-\" \"-\" \"301\"", "403 \"stale\" \"-\" \"-\" \"302\""));
  expect_no_effect();
}

// Runs inside one second of the wall clock, so that exactly 300 and 301 mean what they say.
TEST_F(EdgeTest, TheEdgeOfTheWindowIsExact) {
  ASSERT_TRUE(start());
  struct Case {
    std::int64_t offset_s;
    int status;
  };
  int number = 0;
  for (const Case& one : {Case{-300, 200}, Case{300, 200}, Case{-301, 403}, Case{301, 403}}) {
    HttpResponse response;
    ASSERT_TRUE(wait_until([&] {
      const std::string before = unix_seconds();
      response = send(signer.webhook("/w", event_body("edge-" + std::to_string(++number)), one.offset_s));
      return unix_seconds() == before;
    }));
    EXPECT_EQ(response.status, one.status) << one.offset_s;
  }
}

TEST_F(EdgeTest, OtherMethodsGet405WithAllow) {
  ASSERT_TRUE(start());
  for (const std::string method : {"GET", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"}) {
    HttpRequest request = event("evt-1");
    request.method = method;
    const HttpResponse response = send(request);
    EXPECT_EQ(response.status, 405) << method;
    ASSERT_TRUE(response.headers.contains("allow")) << method;
    EXPECT_EQ(response.headers.at("allow"), "POST");
  }
  EXPECT_EQ(nginx.counter("outcomes.method"), 6);
  expect_no_effect();
}

TEST_F(EdgeTest, ContentCodingsAndOtherTypesGet415) {
  ASSERT_TRUE(start());
  EXPECT_EQ(send(event("evt-1").set("content-encoding", "gzip")).status, 415);
  EXPECT_EQ(send(event("evt-1").set("content-type", "text/plain")).status, 415);
  EXPECT_EQ(send(event("evt-1").set("content-type", "application/jsonp")).status, 415);
  EXPECT_EQ(nginx.counter("outcomes.unsupported"), 3);
  expect_no_effect();
  EXPECT_EQ(send(event("evt-2").set("content-encoding", "identity")).status, 200);
  EXPECT_EQ(send(event("evt-3").set("content-type", "Application/JSON; charset=utf-8")).status, 200);
  EXPECT_EQ(send(event("evt-4").remove("content-type")).status, 200);
}

constexpr const char* kNoEvents[] = {"not json",
                                     "[]",
                                     "{}",
                                     "{\"data\":{}}",
                                     "{\"data\":{\"id\":\"\"}}",
                                     "{\"data\":{\"id\":true}}",
                                     "{\"data\":{\"id\":\"a\",\"id\":\"b\"}}",
                                     "{\"data\":{\"id\":\"a\"}"};

// It is the provider's, and would come again just as it is: the worker keeps it, under its hash.
TEST_F(EdgeTest, AVerifiedBodyWithoutAnEventIsHandedOverByItsHash) {
  ASSERT_TRUE(start());
  std::set<std::string> ids;
  for (const char* body : kNoEvents) {
    for (int copy = 0; copy < 2; ++copy) EXPECT_EQ(send(signer.webhook("/w", body)).status, 200) << body;
    ASSERT_FALSE(worker.seen().empty());
    EXPECT_EQ(worker.seen().back().body, body);
    ids.insert(worker.seen().back().id);
  }
  EXPECT_EQ(ids.size(), std::size(kNoEvents));
  EXPECT_EQ(worker.seen().size(), std::size(kNoEvents)) << "a copy is a duplicate";
  EXPECT_EQ(nginx.counter("outcomes.malformed"), 0);
}

TEST_F(EdgeTest, AVerifiedBodyWithoutAnEventIs400WhereNoHashIsTaken) {
  NginxSetup with = setup();
  with.http +=
      "webhook_scheme strict { algorithm ed25519; key base64; content \"{timestamp}|{body}\";\n"
      "  signature header=telnyx-signature-ed25519 encoding=base64; timestamp header=telnyx-timestamp unit=s;\n"
      "  tolerance 300s; id json=/data/id; type json=/data/event_type; }\n";
  with.server.replace(with.server.find("webhook telnyx"), 14, "webhook strict");
  ASSERT_TRUE(start(with));
  for (const char* body : kNoEvents) EXPECT_EQ(send(signer.webhook("/w", body)).status, 400) << body;
  EXPECT_EQ(nginx.counter("outcomes.malformed"), 8);
  EXPECT_TRUE(logged("400 \"malformed\" \"-\" \"-\""));
  expect_no_effect();
}

TEST_F(EdgeTest, LogsHoldNeitherBodyNorSignature) {
  ASSERT_TRUE(start());
  HttpRequest request = signer.webhook("/w", event_body("forged-id-in-body", "secret-type"));
  const std::string signature = request.headers[2].second;
  request.body += " ";
  EXPECT_EQ(send(request).status, 403);
  EXPECT_EQ(send(signer.webhook("/w", "{\"private\":\"text\"}")).status, 200);
  ASSERT_TRUE(logged("403")) << nginx.access_log();
  EXPECT_THAT(nginx.error_log() + nginx.access_log(), Not(HasSubstr(signature)));
  EXPECT_THAT(nginx.error_log() + nginx.access_log(), Not(HasSubstr("forged-id-in-body")));
  EXPECT_THAT(nginx.error_log() + nginx.access_log(), Not(HasSubstr("private")));
}

// Bytes that no proper client sends, each built around a genuine signature.
TEST_F(EdgeTest, RequestsThatCouldBeReadInTwoWaysAreRefused) {
  NginxSetup with = setup();
  with.server = "underscores_in_headers on;\n" + with.server;
  ASSERT_TRUE(start(with));
  const std::string genuine = raw_text(event("evt-1"));
  const auto changed = [&](std::string_view what, std::string_view instead) {
    std::string text = genuine;
    return text.replace(text.find(what), what.size(), instead);
  };
  const std::vector<std::pair<std::string, int>> requests = {
      {"POST /w\r\n", 0},  // HTTP/0.9 is answered without a status line
      {"GET /w\r\n", 0},
      {changed("Content-Length", "Transfer-Encoding: chunked\r\nContent-Length"), 400},
      {changed("Content-Length", "Content-Length: 1\r\nContent-Length"), 400},
      {changed("Content-Length: ", "Content-Length: +"), 400},
      {changed("telnyx-signature-ed25519: ", "telnyx-signature-ed25519:\r\n "), 400},
      {changed("telnyx-timestamp: ", "telnyx-timestamp: 1\r\ntelnyx-timestamp: "), 403},
      {changed("telnyx-timestamp: ", "Telnyx-Timestamp: 1\r\ntelnyx-timestamp: "), 403},
      {changed("telnyx-timestamp: ", "telnyx_timestamp: "), 403},
      {changed("telnyx-timestamp: ", "telnyx_timestamp: 1\r\ntelnyx-timestamp: "), 403},
      {changed("telnyx-timestamp: ", "telnyx-timestamp : "), 400},
  };
  for (const auto& [text, status] : requests) {
    RawClient client(nginx.http_socket());
    ASSERT_TRUE(client.write(text));
    EXPECT_EQ(client.read_response().status, status) << text;
  }
  expect_no_effect();
}

}  // namespace
}  // namespace ringfence::test
