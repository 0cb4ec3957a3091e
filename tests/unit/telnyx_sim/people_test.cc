// Scripted people, and the faults of webhooks.
#include "fixture.h"

namespace ringfence::sim {
namespace {

class PeopleTest : public SimulationTest {};
class PostboxTest : public SimulationTest {};

TEST_F(PeopleTest, SeveralMayAnswerInTheSameMillisecond) {
  Session& session = call(R"(,"people":[{"to":"sip:a@x","answer_after_ms":20},{"to":"sip:b@x","answer_after_ms":20}])");
  Leg& a = dial(session, "sip:a@x");
  Leg& b = dial(session, "sip:b@x");
  pass_ms(20);
  EXPECT_EQ(a.answered_us, b.answered_us);
  EXPECT_EQ(a.state, LegState::answered);
  EXPECT_EQ(b.state, LegState::answered);
}

TEST_F(PeopleTest, DeclineBusyUnreachableNever) {
  Session& session = call(R"(,"people":[{"to":"sip:a@x","decline_after_ms":20},{"to":"sip:b@x","busy":true},
    {"to":"sip:c@x","unreachable":true},{"to":"sip:d@x","never":true}])");
  Leg* legs[] = {&dial(session, "sip:a@x"), &dial(session, "sip:b@x"), &dial(session, "sip:c@x"),
                 &dial(session, "sip:d@x"), &dial(session, "sip:unscripted@x")};
  pass_ms(1000);
  EXPECT_EQ(legs[0]->hangup_cause, "call_rejected");
  EXPECT_EQ(legs[1]->hangup_cause, "user_busy");
  EXPECT_EQ(legs[2]->sip_hangup_cause, "480");
  EXPECT_EQ(legs[3]->state, LegState::ringing);
  EXPECT_EQ(legs[4]->state, LegState::ringing);
}

TEST_F(PeopleTest, OneWhoWasHungUpDoesNotAnswerAnyMore) {
  Session& session = call(R"(,"people":[{"to":"sip:a@x","answer_after_ms":20}])");
  Leg& a = dial(session, "sip:a@x");
  EXPECT_EQ(command(Verb::hangup, a.control_id).status, 200);
  pass_ms(30);
  EXPECT_EQ(a.state, LegState::ended);
  EXPECT_EQ(carrier.count("call.answered sip:a@x"), 0);
}

TEST_F(PeopleTest, TheCalledMayHangUpAfterAnswering) {
  Session& session = call(R"(,"people":[{"to":"sip:a@x","answer_after_ms":20,"hang_up_after_answer_ms":30}])");
  Leg& a = dial(session, "sip:a@x");
  pass_ms(49);
  EXPECT_EQ(a.state, LegState::answered);
  pass_ms(1);
  EXPECT_EQ(a.hangup_source, "callee");
}

TEST_F(PeopleTest, TheCallerLeavesOnceThreeDevicesRing) {
  Session& session = call(R"(,"caller":{"hang_up_when":"ringing","ringing_legs":3,"hang_up_delay_ms":10})");
  (void)dial(session, "sip:a@x");
  (void)dial(session, "sip:b@x");
  pass_ms(50);
  EXPECT_EQ(session.parent->state, LegState::parked);
  (void)dial(session, "sip:c@x");
  pass_ms(10);
  EXPECT_EQ(session.parent->hangup_cause, "originator_cancel");
}

TEST_F(PeopleTest, TheCallerLeavesAfterTheBridgeOrInVoicemail) {
  Session& bridged = call(R"(,"caller":{"hang_up_after_bridged_ms":40})");
  Leg& a = dial(bridged, "sip:a@x");
  sim.world.answer_by_person(a);
  EXPECT_EQ(command(Verb::answer, bridged.parent->control_id).status, 200);
  EXPECT_EQ(bridge(bridged, a).status, 200);
  pass_ms(40);
  EXPECT_EQ(bridged.alive_legs, 0u);
  Session& mail = call(R"(,"caller":{"hang_up_when":"voicemail","hang_up_delay_ms":5})");
  EXPECT_EQ(command(Verb::answer, mail.parent->control_id).status, 200);
  EXPECT_EQ(command(Verb::speak, mail.parent->control_id, R"({"payload":"hi","voice":"v"})").status, 200);
  pass_ms(200);
  EXPECT_EQ(mail.parent->state, LegState::answered);
  EXPECT_EQ(command(Verb::record_start, mail.parent->control_id, R"({"format":"mp3","channels":"dual"})").status, 200);
  pass_ms(5);
  EXPECT_EQ(mail.parent->state, LegState::ended);
}

TEST_F(PeopleTest, ActsNowAndOnlyWhenItCan) {
  Session& session = call();
  Leg& a = dial(session, "sip:a@x");
  EXPECT_FALSE(sim.people.act(session, "sip:a@x", "hangup")) << "nobody hangs up what he has not answered";
  EXPECT_TRUE(sim.people.act(session, "sip:a@x", "answer"));
  EXPECT_FALSE(sim.people.act(session, "sip:a@x", "answer"));
  EXPECT_FALSE(sim.people.act(session, "sip:nobody@x", "answer"));
  EXPECT_TRUE(sim.people.act(session, "sip:a@x", "hangup"));
  EXPECT_EQ(a.state, LegState::ended);
  EXPECT_TRUE(sim.people.act(session, "caller", "hangup"));
}

TEST_F(PeopleTest, MisspeltScriptsAreRefused) {
  for (const char* text : {R"({"people":[{"to":"a","anser_after_ms":1}]})", R"({"people":[{"answer_after_ms":1}]})",
                           R"({"caller":{"hang_up_when":"bored"}})", R"({"caller":{"hangup_after_ms":1}})"}) {
    const auto body = parse_json(text);
    EXPECT_FALSE(parse_script(body->get()).has_value()) << text;
  }
}

TEST_F(PeopleTest, AnUnusableFaultLeavesNoCallBehind) {
  const auto body =
      parse_json(R"({"from":"+12025550133","to":"+12025550131","faults":[{"do":"drop"},{"do":"explode"}]})");
  EXPECT_FALSE(sim.start_call(body->get()).has_value());
  EXPECT_TRUE(sim.world.sessions().empty());
  EXPECT_TRUE(sim.faults.rules().empty());
  EXPECT_TRUE(carrier.sent.empty());
}

// --- webhooks that go wrong ------------------------------------------------------------------------------------------

TEST_F(PostboxTest, LostDuplicatedDelayed) {
  Session& session = call(R"(,"faults":[{"match":{"event":"call.answered"},"do":"lose"},
    {"match":{"event":"call.initiated","to":"sip:a@x"},"do":"duplicate","copies":2},
    {"match":{"event":"call.hangup","to":"parent"},"do":"delay","ms":70}])");
  Leg& a = dial(session, "sip:a@x");
  EXPECT_EQ(carrier.count("call.initiated sip:a@x"), 3);
  EXPECT_EQ(carrier.ids[1], carrier.ids[2]) << "copies keep the id";
  sim.world.answer_by_person(a);
  EXPECT_EQ(carrier.count("call.answered sip:a@x"), 0);
  EXPECT_TRUE(sim.people.act(session, "caller", "hangup"));
  EXPECT_EQ(carrier.count("call.hangup caller"), 0);
  pass_ms(70);
  EXPECT_EQ(carrier.count("call.hangup caller"), 1);
}

