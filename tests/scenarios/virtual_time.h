// A performer whose clock is the scenario's: deadlines come true when they are due, not a moment later, and each step
// is seen by itself, so that it can be held against the phase table. Base of step() as a performer and of on_store/.
// Must not know: the language of scenarios.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "core/phase_table.h"
#include "core/policy.h"
#include "performer.h"

namespace ringfence::scenario {

// One bit for each phase that an event of this kind led to from this phase.
using Transitions = std::array<std::array<std::uint16_t, kEventKinds>, kPhases>;

class InVirtualTime : public Performer {
 public:
  // What leads from which phase to which is added to `seen`.
  explicit InVirtualTime(Transitions& seen) : seen_(seen) {}
  std::vector<Command> take(const Event& event) final;
  std::optional<Happened> pass(Millis at_ms) final;
  std::string trouble() const final { return trouble_; }

 protected:
  virtual std::vector<Command> happen(const Event& event) = 0;
  std::string trouble_;

 private:
  Transitions& seen_;
  Millis now_ms_ = kStartMs;
  int ticks_ = 0;  // since the last event
  int all_ticks_ = 0;
};

// step() and nothing else.
[[nodiscard]] std::unique_ptr<Performer> perform_by_step(const SessionId& session, const Policy& policy,
                                                         Transitions& seen);

}  // namespace ringfence::scenario
