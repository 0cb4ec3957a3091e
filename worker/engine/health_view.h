// The numbers as JSON, for `GET /health`. Used by control.cc. Must not know: requests, which numbers there are.
#pragma once

#include "engine/measures.h"
#include "shared/json.h"

namespace ringfence {

// An object for each group, those of the worker as a whole beside them.
[[nodiscard]] Json health_view(const Measures& measures);

}  // namespace ringfence
