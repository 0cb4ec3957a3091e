// Transfers, prompts for a key, machine detection, calls of the account's own devices.
#include "fixture.h"

namespace ringfence::sim {
namespace {

class ScreeningTest : public SimulationTest {
 protected:
  static constexpr const char* kTransfer =
      R"({"to":"sip:a@x","target_leg_client_state":"Yg==","client_state":"YQ==","timeout_secs":5,
          "custom_headers":[{"name":"X-Organisation","value":"acme"}]})";
  static constexpr const char* kGather =
      R"({"payload":"Press one.","voice":"v","valid_digits":"1","maximum_tries":2,"timeout_millis":300})";
  Leg& answered_leg(const std::string& person, const std::string& dial_extra = "") {
    Session& session = call(R"(,"people":[{"to":"sip:a@x","answer_after_ms":10)" + person + "}]");
    Leg& leg = dial(session, "sip:a@x", dial_extra);
    pass_ms(10);
    EXPECT_EQ(leg.state, LegState::answered);
    return leg;
  }
  std::string last_payload(const char* key) {
    const auto data = parse_json(sim.postbox.find(carrier.ids.back())->data);
    return std::string(get_text(get_object(data->get(), "payload"), key));
  }
};

TEST_F(ScreeningTest, ATransferRingsAndBridgesWhenAnswered) {
  Session& session = call(R"(,"people":[{"to":"sip:a@x","answer_after_ms":20}])");
  EXPECT_EQ(command(Verb::transfer, session.parent->control_id, kTransfer).status, 200);
  ASSERT_EQ(session.legs.size(), 2u);
  const Leg& made = *session.legs[1];
  EXPECT_EQ(made.state, LegState::ringing);
  EXPECT_EQ(made.client_state, "Yg==");
  EXPECT_EQ(made.from, "+12025550131") << "by default what was called";
  EXPECT_EQ(made.headers.at(0).second, "acme");
  EXPECT_EQ(session.parent->client_state, "YQ==");
  EXPECT_EQ(session.parent->state, LegState::parked);
  pass_ms(20);
  EXPECT_EQ(session.parent->state, LegState::answered);
  EXPECT_EQ(made.peer, session.parent);
  EXPECT_EQ(session.bridges, 1u);
  EXPECT_EQ(carrier.count("call.bridged caller"), 1);
  EXPECT_EQ(carrier.count("call.bridged sip:a@x"), 1);
}

TEST_F(ScreeningTest, AFailedTransferLeavesTheCallerUp) {
  Session& session = call();
  EXPECT_EQ(command(Verb::transfer, session.parent->control_id, kTransfer).status, 200);
  pass_ms(5000);
  EXPECT_EQ(session.legs[1]->hangup_cause, "timeout");
  EXPECT_EQ(session.parent->state, LegState::parked);
  EXPECT_EQ(command(Verb::answer, session.parent->control_id).status, 200);
}

TEST_F(ScreeningTest, WhoeverIsTransferredTakesTheRingingWithHim) {
  Session& session = call(R"(,"caller":{"hang_up_after_ms":30})");
  EXPECT_EQ(command(Verb::transfer, session.parent->control_id, kTransfer).status, 200);
  pass_ms(30);
  EXPECT_EQ(session.legs[1]->hangup_cause, "originator_cancel");
  EXPECT_EQ(session.alive_legs, 0u);
  EXPECT_EQ(command(Verb::transfer, session.parent->control_id, kTransfer).text("code"), "90018");
}

TEST_F(ScreeningTest, ARepeatedTransferRingsOnce) {
  Session& session = call();
  const std::string body = R"({"to":"sip:a@x","command_id":"t1"})";
  EXPECT_EQ(command(Verb::transfer, session.parent->control_id, body).status, 200);
  EXPECT_EQ(command(Verb::transfer, session.parent->control_id, body).status, 200);
  EXPECT_EQ(session.legs.size(), 2u);
  EXPECT_EQ(command(Verb::transfer, session.legs[1]->control_id, body).text("code"), "90034") << "it only rings";
  EXPECT_EQ(command(Verb::transfer, session.parent->control_id, R"({"to":"nobody"})").text("code"), "10016");
}

TEST_F(ScreeningTest, AKeyEndsTheGathering) {
  Leg& leg = answered_leg(R"(,"presses":"1","press_after_ms":40)");
  EXPECT_EQ(command(Verb::gather_using_speak, leg.control_id, kGather).status, 200);
  pass_ms(39);
  EXPECT_EQ(carrier.count("call.gather.ended sip:a@x"), 0);
  pass_ms(1);
  EXPECT_EQ(carrier.count("call.dtmf.received sip:a@x"), 1);
  EXPECT_EQ(carrier.count("call.gather.ended sip:a@x"), 1);
  EXPECT_EQ(last_payload("digits"), "1");
  EXPECT_EQ(last_payload("status"), "valid");
}

