// A real Redis Cluster of three masters with a replica each: found through any node, followed when a slot moves to
// another master under load, and when a master dies. The contract on a cluster is in contract_test.cc.
#include <gtest/gtest.h>
#include <signal.h>

#include "adapters/redis/keys.h"
#include "adapters/redis/redis_store.h"
#include "bench.h"
#include "redis_group.h"
#include "redis_load.h"
#include "shared/limits.h"

namespace ringfence::test {
namespace {

class RedisCluster : public testing::Test {
 protected:
  void SetUp() override {
    ::signal(SIGPIPE, SIG_IGN);
    if (!have_redis_server()) GTEST_SKIP() << "redis-server is not installed";
  }
  void open(const ClusterGroup& group, int wait_replicas) {
    ASSERT_TRUE(bench_.run_until([&] { return group.settled(); })) << group.nodes[0]->command("CLUSTER NODES");
    RedisOptions options = group.options();
    options.wait_replicas = wait_replicas;
    options.wait_ms = 500;
    auto opened = RedisStore::open(bench_.loop, bench_.log, options);
    ASSERT_TRUE(opened) << opened.error().text;
    store_ = *std::move(opened);
    ASSERT_TRUE(bench_.run_until([&] { return store_->ready(); }));
  }
  std::uint64_t counted(std::string_view name) const {
    for (const RedisCount& count : store_->counters()) {
      if (count.name == name) return count.value;
    }
    ADD_FAILURE() << name;
    return 0;
  }
  // As redis-cli --cluster does it: both told, the keys moved, then everybody told.
  void migrate(const ClusterGroup& group, std::uint16_t slot, std::size_t from, std::size_t to) {
    const std::string number = std::to_string(slot);
    const std::string setslot = "CLUSTER SETSLOT " + number;
    const RedisServer &source = *group.nodes[from], &target = *group.nodes[to];
    ASSERT_EQ(target.command(setslot + " IMPORTING " + group.id(from)), "+OK\r\n");
    ASSERT_EQ(source.command(setslot + " MIGRATING " + group.id(to)), "+OK\r\n");
    const std::size_t before = load_->acknowledged();  // of other slots: the rest goes on while this one is half there
    ASSERT_TRUE(bench_.run_until([&] { return load_->acknowledged() > before + 50; }));
    const auto moved_one = [&] {
      const std::string keys = source.command("CLUSTER GETKEYSINSLOT " + number + " 1");
      const auto start = keys.find("rf:");
      if (start == std::string::npos) return false;
      const std::string key = keys.substr(start, keys.find('\r', start) - start);
      const std::string done =
          source.command("MIGRATE 127.0.0.1 " + std::to_string(target.port()) + " " + key + " 0 5000");
      EXPECT_TRUE(done.starts_with("+OK")) << done;
      return !testing::Test::HasFailure();
    };
    while (moved_one()) uv_run(bench_.loop.get(), UV_RUN_NOWAIT);
    for (const std::size_t told : {to, from}) {
      ASSERT_EQ(group.nodes[told]->command(setslot + " NODE " + group.id(to)), "+OK\r\n");
    }
  }

