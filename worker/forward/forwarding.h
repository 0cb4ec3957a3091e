// How the events about one subject reach their consumer: the rules. Pure and total, as step() is for calls: the same
// record, event and time give the same answer on every worker.
//
//   an event ─► further than what was told? ─ yes ─► owed: in the place of what is owed and not taken ─► on the wire
//                      │                                                      ▲                              │
//                      no: overtaken, or known                                └─── not taken, or no answer ──┘
//
// A notice is stored before it is sent, one of a subject at a time, and sent again under its id until it is taken
// (2xx), not wanted (410) or too old. It leaves within limits::kForwardStartMs or not at all, so that after answer_ms
// none is on its way any more. Used by engine/forwarder.cc. Must not know: stores, HTTP, who the consumers are.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/command.h"
#include "forward/other_event.h"

namespace ringfence {

struct ForwardingPolicy {
  Millis pause_ms = 2'000;  // after a notice that was not taken; doubles
  Millis most_pause_ms = 3'600'000;
  Millis answer_ms = 15'000;         // a notice without an answer for so long has lost whoever waited for it
  Millis try_ms = 24LL * 3'600'000;  // a notice that is not taken is given up
  Millis aside_ms = 60'000;          // how long one is left to a worker that knows its consumer
};

struct Notice {
  std::string id;              // the same in every try
  std::uint64_t sequence = 0;  // of its subject: grows
  OtherEvent event;
  Millis since_ms = 0;  // owed since
};

struct Forwarding {
  std::string subject;
  std::string type;  // of the furthest event that is known of it
  int stage = 0;
  Millis at_ms = 0;
  std::vector<std::string> events;  // that are as far as that, by their ids
  // Of the last notice; 0: nothing is known yet. Unix ms where that is more, so that it grows also when the record was
  // forgotten in between.
  std::uint64_t sequence = 0;
  std::optional<Notice> owed;
  int tries = 0;                // of what is owed
  Millis next_ms = 0;           // it is not sent before
  std::string on_wire;          // the id of the notice that is, which may have been replaced since, and
  int on_wire_try = 0;          // which of its tries
  Millis on_wire_until_ms = 0;  // then its answer counts as lost
};

struct NoticeAnswered {
  std::string id;
  int tries = 0;  // which of them
  OutcomeClass outcome = OutcomeClass::unknown;
  int http_status = 0;
  Millis retry_after_ms = 0;
};
struct ForwardingTick {  // time has passed
  bool wanted = true;    // somebody here knows the consumer
};
using ForwardingEvent = std::variant<OtherEvent, NoticeAnswered, ForwardingTick>;

// What became of a notice, or of an event.
enum class ForwardingEnd : std::uint8_t {
  none,
  taken,      // by the consumer
  gone,       // 410: it does not want it
  given_up,   // it was offered for ForwardingPolicy::try_ms
  known,      // the event was told of, or is about to be
  overtaken,  // the event says what is not so any more
  replaced    // the notice was not taken before there was a newer one of its subject
};
inline constexpr std::size_t kForwardingEnds = static_cast<std::size_t>(ForwardingEnd::replaced) + 1;
[[nodiscard]] std::string_view name_of(ForwardingEnd end) noexcept;

struct ForwardingStep {
  Forwarding next;
  bool changed = false;  // false: nothing to store
  bool send = false;     // next.owed, once `next` is durable; its answer comes back as NoticeAnswered
  ForwardingEnd end = ForwardingEnd::none;
};

[[nodiscard]] ForwardingStep step(const Forwarding& record, const ForwardingEvent& event, Millis now_ms,
                                  const ForwardingPolicy& policy);

// When it wants its next tick, Unix ms; 0 = never.
[[nodiscard]] Millis due_ms(const Forwarding& record);

}  // namespace ringfence
