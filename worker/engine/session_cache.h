// The sessions this worker has in memory, least recently used first out, and when each of them is due. A cache only:
// a wrong entry costs a conflict, never a wrong decision, because the store compares versions.
// Owned by the engine. Must not know: stores, clocks.
#pragma once

#include <functional>
#include <list>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include "core/session.h"

namespace ringfence {

class SessionCache {
 public:
  struct Entry {
    Session session;
    std::uint64_t version = 0;
    Millis due_ms = 0;  // 0: not due, or its tick has been taken and is under way
  };

  explicit SessionCache(std::size_t capacity) : capacity_(capacity) {}
  SessionCache(const SessionCache&) = delete;
  SessionCache& operator=(const SessionCache&) = delete;

  // Marks it as used. The pointer is valid until the next call that is not const.
  [[nodiscard]] const Entry* find(const SessionId& id);
  // Replaces what is there; may push out the least recently used session, whose deadlines the due scan then keeps.
  void put(const SessionId& id, Session session, std::uint64_t version, Millis due_ms);
  void set_due(const SessionId& id, Millis due_ms);  // does nothing for a session that is not here
  void forget(const SessionId& id);
  // Every session, and when it is due, after the clock was set back by `by_ms`.
  void move_times_back(Millis by_ms);

  [[nodiscard]] Millis earliest_due_ms() const noexcept;  // 0: none
  // One session due at or before now_ms, which then counts as not due until put() or set_due().
  [[nodiscard]] std::optional<SessionId> take_due(Millis now_ms);
  // In no order; marks nothing as used. `look` must not touch the cache.
  void visit(const std::function<void(const SessionId&, const Session&)>& look) const {
    for (const auto& [id, entry] : order_) look(id, entry.session);
  }
  [[nodiscard]] std::size_t size() const noexcept { return map_.size(); }

 private:
  using Order = std::list<std::pair<SessionId, Entry>>;  // most recently used first
  void index(const SessionId& id, Entry& entry, Millis due_ms);
  void erase(Order::iterator place);

  std::size_t capacity_;
  Order order_;
  std::unordered_map<SessionId, Order::iterator> map_;
  std::set<std::pair<Millis, SessionId>> due_;
};

}  // namespace ringfence
