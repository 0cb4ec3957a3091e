// The stored form of an event: what a ladder line keeps, so that a call can be played again through step().
// Must not know: ladders, stores.
#pragma once

#include <string>

#include "core/event.h"
#include "shared/json.h"
#include "shared/result.h"

namespace ringfence {

// An object without the event's id, session and time, which the line has. Empty when it is larger than
// limits::kStoredEventBytes: such a call cannot be played again.
[[nodiscard]] std::string encode_event(const Event& event);
[[nodiscard]] Result<Event> decode_event(const json_t* object);

}  // namespace ringfence
