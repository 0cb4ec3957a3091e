// See search.h.
#include "search.h"

#include <bit>
#include <chrono>
#include <cstring>
#include <deque>
#include <unordered_map>

#include "flat_table.h"
#include "key_table.h"

namespace ringfence::exhaust {
namespace {

std::uint64_t key_of(const World& world) {
  std::array<std::uint64_t, sizeof(World) / 8> words{};
  std::memcpy(words.data(), &world, sizeof world);
  std::uint64_t a = 0x243f6a8885a308d3ULL;
  std::uint64_t b = 0x13198a2e03707344ULL;
  for (std::size_t i = 0; i < words.size(); i += 2) {
    a = mixed(a, words[i]);
    b = mixed(b, words[i + 1]);
  }
  return KeyTable::usable(finished(a ^ std::rotl(b, 27) * 0x9fb21c651e98df25ULL));
}

struct Frame {
  World world;
  std::uint32_t first_move = 0;
  std::uint32_t next = 0;
};

class Search {
 public:
  Search(Machine& machine, const SearchOptions& options)
      : machine_(machine), options_(options), moves_(machine, options.rules) {}
  SearchReport run();

 private:
  [[nodiscard]] double spent() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
  }
  void deep(World start);
  void wide(World start);
  bool apply(World& world, Move move);
  bool settle(const World& world, std::uint64_t key, bool backwards);
  void measure(World world);
  bool enough();
  void tell(World world, const std::vector<Move>& moves);
  void tell_fair(World world, bool backwards);

