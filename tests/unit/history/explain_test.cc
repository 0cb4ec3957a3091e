// Why each device rang and stopped, in words.
#include "history/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ringfence {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr Millis kStart = 1'795'244'400'000;

Session answered_call() {
  Session s;
  s.id.text = "caller-leg";
  s.phase = Phase::closed;
  s.outcome = Outcome::answered;
  s.parent.from = "+4917012345678";
  s.parent.to = "+4930555100";
  s.plan.organisation = "acme";
  s.plan.user = "anna";
  s.created_ms = s.ring_started_ms = kStart;
  s.winner = 0;
  s.claims = 1;
  s.legs.resize(3);
  s.legs[0] = {.destination = {.device = "phone"}, .state = LegState::ended, .dialled_ms = kStart, .claimed = true};
  s.legs[0].ringing_ms = kStart + 400;
  s.legs[0].answered_ms = kStart + 2'000;
  s.legs[0].ended_ms = kStart + 60'000;
  s.legs[1] = {
      .destination = {.device = "web", .after_ms = 10'000}, .state = LegState::ended, .cause = "call_rejected"};
  s.legs[1].dialled_ms = s.legs[1].dial_at_ms = kStart + 1'000;
  s.legs[1].ended_ms = kStart + 1'500;
  s.legs[2] = {.destination = {.device = "desk"}, .state = LegState::ended, .dialled_ms = kStart, .hangup_attempt = 1};
  s.legs[2].ended_ms = kStart + 2'100;
  return s;
}

TEST(ExplainTest, AnAnsweredCall) {
  EXPECT_THAT(explain(answered_call()),
              ElementsAre(AllOf(HasSubstr("for acme/anna"), testing::Not(HasSubstr("+4917012345678"))),
                          AllOf(HasSubstr("phone was rung at +0.000s, at once"), HasSubstr("heard from +0.400s"),
                                HasSubstr("answered at +2.000s"), HasSubstr("because the conversation was over")),
                          AllOf(HasSubstr("web was rung at +1.000s, earlier than its turn at +10.000s"),
                                HasSubstr("because it was declined there")),
                          AllOf(HasSubstr("desk was rung"), HasSubstr("ended at +2.100s because phone took the call")),
                          "The call was answered by phone."));
}

TEST(ExplainTest, ACallWithoutDevicesAndOneThatGoesOn) {
  Session s;
  s.plan.note = "no device is registered";
  s.outcome = Outcome::voicemail;
  EXPECT_THAT(explain(s), testing::Contains("No device was rung: no device is registered."));
  s.outcome = Outcome::none;
  s.phase = Phase::ringing;
  s.legs.resize(1);
  s.legs[0].destination.device = "phone";
  EXPECT_THAT(explain(s), testing::Contains("phone was not rung. Its turn may still come."));
  EXPECT_THAT(explain(s).back(), HasSubstr("The call goes on"));
}

}  // namespace
}  // namespace ringfence
