// ringfence_explore [--legs N] [--lost N] [--duplicated N] [--unknown N] [--refused N] [--not-sent N] [--crashes N]
//                   [--fake-bridges N] [--atomic 1] [--late N] [--seconds N] [--mutant NAME]
//
// Every order of everything that can happen, within the budgets: a depth-first search through all states of the world
// around the real step(). Every state is checked, and from every state in which nothing is under way a fair ending must
// lead to a good one. --atomic 1 hears each answer the moment the provider gives it, which makes larger budgets
// affordable. --late is how many webhooks, requests and answers may still be under way when the clock jumps to the next
// deadline (1). States are told apart by 64-bit fingerprints, so a state may be missed with a chance of states^2 /
// 2^65.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <unordered_set>

#include "fingerprint.h"
#include "mutants.h"

namespace ringfence::explore {
namespace {

struct Options {
  int legs = 1;
  Budget budget;
  bool atomic = false;
  int late = 1;
  int seconds = 60;
  std::string mutant = "design";
};

// The real rules with few and coarse times: the orders are the same, the states are fewer.
Policy coarse_policy() {
  Policy policy;
  policy.ring_ms = 4000;
  policy.bridge_retry_ms = 500;
  policy.bridge_watch_ms = 2000;
  policy.command_retry_ms = 1000;
  policy.command_retry_max_ms = 1000;
  policy.dedupe_window_ms = 2000;
  policy.greeting_ms = 3000;
  policy.record_retry_ms = 1000;
  policy.audit_first_ms = 1000;
  policy.audit_hurry_ms = 1000;
  policy.audit_max_ms = 2000;
  policy.quiesce_ms = 1500;
  policy.recording_wait_ms = 4000;
  policy.voicemail_limit_ms = 3000;
  policy.voicemail_slack_ms = 1000;
  policy.call_limit_ms = 60'000;
  policy.record_attempts = 2;
  return policy;
}

struct Frame {
  World world;
  std::vector<Action> actions;
  std::size_t next = 0;
};

class Explorer {
 public:
  explicit Explorer(const Options& options) : options_(options) {}
  // 0: no violation. 1: one, printed. 3: out of time, none so far.
  int run(StepFunction step);

 private:
  void enter(World world);
  // "" or what is wrong with how a fair ending ends. Remembers the states from which it ended well.
  std::string settle(World world);
  bool apply_one(World& world, const Action& action) const;
  void print_path(const std::string& violation) const;

