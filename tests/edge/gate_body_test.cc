// However a body arrives at the gate, the application gets it byte for byte, and gets nothing that was not signed.
#include <sodium.h>

#include "edge/gate_test.h"
#include "shared/bytes.h"
#include "shared/limits.h"

namespace ringfence::test {
namespace {

// Signed bytes of any kind, named by their hash: what a scheme of the operator's own may be.
class GateBodyTest : public GateTest {
 protected:
  static constexpr std::string_view kSecret = "correct-horse-battery-staple";

  NginxSetup raw_setup(std::string_view extra, std::string_view handler = kProxy) {
    write_text(nginx.file("secret"), std::string(kSecret) + "\n");
    NginxSetup made = gate_setup();
    made.http +=
        "webhook_scheme raw {\n  algorithm hmac-sha256;\n  key raw;\n  signature header=x-signature encoding=hex;\n"
        "  content \"{body}\";\n  id hash=body;\n}\n";
    made.server = "location /r { webhook raw; webhook_key_file {dir}/secret; webhook_dedup zone=calls; " +
                  std::string(handler) + " " + std::string(extra) + " }\n";
    return made;
  }
  static HttpRequest signed_request(std::string body) {
    crypto_auth_hmacsha256_state state;
    std::array<std::uint8_t, crypto_auth_hmacsha256_BYTES> mac{};
    crypto_auth_hmacsha256_init(&state, as_bytes(kSecret).data(), kSecret.size());
    crypto_auth_hmacsha256_update(&state, as_bytes(body).data(), body.size());
    crypto_auth_hmacsha256_final(&state, mac.data());
    std::array<char, 2 * sizeof mac + 1> hex{};
    sodium_bin2hex(hex.data(), hex.size(), mac.data(), mac.size());
    HttpRequest request;
    request.path = "/r";
    request.headers = {{"content-type", "application/octet-stream"}, {"x-signature", hex.data()}};
    request.body = std::move(body);
    return request;
  }
  // Bytes of every value, so that nothing on the way can take them for text.
  static std::string bytes(std::size_t count, unsigned seed) {
    std::string text(count, '\0');
    for (std::size_t i = 0; i < count; ++i) text[i] = static_cast<char>(i * 31 + seed + i / 251);
    return text;
  }

