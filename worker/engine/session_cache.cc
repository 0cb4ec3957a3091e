// See session_cache.h.
#include "engine/session_cache.h"

#include <algorithm>
#include <iterator>

#include "core/step.h"

namespace ringfence {

const SessionCache::Entry* SessionCache::find(const SessionId& id) {
  const auto found = map_.find(id);
  if (found == map_.end()) return nullptr;
  use(found->second, found->second->second.due_ms);
  return &found->second->second;
}

void SessionCache::put(const SessionId& id, Session session, std::uint64_t version, Millis due_ms, Known how) {
  auto found = map_.find(id);
  if (found == map_.end()) {
    idle_.emplace_front(id, Entry{});
    found = map_.emplace(id, idle_.begin()).first;
  }
  Entry& entry = found->second->second;
  entry.session = std::move(session);
  entry.version = version;
  entry.confirmed = how == Known::confirmed ? version : std::min(entry.confirmed, version);
  use(found->second, due_ms);
  if (live_.size() > live_room_) erase(std::prev(live_.end()));
  if (idle_.size() > idle_room_) erase(std::prev(idle_.end()));
}

void SessionCache::set_due(const SessionId& id, Millis due_ms) {
  const auto found = map_.find(id);
  if (found != map_.end()) use(found->second, due_ms);
}

void SessionCache::forget(const SessionId& id) {
  const auto found = map_.find(id);
  if (found != map_.end()) erase(found->second);
}

void SessionCache::move_times_back(Millis by_ms) {
  for (Order* order : {&live_, &idle_}) {
    for (auto& [id, entry] : *order) {
      ringfence::move_times_back(entry.session, by_ms);
      if (entry.due_ms != 0) index(id, entry, std::max<Millis>(entry.due_ms - by_ms, 1));
    }
  }
}

Millis SessionCache::earliest_due_ms() const noexcept { return due_.empty() ? 0 : due_.begin()->first; }

std::optional<SessionId> SessionCache::take_due(Millis now_ms) {
  if (due_.empty() || due_.begin()->first > now_ms) return std::nullopt;
  SessionId id = due_.begin()->second;
  set_due(id, 0);
  return id;
}

void SessionCache::use(Order::iterator place, Millis due_ms) {
  auto& [id, entry] = *place;
  Order& to = order_of(due_ms);
  to.splice(to.begin(), order_of(entry.due_ms), place);
  index(id, entry, due_ms);
}

void SessionCache::index(const SessionId& id, Entry& entry, Millis due_ms) {
  if (entry.due_ms == due_ms) return;
  if (entry.due_ms != 0) due_.erase({entry.due_ms, id});
  if (due_ms != 0) due_.emplace(due_ms, id);
  entry.due_ms = due_ms;
}

void SessionCache::erase(Order::iterator place) {
  Order& order = order_of(place->second.due_ms);
  index(place->first, place->second, 0);
  map_.erase(place->first);
  order.erase(place);
}

}  // namespace ringfence
