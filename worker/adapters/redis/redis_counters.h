// What the Redis store counts since its start. Owned by the store, filled by its parts, shown by `ringctl health`. Must
// not know: Redis' types.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace ringfence {

inline constexpr std::size_t kTroubles = 11;

struct RedisCounters {
  std::uint64_t reconnects = 0;
  std::uint64_t switches = 0;                       // a shard found with another master than before
  std::uint64_t redirects = 0;                      // MOVED and ASK
  std::uint64_t no_answer = 0;                      // requests whose connection was lost: outcome unknown
  std::uint64_t too_few_replicas = 0;               // batches of commits they did not have in time: outcome unknown
  std::array<std::uint64_t, kTroubles> troubles{};  // error replies, by trouble_rules()
};

}  // namespace ringfence
