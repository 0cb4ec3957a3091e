// ringfence_scenarios_on_store embedded|redis FILE...: plays scenario files through a worker's lanes and gate on that
// store, a real one. Exit 0 only if all hold; 77 where there is no Redis server to start.
#include <signal.h>

#include <cstdio>
#include <string>
#include <vector>

#include "adapters/redis/redis_store.h"
#include "adapters/sqlite/embedded_store.h"
#include "on_store.h"
#include "scenarios/runner.h"
#include "unit/store/redis_server.h"

namespace {

using namespace ringfence;

constexpr int kSkipped = 77;

// Every store opened here is empty: another file, or other keys of the one server.
class Stores {
 public:
  Stores(test::Bench& bench, bool redis) : bench_(bench) {
    if (redis) server_ = std::make_unique<test::RedisServer>();
  }
  std::unique_ptr<Store> open() {
    const std::string name = "store" + std::to_string(++opened_);
    if (!server_) return std::move(EmbeddedStore::open(bench_.loop, bench_.log, folder_.file(name)).value());
    RedisOptions options;
    options.unix_path = server_->socket_path();
    options.key_prefix = name;
    auto store = std::move(RedisStore::open(bench_.loop, bench_.log, options).value());
    (void)bench_.run_until([&store] { return store->ready(); });
    return store;
  }

 private:
  test::Bench& bench_;
  test::TempDir folder_;
  std::unique_ptr<test::RedisServer> server_;
  int opened_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.empty() || (words[0] != "embedded" && words[0] != "redis")) {
    std::fprintf(stderr, "usage: ringfence_scenarios_on_store embedded|redis FILE...\n");
    return 2;
  }
  ::signal(SIGPIPE, SIG_IGN);
  const bool redis = words[0] == "redis";
  if (redis && !test::have_redis_server()) return kSkipped;
  test::Bench bench;
  Stores stores(bench, redis);
  scenario::Transitions seen{};
  const auto performer = [&](const SessionId& session, const Policy& policy) {
    return scenario::perform_on_store(
        bench, [&stores] { return stores.open(); }, session, policy, seen);
  };
  return scenario::play_files({words.begin() + 1, words.end()}, performer) ? 0 : 1;
}
