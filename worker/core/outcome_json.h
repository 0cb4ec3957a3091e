// What an organisation's application is told, as JSON: one document when a call rings, one for the call, one for each
// device, one for the recording. Rebuilt for each resend from facts that stand once they are told, so that every copy
// is the same byte for byte. Used by materialize(). Must not know: signatures, HTTP.
#pragma once

#include <string>

#include "core/session.h"

namespace ringfence {

// {"type":"call.ended","timestamp":...,"data":{...}}
[[nodiscard]] std::string session_outcome_json(const Session& session);
// {"type":"call.device","timestamp":...,"data":{...}}
[[nodiscard]] std::string device_outcome_json(const Session& session, std::size_t leg);
// {"type":"call.recording","timestamp":...,"data":{...}}; `told_ms`: when that was decided. A recording known from the
// provider's records alone has no URL.
[[nodiscard]] std::string recording_json(const Session& session, Millis told_ms);

// {"type":"call.ringing","timestamp":...,"data":{...}}; `told_ms` as above.
[[nodiscard]] std::string ringing_json(const Session& session, Millis told_ms);

}  // namespace ringfence
