// What later versions of nginx do differently, as far as the module meets it; and that it is built for the nginx under
// test. RINGFENCE_TEST_NGINX names that one; tools/versions runs the whole suite against several.
#include <csignal>
#include <ctime>

#include "edge/api_test.h"
#include "edge/gate_test.h"

namespace ringfence::test {
namespace {

// nginx refuses a module unless its signature, a line of sizes and one digit per feature, is its own to the letter.
std::string signature_in(const std::string& file) {
  const std::string bytes = read_text(file);
  const std::string sizes = std::to_string(sizeof(void*)) + "," + std::to_string(sizeof(sig_atomic_t)) + "," +
                            std::to_string(sizeof(time_t)) + ",";
  for (std::size_t at = 0; (at = bytes.find(sizes, at)) != std::string::npos; ++at) {
    const std::size_t end = std::min(bytes.find_first_not_of("01", at + sizes.size()), bytes.size());
    if (end > at + sizes.size() + 20) return bytes.substr(at, end - at);
  }
  return {};
}

TEST(SignatureTest, TheModuleHasThatOfItsNginx) {
  const std::string of_nginx = signature_in(NginxFixture::program());
  ASSERT_NE(of_nginx, "");
  EXPECT_EQ(signature_in(RINGFENCE_MODULE), of_nginx);
}

TEST(SignatureTest, TheVersionIsRead) { EXPECT_GE(NginxFixture::version(), 1022000) << NginxFixture::description(); }

using KeepaliveTest = ApiTest;

// From 1.29.7 on nginx keeps the connections to upstreams that do not say `keepalive`, each for the location it was
// made for.
TEST_F(KeepaliveTest, AnUpstreamWithoutAWordOfItIsKeptAliveWhereNginxDoesThat) {
  NginxSetup with = api();
  with.http += "upstream plain { server unix:{worker}; }\n";
  with.server = "location / { ringd_api plain; }\nlocation /w { webhook telnyx; webhook_key " + signer.public_key() +
                "; webhook_pass plain; }\n";
  ASSERT_TRUE(start(with));
  for (int n = 0; n < 5; ++n) EXPECT_EQ(ask("GET", "/calls").status, 200);
  for (int n = 0; n < 5; ++n) EXPECT_EQ(send(event("evt-" + std::to_string(n))).status, 200);
  EXPECT_EQ(worker.connections_accepted(), NginxFixture::version() >= 1029007 ? 2 : 10);
}

// The body is read before any location is known, and long before ours asks for it.
class EarlyReadTest : public GateTest {
 protected:
  static constexpr const char* kEarly = "client_body_early_read 1;\n";

  void SetUp() override {
    NginxSetup with;
    with.http = kEarly;
    if (nginx.check(with).output.contains("unknown directive")) {
      GTEST_SKIP() << "this nginx has no client_body_early_read: " << NginxFixture::description().substr(0, 30);
    }
  }
  [[nodiscard]] NginxSetup early(std::string_view extra = "") const {
    NginxSetup with = gate_setup(extra, location("/pass"));
    with.http += kEarly;
    return with;
  }
};

TEST_F(EarlyReadTest, TheGateHolds) {
  ASSERT_TRUE(start_gate(early()));
  expect_gate_holds("/w");
}

TEST_F(EarlyReadTest, BodiesOfEveryKindAreVerifiedAndArriveWhole) {
  NginxSetup with = early("proxy_request_buffering off;");
  with.http += "client_body_buffer_size 8k;\n";  // larger ones come from a file
  ASSERT_TRUE(start_gate(with));
  std::size_t taken = 0;
  for (const std::size_t bytes : {std::size_t{100}, std::size_t{8192}, std::size_t{8193}, std::size_t{500000}}) {
    for (const bool http2 : {false, true}) {
      for (const bool chunked : {false, true}) {
        const std::string id = std::to_string(bytes) + (http2 ? "-2" : "-1") + (chunked ? "c" : "");
        HttpRequest genuine = signer.webhook("/w", event_body(id, "call.answered", "session-1", bytes));
        genuine.http2 = http2;
        genuine.chunked = chunked;
        HttpRequest forged = genuine;
        forged.body.back() = ' ';
        EXPECT_EQ(send(forged).status, 403) << id;
        EXPECT_EQ(backend.count(), taken) << id;
        EXPECT_EQ(send(genuine).status, 200) << id;
        ASSERT_EQ(backend.count(), ++taken) << id;
        EXPECT_TRUE(backend.seen().back().body == genuine.body) << id;
      }
    }
  }
}

TEST_F(EarlyReadTest, AnEventIsHandedOverAndAForgedOneIsNot) {
  ASSERT_TRUE(worker.start());
  ASSERT_TRUE(start_gate(early()));
  HttpRequest genuine = signer.webhook("/pass", event_body("evt-1"));
  HttpRequest forged = genuine;
  forged.body.back() = ' ';
  EXPECT_EQ(send(forged).status, 403);
  EXPECT_EQ(worker.bytes_received(), 0U);
  EXPECT_EQ(send(genuine).status, 200);
  ASSERT_EQ(worker.seen().size(), 1U);
  EXPECT_EQ(worker.seen()[0].body, genuine.body);
}

// nginx checks the bound of a location only against a declared length; one in chunks is ours to refuse.
TEST_F(EarlyReadTest, ABodyInChunksOverTheBoundOfTheLocationIsRefused) {
  ASSERT_TRUE(worker.start());
  ASSERT_TRUE(start_gate(early()));
  HttpRequest large = signer.webhook("/pass", event_body("large", "call.answered", "session-1", 300 * 1024));
  large.chunked = true;
  EXPECT_EQ(send(large).status, 413);
  EXPECT_EQ(worker.bytes_received(), 0U);
}

TEST_F(EarlyReadTest, AClientThatLeavesWithinItsBodyReachesNobody) {
  ASSERT_TRUE(start_gate(early()));
  const std::string text = raw_text(signer.webhook("/w", event_body("cut")));
  {
    RawClient client(nginx.http_socket());
    ASSERT_TRUE(client.write(text.substr(0, text.size() - 5)));
  }
  EXPECT_EQ(send(signer.webhook("/w", event_body("whole"))).status, 200);
  EXPECT_EQ(backend.count(), 1U);
}

}  // namespace
}  // namespace ringfence::test
