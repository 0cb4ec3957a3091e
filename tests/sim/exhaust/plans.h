// The small ring plans that a search can be given by name, one for each feature. Must not know: searches.
#pragma once

#include <string_view>
#include <vector>

#include "machine.h"

namespace ringfence::exhaust {

// False: no such plan.
[[nodiscard]] bool set_up(std::string_view name, int legs, Setup& setup);
[[nodiscard]] std::vector<std::string_view> plan_names();

}  // namespace ringfence::exhaust
