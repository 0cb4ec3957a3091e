// Outbox entries as commands, rebuilt from facts that no longer change. See step.h.
#include <string>

#include "core/outcome_json.h"
#include "core/prompts.h"
#include "core/rules.h"

namespace ringfence {
namespace {

std::string client_state(const Session& session, int leg, int generation = 1) {
  return encode_client_state({.session = session.id,
                              .leg = leg,
                              .generation = generation,
                              .home = session.plan.home,
                              .begun_ms = session.created_ms});
}

int to_seconds(Millis ms) { return static_cast<int>((ms + 999) / 1000); }

// A withheld or malformed caller number cannot be presented: the number that was called can.
std::string presented(const Parent& parent) { return parent.from.starts_with('+') ? parent.from : parent.to; }

void fill_dialled(Command& command, const Session& session, const Leg& leg, const Policy& policy) {
  command.to = leg.destination.to;
  command.from = presented(session.parent);
  command.display_name = session.parent.caller_name;
  command.timeout_secs = to_seconds(leg.destination.timeout_ms != 0 ? leg.destination.timeout_ms : policy.leg_ms);
  command.time_limit_secs = to_seconds(policy.call_limit_ms);
}

void fill_speak(Command& command, const Session& session, const OutboxEntry& entry) {
  if (entry.leg != kParent) {
    command.text = session.winner >= 0 ? prompts::kTakenByAnother : prompts::kTooLate;
  } else if (entry.about == About::please_hold) {
    command.text = prompts::kPleaseHold;
    command.client_state = client_state(session, kParent, rules::kPleaseHoldAttempt);
  } else {
    command.text = session.plan.greeting;
  }
}

void fill_notify(Command& command, const Session& session, const OutboxEntry& entry) {
  command.call_control_id.clear();
  command.client_state.clear();
  command.organisation = session.plan.organisation;
  if (entry.leg != kParent) {
    command.body = device_outcome_json(session, static_cast<std::size_t>(entry.leg));
  } else if (entry.about == About::recording) {
    command.body = recording_json(session, entry.created_ms);
  } else if (entry.about == About::ringing) {
    command.body = ringing_json(session, entry.created_ms);
  } else {
    command.body = session_outcome_json(session);
  }
}

}  // namespace

Command materialize(const Session& session, const OutboxEntry& entry, const Policy& policy) {
  static const Leg kNobody;  // what is meant for the parent has no leg
  const Leg& leg = entry.leg >= 0 ? session.legs[static_cast<std::size_t>(entry.leg)] : kNobody;
  const bool addresses_leg =
      entry.leg >= 0 && (entry.verb == Verb::hangup || entry.verb == Verb::speak || entry.verb == Verb::gather);
  const bool told_to_parent = entry.verb == Verb::bridge || entry.verb == Verb::transfer;
  const Parent& parent = session.parent;
  Command command{.id = command_id(session, entry),
                  .verb = entry.verb,
                  .leg = entry.leg,
                  .attempt = entry.attempt,
                  .tries = entry.tries};
  command.call_control_id = addresses_leg ? leg.call_control_id : parent.call_control_id;
  if (entry.verb != Verb::audit) command.client_state = client_state(session, told_to_parent ? kParent : entry.leg);
  switch (entry.verb) {
    case Verb::dial:
      command.call_control_id.clear();
      command.peer = parent.call_control_id;
      command.connection_id = parent.connection_id;
      command.detect_machine = leg.destination.verify == Verify::amd;
      fill_dialled(command, session, leg, policy);
      break;
    case Verb::transfer:
      command.target_client_state = client_state(session, entry.leg);
      command.headers = session.plan.headers;
      fill_dialled(command, session, leg, policy);
      // A name that is no number is not presented: the provider has its own for it.
      command.from = parent.from.starts_with('+') ? parent.from : "";
      // A name goes with its number; our own device's is nobody else's business.
      if (!session.plan.caller_id.empty() || session.plan.outbound) command.display_name.clear();
      if (!session.plan.caller_id.empty()) command.from = session.plan.caller_id;
      break;
    case Verb::bridge:
      command.peer = leg.call_control_id;
      break;
    case Verb::speak:
      fill_speak(command, session, entry);
      break;
    case Verb::gather:
      command.text = prompts::kPressOne;
      command.timeout_secs = to_seconds(policy.screen_ms);
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
      command.session = session.id;
      command.live_calls = entry.about == About::live_calls;
      break;
    case Verb::reject:
      command.busy = session.plan.busy;
      break;
    case Verb::notify:
      fill_notify(command, session, entry);
      break;
    case Verb::answer:
    case Verb::hangup:
      break;
  }
  return command;
}

}  // namespace ringfence
