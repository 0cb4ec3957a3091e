// What a plan does when nobody answers: who rings from when to when. By the rules of the session (early start when
// nothing rings, refill when a channel is free), so that a plan can be judged and drawn before a call meets it.
// Used by plan_compiler.cc and `ringctl plan`. Must not know: sessions, directories.
#pragma once

#include <vector>

#include "directory/plan_spec.h"

namespace ringfence {

struct TimelineRow {
  std::size_t destination = 0;  // index
  bool rings = false;           // false: it waits for a channel until the ringing is over
  Millis from_ms = 0, until_ms = 0;
  Millis screened_ms = 0;  // when an answer of the last moment has proved itself; until_ms when it needs not
  Millis waited_ms = 0;    // for a channel
  Millis early_ms = 0;     // so much before its time, as nothing rang any more
};

struct Timeline {
  std::vector<TimelineRow> rows;  // one for each destination
  Millis over_ms = 0;             // nobody rings any more: what on_unanswered says comes now
};

[[nodiscard]] Timeline timeline(const RingPlan& plan, const PlanRules& rules);

}  // namespace ringfence
