// Every order in which the events of one message come, twice each, and in which its consumer takes a notice, refuses
// it, or takes it without our hearing so: the consumer never hears of an older state after a newer one, two notices are
// never on the wire, and when nothing more happens it has heard of the furthest.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <unordered_set>

#include "forward/forwarding.h"
#include "forward/forwarding_json.h"

namespace ringfence {
namespace {

constexpr Millis kNow = 1'795'244'400'000;
constexpr int kEvents = 4;

// Sent; delivered; said to be unconfirmed before that; and sent once more, as an earlier webhook had it.
constexpr std::array<std::pair<int, Millis>, kEvents> kSaid{
    {{3, kNow - 900}, {4, kNow - 100}, {4, kNow - 500}, {3, kNow - 950}}};
constexpr int kFurthest = 1;

OtherEvent event(int which) {
  const auto [stage, at_ms] = kSaid.at(static_cast<std::size_t>(which));
  return {.id = std::to_string(which),
          .type = "message.sent",
          .subject = "message/m-1",
          .stage = stage,
          .dated = true,
          .at_ms = at_ms,
          .data = "{}",
          .bytes = 2};
}

struct World {
  Forwarding record;
  std::array<int, kEvents> to_come{};  // deliveries
  std::string wire;                    // the notice on it: its id and try, and
  int wire_try = 0;
  int carries = -1;  // which event that says
  int heard = -1;    // by the consumer, last
  int faults = 0;
  Millis now_ms = kNow;
};

class Paths {
 public:
  std::string explore(const World& first) {
    visit(first);
    return broken_;
  }
  [[nodiscard]] std::size_t states() const { return seen_.size(); }
  bool refused_ = false, lost_ = false, waited_ = false;  // those orders were really there

 private:
  static std::string key(const World& world) {
    std::string text = encode_forwarding(world.record) + "|" + world.wire + "|" + std::to_string(world.heard) + "|" +
                       std::to_string(world.faults) + "|" + std::to_string(world.now_ms);
    for (const int left : world.to_come) text += "," + std::to_string(left);
    return text;
  }

  void visit(const World& world) {
    if (!broken_.empty() || !seen_.insert(key(world)).second) return;
    bool moved = false;
    for (int which = 0; which < kEvents; ++which) {
      if (world.to_come.at(static_cast<std::size_t>(which)) == 0) continue;
      World next = world;
      --next.to_come.at(static_cast<std::size_t>(which));
      moved = true;
      apply(next, event(which));
    }
    if (!world.wire.empty()) {
      moved = true;
      on_wire(world);
    } else if (const Millis due = due_ms(world.record); due != 0) {
      World next = world;
      next.now_ms = std::max(due, world.now_ms);
      moved = true;
      waited_ = true;
      apply(next, ForwardingTick{});
    }
    if (!moved && world.heard != kFurthest)
      broken_ = "nothing more happens, and it heard last of " + std::to_string(world.heard);
    if (!moved && world.record.owed) broken_ = "nothing more happens, and a notice is owed";
  }

  void on_wire(const World& world) {
    World taken = world;
    hear(taken);
    answered(taken, OutcomeClass::ok, 204);
    if (world.faults == 0) return;
    World refused = world;
    --refused.faults;
    refused_ = true;
    answered(refused, OutcomeClass::unknown, 503);
    for (const bool arrives : {true, false}) {  // and nobody hears whether
      World lost = world;
      --lost.faults;
      lost_ = true;
      if (arrives) hear(lost);
      lost.wire.clear();
      visit(lost);
    }
  }

  void hear(World& world) {
    const int before = std::exchange(world.heard, world.carries);
    if (before < 0) return;
    if (kSaid.at(static_cast<std::size_t>(world.carries)) < kSaid.at(static_cast<std::size_t>(before))) {
      broken_ = "it heard of " + std::to_string(world.carries) + " after " + std::to_string(before);
    }
  }

  void answered(World world, OutcomeClass outcome, int status) {
    NoticeAnswered answer{
        .id = std::exchange(world.wire, {}), .tries = world.wire_try, .outcome = outcome, .http_status = status};
    apply(world, answer);
  }

  void apply(World world, const ForwardingEvent& event) {
    const ForwardingStep result = step(world.record, event, world.now_ms, {});
    world.record = result.next;
    if (result.send) {
      if (!world.wire.empty()) broken_ = "two notices are on the wire";
      world.wire = result.next.owed->id;
      world.wire_try = result.next.tries;
      world.carries = std::stoi(result.next.owed->event.id);
    }
    visit(world);
  }

  std::unordered_set<std::string> seen_;
  std::string broken_;
};

TEST(ForwardingPaths, TheConsumerHearsNoOlderStateAfterANewerOneAndTheFurthestAtLast) {
  for (int faults = 0; faults <= 2; ++faults) {
    World first;
    first.to_come.fill(1);
    first.to_come[0] = first.to_come[kFurthest] = 2;
    first.faults = faults;
    Paths paths;
    EXPECT_EQ(paths.explore(first), "");
    EXPECT_GT(paths.states(), 100u);
    EXPECT_TRUE(faults == 0 || (paths.refused_ && paths.lost_ && paths.waited_));
    RecordProperty("states with " + std::to_string(faults) + " faults", static_cast<int>(paths.states()));
  }
}

}  // namespace
}  // namespace ringfence
