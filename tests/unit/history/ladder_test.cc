// Ladder lines say what happened in words, with names and without whole phone numbers.
#include "history/ladder.h"

#include <gtest/gtest.h>

#include "core/mask.h"
#include "shared/json.h"
#include "support/core_fixture.h"

namespace ringfence {
namespace {

struct Lines : test::Call {
  Json line(Event event) {
    const Session before = session;
    event.id = {"evt"};
    event.session = session.id;
    event.at_ms = now_ms;
    const StepResult result = step(before, event, policy);
    session = result.next;
    auto json = parse_json(ladder_line(before, event, result, 7));
    EXPECT_TRUE(json);
    commands = result.commands;
    return json ? std::move(*json) : json_object_new();
  }
  std::vector<Command> commands;
};

TEST(Ladder, TheOfferNamesTheCallerByFourDigits) {
  Lines call;
  WebhookFact fact{.type = WebhookType::initiated, .type_name = "call.initiated", .call_control_id = "p"};
  fact.call_leg_id = "parent-leg";
  fact.incoming = true;
  fact.from = "+15550001111";
  fact.to = "+15550002222";
  const Json line = call.line({.body = fact, .plan = RingPlan{.note = "n", .destinations = {{"desk", "sip:desk"}}}});
  EXPECT_EQ(get_text(line.get(), "event"), "call.initiated");
  EXPECT_EQ(get_text(line.get(), "leg"), "caller");
  EXPECT_EQ(get_text(line.get(), "detail"), "********1111 calls ********2222");
  EXPECT_EQ(get_text(line.get(), "phase"), "ringing");
  EXPECT_EQ(get_text(line.get(), "was"), "none");
  EXPECT_EQ(get_text(line.get(), "note"), "n");
  EXPECT_EQ(get_int(line.get(), "v"), 7);
  const json_t* commands = get_array(line.get(), "commands");
  ASSERT_EQ(json_array_size(commands), 1u);
  EXPECT_EQ(get_text(json_array_get(commands, 0), "verb"), "dial");
  EXPECT_EQ(get_text(json_array_get(commands, 0), "leg"), "desk");
}

TEST(Ladder, AResultNamesItsCommand) {
  Lines call;
  const auto offered = call.offered({"desk"});
  const Json line = call.line(
      {.body = CommandResult{
           offered.commands.at(0).id,
           1,
           {.outcome = OutcomeClass::refused, .http_status = 422, .error_code = "90041", .detail = "channel limit"},
           Verb::dial,
           0}});
  EXPECT_EQ(get_text(line.get(), "event"), "result");
  EXPECT_EQ(get_text(line.get(), "verb"), "dial");
  EXPECT_EQ(get_text(line.get(), "leg"), "desk");
  EXPECT_EQ(get_text(line.get(), "detail"), "refused 422 90041: channel limit");
}

TEST(Ladder, ADecisionNamesTheWinnerAndATickIsATick) {
  Lines call;
  call.offered({"desk", "mobile"});
  WebhookFact fact{.type = WebhookType::answered, .type_name = "call.answered", .call_control_id = "leg1"};
  fact.client_state = ClientState{.session = call.session.id, .leg = 1};
  const Json line = call.line({.body = fact});
  EXPECT_EQ(get_text(line.get(), "winner"), "mobile");
  EXPECT_EQ(get_text(line.get(), "phase"), "answering");
  call.now_ms += 600;
  EXPECT_EQ(get_text(call.line({.body = Tick{}}).get(), "event"), "tick");
}

TEST(Ladder, AnEventAboutNobodyWeKnowSaysUnknown) {
  Lines call;
  call.offered({"desk"});
  const Json line = call.line({.body = WebhookFact{.type_name = "call.dtmf.received", .call_leg_id = "stranger"}});
  EXPECT_EQ(get_text(line.get(), "leg"), "unknown");
}

TEST(Ladder, NumbersAreMaskedToTheirLastFourDigits) {
  EXPECT_EQ(mask_number("+15550001111"), "********1111");
  EXPECT_EQ(mask_number("911"), "911");
  EXPECT_EQ(mask_number(""), "");
}

TEST(Ladder, ALegThatWasGivenUpSaysWhy) {
  Lines call;
  WebhookFact fact{.type = WebhookType::initiated, .type_name = "call.initiated", .call_control_id = "p"};
  fact.call_leg_id = "parent-leg";
  fact.incoming = true;
  RingPlan plan{.destinations = {{"desk", "sip:desk", 0, 0, 0, Verify::press1}, {"mobile", "sip:mobile"}}};
  call.line({.body = fact, .plan = std::move(plan)});
  WebhookFact nothing{.type = WebhookType::gather_ended, .type_name = "call.gather.ended", .call_control_id = "l"};
  nothing.client_state = ClientState{.session = call.session.id, .leg = 0};
  const Json line = call.line({.body = nothing});
  EXPECT_EQ(get_text(line.get(), "detail"), "no key");
  const json_t* given_up = json_array_get(get_array(line.get(), "given_up"), 0);
  EXPECT_EQ(get_text(given_up, "leg"), "desk");
  EXPECT_EQ(get_text(given_up, "why"), "screen_failed");
}

TEST(Ladder, DevicesAndOperatorsAreNamed) {
  Lines call;
  EXPECT_EQ(get_text(call.line({.body = DeviceReady{{.device = "desk"}}}).get(), "leg"), "desk");
  EXPECT_EQ(get_text(call.line({.body = Cancel{"too long"}}).get(), "detail"), "too long");
}

}  // namespace
}  // namespace ringfence