  void expect_identical(HttpRequest request) {
    const std::size_t before = backend.count();
    HttpRequest forged = request;
    if (!forged.body.empty()) forged.body.back() = static_cast<char>(forged.body.back() + 1);
    EXPECT_EQ(send(forged).status, forged.body.empty() ? 400 : 403) << forged.body.size();
    EXPECT_EQ(backend.count(), before);
    const HttpResponse response = send(request);
    if (request.body.empty()) {
      EXPECT_EQ(response.status, 400);
      EXPECT_EQ(backend.count(), before);
      return;
    }
    EXPECT_EQ(response.status, 200) << request.body.size() << response.error;
    ASSERT_EQ(backend.count(), before + 1) << request.body.size();
    EXPECT_TRUE(backend.seen().back().body == request.body) << request.body.size();
  }
  // The sizes around client_body_buffer_size, in each way a client can send them.
  void expect_all_sizes_identical(bool also_http2 = true) {
    unsigned seed = 0;
    for (const std::size_t size : {0U, 1U, 8191U, 8192U, 8193U, 20000U, 1048576U}) {
      HttpRequest plain = signed_request(bytes(size, ++seed));
      expect_identical(plain);
      HttpRequest chunked = signed_request(bytes(size, ++seed));
      chunked.chunked = true;
      expect_identical(chunked);
      HttpRequest expecting = signed_request(bytes(size, ++seed));
      expect_identical(expecting.set("expect", "100-continue"));
      if (!also_http2) continue;
      HttpRequest http2 = signed_request(bytes(size, ++seed));
      http2.http2 = true;
      expect_identical(http2);
    }
  }
};

TEST_F(GateBodyTest, EverySizeInEveryWayIsIdenticalBehindProxyPass) {
  ASSERT_TRUE(start_gate(raw_setup("client_body_buffer_size 8k;")));
  expect_all_sizes_identical();
}

TEST_F(GateBodyTest, WithoutRequestBufferingToo) {
  ASSERT_TRUE(
      start_gate(raw_setup("client_body_buffer_size 8k; proxy_request_buffering off; proxy_http_version 1.1;")));
  expect_all_sizes_identical();
}

TEST_F(GateBodyTest, FromATemporaryFileToo) {
  ASSERT_TRUE(start_gate(raw_setup("client_body_in_file_only clean;")));
  expect_all_sizes_identical();
}

TEST_F(GateBodyTest, FromATemporaryFileThatThreadsReadToo) {
  if (!NginxFixture::has("--with-threads")) GTEST_SKIP() << "this nginx was built without --with-threads";
  ASSERT_TRUE(start_gate(raw_setup("client_body_in_file_only clean; aio threads; aio_write on; sendfile on;")));
  expect_all_sizes_identical();
}

TEST_F(GateBodyTest, BehindScgiToo) {
  ASSERT_TRUE(start_gate(raw_setup("client_body_buffer_size 8k;", "scgi_pass unix:{dir}/backend.sock;")));
  expect_all_sizes_identical();
}

TEST_F(GateBodyTest, ABodyInPiecesIsOneBody) {
  ASSERT_TRUE(start_gate(raw_setup("proxy_request_buffering off;")));
  const HttpRequest request = signed_request(bytes(300, 7));
  const std::string text = raw_text(request);
  RawClient client(nginx.http_socket());
  const std::size_t head = text.find("\r\n\r\n") + 4;
  ASSERT_TRUE(client.write(text.substr(0, head + 1)));
  for (std::size_t at = head + 1; at < text.size(); at += 7) ASSERT_TRUE(client.write(text.substr(at, 7)));
  EXPECT_EQ(client.read_response().status, 200);
  ASSERT_EQ(backend.count(), 1U);
  EXPECT_EQ(backend.seen()[0].body, request.body);
}

TEST_F(GateBodyTest, AMirrorGetsWhatWasVerifiedAndNothingElse) {
  NginxSetup with = raw_setup("mirror /copy;");
  with.server += "location = /copy { internal; proxy_pass http://other; }\n";
  ASSERT_TRUE(start_gate(with));
  const HttpRequest request = signed_request(bytes(30000, 3));
  HttpRequest forged = request;
  forged.body[0] ^= 1;
  EXPECT_EQ(send(forged).status, 403);
  EXPECT_EQ(send(request).status, 200);
  ASSERT_TRUE(wait_until([&] { return other.count() == 1; }));
  EXPECT_TRUE(other.seen()[0].body == request.body);
  ASSERT_EQ(backend.count(), 1U);
  EXPECT_TRUE(backend.seen()[0].body == request.body);
}

TEST_F(GateBodyTest, WhatIsTooLargeOrCodedIsNotRead) {
  ASSERT_TRUE(start_gate(raw_setup("client_max_body_size 10k;")));
  HttpRequest large = signed_request(bytes(20000, 1));
  EXPECT_EQ(send(large).status, 413);
  large.chunked = true;
  EXPECT_EQ(send(large).status, 413);
  EXPECT_EQ(send(signed_request(bytes(100, 2)).set("content-encoding", "gzip")).status, 415);
  EXPECT_EQ(nginx.counter("outcomes.too_large"), 2);
  EXPECT_EQ(nginx.counter("outcomes.unsupported"), 1);
  expect_nothing_reached_the_backend();
}

// The module's own bound holds where nginx has none.
TEST_F(GateBodyTest, ABodyWithoutEndIsStoppedAtTheGatesBound) {
  ASSERT_TRUE(start_gate(raw_setup("client_max_body_size 0;")));
  HttpRequest most = signed_request(bytes(limits::kGateBodyBytes, 5));
  EXPECT_EQ(send(most).status, 200);
  HttpRequest over = signed_request(bytes(limits::kGateBodyBytes + 1, 6));
  EXPECT_EQ(send(over).status, 413);
  EXPECT_EQ(backend.count(), 1U);
}

TEST_F(GateBodyTest, ADryRunPassesOnWhatItWouldNotRead) {
  ASSERT_TRUE(start_gate(raw_setup("client_max_body_size 0; webhook_dry_run on;")));
  HttpRequest over = signed_request(bytes(limits::kGateBodyBytes + 1, 6));
  EXPECT_EQ(send(over).status, 200);
  over.chunked = true;
  EXPECT_EQ(send(over).status, 200);
  EXPECT_EQ(send(signed_request(bytes(100, 2)).set("content-encoding", "gzip")).status, 200);
  ASSERT_EQ(backend.count(), 3U);
  EXPECT_EQ(backend.seen()[0].header("x-webhook-status"), "too_large_dry_run");
  EXPECT_EQ(backend.seen()[1].header("x-webhook-status"), "too_large_dry_run");
  EXPECT_EQ(backend.seen()[2].header("x-webhook-status"), "unsupported_dry_run");
  EXPECT_TRUE(backend.seen()[1].body == over.body);
}

}  // namespace
}  // namespace ringfence::test
