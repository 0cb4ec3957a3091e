// See recent_sessions.h.
#include "adapters/sqlite/recent_sessions.h"

namespace ringfence {

void RecentSessions::write(std::string_view session) {
  if (const auto known = places_.find(session); known != places_.end()) {
    order_.splice(order_.begin(), order_, known->second);
    return;
  }
  order_.emplace_front(session);
  places_.emplace(order_.front(), order_.begin());
  if (order_.size() <= most_) return;
  places_.erase(order_.back());
  order_.pop_back();
}

}  // namespace ringfence
