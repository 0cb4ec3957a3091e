// The master is found through three real Sentinels, and found again when they replace it: killed, stopped, cut off,
// demoted by hand. With WAIT nothing that was acknowledged is lost, and writing goes on soon after they have decided.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "adapters/redis/redis_store.h"
#include "bench.h"
#include "redis_group.h"
#include "redis_load.h"
#include "shared/limits.h"

namespace ringfence::test {
namespace {

using std::chrono::steady_clock;

class RedisSentinel : public testing::Test {
 protected:
  void SetUp() override {
    ::signal(SIGPIPE, SIG_IGN);
    if (!have_redis_server()) GTEST_SKIP() << "redis-server is not installed";
  }
  void open(const RedisOptions& options) {
    auto opened = RedisStore::open(bench_.loop, bench_.log, options);
    ASSERT_TRUE(opened) << opened.error().text;
    store_ = *std::move(opened);
  }
  void open(const SentinelGroup& group, int wait_replicas) {
    ASSERT_TRUE(bench_.run_until([&] { return group.settled(); })) << group.sentinels[0]->command("INFO sentinel");
    RedisOptions options = group.options();
    options.wait_replicas = wait_replicas;
    options.wait_ms = 500;  // patient: a busy machine must not look like a lost replica
    open(options);
    ASSERT_TRUE(bench_.run_until([&] { return store_->ready(); }));
  }
  // Runs until most Sentinels name another master, and then until it has taken commits of everybody.
  void expect_writable_soon(const SentinelGroup& group, const RedisLoad& load) {
    const RedisServer* master = nullptr;
    ASSERT_TRUE(bench_.run_until([&] {
      master = group.named_master();
      return master != nullptr && master != group.data[0].get();
    }));
    const auto decided = steady_clock::now();
    const std::size_t before = load.acknowledged();
    ASSERT_TRUE(bench_.run_until([&] { return load.acknowledged() > before + 100; }));
    EXPECT_LT(steady_clock::now() - decided, std::chrono::seconds(3));
    EXPECT_EQ(store_->masters(), address_of(*master).text());
  }

