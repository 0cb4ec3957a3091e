// The rules under test as a table that is filled when it is asked: sessions in canonical form have numbers, and what
// step() makes of a session and an event is worked out once. Every step is checked there (step_checks.cc), and says
// which glare cases it was (glare.cc).
//
// Owned by the search. Must not know: worlds.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "canonical.h"
#include "core/step.h"
#include "flat_table.h"
#include "small_world.h"

namespace ringfence::exhaust {

using StepFunction = StepResult (*)(const Session&, const Event&, const Policy&);

// The rules with few and coarse times, none of which double: the orders are the same, the states are fewer.
[[nodiscard]] Policy coarse_policy();

// What is looked for. A mutant may leave the phase table, so that what it does wrong comes to light; what people notice
// makes the best story, but not every rule is there for them.
enum class Checks : std::uint8_t { all, without_table, people_only };

struct Setup {
  RingPlan plan;
  Policy policy;
  StepFunction step = nullptr;
  Checks checks = Checks::all;
};

// What an audit saw: 2 bits for each call's truth, the bridged leg, the recording.
struct Snapshot {
  std::uint32_t bits = 0;
  [[nodiscard]] static Snapshot of(const World& world);
  [[nodiscard]] Truth truth(int leg) const noexcept { return static_cast<Truth>((bits >> (2 * (leg + 1))) & 3U); }
  [[nodiscard]] int bridged() const noexcept { return static_cast<int>((bits >> 16) & 15U) - 1; }
  [[nodiscard]] bool recorded() const noexcept { return ((bits >> 20) & 1U) != 0; }
};

struct Stimulus {
  enum class Kind : std::uint8_t { tick, webhook, result, cancel, join } kind = Kind::tick;
  std::uint8_t what = 0;   // Said or Verb
  std::uint8_t place = 0;  // leg + 1
  std::int8_t attempt = 0;
  std::uint32_t more = 0;  // Reply in the low byte, or a snapshot
};
static_assert(sizeof(Stimulus) == 8);

struct alignas(64) Transition {
  std::uint32_t next = 0;
  std::uint16_t later = 0;  // grains by which the clock moved
  std::uint16_t wrong = 0;  // see Machine::violation(); 0: nothing
  std::uint32_t glare = 0;  // rows of the glare table, by bits
  std::int8_t claimed = -1;
  std::uint8_t commands = 0;
  bool tells_late = false;  // that the two did talk: true only if they did
  bool lowers = false;
  Lowered lowered{};
  std::array<Request, 8> command{};
};

// What the world asks of a session.
struct Info {
  Phase phase = Phase::none;
  std::int8_t legs = 0, winner = -1;
  std::uint8_t ended = 0;     // legs, by bits: proved or concluded,
  std::uint8_t proved = 0;    // and proved
  std::uint8_t to_tell = 0;   // whom the application is to hear of, by bits: leg + 1
  std::uint8_t screened = 0;  // legs that have to prove themselves, by bits
  bool cancelled = false, quiet = false, recording_saved = false, no_outcome = false;
  bool gives_up_transfer = false;  // with its next tick: by then the provider's own timeout has ended the ringing
  std::int32_t due = -1;           // grains from now; -1: never
  std::uint8_t open = 0;
  std::array<Request, 12> outbox{};
};

class Machine {
 public:
  explicit Machine(Setup setup);
  [[nodiscard]] std::uint32_t start() const noexcept { return start_; }
  [[nodiscard]] const Transition& start_step() const noexcept { return transitions_.front(); }
  [[nodiscard]] const Transition& step(std::uint32_t session, Stimulus stimulus);
  // The same session so many grains later, with nothing done.
  [[nodiscard]] std::uint32_t aged(std::uint32_t session, int grains);
  [[nodiscard]] const Info& info(std::uint32_t session) const noexcept { return infos_[session]; }
  [[nodiscard]] const Session& session(std::uint32_t session) const noexcept { return *sessions_[session]; }
  [[nodiscard]] const std::string& violation(std::uint16_t wrong) const noexcept { return violations_[wrong]; }
  [[nodiscard]] const Setup& setup() const noexcept { return setup_; }
  [[nodiscard]] std::size_t sessions() const noexcept { return sessions_.size(); }
  [[nodiscard]] std::size_t transitions() const noexcept { return transitions_.size(); }
  std::uint16_t note(std::string violation);
  // The event that a stimulus is to a session that lives at `now_ms`.
  [[nodiscard]] Event event_of(const Session& session, Stimulus stimulus, Millis now_ms = kNow) const;
  [[nodiscard]] Event first_event() const;  // the call comes in

 private:
  std::uint32_t intern(Session session);
  Transition take_step(const Session& before, const Event& event);
  [[nodiscard]] Info info_of(const Session& session) const;

  Setup setup_;
  std::vector<std::unique_ptr<Session>> sessions_;
  std::vector<Info> infos_;
  std::vector<Transition, HugePages<Transition>> transitions_;
  std::vector<std::string> violations_{""};
  FlatTable numbers_, steps_, ages_;
  std::uint32_t start_ = 0;
};

// step_checks.cc: what must never be, in one step. "" is nothing.
[[nodiscard]] std::string wrong_step(const Session& before, const Event& event, const StepResult& result,
                                     const Policy& policy, Checks checks);
// glare.cc
[[nodiscard]] std::uint32_t glare_of(const Session& before, const Event& event, const Session& next);

}  // namespace ringfence::exhaust
