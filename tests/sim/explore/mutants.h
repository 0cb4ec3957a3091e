// step() with one rule broken, by a wrapper around it: the walker and the explorer must notice each one. A rule whose
// removal nobody notices is either dead or untested. Must not know: product code's insides.
#pragma once

#include <string_view>
#include <vector>

#include "world.h"

namespace ringfence::explore {

struct Mutant {
  std::string_view name;
  StepFunction step;
};

[[nodiscard]] const std::vector<Mutant>& mutants();
[[nodiscard]] const std::vector<Mutant>& more_mutants();       // of plans, screening, transfers, recordings
[[nodiscard]] const std::vector<Mutant>& fact_mutants();       // of deadlines, and of what is believed of whom
[[nodiscard]] StepFunction step_named(std::string_view name);  // "design" is the real one; nullptr: no such

}  // namespace ringfence::explore
