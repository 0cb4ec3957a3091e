// What we ask of the provider, and what came of it. Plain values; adapters/telnyx turns them into HTTP.
// Must not know: HTTP, curl, JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/plan.h"
#include "shared/ids.h"

namespace ringfence {

inline constexpr int kParent = -1;      // a leg index that means the caller's call
inline constexpr int kUnknownLeg = -2;  // an event of this session about a leg we cannot name
// An audit of every live call of the connection that has a client_state, instead of one session's records.
inline constexpr std::string_view kEverySession = "*";

// notify is not for the provider: it tells the organisation's own application what became of a call (ports/notifier.h).
enum class Verb : std::uint8_t {
  dial,
  answer,
  bridge,
  hangup,
  speak,
  record_start,
  audit,
  transfer,
  reject,
  gather,
  notify
};
[[nodiscard]] std::string_view name_of(Verb verb) noexcept;
[[nodiscard]] bool parse_verb(std::string_view name, Verb& verb) noexcept;

// A command with everything its request needs. materialize() in step.h builds it from the session, so that a resend
// after a crash is identical byte for byte.
struct Command {
  CommandId id;  // stable: derived from session, verb, leg and attempt
  Verb verb = Verb::hangup;
  int leg = kParent;                   // whom it concerns; bridge, transfer: the winner. speak: caller or loser
  int attempt = 1;                     // a new attempt is a new decision with a new id; a resend keeps both
  int tries = 1;                       // how often it was handed to the wire, this time included
  std::string call_control_id;         // the call the request addresses; empty for dial and audit
  std::string peer;                    // bridge: the winner's call_control_id. dial: the parent's (link_to)
  std::string connection_id;           // dial, audit
  std::string call_session_id;         // audit, or kEverySession
  bool live_calls = false;             // audit: also the list of all live calls of the connection
  std::string cursor;                  // audit of kEverySession: where its list goes on; empty: at its beginning
  SessionId session;                   // audit: a live call whose client_state names it is one of its legs, too
  std::string to, from, display_name;  // dial, transfer
  std::string client_state;            // base64, all but audit and notify
  std::string text;                    // speak, gather
  bool dual_channel = false;           // record_start: both sides of a bridged call; single for voicemail
  bool beep = false;                   // record_start
  int timeout_secs = 0;                // dial, transfer: of ringing; gather: of waiting for one digit
  int time_limit_secs = 0;             // dial, transfer
  int max_length_secs = 0;             // record_start of a voicemail; 0 = no limit of ours
  bool detect_machine = false;         // dial
  bool prevent_double_bridge = false;  // bridge
  std::string target_client_state;     // transfer: that of the leg it makes
  std::vector<SipHeader> headers;      // transfer
  bool busy = false;                   // reject: as busy, else as rejected
  std::string organisation;            // notify: whose application
  std::string body;                    // notify: JSON
  Millis not_after_ms = 0;             // notify: it leaves until then or not at all; 0: whenever
};

// ok: the provider said yes.  refused: a definite no (4xx).  not_sent: it cannot have been executed.
// unknown: it may have been (timeout, 5xx, connection lost): only an identical resend or a look is safe.
enum class OutcomeClass : std::uint8_t { ok, refused, not_sent, unknown };
[[nodiscard]] std::string_view name_of(OutcomeClass outcome) noexcept;

// One leg as the provider's own records show it (the answer to an audit).
struct AuditedLeg {
  std::string call_control_id, call_leg_id, client_state;
  bool answered = false, bridged = false, ended = false, alive = false;
  bool recording_saved = false;
  std::string hangup_cause;
  std::string call_session_id;  // of a live call, as is
  Millis age_ms = 0;            // since it began
};

struct CommandOutcome {
  OutcomeClass outcome = OutcomeClass::unknown;
  int http_status = 0;                                        // 0: no answer
  std::string error_code;                                     // the provider's, such as "90018"
  std::string detail;                                         // for the ladder; no secrets
  Millis retry_after_ms = 0;                                  // from 429/503, 0 = not said
  std::string call_control_id, call_leg_id, call_session_id;  // dial
  std::string recording_id;
  std::vector<AuditedLeg> legs;       // audit
  bool audit_complete = false;        // every page was read, of both lists: absence means something
  bool events_read = false;           // every recorded event of the session was read
  std::string cursor;                 // of kEverySession: where the list goes on; empty: it was read to its end
  std::optional<Millis> waited_ms{};  // from being handed over until it left; none: it did not leave, or not said
};

}  // namespace ringfence
