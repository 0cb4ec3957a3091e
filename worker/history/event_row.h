// The rows of the event log: one for each webhook that was accepted, written by the commit that applies it, and one for
// each that could not be applied so far. Used by the engine, which writes them, and by whoever puts an event through it
// again. Must not know: lists, stores, how long rows are kept.
#pragma once

#include <string>
#include <string_view>

#include "core/step.h"
#include "shared/json.h"
#include "shared/result.h"

namespace ringfence {

// How a webhook came to us.
struct Delivery {
  std::string source;      // the scheme that it was verified by
  std::string type;        // as the edge read it, for events that we cannot read
  Millis received_ms = 0;  // by the edge's clock
  Millis occurred_ms = 0;  // by the provider's; 0: not said
  int attempt = 0;         // the provider's count; 0: not said
  std::string delivered_to;
  std::size_t bytes = 0;  // of the body,
  std::string body;       // which is kept only when it is asked for, and then up to limits::kKeptBodyBytes
  bool again = false;     // an operator puts it through once more: it begins no call, and
  bool begins = false;    // this exception is an offer so fresh that its caller still waits
};

// What of the event itself a row keeps.
enum class EventPayload : std::uint8_t {
  facts,  // what ringd read in it: enough to put it through again
  body,   // as it came, for what ringd does not read
  none    // neither: no numbers are stored; it cannot be put through again
};

// {"at_ms","event","type","source","received_ms","occurred_ms","attempt","delivered_to","bytes"}, then of an event that
// was applied {"session","v"}, "leg", "detail", and what it did as in a ladder line:
// {"was","phase","winner","commands",
// ...}, else "session" and "why"; then "e" or "body_base64", or both where only the beginning of the body was kept.
[[nodiscard]] std::string applied_row(const Session& before, const Event& event, const StepResult& result,
                                      std::uint64_t version, const Delivery& delivery, EventPayload payload);
[[nodiscard]] std::string other_row(const Event& event, const Delivery& delivery, std::string_view why, int tries,
                                    EventPayload payload);

// The event of a row and how it came. Errors: nothing of it was kept, or it cannot be read.
struct LoggedEvent {
  Event event;
  Delivery delivery;
};
[[nodiscard]] Result<LoggedEvent> read_row(std::string_view row);

// Takes out what not everybody may read.
void mask_row(json_t* row);

}  // namespace ringfence
