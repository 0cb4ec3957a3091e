// What is drawn is what runs: plans of random numbers, told to the session itself with nobody answering, dial each
// device at the moment the timeline shows, and give up when it says so.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "directory/plan_compiler.h"
#include "directory/plan_timeline.h"
#include "support/core_fixture.h"

namespace ringfence {
namespace {

// The provider and the phones: every dial succeeds, every phone rings for as long as it was told to.
class Ringing {
 public:
  explicit Ringing(const RingPlan& plan) {
    WebhookFact fact{.type = WebhookType::initiated, .call_control_id = "parent", .call_leg_id = "parent-leg"};
    fact.call_session_id = "call-session";
    fact.incoming = true;
    fact.from = "+15550001111";
    fact.to = "+15550002222";
    obey(call_.happen(Event{.body = std::move(fact), .plan = plan}));
  }

  // Runs until nobody is rung any more; false when that does not come about.
  bool run() {
    for (int turn = 0; turn < 1000; ++turn) {
      if (call_.session.phase != Phase::ringing) return true;
      Millis next_ms = due_ms(call_.session);
      for (const auto& [leg, end_ms] : ends_) {
        if (next_ms == 0 || end_ms < next_ms) next_ms = end_ms;
      }
      if (next_ms == 0) return false;
      call_.now_ms = std::max(call_.now_ms, next_ms);
      const auto ended =
          std::find_if(ends_.begin(), ends_.end(), [&](const auto& one) { return one.second <= call_.now_ms; });
      if (ended == ends_.end()) {
        obey(call_.tick());
        continue;
      }
      const int leg = ended->first;
      ends_.erase(ended);
      obey(call_.leg(WebhookType::hangup, leg));
    }
    return false;
  }

  [[nodiscard]] Millis over_ms() const { return call_.now_ms - test::kStartMs; }
  [[nodiscard]] const std::map<int, Millis>& dialled() const { return dialled_; }

 private:
  void obey(const StepResult& result) {
    for (const Command& command : result.commands) {
      if (command.verb != Verb::dial) continue;
      dialled_.emplace(command.leg, call_.now_ms - test::kStartMs);
      ends_.emplace(command.leg, call_.now_ms + 1000 * command.timeout_secs);
      CommandOutcome outcome{.outcome = OutcomeClass::ok, .http_status = 200};
      outcome.call_control_id = "leg" + std::to_string(command.leg);
      outcome.call_leg_id = outcome.call_control_id + "-id";
      obey(call_.answer(command, std::move(outcome)));
    }
  }

  test::Call call_;
  std::map<int, Millis> ends_, dialled_;
};

std::string random_plan(std::mt19937_64& engine) {
  const auto below = [&](std::size_t bound) { return static_cast<std::size_t>(engine() % bound); };
  std::string text = "ring " + std::to_string(20 + below(100)) + "s; ";
  if (below(2) == 0) text += "max_channels " + std::to_string(1 + below(4)) + "; ";
  std::size_t after = 0;
  int name = 0;
  for (std::size_t waves = 1 + below(3); waves > 0; --waves) {
    text += after == 0 ? "wave { " : "wave after=" + std::to_string(after) + "s { ";
    for (std::size_t devices = 1 + below(4); devices > 0; --devices) {
      text += "device d" + std::to_string(name++);
      if (below(4) != 0) text += " timeout=" + std::to_string(5 + below(20)) + "s";
      if (below(3) == 0) text += " delay=" + std::to_string(below(10)) + "s";
      if (below(4) == 0) text += " verify=press1";
      if (below(3) == 0) text += " priority=" + std::to_string(below(3));
      text += "; ";
    }
    text += "} ";
    after += 1 + below(30);
  }
  return text;
}

TEST(PlanSession, RunsAsItWasDrawn) {
  std::mt19937_64 engine(20261121);
  int compared = 0, early = 0, waited = 0;
  for (int round = 0; round < 3000; ++round) {
    const std::string text = random_plan(engine);
    const Result<RingPlan> plan = compile_plan_text("p", text, "d");
    if (!plan) continue;
    ++compared;
    const Timeline drawn = timeline(*plan, {});
    Ringing call(*plan);
    ASSERT_TRUE(call.run()) << text;
    EXPECT_EQ(call.over_ms(), drawn.over_ms) << text;
    for (const TimelineRow& row : drawn.rows) {
      const auto dialled = call.dialled().find(static_cast<int>(row.destination));
      ASSERT_NE(dialled, call.dialled().end()) << row.destination << " was never dialled: " << text;
      EXPECT_EQ(dialled->second, row.from_ms) << plan->destinations[row.destination].device << ": " << text;
      early += row.early_ms > 0 ? 1 : 0;
      waited += row.waited_ms > 0 ? 1 : 0;
    }
    ASSERT_FALSE(testing::Test::HasFailure());
  }
  // The interesting ones were among them.
  EXPECT_GT(compared, 300);
  EXPECT_GT(early, 50);
  EXPECT_GT(waited, 50);
}

}  // namespace
}  // namespace ringfence
