// ringfence_shadow [--seeds N] [--first SEED]
// Random calls in which a real session, with a clock that goes on, is stepped beside the canonical one of the search:
// after every event the canonical form of the real session must be the canonical session, and what the two ask for must
// be the same. That is what lets the search take one for the other (canonical.h). Exit status 1 and the seed's story
// when they part.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "codec/session_json.h"
#include "plans.h"
#include "search.h"
#include "support/dice.h"

namespace ringfence::exhaust {
namespace {

using Asked = std::vector<std::tuple<int, int, int>>;  // verb, leg, attempt

class Shadow {
 public:
  explicit Shadow(const Machine& machine) : machine_(machine) {
    Session none;
    const Event first = machine.first_event();
    none.id = first.session;
    session_ = step(none, first, machine.setup().policy).next;
    look();
  }

  // "" or how the two differ after this.
  std::string follow(Stimulus stimulus, const Transition& made) {
    if (stimulus.kind == Stimulus::Kind::result) {
      const int by = lowered_.of(static_cast<Verb>(stimulus.what), static_cast<int>(stimulus.place) - 1);
      stimulus.attempt = static_cast<std::int8_t>(stimulus.attempt + by);
    }
    const Event event = machine_.event_of(session_, stimulus, now_ms_);
    const StepResult result = step(session_, event, machine_.setup().policy);
    const Millis later_ms = event.at_ms - now_ms_;
    now_ms_ = event.at_ms;
    session_ = result.next;
    look();
    if (later_ms != made.later * kGrain) return "the clock goes on by another span";
    if (asked(result) != asked(made)) return "other commands";
    if (canonical_ == machine_.session(made.next)) return {};
    return "another session:\n" + encode_session(canonical_) + "\nthan\n" + encode_session(machine_.session(made.next));
  }

 private:
  void look() {
    canonical_ = session_;
    lowered_ = canonicalise(canonical_, now_ms_, machine_.setup().policy);
  }
  [[nodiscard]] Asked asked(const StepResult& result) const {
    Asked list;
    for (const Command& c : result.commands) {
      list.emplace_back(static_cast<int>(c.verb), c.leg, c.attempt - lowered_.of(c.verb, c.leg));
    }
    std::ranges::sort(list);
    return list;
  }
  static Asked asked(const Transition& made) {
    Asked list;
    for (std::size_t i = 0; i < made.commands; ++i) {
      const Request& r = made.command[i];
      list.emplace_back(static_cast<int>(r.what()), r.leg(), r.attempt);
    }
    std::ranges::sort(list);
    return list;
  }

  const Machine& machine_;
  Session session_, canonical_;
  Lowered lowered_{};
  Millis now_ms_ = kNow;
};

// One call: nearly always something happens that brings it on, sometimes a fault.
bool play(std::uint64_t seed, Machine& machine, std::uint64_t& steps) {
  test::Dice dice(seed);
  Budget budget{};
  for (const Fault fault :
       {kLost, kDuplicated, kUnknown, kRefused, kNotSent, kCrashes, kFakeBridges, kJoins, kOverdue}) {
    budget[fault] = static_cast<std::uint8_t>(dice.below(3));
  }
  budget[kCancels] = dice.below(8) == 0 ? 1 : 0;
  Moves moves(machine, {.atomic = dice.below(2) == 0, .late = static_cast<int>(dice.below(4))});
  World world = moves.begin(budget);
  Shadow shadow(machine);
  std::vector<Move> possible;
  std::string story;
  constexpr int kMostMoves = 120;
  for (int i = 0; i < kMostMoves; ++i) {
    moves.possible(world, possible);
    if (possible.empty()) return true;
    const Move move = possible[dice.below(possible.size())];
    const Line line = moves.describe(world, move);
    story += "  " + line.who + " " + line.what + "\n";
    if (!moves.apply(world, move)) continue;
    if (!moves.wrong().empty()) return true;  // more faults at once than anything is promised for
    if (moves.stimulus() == nullptr) continue;
    ++steps;
    const std::string wrong = shadow.follow(*moves.stimulus(), *moves.made());
    if (wrong.empty()) continue;
    std::printf("%sseed %llu: %s\n", story.c_str(), static_cast<unsigned long long>(seed), wrong.c_str());
    return false;
  }
  return true;
}

int run(std::uint64_t first, std::uint64_t seeds) {
  std::uint64_t steps = 0;
  for (const std::string_view plan : plan_names()) {
    Setup setup{.step = step};
    if (!set_up(plan, 2, setup)) return 2;
    Machine machine(std::move(setup));
    for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
      if (play(seed, machine, steps)) continue;
      std::printf("plan %s\n", std::string(plan).c_str());
      return 1;
    }
  }
  std::printf("%zu plans, %llu calls each, %llu steps: real and canonical sessions go the same way\n",
              plan_names().size(), static_cast<unsigned long long>(seeds), static_cast<unsigned long long>(steps));
  return 0;
}

}  // namespace
}  // namespace ringfence::exhaust

int main(int argc, char** argv) {
  std::uint64_t first = 1;
  std::uint64_t seeds = 3000;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    if (name == "--seeds") seeds = std::strtoull(argv[i + 1], nullptr, 10);
    if (name == "--first") first = std::strtoull(argv[i + 1], nullptr, 10);
  }
  return ringfence::exhaust::run(first, seeds);
}
