// step(): merge, decide, derive, and what the store must know beside the document. See step.h.
#include "core/step.h"

#include <algorithm>

#include "core/rules.h"

namespace ringfence {
namespace {

std::string leg_client_state(const Session& session, int leg) {
  return encode_client_state({.session = session.id, .leg = leg, .generation = 1});
}

int to_seconds(Millis ms) { return static_cast<int>((ms + 999) / 1000); }

}  // namespace

Command materialize(const Session& session, const OutboxEntry& entry, const Policy& policy) {
  const Parent& parent = session.parent;
  Command command{.id = command_id(session, entry),
                  .verb = entry.verb,
                  .leg = entry.leg,
                  .attempt = entry.attempt,
                  .tries = entry.tries};
  command.call_control_id = parent.call_control_id;
  if (entry.verb != Verb::audit) {
    command.client_state = leg_client_state(session, entry.verb == Verb::bridge ? kParent : entry.leg);
  }
  const Leg nobody;  // what is meant for the parent has no leg
  const Leg& leg = entry.leg >= 0 ? session.legs[static_cast<std::size_t>(entry.leg)] : nobody;
  switch (entry.verb) {
    case Verb::dial:
      command.call_control_id.clear();
      command.peer = parent.call_control_id;
      command.connection_id = parent.connection_id;
      command.to = leg.destination.to;
      // A withheld or malformed caller number cannot be presented: the number that was called can.
      command.from = parent.from.starts_with('+') ? parent.from : parent.to;
      command.display_name = parent.caller_name;
      command.timeout_secs = to_seconds(policy.ring_ms);
      command.time_limit_secs = to_seconds(policy.call_limit_ms);
      break;
    case Verb::bridge:
      command.peer = leg.call_control_id;
      break;
    case Verb::hangup:
      if (entry.leg >= 0) command.call_control_id = leg.call_control_id;
      break;
    case Verb::speak:
      command.text = session.plan.greeting;
      break;
    case Verb::record_start:
      command.dual_channel = session.outcome == Outcome::answered;
      command.beep = !command.dual_channel;
      // A conversation ends by itself; a caller who forgets to hang up does not.
      if (command.beep) command.max_length_secs = to_seconds(policy.voicemail_limit_ms);
      break;
    case Verb::audit:
      command.call_control_id.clear();
      command.connection_id = parent.connection_id;
      command.call_session_id = parent.call_session_id;
      break;
    case Verb::answer:
    case Verb::transfer:
    case Verb::reject:
    case Verb::gather:
    case Verb::notify:
      break;
  }
  return command;
}

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

Millis due_ms(const Session& session) {
  Millis due = 0;
  const auto want = [&due](Millis at_ms) {
    if (at_ms != 0 && (due == 0 || at_ms < due)) due = at_ms;
  };
  // An entry that nobody wants any more is only waited for.
  for (const OutboxEntry& entry : session.outbox) {
    want(entry.expires_ms);
    if (rules::still_wanted(session, entry)) want(entry.next_try_ms);
  }
  for (const Millis at_ms :
       {session.ring_deadline_ms, session.bridge_retry_ms, session.bridge_deadline_ms, session.greeting_deadline_ms,
        session.record_retry_ms, session.recording_deadline_ms, session.write_off_ms}) {
    want(at_ms);
  }
  if (rules::find_open(session, Verb::audit, kParent) == nullptr) want(session.audit_ms);
  for (std::size_t i = 0; i < session.legs.size(); ++i) {
    const Leg& leg = session.legs[i];
    const bool repeats = want_dead(session, i) && !leg.ended() && !leg.call_control_id.empty() &&
                         rules::find_open(session, Verb::hangup, static_cast<int>(i)) == nullptr;
    if (repeats) want(leg.hangup_next_ms);
  }
  const bool parent_repeats = session.phase == Phase::closing && session.parent.state != ParentState::ended &&
                              rules::find_open(session, Verb::hangup, kParent) == nullptr;
  if (parent_repeats) want(session.parent.hangup_next_ms);
  return due;
}

}  // namespace ringfence
