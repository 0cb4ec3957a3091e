// Delivery over real loopback HTTP: signatures, attempts, retries, failover, replay; and forging through /_sim/.
#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/http.h>
#include <netinet/in.h>
#include <sodium.h>
#include <sys/socket.h>

#include <chrono>
#include <functional>

#include "fixture.h"
#include "shared/base64.h"
#include "shared/signature.h"
#include "telnyx_sim/control.h"
#include "telnyx_sim/http_server.h"
#include "telnyx_sim/webhooks.h"

namespace ringfence::sim {
namespace {

struct Received {
  std::string path, body, timestamp, signature, agent;
};

// A webhook consumer on the same loop. Answers by script, then 200; status 0 = no answer until the test is over.
class Consumer {
 public:
  explicit Consumer(event_base* base) : server_(evhttp_new(base)) {
    evhttp_set_gencb(server_.get(), &Consumer::on_request, this);
    evhttp_bound_socket* bound = evhttp_bind_socket_with_handle(server_.get(), "127.0.0.1", 0);
    sockaddr_in name{};
    socklen_t length = sizeof name;
    getsockname(evhttp_bound_socket_get_fd(bound), reinterpret_cast<sockaddr*>(&name), &length);
    port = ntohs(name.sin_port);
  }
  ~Consumer() {
    for (evhttp_request* request : unanswered_) evhttp_send_reply(request, 500, nullptr, nullptr);
  }
  std::uint16_t port = 0;
  std::vector<int> answers;
  std::vector<Received> got;

 private:
  struct Free {
    void operator()(evhttp* server) const noexcept { evhttp_free(server); }
  };
  static void on_request(evhttp_request* request, void* context) noexcept {
    auto* self = static_cast<Consumer*>(context);
    const evkeyvalq* headers = evhttp_request_get_input_headers(request);
    const auto header = [&](const char* name) {
      const char* value = evhttp_find_header(headers, name);
      return std::string(value == nullptr ? "" : value);
    };
    evbuffer* input = evhttp_request_get_input_buffer(request);
    std::string body(evbuffer_get_length(input), '\0');
    evbuffer_copyout(input, body.data(), body.size());
    self->got.push_back({evhttp_request_get_uri(request), body, header("telnyx-timestamp"),
                         header("telnyx-signature-ed25519"), header("user-agent")});
    const std::size_t index = self->got.size() - 1;
    const int status = index < self->answers.size() ? self->answers[index] : 200;
    if (status == 0) return self->unanswered_.push_back(request);
    evhttp_send_reply(request, status, nullptr, nullptr);
  }
  std::unique_ptr<evhttp, Free> server_;
  std::vector<evhttp_request*> unanswered_;
};

class Delivery : public testing::Test {
 protected:
  struct BaseFree {
    void operator()(event_base* owned) const noexcept { event_base_free(owned); }
  };
  static event_base* ready_base() {
    EXPECT_GE(sodium_init(), 0);
    return event_base_new();
  }

  std::unique_ptr<event_base, BaseFree> base{ready_base()};
  Simulation sim{7, wall_now_us()};
  LoopClock clock{base.get(), sim.scheduler, sim.started_us};
  HttpClient client{base.get(), clock};
  Webhooks webhooks{sim, client, Signer::random()};
  Load load{sim};
  Control control{sim, webhooks, load};
  Consumer consumer{base.get()}, failover{base.get()};

