// One seed: a call, two workers on one lying store, a lying provider, people. Chaos first, then everything is healed
// and must come to a good end. The same seed is the same run. Must not know: the command line.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ringfence::sim {

struct Run {
  std::string violation;             // "" is none
  std::vector<std::string> journal;  // of the provider and of the house
  std::vector<std::string> ladder;   // as the store has it
  std::uint64_t events = 0, crashes = 0, conflicts = 0, commits = 0;
  std::uint64_t told = 0, missed = 0;  // outcomes, and lines of the list of missed calls
  std::uint64_t went_home = 0;         // sessions that lived on a worker's own machine
};

// Whether the store is away for seconds at a time, and what is done about it: two workers whose new calls live on the
// machine they come to meanwhile, with the edge sending all that names no leg of ours to one of them; or one worker
// with which everything goes on.
enum class Outage : std::uint8_t { none, new_calls, all };

[[nodiscard]] Run play(std::uint64_t seed, Outage outage = Outage::none);

}  // namespace ringfence::sim
