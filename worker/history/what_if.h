// What would have become of a stored call with another plan: its people do what they did then, each device from the
// moment it is dialled, the caller at his times, and step() decides by the new plan. Where the log does not tell what
// somebody would have done, something plain is assumed and said. Used by engine/past_calls.cc. Must not know: stores.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/policy.h"
#include "core/session.h"
#include "directory/plan_spec.h"
#include "shared/result.h"

namespace ringfence {

struct WhatIf {
  Session session;
  std::vector<std::string> ladder;
  std::vector<std::string> doubts;  // sentences: where the log's facts no longer apply, and what is assumed instead
};

// `plan_text`: one `plan NAME { ... }` (plan_parser.h). Errors: the log cannot be played (replay.h), or the plan is
// wrong or cannot work, with FILE:LINE.
[[nodiscard]] Result<WhatIf> what_if(const std::vector<std::string>& ladder, std::string_view file_name,
                                     std::string_view plan_text, const PlanRules& rules, const Policy& policy);

}  // namespace ringfence
