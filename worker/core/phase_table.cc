// See phase_table.h.
#include "core/phase_table.h"

#include "core/step.h"

namespace ringfence {

bool keeps_to_table(const Session& before, const Event& event, const Session& next) {
  if (before.phase == next.phase) return true;
  const Millis due = due_ms(before);
  return is_allowed(before.phase, kind_of(event), next.phase, due != 0 && due <= event.at_ms);
}

}  // namespace ringfence
