// A worker's lanes, cache and gate on a real store as the performer of a scenario: what step() decides is committed,
// leaves through the gate, and is read back from the store after every event. Used by main.cc. Must not know: which
// store it is, the language of scenarios.
#pragma once

#include <functional>
#include <memory>

#include "ports/store.h"
#include "scenarios/virtual_time.h"
#include "unit/store/bench.h"

namespace ringfence::scenario {

// An empty store each time it is called.
using NewStore = std::function<std::unique_ptr<Store>()>;

[[nodiscard]] std::unique_ptr<Performer> perform_on_store(test::Bench& bench, const NewStore& store,
                                                          const SessionId& session, const Policy& policy,
                                                          Transitions& seen);

}  // namespace ringfence::scenario
