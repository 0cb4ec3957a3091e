// store_bench embedded FOLDER COUNT | redis SOCKET COUNT [WAIT_REPLICAS]: commits as ringd makes them (2 KB document,
// due time, line of the ladder) through the store itself, one at a time in turn with the floor of a round trip - PING
// on a connection of the same code in the same loop; for the embedded store the same bytes appended and synced by hand
// - and then with 16 and 128 in flight. Prints one JSON line. Must not know: what is aimed at (tools/bench).
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/redis/connection.h"
#include "adapters/redis/redis_counters.h"
#include "adapters/redis/redis_store.h"
#include "adapters/redis/trouble.h"
#include "adapters/sqlite/embedded_store.h"
#include "adapters/uv/loop.h"

namespace {

using namespace ringfence;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kSessions = 1000;
constexpr int kMostUnknown = 100'000;
const std::string kDocument(2048, 'd'), kLine(500, 'l');

class SilentLog final : public Log {
 public:
  void write(LogLevel level, std::string_view what, std::initializer_list<LogField> fields) override {
    if (level > LogLevel::warning) return;
    std::fprintf(stderr, "%.*s", static_cast<int>(what.size()), what.data());
    for (const auto& [name, value] : fields) {
      std::fprintf(stderr, " %.*s", static_cast<int>(value.size()), value.data());
    }
    std::fputc('\n', stderr);
  }
};

int number(const std::string& text) { return static_cast<int>(std::strtol(text.c_str(), nullptr, 10)); }

double us_since(Clock::time_point start) {
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

std::string quantiles(std::vector<double> samples) {
  std::ranges::sort(samples);
  const auto at = [&](double share) {
    return std::to_string(samples[static_cast<std::size_t>(share * static_cast<double>(samples.size() - 1))]);
  };
  return "\"p50_us\": " + at(0.5) + ", \"p99_us\": " + at(0.99);
}

class StoreBench {
 public:
  StoreBench(UvLoop& loop, Store& store) : loop_(loop), store_(store), versions_(kSessions, 0) {}

  void run_until(const std::function<bool()>& holds) {
    while (!holds()) uv_run(loop_.get(), UV_RUN_ONCE);
  }

  // One commit and one floor in turn; `floor` is given a callback, or has already happened when it returns true.
  std::string in_turn(int count, const std::function<bool(std::function<void()>)>& floor) {
    std::vector<double> commits, floors;
    for (int i = 0; i < count + count / 10; ++i) {
      bool done = false;
      auto start = Clock::now();
      const bool waits = !floor([&done] { done = true; });
      run_until([&] { return done || !waits; });
      const double floor_us = us_since(start);
      done = false;
      start = Clock::now();
      commit_one([&done] { done = true; });
      run_until([&done] { return done; });
      if (i < count / 10) continue;  // warm
      floors.push_back(floor_us);
      commits.push_back(us_since(start));
    }
    return "\"floor\": {" + quantiles(floors) + "}, \"commit\": {" + quantiles(commits) + "}";
  }

  std::string at_once(int count, int in_flight) {
    std::vector<double> times;
    int begun = 0;
    const std::function<void()> begin = [&] {
      if (begun++ >= count) return;
      commit_one([&, start = Clock::now()] {
        times.push_back(us_since(start));
        begin();
      });
    };
    const auto start = Clock::now();
    for (int i = 0; i < in_flight; ++i) begin();
    run_until([&] { return times.size() == static_cast<std::size_t>(count); });
    const double seconds = us_since(start) / 1e6;
    return "\"at_" + std::to_string(in_flight) + "\": {\"per_second\": " + std::to_string(count / seconds) + ", " +
           quantiles(times) + "}";
  }

 private:
  void commit_one(std::function<void()> done) {
    const std::size_t session = next_++ % kSessions;
    CommitRequest request;
    request.session = {"call-" + std::to_string(session)};
    request.expected_version = versions_[session];
    request.event = {"event-" + std::to_string(next_)};
    request.document = kDocument;
    request.due_ms = 2'000'000'000'000;
    request.ttl_ms = 600'000;
    request.ladder_line = kLine;
    send(std::move(request), session, std::move(done));
  }

  // Again while its outcome is unknown, as ringd would: the stall of a busy disk is part of what is measured.
  void send(CommitRequest request, std::size_t session, std::function<void()> done) {
    CommitRequest same = request;
    store_.commit(std::move(request),
                  [this, session, same = std::move(same), done = std::move(done)](const CommitResult& result) mutable {
                    if (result.status == CommitStatus::unknown && ++unknown_ < kMostUnknown) {
                      send(std::move(same), session, std::move(done));
                      return;
                    }
                    if (result.status == CommitStatus::unknown || result.status == CommitStatus::conflict) {
                      std::fprintf(stderr, "store_bench: a commit was not made\n");
                      std::exit(1);
                    }
                    versions_[session] = result.version;
                    done();
                  });
  }

  UvLoop& loop_;
  Store& store_;
  std::vector<std::uint64_t> versions_;
  std::size_t next_ = 0;
  int unknown_ = 0;
};

int measure(StoreBench& bench, int count, const std::function<bool(std::function<void()>)>& floor) {
  const std::string turns = bench.in_turn(count, floor);
  const std::string few = bench.at_once(4 * count, 16), many = bench.at_once(4 * count, 128);
  std::printf("{%s, %s, %s}\n", turns.c_str(), few.c_str(), many.c_str());
  return 0;
}

int embedded(const std::string& folder, int count) {
  UvLoop loop;
  SilentLog log;
  auto store = EmbeddedStore::open(loop, log, folder + "/bench.db");
  const int fd = ::open((folder + "/floor").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (!store || fd < 0) return 1;
  StoreBench bench(loop, **store);
  const std::string bytes = kDocument + kLine;
  return measure(bench, count, [&](const std::function<void()>&) {
    return ::write(fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) && ::fdatasync(fd) == 0;
  });
}

int redis(const std::string& socket, int count, int wait_replicas) {
  UvLoop loop;
  SilentLog log;
  RedisOptions options;
  options.unix_path = socket;
  options.wait_replicas = wait_replicas;
  options.wait_ms = 1000;
  auto store = RedisStore::open(loop, log, options);
  if (!store) return 1;
  const RedisAddress address{.unix_path = socket};
  RedisCounters counters;
  Complaints complaints(loop, log, counters, socket, [] {});
  RedisConnection ping(loop, log, options, address, complaints, "ping", [] {});
  StoreBench bench(loop, **store);
  bench.run_until([&] { return (*store)->ready() && ping.ready(); });
  return measure(bench, count, [&](std::function<void()> done) {
    ping.send({"PING"}, [done = std::move(done)](const redisReply*) { done(); });
    return false;
  });
}

}  // namespace

int main(int argc, char** argv) {
  ::signal(SIGPIPE, SIG_IGN);
  const std::vector<std::string> words(argv + 1, argv + argc);
  const int count = words.size() >= 3 ? number(words[2]) : 0;
  const std::string what = count > 0 ? words[0] : "";
  if (what == "embedded") return embedded(words[1], count);
  if (what == "redis") return redis(words[1], count, words.size() > 3 ? number(words[3]) : 0);
  std::fprintf(stderr, "usage: store_bench embedded FOLDER COUNT | redis SOCKET COUNT [WAIT_REPLICAS]\n");
  return 2;
}
