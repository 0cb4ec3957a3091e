// A command as Telnyx wants it: method, path and JSON body (facts: Telnyx, commands). Pure. Used by client.cc.
// Must not know: curl, connections, the API key.
#pragma once

#include <string>
#include <string_view>

#include "adapters/http/http_request.h"
#include "core/command.h"
#include "shared/result.h"

namespace ringfence {

// Everything but RFC 3986 "unreserved" is encoded: call_control_ids are opaque and have held '/', '=' and ':'.
[[nodiscard]] std::string percent_encoded(std::string_view text);

// All verbs but audit, which is a walk over pages (audit.h). Error: the command lacks the id its path needs.
[[nodiscard]] Result<HttpRequest> build_request(const Command& command, std::string_view voice);

// One page of the two listings an audit reads. Pages count from 1; an empty cursor is the first page.
[[nodiscard]] HttpRequest call_events_request(std::string_view call_session_id, int page);
[[nodiscard]] HttpRequest active_calls_request(std::string_view connection_id, std::string_view cursor);

// The cheapest authenticated GET; its answer does not matter, the warm connection does.
[[nodiscard]] HttpRequest keep_warm_request();

}  // namespace ringfence
