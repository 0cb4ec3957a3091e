// ringd_api and a worker that is away, slow or broken: the client gets nginx's 502 or 504 and nobody else's bytes, and
// nothing that changes something is asked twice.
#include <gmock/gmock.h>

#include <thread>

#include "edge/api_test.h"

namespace ringfence::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

class ApiTroubleTest : public ApiTest {
 protected:
  // What meets this reply is 502, and the next request is served as if nothing had been.
  void expect_bad_gateway(const WorkerReply& reply, const std::string& what) {
    answer(reply);
    EXPECT_EQ(ask("GET", "/").status, 502) << what;
    answer(answer_with(200, "fine"));
    EXPECT_EQ(ask("GET", "/").body, "fine") << what;
  }
};

TEST_F(ApiTroubleTest, AWorkerThatIsAwayIs502ForErrorPagesToSee) {
  ASSERT_TRUE(
      nginx.start(api("location / { ringd_api worker; }\n"
                      "location /page/ { ringd_api worker; error_page 502 =503 @away; }\n"
                      "location @away { default_type application/json; return 503 '{\"away\":true}'; }\n")));
  EXPECT_EQ(ask("GET", "/").status, 502);
  EXPECT_EQ(ask("POST", "/", "{}").status, 502);
  EXPECT_EQ(ask("GET", "/page/").body, "{\"away\":true}");
  ASSERT_TRUE(worker.start());
  EXPECT_EQ(ask("GET", "/page/").body, "{}");
  EXPECT_EQ(ask("POST", "/", "{}").status, 200);
}

TEST_F(ApiTroubleTest, AWorkerThatSaysNothingIs504) {
  ASSERT_TRUE(start(api("location / { ringd_api worker; webhook_read_timeout 100ms; }\n")));
  answer({.bytes = "", .close = false, .hold = true});
  EXPECT_EQ(ask("GET", "/").status, 504);
  EXPECT_EQ(ask("POST", "/", "{}").status, 504);
  answer({.bytes = encode_reply({.body = as_bytes("0123456789")}).substr(0, 12), .close = false, .hold = true});
  EXPECT_EQ(ask("GET", "/").status, 504) << "the head of a reply is none";
  answer(answer_with(200));
  EXPECT_EQ(ask("GET", "/").status, 200);
}

TEST_F(ApiTroubleTest, WhatIsNoReplyIs502) {
  ASSERT_TRUE(start_api());
  expect_bad_gateway({.bytes = encode_verdict({})}, "another kind of frame");
  expect_bad_gateway({.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}, "an HTTP server");
  expect_bad_gateway({.bytes = std::string("\0\x40\0\1\1\4", 6)}, "longer than a reply may be");
  expect_bad_gateway({.bytes = std::string("\0\0\0\2\1\4\0\xc8", 8)}, "no room for its head");
  expect_bad_gateway({.bytes = std::string("\0\0\0\5\1\4\0\xc8\3ab", 11)}, "a type longer than the frame");
  expect_bad_gateway({.bytes = std::string("\0\0\0\3\2\4\0\xc8\0", 9)}, "another version");
  EXPECT_EQ(nginx.counter("worker.broken_replies"), 6);
  expect_bad_gateway({.bytes = "", .close = true}, "no reply at all");
  expect_bad_gateway({.bytes = std::string(3, '\0'), .close = true}, "half a head");
  EXPECT_EQ(nginx.counter("worker.broken_replies"), 6);
}

TEST_F(ApiTroubleTest, AStatusOrTypeThatIsNoneIs502) {
  ASSERT_TRUE(start_api());
  for (const int status : {0, 1, 99, 100, 101, 199, 600, 999, 65535}) {
    expect_bad_gateway(answer_with(static_cast<std::uint16_t>(status), "x"), std::to_string(status));
  }
  using namespace std::string_literals;
  for (const std::string& type : {"a/b\r\nset-cookie: x=1"s, "a/b\n"s, "a/b\0c"s, "\x7f"s, "a/\xc3\xa4"s, "\t"s}) {
    answer(answer_with(200, "x", type));
    const HttpResponse response = ask("GET", "/");
    EXPECT_EQ(response.status, 502) << type;
    EXPECT_FALSE(response.headers.contains("set-cookie"));
  }
}

TEST_F(ApiTroubleTest, AReplyThatBreaksOffIsNotTakenForWhole) {
  ASSERT_TRUE(start_api());
  const std::string whole = encode_reply({.body = as_bytes(patterned(100000))});
  for (const std::size_t bytes : {std::size_t{50}, std::size_t{5000}, whole.size() - 1}) {
    answer({.bytes = whole.substr(0, bytes), .close = true});
    const HttpResponse response = ask("GET", "/");
    EXPECT_NE(response.error, "") << bytes;
    EXPECT_LT(response.body.size(), 100000U);
  }
  answer(answer_with(200, "fine"));
  EXPECT_EQ(ask("GET", "/").body, "fine");
}

TEST_F(ApiTroubleTest, AReplyInPiecesIsOneReply) {
  ASSERT_TRUE(start_api());
  answer({.bytes = "", .close = false, .hold = true});
  HttpResponse response;
  std::jthread client([&] { response = ask("GET", "/"); });
  ASSERT_TRUE(wait_until([&] { return worker.held() == 1; }));
  for (const char byte : encode_reply({.status = 201, .content_type = "a/b", .body = as_bytes("pieces")})) {
    worker.release_held({.bytes = std::string(1, byte), .close = false, .hold = true});
  }
  client.join();
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.body, "pieces");
}

