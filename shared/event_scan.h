// Finds the id, the type and the call of an event in its verified JSON body without building a tree.
// One pass, no allocation, bounded depth. Whatever jansson would refuse or read differently is refused here too, and so
// are keys of ours that are repeated; a key repeated elsewhere is the worker's to refuse. Stricter than jansson: values
// are printable ASCII, no escapes in keys next to ours, reals below 1e308. Tests compare the two on random and mutated
// bodies. Must not know: nginx, frames.
#pragma once

#include <optional>
#include <string_view>

#include "shared/bytes.h"

namespace ringfence {

// Views borrow from the body. Values are plain: an escape inside one of them makes the body malformed for us.
struct ScannedEvent {
  std::string_view id;         // data.id, never empty, at most limits::kFieldBytes
  std::string_view type;       // data.event_type; empty when absent
  std::string_view partition;  // data.payload.call_session_id; empty when absent
};

// nullopt: not one complete JSON object (RFC 8259, valid UTF-8), nested deeper than limits::kJsonDepth, or without
// exactly one non-empty string at data.id.
[[nodiscard]] std::optional<ScannedEvent> scan_event(ByteView body) noexcept;

}  // namespace ringfence
