// ringfence_house [--seeds N] [--first SEED] [--seed SEED] [--seconds N] [--jobs N] [--outage none|new_calls|all]
// Whole workers in virtual time, one call a seed: chaos, then heal (house.h). Seeds are dealt to `jobs` threads; each
// is a world of its own. --seed plays one again and prints its journal and its ladder. When something went wrong: the
// command that plays it again, and exit status 1. Exit status 3: the time was over first.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "house.h"

namespace {

using Clock = std::chrono::steady_clock;

struct Arguments {
  std::uint64_t first = 1, seeds = 10'000, jobs = 1;
  double seconds = 1e9;
  bool one = false;
  ringfence::sim::Outage outage = ringfence::sim::Outage::none;
  std::string outage_name = "none";
};

struct Sum {
  std::uint64_t played = 0, failed = 0;  // failed: the lowest seed that did, 0: none
  std::uint64_t events = 0, crashes = 0, conflicts = 0, commits = 0, told = 0, missed = 0, went_home = 0;
  void add(const ringfence::sim::Run& run) {
    ++played;
    events += run.events;
    crashes += run.crashes;
    conflicts += run.conflicts;
    commits += run.commits;
    told += run.told;
    missed += run.missed;
    went_home += run.went_home;
  }
  void add(const Sum& other) {
    played += other.played;
    if (other.failed != 0 && (failed == 0 || other.failed < failed)) failed = other.failed;
    events += other.events;
    crashes += other.crashes;
    conflicts += other.conflicts;
    commits += other.commits;
    told += other.told;
    missed += other.missed;
    went_home += other.went_home;
  }
};

bool read_arguments(int argc, char** argv, Arguments& arguments) {
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 == argc) return false;
    const std::string name = argv[i];
    const auto value = std::strtoull(argv[i + 1], nullptr, 10);
    if (name == "--seeds") {
      arguments.seeds = value;
    } else if (name == "--first") {
      arguments.first = value;
    } else if (name == "--jobs") {
      arguments.jobs = std::clamp<std::uint64_t>(value, 1, 64);
    } else if (name == "--seconds") {
      arguments.seconds = static_cast<double>(value);
    } else if (name == "--outage") {
      using ringfence::sim::Outage;
      arguments.outage_name = argv[i + 1];
      arguments.outage = arguments.outage_name == "all"         ? Outage::all
                         : arguments.outage_name == "new_calls" ? Outage::new_calls
                                                                : Outage::none;
    } else if (name == "--seed") {
      arguments.first = value;
      arguments.seeds = 1;
      arguments.one = true;
    } else {
      return false;
    }
  }
  return true;
}

void tell(std::uint64_t seed, const ringfence::sim::Run& run) {
  for (const std::string& line : run.journal) std::printf("  %s\n", line.c_str());
  for (const std::string& line : run.ladder) std::printf("%s\n", line.c_str());
  std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed),
              run.violation.empty() ? "no violation" : run.violation.c_str());
}

// The seeds are dealt one by one, so that the threads end together.
Sum play_all(const Arguments& arguments) {
  std::atomic<std::uint64_t> next = arguments.first;
  std::atomic<bool> stop = false;
  std::vector<Sum> sums(arguments.jobs);
  std::vector<std::thread> threads;
  const auto until = Clock::now() + std::chrono::duration<double>(std::min(arguments.seconds, 1e9));
  for (Sum& sum : sums) {
    threads.emplace_back([&arguments, &next, &stop, &sum, until] {
      while (!stop && Clock::now() < until) {
        const std::uint64_t seed = next++;
        if (seed >= arguments.first + arguments.seeds) return;
        const ringfence::sim::Run run = ringfence::sim::play(seed, arguments.outage);
        sum.add(run);
        if (run.violation.empty()) continue;
        sum.failed = seed;
        stop = true;
      }
    });
  }
  Sum all;
  for (std::size_t i = 0; i < threads.size(); ++i) {
    threads[i].join();
    all.add(sums[i]);
  }
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  if (!read_arguments(argc, argv, arguments)) {
    std::fprintf(stderr,
                 "usage: %s [--seeds N] [--first SEED] [--seed SEED] [--seconds N] [--jobs N] "
                 "[--outage none|new_calls|all]\n",
                 argv[0]);
    return 2;
  }
  if (arguments.one) {
    const ringfence::sim::Run run = ringfence::sim::play(arguments.first, arguments.outage);
    tell(arguments.first, run);
    return run.violation.empty() ? 0 : 1;
  }
  const auto began = Clock::now();
  const Sum sum = play_all(arguments);
  const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
  const auto number = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
  std::printf(
      "%llu seeds from %llu, %llu events, %llu commits, %llu conflicts, %llu crashes, %llu outcomes told, %llu missed "
      "calls, %llu went home, %.1f s: %s\n",
      number(sum.played), number(arguments.first), number(sum.events), number(sum.commits), number(sum.conflicts),
      number(sum.crashes), number(sum.told), number(sum.missed), number(sum.went_home), seconds,
      sum.failed == 0 ? "no violation" : "a VIOLATION");
  if (sum.failed != 0) {
    tell(sum.failed, ringfence::sim::play(sum.failed, arguments.outage));
    std::printf("again: %s --outage %s --seed %llu\n", argv[0], arguments.outage_name.c_str(), number(sum.failed));
    return 1;
  }
  return sum.played == arguments.seeds ? 0 : 3;
}
