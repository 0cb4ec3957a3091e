// What servers say about other servers: the slot map of a cluster, redirections, the address of a master. Pure: a reply
// in, a value out. Used by the address books and RedisNodes. Must not know: connections.
#pragma once

#include <hiredis/hiredis.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "adapters/redis/redis_options.h"
#include "shared/result.h"

namespace ringfence {

struct SlotMap {
  struct Range {
    std::uint16_t first = 0, last = 0;
    RedisAddress master;
  };
  std::vector<Range> ranges;
  std::vector<RedisAddress> servers;  // masters and replicas: any of them can be asked for the map

  [[nodiscard]] const RedisAddress* master_of(std::uint16_t slot) const;
};

// The answer to CLUSTER SLOTS. A node that names no host is the one that was asked.
[[nodiscard]] Result<SlotMap> slot_map(const redisReply* reply, const RedisAddress& from);

// {host, port}, the port as text or number.
[[nodiscard]] std::optional<RedisAddress> address_of(const redisReply* reply, const RedisAddress& from);

struct Redirect {
  bool ask = false;  // for this one command, after ASKING; else MOVED, for good
  RedisAddress to;
};
[[nodiscard]] std::optional<Redirect> redirect_of(const redisReply* reply, const RedisAddress& from);

}  // namespace ringfence
