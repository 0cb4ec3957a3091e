// Calls that last for hours: however long two people talk, the one who stays is let go when the other leaves,
// and the store is asked again often enough to keep the session.
#include <gtest/gtest.h>

#include <vector>

#include "support/core_fixture.h"

namespace ringfence {
namespace {

using test::Call;

constexpr Millis kHourMs = 3'600'000;

class LongCall : public ::testing::TestWithParam<Millis> {
 protected:
  // Talks on, the provider's records confirming it, until `ms` after the bridge. True when every event left less time
  // to the next one than the store keeps the session for.
  bool talk_for(Millis ms) {
    const Millis until_ms = call_.now_ms + ms;
    bool is_kept = true;
    while (due_ms(call_.session) != 0 && due_ms(call_.session) < until_ms) {
      is_kept &= due_ms(call_.session) - call_.now_ms < call_.policy.session_ttl_ms;
      call_.now_ms = due_ms(call_.session);
      for (const Command& command : call_.tick().commands) confirm(command);
    }
    is_kept &= until_ms - call_.now_ms < call_.policy.session_ttl_ms;
    call_.now_ms = until_ms;
    return is_kept;
  }
  void confirm(const Command& command) {
    CommandOutcome found{.outcome = OutcomeClass::ok, .http_status = 200};
    if (command.verb == Verb::audit) {
      found.legs = {{.call_leg_id = "parent-leg", .answered = true, .bridged = true, .alive = true},
                    {.call_leg_id = "leg0-id", .answered = true, .bridged = true, .alive = true}};
    }
    call_.answer(command, found);
  }
  void connect() {
    for (const Command& command : call_.offered({"desk", "mobile"}).commands) call_.accept(command);
    for (const Command& command : call_.leg(WebhookType::answered, 0).commands) call_.accept(command);
    call_.leg(WebhookType::hangup, 1);
    for (const Command& command : call_.leg(WebhookType::bridged, 0).commands) call_.accept(command);
    ASSERT_EQ(call_.session.phase, Phase::connected);
  }
  // Whom the step lets go; a look that is due at the same moment is nobody's end.
  static std::vector<int> hung_up(const StepResult& result) {
    std::vector<int> legs;
    for (const Command& command : result.commands) {
      if (command.verb == Verb::hangup) legs.push_back(command.leg);
    }
    return legs;
  }
  Call call_;
};

TEST_P(LongCall, TheCallerIsLetGoWhenTheOtherLeaves) {
  connect();
  EXPECT_TRUE(talk_for(GetParam()));
  ASSERT_EQ(call_.session.phase, Phase::connected);
  const StepResult result = call_.leg(WebhookType::hangup, 0);
  EXPECT_EQ(call_.session.phase, Phase::closing);
  EXPECT_EQ(hung_up(result), std::vector<int>{kParent});
}

TEST_P(LongCall, TheWinnerIsLetGoWhenTheCallerLeaves) {
  connect();
  EXPECT_TRUE(talk_for(GetParam()));
  const StepResult result = call_.parent(WebhookType::hangup);
  EXPECT_EQ(hung_up(result), std::vector<int>{0});
}

INSTANTIATE_TEST_SUITE_P(Lengths, LongCall,
                         ::testing::Values(Millis{601'000}, 2 * kHourMs + 1000, 5 * kHourMs, 12 * kHourMs));

}  // namespace
}  // namespace ringfence
