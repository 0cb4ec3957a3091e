// The nouns: session, leg, recording, what was commanded, what was sent.
// Values owned by World; everybody else borrows. Must not know: how any of them changes.
//
// Glossary: a session is one inbound call and every leg dialled with link_to it (call_session_id). The parent is the
// inbound leg. A leg is addressed by its control id (call_control_id).
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ringfence::sim {

// Bounds; the oldest goes first, a full table refuses.
inline constexpr std::size_t kLegsPerSession = 256;       // twice the largest ring group under test, rung again
inline constexpr std::size_t kEndedSessionsKept = 2000;   // ~20 webhooks of 1 KB each: 40 MB
inline constexpr std::size_t kCommandsPerSession = 2048;  // a retry storm may not eat the memory
inline constexpr std::size_t kWebhooksPerSession = 2048;
inline constexpr std::size_t kRememberedCommands = 64;  // command ids per leg inside the 60 s window
inline constexpr std::size_t kUtterancesPerLeg = 32;
inline constexpr std::int64_t kCommandIdWindowUs = 60'000'000;

enum class LegState : std::uint8_t { parked, ringing, answered, ended };  // parked: inbound, nobody answered it yet
[[nodiscard]] constexpr std::string_view leg_state_name(LegState state) noexcept {
  constexpr std::string_view kNames[] = {"parked", "ringing", "answered", "ended"};
  return kNames[static_cast<std::size_t>(state)];
}

struct Recording {
  std::string id, format, channels;
  std::int64_t started_us = 0, ended_us = 0;
  bool saved = false;
};

struct Utterance {  // one speak or playback; several on one leg queue up
  std::string kind, id, media;
};

struct Gathering {  // waits for keys, with a prompt spoken before
  std::string id, valid;
  std::int64_t tries = 1, timeout_ms = 60'000;
};

struct RememberedCommand {
  std::int64_t until_us = 0;
  std::string body;  // the success answer, given again for an ignored duplicate
};

struct CommandRecord {
  std::string verb, command_id, target, to, outcome;  // outcome: executed, ignored, refused, or a fault's name
  std::string code;
  int status = 0;  // 0: never answered
  std::int64_t at_us = 0;
};

struct WebhookAttempt {
  int number = 0, status = 0;  // status 0: no answer (timeout, connection refused)
  std::int64_t at_us = 0, answered_us = 0;
};

struct Session;

struct WebhookRecord {
  Session* session = nullptr;
  std::string id, type, leg_id, control_id, to, data, fault;  // data: the JSON of the envelope's "data"
  std::int64_t occurred_us = 0;
  std::vector<WebhookAttempt> attempts;
  bool finished = false;
  std::string last_body, last_timestamp, last_signature;  // kept for a verbatim replay
};

struct Leg {
  Session* session = nullptr;
  std::uint64_t number = 0;  // order of creation; the cursor of active_calls
  std::string control_id, leg_id, from, to, connection_id;
  std::string display_name;                 // shown beside `from`
  std::optional<std::string> client_state;  // as given: base64
  std::string detection;    // what of machine detection was asked for: "premium", "detect", ...; empty: nothing
  std::string transfer_of;  // control id of the leg that it is bridged with when answered
  std::vector<std::pair<std::string, std::string>> headers;  // given with a transfer
  bool inbound = false;
  bool calls_out = false;  // inbound to us: one of the account's own devices calls
  LegState state = LegState::ringing;
  Leg* peer = nullptr;
  std::string bridged_with;  // control id of the last peer
  std::string link_to;
  bool park_after_unbridge = false, bridge_on_answer = false, prevent_double_bridge = false;
  bool retry_on_timeout = true;
  std::int64_t time_limit_ms = 0;
  std::int64_t started_us = 0, answered_us = 0, bridged_us = 0, ended_us = 0;
  std::string hangup_cause, hangup_source, sip_hangup_cause;
  std::optional<Recording> record_on_answer, recording;
  std::vector<Recording> recordings;
  std::deque<Utterance> utterances;
  std::optional<Gathering> gathering;
  std::unordered_map<std::string, RememberedCommand> remembered;

  [[nodiscard]] bool alive() const noexcept { return state != LegState::ended; }
};

struct Session {
  std::string id, caller_name;
  Leg* parent = nullptr;  // null when the session began with a dial
  std::vector<Leg*> legs;
  std::vector<CommandRecord> commands;
  std::vector<WebhookRecord*> webhooks;
  std::int64_t started_us = 0, ended_us = 0;
  std::size_t alive_legs = 0;
  std::uint64_t bridges = 0;
  bool voicemail = false;  // the parent was spoken to or recorded while not bridged
};

}  // namespace ringfence::sim
