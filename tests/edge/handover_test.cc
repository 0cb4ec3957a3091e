// Several workers behind one location: all events of a partition meet the same one, a dead worker's share moves and
// nothing else does, and no event is lost on the way.
#include <gmock/gmock.h>

#include <array>
#include <map>
#include <memory>
#include <set>

#include "edge/edge_test.h"

namespace ringfence::test {
namespace {

using ::testing::SizeIs;

constexpr int kWorkers = 3;
constexpr int kCalls = 60;

class ShardTest : public EdgeTest {
 protected:
  bool start_shards(std::string_view keepalive, std::string_view server = "max_fails=0") {
    NginxSetup with = setup();
    with.worker_processes = 2;  // the balancers of two processes have to agree
    std::string servers;
    for (int n = 0; n < kWorkers; ++n) {
      const std::string name = "shard" + std::to_string(n) + ".sock";
      servers += "  server unix:{dir}/" + name + " " + std::string(server) + ";\n";
      workers[static_cast<std::size_t>(n)] = std::make_unique<FakeWorker>(nginx.file(name));
      if (!shard(n).start()) return false;
    }
    with.http +=
        "upstream shards {\n  hash $webhook_partition consistent;\n" + servers + std::string(keepalive) + "}\n";
    with.server = "location /w { webhook telnyx; webhook_key " + signer.public_key() +
                  "; webhook_dedup zone=calls; webhook_pass shards; }\n";
    return nginx.start(with);
  }
  [[nodiscard]] FakeWorker& shard(int n) const { return *workers[static_cast<std::size_t>(n)]; }

  // One event of every call; the answers must all be 200.
  void send_round(const std::string& round) {
    HttpClient client(nginx.http_socket());
    for (int call = 0; call < kCalls; ++call) {
      const std::string name = "call-" + std::to_string(call);
      EXPECT_EQ(client.send(signer.webhook("/w", event_body(round + name, "call.answered", name))).status, 200) << name;
    }
  }
  // Which worker took the event of each call in this round.
  [[nodiscard]] std::map<std::string, int> taken_by(const std::string& round) const {
    std::map<std::string, int> taken;
    for (int n = 0; n < kWorkers; ++n) {
      for (const SeenEvent& seen : shard(n).seen()) {
        if (!seen.id.starts_with(round)) continue;
        EXPECT_EQ(seen.id, round + seen.partition);
        EXPECT_TRUE(taken.emplace(seen.partition, n).second) << seen.id << " reached two workers";
      }
    }
    EXPECT_THAT(taken, SizeIs(kCalls)) << "in round " << round;
    return taken;
  }

  std::array<std::unique_ptr<FakeWorker>, kWorkers> workers;
};

// Kept connections in one setting, a new one for each event in the other.
class ShardsTest : public ShardTest, public ::testing::WithParamInterface<const char*> {};
INSTANTIATE_TEST_SUITE_P(Connections, ShardsTest, ::testing::Values("", "  keepalive 8;\n"),
                         [](const auto& one) { return std::string_view(one.param).empty() ? "New" : "Kept"; });

TEST_P(ShardsTest, AllEventsOfACallMeetOneWorkerAndTheCallsAreSpread) {
  ASSERT_TRUE(start_shards(GetParam()));
  send_round("a-");
  send_round("b-");
  const auto first = taken_by("a-");
  EXPECT_EQ(first, taken_by("b-"));
  std::array<int, kWorkers> calls{};
  for (const auto& [call, n] : first) ++calls[static_cast<std::size_t>(n)];
  // A fair share is 20; where 160 points of a worker lie on the ring is luck, but always the same.
  for (const int share : calls) EXPECT_GE(share, 8);
}

TEST_P(ShardsTest, OnlyADeadWorkersShareMovesAndComesBackWithIt) {
  ASSERT_TRUE(start_shards(GetParam()));
  send_round("a-");
  const auto before = taken_by("a-");
  constexpr int kDead = 1;
  shard(kDead).stop();
  send_round("b-");
  const auto without = taken_by("b-");
  std::set<int> heirs;
  for (const auto& [call, n] : before) {
    if (n == kDead) {
      heirs.insert(without.at(call));
    } else {
      EXPECT_EQ(without.at(call), n) << call << " moved though its worker lives";
    }
  }
  EXPECT_EQ(heirs, (std::set{0, 2})) << "its share is spread over the others";
  ASSERT_TRUE(shard(kDead).start());
  send_round("c-");
  EXPECT_EQ(taken_by("c-"), before);
  EXPECT_EQ(nginx.counter("outcomes.accepted"), 3LL * kCalls);
  EXPECT_EQ(nginx.counter("zones.calls.commits"), 3LL * kCalls);
}

TEST_F(ShardTest, AWorkerThatDiesWithAnEventInItsHandsLosesNone) {
  ASSERT_TRUE(start_shards("  keepalive 8;\n"));
  send_round("a-");
  const auto before = taken_by("a-");
  constexpr int kDying = 2;
  // It reads each event, and its connection ends: nobody knows what it made of it.
  shard(kDying).set_script([](const SeenEvent&) { return WorkerReply{.bytes = "", .close = true}; });
  send_round("b-");
  std::map<std::string, std::set<int>> met;
  for (int n = 0; n < kWorkers; ++n) {
    for (const SeenEvent& seen : shard(n).seen()) {
      if (seen.id.starts_with("b-")) met[seen.partition].insert(n);
    }
  }
  for (const auto& [call, n] : before) {
    EXPECT_THAT(met.at(call), SizeIs(n == kDying ? 2 : 1)) << call;
    EXPECT_TRUE(met.at(call).contains(n)) << call << " was not its worker's first";
  }
  EXPECT_EQ(nginx.counter("outcomes.accepted"), 2LL * kCalls);
  EXPECT_EQ(nginx.counter("outcomes.unavailable"), 0);
}

TEST_F(ShardTest, EventsWithoutAPartitionAreSpreadByTheirId) {
  ASSERT_TRUE(start_shards(""));
  HttpClient client(nginx.http_socket());
  for (int n = 0; n < kCalls; ++n) {
    const std::string body =
        R"({"data":{"id":"evt-)" + std::to_string(n) + R"(","event_type":"number.ordered","payload":{}}})";
    EXPECT_EQ(client.send(signer.webhook("/w", body)).status, 200);
  }
  for (int n = 0; n < kWorkers; ++n) EXPECT_GE(shard(n).seen().size(), 8U) << n;
}

}  // namespace
}  // namespace ringfence::test
