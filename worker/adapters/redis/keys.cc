// Key names; see keys.h.
#include "adapters/redis/keys.h"

namespace ringfence {

std::size_t shard_of(const SessionId& session) {
  // The last two of sixteen hex digits: their low six bits name one of 64 shards.
  const std::string hash = short_hash(session.text);
  const auto digit = [](char c) { return static_cast<std::size_t>(c <= '9' ? c - '0' : c - 'a' + 10); };
  return (digit(hash[14]) * 16 + digit(hash[15])) % kShards;
}

// CRC-16/XMODEM, the low 14 bits.
std::uint16_t cluster_slot(std::string_view tag) {
  constexpr unsigned kPolynomial = 0x1021, kSlots = 16384;
  unsigned crc = 0;
  for (const char c : tag) {
    crc ^= static_cast<unsigned>(static_cast<unsigned char>(c)) << 8;
    for (int bit = 0; bit < 8; ++bit) crc = (crc << 1) ^ ((crc & 0x8000) != 0 ? kPolynomial : 0);
    crc &= 0xffff;
  }
  return static_cast<std::uint16_t>(crc % kSlots);
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

std::uint16_t RedisKeys::slot_of(std::size_t place) const {
  return cluster_slot(place == kDirectoryPlace ? directory() : std::to_string(place));
}

}  // namespace ringfence
