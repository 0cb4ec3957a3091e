// Sessions that are remembered for a while, each with the time when it was last heard of. Owned by FallbackStore, which
// bounds it. Pure; must not know: what for.
#pragma once

#include <cstddef>
#include <iterator>
#include <list>
#include <unordered_map>
#include <utility>

#include "core/plan.h"
#include "shared/ids.h"

namespace ringfence {

class Remembered {
 public:
  // True: it was not known.
  bool add(const SessionId& session, Millis now_ms) {
    const bool is_new = !forget(session);
    by_age_.emplace_back(now_ms, session);
    places_.emplace(session, std::prev(by_age_.end()));
    return is_new;
  }
  // True: it was known.
  bool forget(const SessionId& session) {
    const auto place = places_.find(session);
    if (place == places_.end()) return false;
    by_age_.erase(place->second);
    places_.erase(place);
    return true;
  }
  void forget_before(Millis at_ms) {
    while (!by_age_.empty() && by_age_.front().first < at_ms) {
      places_.erase(by_age_.front().second);
      by_age_.pop_front();
    }
  }
  [[nodiscard]] bool contains(const SessionId& session) const { return places_.contains(session); }
  [[nodiscard]] std::size_t size() const noexcept { return places_.size(); }

 private:
  using ByAge = std::list<std::pair<Millis, SessionId>>;  // oldest first
  ByAge by_age_;
  std::unordered_map<SessionId, ByAge::iterator> places_;
};

}  // namespace ringfence
