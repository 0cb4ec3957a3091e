// What the rules ask of a session. Pure reading; see rules.h and step.h.
#include <algorithm>
#include <utility>

#include "core/rules.h"

namespace ringfence {

bool want_dead(const Session& session, std::size_t leg) {
  const Leg& l = session.legs[leg];
  const auto index = static_cast<int>(leg);
  if (session.parent.state == ParentState::ended || l.quit != Quit::none || index < session.round_first) return true;
  switch (session.phase) {
    case Phase::none:
    case Phase::ringing:
      return false;
    case Phase::answering:
    case Phase::bridging:
    case Phase::transferring:
      return index != session.winner && !rules::holds_losers(session);
    case Phase::connected:
      return index != session.winner;
    case Phase::vm_answering:
    case Phase::vm_greeting:
    case Phase::vm_recording:
    case Phase::closing:
    case Phase::closed:
      return true;
  }
  return true;
}

bool is_tombstone(const Session& session) {
  const auto told = [](const OutboxEntry& entry) { return entry.verb != Verb::notify; };
  return session.phase == Phase::closed && std::ranges::all_of(session.outbox, told);
}

CommandId command_id(const Session& session, const OutboxEntry& entry) {
  return {derived_uuid(session.id.text, name_of(entry.verb), std::to_string(entry.leg), std::to_string(entry.attempt))};
}

namespace rules {

bool passed(Millis deadline_ms, Millis at_ms) noexcept { return deadline_ms != 0 && at_ms >= deadline_ms; }

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

const Leg* winner_of(const Session& session) noexcept {
  const auto index = static_cast<std::size_t>(session.winner);
  return session.winner >= 0 && index < session.legs.size() ? &session.legs[index] : nullptr;
}

Leg* winner_of(Session& session) noexcept { return const_cast<Leg*>(winner_of(std::as_const(session))); }

bool is_bridged(const Session& session) noexcept {
  const Leg* winner = winner_of(session);
  if (winner != nullptr && winner->state == LegState::bridged) return true;
  return session.parent.bridged && !session.bridge_before;
}

bool wants_bridge_proof(const Session& session) noexcept {
  // No attempt is open and none is scheduled, yet one of those made may have been executed.
  if (session.bridge_deadline_ms != 0 || session.bridge_retry_ms != 0) return false;
  return session.phase == Phase::transferring || (session.phase == Phase::bridging && session.bridge_maybe);
}

Millis transfer_ms(const Session& session, const Policy& policy) noexcept {
  const Millis timeout_ms = session.legs.empty() ? 0 : session.legs[0].destination.timeout_ms;
  return (timeout_ms != 0 ? timeout_ms : policy.leg_ms) + policy.transfer_margin_ms;
}

bool may_exist(const Session& session, std::size_t leg) noexcept {
  const Leg& l = session.legs[leg];
  if (l.state != LegState::dialing || !l.call_control_id.empty()) return false;
  // While devices ring, the open dial is resent and its answer tells. After the decision it is never resent.
  const OutboxEntry* dial = find_open(session, Verb::dial, static_cast<int>(leg));
  if (dial == nullptr) dial = find_open(session, Verb::transfer, static_cast<int>(leg));
  return dial == nullptr || !still_wanted(session, *dial);
}

bool holds_losers(const Session& session) noexcept {
  return session.hold_until_ms != 0 && (session.phase == Phase::answering || session.phase == Phase::bridging);
}

bool rings(const Session& session, std::size_t leg) noexcept {
  const Leg& l = session.legs[leg];
  return static_cast<int>(leg) >= session.round_first && l.state > LegState::planned && !l.ended() &&
         l.quit == Quit::none;
}

bool has_channel(const Session& session) noexcept {
  if (session.plan.max_channels <= 0) return true;
  const auto used = std::ranges::count_if(
      session.legs, [](const Leg& leg) { return leg.state != LegState::planned && !leg.ended(); });
  return used < session.plan.max_channels;
}

bool has_room(const Session& session, std::size_t leg) noexcept {
  // The same phone is not rung twice at once: a call that is being taken back would make it busy.
  for (int i = 0; i < session.round_first; ++i) {
    const Leg& older = session.legs[static_cast<std::size_t>(i)];
    if (!older.ended() && older.destination.device == session.legs[leg].destination.device) return false;
  }
  return true;
}

bool deserves_apology(const Session& session, std::size_t leg, const Policy& policy) noexcept {
  const Leg& l = session.legs[leg];
  const bool on_the_phone = l.state == LegState::answered || l.state == LegState::accepted;
  return policy.apology_ms > 0 && on_the_phone && l.apology == Apology::none && l.hangup_attempt == 0 &&
         l.quit == Quit::none && static_cast<int>(leg) != session.winner && !is_over(session.phase) &&
         session.parent.state != ParentState::ended;
}

Refusal refusal_of(const Leg& leg) noexcept {
  if (leg.state != LegState::ended) return Refusal::none;
  if (leg.ending.cause == "call_rejected" || leg.ending.sip_cause == "603") return Refusal::declined;
  return leg.ending.cause == "user_busy" || leg.ending.sip_cause == "486" ? Refusal::busy : Refusal::none;
}

bool is_of_recording(const OutboxEntry& entry) noexcept {
  return entry.verb == Verb::notify && entry.about == About::recording;
}

bool is_heard_ringing(const Session& session) noexcept {
  const bool calls_devices = session.plan.route == Route::ring || session.plan.route == Route::transfer;
  return calls_devices && !session.plan.outbound && session.parent.state == ParentState::ringing &&
         (session.phase == Phase::ringing || session.phase == Phase::transferring);
}

bool still_wanted(const Session& session, const OutboxEntry& entry) noexcept {
  const auto index = static_cast<std::size_t>(entry.leg);
  const Leg* leg = entry.leg >= 0 && index < session.legs.size() ? &session.legs[index] : nullptr;
  switch (entry.verb) {
    case Verb::dial:
      return leg != nullptr && session.phase == Phase::ringing && leg->state == LegState::dialing &&
             !want_dead(session, index);
    case Verb::transfer:
      return leg != nullptr && session.phase == Phase::transferring && leg->state == LegState::dialing;
    case Verb::answer:
      return session.parent.state == ParentState::ringing &&
             (session.phase == Phase::answering || session.phase == Phase::vm_answering);
    case Verb::bridge:
      return session.phase == Phase::bridging && entry.attempt == session.bridge_attempt &&
             entry.leg == session.winner && session.bridge_deadline_ms != 0;
    case Verb::hangup:
      if (entry.leg == kParent) return session.parent.state != ParentState::ended;
      return leg != nullptr && leg->state != LegState::ended;
    case Verb::speak:
      if (leg != nullptr) return leg->apology == Apology::wanted && !leg->ended();
      if (entry.about == About::please_hold) return session.phase == Phase::ringing;
      return session.phase == Phase::vm_greeting;
    case Verb::record_start:
      return session.phase == Phase::connected || session.phase == Phase::vm_recording;
    case Verb::gather:
      return leg != nullptr && leg->state == LegState::answered && !leg->unproved && !want_dead(session, index);
    case Verb::reject:
      return session.parent.state == ParentState::ringing;
    case Verb::notify:
      return entry.about != About::ringing || is_heard_ringing(session);
    case Verb::audit:
      return true;
  }
  return false;
}

bool is_moot(const Session& session, const OutboxEntry& entry) noexcept {
  const bool parent_ended = session.parent.state == ParentState::ended;
  static const Leg kNobody;
  const Leg& leg = entry.leg >= 0 ? session.legs[static_cast<std::size_t>(entry.leg)] : kNobody;
  const bool leg_ended = leg.state == LegState::ended;
  switch (entry.verb) {
    case Verb::dial:
      return leg_ended;
    case Verb::gather:  // what it was to find out is known
      return leg_ended || leg.unproved || leg.state != LegState::answered;
    case Verb::transfer:  // it was executed: the leg it makes is there. Not known: the leg may outlive the caller
      return leg.state > LegState::dialing || session.phase == Phase::connected;
    case Verb::hangup:
    case Verb::speak:
      return entry.leg == kParent ? parent_ended : leg_ended;
    case Verb::bridge:
      return parent_ended || leg_ended;
    case Verb::answer:
    case Verb::record_start:
    case Verb::reject:
      return parent_ended;
    case Verb::audit:
      return parent_ended && std::ranges::all_of(session.legs, [](const Leg& l) { return l.state == LegState::ended; });
    case Verb::notify:
      return entry.about == About::ringing;
  }
  return false;
}

}  // namespace rules
}  // namespace ringfence
