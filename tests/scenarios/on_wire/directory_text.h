// A scenario's plan as somebody would write it into a directory: an organisation of its own, with its user, devices and
// number. Used by main.cc and on_wire.cc. Must not know: how it is played.
#pragma once

#include <set>
#include <string>

#include "scenarios/script.h"

namespace ringfence::scenario {

// Where a call of this script comes from and goes to.
struct Place {
  std::string organisation, user, from, to;
};
[[nodiscard]] Place place_of(const Script& script);

// All times `stretch` times as long. A device that the script lets register is known, but asleep until it is `awake`.
[[nodiscard]] std::string directory_text(const Script& script, double stretch, const std::set<std::string>& awake);

}  // namespace ringfence::scenario
