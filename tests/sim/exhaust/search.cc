// See search.h.
#include "search.h"

#include <bit>
#include <chrono>
#include <cstring>
#include <ctime>
#include <deque>
#include <unordered_map>

#include "flat_table.h"
#include "key_table.h"

namespace ringfence::exhaust {
namespace {

std::uint64_t key_of(const World& world) {
  static constexpr std::array<std::uint64_t, sizeof(World) / 8> kSalt{
      0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0, 0x082efa98ec4e6c89,
      0x452821e638d01377, 0xbe5466cf34e90c6c, 0xc0ac29b7c97c50dd, 0x3f84d5b5b5470917,
      0x9216d5d98979fb1b, 0xd1310ba698dfb5ac, 0x2ffd72dbd01adfb7, 0xb8e1afed6a267e96,
      0xba7c9045f12c7f99, 0x24a19947b3916cf7, 0x0801f2e2858efc16, 0x636920d871574e69};
  std::array<std::uint64_t, kSalt.size()> words{};
  std::memcpy(words.data(), &world, sizeof world);
  std::uint64_t key = 0;  // none of the products of a pair waits for another pair
  for (std::size_t i = 0; i < words.size(); i += 2) {
    const std::uint64_t pair = mixed(mixed(kSalt[i], words[i]) ^ kSalt[i + 1], words[i + 1]);
    key += std::rotl(finished(pair), static_cast<int>(i));
  }
  return KeyTable::usable(finished(key));
}

struct Frame {
  World world;
  std::uint64_t key = 0;
  std::uint32_t parent = 0;  // in the stack
  std::uint32_t depth = 0;
  Move move;  // that led here
  bool expanded = false;
};

struct Successor {
  World world;
  std::uint64_t key = 0;
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
  bool expand(const Frame& from);
  bool ends_well(const World& world, std::uint64_t key, bool backwards);
  void fail_deep(const std::vector<Frame>& stack, std::size_t at, const Move* last, bool backwards);
  void wide(World start);
  bool apply(World& world, Move move);
  bool settle(const World& world, std::uint64_t key, bool backwards);
  void measure(World world);
  bool enough();
  Millis told_ms_ = 0;
  void tell(World world, const std::vector<Move>& moves);
  void tell_start();
  void tell_fair(World world, bool backwards);

