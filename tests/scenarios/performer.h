// Who plays the session of a scenario: step() itself (performer.cc), or a worker on a real store (on_store/). Used by
// stage.cc, which compares what comes of it. Must not know: the language of scenarios.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/policy.h"
#include "core/step.h"

namespace ringfence::scenario {

class Performer {
 public:
  virtual ~Performer() = default;
  Performer() = default;
  Performer(const Performer&) = delete;
  Performer& operator=(const Performer&) = delete;

  // One event of the session at event.at_ms; returns what is handed over because of it.
  [[nodiscard]] virtual std::vector<Command> take(const Event& event) = 0;
  [[nodiscard]] virtual const Session& session() const = 0;
  // The worker dies and another one goes on with the document: what was in memory is gone.
  virtual void crash() = 0;
  // The store has nothing of this session any more.
  virtual void forget() = 0;
  [[nodiscard]] virtual std::vector<std::string> ladder() = 0;
  // What went wrong besides what a scenario asks for; empty: nothing.
  [[nodiscard]] virtual std::string trouble() const = 0;
};

// step() and nothing else.
[[nodiscard]] std::unique_ptr<Performer> perform_by_step(const SessionId& session, const Policy& policy);

}  // namespace ringfence::scenario
