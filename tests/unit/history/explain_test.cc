// Why each device rang and stopped, in words.
#include "history/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ringfence {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

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
  s.claimed_ms = kStart + 2'000;
  s.parent.bridged_ms = kStart + 2'300;
  s.parent.ended_ms = kStart + 60'000;
  s.parent.state = ParentState::ended;
  s.legs.resize(3);
  s.legs[0] = {.destination = {.device = "phone"}, .state = LegState::ended, .dialled_ms = kStart, .claimed = true};
  s.legs[0].ringing_ms = kStart + 400;
  s.legs[0].answered_ms = kStart + 2'000;
  s.legs[0].ended_ms = kStart + 60'000;
  s.legs[1] = {.destination = {.device = "web", .after_ms = 10'000},
               .state = LegState::ended,
               .ending = {.cause = "call_rejected"}};
  s.legs[1].dialled_ms = s.legs[1].dial_at_ms = kStart + 1'000;
  s.legs[1].ended_ms = kStart + 1'500;
  s.legs[2] = {.destination = {.device = "desk"}, .state = LegState::ended, .dialled_ms = kStart, .hangup_attempt = 1};
  s.legs[2].ended_ms = kStart + 2'100;
  return s;
}

TEST(ExplainTest, AnAnsweredCall) {
  EXPECT_THAT(explain(answered_call()),
              ElementsAre(AllOf(HasSubstr("A number ending in 5678 called a number ending in 5100"),
                                HasSubstr("for acme/anna"), Not(HasSubstr("017"))),
                          AllOf(HasSubstr("phone was rung at +0.000s, at once"), HasSubstr("it rang from +0.400s on"),
                                HasSubstr("answered at +2.000s"), HasSubstr("because the caller hung up")),
                          AllOf(HasSubstr("web was rung at +1.000s, earlier than its turn at +10.000s"),
                                HasSubstr("because it was declined there")),
                          AllOf(HasSubstr("desk was rung"), HasSubstr("ended at +2.100s because phone took the call")),
                          AllOf(HasSubstr("answered by phone; the two were connected at +2.300s"),
                                HasSubstr("until the caller hung up at +60.000s. No recording of it is known."))));
}

TEST(ExplainTest, WhoEndedTheConversation) {
  Session s = answered_call();
  s.parent.hangup_attempt = 1;
  s.recording_saved = true;
  EXPECT_THAT(explain(s).back(), AllOf(HasSubstr("until phone hung up"), HasSubstr("It was recorded.")));
  s.cancelled = true;
  EXPECT_THAT(explain(s).back(), HasSubstr("until an operator ended the call"));
  s.phase = Phase::connected;
  EXPECT_THAT(explain(s).back(), HasSubstr("are talking"));
}

TEST(ExplainTest, ACallWithoutDevicesAndOneThatGoesOn) {
  Session s;
  s.parent.from = "anonymous";
  s.parent.to = "+4930555100";
  s.plan.note = "no device is registered";
  s.outcome = Outcome::voicemail;
  s.phase = Phase::closed;
  EXPECT_THAT(explain(s), Contains("No device was rung: no device is registered."));
  EXPECT_THAT(explain(s).front(), HasSubstr("A withheld number called"));
  EXPECT_THAT(explain(s).back(), HasSubstr("no message is known of"));
  s.outcome = Outcome::none;
  s.phase = Phase::ringing;
  s.legs.resize(1);
  s.legs[0].destination.device = "phone";
  EXPECT_THAT(explain(s), Contains("phone was not rung. Its turn may still come."));
  EXPECT_THAT(explain(s).back(), HasSubstr("The call goes on. Phones ring"));
}

TEST(ExplainTest, APhoneThatRingsOnAlthoughItShouldNot) {
  Session s = answered_call();
  s.phase = Phase::closing;
  s.legs[2].state = LegState::ringing;
  s.legs[2].hangup_attempt = 3;
  s.legs[2].ended_ms = 0;
  EXPECT_THAT(explain(s), Contains(HasSubstr("hung up 3 times; that it did is not proved yet")));
  EXPECT_THAT(explain(s).back(), HasSubstr("proofs"));
}

TEST(ExplainTest, ADeviceThatRegisteredLaterAndOneThatWasRungAgain) {
  Session s = answered_call();
  s.legs[1] = {.destination = {.device = "web"},
               .state = LegState::ended,
               .ending = {.cause = "not_found"},
               .dialled_ms = kStart};
  s.legs[1].rung_again = true;
  s.legs.push_back({.destination = {.device = "web"}, .state = LegState::ended, .dialled_ms = kStart + 1'500});
  s.legs.back().hangup_attempt = 1;
  EXPECT_THAT(explain(s), Contains(HasSubstr("it could not be reached (not_found), and registered later")));
  EXPECT_THAT(explain(s), Contains(HasSubstr("web was rung at +1.500s, when it registered")));
  s.round_first = 3;
  EXPECT_THAT(explain(s), Contains(HasSubstr("who took the call was lost, and the others were rung again")));
  EXPECT_THAT(explain(s), Contains(HasSubstr("web was rung at +1.500s, once more")));
}

TEST(ExplainTest, ASecondCallOfOneDial) {
  Session s = answered_call();
  Leg twin{.destination = {.device = "desk"}, .state = LegState::ended, .quit = Quit::expired, .rung_again = true};
  s.legs.push_back(twin);
  EXPECT_THAT(explain(s), Contains(HasSubstr("second call to desk of one dial. That is because we ended it")));
}

TEST(ExplainTest, ACallThatTheStoreHasLost) {
  Session s;
  s.phase = Phase::closed;
  s.outcome = Outcome::failed;
  s.created_ms = kStart;
  s.legs.push_back({.destination = {.device = "unknown"}, .state = LegState::ended, .ended_ms = kStart + 100});
  EXPECT_THAT(explain(s), ElementsAre(HasSubstr("knows no beginning"), HasSubstr("One phone of it was seen. It ended"),
                                      "What was left of it was ended."));
}

TEST(ExplainTest, ABlockedCallerAndACallOfOurOwn) {
  Session s = answered_call();
  s.legs.clear();
  s.outcome = Outcome::rejected;
  s.plan.note = "the called number is blocked by organisation acme";
  s.plan.outbound = true;
  s.parent.from = "gencredphone";
  EXPECT_THAT(explain(s), ElementsAre(HasSubstr("acme/anna called a number ending in 5100"),
                                      "The call was not taken: the called number is blocked by organisation acme."));
}

}  // namespace
}  // namespace ringfence
