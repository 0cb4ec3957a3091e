// The engine's counters as JSON, for `GET /health`. Used by control.cc. Must not know: requests.
#pragma once

#include "engine/engine_stats.h"
#include "shared/json.h"

namespace ringfence {

[[nodiscard]] Json engine_view(const EngineStats& stats);

}  // namespace ringfence
