// Everything that can happen to a call, as a value with an id and a time: webhooks, results of commands, the passing
// of time. One door: nothing else changes a session. Must not know: sockets, JSON, stores.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "core/client_state.h"
#include "core/command.h"
#include "core/plan.h"
#include "core/provider_words.h"
#include "shared/ids.h"

namespace ringfence {

enum class WebhookType : std::uint8_t {
  initiated,
  answered,
  bridged,
  hangup,
  speak_ended,
  recording_saved,
  recording_error,
  gather_ended,      // a key was pressed, or the time for it is over
  machine_detected,  // the provider heard who answered: `detection`
  other
};
[[nodiscard]] std::string_view name_of(WebhookType type) noexcept;

// A provider's statement about one leg. Absent fields are empty.
struct WebhookFact {
  WebhookType type = WebhookType::other;
  std::string type_name;   // as the provider wrote it
  Millis occurred_ms = 0;  // when it happened, by the provider's clock; 0: it does not say
  std::string call_control_id, call_leg_id, call_session_id, connection_id;
  bool incoming = false;  // offered to us; only `initiated` says it
  bool outbound = false;  // of these: one of our own devices calls out, and waits for what we make of it
  std::string from_uri;   // `initiated`: the caller's SIP address
  std::string from, to, caller_name;
  Ending ending;                                                                                  // hangup
  Recording recording;                                                                            // recording_saved
  std::string digits;                                                                             // gather_ended
  enum class Detection : std::uint8_t { person, machine, unsure } detection = Detection::unsure;  // machine_detected
  std::optional<ClientState> client_state;                                                        // ours, or nothing
};

struct CommandResult {
  CommandId command;
  int tries = 1;  // which handing-over this answers
  CommandOutcome outcome;
  // What the command was, for ladders: a late answer may find its outbox entry gone.
  Verb verb = Verb::hangup;
  int leg = kUnknownLeg;
};

struct Tick {};  // time passed; step() looks at its deadlines

struct DeviceReady {  // a device of the called user has registered while the others ring
  Destination destination;
};

struct Cancel {  // an operator ends the call
  std::string reason;
};

struct Event {
  EventId id;
  SessionId session;
  Millis at_ms = 0;  // when we learnt it; step()'s only clock
  std::variant<WebhookFact, CommandResult, Tick, DeviceReady, Cancel> body;
  std::optional<RingPlan> plan;  // resolved by the engine for an incoming `initiated`, else absent
};

}  // namespace ringfence