  Bench bench_;
  std::unique_ptr<RedisStore> store_;
};

TEST_F(RedisSentinel, AKilledMasterIsReplacedAndNothingAcknowledgedIsLost) {
  SentinelGroup group;
  ASSERT_NO_FATAL_FAILURE(open(group, 1));
  // One of them is listened to for +switch-master; nobody else subscribes to a Sentinel.
  EXPECT_TRUE(bench_.run_until([&] {
    return 1 == std::ranges::count_if(group.sentinels, [](const auto& sentinel) {
             return sentinel->command("CLIENT LIST").find(" sub=1 ") != std::string::npos;
           });
  }));
  RedisLoad load(bench_, *store_, 40);
  load.start();
  ASSERT_TRUE(bench_.run_until([&] { return load.acknowledged() > 400; }));
  group.data[0]->kill_now();
  ASSERT_NO_FATAL_FAILURE(expect_writable_soon(group, load));
  ASSERT_TRUE(load.stop());
  EXPECT_GT(load.unknown(), 0U);
  EXPECT_EQ(load.lost_or_doubled(), 0U) << "of " << load.acknowledged();
}

TEST_F(RedisSentinel, AStoppedMasterIsReplacedAndHarmsNothingWhenItWakes) {
  SentinelGroup group;
  ASSERT_NO_FATAL_FAILURE(open(group, 1));
  RedisLoad load(bench_, *store_, 40);
  load.start();
  ASSERT_TRUE(bench_.run_until([&] { return load.acknowledged() > 400; }));
  group.data[0]->pause();
  ASSERT_NO_FATAL_FAILURE(expect_writable_soon(group, load));
  const std::size_t before = load.acknowledged();
  group.data[0]->resume();
  ASSERT_TRUE(bench_.run_until([&] { return load.acknowledged() > before + 200; }));
  ASSERT_TRUE(load.stop());
  EXPECT_EQ(load.lost_or_doubled(), 0U) << "of " << load.acknowledged();
}

// What it takes while nothing reaches the replicas is nowhere else when it dies: none of it may be called accepted.
TEST_F(RedisSentinel, AMasterWithoutItsReplicasAcknowledgesNothingAndThenDies) {
  SentinelGroup group;
  ASSERT_NO_FATAL_FAILURE(open(group, 1));
  RedisLoad load(bench_, *store_, 40);
  load.start();
  ASSERT_TRUE(bench_.run_until([&] { return load.acknowledged() > 400; }));
  group.cut_off_replicas();
  const std::size_t unknown = load.unknown();
  ASSERT_TRUE(bench_.run_until([&] { return load.unknown() > unknown + 200; }));
  EXPECT_NE(group.data[0]->command("INFO replication").find("connected_slaves:0"), std::string::npos);
  group.data[0]->kill_now();
  ASSERT_NO_FATAL_FAILURE(expect_writable_soon(group, load));
  ASSERT_TRUE(load.stop());
  EXPECT_EQ(load.lost_or_doubled(), 0U) << "of " << load.acknowledged();
}

// The master lives on with ringd on its side of a split, and on the other side it is replaced.
TEST_F(RedisSentinel, AMasterCutOffFromAllButUsIsReplacedAndNothingAcknowledgedIsLost) {
  SentinelGroup group;
  ASSERT_NO_FATAL_FAILURE(open(group, 1));
  RedisLoad load(bench_, *store_, 40);
  load.start();
  ASSERT_TRUE(bench_.run_until([&] { return load.acknowledged() > 400; }));
  group.cut_off_everybody();
  ASSERT_NO_FATAL_FAILURE(expect_writable_soon(group, load));
  EXPECT_GT(load.unknown(), 0U);
  EXPECT_NE(group.data[0]->command("INFO replication").find("role:master"), std::string::npos);
  const std::size_t before = load.acknowledged();
  group.reconnect();
  ASSERT_TRUE(bench_.run_until(
      [&] { return group.data[0]->command("INFO replication").find("role:slave") != std::string::npos; }));
  ASSERT_TRUE(bench_.run_until([&] { return load.acknowledged() > before + 200; }));
  ASSERT_TRUE(load.stop());
  EXPECT_EQ(load.lost_or_doubled(), 0U) << "of " << load.acknowledged();
}

TEST_F(RedisSentinel, WithoutWaitWritingGoesOnOnTheReplicaAlone) {
  SentinelGroup group;
  ASSERT_NO_FATAL_FAILURE(open(group, 0));
  RedisLoad load(bench_, *store_, 40);
  load.start();
  ASSERT_TRUE(bench_.run_until([&] { return load.acknowledged() > 400; }));
  group.data[0]->kill_now();
  ASSERT_NO_FATAL_FAILURE(expect_writable_soon(group, load));
  EXPECT_TRUE(load.stop());
}

// By hand the old master lives on, with the other replica: one replica's word is not enough then, only that of all.
TEST_F(RedisSentinel, AFailoverByHandLosesNothingWhenAllReplicasHaveToConfirm) {
  SentinelGroup group;
  ASSERT_NO_FATAL_FAILURE(open(group, 2));
  RedisLoad load(bench_, *store_, 40);
  load.start();
  ASSERT_TRUE(bench_.run_until([&] { return load.acknowledged() > 100; }));
  ASSERT_EQ(group.sentinels[1]->command(std::string("SENTINEL FAILOVER ") + SentinelGroup::kName).substr(0, 3), "+OK");
  ASSERT_TRUE(bench_.run_until([&] { return bench_.log.count("redis_master") == 2; }));
  // The old master is a replica only when the Sentinels have made it one, and until then one confirmation is missing.
  const std::size_t before = load.acknowledged();
  ASSERT_TRUE(bench_.run_until([&] { return load.acknowledged() > before + 100; }, std::chrono::seconds(40)));
  ASSERT_TRUE(load.stop());
  EXPECT_EQ(load.lost_or_doubled(), 0U) << "of " << load.acknowledged();
}

TEST_F(RedisSentinel, OneThatAnswersIsEnough) {
  SentinelGroup group;
  ASSERT_TRUE(bench_.run_until([&] { return group.settled(); }));
  group.sentinels[0]->pause();
  group.sentinels[1]->kill_now();
  open(group.options());
  EXPECT_TRUE(bench_.run_until([&] { return store_->ready(); }));
  EXPECT_EQ(bench_.log.count("redis_nobody_answers"), 0U);
  group.sentinels[2]->kill_now();
  ASSERT_TRUE(bench_.run_until([&] { return bench_.log.count("redis_nobody_answers who=sentinel") > 0; }));
  EXPECT_EQ(bench_.commit(*store_, request("s1", 0, "e1")).status, CommitStatus::committed) << "the master is there";
  group.sentinels[1]->start();
  EXPECT_TRUE(bench_.run_until([&] { return bench_.log.count("redis_answers who=sentinel") > 0; }));
}

TEST_F(RedisSentinel, AnUnknownNameIsSaid) {
  SentinelGroup group;
  RedisOptions options = group.options();
  options.master_name = "other";
  open(options);
  EXPECT_TRUE(bench_.run_until([&] { return bench_.log.count("it knows no master of the name other") > 0; }));
  EXPECT_EQ(bench_.commit(*store_, request("s1", 0, "e1")).status, CommitStatus::unknown);
  EXPECT_EQ(store_->masters(), "not known yet");
}

TEST_F(RedisSentinel, APasswordOfTheSentinelsIsTheirsAlone) {
  RedisServer master;
  TempDir folder;
  const std::string file = folder.file("sentinel.conf");
  std::ofstream(file) << "requirepass of-the-sentinel\nsentinel monitor calls 127.0.0.1 " << master.port() << " 1\n";
  RedisServer sentinel({"--sentinel"}, file);
  RedisOptions options;
  options.sentinels = {address_of(sentinel)};
  options.master_name = "calls";
  options.sentinel_login.password = "wrong";
  open(options);
  ASSERT_TRUE(bench_.run_until([&] { return bench_.log.count("it refuses our user or password: WRONGPASS") > 0; }));
  options.sentinel_login.password = "of-the-sentinel";
  open(options);
  EXPECT_TRUE(bench_.run_until([&] { return store_->ready(); }));
}

// Leaving a master because of what one says is no reason to ask the other one.
TEST_F(RedisSentinel, TwoThatDisagreeDoNotSendUsToAndFro) {
  TempDir folder;
  std::vector<std::unique_ptr<RedisServer>> masters, sentinels;
  RedisOptions options;
  options.master_name = "calls";
  for (const char* name : {"first.conf", "second.conf"}) {
    masters.push_back(std::make_unique<RedisServer>());
    const std::string file = folder.file(name);
    std::ofstream(file) << "sentinel monitor calls 127.0.0.1 " << masters.back()->port() << " 1\n";
    sentinels.push_back(std::make_unique<RedisServer>(std::vector<std::string>{"--sentinel"}, file));
    options.sentinels.push_back(address_of(*sentinels.back()));
  }
  open(options);
  const auto serves = [&](const RedisServer& master) {
    return store_->ready() && store_->masters() == address_of(master).text();
  };
  ASSERT_TRUE(bench_.run_until([&] { return serves(*masters[0]); }));
  // One connection is lost, and so the other Sentinel is asked.
  const std::string clients = masters[0]->command("CLIENT LIST");
  const auto line = clients.rfind('\n', clients.find(" name=ringd ")) + 1;
  const std::string id = clients.substr(line, clients.find(' ', line) - line);  // "id=17"
  ASSERT_EQ(masters[0]->command("CLIENT KILL ID " + id.substr(3)), ":1\r\n") << clients;
  ASSERT_TRUE(bench_.run_until([&] { return serves(*masters[1]); }));
  const std::size_t said = bench_.log.count("redis_master");
  EXPECT_FALSE(bench_.run_until([&] { return bench_.log.count("redis_master") > said; }, std::chrono::seconds(1)));
  EXPECT_EQ(said, 2U);
  EXPECT_EQ(bench_.commit(*store_, request("s1", 0, "e1")).status, CommitStatus::committed);
}

TEST_F(RedisSentinel, TheSamplesFitTogether) {
  const std::string conf = std::string(RINGFENCE_SOURCE_DIR) + "/conf/";
  TempDir folder;  // copies of them: a Sentinel writes into its own, and has Redis write into its
  const auto copy = [&](const std::string& name) {
    std::filesystem::copy_file(conf + "redis.conf.sample", folder.file(name));
    return folder.file(name);
  };
  RedisServer master({}, copy("master.conf"));
  const std::vector<std::string> follow = {"--replicaof",  "127.0.0.1 " + std::to_string(master.port()),
                                           "--masteruser", "replica",
                                           "--masterauth", "change-this-password"};
  RedisServer replica(follow, copy("replica.conf"));
  std::stringstream sample;
  sample << std::ifstream(conf + "sentinel.conf.sample").rdbuf();
  std::string text = sample.str();
  const std::string address = "sentinel monitor calls 10.0.0.11 6379 2";
  ASSERT_NE(text.find(address), std::string::npos);
  text.replace(text.find(address), address.size(),
               "sentinel monitor calls 127.0.0.1 " + std::to_string(master.port()) + " 1");
  const std::string file = folder.file("sentinel.conf");
  std::ofstream(file) << text;
  RedisServer sentinel({"--sentinel"}, file);
  RedisOptions options;
  options.sentinels = {address_of(sentinel)};
  options.master_name = "calls";
  options.sentinel_login.password = "change-this-password";
  options.user = "ringd";
  options.password = "change-this-password";
  options.wait_replicas = 1;
  options.wait_ms = 1000;
  open(options);
  ASSERT_TRUE(bench_.run_until([&] { return store_->ready(); }));
  ASSERT_TRUE(
      bench_.run_until([&] { return bench_.commit(*store_, request("s1", 0, "e1")).status != CommitStatus::unknown; }));
  // The Sentinel may do its work under the users of the sample: it fails over when the master is gone.
  ASSERT_TRUE(bench_.run_until(
      [&] { return replica.command("INFO replication").find("master_link_status:up") != std::string::npos; }));
  const auto watches = [&] { return master.command("CLIENT LIST").find("user=sentinel") != std::string::npos; };
  ASSERT_TRUE(bench_.run_until(watches));
  ASSERT_TRUE(
      bench_.run_until([&] { return replica.command("CLIENT LIST").find("user=sentinel") != std::string::npos; }));
  master.kill_now();
  EXPECT_TRUE(bench_.run_until([&] { return store_->masters() == address_of(replica).text(); }));
}

}  // namespace
}  // namespace ringfence::test
