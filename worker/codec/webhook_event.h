// Telnyx's webhook JSON, already verified at the edge, as an Event. Tolerant of unknown fields and types, strict about
// the types of those it reads. Must not know: frames, signatures.
#pragma once

#include <string_view>

#include "core/event.h"
#include "shared/bytes.h"
#include "shared/result.h"

namespace ringfence {

// `session` of the result is client_state's when it is ours, else the leg's own id when the event is about a call,
// else empty: an event of another family (message.*, 10dlc.*), accepted and ignored.
// A call's event without the wrapper `data`, as a few arrive, gets an id made of what it says.
// `at_ms` is left 0 for the caller. Errors: `invalid`, with what was expected.
[[nodiscard]] Result<Event> decode_webhook(ByteView body);

}  // namespace ringfence
