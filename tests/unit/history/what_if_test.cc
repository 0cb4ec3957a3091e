// A stored call under another plan: what the log tells is kept, what it does not tell is said.
#include "history/what_if.h"

#include <gmock/gmock.h>

#include "core/outcome.h"
#include "history/explain.h"
#include "history/ladder.h"
#include "history/replay.h"
#include "support/core_fixture.h"

namespace ringfence {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A call that writes its ladder, as ringd stores it.
class Logged : public test::Call {
 public:
  std::vector<std::string> ladder;

  StepResult log(Event event) {
    event.id = {"event-" + std::to_string(ladder.size() + 1)};
    event.session = session.id;
    event.at_ms = now_ms;
    StepResult result = step(session, event, policy);
    ladder.push_back(ladder_line(session, event, result, ladder.size() + 1));
    session = result.next;
    for (const Command& command : result.commands) waiting.push_back(command);
    return result;
  }
  void accept_all() {
    for (const Command& command : std::exchange(waiting, {})) {
      CommandOutcome outcome{.outcome = OutcomeClass::ok, .http_status = 200};
      if (command.verb == Verb::dial) {
        outcome.call_control_id = "leg" + std::to_string(command.leg);
        outcome.call_leg_id = outcome.call_control_id + "-id";
      }
      log(Event{.body = CommandResult{command.id, command.tries, outcome, command.verb, command.leg}});
    }
  }
  void offer(std::vector<std::string> devices) {
    WebhookFact fact{.type = WebhookType::initiated, .call_control_id = "parent", .call_leg_id = "parent-leg"};
    fact.type_name = "call.initiated";
    fact.call_session_id = "call-session";
    fact.incoming = true;
    fact.from = "+15550001111";
    fact.to = "+15550002222";
    Event event{.body = std::move(fact), .plan = RingPlan{.greeting = "Please speak."}};
    for (auto& device : devices) event.plan->destinations.push_back({device, "sip:" + device});
    log(std::move(event));
    now_ms += 100;
    accept_all();
  }
  void tell(WebhookType type, int leg, std::string cause = {}) {
    WebhookFact fact{.type = type, .type_name = std::string(name_of(type))};
    fact.call_control_id = leg == kParent ? "parent" : "leg" + std::to_string(leg);
    fact.call_leg_id = fact.call_control_id + (leg == kParent ? "-leg" : "-id");
    fact.ending.cause = std::move(cause);
    if (leg != kParent) fact.client_state = ClientState{.session = session.id, .leg = leg};
    log(Event{.body = std::move(fact)});
  }
  void after(Millis span_ms) {
    const Millis until_ms = now_ms + span_ms;
    for (Millis due = due_ms(session); due != 0 && due <= until_ms; due = due_ms(session)) {
      now_ms = std::max(now_ms, due);
      log(Event{.body = Tick{}});
      accept_all();
    }
    now_ms = until_ms;
  }
  [[nodiscard]] WhatIf with(std::string_view plan) const {
    auto made = what_if(ladder, "other.plan", plan, PlanRules{}, policy);
    EXPECT_TRUE(made) << (made ? "" : made.error().text);
    return made ? std::move(*made) : WhatIf{};
  }
  std::vector<Command> waiting;
};

DeviceOutcome outcome_of(const Session& session, std::string_view device) {
  for (std::size_t i = 0; i < session.legs.size(); ++i) {
    if (session.legs[i].destination.device == device) return device_outcome(session, i);
  }
  return DeviceOutcome::none;
}

// desk declines after 2 s, phone is answered after 3 s, web rings until then; they talk for 57 s.
Logged answered_by_phone() {
  Logged call;
  call.offer({"desk", "phone", "web"});
  call.after(1'900);
  call.tell(WebhookType::hangup, 0, "call_rejected");
  call.after(1'000);
  call.tell(WebhookType::answered, 1);
  call.after(100);
  call.accept_all();
  call.after(100);
  call.accept_all();
  call.tell(WebhookType::bridged, kParent);
  call.tell(WebhookType::hangup, 2, "originator_cancel");
  call.accept_all();
  call.after(57'000);
  call.tell(WebhookType::hangup, kParent, "normal_clearing");
  call.accept_all();
  call.tell(WebhookType::hangup, 1, "normal_clearing");
  call.tell(WebhookType::recording_saved, kParent);
  call.after(1'000);
  EXPECT_EQ(call.session.phase, Phase::closed);
  EXPECT_EQ(call.session.outcome, Outcome::answered);
  return call;
}

TEST(WhatIf, EverybodyDoesWhatHeDidCountedFromHisOwnRinging) {
  const WhatIf made =
      answered_by_phone().with("plan late { wave { device desk; } wave after=10s { device phone timeout=15s; } }");
  EXPECT_EQ(made.session.plan.name, "late");
  EXPECT_EQ(made.session.outcome, Outcome::answered);
  EXPECT_EQ(outcome_of(made.session, "desk"), DeviceOutcome::declined);
  EXPECT_EQ(outcome_of(made.session, "phone"), DeviceOutcome::answered);
  const Leg& phone = made.session.legs[1];
  // desk said no after 2 s, so that the phone's turn came early; it took 2.9 s again.
  EXPECT_NEAR(static_cast<double>(phone.dialled_ms - made.session.created_ms), 2'000, 150);
  EXPECT_NEAR(static_cast<double>(phone.answered_ms - phone.dialled_ms), 3'000, 150);
  EXPECT_THAT(made.doubts, ElementsAre(HasSubstr("web was rung in that call and is not in this plan")));
}

TEST(WhatIf, WhatAPhoneWouldHaveDoneAfterWeStoppedItIsNotKnown) {
  const WhatIf made = answered_by_phone().with("plan one { wave { device web timeout=20s; } ring 20s; }");
  EXPECT_EQ(made.session.outcome, Outcome::voicemail);
  EXPECT_EQ(outcome_of(made.session, "web"), DeviceOutcome::timed_out);
  EXPECT_THAT(made.doubts, Contains(AllOf(HasSubstr("web rang for 3.0 s"), HasSubstr("taken to ring on"))));
  EXPECT_THAT(made.doubts, Contains(HasSubstr("the caller hangs up here because")));
}

TEST(WhatIf, ADeviceThatIsNotInTheLogIsTakenToRing) {
  const WhatIf made =
      answered_by_phone().with("plan more { wave { device phone timeout=15s; device tablet timeout=10s; } }");
  EXPECT_EQ(made.session.outcome, Outcome::answered);
  EXPECT_EQ(outcome_of(made.session, "tablet"), DeviceOutcome::answered_elsewhere);
  EXPECT_THAT(made.doubts, Contains(HasSubstr("tablet was not rung in that call")));
}

TEST(WhatIf, AKeyThatNobodyWasAskedFor) {
  const WhatIf made = answered_by_phone().with("plan safe { wave { device phone verify=press1 timeout=10s; } }");
  EXPECT_EQ(made.session.outcome, Outcome::answered);
  EXPECT_THAT(made.doubts, Contains(AllOf(HasSubstr("asked for a key"), HasSubstr("taken to press it"))));
}

TEST(WhatIf, TheSamePlanGivesTheSameCall) {
  const Logged call = answered_by_phone();
  const WhatIf made = call.with("plan same { wave { device desk; device phone; device web; } }");
  EXPECT_EQ(made.session.outcome, Outcome::answered);
  for (const char* device : {"desk", "phone", "web"}) {
    EXPECT_EQ(outcome_of(made.session, device), outcome_of(call.session, device)) << device;
  }
  EXPECT_EQ(made.session.phase, Phase::closed);
  EXPECT_THAT(made.doubts, IsEmpty());
  EXPECT_TRUE(stored_events(made.ladder)) << "it can be played again";
  EXPECT_THAT(explain(made.session), Contains(HasSubstr("answered by phone")));
}

TEST(WhatIf, ACallerWhoGivesUpDoesSoAtHisTime) {
  Logged call;
  call.offer({"phone"});
  call.after(8'000);
  call.tell(WebhookType::hangup, kParent, "originator_cancel");
  call.accept_all();
  call.tell(WebhookType::hangup, 0, "originator_cancel");
  const WhatIf made = call.with("plan other { wave { device phone timeout=20s; } }");
  EXPECT_EQ(made.session.outcome, Outcome::abandoned);
  EXPECT_NEAR(static_cast<double>(made.session.parent.ended_ms - made.session.created_ms), 8'100, 200);
  EXPECT_THAT(made.doubts, IsEmpty());
}

TEST(WhatIf, APlanThatIsWrongIsRefusedWithItsLine) {
  const Logged call = answered_by_phone();
  const auto wrong = what_if(call.ladder, "other.plan", "plan x {\n wav { phone; } }", PlanRules{}, call.policy);
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().text, HasSubstr("other.plan:2: "));
  const auto hopeless =
      what_if(call.ladder, "other.plan", "plan x { wave { device phone timeout=1s; } }", PlanRules{}, {});
  ASSERT_FALSE(hopeless);
  EXPECT_THAT(hopeless.error().text, HasSubstr("other.plan:1: "));
}

TEST(WhatIf, ALogThatDoesNotBeginWithTheCallIsRefused) {
  const Logged call = answered_by_phone();
  const std::vector<std::string> late(call.ladder.begin() + 1, call.ladder.end());
  EXPECT_FALSE(what_if(late, "p", "plan x { wave { device phone; } }", PlanRules{}, call.policy));
  EXPECT_FALSE(what_if({}, "p", "plan x { wave { device phone; } }", PlanRules{}, call.policy));
}

TEST(Replay, TheSameRulesGiveTheSameLadder) {
  const Logged call = answered_by_phone();
  const auto played = replay(call.ladder, call.policy);
  ASSERT_TRUE(played) << played.error().text;
  EXPECT_EQ(played->ladder, call.ladder);
  EXPECT_EQ(played->session, call.session);
}

TEST(Replay, OtherRulesDifferFromTheLineAtWhichTheyMatter) {
  Logged call;
  call.offer({"phone"});
  call.after(31'000);
  Policy longer = call.policy;
  longer.ring_ms = 60'000;
  longer.leg_ms = 60'000;
  const auto played = replay(call.ladder, longer);
  ASSERT_TRUE(played);
  const auto first = std::ranges::mismatch(played->ladder, call.ladder);
  ASSERT_NE(first.in1, played->ladder.end());
  EXPECT_THAT(*first.in2, HasSubstr("vm_answering"));
  EXPECT_EQ(played->session.phase, Phase::ringing);
}

TEST(Replay, AGapOrALineWithoutItsEventIsNamed) {
  const Logged call = answered_by_phone();
  std::vector<std::string> gap = call.ladder;
  gap.erase(gap.begin() + 2);
  EXPECT_THAT(replay(gap, call.policy).error().text, HasSubstr("version 3"));
  std::vector<std::string> bare = call.ladder;
  bare[1].replace(bare[1].find(",\"e\":"), std::string::npos, "}");
  EXPECT_THAT(replay(bare, call.policy).error().text, HasSubstr("line 2"));
}

}  // namespace
}  // namespace ringfence