  Machine& machine_;
  const SearchOptions& options_;
  Moves moves_;
  SearchReport report_;
  KeyTable known_;
  std::vector<Move> possible_;         // of the state that is being expanded,
  std::vector<Successor> successors_;  // and where each leads
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::clock_t cpu_began_ = std::clock();
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

// A ladder: when, in which phase the session was, who did what, and what we asked for because of it.
void Search::tell(World world, const std::vector<Move>& moves) {
  const auto line = [&](std::string_view phase, const Line& said, const std::string& asked) {
    std::array<char, 48> head{};
    std::snprintf(head.data(), head.size(), "  %6.1f s  %-13s %-9s ", static_cast<double>(told_ms_) / 1000,
                  std::string(phase).c_str(), said.who.c_str());
    report_.story += head.data() + said.what + (asked.empty() ? "" : "  => we ask: " + asked) + "\n";
  };
  constexpr int kTold = 3;  // of moments in which nothing but time passes
  int idle = 0;
  for (const Move move : moves) {
    const Info& info = machine_.info(world.session);
    const std::string_view phase = name_of(info.phase);
    const Line said = moves_.describe(world, move);
    if (move.act == Act::tick) told_ms_ += info.due * kGrain;
    static_cast<void>(moves_.apply(world, move));
    const std::string asked = moves_.asked();
    idle = move.act == Act::tick && asked.empty() ? idle + 1 : 0;
    if (idle <= kTold) line(phase, said, asked);
    if (idle == kTold + 1) report_.story += "           and so on\n";
  }
}

void Search::tell_start() {
  report_.story = "     0.0 s  none          provider  tells: call.initiated of the caller";
  static_cast<void>(moves_.begin(options_.budget));
  report_.story += "  => we ask: " + moves_.asked() + "\n";
}

// How a fair ending goes wrong, at most so many lines of it.
void Search::tell_fair(World world, bool backwards) {
  report_.story += "  then nobody does anything any more:\n";
  std::vector<Move> moves;
  World probe = world;
  constexpr std::size_t kMostLines = 24;
  for (Move move; moves.size() < kMostLines && moves_.next_fair(probe, backwards, move);) {
    moves.push_back(move);
    if (!moves_.apply(probe, move) || !moves_.wrong().empty()) break;
  }
  tell(world, moves);
}

// All moves of a state at once: by the time the last is made, the table's lines for the first have come. False: a move
// broke something; it is the last of possible_.
bool Search::expand(const Frame& from) {
  known_.prefetch(from.key);
  moves_.possible(from.world, possible_);
  successors_.resize(possible_.size());
  for (std::size_t i = 0; i < possible_.size(); ++i) {
    Successor& next = successors_[i];
    next.world = from.world;
    if (!apply(next.world, possible_[i])) {
      possible_.resize(i + 1);
      return false;
    }
    next.key = key_of(next.world);
    known_.prefetch(next.key);
  }
  return true;
}

// settle(), with the first step taken from what was expanded.
bool Search::ends_well(const World& world, std::uint64_t key, bool backwards) {
  const std::uint64_t good = backwards ? KeyTable::kEndsWellBackwards : KeyTable::kEndsWell;
  if (known_.has(key, good)) return true;
  Move fair;
  if (!moves_.next_fair(world, backwards, fair)) return settle(world, key, backwards);
  for (std::size_t i = 0; i < possible_.size(); ++i) {
    if (possible_[i].act != fair.act || possible_[i].index != fair.index) continue;
    const Successor& next = successors_[i];
    if (!known_.has(next.key, good) && !settle(next.world, next.key, backwards)) return false;
    known_.mark(key, good);
    return true;
  }
  return settle(world, key, backwards);
}

// `last`: the move that broke something; nullptr: a fair ending does.
void Search::fail_deep(const std::vector<Frame>& stack, std::size_t at, const Move* last, bool backwards) {
  report_.verdict = Verdict::violated;
  std::vector<Move> story;
  if (last != nullptr) story.push_back(*last);
  for (std::size_t i = at; i != 0; i = stack[i].parent) story.insert(story.begin(), stack[i].move);
  const std::string violation = report_.violation;
  tell_start();
  tell(stack.front().world, story);
  if (last == nullptr) tell_fair(stack[at].world, backwards);
  report_.violation = violation;
}

void Search::deep(World start) {
  std::vector<Frame> stack{{.world = start, .key = key_of(start), .depth = 1}};
  known_.mark(stack.front().key, KeyTable::kVisited);
  while (!stack.empty()) {
    const std::size_t at = stack.size() - 1;
    if (stack[at].expanded) {
      stack.pop_back();
      continue;
    }
    if (enough()) {
      report_.verdict = Verdict::out_of_time;
      return;
    }
    ++report_.states;
    report_.deepest = std::max<std::size_t>(report_.deepest, stack[at].depth);
    stack[at].expanded = true;
    if (!expand(stack[at])) return fail_deep(stack, at, &possible_.back(), false);
    for (const bool backwards : {false, true}) {
      if (!ends_well(stack[at].world, stack[at].key, backwards)) return fail_deep(stack, at, nullptr, backwards);
    }
    const std::uint32_t depth = stack[at].depth + 1;
    for (std::size_t i = 0; i < successors_.size(); ++i) {
      const auto& [world, key] = successors_[i];
      if (known_.mark(key, KeyTable::kVisited)) {
        stack.push_back({world, key, static_cast<std::uint32_t>(at), depth, possible_[i]});
      }
    }
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
    tell_start();
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
  report_.cpu_seconds = static_cast<double>(std::clock() - cpu_began_) / CLOCKS_PER_SEC;
  report_.sessions = machine_.sessions();
  report_.steps = machine_.transitions();
  report_.table_bytes = known_.bytes();
  return std::move(report_);
}

}  // namespace

SearchReport search(Machine& machine, const SearchOptions& options) { return Search(machine, options).run(); }

}  // namespace ringfence::exhaust
