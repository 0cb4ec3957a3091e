// The provider's answer as a CommandOutcome. Pure; the body is hostile until parsed. Used by client.cc.
// Must not know: curl, who asked.
#pragma once

#include <string>
#include <string_view>

#include "core/command.h"

namespace ringfence {

// `outcome` is the class outcome.h found; only a dial whose ids cannot be read changes it (to unknown: the call may
// ring, and without its id nobody can hang it up).
[[nodiscard]] CommandOutcome parse_response(Verb verb, OutcomeClass outcome, int http_status, std::string_view body);

}  // namespace ringfence
