// One line of a call's ladder: what happened, what it changed, what was asked for because of it. Written with the
// commit it describes, read by `ringctl call`, `ringctl watch` and the demo. Must not know: stores, terminals.
#pragma once

#include <string>

#include "core/step.h"

namespace ringfence {

// Compact JSON: {"session","v","at_ms","event","id","leg","detail","phase","winner","commands":[{"verb","leg","id",
// "attempt","tries"}]}, and "given_up":[{"leg","why"}] when legs were. Phone numbers are masked to their last four
// digits; device names are not.
[[nodiscard]] std::string ladder_line(const Session& before, const Event& event, const StepResult& result,
                                      std::uint64_t version);

}  // namespace ringfence
