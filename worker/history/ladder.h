// One line of a call's ladder: what happened, what it changed, what was asked for because of it. Written with the
// commit it describes, read by `ringctl call`, `ringctl watch` and the demo. Must not know: stores, terminals.
#pragma once

#include <string>

#include "codec/json_fields.h"
#include "core/step.h"

namespace ringfence {

// Compact JSON: {"session","v","at_ms","event","id","leg","detail","phase","winner","commands":[{"verb","leg","id",
// "attempt","tries"}]}, and "given_up":[{"leg","why"}] when legs were. Phone numbers are masked to their last four
// digits; device names are not.
[[nodiscard]] std::string ladder_line(const Session& before, const Event& event, const StepResult& result,
                                      std::uint64_t version);

// Parts of it, also of a row of the event log: {"leg","detail"}, and what a step changed and asked for, from "was" on.
void describe_fact(JsonFieldWriter& line, const Session& session, const WebhookFact& fact);
void describe_step(JsonFieldWriter& line, const Session& before, const StepResult& result);

}  // namespace ringfence
