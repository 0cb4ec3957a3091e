// A breach is found in a step that was tampered with, and none in the step itself.
#include "core/invariants.h"

#include <gtest/gtest.h>

#include <functional>

#include "shared/limits.h"

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

// Copies of what an application was told are made of these.
TEST(Invariants, WhatWasToldAndIsNotSoAnyMoreIsFound) {
  const auto changed = [](bool told, const std::function<void(Session&)>& change) {
    Ringing one;
    one.before = one.result.next;
    one.result.commands.clear();
    for (Session* s : {&one.before, &one.result.next}) {
      s->told = told;
      s->legs.at(0).told = told ? DeviceOutcome::timed_out : DeviceOutcome::none;
    }
    change(one.result.next);
    return one.broken();
  };
  const std::function<void(Session&)> changes[] = {
      [](Session& s) { s.parent.answered_ms = 1; },        [](Session& s) { s.parent.bridged_ms = 1; },
      [](Session& s) { s.parent.ended_ms = 1; },           [](Session& s) { s.parent.ending.cause = "late"; },
      [](Session& s) { s.legs[0].answered_ms = 1; },       [](Session& s) { s.legs[0].ended_ms = 1; },
      [](Session& s) { s.legs[0].ringing_ms = 1; },        [](Session& s) { s.legs[0].dialled_ms = 1; },
      [](Session& s) { s.legs[0].ending.source = "late"; }};
  for (const auto& change : changes) {
    EXPECT_EQ(changed(true, change), Invariant::one_outcome);
    EXPECT_EQ(changed(false, change), Invariant::none);
  }
  EXPECT_EQ(changed(true, [](Session&) {}), Invariant::none);
}

TEST(Invariants, WhatIsToBeOverSoonAndIsNotIsFound) {
  Ringing on;
  on.before = on.result.next;
  on.before.phase = on.result.next.phase = Phase::vm_recording;
  on.result.commands.clear();
  for (Session* s : {&on.before, &on.result.next}) {
    for (Leg& leg : s->legs) leg.state = LegState::ended;
    s->ring_deadline_ms = s->recording_deadline_ms = 5000;
    s->outbox.clear();
    s->legs[0].state = LegState::ringing;
    s->legs[0].call_control_id = "cc-a";
    s->legs[0].hangup_next_ms = 60'000;
    s->legs[0].hangup_attempt = limits::kHangups - 1;
  }
  EXPECT_EQ(on.broken(), Invariant::none);
  on.result.next.legs[0].hangup_attempt = limits::kHangups;
  EXPECT_EQ(on.broken(), Invariant::no_orphan_ring);
  on.before.legs[0].state = on.result.next.legs[0].state = LegState::answered;
  EXPECT_EQ(on.broken(), Invariant::no_silent_leg);
  on.before.legs[0].hangup_attempt = limits::kHangups;
  EXPECT_EQ(on.broken(), Invariant::none) << "each leg is counted once";
}

TEST(Invariants, ACallerLeftAloneIsFound) {
  Ringing endless;
  endless.result.next.ring_deadline_ms = endless.event.at_ms - 1;
  EXPECT_EQ(endless.broken(), Invariant::no_endless_ringing);
  Ringing nobody;
  for (Leg& leg : nobody.result.next.legs) leg.state = LegState::ended;
  nobody.result.commands.clear();
  EXPECT_EQ(nobody.broken(), Invariant::no_endless_ringing);
  Ringing silent;
  silent.before = silent.result.next;
  silent.result.commands.clear();
  for (Session* s : {&silent.before, &silent.result.next}) {
    s->phase = Phase::bridging;
    s->winner = 0;
    s->claims = 1;
    s->claimed_ms = s->parent.answered_ms = 1000;
    s->parent.state = ParentState::answered;
  }
  EXPECT_EQ(silent.broken(), Invariant::none);
  silent.event.at_ms = 1001 + limits::kSilentCallerMs;
  EXPECT_EQ(silent.broken(), Invariant::no_silent_caller);
}

// The provider rings the only destination, and says no more: not its time is over, nor that it is bridged.
TEST(Invariants, ACallerTransferredToNobodyIsFound) {
  Ringing hangs;
  hangs.event.plan->route = Route::transfer;
  hangs.event.plan->destinations.resize(1);
  hangs.result = step({}, hangs.event, hangs.policy);
  ASSERT_EQ(hangs.result.next.phase, Phase::transferring);
  hangs.before = hangs.result.next;
  const Millis longest_ms = hangs.policy.leg_ms + hangs.policy.transfer_margin_ms + limits::kSilentCallerMs;
  const auto broken_after = [&](Millis waits_ms) {
    hangs.event = {.id = {"t"}, .session = {"call"}, .at_ms = hangs.before.claimed_ms + waits_ms, .body = Tick{}};
    hangs.result = step(hangs.before, hangs.event, hangs.policy);
    EXPECT_EQ(hangs.result.next.phase, Phase::transferring);
    return hangs.broken();
  };
  EXPECT_EQ(broken_after(longest_ms), Invariant::none);
  EXPECT_EQ(broken_after(longest_ms + 1), Invariant::no_endless_ringing);
  hangs.before.parent.state = ParentState::answered;  // by us, for an agent
  EXPECT_EQ(broken_after(longest_ms + 1), Invariant::no_silent_caller);
}

TEST(Invariants, EveryOneHasANameAndSaysWhatToDo) {
  for (std::size_t i = 1; i < kInvariants; ++i) {
    EXPECT_FALSE(name_of(static_cast<Invariant>(i)).empty()) << i;
    EXPECT_FALSE(advice_on(static_cast<Invariant>(i)).empty()) << i;
  }
}

}  // namespace
}  // namespace ringfence::test
