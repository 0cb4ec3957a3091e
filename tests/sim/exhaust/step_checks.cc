// What one step can break: core/invariants.h, what a plan promises, and busy loops. Those of a state: moves.cc.
#include <algorithm>

#include "core/invariants.h"
#include "core/rules.h"
#include "machine.h"

namespace ringfence::exhaust {
namespace {

// What a plan promises while devices ring.
std::string wrong_ringing(const Session& before, const Event& event, const Session& next) {
  const bool over = rules::is_over(next.phase);
  const bool cancel = std::holds_alternative<Cancel>(event.body) && before.phase != Phase::none;
  if (cancel && !over) return "an operator's end of the call is not one";
  if (next.phase != Phase::ringing) return {};
  bool rings = false;
  bool waits = false;
  for (std::size_t i = static_cast<std::size_t>(next.round_first); i < next.legs.size(); ++i) {
    const Leg& leg = next.legs[i];
    rings |= rules::rings(next, i);
    waits |= leg.state == LegState::planned && leg.dial_at_ms > event.at_ms && rules::has_room(next, i);
    const bool declined = rules::refusal_of(leg) == rules::Refusal::declined;
    if (declined && next.plan.on_decline == OnRefusal::stop) return "one refused for all, and the others ring on";
  }
  return waits && !rings ? "nobody rings, and the next one waits for its moment" : "";
}

std::string wrong_channels(const Session& next, const StepResult& result) {
  const bool dials = std::ranges::any_of(result.commands, [](const Command& c) { return c.verb == Verb::dial; });
  if (!dials || next.plan.max_channels == 0) return {};
  const auto live =
      std::ranges::count_if(next.legs, [](const Leg& leg) { return leg.state != LegState::planned && !leg.ended(); });
  return live > next.plan.max_channels ? "more legs than the plan has channels" : "";
}

}  // namespace

std::string wrong_step(const Session& before, const Event& event, const StepResult& result, const Policy& policy,
                       Checks checks) {
  if (checks == Checks::people_only) return {};
  const Session& next = result.next;
  const Breach breach = breach_of(before, event, result, policy);
  if (breach && (checks == Checks::all || breach.invariant != Invariant::in_the_table)) return std::string(breach.what);
  if (std::string wrong = wrong_channels(next, result); !wrong.empty()) return wrong;
  if (std::string wrong = wrong_ringing(before, event, next); !wrong.empty()) return wrong;
  const bool tick = std::holds_alternative<Tick>(event.body);
  if (tick && !result.changed && !result.commands.empty()) return "a step that changes nothing hands over commands";
  const Millis due = due_ms(next);
  return tick && due != 0 && due <= event.at_ms ? "after a tick the next is due at once: a busy loop" : "";
}

}  // namespace ringfence::exhaust
