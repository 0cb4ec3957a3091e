// The sessions this worker has in memory and when each of them is due. Those with something still to come are kept as
// long as there is any room; those that wait for nothing, ended calls almost all, have a smaller room of their own. In
// each the least recently used goes first. A cache only: a wrong entry costs a conflict, never a wrong decision,
// because the store compares versions. Owned by the engine. Must not know: stores, clocks.
#pragma once

#include <cstdint>
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
    std::uint64_t confirmed = 0;  // the newest version that the store confirmed to us; what it only showed may go again
    Millis due_ms = 0;            // 0: not due, or its tick has been taken and is under way
  };

  // Room for those that are due some time, and for the others.
  SessionCache(std::size_t live, std::size_t idle) : live_room_(live), idle_room_(idle) {}
  SessionCache(const SessionCache&) = delete;
  SessionCache& operator=(const SessionCache&) = delete;

  // Marks it as used. The pointer is valid until the next call that is not const.
  [[nodiscard]] const Entry* find(const SessionId& id);
  // Replaces what is there; may push out a session, whose deadlines the due scan then keeps. What was read is not
  // confirmed: a master that has lost its replicas shows what the next one will not have.
  enum class Known : std::uint8_t { read, confirmed };
  void put(const SessionId& id, Session session, std::uint64_t version, Millis due_ms, Known how = Known::read);
  void set_due(const SessionId& id, Millis due_ms);  // does nothing for a session that is not here
  void forget(const SessionId& id);
  // Every session, and when it is due, after the clock was set back by `by_ms`.
  void move_times_back(Millis by_ms);

  [[nodiscard]] Millis earliest_due_ms() const noexcept;  // 0: none
  // One session due at or before now_ms, which then counts as not due until put() or set_due().
  [[nodiscard]] std::optional<SessionId> take_due(Millis now_ms);
  // In no order; marks nothing as used. `look` must not touch the cache.
  void visit(const std::function<void(const SessionId&, const Session&)>& look) const {
    for (const Order* order : {&live_, &idle_}) {
      for (const auto& [id, entry] : *order) look(id, entry.session);
    }
  }
  [[nodiscard]] std::size_t size() const noexcept { return map_.size(); }

 private:
  using Order = std::list<std::pair<SessionId, Entry>>;  // most recently used first
  void use(Order::iterator place, Millis due_ms);
  void index(const SessionId& id, Entry& entry, Millis due_ms);
  void erase(Order::iterator place);
  [[nodiscard]] Order& order_of(Millis due_ms) noexcept { return due_ms != 0 ? live_ : idle_; }

  std::size_t live_room_, idle_room_;
  Order live_, idle_;  // by due_ms
  std::unordered_map<SessionId, Order::iterator> map_;
  std::set<std::pair<Millis, SessionId>> due_;
};

}  // namespace ringfence
