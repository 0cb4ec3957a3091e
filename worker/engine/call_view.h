// A session as the operator sees it: JSON with names instead of numbers, phone numbers masked.
// Used by control.cc. Must not know: stores, requests.
#pragma once

#include "core/session.h"
#include "shared/json.h"

namespace ringfence {

// One row of `GET /calls`.
[[nodiscard]] Json call_row(const Session& session, std::uint64_t version);
// The row, its legs and its outbox: `GET /calls/ID`.
[[nodiscard]] Json call_view(const Session& session, std::uint64_t version);

}  // namespace ringfence