TEST_F(PostboxTest, ReorderedGoesAfterTheNextOne) {
  Session& session = call(R"(,"faults":[{"match":{"event":"call.initiated","to":"sip:a@x"},"do":"reorder"}])");
  Leg& a = dial(session, "sip:a@x");
  EXPECT_EQ(carrier.sent.size(), 1u);
  sim.world.answer_by_person(a);
  EXPECT_EQ(carrier.sent[1], "call.answered sip:a@x");
  EXPECT_EQ(carrier.sent[2], "call.initiated sip:a@x");
}

TEST_F(PostboxTest, ReorderedGoesAloneWhenNothingFollows) {
  Session& session = call(R"(,"faults":[{"match":{"event":"call.initiated","to":"sip:a@x"},"do":"reorder"}])");
  (void)dial(session, "sip:a@x");
  pass_ms(kReorderPatienceMs);
  EXPECT_EQ(carrier.sent.back(), "call.initiated sip:a@x");
}

TEST_F(PostboxTest, ReplayedLater) {
  (void)call(R"(,"faults":[{"match":{"event":"call.initiated"},"do":"replay","ms":40}])");
  EXPECT_EQ(carrier.sent.size(), 1u);
  pass_ms(40);
  EXPECT_EQ(carrier.sent.back(), "replay call.initiated caller");
  EXPECT_EQ(carrier.ids[0], carrier.ids[1]);
}

}  // namespace
}  // namespace ringfence::sim
