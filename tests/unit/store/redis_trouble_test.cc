// A real redis-server made to say each of its refusals: nothing is written meanwhile, one line tells the operator what
// to do, it is counted, and the same commit goes through when the cause is gone.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>

#include "adapters/redis/redis_store.h"
#include "bench.h"
#include "redis_server.h"
#include "shared/limits.h"

namespace ringfence::test {
namespace {

const std::vector<std::string> kDebug = {"--enable-debug-command", "yes", "--enable-protected-configs", "yes"};

class RedisTrouble : public testing::Test {
 protected:
  void SetUp() override {
    ::signal(SIGPIPE, SIG_IGN);
    if (!have_redis_server()) GTEST_SKIP() << "redis-server is not installed";
  }
  void open(const RedisServer& server) {
    RedisOptions options;
    options.unix_path = server.socket_path();
    auto opened = RedisStore::open(bench_.loop, bench_.log, options);
    ASSERT_TRUE(opened) << opened.error().text;
    store_ = *std::move(opened);
    ASSERT_TRUE(bench_.run_until([&] { return store_->ready(); }));
    ASSERT_EQ(bench_.commit(*store_, request("s1", 0, "before")).status, CommitStatus::committed);
  }
  std::uint64_t counted(std::string_view name) const {
    const auto all = store_->counters();
    const auto found = std::ranges::find(all, name, &RedisCount::name);
    EXPECT_NE(found, all.end()) << name;
    return found == all.end() ? 0 : found->value;
  }
  // Asks until Redis says it: a connection may be lost first, and come back to a server that still says it.
  void expect_refusal(const std::string& reply, std::string_view counter) {
    const bool heard = bench_.run_until([&] {
      last_ = bench_.commit(*store_, request("s1", 1, "meanwhile"));
      EXPECT_EQ(last_.status, CommitStatus::unknown);
      EXPECT_TRUE(last_.not_written);
      return counted(counter) > 0 || testing::Test::HasFailure();
    });
    EXPECT_TRUE(heard) << "it never said " << reply;
    EXPECT_EQ(bench_.log.count("redis_refuses reply=" + reply), 1U) << "once, and again after a while";
  }
  void expect_recovery() {
    const bool written = bench_.run_until([&] {
      last_ = bench_.commit(*store_, request("s1", 1, "meanwhile"));
      return last_.status != CommitStatus::unknown;
    });
    ASSERT_TRUE(written);
    EXPECT_EQ(last_.status, CommitStatus::committed) << "a duplicate would mean that the refusal had written";
    EXPECT_EQ(bench_.log.count("redis_serves_again"), 1U);
    ASSERT_TRUE(bench_.run_until([&] { return store_->ready(); }));
    EXPECT_EQ(bench_.load(*store_, "s1")->version, 2U);
  }
  static void tell(const RedisServer& server, const std::string& command) {
    ASSERT_EQ(server.command(command).substr(0, 3), "+OK") << command;
  }