TEST_F(ApiTroubleTest, BytesAfterAReplyAreNobodysAnswer) {
  ASSERT_TRUE(start_api());
  HttpClient client(nginx.http_socket());
  const std::string stray = encode_reply({.body = as_bytes("stray")});
  int connections = 0;
  for (const std::size_t bytes : {0U, 10U, 4000U, 4090U, 70000U, 200000U}) {
    const std::string body = patterned(bytes);
    for (const char* method : {"GET", "HEAD"}) {
      answer({.bytes = encode_reply({.body = as_bytes(body)}) + stray});
      const HttpResponse first = client.send(request(method, "/first"));
      EXPECT_EQ(first.status, 200) << bytes << first.error;
      EXPECT_TRUE(first.body == (method == std::string_view("GET") ? body : "")) << bytes;
      EXPECT_EQ(worker.connections_accepted(), ++connections) << method << bytes;
    }
  }
  answer(answer_with(200, "second"));
  EXPECT_EQ(client.get("/second").body, "second");
  EXPECT_THAT(nginx.error_log(), HasSubstr("webhook worker sent bytes after its reply"));
}

TEST_F(ApiTroubleTest, AReplyBeforeTheRequestIsNone) {
  worker.greet(encode_reply({.body = as_bytes("stale")}));
  ASSERT_TRUE(start_api());
  // More than a socket holds that nobody reads: the request is still on its way out when the reply is read.
  EXPECT_EQ(ask("PUT", "/", std::string(limits::kBodyBytes, 'x')).status, 502);
  EXPECT_EQ(nginx.counter("worker.broken_replies"), 1);
}

TEST_F(ApiTroubleTest, OnlyWhatIsSafeIsAskedAgain) {
  // Also where the location says that events may be: a request to the API is none.
  NginxSetup with = api();
  with.http +=
      "webhook_next_upstream error timeout non_idempotent;\n"
      "upstream twice { server unix:{dir}/worker.sock max_fails=0; server unix:{dir}/worker.sock max_fails=0; }\n";
  with.server = "location / { ringd_api twice; }\n";
  ASSERT_TRUE(start(with));
  answer({.bytes = "", .close = true});
  const std::pair<const char*, std::size_t> asked[] = {{"GET", 2},     {"HEAD", 2}, {"PUT", 2},   {"DELETE", 2},
                                                       {"OPTIONS", 2}, {"POST", 1}, {"PATCH", 1}, {"PURGE", 1}};
  for (const auto& [method, times] : asked) {
    const std::size_t before = worker.requests().size();
    EXPECT_EQ(ask(method, "/").status, 502) << method;
    EXPECT_EQ(worker.requests().size() - before, times) << method;
  }
}

TEST_F(ApiTroubleTest, ALostConnectionIsReplacedForReading) {
  ASSERT_TRUE(start_api());
  EXPECT_EQ(ask("GET", "/").status, 200);
  worker.set_request_script([](const SeenRequest& seen) {
    return seen.connection == 1 ? WorkerReply{.bytes = "", .close = true} : answer_with(200, seen.target);
  });
  EXPECT_EQ(ask("GET", "/again").body, "/again");
  EXPECT_EQ(worker.connections_accepted(), 2);
}

TEST_F(ApiTroubleTest, AnotherWorkerIsAskedWhenOneIsAway) {
  NginxSetup with = api("location / { ringd_api pair; }\n");
  with.http += "upstream pair { server unix:{dir}/gone.sock; server unix:{dir}/worker.sock; }\n";
  ASSERT_TRUE(start(with));
  for (int n = 0; n < 4; ++n) EXPECT_EQ(ask("POST", "/", "{}").status, 200) << "nothing was sent to who is away";
  EXPECT_THAT(worker.requests(), SizeIs(4));
}

TEST_F(ApiTroubleTest, AClientThatLeavesFreesItsConnection) {
  ASSERT_TRUE(start_api());
  answer({.bytes = "", .close = false, .hold = true});
  {
    RawClient leaving(nginx.http_socket());
    ASSERT_TRUE(leaving.write("GET /slow HTTP/1.1\r\nHost: edge.test\r\n\r\n"));
    ASSERT_TRUE(wait_until([&] { return worker.held() == 1; }));
  }
  EXPECT_TRUE(wait_until([&] { return worker.held() == 0; })) << "its connection was not closed";
  answer(answer_with(200, "next"));
  EXPECT_EQ(ask("GET", "/").body, "next");
  EXPECT_THAT(nginx.error_log(), Not(HasSubstr("[alert]")));
}

TEST_F(ApiTroubleTest, EventsAndRequestsShareAWorkersConnections) {
  NginxSetup with = setup();
  with.server += "location /api/ { ringd_api worker; }\n";
  ASSERT_TRUE(start(with));
  for (int n = 0; n < 5; ++n) {
    EXPECT_EQ(send(event("evt-" + std::to_string(n))).status, 200);
    EXPECT_EQ(ask("GET", "/api/health").body, "{}");
  }
  EXPECT_EQ(worker.connections_accepted(), 1);
  EXPECT_THAT(worker.seen(), SizeIs(5));
  EXPECT_THAT(worker.requests(), SizeIs(5));
}

}  // namespace
}  // namespace ringfence::test
