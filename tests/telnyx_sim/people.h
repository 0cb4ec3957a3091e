// Scripted people: what the caller and the called do, when. Owned by Simulation, driven by the moves of legs.
// Must not know: HTTP, the commands that caused a move.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "shared/json.h"
#include "shared/result.h"
#include "telnyx_sim/state.h"

namespace ringfence::sim {

inline constexpr std::size_t kPeoplePerCall = 256;

// One called person. Times count from the start of ringing; with none of them set the person never answers.
struct Person {
  std::string to;  // destination, or "*" for everybody without a script of their own
  std::optional<std::int64_t> answer_after_ms, decline_after_ms, hang_up_after_answer_ms;
  bool busy = false, unreachable = false;
  std::string presses;                    // a key, when a prompt asks for one
  std::int64_t press_after_ms = 50;       // of the prompt's beginning
  std::string heard = "human_residence";  // what machine detection makes of who answers
  std::int64_t detect_after_ms = 100;     // of the answer
  bool only_first = false;                // "*": only the first leg of the call behaves so, the others never answer
};

struct Caller {
  std::optional<std::int64_t> hang_up_after_ms, hang_up_after_bridged_ms;
  std::string hang_up_when;  // ringing | answered | bridged | greeting | voicemail
  std::int64_t hang_up_delay_ms = 0;
  std::int64_t ringing_legs = 1;  // for hang_up_when "ringing": once so many legs ring
};

struct Script {
  Caller caller;
  std::vector<Person> people;
};

[[nodiscard]] Result<Script> parse_script(const json_t* body);

class People {
 public:
  People(Scheduler& scheduler, World& world) : scheduler_(scheduler), world_(world) {}

  void direct(const std::string& session_id, Script script) { scripts_[session_id] = std::move(script); }
  void set_default(Person person) { default_ = std::move(person); }
  void moved(Leg& leg, Move move);
  void forget(const std::string& session_id) { scripts_.erase(session_id); }
  void clear() { scripts_.clear(); }

  // Acts now. False when nobody of that name has a live leg that could do so.
  [[nodiscard]] bool act(Session& session, std::string_view who, std::string_view what);

 private:
  const Person& person_for(const Leg& leg) const;
  void leg_rings(Leg& leg);
  void leg_is_prompted(const Leg& leg, const Person& person);
  void caller_reacts(Leg& leg, Move move);
  void caller_leaves_in(const Session& session, std::int64_t delay_ms);
  static void caller_leaves(World& world, Leg& parent);

  Scheduler& scheduler_;
  World& world_;
  std::unordered_map<std::string, Script> scripts_;
  Person default_;
};

}  // namespace ringfence::sim
