// The names of our keys in Redis. Everything about one call carries the tag of its shard, so it lives in one slot.
// The number of shards is part of the data: it can never change. Must not know: commands.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "shared/ids.h"

namespace ringfence {

inline constexpr std::size_t kShards = 64;
// Where a key can be: in one of the shards, or the directory. On a cluster each of these is one slot.
inline constexpr std::size_t kDirectoryPlace = kShards;
inline constexpr std::size_t kPlaces = kShards + 1;

[[nodiscard]] std::size_t shard_of(const SessionId& session);

// The slot of a key without braces, or of what stands between them, by the rule of Redis Cluster.
[[nodiscard]] std::uint16_t cluster_slot(std::string_view tag);

class RedisKeys {
 public:
  explicit RedisKeys(std::string prefix) : prefix_(std::move(prefix)) {}
  [[nodiscard]] std::string session(const SessionId& session) const;  // hash: v, d, e:<mark> of each applied event
  [[nodiscard]] std::string ladder(const SessionId& session) const;   // list of lines
  [[nodiscard]] std::string due(std::size_t shard) const;             // sorted set: session by the ms it is due
  [[nodiscard]] std::string recent(std::size_t shard) const;          // sorted set: session by the us it was written
  [[nodiscard]] std::string rows(std::size_t shard,
                                 std::string_view list) const;  // sorted set: rows of a list by their ms
  [[nodiscard]] std::string row_lines(std::size_t shard, std::string_view list) const;  // hash: row to line
  [[nodiscard]] std::string directory() const;                                          // hash: revision, text
  [[nodiscard]] std::uint16_t slot_of(std::size_t place) const;                         // on a Redis Cluster

 private:
  [[nodiscard]] std::string tagged(std::size_t shard, std::string_view rest) const;
  std::string prefix_;
};

}  // namespace ringfence
