// A stored call played again: the events of its ladder through the same step(). Used by engine/past_calls.cc,
// what_if.cc and the scenarios. Must not know: stores.
#pragma once

#include <string>
#include <vector>

#include "core/event.h"
#include "core/policy.h"
#include "core/session.h"
#include "shared/result.h"

namespace ringfence {

struct Replay {
  Session session;
  std::size_t steps = 0;
  std::vector<std::string> ladder;  // lines as they come out now
};

// Errors: the ladder does not begin with the call, has a gap, or a line without its event (limits::kLadderLines,
// limits::kStoredEventBytes, an older ringd).
[[nodiscard]] Result<std::vector<Event>> stored_events(const std::vector<std::string>& ladder);
[[nodiscard]] Result<Replay> replay(const std::vector<std::string>& ladder, const Policy& policy);

}  // namespace ringfence