  void SetUp() override {
    sim.postbox.connect(webhooks);
    webhooks.settings.primary = endpoint(consumer.port, "/hook");
    webhooks.settings.retry_delays_ms = {0, 20, 40};
  }
  static Endpoint endpoint(std::uint16_t port, const std::string& path) {
    return *parse_endpoint("http://127.0.0.1:" + std::to_string(port) + path);
  }
  void start_call() {
    const LoopClock::Turn turn(clock);
    const auto body = parse_json(R"({"from":"+12025550133","to":"+12025550131"})");
    session = *sim.start_call(body->get());
  }
  // Runs the loop until it is so; false after five seconds.
  bool until(const std::function<bool()>& is_so) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (!is_so()) {
      if (std::chrono::steady_clock::now() > end) return false;
      const timeval tick{0, 2000};
      event_base_loopexit(base.get(), &tick);
      event_base_loop(base.get(), EVLOOP_ONCE);
    }
    return true;
  }
  bool finished() {
    return until([&] { return session->webhooks.front()->finished; });
  }
  bool is_genuine(const Received& received) const {
    PublicKey key{};
    EXPECT_EQ(parse_public_key(webhooks.signer().public_key(), key), KeyFault::ok);
    const auto signature = parse_signature(received.signature);
    return signature && verify_ed25519(*signature, as_bytes(received.timestamp + "|" + received.body), key);
  }
  std::string ask(const std::string& path, const std::string& body) {
    std::string answer;
    {
      const LoopClock::Turn turn(clock);
      control.handle({"POST", path, "", "", body}, [&](const Reply& reply) { answer = reply.body; });
    }
    EXPECT_TRUE(until([&] { return !answer.empty(); }));
    return answer;
  }
  Session* session = nullptr;
};

TEST_F(Delivery, SignsWhatItSends) {
  start_call();
  ASSERT_TRUE(finished());
  ASSERT_EQ(consumer.got.size(), 1u);
  EXPECT_TRUE(is_genuine(consumer.got[0]));
  EXPECT_EQ(consumer.got[0].path, "/hook");
  EXPECT_EQ(consumer.got[0].agent, "telnyx-webhooks");
  const auto body = parse_json(consumer.got[0].body);
  ASSERT_TRUE(body.has_value());
  EXPECT_EQ(get_text(get_object(body->get(), "data"), "event_type"), "call.initiated");
  EXPECT_EQ(get_int(get_object(body->get(), "meta"), "attempt"), 1);
  EXPECT_EQ(get_text(get_object(body->get(), "meta"), "delivered_to"), webhooks.settings.primary.url);
}

TEST_F(Delivery, RetriesWithTheSameIdAndAFreshSignature) {
  consumer.answers = {503, 429};
  start_call();
  ASSERT_TRUE(finished());
  ASSERT_EQ(consumer.got.size(), 3u);
  for (const Received& received : consumer.got) EXPECT_TRUE(is_genuine(received));
  const auto first = parse_json(consumer.got[0].body), third = parse_json(consumer.got[2].body);
  EXPECT_EQ(get_text(get_object(first->get(), "data"), "id"), get_text(get_object(third->get(), "data"), "id"));
  EXPECT_EQ(get_int(get_object(third->get(), "meta"), "attempt"), 3);
  EXPECT_NE(consumer.got[0].signature, consumer.got[2].signature);
  EXPECT_EQ(sim.journal.counters.webhooks_accepted, 1u);
  EXPECT_EQ(session->webhooks.front()->attempts[1].status, 429);
}

TEST_F(Delivery, DoesNotRepeatWhatWasRefused) {
  consumer.answers = {403};
  start_call();
  ASSERT_TRUE(finished());
  EXPECT_EQ(consumer.got.size(), 1u);
  EXPECT_EQ(sim.journal.counters.webhooks_failed, 1u);
}

TEST_F(Delivery, GivesUpAfterTheLastRetry) {
  consumer.answers = {500, 500, 500, 500, 500, 500};
  start_call();
  ASSERT_TRUE(finished());
  EXPECT_EQ(consumer.got.size(), 4u);
}

TEST_F(Delivery, TurnsToTheFailoverAfterTwoFailures) {
  webhooks.settings.failover = endpoint(failover.port, "/second");
  consumer.answers = {500, 500, 500};
  start_call();
  ASSERT_TRUE(finished());
  EXPECT_EQ(consumer.got.size(), 2u);
  ASSERT_EQ(failover.got.size(), 1u);
  EXPECT_NE(failover.got[0].body.find("/second"), std::string::npos);
}

TEST_F(Delivery, ASilentConsumerIsTriedAgain) {
  webhooks.settings.timeout_ms = 50;
  consumer.answers = {0};
  start_call();
  ASSERT_TRUE(finished());
  EXPECT_EQ(consumer.got.size(), 2u);
  EXPECT_EQ(session->webhooks.front()->attempts[0].status, 0);
}

TEST_F(Delivery, ARefusedConnectionIsTriedAgain) {
  std::uint16_t closed = 0;
  {
    const Consumer gone(base.get());
    closed = gone.port;
  }
  webhooks.settings.primary = endpoint(closed, "/hook");
  start_call();
  ASSERT_TRUE(until([&] { return session->webhooks.front()->attempts.size() >= 2; }));
  {
    const LoopClock::Turn turn(clock);
    webhooks.settings.primary = endpoint(consumer.port, "/hook");  // it came back, as after a restart
  }
  ASSERT_TRUE(finished());
  EXPECT_EQ(consumer.got.size(), 1u);
  EXPECT_EQ(sim.journal.counters.webhooks_accepted, 1u);
}

TEST_F(Delivery, AReplayIsTheSameBytesAndSignature) {
  start_call();
  ASSERT_TRUE(finished());
  const std::string id = session->webhooks.front()->id;
  EXPECT_NE(ask("/_sim/replay", R"({"webhook":")" + id + "\"}").find("\"status\":200"), std::string::npos);
  ASSERT_EQ(consumer.got.size(), 2u);
  EXPECT_EQ(consumer.got[0].body, consumer.got[1].body);
  EXPECT_EQ(consumer.got[0].timestamp, consumer.got[1].timestamp);
  EXPECT_EQ(consumer.got[0].signature, consumer.got[1].signature);
}

