// What one step can break is core/invariants.h's. Here: what only the provider's truth shows, in every step, every
// state and every ending.
#include <algorithm>

#include "codec/session_json.h"
#include "core/invariants.h"
#include "world.h"

namespace ringfence::explore {
namespace {

bool has_left_the_bridge(const Session& session) {
  return session.phase >= Phase::vm_answering && session.phase <= Phase::vm_recording;
}

}  // namespace

void check_step(World& world, const Session& before, const Event& event, const StepResult& result) {
  std::string wrong(breach_of(before, event, result, world.policy).what);
  const bool told_late = before.outcome == Outcome::abandoned && result.next.outcome == Outcome::answered;
  if (told_late && world.ever_bridged < 0) wrong = "I16: told that they talked, and they did not";
  if (std::holds_alternative<Tick>(event.body) && !result.changed && !result.commands.empty()) {
    wrong = "a step that changes nothing hands over commands";
  }
  if (world.violation.empty()) world.violation = std::move(wrong);
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
