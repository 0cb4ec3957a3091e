// Calls and legs: what a command does to them, what they do to each other, and the webhooks that tell of it.
#include "fixture.h"
#include "telnyx_sim/truth.h"

namespace ringfence::sim {
namespace {

class State : public SimulationTest {
 protected:
  const json_t* payload_of(std::size_t index) {
    parsed_.push_back(*parse_json(sim.postbox.find(carrier.ids[index])->data));
    return get_object(parsed_.back().get(), "payload");
  }
  std::vector<Json> parsed_;
};

TEST_F(State, ACallRingsIsAnsweredBridgedAndEndsTogether) {
  Session& session = call(R"(,"people":[{"to":"sip:a@x","answer_after_ms":50}])");
  Leg& a = dial(session, "sip:a@x");
  Leg& b = dial(session, "sip:b@x");
  EXPECT_EQ(a.session, &session);
  EXPECT_EQ(ringing_now(session), 2u);
  pass_ms(50);
  EXPECT_EQ(a.state, LegState::answered);
  EXPECT_EQ(command(Verb::answer, session.parent->control_id).status, 200);
  EXPECT_TRUE(is_silent(session));
  EXPECT_EQ(bridge(session, a).status, 200);
  EXPECT_FALSE(is_silent(session));
  EXPECT_EQ(command(Verb::hangup, b.control_id).status, 200);
  EXPECT_EQ(b.hangup_cause, "originator_cancel");
  EXPECT_EQ(command(Verb::hangup, a.control_id).status, 200);
  EXPECT_EQ(session.parent->state, LegState::ended) << "the other end of a bridge is hung up by default";
  EXPECT_EQ(session.alive_legs, 0u);
  const std::vector<std::string> expected = {
      "call.initiated caller", "call.initiated sip:a@x", "call.initiated sip:b@x", "call.answered sip:a@x",
      "call.answered caller",  "call.bridged caller",    "call.bridged sip:a@x",   "call.hangup sip:b@x",
      "call.hangup sip:a@x",   "call.hangup caller"};
  EXPECT_EQ(carrier.sent, expected);
}

TEST_F(State, RefusesWithTheProvidersCodes) {
  Session& session = call();
  Leg& a = dial(session, "sip:a@x");
  EXPECT_EQ(bridge(session, a).text("code"), "90034") << "the parent is not answered";
  EXPECT_EQ(
      command(Verb::record_start, session.parent->control_id, R"({"format":"mp3","channels":"dual"})").text("code"),
      "90020");
  EXPECT_EQ(command(Verb::answer, a.control_id).text("code"), "90102");
  EXPECT_EQ(command(Verb::answer, "v3:unknown").text("code"), "90015");
  EXPECT_EQ(command(Verb::answer, session.parent->control_id).status, 200);
  EXPECT_EQ(bridge(session, a).text("code"), "90034") << "the device still rings";
  EXPECT_EQ(command(Verb::bridge, session.parent->control_id, R"({"call_control_id":"v3:unknown"})").text("code"),
            "90015");
  EXPECT_EQ(command(Verb::hangup, a.control_id).status, 200);
  EXPECT_EQ(command(Verb::hangup, a.control_id).text("code"), "90018");
  EXPECT_EQ(bridge(session, a).text("code"), "90018");
}

TEST_F(State, PreventDoubleBridgeKeepsTheFirst) {
  Session& session = call();
  Leg& a = dial(session, "sip:a@x");
  Leg& b = dial(session, "sip:b@x");
  sim.world.answer_by_person(a);
  sim.world.answer_by_person(b);
  EXPECT_EQ(command(Verb::answer, session.parent->control_id).status, 200);
  EXPECT_EQ(bridge(session, a).status, 200);
  EXPECT_EQ(bridge(session, b, R"(,"prevent_double_bridge":true)").status, 422);
  EXPECT_EQ(session.parent->peer, &a);
  EXPECT_EQ(bridge(session, b).status, 200);
  EXPECT_EQ(session.parent->peer, &b) << "without it the second takes over";
  EXPECT_EQ(a.state, LegState::ended);
}

TEST_F(State, AnUnansweredLegTimesOut) {
  Session& session = call();
  Leg& a = dial(session, "sip:a@x", R"(,"timeout_secs":5)");
  Leg& b = dial(session, "sip:b@x", R"(,"timeout_secs":6,"retry_on_timeout":false)");
  pass_ms(4999);
  EXPECT_EQ(a.state, LegState::ringing);
  pass_ms(1001);
  EXPECT_EQ(a.hangup_cause, "timeout");
  EXPECT_EQ(b.hangup_cause, "no_answer");
  EXPECT_EQ(session.parent->state, LegState::parked) << "legs do not end the call they were linked to";
}

TEST_F(State, ALegThatWasAnsweredDoesNotTimeOut) {
  Session& session = call();
  Leg& a = dial(session, "sip:a@x", R"(,"timeout_secs":5)");
  sim.world.answer_by_person(a);
  pass_ms(6000);
  EXPECT_EQ(a.state, LegState::answered);
}

TEST_F(State, ClientStateIsEchoedAndNullWhenNeverSet) {
  Session& session = call();
  Leg& a = dial(session, "sip:a@x", R"(,"client_state":"YQ==")");
  EXPECT_TRUE(json_is_null(json_object_get(payload_of(0), "client_state")));
  EXPECT_EQ(get_text(payload_of(1), "client_state"), "YQ==");
  EXPECT_EQ(get_text(payload_of(1), "direction"), "outgoing");
  EXPECT_EQ(command(Verb::client_state_update, a.control_id, R"({"client_state":"Yg=="})").status, 200);
  sim.world.answer_by_person(a);
  EXPECT_EQ(get_text(payload_of(2), "client_state"), "Yg==");
  EXPECT_EQ(get_text(payload_of(2), "direction"), "") << "real call.answered has none";
  EXPECT_EQ(command(Verb::hangup, session.parent->control_id).status, 200);
  EXPECT_EQ(json_object_get(payload_of(3), "client_state"), nullptr) << "absent on a hangup that was never answered";
}

TEST_F(State, BridgeIntentOverridesFrom) {
  Session& session = call();
  Leg& a = dial(session, "sip:a@x", R"(,"bridge_intent":true)");
  EXPECT_EQ(a.from, "+12025550133");
  EXPECT_EQ(dial(session, "sip:b@x").from, "+12025550131");
}

TEST_F(State, SpeakEndsRecordingIsSavedAfterTheHangup) {
  Session& session = call();
  const std::string parent = session.parent->control_id;
  EXPECT_EQ(command(Verb::speak, parent, R"({"payload":"hello","voice":"v"})").text("code"), "90034");
  EXPECT_EQ(command(Verb::answer, parent).status, 200);
  EXPECT_EQ(command(Verb::speak, parent, R"({"payload":"hello","voice":"v"})").status, 200);
  EXPECT_FALSE(is_silent(session));
  pass_ms(150);
  EXPECT_EQ(carrier.sent.back(), "call.speak.ended caller");
  EXPECT_TRUE(is_silent(session));
  EXPECT_EQ(command(Verb::record_start, parent, R"({"format":"mp3","channels":"single"})").status, 200);
  EXPECT_TRUE(session.voicemail);
  EXPECT_FALSE(is_silent(session));
  EXPECT_TRUE(sim.people.act(session, "caller", "hangup"));
  EXPECT_EQ(carrier.sent.back(), "call.hangup caller");
  pass_ms(100);
  EXPECT_EQ(carrier.sent.back(), "call.recording.saved caller");
  const json_t* payload = payload_of(carrier.ids.size() - 1);
  EXPECT_EQ(get_text(payload, "channels"), "single");
  EXPECT_FALSE(get_text(get_object(payload, "recording_urls"), "mp3").empty());
}

TEST_F(State, HangingUpCutsTheGreeting) {
  Session& session = call();
  const std::string parent = session.parent->control_id;
  EXPECT_EQ(command(Verb::answer, parent).status, 200);
  EXPECT_EQ(command(Verb::playback_start, parent, R"({"media_name":"greeting"})").status, 200);
  EXPECT_EQ(command(Verb::speak, parent, R"({"payload":"second","voice":"v"})").status, 200);
  EXPECT_TRUE(sim.people.act(session, "caller", "hangup"));
  EXPECT_EQ(carrier.count("call.playback.ended caller"), 1);
  EXPECT_EQ(get_text(payload_of(carrier.ids.size() - 2), "status"), "call_hangup");
  EXPECT_EQ(carrier.count("call.speak.started caller"), 0);
}

TEST_F(State, MaxLengthStopsARecording) {
  Session& session = call();
  EXPECT_EQ(command(Verb::answer, session.parent->control_id).status, 200);
  EXPECT_EQ(
      command(Verb::record_start, session.parent->control_id, R"({"format":"wav","channels":"dual","max_length":1})")
          .status,
      200);
  pass_ms(1100);
  EXPECT_EQ(carrier.sent.back(), "call.recording.saved caller");
  EXPECT_EQ(session.parent->state, LegState::answered);
}

TEST_F(State, RejectTellsTheCause) {
  Session& session = call();
  EXPECT_EQ(command(Verb::reject, session.parent->control_id, R"({"cause":"USER_BUSY"})").status, 200);
  EXPECT_EQ(session.parent->hangup_cause, "user_busy");
  EXPECT_NE(session.ended_us, 0);
}

TEST_F(State, ADialThatComesAfterTheCallEndedStillRings) {
  Session& session = call();
  EXPECT_TRUE(sim.people.act(session, "caller", "hangup"));
  Leg& late = dial(session, "sip:a@x");
  EXPECT_EQ(late.state, LegState::ringing) << "link_to does not tie lifetimes";
  EXPECT_EQ(ringing_now(session), 1u);
}

TEST_F(State, OldEndedCallsAreForgottenAndNothingElse) {
  const std::string first = call().id;
  Session& alive = call();
  sim.world.end_leg(*sim.world.find_session(first)->parent, "normal_clearing", "caller", "200");
  for (std::size_t i = 0; i < kEndedSessionsKept; ++i)
    sim.world.end_leg(*call().parent, "normal_clearing", "caller", "200");
  EXPECT_EQ(sim.world.find_session(first), nullptr);
  EXPECT_EQ(sim.world.find_session(alive.id), &alive);
  EXPECT_EQ(sim.world.sessions().size(), kEndedSessionsKept + 1);
}

}  // namespace
}  // namespace ringfence::sim
