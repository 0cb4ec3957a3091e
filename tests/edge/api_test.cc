// ringd_api: what an HTTP client says arrives as it was said, and what the worker answers is what the client gets.
#include "edge/api_test.h"

#include <gmock/gmock.h>

namespace ringfence::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(ApiTest, MethodTargetAndBodyArriveAsTheyWereSaid) {
  ASSERT_TRUE(start_api());
  answer(answer_with(201, "made", "text/plain; charset=utf-8"));
  HttpClient client(nginx.http_socket());
  const std::vector<std::string> methods{"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "REPORT"};
  for (const std::string& method : methods) {
    const HttpResponse response =
        client.send(request(method, "/calls/a%20b%3f?limit=2&x=%2F..", method == "GET" ? "" : "{\"n\":1}"));
    EXPECT_EQ(response.status, 201) << method << response.error;
    EXPECT_EQ(response.body, "made") << method;
    EXPECT_EQ(response.headers.at("content-type"), "text/plain; charset=utf-8") << method;
    EXPECT_EQ(response.headers.at("content-length"), "4") << method;
  }
  const auto seen = worker.requests();
  ASSERT_EQ(seen.size(), methods.size());
  for (std::size_t n = 0; n < methods.size(); ++n) {
    EXPECT_EQ(seen[n].method, methods[n]);
    EXPECT_EQ(seen[n].target, "/calls/a%20b%3f?limit=2&x=%2F..") << methods[n];
    EXPECT_EQ(seen[n].body, n == 0 ? "" : "{\"n\":1}") << methods[n];
  }
  EXPECT_EQ(worker.connections_accepted(), 1);
  EXPECT_EQ(nginx.counter("worker.api_requests"), static_cast<long long>(methods.size()));
  EXPECT_EQ(nginx.counter("worker.frames_sent"), 0) << "these count events";
  EXPECT_FALSE(worker.saw_broken_frame());
}

TEST_F(ApiTest, BodiesOfEverySizeArriveWhole) {
  NginxSetup with = api();
  with.http += "client_body_buffer_size 8k;\n";  // larger ones come from a file
  ASSERT_TRUE(start(with));
  worker.set_request_script([](const SeenRequest& seen) { return answer_with(200, seen.body, "a/b"); });
  HttpClient client(nginx.http_socket());
  for (const std::size_t bytes : {std::size_t{1}, std::size_t{8191}, std::size_t{8192}, std::size_t{8193},
                                  std::size_t{100000}, limits::kBodyBytes}) {
    HttpRequest sent = request("PUT", "/echo", patterned(bytes));
    for (const bool chunked : {false, true}) {
      sent.chunked = chunked;
      const HttpResponse response = client.send(sent);
      EXPECT_EQ(response.status, 200) << bytes << response.error;
      EXPECT_TRUE(response.body == sent.body) << bytes << (chunked ? " in chunks" : "");
    }
    sent.http2 = true;
    sent.chunked = false;
    EXPECT_TRUE(send(sent).body == sent.body) << bytes << " over HTTP/2";
  }
}

TEST_F(ApiTest, ABodyOverTheBoundIsRefusedBeforeTheWorkerHears) {
  ASSERT_TRUE(start_api());
  HttpRequest large = request("POST", "/", std::string(limits::kBodyBytes + 1, 'x'));
  EXPECT_EQ(send(large).status, 413);
  large.chunked = true;
  EXPECT_EQ(send(large).status, 413);
  EXPECT_EQ(worker.bytes_received(), 0U);
  EXPECT_EQ(nginx.counter("worker.api_requests"), 0);
}

TEST_F(ApiTest, HeadIsAskedAsGetAndHasNoBody) {
  ASSERT_TRUE(start_api());
  answer(answer_with(200, "0123456789"));
  HttpClient client(nginx.http_socket());
  for (int n = 0; n < 3; ++n) {
    const HttpResponse response = client.send(request("HEAD", "/health"));
    EXPECT_EQ(response.status, 200) << response.error;
    EXPECT_EQ(response.headers.at("content-length"), "10");
    EXPECT_EQ(response.body, "");
  }
  EXPECT_EQ(worker.requests().at(0).method, "GET");
  EXPECT_EQ(worker.connections_accepted(), 1) << "a short reply is read whole, its connection kept";
  answer(answer_with(200, patterned(limits::kReplyBytes / 2)));
  EXPECT_EQ(client.send(request("HEAD", "/large")).headers.at("content-length"),
            std::to_string(limits::kReplyBytes / 2));
  EXPECT_EQ(client.get("/large").body.size(), limits::kReplyBytes / 2) << "not what HEAD left unread";
}

TEST_F(ApiTest, ALargeReplyArrivesWholeAndItsConnectionIsKept) {
  ASSERT_TRUE(start_api());
  const std::string largest = patterned(limits::kReplyBytes - 3 - std::string_view("a/b").size());
  for (const std::size_t bytes : {std::size_t{0}, std::size_t{1}, std::size_t{4000}, std::size_t{4096},
                                  std::size_t{65536}, std::size_t{65537}, std::size_t{1000000}, largest.size()}) {
    answer(answer_with(200, largest.substr(0, bytes), "a/b"));
    for (const bool http2 : {false, true}) {
      HttpRequest get = request("GET", "/");
      get.http2 = http2;
      const HttpResponse response = send(get);
      EXPECT_EQ(response.status, 200) << response.error;
      EXPECT_EQ(response.headers.at("content-length"), std::to_string(bytes));
      EXPECT_TRUE(response.body == largest.substr(0, bytes)) << bytes;
    }
  }
  EXPECT_EQ(worker.connections_accepted(), 1);
}

// The worker's one thread here writes its reply before it does anything else; ringd cuts off who does not read.
TEST_F(ApiTest, ASlowClientDoesNotHoldTheWorker) {
  ASSERT_TRUE(start_api());
  const std::string large = patterned(limits::kReplyBytes - 100);
  worker.set_request_script(
      [&](const SeenRequest& seen) { return answer_with(200, seen.target == "/large" ? large : ""); });
  RawClient slow(nginx.http_socket());
  ASSERT_TRUE(slow.write("GET /large HTTP/1.1\r\nHost: edge.test\r\n\r\n"));
  ASSERT_TRUE(wait_until([&] { return worker.requests().size() == 1; }));
  EXPECT_EQ(ask("GET", "/small").status, 200);
  const HttpResponse response = slow.read_response();
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(response.body == large);
}

TEST_F(ApiTest, EveryStatusThatIsAnAnswerPasses) {
  ASSERT_TRUE(start_api());
  HttpClient client(nginx.http_socket());
  for (const int status :
       {200, 201, 202, 204, 206, 250, 304, 400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503, 599}) {
    answer(answer_with(static_cast<std::uint16_t>(status), "{\"error\":\"x\"}"));
    const HttpResponse response = client.get("/");
    EXPECT_EQ(response.status, status) << response.error;
    EXPECT_EQ(response.body, status == 204 || status == 304 ? "" : "{\"error\":\"x\"}") << status;
  }
  EXPECT_EQ(worker.connections_accepted(), 1);
}

TEST_F(ApiTest, AnErrorOfTheWorkersOwnIsNotReplaced) {
  ASSERT_TRUE(
      start(api("location / { ringd_api worker; error_page 404 500 503 = @other; }\n"
                "location @other { return 200 other; }\n")));
  for (const int status : {404, 500, 503}) {
    answer(answer_with(static_cast<std::uint16_t>(status), "mine"));
    EXPECT_EQ(ask("GET", "/").body, "mine") << status;
  }
}

TEST_F(ApiTest, AReplyWithoutATypeHasNone) {
  ASSERT_TRUE(start_api());
  answer(answer_with(200, "x", ""));
  EXPECT_FALSE(ask("GET", "/").headers.contains("content-type"));
}

TEST_F(ApiTest, WhoMayAskIsDecidedBeforeTheWorkerHears) {
  ASSERT_TRUE(
      start(api("location / { auth_request /auth; ringd_api worker; }\n"
                "location = /auth { internal; if ($http_x_token = good) { return 204; } return 401; }\n")));
  EXPECT_EQ(ask("GET", "/calls").status, 401);
  EXPECT_EQ(ask("POST", "/calls", "{}").status, 401);
  EXPECT_EQ(worker.bytes_received(), 0U);
  EXPECT_EQ(nginx.counter("worker.api_requests"), 0);
  HttpRequest good = request("POST", "/calls", "{}");
  good.set("x-token", "good");
  EXPECT_EQ(send(good).status, 200);
  EXPECT_EQ(worker.requests().at(0).body, "{}");
}

TEST_F(ApiTest, BehindTheGateOnlyVerifiedRequestsAreAsked) {
  ASSERT_TRUE(start(api("location / { webhook telnyx; webhook_key " + signer.public_key() +
                        "; webhook_dedup zone=calls; ringd_api worker; }\n")));
  EXPECT_EQ(ask("POST", "/calls", "{}").status, 403);
  EXPECT_EQ(worker.bytes_received(), 0U);
  answer(answer_with(500, "no"));
  const HttpRequest genuine = signer.webhook("/calls?x=1", event_body("evt-1", "t", "s", 20000));
  EXPECT_EQ(send(genuine).body, "no");
  answer(answer_with(202, "yes"));
  EXPECT_EQ(send(genuine).body, "yes") << "what failed may come again";
  EXPECT_EQ(send(genuine).status, 200) << "what succeeded is known";
  ASSERT_THAT(worker.requests(), SizeIs(2));
  EXPECT_EQ(worker.requests().back().body, genuine.body);
  EXPECT_EQ(worker.requests().back().target, "/calls?x=1");
  EXPECT_EQ(nginx.counter("zones.calls.commits"), 1);
}

TEST_F(ApiTest, MethodsCanBeLimited) {
  ASSERT_TRUE(
      start(api("location / { ringd_api worker; limit_except GET { deny all; } }\n"
                "location /open { ringd_api worker; limit_except GET { allow all; } }\n"
                "location /if { ringd_api worker; if ($arg_x) { set $seen 1; } }\n")));
  EXPECT_EQ(ask("GET", "/calls").status, 200);
  EXPECT_EQ(ask("HEAD", "/calls").status, 200);
  EXPECT_EQ(ask("POST", "/calls", "{}").status, 403);
  EXPECT_THAT(worker.requests(), SizeIs(2));
  EXPECT_EQ(ask("PUT", "/open", "{}").status, 200);
  EXPECT_EQ(ask("PUT", "/if?x=1", "{}").status, 200);
  EXPECT_THAT(worker.requests(), SizeIs(4));
}

TEST_F(ApiTest, APathThatReadsInTwoWaysIsRefused) {
  ASSERT_TRUE(
      start(api("location / { deny all; }\n"
                "location /public/ { ringd_api worker; }\n")));
  for (const char* path : {"/calls/..%2fpublic/x", "/public/a%2Fb", "/public//a", "/public/./a", "/x/%2e%2e/public/a",
                           "/public/../public/a", "//public/a", "/public/a/."}) {
    RawClient raw(nginx.http_socket());
    ASSERT_TRUE(raw.write("GET " + std::string(path) + " HTTP/1.1\r\nHost: edge.test\r\n\r\n"));
    EXPECT_EQ(raw.read_response().status, 400) << path;
  }
  EXPECT_THAT(worker.requests(), IsEmpty());
  for (const char* path :
       {"/public/a%20b%25%C3%A4?x=../..//%2F", "/public/%61b", "/public/%3F%23", "/public/?", "/public/a+b;c"}) {
    EXPECT_EQ(ask("GET", path).status, 200) << path;
    EXPECT_EQ(worker.requests().back().target, path);
  }
}

TEST_F(ApiTest, ARewrittenPathIsAskedAsRewritten) {
  ASSERT_TRUE(
      start(api("location /api/ { rewrite ^/api(/.*)$ $1 break; ringd_api worker; }\n"
                "location /old { try_files /none /api/health$is_args$args; }\n")));
  EXPECT_EQ(ask("GET", "/api/calls/a%20b%25c%3Fd?limit=2").status, 200);
  EXPECT_EQ(worker.requests().back().target, "/calls/a%20b%25c%3Fd?limit=2");
  EXPECT_EQ(ask("GET", "/old?x=1").status, 200);
  EXPECT_EQ(worker.requests().back().target, "/health?x=1");
  EXPECT_EQ(ask("GET", "/api/calls").status, 200);
  EXPECT_EQ(worker.requests().back().target, "/calls");
}

TEST_F(ApiTest, OtherFormsOfATargetAreItsPath) {
  ASSERT_TRUE(start_api());
  for (const auto& [line, target] :
       {std::pair{"GET http://edge.test/calls?x HTTP/1.1", "/calls?x"}, std::pair{"GET http://edge.test HTTP/1.1", "/"},
        std::pair{"GET http://edge.test?x=1 HTTP/1.1", "/?x=1"}}) {
    RawClient raw(nginx.http_socket());
    ASSERT_TRUE(raw.write(std::string(line) + "\r\nHost: edge.test\r\n\r\n"));
    EXPECT_EQ(raw.read_response().status, 200) << line;
    EXPECT_EQ(worker.requests().back().target, target);
  }
  EXPECT_FALSE(worker.saw_broken_frame());
}

TEST_F(ApiTest, ATargetOverTheBoundIsRefused) {
  ASSERT_TRUE(start_api());
  EXPECT_EQ(ask("GET", "/" + std::string(16000, 'a')).status, 200);
  EXPECT_EQ(ask("GET", "/" + std::string(16500, 'a')).status, 414);
  EXPECT_EQ(ask("GET", "/?" + std::string(40000, 'a')).status, 414);
  HttpRequest full = request("PUT", "/" + std::string(16000, 'a'), std::string(limits::kBodyBytes, 'b'));
  EXPECT_EQ(send(full).status, 200);
  EXPECT_THAT(worker.requests(), SizeIs(2));
  EXPECT_FALSE(worker.saw_broken_frame());
}

TEST_F(ApiTest, ALongMethodIsRefused) {
  ASSERT_TRUE(start_api());
  EXPECT_EQ(ask(std::string(255, 'M'), "/").status, 200);
  EXPECT_EQ(ask(std::string(256, 'M'), "/").status, 501);
  EXPECT_THAT(worker.requests(), SizeIs(1));
}

// nginx leaves allow, deny and auth_request out for subrequests.
TEST_F(ApiTest, SubrequestsMayOnlyRead) {
  NginxSetup with =
      api("location /api/ { ringd_api worker; }\n"
          "location /page { ssi on; ssi_types *; default_type text/html;\n"
          "  return 200 'calls: <!--# include virtual=\"/api/calls?x=1\" -->.'; }\n"
          "location /mirrored { mirror /api/mirror; ringd_api worker; }\n"
          "location = /asked { auth_request /api/may; ringd_api worker; }\n");
  ASSERT_TRUE(start(with));
  answer(answer_with(200, "three"));
  EXPECT_THAT(ask("GET", "/page").body, HasSubstr("calls: three."));
  EXPECT_EQ(worker.requests().back().target, "/api/calls?x=1");
  EXPECT_EQ(ask("POST", "/mirrored", "{}").status, 200);
  ASSERT_TRUE(wait_until([&] { return nginx.error_log().contains("only GET and HEAD to subrequests"); }));
  EXPECT_THAT(worker.requests(), SizeIs(2)) << "the mirrored one is none of them";
  HttpRequest with_body = request("GET", "/mirrored", "meant for the main request");
  with_body.chunked = true;
  EXPECT_EQ(send(with_body).status, 200);
  ASSERT_TRUE(wait_until([&] { return worker.requests().size() == 4; }));
  for (const SeenRequest& seen : worker.requests()) {
    EXPECT_EQ(seen.body.empty(), !seen.target.starts_with("/mirrored")) << seen.target;
  }
  worker.set_request_script([](const SeenRequest& seen) { return answer_with(seen.target == "/asked" ? 200 : 403); });
  EXPECT_EQ(ask("POST", "/asked", "{}").status, 403);
  worker.set_request_script([](const SeenRequest& seen) { return answer_with(seen.target == "/asked" ? 200 : 204); });
  EXPECT_EQ(ask("POST", "/asked", "{}").status, 200);
  EXPECT_EQ(worker.requests().back().body, "{}");
}

}  // namespace
}  // namespace ringfence::test