TEST_F(Delivery, ForgeriesAreNotGenuineUnlessAskedToBe) {
  start_call();
  ASSERT_TRUE(finished());
  for (const char* how : {"unsigned", "wrong_key", "tampered", "valid"}) {
    consumer.answers.assign(consumer.got.size(), 200);
    consumer.answers.push_back(403);
    const std::string answer = ask("/_sim/forge", R"({"event_type":"call.hangup","timestamp_offset_s":-301,"call":")" +
                                                      session->id + R"(","how":")" + how + "\"}");
    EXPECT_NE(answer.find("\"status\":403"), std::string::npos) << answer;
    EXPECT_EQ(is_genuine(consumer.got.back()), std::string_view(how) == "valid") << how;
    EXPECT_NE(consumer.got.back().body.find(session->parent->control_id), std::string::npos);
  }
  const std::int64_t now_s = sim.scheduler.now_us() / 1'000'000;
  EXPECT_NEAR(static_cast<double>(std::stoll(consumer.got.back().timestamp)), static_cast<double>(now_s - 301), 5);
  EXPECT_EQ(session->webhooks.size(), 1u) << "the truth knows nothing of forgeries";
}

TEST_F(Delivery, AResetForgetsCallsWithWebhooksUnderWay) {
  consumer.answers = {503};
  start_call();
  ASSERT_TRUE(until([&] { return !session->webhooks.front()->attempts.empty(); }));
  EXPECT_NE(ask("/_sim/reset", "").find("ok"), std::string::npos);
  start_call();
  ASSERT_TRUE(finished());
  EXPECT_EQ(sim.journal.counters.webhook_events, 1u);
}

TEST_F(Delivery, ManyCallsShareABoundedNumberOfConnections) {
  std::vector<Session*> sessions;
  for (int i = 0; i < 500; ++i) {
    start_call();
    sessions.push_back(session);
  }
  ASSERT_TRUE(until([&] { return sim.journal.counters.webhooks_accepted == 500; }));
  EXPECT_EQ(consumer.got.size(), 500u);
}

}  // namespace
}  // namespace ringfence::sim
