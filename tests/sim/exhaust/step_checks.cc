// The invariants of the ring that one step can break, in words; those of a state are in moves.cc. See machine.h.
#include <algorithm>

#include "core/phase_table.h"
#include "core/rules.h"
#include "machine.h"
#include "shared/limits.h"

namespace ringfence::exhaust {
namespace {

std::string wrong_command(const Session& next, const Command& command) {
  const bool answering = next.phase == Phase::answering || next.phase == Phase::vm_answering;
  switch (command.verb) {
    case Verb::dial:
      if (command.attempt != 1) return "I5: a dial with a second command id";
      if (next.phase != Phase::ringing) return "I3: a dial after the decision";
      return command.timeout_secs > 0 && command.time_limit_secs > 0 ? "" : "I17: a dial without a limit";
    case Verb::transfer:
      return command.timeout_secs > 0 && command.time_limit_secs > 0 ? "" : "I17: a transfer without a limit";
    case Verb::answer:
      return answering ? "" : "I2: an answer that nobody claimed";
    case Verb::bridge:
      return next.phase == Phase::bridging && next.winner == command.leg ? "" : "I2: a bridge that nobody claimed";
    case Verb::hangup:
      return command.call_control_id.empty() ? "a hang-up of nothing" : "";
    default:
      return {};
  }
}

std::string wrong_leg(const Leg& was, const Leg& is) {
  if (was.state == LegState::ended && is.state != LegState::ended) return "I4: a proved end was revoked";
  if (was.quit != Quit::none && is.quit != was.quit) return "a leg that was given up is wanted again";
  if (is.apology < was.apology) return "an apology began again";
  if (was.state != LegState::ended_inferred && is.state < was.state) return "I4: a leg's known state went back";
  if (!was.call_control_id.empty() && is.call_control_id != was.call_control_id) return "a leg changed its id";
  return {};
}

std::string wrong_claim(const Session& before, const Session& next) {
  const auto leg_of = [](const Session& s, int leg) { return s.legs[static_cast<std::size_t>(leg)]; };
  if (before.winner >= 0 && next.winner != before.winner && !leg_of(next, before.winner).ended()) {
    return "I1: the winner changed while the one before was there";
  }
  const bool newly = next.claims > before.claims && static_cast<std::size_t>(next.winner) < before.legs.size();
  if (newly && leg_of(before, next.winner).state == LegState::ended) return "I4: a leg known to be dead was chosen";
  return {};
}

// I3: every leg that should not be and whose id is known is being hung up, or will be at a known time.
std::string wrong_silence(const Session& next, Millis now_ms, const Policy& policy) {
  for (std::size_t i = 0; i < next.legs.size(); ++i) {
    const Leg& leg = next.legs[i];
    if (!want_dead(next, i) || leg.ended() || leg.call_control_id.empty()) continue;
    const bool open = rules::find_open(next, Verb::hangup, static_cast<int>(i)) != nullptr;
    const bool spoken_to = leg.apology == Apology::wanted && leg.apology_until_ms > now_ms &&
                           leg.apology_until_ms <= now_ms + policy.apology_ms;
    if (!open && !spoken_to && leg.hangup_next_ms <= now_ms) return "I3: a leg that should not be is not being hung up";
  }
  return {};
}

std::string wrong_entry(const Session& next, const Event& event, const Policy& policy) {
  if (next.outbox.size() > limits::kOutbox) return "the outbox is over its limit";
  for (const OutboxEntry& entry : next.outbox) {
    if (entry.verb == Verb::notify) continue;
    if (entry.expires_ms > entry.created_ms + policy.dedupe_window_ms) return "I5: an id is resent after its window";
    if (entry.expires_ms <= event.at_ms) return "I5: an entry outlives its window";
  }
  return {};
}

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
                       bool by_table) {
  const Session& next = result.next;
  std::string wrong = wrong_claim(before, next);
  const auto say = [&](std::string text) {
    if (wrong.empty()) wrong = std::move(text);
  };
  const bool told_late =
      before.outcome == Outcome::abandoned && next.outcome == Outcome::answered && before.phase == Phase::closing;
  if (before.outcome != Outcome::none && next.outcome != before.outcome && !told_late) say("I16: the outcome changed");
  if (before.phase == Phase::closed && next.phase != Phase::closed) say("a tombstone came back to life");
  for (std::size_t i = 0; i < before.legs.size() && i < next.legs.size(); ++i) {
    say(wrong_leg(before.legs[i], next.legs[i]));
  }
  for (const Command& command : result.commands) say(wrong_command(next, command));
  say(wrong_entry(next, event, policy));
  say(wrong_channels(next, result));
  say(wrong_ringing(before, event, next));
  say(wrong_silence(next, event.at_ms, policy));
  const bool tick = std::holds_alternative<Tick>(event.body);
  if (tick && !result.changed && !result.commands.empty()) say("a step that changes nothing hands over commands");
  const Millis due = due_ms(next);
  if (tick && due != 0 && due <= event.at_ms) say("after a tick the next is due at once: a busy loop");
  const Millis was_due = due_ms(before);
  const bool late = was_due != 0 && was_due <= event.at_ms;
  if (by_table && !is_allowed(before.phase, kind_of(event), next.phase, late))
    say("a transition that is not in the phase table");
  return wrong;
}

}  // namespace ringfence::exhaust
