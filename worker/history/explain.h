// A call told in words: why each device rang and why it stopped. A pure function of the stored session.
// Used by engine/past_calls.cc. Must not know: ladders, stores, terminals.
#pragma once

#include <string>
#include <vector>

#include "core/session.h"

namespace ringfence {

// Sentences, one a line; phone numbers masked. Times count from the moment the call came in.
[[nodiscard]] std::vector<std::string> explain(const Session& session);

}  // namespace ringfence
