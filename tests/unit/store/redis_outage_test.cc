// What only the Redis store can meet: a server that dies, stalls, forgets scripts, is demoted, refuses us or has too
// few replicas. Every request ends in an answer, and no answer is a lie.
#include <gtest/gtest.h>
#include <netdb.h>
#include <signal.h>

#include <algorithm>

#include "adapters/redis/redis_store.h"
#include "bench.h"
#include "redis_server.h"
#include "shared/limits.h"

namespace ringfence::test {
namespace {

class RedisOutage : public testing::Test {
 protected:
  void SetUp() override {
    ::signal(SIGPIPE, SIG_IGN);
    if (!have_redis_server()) GTEST_SKIP() << "redis-server is not installed";
  }
  std::unique_ptr<RedisStore> open(const RedisOptions& options) {
    auto opened = RedisStore::open(bench_.loop, bench_.log, options);
    EXPECT_TRUE(opened) << opened.error().text;
    return std::move(*opened);
  }
  std::unique_ptr<RedisStore> connected(const RedisServer& server) {
    RedisOptions options;
    options.unix_path = server.socket_path();
    auto store = open(options);
    EXPECT_TRUE(bench_.run_until([&] { return store->ready(); }));
    return store;
  }
  // Commits that stay in flight: the server is paused, so they lie in its socket.
  void commit_many(RedisStore& store, std::vector<CommitResult>& results, int count) {
    for (int i = 0; i < count; ++i) {
      store.commit(request("s" + std::to_string(i), 0, "e"), [&](CommitResult result) { results.push_back(result); });
    }
  }
  static int count(const std::vector<CommitResult>& results, CommitStatus status) {
    return static_cast<int>(std::ranges::count(results, status, &CommitResult::status));
  }

