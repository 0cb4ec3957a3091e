// A written plan and the devices of a user become a RingPlan: waves and delays turn into one moment for each device. A
// plan that cannot work is refused with the line and the reason, before a call meets it.
// Used by directory.cc, directory_parser.cc, history/what_if.cc, ringctl. Must not know: who is online, what time it
// is.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "directory/plan_spec.h"
#include "shared/result.h"

namespace ringfence {

// A device that can be dialled now (compile_plan), or that there is (check_plan).
struct PlanTarget {
  std::string name, to;
  Verify verify = Verify::none;
};

struct PlanFault {
  int line = 0;
  std::string text;  // what is wrong; what was expected
};

// nullopt: it can work, also when one of its devices rings alone. `channels`: that the provider gives; 0: not known.
[[nodiscard]] std::optional<PlanFault> check_plan(const PlanSpec& plan, std::span<const PlanTarget> devices,
                                                  int channels, const PlanRules& rules);

// Fills destinations and rules of `out`. A device of the plan that is not among `targets` is left out; the session
// starts the others early when nothing rings.
void compile_plan(const PlanSpec& plan, std::span<const PlanTarget> targets, int channels, const PlanRules& rules,
                  RingPlan& out);

// A plan text alone, whose devices are SIP names at `domain`; checked. For scenarios and `ringctl plan`.
[[nodiscard]] Result<RingPlan> compile_plan_text(std::string_view file_name, std::string_view text,
                                                 std::string_view domain, const PlanRules& rules = {});

}  // namespace ringfence
