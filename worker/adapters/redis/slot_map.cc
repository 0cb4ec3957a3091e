// Reading addresses out of replies; see slot_map.h.
#include "adapters/redis/slot_map.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "shared/limits.h"

namespace ringfence {
namespace {

constexpr long long kLastSlot = 16383;

std::optional<int> port_of(std::string_view text) {
  int port = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), port);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size() || port < 1 || port > 65535) return {};
  return port;
}

std::string_view text_of(const redisReply* reply) {
  return reply->type == REDIS_REPLY_STRING ? std::string_view(reply->str, reply->len) : std::string_view();
}

}  // namespace

const RedisAddress* SlotMap::master_of(std::uint16_t slot) const {
  const auto holds = [slot](const Range& range) { return range.first <= slot && slot <= range.last; };
  const auto found = std::ranges::find_if(ranges, holds);
  return found == ranges.end() ? nullptr : &found->master;
}

std::optional<RedisAddress> address_of(const redisReply* reply, const RedisAddress& from) {
  if (reply->type != REDIS_REPLY_ARRAY || reply->elements < 2) return {};
  const redisReply* second = reply->element[1];
  const auto port =
      second->type == REDIS_REPLY_INTEGER ? port_of(std::to_string(second->integer)) : port_of(text_of(second));
  if (!port) return {};
  const std::string_view host = text_of(reply->element[0]);
  // "?" is what 7.0 says of a node whose name it does not know.
  return RedisAddress{{}, host.empty() || host == "?" ? from.host : std::string(host), *port};
}

Result<SlotMap> slot_map(const redisReply* reply, const RedisAddress& from) {
  const auto wrong = [] { return fail(ErrorCode::invalid, "it does not answer like a node of a cluster"); };
  if (reply == nullptr || reply->type != REDIS_REPLY_ARRAY) return wrong();
  SlotMap map;
  for (std::size_t i = 0; i < reply->elements; ++i) {
    const redisReply* entry = reply->element[i];
    if (entry->type != REDIS_REPLY_ARRAY || entry->elements < 3 || entry->element[0]->type != REDIS_REPLY_INTEGER ||
        entry->element[1]->type != REDIS_REPLY_INTEGER) {
      return wrong();
    }
    const long long first = entry->element[0]->integer, last = entry->element[1]->integer;
    if (first < 0 || last > kLastSlot || first > last) return wrong();
    for (std::size_t node = 2; node < entry->elements; ++node) {
      auto address = address_of(entry->element[node], from);
      if (!address) return wrong();
      if (node == 2) {
        map.ranges.push_back({static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(last), *address});
      }
      map.servers.push_back(*std::move(address));
    }
  }
  if (map.ranges.empty()) return fail(ErrorCode::unavailable, "no node has any slots");
  return map;
}

std::optional<Redirect> redirect_of(const redisReply* reply, const RedisAddress& from) {
  if (reply == nullptr || reply->type != REDIS_REPLY_ERROR) return {};
  const std::string_view text(reply->str, reply->len);
  const bool ask = text.starts_with("ASK ");
  if (!ask && !text.starts_with("MOVED ")) return {};
  const auto space = text.rfind(' ');
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon < space) return {};
  const auto port = port_of(text.substr(colon + 1));
  if (!port) return {};
  const std::string_view host = text.substr(space + 1, colon - space - 1);
  return Redirect{ask, {{}, host.empty() ? from.host : std::string(host), *port}};
}

}  // namespace ringfence