  Machine& machine_;
  const SearchOptions& options_;
  Moves moves_;
  SearchReport report_;
  KeyTable known_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

bool Search::apply(World& world, Move move) {
  ++report_.transitions;
  if (!moves_.apply(world, move)) {
    report_.violation = "the model: a possible move was refused";
    return false;
  }
  for (std::uint32_t rows = moves_.glare(); rows != 0; rows &= rows - 1) {
    ++report_.glare[static_cast<std::size_t>(std::countr_zero(rows))];
  }
  report_.violation = moves_.wrong();
  return report_.violation.empty();
}

// Follows the fair schedule until it meets a state that is known to end well; then all on its way do.
bool Search::settle(const World& start, std::uint64_t key, bool backwards) {
  const std::uint64_t good = backwards ? KeyTable::kEndsWellBackwards : KeyTable::kEndsWell;
  if (known_.has(key, good)) return true;
  constexpr int kMostTurns = 20'000;
  std::vector<std::uint64_t> path{key};
  World world = start;
  std::uint64_t anchor = key;
  for (int turn = 1; turn < kMostTurns; ++turn) {
    Move move;
    std::string wrong;
    const bool goes_on = moves_.next_fair(world, backwards, move);
    if (goes_on) {
      if (!moves_.apply(world, move) || !moves_.wrong().empty()) {
        report_.violation = moves_.wrong();
        return false;
      }
      key = key_of(world);
    }
    const bool circles = goes_on && key == anchor;
    if (!goes_on || circles) {
      const bool talk = world.bridged != 0;
      report_.violation = circles && !talk ? "a fair ending goes round in circles" : moves_.wrong_end(world);
      if (!report_.violation.empty()) return false;
      ++report_.endings;
      break;
    }
    if (known_.has(key, good)) break;
    if (std::has_single_bit(static_cast<unsigned>(turn))) anchor = key;
    path.push_back(key);
    if (turn + 1 == kMostTurns) {
      report_.violation = "a fair ending never settles";
      return false;
    }
  }
  for (const std::uint64_t one : path) known_.mark(one, good);
  return true;
}

// How long a fair ending lasts, until it is over or only the conversation is left.
void Search::measure(World world) {
  constexpr int kMostTurns = 300;
  Millis waited_ms = 0;
  Move move;
  for (int turn = 0; turn < kMostTurns && moves_.next_fair(world, false, move); ++turn) {
    const Info& info = machine_.info(world.session);
    if (move.act == Act::tick && info.phase == Phase::connected && world.bridged != 0) break;
    if (move.act == Act::tick) waited_ms += info.due * kGrain;
    if (!moves_.apply(world, move) || !moves_.wrong().empty()) break;
  }
  report_.waited_ms += static_cast<std::uint64_t>(waited_ms);
  report_.longest_ms = std::max(report_.longest_ms, static_cast<std::uint64_t>(waited_ms));
}

bool Search::enough() {
  if (report_.transitions % 65536 < 32 && spent() > options_.seconds) return true;
  return report_.states >= options_.most_states;
}

void Search::tell(World world, const std::vector<Move>& moves) {
  Millis now_ms = 0;
  for (const Move move : moves) {
    const Info& info = machine_.info(world.session);
    std::array<char, 40> head{};
    std::snprintf(head.data(), head.size(), "  %6.1f s  %-13s", static_cast<double>(now_ms) / 1000,
                  std::string(name_of(info.phase)).c_str());
    report_.story += head.data() + moves_.describe(world, move) + "\n";
    if (move.act == Act::tick) now_ms += info.due * kGrain;
    static_cast<void>(moves_.apply(world, move));
  }
}

// How a fair ending goes wrong, at most so many lines of it.
void Search::tell_fair(World world, bool backwards) {
  report_.story += "  then nobody does anything any more:\n";
  std::vector<Move> moves;
  World probe = world;
  constexpr std::size_t kMostLines = 30;
  for (Move move; moves.size() < kMostLines && moves_.next_fair(probe, backwards, move);) {
    moves.push_back(move);
    if (!moves_.apply(probe, move) || !moves_.wrong().empty()) break;
  }
  tell(world, moves);
}

void Search::deep(World start) {
  std::vector<Frame> stack;
  std::vector<Move> pending;  // of all frames, one after the other
  std::vector<Move> possible;
  const auto fail = [&](const World* last, bool backwards) {
    report_.verdict = Verdict::violated;
    std::vector<Move> story;
    for (const Frame& frame : stack) story.push_back(pending[frame.next - 1]);
    const std::string violation = report_.violation;
    tell(start, story);
    if (last != nullptr) tell_fair(*last, backwards);
    report_.violation = violation;
  };
  const auto enter = [&](const World& world, std::uint64_t key) {
    ++report_.states;
    for (const bool backwards : {false, true}) {
      if (settle(world, key, backwards)) continue;
      fail(&world, backwards);
      return false;
    }
    moves_.possible(world, possible);
    const auto first = static_cast<std::uint32_t>(pending.size());
    pending.insert(pending.end(), possible.begin(), possible.end());
    stack.push_back({world, first, first});
    report_.deepest = std::max(report_.deepest, stack.size());
    return true;
  };
  const std::uint64_t first = key_of(start);
  known_.mark(first, KeyTable::kVisited);
  if (!enter(start, first)) return;
  while (!stack.empty()) {
    Frame& top = stack.back();
    if (top.next == pending.size()) {
      pending.resize(top.first_move);
      stack.pop_back();
      continue;
    }
    if (enough()) {
      report_.verdict = Verdict::out_of_time;
      return;
    }
    World world = top.world;
    if (!apply(world, pending[top.next++])) return fail(nullptr, false);
    const std::uint64_t key = key_of(world);
    if (known_.mark(key, KeyTable::kVisited) && !enter(world, key)) return;
  }
}

void Search::wide(World start) {
  struct Origin {
    std::uint64_t parent = 0;
    Move move;
  };
  std::unordered_map<std::uint64_t, Origin> origins;
  std::deque<World> queue{start};
  std::vector<Move> possible;
  const std::uint64_t first = key_of(start);
  origins.emplace(first, Origin{});
  const auto fail = [&](std::uint64_t key, std::vector<Move> story, const World* last, bool backwards) {
    report_.verdict = Verdict::violated;
    const std::string violation = report_.violation;
    for (; key != first; key = origins.at(key).parent) story.insert(story.begin(), origins.at(key).move);
    tell(start, story);
    if (last != nullptr) tell_fair(*last, backwards);
    report_.violation = violation;
  };
  while (!queue.empty()) {
    const World world = queue.front();
    queue.pop_front();
    const std::uint64_t key = key_of(world);
    ++report_.states;
    if (enough()) {
      report_.verdict = Verdict::out_of_time;
      return;
    }
    for (const bool backwards : {false, true}) {
      if (!settle(world, key, backwards)) return fail(key, {}, &world, backwards);
    }
    if (options_.latency) measure(world);
    moves_.possible(world, possible);
    for (const Move move : std::vector<Move>(possible)) {
      World next = world;
      if (!apply(next, move)) return fail(key, {move}, nullptr, false);
      if (origins.emplace(key_of(next), Origin{key, move}).second) queue.push_back(next);
    }
  }
}

SearchReport Search::run() {
  const World start = moves_.begin(options_.budget);
  report_.violation = moves_.wrong();
  if (!report_.violation.empty()) {
    report_.verdict = Verdict::violated;
  } else if (options_.shortest) {
    wide(start);
  } else {
    deep(start);
  }
  report_.seconds = spent();
  report_.sessions = machine_.sessions();
  report_.steps = machine_.transitions();
  report_.table_bytes = known_.bytes();
  return std::move(report_);
}

}  // namespace

SearchReport search(Machine& machine, const SearchOptions& options) { return Search(machine, options).run(); }

}  // namespace ringfence::exhaust