  Bench bench_;
};

TEST_F(RedisOutage, KillWithCommitsInFlightIsUnknownAndTheSameCommitsPassLater) {
  RedisServer server;
  const auto store = connected(server);
  server.pause();
  std::vector<CommitResult> results;
  commit_many(*store, results, 50);
  server.kill_now();
  ASSERT_TRUE(bench_.run_until([&] { return results.size() == 50; }));
  EXPECT_EQ(count(results, CommitStatus::unknown), 50);
  ASSERT_TRUE(bench_.run_until([&] { return !store->ready(); }));
  EXPECT_EQ(bench_.load(*store, "s1").error().code, ErrorCode::unavailable);
  server.start();
  ASSERT_TRUE(bench_.run_until([&] { return store->ready(); }));
  results.clear();
  commit_many(*store, results, 50);
  ASSERT_TRUE(bench_.run_until([&] { return results.size() == 50; }));
  EXPECT_EQ(count(results, CommitStatus::committed), 50);
}

TEST_F(RedisOutage, AStalledServerHitsTheWatchdogAndItsLateWorkIsADuplicate) {
  RedisServer server;
  const auto store = connected(server);
  server.pause();
  std::vector<CommitResult> results;
  const auto asked = std::chrono::steady_clock::now();
  commit_many(*store, results, 50);
  ASSERT_TRUE(bench_.run_until([&] { return results.size() == 50; }));
  const auto waited = std::chrono::steady_clock::now() - asked;
  EXPECT_EQ(count(results, CommitStatus::unknown), 50);
  // The loop's clock stands still within a turn, so it may have started counting a little earlier than we did.
  EXPECT_GE(waited, std::chrono::milliseconds(limits::kStoreReplyMs - limits::kStoreTickMs));
  EXPECT_LT(waited, std::chrono::milliseconds(limits::kVerdictMs)) << "too late for a verdict";
  EXPECT_GE(bench_.log.count("no reply within"), 1U);
  server.resume();
  ASSERT_TRUE(bench_.run_until([&] { return store->ready(); }));
  results.clear();
  commit_many(*store, results, 50);
  ASSERT_TRUE(bench_.run_until([&] { return results.size() == 50; }));
  EXPECT_EQ(count(results, CommitStatus::duplicate), 50);
}

TEST_F(RedisOutage, AServerThatForgotTheScriptsIsToldThemAgain) {
  RedisServer server;
  const auto store = connected(server);
  auto due = request("s1", 0, "e1");
  due.due_ms = 1000;
  ASSERT_EQ(bench_.commit(*store, due).status, CommitStatus::committed);
  const auto flush = [&] { ASSERT_EQ(server.command("SCRIPT FLUSH"), "+OK\r\n"); };
  flush();
  std::vector<CommitResult> results;
  commit_many(*store, results, 50);  // all on their way before the first NOSCRIPT comes back
  ASSERT_TRUE(bench_.run_until([&] { return results.size() == 50; }));
  EXPECT_EQ(count(results, CommitStatus::committed), 49);
  EXPECT_EQ(count(results, CommitStatus::conflict), 1);  // s1 exists
  flush();
  EXPECT_EQ(bench_.claim(*store, 2000, 10, 500)->size(), 1U);
  flush();
  EXPECT_EQ(bench_.list(*store, 100)->size(), 50U);
  flush();
  EXPECT_EQ(bench_.put_directory(*store, "text"), 1U);
  flush();
  EXPECT_EQ(bench_.get_directory(*store, 0)->text, "text");
  EXPECT_TRUE(store->ready());
}

TEST_F(RedisOutage, CommitsOfOneSessionKeepTheirOrderThroughForgottenScripts) {
  RedisServer server;
  const auto store = connected(server);
  ASSERT_EQ(server.command("SCRIPT FLUSH"), "+OK\r\n");
  std::vector<CommitResult> results;
  constexpr std::uint64_t kMany = limits::kStoreInFlight + 100;
  for (std::uint64_t version = 0; version < kMany; ++version) {
    store->commit(request("s1", version, "e" + std::to_string(version)),
                  [&](CommitResult result) { results.push_back(result); });
  }
  ASSERT_TRUE(bench_.run_until([&] { return results.size() == kMany; }));
  EXPECT_EQ(count(results, CommitStatus::committed), static_cast<int>(kMany));
}

TEST_F(RedisOutage, APauseOfThisProcessIsNotTakenForAStallOfTheServer) {
  RedisServer server;
  const auto store = connected(server);
  std::vector<CommitResult> results;
  commit_many(*store, results, 50);
  // Stopped by a debugger or a busy machine: the replies wait in the socket while every deadline passes.
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(2 * limits::kStoreReplyMs);
  uv_run(bench_.loop.get(), UV_RUN_NOWAIT);
  ASSERT_LT(results.size(), 50U);
  while (std::chrono::steady_clock::now() < end) {
  }
  ASSERT_TRUE(bench_.run_until([&] { return results.size() == 50; }));
  EXPECT_EQ(count(results, CommitStatus::committed), 50);
  EXPECT_TRUE(store->ready());
}

TEST_F(RedisOutage, ADemotedServerIsLeftAndTakenAgainWhenItIsMaster) {
  RedisServer server;
  const auto store = connected(server);
  ASSERT_EQ(server.command("REPLICAOF 127.0.0.1 " + std::to_string(free_port())).substr(0, 3), "+OK");
  EXPECT_EQ(bench_.commit(*store, request("s1", 0, "e1")).status, CommitStatus::unknown);
  ASSERT_TRUE(bench_.run_until([&] { return !store->ready(); }));
  ASSERT_TRUE(bench_.run_until([&] { return bench_.log.count("not the master but: slave") > 0; }));
  ASSERT_EQ(server.command("REPLICAOF NO ONE").substr(0, 3), "+OK");
  ASSERT_TRUE(bench_.run_until([&] { return store->ready(); }));
  EXPECT_EQ(bench_.commit(*store, request("s1", 0, "e1")).status, CommitStatus::committed);
}

TEST_F(RedisOutage, AnIdleConnectionNoticesTheDemotionToo) {
  RedisServer server;
  const auto store = connected(server);
  ASSERT_EQ(server.command("REPLICAOF 127.0.0.1 " + std::to_string(free_port())).substr(0, 3), "+OK");
  EXPECT_TRUE(bench_.run_until([&] { return !store->ready(); }));
}

TEST_F(RedisOutage, AMissingSocketIsAnsweredAtOnceAndFoundWhenItAppears) {
  RedisServer server;
  server.kill_now();
  RedisOptions options;
  options.unix_path = server.socket_path();
  const auto store = open(options);
  EXPECT_EQ(bench_.commit(*store, request("s1", 0, "e1")).status, CommitStatus::unknown);
  ASSERT_TRUE(bench_.run_until([&] { return bench_.log.count("redis_away") >= 2; }));
  server.start();
  EXPECT_TRUE(bench_.run_until([&] { return store->ready(); }));
}

TEST_F(RedisOutage, AFullRedisIsUnknownAndSaysWhy) {
  RedisServer server({"--maxmemory", "1", "--maxmemory-policy", "noeviction"});
  const auto store = connected(server);
  EXPECT_EQ(bench_.commit(*store, request("s1", 0, "e1")).status, CommitStatus::unknown);
  EXPECT_EQ(bench_.commit(*store, request("s1", 0, "e1")).status, CommitStatus::unknown);
  EXPECT_EQ(bench_.log.count("redis_refuses reply=OOM"), 1U) << "not with every commit";
}

TEST_F(RedisOutage, AHostNameIsResolved) {
  if (gethostbyname("localhost") == nullptr) GTEST_SKIP() << "this machine does not know localhost: no /etc/hosts";
  RedisServer server;
  RedisOptions options;
  options.host = "localhost";
  options.port = server.port();
  const auto store = open(options);
  ASSERT_TRUE(bench_.run_until([&] { return store->ready(); }));
  EXPECT_EQ(bench_.commit(*store, request("s1", 0, "e1")).status, CommitStatus::committed);
}

TEST_F(RedisOutage, AWrongPasswordIsSaidWithoutRepeatingIt) {
  RedisServer server({"--requirepass", "the-right-one"});
  RedisOptions options;
  options.unix_path = server.socket_path();
  options.password = "the-wrong-one";
  const auto store = open(options);
  ASSERT_TRUE(bench_.run_until([&] { return bench_.log.count("it refuses our user or password: WRONGPASS") > 0; }));
  EXPECT_FALSE(store->ready());
  EXPECT_EQ(bench_.log.count("-one"), 0U);
  options.password = "the-right-one";
  const auto right = open(options);
  EXPECT_TRUE(bench_.run_until([&] { return right->ready(); }));
}

TEST_F(RedisOutage, TheSampleConfigurationLetsRingdDoAllOfItAndNothingElse) {
  const std::string sample = std::string(RINGFENCE_SOURCE_DIR) + "/conf/redis.conf.sample";
  RedisServer server({}, sample);
  RedisOptions options;
  options.unix_path = server.socket_path();
  options.user = "ringd";
  options.password = "change-this-password";
  const auto store = open(options);
  ASSERT_TRUE(bench_.run_until([&] { return store->ready(); }));
  auto due = request("s1", 0, "e1");
  due.due_ms = 1000;
  EXPECT_EQ(bench_.commit(*store, due).status, CommitStatus::committed);
  EXPECT_EQ(bench_.commit(*store, due).status, CommitStatus::duplicate);
  EXPECT_EQ(bench_.commit(*store, request("s1", 9, "e2")).status, CommitStatus::conflict);
  EXPECT_EQ(bench_.commit(*store, request("s1", 1, "e3")).status, CommitStatus::committed);
  EXPECT_EQ(bench_
                .commit(*store,
                        [&] {
                          auto more = request("s1", 2, "e4");
                          more.due_ms = 1000;
                          return more;
                        }())
                .status,
            CommitStatus::committed);
  EXPECT_EQ(bench_.claim(*store, 2000, 10, 500)->size(), 1U);
  EXPECT_EQ(bench_.load(*store, "s1")->version, 3U);
  EXPECT_EQ(bench_.list(*store, 10)->size(), 1U);
  EXPECT_EQ(bench_.ladder(*store, "s1")->size(), 3U);
  // All that a list does: put, keep the first, take away, trim by count and age, list alone.
  const Millis now_ms = UvClock(bench_.loop).now_ms();
  auto listed = request("s1", 3, "e5");
  listed.lists = {{.list = "l", .rows = {{"a", now_ms, "a"}, {"b", now_ms - 1, "b"}}, .ttl_ms = 60'000, .most = 1}};
  EXPECT_EQ(bench_.commit(*store, listed).status, CommitStatus::committed);
  listed.event = {};
  listed.lists[0].rows = {{"b", now_ms, ""}, {"c", now_ms - 90'000, "c"}, {"a", now_ms, "again", true}};
  EXPECT_EQ(bench_.commit(*store, listed).status, CommitStatus::committed);
  for (const char* name : {"", "a"}) {
    ListQuestion question;
    question.list = "l";
    question.name = name;
    const auto rows =
        bench_.answer_of<Result<std::vector<ListRow>>>([&](auto done) { store->list_rows(question, done); });
    ASSERT_TRUE(rows && *rows);
    ASSERT_EQ((*rows)->size(), 1U);
    EXPECT_EQ((*rows)->front().line, "a");
  }
  EXPECT_EQ(bench_.put_directory(*store, "text"), 1U);
  EXPECT_EQ(bench_.get_directory(*store, 0)->text, "text");
  EXPECT_EQ(bench_.log.count("NOPERM"), 0U);
  options.key_prefix = "other";
  const auto other = open(options);
  ASSERT_TRUE(bench_.run_until([&] { return other->ready(); }));
  EXPECT_EQ(bench_.commit(*other, request("s1", 0, "e1")).status, CommitStatus::unknown);
}

TEST_F(RedisOutage, OptionsThatCannotWorkAreRefused) {
  RedisOptions options;
  const auto text = [&] {
    const auto opened = RedisStore::open(bench_.loop, bench_.log, options);
    return opened ? std::string("it was opened") : opened.error().text;
  };
  EXPECT_NE(text().find("needs a Unix socket"), std::string::npos);
  options.unix_path = "/" + std::string(107, 'x');
  EXPECT_NE(text().find("longer than 107"), std::string::npos);
  options.unix_path = "/x";
  options.wait_replicas = 1;
  options.wait_ms = 5000;
  EXPECT_NE(text().find("from 1 to 1000 ms"), std::string::npos);
}

class RedisReplicas : public RedisOutage {
 protected:
  std::unique_ptr<RedisStore> waiting_store(const RedisServer& master, Millis wait_ms) {
    RedisOptions options;
    options.unix_path = master.socket_path();
    options.wait_replicas = 1;
    options.wait_ms = wait_ms;
    auto store = open(options);
    EXPECT_TRUE(bench_.run_until([&] { return store->ready(); }));
    return store;
  }
};

TEST_F(RedisReplicas, ACommitIsOnlyBelievedWhenTheReplicaHasIt) {
  RedisServer master;
  RedisServer replica({"--replicaof", "127.0.0.1 " + std::to_string(master.port())});
  ASSERT_TRUE(bench_.run_until(
      [&] { return replica.command("INFO replication").find("master_link_status:up") != std::string::npos; }));
  const auto store = waiting_store(master, 1000);  // patient: a busy machine must not look like a lost replica
  const auto hasty = waiting_store(master, 50);
  // The link is up a moment before the master counts the replica's word.
  ASSERT_TRUE(
      bench_.run_until([&] { return bench_.commit(*store, request("warm", 0, "e")).status != CommitStatus::unknown; }));
  std::vector<CommitResult> results;
  commit_many(*store, results, 200);
  ASSERT_TRUE(bench_.run_until([&] { return results.size() == 200; }));
  EXPECT_EQ(count(results, CommitStatus::committed), 200);
  EXPECT_EQ(bench_.put_directory(*store, "text"), 1U);

  replica.pause();
  EXPECT_EQ(bench_.commit(*hasty, request("s1", 1, "e2")).status, CommitStatus::unknown);
  EXPECT_EQ(bench_.commit(*hasty, request("s1", 1, "e2")).status, CommitStatus::unknown) << "a duplicate waits too";
  EXPECT_EQ(bench_.put_directory(*hasty, "text").error().code, ErrorCode::unknown);
  EXPECT_GE(bench_.log.count("replicas have the last commits"), 1U);
  replica.resume();
  CommitResult result;
  ASSERT_TRUE(bench_.run_until([&] {
    result = bench_.commit(*store, request("s1", 1, "e2"));
    return result.status != CommitStatus::unknown;
  }));
  EXPECT_EQ(result.status, CommitStatus::duplicate);
  EXPECT_EQ(bench_.load(*store, "s1")->version, 2U);
}

TEST_F(RedisReplicas, NoReadWaitsBehindADirectory) {
  RedisServer master;  // no replica at all: the WAIT takes all of its time
  const auto store = waiting_store(master, 1000);
  std::optional<Result<std::uint64_t>> put;
  store->put_directory("text", [&](Result<std::uint64_t> revision) { put = std::move(revision); });
  ASSERT_TRUE(bench_.run_until([&] { return master.command("CLIENT LIST").find("cmd=wait") != std::string::npos; }));
  ASSERT_TRUE(bench_.load(*store, "s1"));
  EXPECT_FALSE(put) << "the load was answered after the WAIT of the directory";
  ASSERT_TRUE(bench_.run_until([&] { return put.has_value(); }));
  EXPECT_EQ(put->error().code, ErrorCode::unknown);
}

TEST_F(RedisReplicas, TheWaitOfOneBatchDoesNotCoverAScriptSentAgain) {
  RedisServer master;
  const auto store = waiting_store(master, 50);  // no replica at all: nothing may be believed, NOSCRIPT or not
  ASSERT_EQ(master.command("SCRIPT FLUSH"), "+OK\r\n");
  std::vector<CommitResult> results;
  commit_many(*store, results, 20);
  ASSERT_TRUE(bench_.run_until([&] { return results.size() == 20; }));
  EXPECT_EQ(count(results, CommitStatus::unknown), 20);
  // Written it was all the same, which is what "unknown" means.
  EXPECT_EQ(bench_.load(*store, "s7")->version, 1U);
}

}  // namespace
}  // namespace ringfence::test
