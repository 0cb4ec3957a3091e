// What the fallback counts, as numbers with their names. Used by main. Must not know: how they are shown.
#pragma once

#include "engine/measures.h"
#include "fallback/fallback_store.h"

namespace ringfence {

void add_fallback_measures(Measures& measures, const FallbackStats& stats, FallbackPolicy policy, Millis now_ms);

}  // namespace ringfence
