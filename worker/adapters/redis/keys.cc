// Key names; see keys.h.
#include "adapters/redis/keys.h"

namespace ringfence {

std::size_t shard_of(const SessionId& session) {
  // The last two of sixteen hex digits: their low six bits name one of 64 shards.
  const std::string hash = short_hash(session.text);
  const auto digit = [](char c) { return static_cast<std::size_t>(c <= '9' ? c - '0' : c - 'a' + 10); };
  return (digit(hash[14]) * 16 + digit(hash[15])) % kShards;
}

std::string RedisKeys::tagged(std::size_t shard, std::string_view rest) const {
  std::string key = prefix_;
  key.append(":{").append(std::to_string(shard)).append("}:").append(rest);
  return key;
}

std::string RedisKeys::session(const SessionId& session) const {
  return tagged(shard_of(session), "s:" + session.text);
}
std::string RedisKeys::ladder(const SessionId& session) const { return tagged(shard_of(session), "l:" + session.text); }
std::string RedisKeys::due(std::size_t shard) const { return tagged(shard, "due"); }
std::string RedisKeys::recent(std::size_t shard) const { return tagged(shard, "recent"); }
std::string RedisKeys::rows(std::size_t shard, std::string_view list) const {
  return tagged(shard, "o:" + std::string(list));
}
std::string RedisKeys::row_lines(std::size_t shard, std::string_view list) const {
  return tagged(shard, "n:" + std::string(list));
}
std::string RedisKeys::directory() const { return prefix_ + ":directory"; }

}  // namespace ringfence
