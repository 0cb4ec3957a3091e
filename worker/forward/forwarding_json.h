// A subject's record as it is stored, and what a consumer is told of an event. Used by engine/forwarder.cc. Must not
// know: where either goes.
#pragma once

#include <string>
#include <string_view>

#include "forward/forwarding.h"
#include "shared/result.h"

namespace ringfence {

[[nodiscard]] std::string encode_forwarding(const Forwarding& record);
// Errors: unavailable, a newer ringd wrote it; invalid, it is none.
[[nodiscard]] Result<Forwarding> decode_forwarding(std::string_view document);

// {"type":"message.finalized","timestamp":...,"data":{"subject":...,"sequence":2,"event_id":...,"event":{...}}}, byte
// for byte the same in every try. `event` is what the provider said; of one that was longer than limits::kForwardBytes
// there is "bytes" instead.
[[nodiscard]] std::string notice_json(const Forwarding& record);

}  // namespace ringfence
