// Telnyx's webhook JSON, already verified at the edge, as an Event. Tolerant of unknown fields and types, strict about
// the types of those it reads. Must not know: frames, signatures.
#pragma once

#include <string_view>

#include "core/event.h"
#include "shared/bytes.h"
#include "shared/result.h"

namespace ringfence {

// What is around the event: when, and the how manieth time it is delivered where.
struct Envelope {
  Millis occurred_ms = 0;  // by the provider's clock; 0: not said, or not in UTC
  int attempt = 0;         // from 1; 0: not said
  std::string delivered_to;
};

// `session` of the result is client_state's when it is ours, else the leg's own id when the event is about a call,
// else empty: an event of another family (message.*, 10dlc.*), accepted and ignored.
// A call's event without the wrapper `data`, as a few arrive, gets an id made of what it says.
// `at_ms` is left 0 for the caller. `envelope`, if any, is filled in with whatever of it can be read, also on an error.
// Errors: `invalid`, with what was expected.
[[nodiscard]] Result<Event> decode_webhook(ByteView body, Envelope* envelope = nullptr);

}  // namespace ringfence
