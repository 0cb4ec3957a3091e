// Whatever the worker does or fails to do, the provider hears "accepted" only for what is durable, and "ask again"
// (never 502 or 504) for the rest, with the claim given back.
#include <gmock/gmock.h>

#include <atomic>
#include <set>
#include <thread>

#include "edge/edge_test.h"
#include "edge/http2_probe.h"
#include "shared/frame_codec.h"

namespace ringfence::test {
namespace {

using ::testing::HasSubstr;

class WorkerTest : public EdgeTest {
 protected:
  void expect_ask_again(const HttpResponse& response, std::string_view seconds = "1", long long entries = 0) const {
    EXPECT_EQ(response.status, 503) << response.error;
    EXPECT_EQ(response.body, "{\"ok\":false}");
    ASSERT_TRUE(response.headers.contains("retry-after"));
    EXPECT_EQ(response.headers.at("retry-after"), seconds);
    EXPECT_EQ(response.headers.at("content-type"), "application/json");
    EXPECT_EQ(nginx.counter("zones.calls.entries"), entries);
  }
  // One event whose first hand-over meets `reply`, and whose retry is taken.
  void expect_recovers_from(const WorkerReply& reply) {
    worker.set_script([=](const SeenEvent&) { return reply; });
    expect_ask_again(send(event("evt-1")));
    worker.set_script([](const SeenEvent&) { return reply_with(Verdict::accepted); });
    EXPECT_EQ(send(event("evt-1")).status, 200);
    EXPECT_EQ(nginx.counter("outcomes.unavailable"), 1);
    EXPECT_EQ(nginx.counter("outcomes.accepted"), 1);
    EXPECT_EQ(nginx.counter("zones.calls.entries"), 1);
    EXPECT_TRUE(logged("503 \"unavailable\" \"evt-1\""));
  }
};

TEST_F(WorkerTest, AWorkerThatIsAwayIs503AndItsReturnIsNoticed) {
  ASSERT_TRUE(nginx.start(setup()));
  expect_ask_again(send(event("evt-1")));
  EXPECT_THAT(nginx.error_log(), HasSubstr("webhook refused: unavailable (worker_away): no worker answered in time"));
  HttpRequest http2 = event("evt-1");
  http2.http2 = true;
  expect_ask_again(send(http2));
  ASSERT_TRUE(worker.start());
  EXPECT_EQ(send(event("evt-1")).status, 200);
  worker.stop();
  expect_ask_again(send(event("evt-2")), "1", 1);
}

TEST_F(WorkerTest, DuplicateFromTheWorkerIs200AndRemembered) {
  ASSERT_TRUE(start());
  worker.set_script([](const SeenEvent&) { return reply_with(Verdict::duplicate); });
  EXPECT_EQ(send(event("evt-1")).status, 200);
  EXPECT_EQ(send(event("evt-1")).status, 200);
  EXPECT_EQ(worker.seen().size(), 1U);
  EXPECT_EQ(nginx.counter("outcomes.duplicate"), 2);
}

TEST_F(WorkerTest, LaterIs503WithTheWorkersOwnPatience) {
  ASSERT_TRUE(start());
  worker.set_script([](const SeenEvent&) { return reply_with(Verdict::later, 7, "store is away"); });
  HttpClient client(nginx.http_socket());
  expect_ask_again(client.send(event("evt-1")), "7");
  EXPECT_THAT(nginx.error_log(),
              HasSubstr("webhook refused: later (worker_later): the worker cannot take the event now: "
                        "\"store is away\", scheme \"telnyx\""));
  worker.set_script([](const SeenEvent&) { return reply_with(Verdict::later, 60000); });
  expect_ask_again(client.send(event("evt-1")), "60");
  worker.set_script([](const SeenEvent&) { return reply_with(Verdict::later, 0); });
  expect_ask_again(client.send(event("evt-1")), "1");
  EXPECT_EQ(nginx.counter("outcomes.later"), 3);
  EXPECT_EQ(worker.connections_accepted(), 1);
  worker.set_script([](const SeenEvent&) { return reply_with(Verdict::accepted); });
  EXPECT_EQ(client.send(event("evt-1")).status, 200);
}

TEST_F(WorkerTest, RefusedIs400AndForgotten) {
  ASSERT_TRUE(start());
  worker.set_script([](const SeenEvent&) { return reply_with(Verdict::refused, 0, "no such call"); });
  const HttpResponse response = send(event("evt-1"));
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.body, "{\"ok\":false}");
  EXPECT_FALSE(response.headers.contains("retry-after"));
  EXPECT_EQ(nginx.counter("outcomes.refused"), 1);
  EXPECT_EQ(nginx.counter("zones.calls.entries"), 0);
  EXPECT_TRUE(logged("400 \"refused\" \"evt-1\""));
  EXPECT_THAT(nginx.error_log(), HasSubstr("[error]"));
  EXPECT_THAT(nginx.error_log(), HasSubstr("webhook refused: refused (worker_refused): the worker will not take this "
                                           "event: \"no such call\", scheme \"telnyx\""));
}

TEST_F(WorkerTest, TheOperatorsStatusesHoldForTheWorkersVerdictsToo) {
  ASSERT_TRUE(
      start(setup("webhook_status_code refused 422; webhook_status_code later 429; "
                  "webhook_status_code unavailable 500; webhook_status_code duplicate 202;")));
  HttpClient client(nginx.http_socket());
  worker.set_script([](const SeenEvent&) { return reply_with(Verdict::refused); });
  EXPECT_EQ(client.send(event("evt-1")).status, 422);
  worker.set_script([](const SeenEvent&) { return reply_with(Verdict::later, 7); });
  const HttpResponse later = client.send(event("evt-1"));
  EXPECT_EQ(later.status, 429);
  EXPECT_EQ(later.headers.at("retry-after"), "7");
  worker.set_script([](const SeenEvent&) { return reply_with(Verdict::duplicate); });
  EXPECT_EQ(client.send(event("evt-1")).status, 202);
  EXPECT_EQ(client.send(event("evt-1")).status, 202);
  worker.stop();
  const HttpResponse away = client.send(event("evt-2"));
  EXPECT_EQ(away.status, 500);
  EXPECT_EQ(away.body, "{\"ok\":false}");
  EXPECT_EQ(away.headers.at("retry-after"), "1");
}

TEST_F(WorkerTest, EventsOfOneCallMeetTheSameWorker) {
  NginxSetup sharded = setup();
  sharded.http +=
      "upstream shards { hash $webhook_partition consistent; server unix:{dir}/worker.sock; "
      "server unix:{dir}/second.sock; keepalive 4; }\n";
  sharded.server = "location /w { webhook telnyx; webhook_key " + signer.public_key() + "; webhook_pass shards; }";
  FakeWorker second{nginx.file("second.sock")};
  ASSERT_TRUE(second.start() && start(sharded));
  constexpr int kCalls = 16;
  for (int n = 0; n < 4 * kCalls; ++n) {
    const std::string session = "session-" + std::to_string(n % kCalls);
    EXPECT_EQ(send(signer.webhook("/w", event_body("evt-" + std::to_string(n), "t", session))).status, 200);
  }
  std::set<std::string> here;
  std::set<std::string> there;
  for (const SeenEvent& one : worker.seen()) here.insert(one.partition);
  for (const SeenEvent& one : second.seen()) there.insert(one.partition);
  EXPECT_EQ(here.size() + there.size(), static_cast<std::size_t>(kCalls)) << "no call at both";
  EXPECT_FALSE(here.empty() || there.empty());
  EXPECT_EQ(worker.seen().size() + second.seen().size(), static_cast<std::size_t>(4 * kCalls));
}

TEST_F(WorkerTest, AHalfVerdictIsNone) {
  ASSERT_TRUE(start());
  const std::string verdict = encode_verdict({Verdict::accepted, 0, ""});
  expect_recovers_from({.bytes = verdict.substr(0, verdict.size() - 1), .close = true, .hold = false});
}

TEST_F(WorkerTest, AHalfHeadIsNoVerdict) {
  ASSERT_TRUE(start());
  expect_recovers_from({.bytes = std::string(3, '\0'), .close = true, .hold = false});
}

TEST_F(WorkerTest, AConnectionClosedInsteadOfAVerdictIs503) {
  ASSERT_TRUE(start());
  expect_recovers_from({.bytes = "", .close = true, .hold = false});
}

TEST_F(WorkerTest, AnHttpServerInThePlaceOfTheWorkerIs503) {
  ASSERT_TRUE(start());
  expect_recovers_from({.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", .close = false, .hold = false});
}

TEST_F(WorkerTest, AnotherKindOfFrameIsNoVerdict) {
  ASSERT_TRUE(start());
  expect_recovers_from({.bytes = encode_reply({.status = 200, .content_type = "a/b", .body = {}})});
  EXPECT_EQ(nginx.counter("worker.broken_replies"), 1);
}

TEST_F(WorkerTest, AnUnknownVerdictIsNone) {
  ASSERT_TRUE(start());
  std::string verdict = encode_verdict({Verdict::accepted, 0, ""});
  verdict[kFrameHeadBytes] = 9;
  expect_recovers_from({.bytes = verdict});
}

TEST_F(WorkerTest, ATooLongVerdictIsNone) {
  ASSERT_TRUE(start());
  expect_recovers_from({.bytes = std::string("\x7f\xff\xff\xff\x01\x02", 6) + std::string(100, 'x')});
}

TEST_F(WorkerTest, AWorkerThatSaysNothingIs503AfterTheReadTimeout) {
  ASSERT_TRUE(start(setup("webhook_read_timeout 150ms;")));
  expect_recovers_from({.bytes = "", .close = false, .hold = true});
}

TEST_F(WorkerTest, AVerdictInPiecesIsOneVerdict) {
  ASSERT_TRUE(start());
  const std::string verdict = encode_verdict({Verdict::accepted, 0, "pieces"});
  worker.set_script([](const SeenEvent&) { return WorkerReply{.bytes = "", .close = false, .hold = true}; });
  HttpResponse response;
  std::jthread client([&] { response = send(event("evt-1")); });
  ASSERT_TRUE(wait_until([&] { return worker.held() == 1; }));
  for (const char byte : verdict) worker.release_held({.bytes = std::string(1, byte), .close = false, .hold = true});
  client.join();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "{\"ok\":true}");
}

TEST_F(WorkerTest, BytesAfterAVerdictEndTheConnectionButNotTheEvent) {
  ASSERT_TRUE(start());
  const std::string verdict = encode_verdict({Verdict::accepted, 0, ""});
  worker.set_script([=](const SeenEvent&) { return WorkerReply{.bytes = verdict + "surplus"}; });
  EXPECT_EQ(send(event("evt-1")).status, 200);
  EXPECT_EQ(send(event("evt-2")).status, 200);
  // Two verdicts at once: the second must not answer the next event.
  worker.set_script([=](const SeenEvent&) { return WorkerReply{.bytes = verdict + verdict}; });
  EXPECT_EQ(send(event("evt-3")).status, 200);
  worker.set_script([](const SeenEvent&) { return reply_with(Verdict::refused); });
  EXPECT_EQ(send(event("evt-4")).status, 400);
  EXPECT_EQ(worker.connections_accepted(), 4);
  EXPECT_EQ(nginx.counter("worker.broken_replies"), 3);
}

TEST_F(WorkerTest, ConnectionsAreKeptAlive) {
  ASSERT_TRUE(start());
  for (int n = 0; n < 20; ++n) EXPECT_EQ(send(event("evt-" + std::to_string(n))).status, 200);
  EXPECT_EQ(worker.connections_accepted(), 1);
}

TEST_F(WorkerTest, AKeptConnectionThatDiesUnderAnEventIsReplaced) {
  ASSERT_TRUE(start());
  EXPECT_EQ(send(event("evt-1")).status, 200);
  // The worker read the event and died: a POST that was sent, on a connection from before.
  worker.set_script([](const SeenEvent& seen) {
    if (seen.connection == 1) return WorkerReply{.bytes = "", .close = true, .hold = false};
    return reply_with(Verdict::accepted);
  });
  EXPECT_EQ(send(event("evt-2")).status, 200);
  const auto seen = worker.seen();
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_EQ(seen[1].body, seen[2].body);
  EXPECT_EQ(nginx.counter("worker.retries"), 1);
  EXPECT_EQ(nginx.counter("worker.frames_sent"), 3);
  EXPECT_EQ(nginx.counter("outcomes.unavailable"), 0);
}

TEST_F(WorkerTest, ARestartOfTheWorkerBetweenEventsIsNotNoticed) {
  ASSERT_TRUE(start());
  HttpClient client(nginx.http_socket());
  for (int n = 0; n < 10; ++n) {
    EXPECT_EQ(client.send(event("evt-" + std::to_string(n))).status, 200);
    worker.drop_connections();
  }
  EXPECT_EQ(nginx.counter("outcomes.accepted"), 10);
}

TEST_F(WorkerTest, WhileConnectionsDieUnderLoadEveryEventIsAcceptedOrAskedForAgain) {
  constexpr int kClients = 6;
  constexpr int kEvents = 40;
  ASSERT_TRUE(start());
  std::atomic<int> accepted = 0;
  std::atomic<int> wrong = 0;
  std::atomic<int> running = kClients;
  std::vector<std::jthread> clients;
  for (int c = 0; c < kClients; ++c) {
    clients.emplace_back([&, c] {
      HttpClient client(nginx.http_socket());
      for (int n = 0; n < kEvents; ++n) {
        const HttpRequest request = event(std::to_string(c) + "-" + std::to_string(n));
        int status = 503;
        for (int attempt = 0; attempt < 50 && status == 503; ++attempt) status = client.send(request).status;
        (status == 200 ? accepted : wrong)++;
      }
      --running;
    });
  }
  while (running > 0) worker.drop_connections();
  clients.clear();
  EXPECT_EQ(accepted, kClients * kEvents);
  EXPECT_EQ(wrong, 0);
  std::set<std::string> ids;
  for (const SeenEvent& one : worker.seen()) ids.insert(one.id);
  EXPECT_EQ(ids.size(), static_cast<std::size_t>(kClients * kEvents));
  EXPECT_EQ(nginx.counter("zones.calls.entries"), kClients * kEvents);
}

// What nginx sees of a worker that is killed and restarted behind an inherited socket: connections die, the next are
// taken. Kept connections in one location, a new one for each event in the other.
class RestartTest : public WorkerTest, public ::testing::WithParamInterface<const char*> {};
INSTANTIATE_TEST_SUITE_P(Connections, RestartTest, ::testing::Values("worker", "unix:{dir}/worker.sock"));

TEST_P(RestartTest, RestartsUnderLoadLoseNoRequest) {
  constexpr int kClients = 6;
  constexpr int kEvents = 60;
  NginxSetup with = setup();
  with.server = "location /w { webhook telnyx; webhook_key " + signer.public_key() +
                "; webhook_dedup zone=calls; webhook_pass " + GetParam() + "; }";
  ASSERT_TRUE(start(with));
  std::atomic<int> accepted = 0;
  {
    std::vector<std::jthread> clients;
    for (int c = 0; c < kClients; ++c) {
      clients.emplace_back([&, c] {
        HttpClient client(nginx.http_socket());
        for (int n = 0; n < kEvents; ++n) {
          accepted += client.send(event(std::to_string(c) + "-" + std::to_string(n))).status == 200 ? 1 : 0;
        }
      });
    }
    for (std::size_t restarts = 1; restarts <= 10; ++restarts) {
      ASSERT_TRUE(wait_until([&] { return worker.seen().size() >= restarts * 30; }));
      worker.drop_connections();
    }
  }
  EXPECT_EQ(accepted, kClients * kEvents);
  EXPECT_EQ(nginx.counter("outcomes.unavailable"), 0);
}

TEST_F(WorkerTest, AnotherWorkerTakesOverWhenOneIsAway) {
  NginxSetup two = setup();
  two.http += "upstream pair { server unix:{dir}/gone.sock; server unix:{dir}/worker.sock; keepalive 4; }\n";
  two.server = "location /w { webhook telnyx; webhook_key " + signer.public_key() +
               "; webhook_dedup zone=calls; webhook_pass pair; }";
  ASSERT_TRUE(start(two));
  for (int n = 0; n < 4; ++n) EXPECT_EQ(send(event("evt-" + std::to_string(n))).status, 200);
  EXPECT_EQ(worker.seen().size(), 4U);
}

TEST_F(WorkerTest, ASocketPathNeedsNoUpstreamBlock) {
  NginxSetup direct = setup();
  direct.server = "location /w { webhook telnyx; webhook_key " + signer.public_key() +
                  "; webhook_dedup zone=calls; webhook_pass unix:{dir}/worker.sock; }";
  ASSERT_TRUE(start(direct));
  EXPECT_EQ(send(event("evt-1")).status, 200);
  EXPECT_EQ(worker.seen().size(), 1U);
}

TEST_F(WorkerTest, ANewConnectionThatDiesUnderAnEventIsTriedAgainOnce) {
  ASSERT_TRUE(start());
  worker.set_script([](const SeenEvent& seen) {
    if (seen.connection == 1) return WorkerReply{.bytes = "", .close = true, .hold = false};
    return reply_with(Verdict::accepted);
  });
  EXPECT_EQ(send(event("evt-1")).status, 200);
  EXPECT_EQ(worker.connections_accepted(), 2);
  EXPECT_EQ(nginx.counter("worker.retries"), 1);
  EXPECT_EQ(nginx.counter("outcomes.unavailable"), 0);
  EXPECT_EQ(nginx.counter("zones.calls.commits"), 1);
  worker.set_script([](const SeenEvent&) { return WorkerReply{.bytes = "", .close = true, .hold = false}; });
  expect_ask_again(send(event("evt-2")), "1", 1);
  // The kept connection, a new one, and a new one once more.
  EXPECT_EQ(worker.connections_accepted(), 4);
}

TEST_F(WorkerTest, AnOperatorWhoWantsOneAttemptGetsOne) {
  for (const char* one : {"webhook_next_upstream off;", "webhook_next_upstream_tries 1;"}) {
    NginxFixture single;
    FakeWorker dying{single.worker_socket()};
    dying.set_script([](const SeenEvent&) { return WorkerReply{.bytes = "", .close = true, .hold = false}; });
    ASSERT_TRUE(dying.start() && single.start(setup(one)));
    EXPECT_EQ(HttpClient(single.http_socket()).send(event("evt-1")).status, 503) << one;
    EXPECT_EQ(dying.connections_accepted(), 1) << one;
  }
}

TEST_F(WorkerTest, ASilentOrGarblingWorkerIsNotAskedTwice) {
  ASSERT_TRUE(start(setup("webhook_read_timeout 100ms;")));
  worker.set_script([](const SeenEvent&) { return WorkerReply{.bytes = "", .close = false, .hold = true}; });
  expect_ask_again(send(event("evt-1")));
  worker.set_script([](const SeenEvent&) { return WorkerReply{.bytes = "garbage", .close = false, .hold = false}; });
  expect_ask_again(send(event("evt-2")));
  EXPECT_EQ(worker.seen().size(), 2U);
}

TEST_F(WorkerTest, ALocationThatFailsOverToAnotherClaimsTheEventAnew) {
  NginxSetup with = setup();
  const std::string gate = "webhook telnyx; webhook_key " + signer.public_key() + "; webhook_dedup zone=calls; ";
  with.http += "upstream first { server unix:{dir}/first.sock; }\n";
  with.server = "location /w { " + gate + "webhook_pass first; error_page 502 504 = @second; }\n" +
                "location @second { " + gate + "webhook_pass worker; }\n";
  FakeWorker first{nginx.file("first.sock")};
  ASSERT_TRUE(first.start());
  ASSERT_TRUE(start(with));
  first.set_script([](const SeenEvent&) { return WorkerReply{.bytes = "", .close = true, .hold = false}; });
  EXPECT_EQ(send(event("evt-1")).status, 200);
  EXPECT_EQ(nginx.counter("zones.calls.commits"), 1);
  EXPECT_EQ(first.seen().size(), 2U);
  EXPECT_EQ(nginx.counter("worker.frames_sent"), 3);
  EXPECT_EQ(nginx.counter("worker.bytes_sent"),
            static_cast<long long>(first.bytes_received() + worker.bytes_received()));
  EXPECT_EQ(send(event("evt-1")).status, 200);
  EXPECT_EQ(nginx.counter("outcomes.duplicate"), 1);
}

TEST_F(WorkerTest, AClaimEndsWithTheVerdictThoughTheClientReadsSlowly) {
  if (!NginxFixture::has(NginxFixture::kHttp2)) GTEST_SKIP() << "this nginx has no HTTP/2";
  ASSERT_TRUE(start());
  worker.set_script([](const SeenEvent&) { return reply_with(Verdict::later); });
  SlowHttp2Client refused(nginx.http2_socket());
  ASSERT_TRUE(refused.send(event("evt-1")));
  EXPECT_EQ(refused.status(), 503);
  EXPECT_EQ(nginx.counter("zones.calls.entries"), 0);
  worker.set_script([](const SeenEvent&) { return reply_with(Verdict::accepted); });
  SlowHttp2Client accepted(nginx.http2_socket());
  ASSERT_TRUE(accepted.send(event("evt-1")));
  EXPECT_EQ(accepted.status(), 200);
  EXPECT_EQ(nginx.counter("zones.calls.commits"), 1);
  EXPECT_EQ(accepted.body(), "{\"ok\":true}");
  EXPECT_EQ(refused.body(), "{\"ok\":false}");
}

TEST_F(WorkerTest, WhatFollowsAVerdictNeverReachesAClientThatReadsSlowly) {
  if (!NginxFixture::has(NginxFixture::kHttp2)) GTEST_SKIP() << "this nginx has no HTTP/2";
  ASSERT_TRUE(start());
  worker.set_script([](const SeenEvent&) { return WorkerReply{.bytes = "", .close = false, .hold = true}; });
  SlowHttp2Client client(nginx.http2_socket());
  ASSERT_TRUE(client.send(event("evt-1")));
  ASSERT_TRUE(wait_until([&] { return worker.held() == 1; }));
  worker.release_held({.bytes = encode_verdict({Verdict::accepted, 0, ""}), .close = false, .hold = true});
  EXPECT_EQ(client.status(), 200);
  worker.release_held({.bytes = "another customer's data", .close = false, .hold = true});
  EXPECT_TRUE(wait_until([&] { return nginx.counter("worker.broken_replies") == 1; }));
  EXPECT_EQ(client.body(), "{\"ok\":true}");
  worker.set_script([](const SeenEvent&) { return reply_with(Verdict::accepted); });
  EXPECT_EQ(send(event("evt-2")).status, 200);
  EXPECT_EQ(worker.connections_accepted(), 2);
}

TEST_F(WorkerTest, AVerdictThatComesBeforeTheEventIsNone) {
  ASSERT_TRUE(nginx.start(setup()));
  worker.greet(encode_verdict({Verdict::accepted, 0, ""}));
  ASSERT_TRUE(worker.start());
  // More than a socket holds that nobody reads: the event is still on its way out when the verdict is read.
  expect_ask_again(send(signer.webhook("/w", event_body("evt-1", "t", "s", 250000))));
  EXPECT_EQ(nginx.counter("worker.broken_replies"), 1);
}

TEST_F(WorkerTest, AReasonCannotWriteLogLinesOfItsOwn) {
  ASSERT_TRUE(start());
  worker.set_script([](const SeenEvent&) {
    return reply_with(Verdict::refused, 0, "caller \x1b[31m\n2026/01/01 00:00:00 [crit] 1#1: forged \xe2\x80\xae");
  });
  EXPECT_EQ(send(event("evt-1")).status, 400);
  EXPECT_THAT(nginx.error_log(), HasSubstr("\"caller ?[31m?2026/01/01 00:00:00 [crit] 1#1: forged ???\""));
}

}  // namespace
}  // namespace ringfence::test
