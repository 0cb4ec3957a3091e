// A plan as a picture: a row for each device, time from left to right, who rings when, and what comes afterwards.
// Used by plan_command.cc. Must not know: files, how a plan came about.
#pragma once

#include <string>
#include <vector>

#include "core/plan.h"
#include "ctl/terminal.h"
#include "directory/plan_spec.h"
#include "shared/json.h"

namespace ringfence::ctl {

// The plan of one call. `why`: the steps of its decision, may be empty.
[[nodiscard]] std::string plan_view(const Look& look, const RingPlan& plan, const std::vector<std::string>& why,
                                    const PlanRules& rules);
[[nodiscard]] Json plan_json(const RingPlan& plan, const std::vector<std::string>& why, const PlanRules& rules);

}  // namespace ringfence::ctl
