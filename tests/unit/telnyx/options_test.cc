// What create() refuses, in sentences that hold no secret, and the queue's order as a pure thing.
#include <gtest/gtest.h>

#include <string>

#include "adapters/http/base_url.h"
#include "adapters/http/curl_loop.h"
#include "adapters/telnyx/client.h"
#include "adapters/telnyx/command_queue.h"
#include "support/fake_log.h"

namespace ringfence {
namespace {

TEST(TelnyxBaseUrl, Accepted) {
  const struct {
    const char* text;
    const char* prefix;
    bool tls;
  } rows[] = {{"https://api.telnyx.com/v2", "https://api.telnyx.com/v2", true},
              {"https://api.telnyx.com/v2/", "https://api.telnyx.com/v2", true},
              {"https://gateway.example:8443", "https://gateway.example:8443", true},
              {"http://127.0.0.1:4010/v2", "http://127.0.0.1:4010/v2", false},
              {"http://127.9.9.9", "http://127.9.9.9", false},
              {"http://localhost:4010", "http://localhost:4010", false},
              {"http://[::1]:4010", "http://[::1]:4010", false}};
  for (const auto& row : rows) {
    const Result<BaseUrl> base = parse_base_url(row.text);
    ASSERT_TRUE(base.has_value()) << row.text << ": " << base.error().text;
    EXPECT_EQ(base->prefix, row.prefix);
    EXPECT_EQ(base->tls, row.tls);
  }
}

TEST(TelnyxBaseUrl, Refused) {
  for (const char* text : {"",
                           "api.telnyx.com/v2",
                           "ftp://127.0.0.1/",
                           "http://api.telnyx.com/v2",
                           "http://10.0.0.1/",
                           "http://128.0.0.1/",
                           "http://127.0.0.1.example.com/",
                           "http://localhost.example.com/",
                           "http://0.0.0.0/",
                           "http://[::2]/",
                           "https://user@api.telnyx.com/",
                           "https://user:secret@api.telnyx.com/",
                           "https://api.telnyx.com/v2?key=secret",
                           "https://api.telnyx.com/v2#x",
                           "https://api.telnyx.com/ v2",
                           "https://api.telnyx.com/v2\r\nX: y",
                           "https://api.telnyx.com\\@evil.example/",
                           "https://",
                           "file:///etc/passwd",
                           "https://127.0.0.1:99999/"}) {
    const Result<BaseUrl> base = parse_base_url(text);
    ASSERT_FALSE(base.has_value()) << text;
    EXPECT_EQ(base.error().text.find("secret"), std::string::npos);
  }
}

TEST(TelnyxOptions, EachWrongOptionHasItsSentence) {
  UvLoop loop;
  test::FakeLog log;
  const auto error_of = [&](auto change) {
    TelnyxOptions options;
    options.api_key = "KEYsecret";
    change(options);
    const auto client = TelnyxClient::create(loop, log, std::move(options));
    return client ? std::string("accepted") : client.error().text;
  };
  EXPECT_EQ(error_of([](TelnyxOptions&) {}), "accepted");
  for (const std::string& text :
       {error_of([](TelnyxOptions& o) { o.api_key.clear(); }),
        error_of([](TelnyxOptions& o) { o.api_key = "KEYsecret\n"; }),
        error_of([](TelnyxOptions& o) { o.api_key = "KEYsecret\r\nX: y"; }),
        error_of([](TelnyxOptions& o) { o.api_key = std::string("KEYsecret\0x", 11); }),
        error_of([](TelnyxOptions& o) { o.api_key = std::string(100'000, 'k'); }),
        error_of([](TelnyxOptions& o) { o.voice.clear(); }), error_of([](TelnyxOptions& o) { o.deadline_ms = 0; }),
        error_of([](TelnyxOptions& o) { o.keep_warm_ms = -1; }),
        error_of([](TelnyxOptions& o) { o.ca_file = "/nowhere/certificates.pem"; }),
        error_of([](TelnyxOptions& o) { o.base_url = "http://api.telnyx.com"; })}) {
    EXPECT_NE(text, "accepted");
    EXPECT_EQ(text.find("KEYsecret"), std::string::npos) << text;
    EXPECT_GT(text.size(), 20u);
  }
}

TEST(TelnyxOptions, TheKeyIsWipedOnceTakenOver) {
  std::string key = "KEY_that_is_longer_than_any_small_string_buffer_0123456789";
  const char* memory = key.data();
  const std::size_t length = key.size();
  const Headers headers = make_headers(key);
  ASSERT_TRUE(headers);
  EXPECT_TRUE(key.empty());
  EXPECT_EQ(std::string(memory, length), std::string(length, '\0'));
  EXPECT_TRUE(std::string_view(headers->data).starts_with("Authorization: Bearer KEY_that"));
}

TEST(TelnyxQueue, UrgentFirstThenByAge) {
  CommandQueue queue;
  for (const Verb verb : {Verb::audit, Verb::dial, Verb::record_start, Verb::speak, Verb::answer, Verb::bridge,
                          Verb::hangup, Verb::dial}) {
    Job job;
    job.command.verb = verb;
    job.command.attempt = static_cast<int>(queue.size());
    ASSERT_TRUE(queue.push(job));
  }
  std::vector<int> order;
  while (queue.front() != nullptr) {
    const int seen = queue.front()->command.attempt;
    order.push_back(queue.pop().command.attempt);
    EXPECT_EQ(order.back(), seen);
  }
  EXPECT_EQ(order, (std::vector<int>{6, 4, 5, 2, 3, 1, 7, 0}));
  EXPECT_EQ(queue.size(), 0u);
}

TEST(TelnyxQueue, LateOnesAreFoundInEveryLane) {
  CommandQueue queue;
  EXPECT_EQ(queue.next_late_ms(), 0);
  for (const Millis send_by_ms : {300, 100, 200}) {
    Job job;
    job.command.verb = send_by_ms == 300 ? Verb::hangup : send_by_ms == 100 ? Verb::dial : Verb::audit;
    job.send_by_ms = send_by_ms;
    ASSERT_TRUE(queue.push(job));
  }
  EXPECT_EQ(queue.next_late_ms(), 100);
  EXPECT_FALSE(queue.pop_late(99).has_value());
  EXPECT_EQ(queue.pop_late(200)->command.verb, Verb::dial);
  EXPECT_EQ(queue.pop_late(200)->command.verb, Verb::audit);
  EXPECT_FALSE(queue.pop_late(299).has_value());
  EXPECT_EQ(queue.next_late_ms(), 300);
}

}  // namespace
}  // namespace ringfence