  Bench bench_;
  std::unique_ptr<RedisStore> store_;
  CommitResult last_;
};

TEST_F(RedisTrouble, OutOfMemory) {
  RedisServer server;
  open(server);
  tell(server, "CONFIG SET maxmemory 1");
  expect_refusal("OOM", "out_of_memory");
  EXPECT_TRUE(store_->ready()) << "reading goes on";
  EXPECT_EQ(bench_.load(*store_, "s1")->version, 1U);
  tell(server, "CONFIG SET maxmemory 0");
  expect_recovery();
}

TEST_F(RedisTrouble, ReadOnlyReplica) {
  RedisServer server;
  open(server);
  tell(server, "REPLICAOF 127.0.0.1 " + std::to_string(free_port()));
  expect_refusal("READONLY", "readonly");
  EXPECT_FALSE(bench_.run_until([&] { return store_->ready(); }, std::chrono::milliseconds(300)));
  tell(server, "REPLICAOF NO ONE");
  expect_recovery();
}

TEST_F(RedisTrouble, ReplicaWithoutItsMaster) {
  RedisServer server({"--replica-serve-stale-data", "no"});
  open(server);
  tell(server, "REPLICAOF 127.0.0.1 " + std::to_string(free_port()));
  const auto read = bench_.load(*store_, "s1");
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().text.find("MASTERDOWN"), std::string::npos) << read.error().text;
  EXPECT_EQ(counted("masterdown"), 1U);
  ASSERT_TRUE(bench_.run_until([&] { return !store_->ready(); }));
  tell(server, "REPLICAOF NO ONE");
  expect_recovery();
}

TEST_F(RedisTrouble, TooFewReplicas) {
  RedisServer server;
  open(server);
  tell(server, "CONFIG SET min-replicas-to-write 1");
  expect_refusal("NOREPLICAS", "noreplicas");
  EXPECT_TRUE(store_->ready());
  tell(server, "CONFIG SET min-replicas-to-write 0");
  expect_recovery();
}

TEST_F(RedisTrouble, DiskThatCannotBeWritten) {
  RedisServer server(kDebug);
  open(server);
  TempDir folder;
  const std::string disk = folder.file("disk");
  std::filesystem::create_directory(disk);
  tell(server, "CONFIG SET dir " + disk);
  tell(server, "CONFIG SET save \"3600 1\"");
  std::filesystem::remove(disk);
  ASSERT_EQ(server.command("BGSAVE").substr(0, 1), "+");
  const auto saved = [&](const std::string& how) {
    return bench_.run_until([&] {
      const std::string info = server.command("INFO persistence");
      return info.find("rdb_bgsave_in_progress:0") != std::string::npos &&
             info.find("rdb_last_bgsave_status:" + how) != std::string::npos;
    });
  };
  ASSERT_TRUE(saved("err"));
  expect_refusal("MISCONF", "disk");
  EXPECT_TRUE(store_->ready());
  tell(server, "CONFIG SET dir " + folder.path());
  ASSERT_EQ(server.command("BGSAVE").substr(0, 1), "+");
  ASSERT_TRUE(saved("ok"));
  expect_recovery();
}

TEST_F(RedisTrouble, SomebodyElsesScript) {
  RedisServer server({"--busy-reply-threshold", "50"});
  open(server);
  server.send_only("EVAL \"while true do end\" 0");
  ASSERT_TRUE(bench_.run_until([&] { return server.command("PING").starts_with("-BUSY"); }));
  expect_refusal("BUSY", "busy");
  EXPECT_TRUE(bench_.run_until([&] { return server.command("SCRIPT KILL").starts_with("+OK"); }));
  expect_recovery();
}

TEST_F(RedisTrouble, AServerThatReadsItsData) {
  std::vector<std::string> slow = kDebug;
  slow.insert(slow.end(), {"--loading-process-events-interval-bytes", "1024", "--rdbcompression", "no"});
  RedisServer server(slow);
  open(server);
  for (int i = 0; i < 20; ++i) tell(server, "SET key" + std::to_string(i) + " " + std::string(1000, 'x'));
  tell(server, "CONFIG SET key-load-delay 20000");  // us a key
  server.send_only("DEBUG RELOAD");
  ASSERT_TRUE(bench_.run_until([&] { return server.command("PING").starts_with("-LOADING"); }));
  expect_refusal("LOADING", "loading");
  expect_recovery();
}

TEST_F(RedisTrouble, AClusterWithoutAMaster) {
  RedisServer server({"--cluster-enabled", "yes", "--cluster-require-full-coverage", "no", "--cluster-port",
                      std::to_string(free_port())});
  tell(server, "CLUSTER ADDSLOTSRANGE 0 16383");
  ASSERT_TRUE(
      bench_.run_until([&] { return server.command("CLUSTER INFO").find("cluster_state:ok") != std::string::npos; }));
  open(server);
  tell(server, "CLUSTER DELSLOTSRANGE 0 16383");
  expect_refusal("CLUSTERDOWN", "clusterdown");
  tell(server, "CLUSTER ADDSLOTSRANGE 0 16383");
  expect_recovery();
}

TEST_F(RedisTrouble, AUserWhoMayNot) {
  RedisServer server;
  open(server);
  tell(server, "ACL SETUSER default -zadd");
  last_ = bench_.commit(*store_, request("s1", 1, "meanwhile"));
  EXPECT_EQ(last_.status, CommitStatus::unknown);
  EXPECT_FALSE(last_.not_written) << "the script stopped midway";
  EXPECT_EQ(counted("denied") + counted("other"), 1U);
  EXPECT_EQ(bench_.log.count("redis_refuses reply="), 1U);
}

// Such a server repeats what it was sent.
TEST_F(RedisTrouble, AServerWithoutAuthDoesNotPutThePasswordIntoTheLog) {
  RedisServer server({"--rename-command", "AUTH", ""});
  RedisOptions options;
  options.unix_path = server.socket_path();
  options.user = "ringd";
  options.password = "not for the log";
  ASSERT_NE(server.command("AUTH ringd not-for-a-log").find("not-for-a-log"), std::string::npos)
      << "this Redis does not repeat it";
  auto opened = RedisStore::open(bench_.loop, bench_.log, options);
  ASSERT_TRUE(opened) << opened.error().text;
  ASSERT_TRUE(bench_.run_until([&] { return bench_.log.count("unknown command") > 0; }));
  EXPECT_EQ(bench_.log.count("not for the log"), 0U);
  EXPECT_EQ(bench_.log.count("with args"), 0U);
}

TEST_F(RedisTrouble, WhatWasNeverSentWasNotWritten) {
  RedisServer server;
  open(server);
  server.kill_now();
  ASSERT_TRUE(bench_.run_until([&] { return !store_->ready(); }));
  last_ = bench_.commit(*store_, request("s1", 1, "meanwhile"));
  EXPECT_EQ(last_.status, CommitStatus::unknown);
  EXPECT_TRUE(last_.not_written);
  // Attempts to connect ask things too, which nobody waits for.
  const std::uint64_t before = counted("no_answer");
  ASSERT_TRUE(bench_.run_until([&] { return bench_.log.count("redis_away") >= 3; }));
  EXPECT_EQ(counted("no_answer"), before);
}

// Its name and its line are asked for one after the other.
TEST_F(RedisTrouble, ARowThatWentWhileAListWasReadKeepsItsPlace) {
  const RedisServer server(kDebug);
  open(server);
  CommitRequest write = request("s2", 0, "e1");
  write.lists = {{.list = "l", .ttl_ms = 60'000, .most = 100}};
  const Millis now_ms = UvClock(bench_.loop).now_ms();
  for (const char* name : {"a", "b", "c"}) write.lists[0].rows.push_back({.name = name, .at_ms = now_ms, .line = "x"});
  ASSERT_EQ(bench_.commit(*store_, write).status, CommitStatus::committed);
  std::string key = server.command("KEYS *n:l");  // *1, $length, the key
  key = key.substr(0, key.rfind('\r'));
  ASSERT_EQ(server.command("HDEL " + key.substr(key.rfind('\n') + 1) + " b"), ":1\r\n");
  const auto found = bench_.rows(*store_, {.list = "l", .count = 3});
  ASSERT_EQ(found->size(), 3U) << "or it would look like the last page";
  for (const ListRow& row : *found) EXPECT_EQ(row.line, row.name == "b" ? "" : "x");
  EXPECT_TRUE(bench_.rows(*store_, {.list = "l", .name = "b"})->empty());
}

}  // namespace
}  // namespace ringfence::test
