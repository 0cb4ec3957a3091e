// What is to become of one call, resolved from the directory once and stored with the session: a later change of the
// directory never touches a call that is under way. A plan is compiled: waves and delays of the configuration have
// become one moment for each device (plan_compiler.h). Must not know: how the directory is kept.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence {

using Millis = std::int64_t;  // Unix milliseconds, or a span of them

enum class Route : std::uint8_t {
  ring,       // devices are dialled, the first accepted answer is bridged
  transfer,   // one destination, dialled and bridged by the provider: the caller hears its ringing
  agent,      // the caller is answered first, then transferred to the AI agent
  voicemail,  // nobody is rung
  reject,     // not taken: a blocked caller
};
[[nodiscard]] std::string_view name_of(Route route) noexcept;

// When an answer counts. A leg that has to prove itself first does so while the others keep ringing.
enum class Verify : std::uint8_t {
  none,            // at once
  press1,          // a key was pressed
  amd,             // the provider heard a person; when it is not sure, as press1
  press1_if_fast,  // as press1 when answered faster than people do: a mobile carrier's mailbox
};
[[nodiscard]] std::string_view name_of(Verify verify) noexcept;

enum class OnRefusal : std::uint8_t { ring_on, stop };                     // what one device's "no" does to the others
enum class OnWinnerLost : std::uint8_t { voicemail, ring_again, hangup };  // the person who took the call is gone again
enum class OnUnanswered : std::uint8_t { voicemail, hangup };
[[nodiscard]] std::string_view name_of(OnRefusal what) noexcept;
[[nodiscard]] std::string_view name_of(OnWinnerLost what) noexcept;
[[nodiscard]] std::string_view name_of(OnUnanswered what) noexcept;

struct Destination {
  std::string device;     // the device's name in the directory, unique within its user
  std::string to;         // what is dialled: a SIP URI or a number
  Millis after_ms = 0;    // dialled so long after the ringing began, or earlier when nothing rings any more
  Millis timeout_ms = 0;  // rings for this long; 0: Policy::leg_ms
  int priority = 0;       // smaller is dialled first when channels are few
  Verify verify = Verify::none;
  bool operator==(const Destination&) const = default;
};

struct SipHeader {
  std::string name, value;  // both printable ASCII
  bool operator==(const SipHeader&) const = default;
};

struct RingPlan {
  Route route = Route::ring;
  std::string organisation;
  std::string user;                       // empty: the number has no receiver
  std::string name;                       // of the plan in the directory; empty: the plain one, all devices at once
  std::string greeting;                   // spoken when nobody answers
  std::string note;                       // why destinations is empty or short, for the ladder
  std::vector<Destination> destinations;  // empty: straight to voicemail; at most limits::kLegs
  Millis ring_ms = 0;                     // T_ring; 0: Policy::ring_ms
  int max_channels = 0;                   // legs that may exist at once; 0: no limit of ours
  OnRefusal on_decline = OnRefusal::ring_on;
  OnRefusal on_busy = OnRefusal::ring_on;
  OnWinnerLost on_winner_lost = OnWinnerLost::voicemail;
  OnUnanswered on_unanswered = OnUnanswered::voicemail;
  Millis hold_losers_ms = 0;       // losers keep ringing until the bridge is up, at most so long
  bool no_record = false;          // leave the conversation unrecorded
  bool busy = false;               // Route::reject: as busy, else as rejected
  bool notify = false;             // the organisation's application is told what became of the call (outcome.h)
  bool notify_ringing = false;     // and, while it rings, that it does
  bool outbound = false;           // one of our own devices calls: hung up where a caller would be rejected
  std::string caller_id;           // shown to the destination of a transfer, without a name; empty: the caller's
  std::vector<SipHeader> headers;  // Route::agent
  std::string home;                // the call begins while the store is away: what its legs are marked with
  bool operator==(const RingPlan&) const = default;
};

}  // namespace ringfence
