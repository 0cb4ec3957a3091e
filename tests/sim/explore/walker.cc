// ringfence_walk [--seeds N] [--first SEED] [--mutant NAME] [--seed SEED]
// Random walks through the world: each seed is one call with its own people, faults and orders, then a fair ending.
// A seed that fails is shrunk and printed; --seed plays one again. With --mutant it must fail (exit 0 then).
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "mutants.h"
#include "support/dice.h"

namespace ringfence::explore {
namespace {

struct Walk {
  World start;
  std::vector<Action> actions;
  std::string violation;
};

// People are slow and faults are rare, so that the usual roads are walked to their ends as well.
int weight(const Action& action, int faultiness) {
  switch (action.act) {
    case Act::caller_hangs_up:
    case Act::recording_full:
      return 1;
    case Act::leg_ends:
      return 2;
    case Act::leg_answers:
      return 3;
    case Act::tick:
      return 4;
    default:
      return is_fair(action) ? 12 : faultiness;
  }
}

std::string finish(World& world) {
  if (std::string wrong = drain(world); !wrong.empty()) return wrong;
  if (world.bridged < 0) return {};
  static_cast<void>(apply(world, {Act::caller_hangs_up, 0}));
  return drain(world);
}

Walk walk(std::uint64_t seed, StepFunction step) {
  test::Dice dice(seed);
  Budget budget;
  const int faults = dice.below(5);
  int* const kinds[] = {&budget.lost,     &budget.duplicated, &budget.unknown,     &budget.refused,
                        &budget.not_sent, &budget.crashes,    &budget.fake_bridges};
  for (int i = 0; i < faults; ++i) ++*kinds[dice.below(7)];
  Walk walk{.start = begin(1 + dice.below(kMostLegs), budget, Policy{}, step)};
  const int length = dice.below(120);
  const int faultiness = 1 + dice.below(12);
  World world = walk.start;
  for (int i = 0; i < length && world.violation.empty(); ++i) {
    const std::vector<Action> actions = possible(world);
    int total = 0;
    for (const Action& action : actions) total += weight(action, faultiness);
    if (total == 0) break;
    int pick = dice.below(total);
    std::size_t chosen = 0;
    while (pick >= weight(actions[chosen], faultiness)) pick -= weight(actions[chosen++], faultiness);
    walk.actions.push_back(actions[chosen]);
    if (!apply(world, actions[chosen])) world.violation = "a possible action was refused";
  }
  walk.violation = world.violation.empty() ? finish(world) : world.violation;
  return walk;
}

std::string replay(const Walk& walk, bool print) {
  World world = walk.start;
  for (const Action& action : walk.actions) {
    World probe = world;
    if (!apply(probe, action)) continue;
    if (print) {
      std::printf("  %8.3f  %-60s %s\n", static_cast<double>(world.now_ms - walk.start.now_ms) / 1000,
                  describe(world, action).c_str(), std::string(name_of(probe.session.phase)).c_str());
    }
    world = std::move(probe);
    if (!world.violation.empty()) return world.violation;
  }
  if (print) std::printf("  then everything that is under way arrives\n");
  return finish(world);
}

void shrink(Walk& walk) {
  for (bool shorter = true; shorter;) {
    shorter = false;
    for (std::size_t i = walk.actions.size(); i-- > 0;) {
      Walk smaller = walk;
      smaller.actions.erase(smaller.actions.begin() + static_cast<std::ptrdiff_t>(i));
      if (replay(smaller, false) != walk.violation) continue;
      walk = std::move(smaller);
      shorter = true;
    }
  }
}

struct Arguments {
  std::uint64_t first = 1, seeds = 10'000;
  std::string mutant = "design";
};

int run(const Arguments& arguments) {
  const StepFunction step = step_named(arguments.mutant);
  if (step == nullptr) {
    std::fprintf(stderr, "no mutant is named %s\n", arguments.mutant.c_str());
    return 2;
  }
  std::uint64_t actions = 0;
  for (std::uint64_t seed = arguments.first; seed < arguments.first + arguments.seeds; ++seed) {
    Walk found = walk(seed, step);
    actions += found.actions.size();
    if (found.violation.empty()) continue;
    shrink(found);
    std::printf("%s: seed %llu, %d legs: %s\n", arguments.mutant.c_str(), static_cast<unsigned long long>(seed),
                found.start.legs, found.violation.c_str());
    static_cast<void>(replay(found, true));
    return arguments.mutant == "design" ? 1 : 0;
  }
  std::printf("%s: %llu seeds, %llu actions before their endings, no violation\n", arguments.mutant.c_str(),
              static_cast<unsigned long long>(arguments.seeds), static_cast<unsigned long long>(actions));
  return arguments.mutant == "design" ? 0 : 1;
}

}  // namespace
}  // namespace ringfence::explore

int main(int argc, char** argv) {
  ringfence::explore::Arguments arguments;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    if (name == "--mutant") arguments.mutant = argv[i + 1];
    if (name == "--seeds") arguments.seeds = std::strtoull(argv[i + 1], nullptr, 10);
    if (name == "--first" || name == "--seed") arguments.first = std::strtoull(argv[i + 1], nullptr, 10);
    if (name == "--seed") arguments.seeds = 1;
  }
  return ringfence::explore::run(arguments);
}
