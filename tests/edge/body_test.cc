// However a body arrives, it is one body: verified when genuine, bounded when large.
#include <gmock/gmock.h>

#include <cstdio>

#include "edge/edge_test.h"
#include "edge/http2_probe.h"
#include "shared/limits.h"

namespace ringfence::test {
namespace {

using ::testing::HasSubstr;

std::string event_of_size(std::size_t bytes) {
  const std::size_t rest = event_body("evt-big").size();
  return event_body("evt-big", "call.answered", "session-1", bytes - rest);
}

TEST_F(EdgeTest, AnEmptyBodyIs400) {
  ASSERT_TRUE(start());
  EXPECT_EQ(send(signer.webhook("/w", "")).status, 400);
  HttpRequest chunked = signer.webhook("/w", "");
  chunked.chunked = true;
  EXPECT_EQ(send(chunked).status, 400);
  HttpRequest http2 = signer.webhook("/w", "");
  http2.http2 = true;
  EXPECT_EQ(send(http2).status, 400);
  EXPECT_EQ(nginx.counter("outcomes.malformed"), 3);
  expect_no_effect();
}

TEST_F(EdgeTest, AMegabyteIs413HoweverItIsSent) {
  if (!NginxFixture::has(NginxFixture::kHttp2)) GTEST_SKIP() << "this nginx has no HTTP/2";
  ASSERT_TRUE(start());
  const std::string body = event_of_size(1024 * 1024);
  EXPECT_EQ(send(signer.webhook("/w", body)).status, 413);
  HttpRequest chunked = signer.webhook("/w", body);
  chunked.chunked = true;
  EXPECT_EQ(send(chunked).status, 413);
  HttpRequest http2 = signer.webhook("/w", body);
  http2.http2 = true;
  EXPECT_EQ(http2_status(nginx.http2_socket(), http2), 413);
  http2.chunked = true;  // no declared length
  EXPECT_EQ(http2_status(nginx.http2_socket(), http2), 413);
  EXPECT_EQ(nginx.counter("outcomes.too_large"), 4);
  expect_no_effect();
}

TEST_F(EdgeTest, ABodyOverClientMaxBodySizeIsCountedAsTooLarge) {
  ASSERT_TRUE(start(setup("client_max_body_size 8k;")));
  const HttpResponse declared = send(signer.webhook("/w", event_of_size(9000)));
  EXPECT_EQ(declared.status, 413);
  EXPECT_EQ(declared.body, "{\"ok\":false}");
  HttpRequest chunked = signer.webhook("/w", event_of_size(30000));
  chunked.chunked = true;
  EXPECT_EQ(send(chunked).status, 413);
  EXPECT_EQ(nginx.counter("outcomes.too_large"), 2);
  EXPECT_TRUE(logged("413 \"too_large\" \"-\" \"-\""));
  expect_no_effect();
}

TEST_F(EdgeTest, TheLargestBodyPassesAndOneByteMoreDoesNot) {
  ASSERT_TRUE(start());
  const std::string largest = event_of_size(limits::kBodyBytes);
  EXPECT_EQ(send(signer.webhook("/w", largest)).status, 200);
  EXPECT_EQ(send(signer.webhook("/w", event_of_size(limits::kBodyBytes + 1))).status, 413);
  ASSERT_EQ(worker.seen().size(), 1U);
  EXPECT_EQ(worker.seen()[0].body, largest);
}

TEST_F(EdgeTest, AChunkedBodyIsVerifiedWhole) {
  ASSERT_TRUE(start());
  HttpRequest request = signer.webhook("/w", event_of_size(50000));
  request.chunked = true;
  EXPECT_EQ(send(request).status, 200);
  request.body[40000] = 'y';
  EXPECT_EQ(send(request).status, 403);
  ASSERT_EQ(worker.seen().size(), 1U);
}

TEST_F(EdgeTest, AnHttp2BodyIsVerifiedWhole) {
  if (!NginxFixture::has(NginxFixture::kHttp2)) GTEST_SKIP() << "this nginx has no HTTP/2";
  ASSERT_TRUE(start());
  for (const std::size_t bytes : {1300U, 30000U, 200000U}) {
    HttpRequest request = signer.webhook("/w", event_body("h2-" + std::to_string(bytes), "t", "s", bytes));
    request.http2 = true;
    const HttpResponse response = send(request);
    EXPECT_EQ(response.status, 200) << response.error;
    EXPECT_EQ(response.body, "{\"ok\":true}");
    EXPECT_EQ(worker.seen().back().body, request.body);
    request.body[100] = '!';
    EXPECT_EQ(send(request).status, 403);
  }
  EXPECT_EQ(worker.seen().size(), 3U);
}

TEST_F(EdgeTest, ABodyInATempFileIsVerifiedWhole) {
  ASSERT_TRUE(start(setup("client_body_in_file_only clean;")));
  HttpRequest request = signer.webhook("/w", event_of_size(100000));
  EXPECT_EQ(send(request).status, 200);
  request.body[50000] = 'y';
  EXPECT_EQ(send(request).status, 403);
  EXPECT_EQ(worker.seen().size(), 1U);
}

TEST_F(EdgeTest, ABodyThatOutgrowsItsBufferIsVerifiedWhole) {
  ASSERT_TRUE(start(setup("client_body_buffer_size 1k;")));
  EXPECT_EQ(send(signer.webhook("/w", event_of_size(20000))).status, 200);
  EXPECT_THAT(nginx.error_log(), HasSubstr("buffered to a temporary file"));
}

TEST_F(EdgeTest, ABodyThatComesInPiecesIsOneBody) {
  ASSERT_TRUE(start());
  const std::string text = raw_text(event("slow"));
  RawClient client(nginx.http_socket());
  const std::size_t head = text.find("\r\n\r\n") + 4;
  ASSERT_TRUE(client.write(text.substr(0, head + 1)));
  for (std::size_t at = head + 1; at < text.size(); at += 7) ASSERT_TRUE(client.write(text.substr(at, 7)));
  EXPECT_EQ(client.read_response().status, 200);
}

TEST_F(EdgeTest, Expect100IsAnsweredForAGenuineWebhookAndSparedForAStaleOne) {
  ASSERT_TRUE(start());
  EXPECT_EQ(send(event("evt-1").set("expect", "100-continue")).status, 200);
  HttpRequest stale = signer.webhook("/w", event_body("evt-2"), -400);
  stale.set("expect", "100-continue");
  RawClient client(nginx.http_socket());
  const std::string text = raw_text(stale);
  // Only the headers: the verdict has to come without the body.
  ASSERT_TRUE(client.write(text.substr(0, text.find("\r\n\r\n") + 4)));
  EXPECT_EQ(client.read_response().status, 403);
  EXPECT_EQ(worker.seen().size(), 1U);
}

TEST_F(EdgeTest, AnEarlyRefusalKeepsTheConnectionUsable) {
  ASSERT_TRUE(start());
  RawClient client(nginx.http_socket());
  ASSERT_TRUE(client.write(raw_text(event("evt-1").remove("telnyx-signature-ed25519"))));
  EXPECT_EQ(client.read_response().status, 403);
  ASSERT_TRUE(client.write(raw_text(signer.webhook("/w", event_body("evt-2", "t", "s", 30000), -999))));
  EXPECT_EQ(client.read_response().status, 403);
  ASSERT_TRUE(client.write(raw_text(event("evt-3"))));
  EXPECT_EQ(client.read_response().status, 200);
  EXPECT_EQ(worker.seen().size(), 1U);
}

TEST_F(EdgeTest, AClientThatStopsInMidBodyLeavesNoTrace) {
  ASSERT_TRUE(start(setup("client_body_timeout 1s;")));
  const std::string text = raw_text(event("evt-1"));
  {
    RawClient gone(nginx.http_socket());
    ASSERT_TRUE(gone.write(text.substr(0, text.size() - 10)));
  }
  RawClient slow(nginx.http_socket());
  ASSERT_TRUE(slow.write(text.substr(0, text.size() - 10)));
  EXPECT_TRUE(slow.closed_by_peer());
  expect_no_effect();
}

// Nobody may hold a captured webhook open until its id has been forgotten: the window ends for its body as well.
TEST_F(EdgeTest, AWebhookBegunInTimeAndFinishedTooLateIsStale) {
  ASSERT_TRUE(start(setup("webhook_tolerance 1s;")));
  HttpRequest request = event("evt-1");
  request.set("expect", "100-continue");
  const std::string text = raw_text(request);
  const std::size_t head = text.find("\r\n\r\n") + 4;
  RawClient client(nginx.http_socket());
  ASSERT_TRUE(client.write(text.substr(0, head)));
  // Past the header checks: nginx asks for the body.
  EXPECT_EQ(client.read(25), "HTTP/1.1 100 Continue\r\n\r\n");
  const std::string late = std::to_string(std::stoll(request.headers[1].second) + 2);
  ASSERT_TRUE(wait_until([&] { return unix_seconds() >= late; }));
  ASSERT_TRUE(client.write(text.substr(head)));
  EXPECT_EQ(client.read_response().status, 403);
  EXPECT_EQ(nginx.counter("outcomes.stale"), 1);
  EXPECT_TRUE(logged("403 \"stale\" \"-\" \"-\" \"2\"", "403 \"stale\" \"-\" \"-\" \"3\""));
  expect_no_effect();
}

// A header that only looks signed costs nothing to make; it must not buy a disk full of body.
TEST_F(EdgeTest, ABodyInChunksIsStoppedAtTheBoundThoughNginxSetsNone) {
  ASSERT_TRUE(start(setup("client_max_body_size 0;")));
  std::string text = raw_text(event("evt-1"));
  text.erase(text.find("Content-Length"));
  RawClient client(nginx.http_socket());
  ASSERT_TRUE(client.write(text + "Transfer-Encoding: chunked\r\n\r\n"));
  char size[16];
  (void)std::snprintf(size, sizeof size, "%zx\r\n", limits::kBodyBytes + 1);
  // The last chunk never comes.
  ASSERT_TRUE(client.write(size + std::string(limits::kBodyBytes + 1, 'x') + "\r\n"));
  EXPECT_EQ(client.read_response().status, 413);
  EXPECT_EQ(nginx.counter("outcomes.too_large"), 1);
  expect_no_effect();
}

TEST_F(EdgeTest, ALargeBodyIsCountedAlsoAfterARewrite) {
  NginxSetup with = setup();
  with.server += "location /rewritten { rewrite ^ /w last; }\n";
  ASSERT_TRUE(start(with));
  const HttpResponse response = send(signer.webhook("/rewritten", event_of_size(limits::kBodyBytes + 1)));
  EXPECT_EQ(response.status, 413);
  EXPECT_EQ(response.body, "{\"ok\":false}");
  EXPECT_EQ(nginx.counter("outcomes.too_large"), 1);
}

}  // namespace
}  // namespace ringfence::test
