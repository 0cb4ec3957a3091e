// step(): merge, decide, derive. See step.h.
#include "core/step.h"

#include <algorithm>
#include <iterator>

#include "core/rules.h"

namespace ringfence {
StepResult step(const Session& session, const Event& event, const Policy& policy) {
  StepResult result{.next = session};
  Session& next = result.next;
  next.id = event.session;
  rules::merge(next, event, policy);
  static_cast<void>(rules::decide(next, event.at_ms, policy));
  if (session.phase == Phase::none && next.phase == Phase::none) {
    // Nothing of ours: a call that was never offered to us.
    result.next = session;
    return result;
  }
  // derive() may settle facts (a leg that was never dialled has ended), and those may move the phase once more.
  constexpr int kMostRounds = 4;
  for (int round = 0; round < kMostRounds; ++round) {
    auto commands = rules::derive(next, event.at_ms, policy);
    std::ranges::move(commands, std::back_inserter(result.commands));
    if (!rules::decide(next, event.at_ms, policy)) break;
  }
  const bool tick = std::holds_alternative<Tick>(event.body);
  result.changed = !tick || !(next == session);
  return result;
}

}  // namespace ringfence
