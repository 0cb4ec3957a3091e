// Who plays the session of a scenario: step() itself (performer.cc), a worker on a real store (on_store/), or the whole
// product behind its sockets (on_wire/). Used by stage.cc, which compares what comes of it. Must not know: the language
// of scenarios.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/step.h"

namespace ringfence::scenario {

// Scenario time 0 as the stage counts it: any plausible date does.
inline constexpr Millis kStartMs = 1'800'000'000'000;

class Performer {
 public:
  virtual ~Performer() = default;
  Performer() = default;
  Performer(const Performer&) = delete;
  Performer& operator=(const Performer&) = delete;

  // One event of the session at event.at_ms; returns what is handed over because of it, as far as it is known at once.
  [[nodiscard]] virtual std::vector<Command> take(const Event& event) = 0;
  // What happens by itself next, at `at_ms` at the latest. nullopt: nothing did, and it is `at_ms` now.
  struct Happened {
    Millis at_ms = 0;
    std::vector<Command> commands;
  };
  [[nodiscard]] virtual std::optional<Happened> pass(Millis at_ms) = 0;
  // A line is not as expected yet: what else comes of it. nullopt: nothing, this is all.
  [[nodiscard]] virtual std::optional<std::vector<Command>> more() { return std::nullopt; }
  [[nodiscard]] virtual const Session& session() const = 0;
  // The worker dies and another one goes on with the document: what was in memory is gone.
  virtual void crash() = 0;
  // The store has nothing of this session any more.
  virtual void forget() = 0;
  [[nodiscard]] virtual std::vector<std::string> ladder() = 0;
  // What went wrong besides what a scenario asks for; empty: nothing.
  [[nodiscard]] virtual std::string trouble() const = 0;

  // Real time is not as exact as the scenario's: a moment of the session as the scenario counts it, how far off it may
  // be, and how long to listen after the last line.
  [[nodiscard]] virtual Millis told_ms(Millis at_ms) const { return at_ms; }
  [[nodiscard]] virtual Millis tolerance_ms() const { return 0; }
  [[nodiscard]] virtual Millis tail_ms() const { return 0; }
};

}  // namespace ringfence::scenario
