// A breach is found in a step that was tampered with, and none in the step itself.
#include "core/invariants.h"

#include <gtest/gtest.h>

namespace ringfence::test {
namespace {

struct Ringing {
  Policy policy;
  Session before;
  Event event;
  StepResult result;
  Ringing() {
    WebhookFact fact{.type = WebhookType::initiated, .call_control_id = "cc", .call_leg_id = "call", .incoming = true};
    event = {.id = {"e"}, .session = {"call"}, .at_ms = 1000, .body = std::move(fact)};
    event.plan = RingPlan{.organisation = "o", .user = "u", .destinations = {{"phone", "sip:a"}, {"web", "sip:b"}}};
    result = step(before, event, policy);
  }
  [[nodiscard]] Invariant broken() const { return breach_of(before, event, result, policy).invariant; }
};

TEST(Invariants, AStepBreaksNone) { EXPECT_EQ(Ringing().broken(), Invariant::none); }

TEST(Invariants, TamperedStepsAreFound) {
  Ringing second_id;
  second_id.result.commands.at(0).attempt = 2;
  second_id.result.next.outbox.at(0).attempt = 2;
  EXPECT_EQ(second_id.broken(), Invariant::one_device_one_ring);
  Ringing from_nowhere;
  from_nowhere.result.next.outbox.clear();
  EXPECT_EQ(from_nowhere.broken(), Invariant::only_from_outbox);
  Ringing unlimited;
  unlimited.result.commands.at(0).time_limit_secs = 0;
  EXPECT_EQ(unlimited.broken(), Invariant::bounded_by_provider);
  Ringing back_again;
  back_again.before = back_again.result.next;
  back_again.before.phase = Phase::vm_recording;
  EXPECT_EQ(back_again.broken(), Invariant::in_the_table);
  Ringing revoked;
  revoked.before = revoked.result.next;
  revoked.before.legs.at(0).state = LegState::ended;
  EXPECT_EQ(revoked.broken(), Invariant::facts_only_grow);
}

TEST(Invariants, EveryOneHasAName) {
  for (std::size_t i = 0; i < kInvariants; ++i) EXPECT_FALSE(name_of(static_cast<Invariant>(i)).empty()) << i;
}

}  // namespace
}  // namespace ringfence::test
