// What the rules ask of a session. Pure reading; see rules.h and step.h.
#include <algorithm>
#include <utility>

#include "core/rules.h"

namespace ringfence {

bool want_dead(const Session& session, std::size_t leg) {
  switch (session.phase) {
    case Phase::none:
    case Phase::ringing:
      return false;
    case Phase::answering:
    case Phase::bridging:
    case Phase::transferring:
    case Phase::connected:
      return static_cast<int>(leg) != session.winner;
    case Phase::vm_answering:
    case Phase::vm_greeting:
    case Phase::vm_recording:
    case Phase::closing:
    case Phase::closed:
      return true;
  }
  return true;
}

bool is_tombstone(const Session& session) { return session.phase == Phase::closed; }

CommandId command_id(const Session& session, const OutboxEntry& entry) {
  return {derived_uuid(session.id.text, name_of(entry.verb), std::to_string(entry.leg), std::to_string(entry.attempt))};
}

namespace rules {

bool is_voicemail(Phase phase) noexcept {
  return phase == Phase::vm_answering || phase == Phase::vm_greeting || phase == Phase::vm_recording;
}

bool is_over(Phase phase) noexcept { return phase == Phase::closing || phase == Phase::closed; }

const OutboxEntry* find_open(const Session& session, Verb verb, int leg) noexcept {
  const auto at =
      std::ranges::find_if(session.outbox, [&](const OutboxEntry& e) { return e.verb == verb && e.leg == leg; });
  return at == session.outbox.end() ? nullptr : &*at;
}

OutboxEntry* find_open(Session& session, Verb verb, int leg) noexcept {
  return const_cast<OutboxEntry*>(find_open(std::as_const(session), verb, leg));
}

Leg* winner_of(Session& session) noexcept {
  const auto index = static_cast<std::size_t>(session.winner);
  return session.winner >= 0 && index < session.legs.size() ? &session.legs[index] : nullptr;
}

bool wants_bridge_proof(const Session& session) noexcept {
  // No attempt is open and none is scheduled, yet one of those made may have been executed.
  return session.phase == Phase::bridging && session.bridge_maybe && session.bridge_deadline_ms == 0 &&
         session.bridge_retry_ms == 0;
}

bool may_exist(const Session& session, std::size_t leg) noexcept {
  const Leg& l = session.legs[leg];
  if (l.state != LegState::dialing || !l.call_control_id.empty()) return false;
  // While devices ring, the open dial is resent and its answer tells. After the decision it is never resent.
  const OutboxEntry* dial = find_open(session, Verb::dial, static_cast<int>(leg));
  return dial == nullptr || !still_wanted(session, *dial);
}

bool still_wanted(const Session& session, const OutboxEntry& entry) noexcept {
  const bool about_leg = entry.leg >= 0 && static_cast<std::size_t>(entry.leg) < session.legs.size();
  switch (entry.verb) {
    case Verb::dial:
      return about_leg && session.phase == Phase::ringing &&
             session.legs[static_cast<std::size_t>(entry.leg)].state == LegState::dialing;
    case Verb::answer:
      return session.parent.state == ParentState::ringing &&
             (session.phase == Phase::answering || session.phase == Phase::vm_answering);
    case Verb::bridge:
      return session.phase == Phase::bridging && entry.attempt == session.bridge_attempt &&
             session.bridge_deadline_ms != 0;
    case Verb::hangup:
      if (entry.leg == kParent) return session.parent.state != ParentState::ended;
      return about_leg && session.legs[static_cast<std::size_t>(entry.leg)].state != LegState::ended;
    case Verb::speak:
      return session.phase == Phase::vm_greeting;
    case Verb::record_start:
      return session.phase == Phase::connected || session.phase == Phase::vm_recording;
    case Verb::audit:
    case Verb::transfer:
    case Verb::reject:
    case Verb::gather:
    case Verb::notify:
      return true;
  }
  return false;
}

bool is_moot(const Session& session, const OutboxEntry& entry) noexcept {
  if (entry.verb == Verb::dial || (entry.verb == Verb::hangup && entry.leg != kParent)) {
    return session.legs[static_cast<std::size_t>(entry.leg)].state == LegState::ended;
  }
  if (session.parent.state != ParentState::ended) return false;
  return entry.verb != Verb::audit ||
         std::ranges::all_of(session.legs, [](const Leg& leg) { return leg.state == LegState::ended; });
}

}  // namespace rules
}  // namespace ringfence
