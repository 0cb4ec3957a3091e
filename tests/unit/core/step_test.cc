// step(): what its commands carry, that it is pure, and that time alone neither loops nor changes anything early. The
// calls themselves are told in tests/scenarios.
#include "core/step.h"

#include <gmock/gmock.h>

#include "shared/limits.h"
#include "support/core_fixture.h"

namespace ringfence {
namespace {

using test::Call;

TEST(Step, ADialCarriesEverythingItsRequestNeeds) {
  Call call;
  const auto result = call.offered({"desk", "mobile"});
  ASSERT_EQ(result.commands.size(), 2u);
  const Command& dial = result.commands[1];
  EXPECT_EQ(dial.verb, Verb::dial);
  EXPECT_EQ(dial.to, "sip:mobile");
  EXPECT_EQ(dial.from, "+15550001111");
  EXPECT_EQ(dial.display_name, "Ada");
  EXPECT_EQ(dial.peer, "parent");
  EXPECT_EQ(dial.connection_id, "connection");
  EXPECT_TRUE(dial.call_control_id.empty());
  EXPECT_EQ(dial.timeout_secs, 30);
  EXPECT_EQ(dial.time_limit_secs, 4 * 3600);
  EXPECT_EQ(dial.tries, 1);
  const auto state = decode_client_state(dial.client_state);
  ASSERT_TRUE(state);
  EXPECT_EQ(state->session.text, "parent-leg");
  EXPECT_EQ(state->leg, 1);
}

TEST(Step, AWithheldCallerIsPresentedAsTheNumberThatWasCalled) {
  Call call;
  WebhookFact fact{.type = WebhookType::initiated, .call_control_id = "parent", .call_leg_id = "parent-leg"};
  fact.incoming = true;
  fact.from = "anonymous";
  fact.to = "+15550002222";
  const auto result = call.happen(Event{.body = fact, .plan = RingPlan{.destinations = {{"desk", "sip:desk"}}}});
  ASSERT_EQ(result.commands.size(), 1u);
  EXPECT_EQ(result.commands[0].from, "+15550002222");
}

TEST(Step, ABridgeNamesTheWinnerAndAddressesTheCaller) {
  Call call;
  call.offered({"desk"});
  const auto answered = call.leg(WebhookType::answered, 0);
  ASSERT_EQ(answered.commands.size(), 1u);
  EXPECT_EQ(answered.commands[0].verb, Verb::answer);
  EXPECT_EQ(answered.commands[0].call_control_id, "parent");
  const auto bridged = call.accept(answered.commands[0]);
  ASSERT_EQ(bridged.commands.size(), 1u);
  EXPECT_EQ(bridged.commands[0].verb, Verb::bridge);
  EXPECT_EQ(bridged.commands[0].call_control_id, "parent");
  EXPECT_EQ(bridged.commands[0].peer, "leg0");
}

TEST(Step, AMessageHasALongestLengthAndAConversationHasNot) {
  Call voicemail;
  auto result = voicemail.offered({});
  result = voicemail.accept(result.commands.at(0));
  ASSERT_EQ(result.commands.at(0).verb, Verb::speak);
  EXPECT_EQ(result.commands[0].text, "Please speak.");
  result = voicemail.parent(WebhookType::speak_ended);
  ASSERT_EQ(result.commands.at(0).verb, Verb::record_start);
  EXPECT_EQ(result.commands[0].max_length_secs, 300);
  EXPECT_TRUE(result.commands[0].beep);
  EXPECT_FALSE(result.commands[0].dual_channel);

  Call conversation;
  conversation.offered({"desk"});
  result = conversation.leg(WebhookType::answered, 0);
  conversation.accept(result.commands.at(0));
  result = conversation.leg(WebhookType::bridged, 0);
  ASSERT_EQ(result.commands.at(0).verb, Verb::record_start);
  EXPECT_EQ(result.commands[0].max_length_secs, 0);
  EXPECT_FALSE(result.commands[0].beep);
  EXPECT_TRUE(result.commands[0].dual_channel);
}

TEST(Step, IsAFunctionOfItsArgumentsAlone) {
  Call one, two;
  for (Call* call : {&one, &two}) {
    call->offered({"desk", "mobile"});
    call->now_ms += 700;
    call->tick();
    call->leg(WebhookType::answered, 1);
  }
  EXPECT_EQ(one.session, two.session);
}

TEST(Step, ATickBeforeItsTimeChangesNothing) {
  Call call;
  call.offered({"desk"});
  for (Millis at_ms : {Millis{0}, Millis{1}, Millis{599}}) {
    call.now_ms = test::kStartMs + at_ms;
    const Session before = call.session;
    const auto result = call.tick();
    EXPECT_FALSE(result.changed) << at_ms;
    EXPECT_TRUE(result.commands.empty());
    EXPECT_EQ(call.session, before);
  }
  call.now_ms = test::kStartMs + 600;
  const auto result = call.tick();
  EXPECT_TRUE(result.changed);
  EXPECT_EQ(result.commands.size(), 1u);
}

// No answer to anything, ever: what a provider that is down looks like. Ticks must come at a bounded rate.
TEST(Step, AProviderThatNeverAnswersMakesNoBusyLoop) {
  for (const bool caller_leaves : {false, true}) {
    Call call;
    call.offered({"desk", "mobile"});
    if (caller_leaves) call.parent(WebhookType::hangup);
    int ticks = 0;
    while (call.now_ms < test::kStartMs + 3'600'000) {
      const Millis due = due_ms(call.session);
      if (due == 0) break;
      ASSERT_GT(due, call.now_ms) << "after " << ticks << " ticks in " << name_of(call.session.phase);
      call.now_ms = due - 1;
      const Session before = call.session;
      call.tick();
      ASSERT_EQ(call.session, before);
      call.now_ms = due;
      call.tick();
      ++ticks;
    }
    EXPECT_LT(ticks, 3600);
    EXPECT_LE(call.session.outbox.size(), limits::kOutbox);
  }
}

// I17: neither webhook nor answer for hours. The provider's own limit has ended the call by then, so we close.
TEST(Step, ASessionThatNothingSettlesIsWrittenOffAfterTheCallLimit) {
  Call call;
  auto result = call.offered({"desk"});
  call.answer(result.commands.at(0), {.outcome = OutcomeClass::ok, .http_status = 200, .call_control_id = "leg0"});
  call.parent(WebhookType::hangup);
  int ticks = 0;
  while (due_ms(call.session) != 0 && ++ticks < 20'000) {
    call.now_ms = due_ms(call.session);
    result = call.tick();
    // A refusal that proves nothing: the key was withdrawn.
    for (const auto& command : result.commands) {
      call.answer(command, {.outcome = OutcomeClass::refused, .http_status = 401, .error_code = "10009"});
    }
  }
  EXPECT_EQ(call.session.phase, Phase::closed);
  EXPECT_EQ(due_ms(call.session), 0);
  EXPECT_LT(ticks, 1000);
  EXPECT_LE(call.now_ms, test::kStartMs + call.policy.call_limit_ms + 60'000);
}

TEST(Step, AnEventOfACallThatWasNeverOfferedHasNoEffect) {
  Call call;
  const auto result = call.parent(WebhookType::answered);
  EXPECT_EQ(call.session.phase, Phase::none);
  EXPECT_TRUE(result.commands.empty());
  EXPECT_EQ(due_ms(call.session), 0);
}

TEST(Step, AWebhookWithoutAnyIdIsAboutNobody) {
  // Was: an event without ids matched a caller without ids, and a stray hangup ended the call.
  Call call;
  call.session.id = {"parent-leg"};
  call.happen(Event{.body = WebhookFact{.type = WebhookType::initiated, .call_control_id = "parent", .incoming = true},
                    .plan = RingPlan{.destinations = {{"desk", "sip:desk"}}}});
  call.webhook({.type = WebhookType::hangup});
  EXPECT_NE(call.session.parent.state, ParentState::ended);
}

TEST(Step, ALegThatAnswersWithoutItsIdIsNotChosenYet) {
  Call call;
  call.offered({"desk"});
  WebhookFact fact{.type = WebhookType::answered};
  fact.client_state = ClientState{.session = call.session.id, .leg = 0};
  call.webhook(fact);
  EXPECT_EQ(call.session.winner, -1);
  call.leg(WebhookType::initiated, 0);
  EXPECT_EQ(call.session.winner, 0);
}

TEST(Step, ALegBeyondTheLimitIsNobody) {
  Call call;
  call.offered({"desk"});
  WebhookFact fact{.type = WebhookType::initiated, .call_control_id = "x"};
  fact.client_state = ClientState{.session = call.session.id, .leg = static_cast<int>(limits::kLegs)};
  call.webhook(fact);
  EXPECT_EQ(call.session.legs.size(), 1u);
}

TEST(Step, SixtyFourDevicesOneWinner) {
  std::vector<std::string> devices;
  for (std::size_t i = 0; i < limits::kLegs + 5; ++i) devices.push_back("d" + std::to_string(i));
  Call call;
  auto result = call.offered(devices);
  EXPECT_EQ(result.commands.size(), limits::kLegs);
  for (int i = 0; i < static_cast<int>(limits::kLegs); ++i) call.leg(WebhookType::initiated, i);
  result = call.leg(WebhookType::answered, 17);
  EXPECT_EQ(result.commands.size(), limits::kLegs);  // one answer, and a hang-up for each of the others
  EXPECT_LE(call.session.outbox.size(), limits::kOutbox);
  for (int i = 0; i < static_cast<int>(limits::kLegs); ++i) {
    if (i == 17) continue;
    EXPECT_TRUE(call.leg(WebhookType::answered, i).commands.empty());
  }
  EXPECT_EQ(call.session.winner, 17);
}

TEST(Step, AuditsNeverUseAnIdTwice) {
  // Was: the count of looks began again with each search, and with it the ids of commands and of their results.
  Call call;
  auto result = call.offered({"desk"});
  std::vector<std::string> ids;
  result = call.leg(WebhookType::answered, 0);
  call.accept(result.commands.at(0));
  call.leg(WebhookType::bridged, 0);
  for (int i = 0; i < 40; ++i) {
    call.now_ms = due_ms(call.session);
    for (const auto& command : call.tick().commands) {
      if (command.verb == Verb::audit && command.tries == 1) {
        EXPECT_THAT(ids, ::testing::Not(::testing::Contains(command.id.text)));
        ids.push_back(command.id.text);
      }
      call.answer(command, {.outcome = OutcomeClass::ok, .http_status = 200});
    }
  }
  EXPECT_GT(ids.size(), 5u);
}

}  // namespace
}  // namespace ringfence
