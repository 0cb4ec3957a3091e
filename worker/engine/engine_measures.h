// What the engine counts, as numbers with their names. The one place where they are listed. Used by control.cc. Must
// not know: how they are shown.
#pragma once

#include "engine/engine_stats.h"
#include "engine/measures.h"

namespace ringfence {

void add_engine_measures(Measures& measures, const EngineStats& stats);

}  // namespace ringfence
