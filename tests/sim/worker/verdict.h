// What must be true of a call after everything was healed, by what the store, the provider and the application have:
// used by the house. Must not know: how it came about.
#pragma once

#include <string>

#include "core/session.h"
#include "lying_application.h"
#include "lying_store.h"
#include "lying_telnyx.h"

namespace ringfence::sim {

// "" or the first thing that is wrong.
[[nodiscard]] std::string wrong_session(const Session& session, const StoredRow& row, const LyingTelnyx& telnyx,
                                        const LyingApplication& application);

}  // namespace ringfence::sim
