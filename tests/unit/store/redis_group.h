// Several real redis-servers that belong together on loopback: a master with two replicas watched by three Sentinels,
// or a cluster of three masters with a replica each. Used by the tests of this folder.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "adapters/redis/redis_options.h"
#include "bench.h"
#include "redis_server.h"

namespace ringfence::test {

[[nodiscard]] RedisAddress address_of(const RedisServer& server);

class SentinelGroup {
 public:
  static constexpr const char* kName = "calls";

  SentinelGroup();
  // All Sentinels know each other and the replicas, which have the master's data.
  [[nodiscard]] bool settled() const;
  // The server that most Sentinels name; null while they do not agree.
  [[nodiscard]] RedisServer* named_master() const;
  [[nodiscard]] RedisOptions options() const;
  // The master at the start loses its replicas; ringd and the Sentinels still reach it.
  void cut_off_replicas() const;
  // It is alone with ringd: neither a replica nor a Sentinel reaches it until they may again.
  void cut_off_everybody() const;
  void reconnect() const;

  std::vector<std::unique_ptr<RedisServer>> data;  // the first is the master at the start
  std::vector<std::unique_ptr<RedisServer>> sentinels;

 private:
  TempDir folder_;
};

class ClusterGroup {
 public:
  static constexpr std::size_t kMasters = 3;

  ClusterGroup();
  [[nodiscard]] bool settled() const;
  [[nodiscard]] RedisOptions options() const;
  // The index of the node that `asked` takes for the master of the slot.
  [[nodiscard]] std::size_t master_of(std::uint16_t slot, std::size_t asked) const;
  [[nodiscard]] std::string id(std::size_t index) const;

  std::vector<std::unique_ptr<RedisServer>> nodes;  // masters first, then their replicas in the same order

 private:
  std::vector<int> bus_ports_;
};

}  // namespace ringfence::test
