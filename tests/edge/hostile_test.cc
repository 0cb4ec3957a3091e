// What somebody without a key can make the edge do: little work, no growth, no trace. RINGFENCE_LONG=1 makes the flood
// a million requests.
#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdlib>
#include <sstream>

#include "edge/edge_test.h"
#include "support/files.h"

namespace ringfence::test {
namespace {

using ::testing::HasSubstr;

class HostileTest : public EdgeTest {
 protected:
  [[nodiscard]] NginxSetup roomy() const {
    NginxSetup made = setup();
    made.http +=
        "large_client_header_buffers 4 128k;\nkeepalive_requests 100000000;\n"
        "webhook_scheme listed { algorithm hmac-sha256; key raw; content \"{body}\"; id hash=body;\n"
        "  signature header=x-signatures list=, separator== name=v1 encoding=hex; }\n";
    made.server += "location /listed { webhook listed; webhook_key 8f742231-b10e-8888-abcd; webhook_pass worker; }\n";
    return made;
  }
  [[nodiscard]] int send_listed(const std::string& signatures) const {
    HttpRequest request;
    request.path = "/listed";
    request.body = "{}";
    request.set("x-signatures", signatures);
    return send(request).status;
  }
  // Memory of the one worker process that is its own, in KiB.
  [[nodiscard]] long resident_kib() const {
    long pages = 0;
    long resident = 0;
    std::istringstream(read_text("/proc/" + std::to_string(nginx.worker_pids().front()) + "/statm")) >> pages >>
        resident;
    return resident * (::getpagesize() / 1024);
  }
};

std::string repeated(std::string_view entry, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += (i == 0 ? "" : ",") + std::string(entry);
  return text;
}

TEST_F(HostileTest, AListOfTenThousandSignaturesBuysNoVerification) {
  ASSERT_TRUE(start(roomy()));
  const std::string forged = "v1=" + std::string(64, 'a');
  EXPECT_EQ(send_listed(repeated(forged, 17)), 403);
  EXPECT_THAT(nginx.error_log(), HasSubstr("signatures_too_many"));
  EXPECT_EQ(send_listed(repeated("v1=aa", 10'000)), 403);
  EXPECT_EQ(send_listed(repeated("v0=aaaa", 10'000)), 403);
  EXPECT_EQ(send_listed(std::string(10'000, ',')), 403);
  expect_no_effect();
}

TEST_F(HostileTest, HeadersOf64KilobytesAreRefusedLikeAnyOther) {
  ASSERT_TRUE(start(roomy()));
  for (const char* name : {"telnyx-signature-ed25519", "telnyx-timestamp"}) {
    for (const char filler : {'1', 'A', ' ', '='}) {
      HttpRequest request = event("evt-1");
      request.set(name, "x" + std::string(64 * 1024 - 2, filler) + "x");
      EXPECT_EQ(send(request).status, 403) << name << filler;
    }
  }
  EXPECT_EQ(send_listed("v1=" + std::string(64 * 1024, 'a')), 403);
  expect_no_effect();
}

TEST_F(HostileTest, AFloodOfForgedRequestsLeavesNothingBehind) {
  const int requests = std::getenv("RINGFENCE_LONG") != nullptr ? 1'000'000 : 10'000;
  ASSERT_TRUE(start(roomy()));
  RawClient client(nginx.http_socket());
  const auto forge = [&](int number) {
    HttpRequest request = event("evt-" + std::to_string(number));
    request.body.insert(request.body.size() - 1, " ");
    ASSERT_TRUE(client.write(raw_text(request)));
    ASSERT_EQ(client.read_response().status, 403);
  };
  for (int number = 0; number < 1000 && !HasFatalFailure(); ++number) forge(number);
  [[maybe_unused]] const long before = resident_kib();
  for (int number = 1000; number < requests && !HasFatalFailure(); ++number) forge(number);
#ifdef RINGFENCE_FAILING_MEMORY_LIBRARY  // a sanitizer keeps what was freed
  EXPECT_LE(resident_kib(), before + 256) << "KiB of the worker process";
#endif
  EXPECT_EQ(nginx.counter("outcomes.forged"), requests);
  // The log's size is bounded by time, not by the flood.
  EXPECT_GT(nginx.counter("log_suppressed"), requests / 2);
  expect_no_effect();
}

}  // namespace
}  // namespace ringfence::test