TEST_F(ScreeningTest, SilenceEndsItAfterTheLastTry) {
  Leg& leg = answered_leg("");
  EXPECT_EQ(command(Verb::gather_using_speak, leg.control_id, kGather).status, 200);
  pass_ms(2 * (sim.world.settings.speak_ms + 300) - 1);
  EXPECT_EQ(carrier.count("call.gather.ended sip:a@x"), 0);
  pass_ms(1);
  EXPECT_EQ(last_payload("status"), "timeout");
  EXPECT_EQ(last_payload("digits"), "");
}

TEST_F(ScreeningTest, AWrongKeyCostsATry) {
  Leg& leg = answered_leg(R"(,"presses":"5")");
  EXPECT_EQ(command(Verb::gather_using_speak, leg.control_id, kGather).status, 200);
  pass_ms(50);
  EXPECT_EQ(carrier.count("call.gather.ended sip:a@x"), 0);
  pass_ms(50);
  EXPECT_EQ(last_payload("status"), "invalid");
}

TEST_F(ScreeningTest, HangingUpEndsTheGatheringFirst) {
  Leg& leg = answered_leg("");
  EXPECT_EQ(command(Verb::gather_using_speak, leg.control_id, kGather).status, 200);
  EXPECT_EQ(command(Verb::hangup, leg.control_id).status, 200);
  EXPECT_EQ(carrier.sent.back(), "call.hangup sip:a@x");
  EXPECT_EQ(carrier.sent.at(carrier.sent.size() - 2), "call.gather.ended sip:a@x");
  EXPECT_EQ(command(Verb::gather_using_speak, leg.control_id, kGather).text("code"), "90018");
}

TEST_F(ScreeningTest, NobodyIsPromptedBeforeAnswering) {
  Session& session = call();
  Leg& leg = dial(session, "sip:a@x");
  EXPECT_EQ(command(Verb::gather_using_speak, leg.control_id, kGather).text("code"), "90034");
  EXPECT_EQ(command(Verb::gather_using_speak, leg.control_id, R"({"payload":"x"})").text("code"), "10004");
}

TEST_F(ScreeningTest, DetectionHearsWhatAnswered) {
  const std::pair<const char*, const char*> heard[] = {{"", "human_residence"},
                                                       {R"(,"machine":"yes")", "machine"},
                                                       {R"(,"machine":"unsure")", "not_sure"},
                                                       {R"(,"machine":"fax")", "fax_detected"}};
  for (const auto& [person, result] : heard) {
    Leg& leg = answered_leg(person, R"(,"answering_machine_detection":"premium")");
    EXPECT_EQ(carrier.sent.back(), "call.answered sip:a@x") << "the answer comes first";
    pass_ms(100);
    EXPECT_EQ(carrier.sent.back(), "call.machine.premium.detection.ended sip:a@x");
    EXPECT_EQ(last_payload("result"), result);
    EXPECT_EQ(leg.state, LegState::answered);
  }
  (void)answered_leg("", R"(,"answering_machine_detection":"detect")");
  pass_ms(100);
  EXPECT_EQ(carrier.sent.back(), "call.machine.detection.ended sip:a@x");
  EXPECT_EQ(last_payload("result"), "human");
}

TEST_F(ScreeningTest, NothingIsDetectedUnasked) {
  (void)answered_leg(R"(,"machine":"yes")");
  pass_ms(500);
  EXPECT_EQ(carrier.sent.back(), "call.answered sip:a@x");
}

TEST_F(ScreeningTest, ADeviceThatCallsOutIsParkedAndOutgoing) {
  const auto body = parse_json(R"({"from":"gencredA","to":"+12025550199","outbound":true,
      "people":[{"to":"+12025550199","answer_after_ms":20}]})");
  Session& session = **sim.start_call(body->get());
  const auto data = parse_json(sim.postbox.find(carrier.ids.back())->data);
  const json_t* payload = get_object(data->get(), "payload");
  EXPECT_EQ(get_text(payload, "direction"), "outgoing");
  EXPECT_EQ(get_text(payload, "state"), "parked");
  EXPECT_EQ(get_text(payload, "from_sip_uri"), "gencredA@sip.telnyx.com");
  EXPECT_EQ(command(Verb::answer, session.parent->control_id).text("code"), "90102");
  EXPECT_EQ(command(Verb::reject, session.parent->control_id, R"({"cause":"USER_BUSY"})").status, 422);
  EXPECT_EQ(command(Verb::transfer, session.parent->control_id, R"({"to":"+12025550199"})").status, 200);
  pass_ms(20);
  EXPECT_EQ(session.bridges, 1u);
}

}  // namespace
}  // namespace ringfence::sim
