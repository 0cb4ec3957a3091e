// What `ringctl health` says of the fallback. Used by main. Must not know: requests.
#pragma once

#include "fallback/fallback_store.h"
#include "shared/json.h"

namespace ringfence {

[[nodiscard]] Json fallback_view(const FallbackStats& stats, FallbackPolicy policy, Millis now_ms);

}  // namespace ringfence
