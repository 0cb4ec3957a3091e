// What can happen next in a world, and what it does. Webhooks come in any order; requests are executed in any order,
// lost, executed after we gave them up; people do what they like when they like; the clock jumps to the session's next
// deadline. After each move the real step() has run and the state was checked.
//
// Used by search.cc. Must not know: how moves are chosen.
#pragma once

#include <string>
#include <vector>

#include "machine.h"
#include "small_world.h"

namespace ringfence::exhaust {

enum class Act : std::uint8_t {
  caller_hangs_up,
  leg_answers,
  leg_ends,
  leg_declines,
  recording_full,
  presses,
  presses_not,
  is_person,
  is_machine,
  is_unsure,
  deliver,
  lose,
  duplicate,
  initiated_again,
  execute,
  refuse,
  fake_bridge,
  time_out,      // we stop waiting; the request is still on its way
  lose_request,  // and never arrives
  not_send,
  die,  // a forgotten request is dropped by the network
  hear,
  lose_answer,  // executed, and the answer is lost
  crash,
  roll_back,
  cancel,
  join,
  tick
};

struct Move {
  Act act = Act::tick;
  std::uint8_t index = 0;
};

struct Rules {
  bool atomic = true;  // an answer is heard the moment the provider gives it
  int late = 0;        // how much may be under way when the clock jumps to the next deadline
};

// A line of a story: who does what.
struct Line {
  std::string who, what;
};

class Moves {
 public:
  Moves(Machine& machine, Rules rules) : machine_(machine), rules_(rules) {}
  [[nodiscard]] World begin(const Budget& budget);
  void possible(const World& world, std::vector<Move>& moves) const;
  // False when the move cannot happen now. wrong() says what happened that must not.
  bool apply(World& world, Move move);
  // What a fair world does next when nobody does anything any more; `backwards`: in another order. False: nothing.
  [[nodiscard]] bool next_fair(const World& world, bool backwards, Move& move) const;
  // What is wrong with a world in which nothing happens any more. "" is nothing.
  [[nodiscard]] std::string wrong_end(const World& world) const;
  [[nodiscard]] Line describe(const World& world, Move move) const;
  [[nodiscard]] std::string asked() const;  // by the last move, in words
  [[nodiscard]] const std::string& wrong() const noexcept { return wrong_; }
  // What the last move was to the session; nullptr: nothing.
  [[nodiscard]] const Stimulus* stimulus() const noexcept { return made_ != nullptr ? &stimulus_ : nullptr; }
  [[nodiscard]] const Transition* made() const noexcept { return made_; }
  [[nodiscard]] std::uint32_t glare() const noexcept { return glare_; }  // of the last move

 private:
  void happen(World& world, Stimulus stimulus);
  void add_commands(World& world, const Transition& made);
  void hear(World& world, Request request, Reply reply);
  bool apply_people(World& world, Move move);
  bool apply_network(World& world, Move move);
  bool apply_request(World& world, Move move);
  bool apply_faults(World& world, Move move);
  void tidy(World& world) const;
  void check_state(const World& world);
  [[nodiscard]] bool clock_may_jump(const World& world) const;
  [[nodiscard]] bool outlives(const Request& request, int grains) const noexcept;

  // provider.cc
  void execute(World& world, std::size_t index, bool fake, Reply heard);
  Reply perform(World& world, Request request, bool fake);
  Reply perform_on_parent(World& world, Request request);
  Reply hang_up(World& world, int leg);
  Reply bridge(World& world, int leg, bool fake);
  Reply begin_leg(World& world, int leg);
  void answer_leg(World& world, int leg);
  void end_call(World& world, int leg);
  void notify(World& world, Said said, int leg);
  void say(std::string wrong) {
    if (wrong_.empty()) wrong_ = std::move(wrong);
  }

  Machine& machine_;
  Rules rules_;
  std::string wrong_;
  std::uint32_t glare_ = 0;
  std::uint8_t overdue_at_first_ = 0;
  const Transition* made_ = nullptr;  // by the last move,
  Stimulus stimulus_;                 // which was this to the session
};

[[nodiscard]] inline Truth& truth_of(World& world, int leg) noexcept {
  return leg == kParent ? world.parent : world.leg[static_cast<std::size_t>(leg)];
}
[[nodiscard]] inline Truth truth_of(const World& world, int leg) noexcept {
  return leg == kParent ? world.parent : world.leg[static_cast<std::size_t>(leg)];
}

}  // namespace ringfence::exhaust
