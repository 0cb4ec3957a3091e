// ringfence_house [--seeds N] [--first SEED] [--seed SEED] [--seconds N]
// Whole workers in virtual time, one call a seed: chaos, then heal (house.h). --seed plays one again and prints its
// journal and its ladder. Exit status 1 and the seed's number when something went wrong.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "house.h"

namespace {

void tell(std::uint64_t seed, const ringfence::sim::Run& run) {
  for (const std::string& line : run.journal) std::printf("  %s\n", line.c_str());
  for (const std::string& line : run.ladder) std::printf("%s\n", line.c_str());
  std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed),
              run.violation.empty() ? "no violation" : run.violation.c_str());
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t first = 1;
  std::uint64_t seeds = 10'000;
  double seconds = 1e9;
  bool one = false;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    const auto value = std::strtoull(argv[i + 1], nullptr, 10);
    if (name == "--seeds") seeds = value;
    if (name == "--first" || name == "--seed") first = value;
    if (name == "--seconds") seconds = static_cast<double>(value);
    one |= name == "--seed";
  }
  if (one) seeds = 1;
  const auto began = std::chrono::steady_clock::now();
  const auto spent = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count(); };
  std::uint64_t played = 0, events = 0, crashes = 0, conflicts = 0, commits = 0;
  for (std::uint64_t seed = first; seed < first + seeds && spent() < seconds; ++seed, ++played) {
    const ringfence::sim::Run run = ringfence::sim::play(seed);
    events += run.events;
    crashes += run.crashes;
    conflicts += run.conflicts;
    commits += run.commits;
    if (run.violation.empty() && !one) continue;
    tell(seed, run);
    return run.violation.empty() ? 0 : 1;
  }
  std::printf("%llu seeds, %llu events, %llu commits, %llu conflicts, %llu crashes, %.1f s: no violation\n",
              static_cast<unsigned long long>(played), static_cast<unsigned long long>(events),
              static_cast<unsigned long long>(commits), static_cast<unsigned long long>(conflicts),
              static_cast<unsigned long long>(crashes), spent());
  return played == seeds ? 0 : 3;
}