  const Options& options_;
  std::vector<Frame> stack_;
  std::unordered_set<std::uint64_t> visited_, ends_well_;
  std::map<Phase, std::uint64_t> phases_;
  std::uint64_t transitions_ = 0, endings_ = 0;
  std::size_t deepest_ = 0;
};

bool is_quiet(const World& world) { return world.notices.empty() && world.requests.empty() && world.responses.empty(); }

bool Explorer::apply_one(World& world, const Action& action) const {
  if (!apply(world, action)) return false;
  if (options_.atomic && !world.responses.empty()) return apply(world, {Act::hear, 0});
  return true;
}

void Explorer::enter(World world) {
  if (!visited_.insert(fingerprint(world)).second) return;
  ++phases_[world.session.phase];
  std::vector<Action> actions = possible(world);
  const std::size_t under_way = world.notices.size() + world.requests.size() + world.responses.size();
  if (under_way > static_cast<std::size_t>(options_.late)) {
    std::erase_if(actions, [](const Action& action) { return action.act == Act::tick; });
  }
  stack_.push_back({std::move(world), std::move(actions)});
  deepest_ = std::max(deepest_, stack_.size());
}

std::string Explorer::settle(World world) {
  constexpr int kMostTurns = 5000;
  std::unordered_set<std::uint64_t> path;
  std::string wrong = "a fair ending never settles";
  for (int turn = 0; turn < kMostTurns; ++turn) {
    if (!world.violation.empty()) return world.violation;
    if (!world.notices.empty()) {
      apply(world, {Act::deliver, 0});
    } else if (!world.responses.empty()) {
      apply(world, {Act::hear, 0});
    } else if (!world.requests.empty()) {
      apply(world, {Act::execute, 0});
    } else {
      const std::uint64_t here = fingerprint(world);
      const bool ended = due_ms(world.session) == 0;
      const bool circles = !path.insert(here).second;  // only a conversation may go on as it is
      if (ended || (circles && world.bridged >= 0)) {
        wrong = check_end(world);
        break;
      }
      if (circles) return "a fair ending goes round in circles";
      if (ends_well_.contains(here)) {
        wrong.clear();
        break;
      }
      apply(world, {Act::tick, 0});
    }
  }
  if (wrong.empty()) ends_well_.merge(path);
  return wrong;
}

int Explorer::run(StepFunction step) {
  const auto began = std::chrono::steady_clock::now();
  const auto spent = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count(); };
  const auto report = [&](const char* verdict) {
    std::printf(
        "%s: %d legs, lost %d, duplicated %d, unknown %d, refused %d, not sent %d, crashes %d, fake bridges %d, late "
        "%d%s: "
        "%s: %zu states, %llu transitions, %llu endings, depth %zu, %.1f s\n",
        options_.mutant.c_str(), options_.legs, options_.budget.lost, options_.budget.duplicated,
        options_.budget.unknown, options_.budget.refused, options_.budget.not_sent, options_.budget.crashes,
        options_.budget.fake_bridges, options_.late, options_.atomic ? ", atomic" : "", verdict, visited_.size(),
        static_cast<unsigned long long>(transitions_), static_cast<unsigned long long>(endings_), deepest_, spent());
  };
  World start = begin(options_.legs, options_.budget, coarse_policy(), step);
  enter(std::move(start));
  while (!stack_.empty()) {
    if (transitions_ % 4096 == 0 && spent() > options_.seconds) {
      report("OUT OF TIME, no violation so far");
      return 3;
    }
    Frame& top = stack_.back();
    if (top.next == top.actions.size()) {
      stack_.pop_back();
      continue;
    }
    World world = top.world;
    const Action action = top.actions[top.next++];
    ++transitions_;
    std::string wrong = apply_one(world, action) ? world.violation : "a possible action was refused";
    if (wrong.empty() && is_quiet(world) && !visited_.contains(fingerprint(world))) {
      ++endings_;
      wrong = settle(world);
    }
    if (!wrong.empty()) {
      report("VIOLATION");
      print_path(wrong);
      return 1;
    }
    enter(std::move(world));
  }
  report("exhausted, no violation");
  std::printf("  states by phase:");
  for (const auto& [phase, count] : phases_) {
    std::printf(" %s %llu", std::string(name_of(phase)).c_str(), static_cast<unsigned long long>(count));
  }
  std::printf("\n");
  return 0;
}

void Explorer::print_path(const std::string& violation) const {
  for (const Frame& frame : stack_) {
    const Action& action = frame.actions[frame.next - 1];
    std::printf("  %8.3f  %-12s %s\n", static_cast<double>(frame.world.now_ms - 1'000'000) / 1000,
                std::string(name_of(frame.world.session.phase)).c_str(), describe(frame.world, action).c_str());
  }
  std::printf("  %s\n", violation.c_str());
}

bool set_option(Options& options, const std::string& name, const char* value) {
  const std::map<std::string, int*> numbers{
      {"--legs", &options.legs},
      {"--lost", &options.budget.lost},
      {"--duplicated", &options.budget.duplicated},
      {"--unknown", &options.budget.unknown},
      {"--refused", &options.budget.refused},
      {"--not-sent", &options.budget.not_sent},
      {"--crashes", &options.budget.crashes},
      {"--fake-bridges", &options.budget.fake_bridges},
      {"--seconds", &options.seconds},
      {"--late", &options.late},
  };
  if (name == "--mutant") {
    options.mutant = value;
  } else if (name == "--atomic") {
    options.atomic = std::strtol(value, nullptr, 10) != 0;
  } else if (const auto at = numbers.find(name); at != numbers.end()) {
    *at->second = static_cast<int>(std::strtol(value, nullptr, 10));
  } else {
    return false;
  }
  return true;
}

}  // namespace
}  // namespace ringfence::explore

int main(int argc, char** argv) {
  using namespace ringfence::explore;
  Options options;
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 == argc || !set_option(options, argv[i], argv[i + 1])) {
      std::fprintf(stderr, "unknown option %s\n", argv[i]);
      return 2;
    }
  }
  const StepFunction step = step_named(options.mutant);
  if (step == nullptr || options.legs < 0 || options.legs > kMostLegs) {
    std::fprintf(stderr, "no such mutant, or too many legs\n");
    return 2;
  }
  const int verdict = Explorer(options).run(step);
  if (options.mutant != "design") return verdict == 1 ? 0 : 1;  // a mutant must be found out
  return verdict;
}
