// Every order of everything that can happen, within the budgets: all worlds that moves lead to, each once. Every step
// and state is checked; from every state two fair schedules must lead to a good ending (no livelock: a fair ending that
// comes back to a state it was in, other than a conversation, is one).
//
// Depth first: memory is one 64-bit key for each state. Breadth first (`shortest`) when a story is wanted: keys come
// with their parents, and the story printed is one of the shortest. States are told apart by 61 bits of a hash: that
// one is missed has a chance of states^2 / 2^62.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "glare.h"
#include "moves.h"

namespace ringfence::exhaust {

struct SearchOptions {
  Budget budget{};
  Rules rules;
  bool shortest = false;
  bool latency = false;  // with `shortest`: how long fair endings take
  double seconds = 60;
  std::uint64_t most_states = 1'500'000'000;
};

enum class Verdict : std::uint8_t { exhausted, violated, out_of_time };

struct SearchReport {
  Verdict verdict = Verdict::exhausted;
  std::string violation;
  std::string story;  // one line for each move
  std::uint64_t states = 0, transitions = 0, endings = 0, sessions = 0, steps = 0;
  std::size_t deepest = 0, table_bytes = 0;
  double seconds = 0, cpu_seconds = 0;  // on a busy machine they differ
  std::array<std::uint64_t, kGlares> glare{};
  std::uint64_t waited_ms = 0, longest_ms = 0;  // in fair endings, in all and in the longest
};

[[nodiscard]] SearchReport search(Machine& machine, const SearchOptions& options);

}  // namespace ringfence::exhaust