  Bench bench_;
  std::unique_ptr<RedisStore> store_;
  std::unique_ptr<RedisLoad> load_;
};

TEST(RedisSlots, AreComputedAsRedisDoes) {
  EXPECT_EQ(cluster_slot("123456789"), 0x31C3 % 16384) << "the check value of CRC-16/XMODEM";
  EXPECT_EQ(cluster_slot(""), 0);
  if (!have_redis_server()) GTEST_SKIP() << "redis-server is not installed";
  RedisServer server({"--cluster-enabled", "yes", "--cluster-port", std::to_string(free_port())});
  const RedisKeys keys("rf");
  for (const std::size_t place : {std::size_t{0}, std::size_t{17}, std::size_t{63}}) {
    EXPECT_EQ(server.command("CLUSTER KEYSLOT " + keys.due(place)), ":" + std::to_string(keys.slot_of(place)) + "\r\n");
  }
  EXPECT_EQ(server.command("CLUSTER KEYSLOT " + keys.directory()),
            ":" + std::to_string(keys.slot_of(kDirectoryPlace)) + "\r\n");
}

TEST_F(RedisCluster, ASlotMovesUnderLoadAndNothingIsLost) {
  ClusterGroup group;
  ASSERT_NO_FATAL_FAILURE(open(group, 0));
  load_ = std::make_unique<RedisLoad>(bench_, *store_, 60);
  load_->start();
  ASSERT_TRUE(bench_.run_until([&] { return load_->acknowledged() > 300; }));
  const std::uint16_t slot = RedisKeys("rf").slot_of(shard_of(SessionId{"load0"}));
  const std::size_t from = group.master_of(slot, 0), to = (from + 1) % ClusterGroup::kMasters;
  ASSERT_LT(from, ClusterGroup::kMasters);
  ASSERT_NO_FATAL_FAILURE(migrate(group, slot, from, to));
  const std::size_t before = load_->acknowledged();
  ASSERT_TRUE(bench_.run_until([&] { return load_->acknowledged() > before + 300; }));
  ASSERT_TRUE(load_->stop());
  EXPECT_EQ(load_->lost_or_doubled(), 0U) << "of " << load_->acknowledged();
  EXPECT_GT(counted("redirects"), 0U);
  EXPECT_EQ(group.master_of(slot, from), to);
  EXPECT_EQ(bench_.list(*store_, 100)->size(), 60U);
}

TEST_F(RedisCluster, AKilledMasterIsReplacedAndNothingAcknowledgedIsLost) {
  ClusterGroup group;
  ASSERT_NO_FATAL_FAILURE(open(group, 1));
  load_ = std::make_unique<RedisLoad>(bench_, *store_, 60);
  load_->start();
  ASSERT_TRUE(bench_.run_until([&] { return load_->acknowledged() > 600; }));
  const std::uint16_t slot = RedisKeys("rf").slot_of(shard_of(SessionId{"load0"}));
  const std::size_t victim = group.master_of(slot, 0);
  group.nodes[victim]->kill_now();
  const std::size_t before = load_->acknowledged();
  ASSERT_TRUE(bench_.run_until([&] { return load_->acknowledged() > before + 100; })) << "the others serve on";
  EXPECT_FALSE(store_->ready());
  const auto due = bench_.claim(*store_, 1000, 10, 500);
  EXPECT_TRUE(due) << "nothing is due there: " << due.error().text;
  ASSERT_TRUE(bench_.run_until([&] { return store_->ready(); }));
  EXPECT_EQ(group.master_of(slot, (victim + 1) % ClusterGroup::kMasters), victim + ClusterGroup::kMasters);
  group.nodes[victim]->start();  // as the replica that the WAIT of its slots needs
  ASSERT_TRUE(bench_.run_until(
      [&] { return bench_.commit(*store_, request("load0", 999999, "probe")).status != CommitStatus::unknown; }));
  const std::size_t then = load_->acknowledged();
  ASSERT_TRUE(bench_.run_until([&] { return load_->acknowledged() > then + 300; }));
  ASSERT_TRUE(load_->stop());
  EXPECT_EQ(load_->lost_or_doubled(), 0U) << "of " << load_->acknowledged();
  EXPECT_EQ(counted("switches"), 1U);
}

TEST_F(RedisCluster, ServerThatIsOneNamesTheRightDirective) {
  ClusterGroup group;
  ASSERT_TRUE(bench_.run_until([&] { return group.settled(); }));
  RedisOptions options;
  options.host = "127.0.0.1";
  options.port = group.nodes[0]->port();
  auto opened = RedisStore::open(bench_.loop, bench_.log, options);
  store_ = *std::move(opened);
  ASSERT_TRUE(bench_.run_until([&] { return store_->ready(); }));
  for (int i = 0; i < 10; ++i) static_cast<void>(bench_.commit(*store_, request("s" + std::to_string(i), 0, "e")));
  EXPECT_EQ(bench_.log.count("redis_is_a_cluster"), 1U);
}

}  // namespace
}  // namespace ringfence::test
