// The invariants of the ring (ARCHITECTURE.md lists them), looked for in every step, every state and every ending.
#include <algorithm>

#include "core/phase_table.h"
#include "core/session_json.h"
#include "shared/limits.h"
#include "world.h"

namespace ringfence::explore {
namespace {

bool is_answered_phase(Phase phase) { return phase == Phase::answering || phase == Phase::vm_answering; }

bool has_left_the_bridge(const Session& session) {
  return session.phase >= Phase::vm_answering && session.phase <= Phase::vm_recording;
}

std::string wrong_command(const World& world, const Command& command) {
  const Session& next = world.session;
  if (command.verb == Verb::dial && command.attempt != 1) return "I5: a dial with a second command id";
  if (command.verb == Verb::dial && next.phase != Phase::ringing) return "I3: a dial after the decision";
  if (command.verb == Verb::answer && !is_answered_phase(next.phase)) return "I2: an answer that nobody claimed";
  if (command.verb == Verb::bridge && (next.phase != Phase::bridging || next.winner != command.leg)) {
    return "I2: a bridge that nobody claimed";
  }
  if (command.verb == Verb::hangup && command.call_control_id.empty()) return "a hang-up of nothing";
  return {};
}

std::string wrong_leg(const Leg& was, const Leg& is) {
  if (was.state == LegState::ended && is.state != LegState::ended) return "I4: a proved end was revoked";
  if (was.quit != Quit::none && is.quit != was.quit) return "a leg that was given up is wanted again";
  if (is.apology < was.apology) return "an apology began again";
  if (was.state != LegState::ended_inferred && is.state < was.state) return "I4: a leg's known state went back";
  if (!was.call_control_id.empty() && is.call_control_id != was.call_control_id) return "a leg changed its id";
  return {};
}

}  // namespace

void check_step(World& world, const Session& before, const Event& event, const StepResult& result) {
  const Session& next = world.session;
  std::string wrong;
  const auto say = [&](std::string text) {
    if (wrong.empty()) wrong = std::move(text);
  };
  if (before.winner >= 0 && next.winner != before.winner) say("I1: the winner changed");
  if (before.winner < 0 && next.winner >= 0 &&
      before.legs[static_cast<std::size_t>(next.winner)].state == LegState::ended) {
    say("I4: a leg known to be dead was chosen");
  }
  const bool told_late = before.outcome == Outcome::abandoned && next.outcome == Outcome::answered &&
                         before.phase >= Phase::closing && !before.told && world.ever_bridged >= 0;
  if (before.outcome != Outcome::none && next.outcome != before.outcome && !told_late) say("I16: the outcome changed");
  if (before.phase == Phase::closed && next.phase != Phase::closed) say("a tombstone came back to life");
  for (std::size_t i = 0; i < before.legs.size() && i < next.legs.size(); ++i) {
    say(wrong_leg(before.legs[i], next.legs[i]));
  }
  for (const Command& command : result.commands) say(wrong_command(world, command));
  if (!keeps_to_table(before, event, next)) say("the phase table was left");
  if (next.outbox.size() > limits::kOutbox) say("the outbox is over its limit");
  for (const OutboxEntry& entry : next.outbox) {
    if (entry.expires_ms > entry.created_ms + world.policy.dedupe_window_ms)
      say("I5: an id is resent after its window");
  }
  if (std::holds_alternative<Tick>(event.body) && !result.changed && !result.commands.empty()) {
    say("a step that changes nothing hands over commands");
  }
  // I3: every leg that should not be and whose id is known is being hung up, or will be at a known time.
  for (std::size_t i = 0; i < next.legs.size(); ++i) {
    const Leg& leg = next.legs[i];
    if (!want_dead(next, i) || leg.ended() || leg.call_control_id.empty()) continue;
    const bool open = std::ranges::any_of(
        next.outbox, [&](const OutboxEntry& e) { return e.verb == Verb::hangup && e.leg == static_cast<int>(i); });
    const bool spoken_to = leg.apology == Apology::wanted && leg.apology_until_ms > world.now_ms;
    if (!open && !spoken_to && leg.hangup_next_ms <= world.now_ms)
      say("I3: a leg that should not be is not being hung up");
  }
  if (world.violation.empty()) world.violation = wrong;
}

void check_state(World& world) {
  const Session& session = world.session;
  std::string wrong;
  if (session.phase == Phase::closed) {
    for (int i = 0; i < world.legs; ++i) {
      const Truth truth = world.leg[static_cast<std::size_t>(i)];
      const bool alive = truth == Truth::ringing || truth == Truth::answered;
      const bool known = !session.legs[static_cast<std::size_t>(i)].ended();
      if (alive && !known) wrong = "I15: closed while a leg is alive";
    }
    if (world.parent != Truth::ended) wrong = "I15: closed while the caller is there";
  }
  if (world.bridged >= 0 && has_left_the_bridge(session)) {
    wrong = "I7: gone to voicemail although the bridge is up";
  }
  if (world.violation.empty()) world.violation = std::move(wrong);
}

std::string check_end(const World& world) {
  const Session& session = world.session;
  for (int i = 0; i < world.legs; ++i) {
    const Truth truth = world.leg[static_cast<std::size_t>(i)];
    if (truth == Truth::ringing) return "I11: a phone rings for ever";
    if (truth == Truth::answered && world.bridged != i) return "I12: an answered leg with nobody on it";
  }
  if (world.parent == Truth::ringing) return "I14: the caller hears ringing for ever";
  if (world.parent == Truth::answered && world.bridged < 0) return "I13: the caller sits in silence for ever";
  if (world.bridged >= 0) {
    return session.phase == Phase::connected ? "" : "bridged, and the session does not know";
  }
  if (session.phase != Phase::closed) return "I15: the session never closes";
  if (!session.outbox.empty()) return "a closed session waits for something";
  if (world.recorded && !session.recording_saved) return "I15: a recording exists and the session says it does not";
  if (session.outcome == Outcome::none) return "I16: no outcome";
  const auto round = decode_session(encode_session(session));
  if (!round || !(*round == session)) return "the document does not read back as it was written";
  return {};
}

}  // namespace ringfence::explore
