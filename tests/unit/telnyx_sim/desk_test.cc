// command_id dedup and every fault of a command.
#include "fixture.h"

namespace ringfence::sim {
namespace {

class Desk : public SimulationTest {
 protected:
  void fault(const std::string& text) {
    const auto rule = parse_json(text);
    ASSERT_TRUE(rule.has_value());
    const auto added = sim.faults.add(rule->get(), "");
    ASSERT_TRUE(added.has_value()) << added.error().text;
  }
};

TEST_F(Desk, ADuplicateGetsTheFirstAnswerAndDoesNothing) {
  Session& session = call();
  const std::string body = dial_body(session, "sip:a@x", R"(,"command_id":"one")");
  const Got first = command(Verb::dial, "", body);
  EXPECT_EQ(command(Verb::dial, "", body).body, first.body);
  EXPECT_EQ(session.legs.size(), 2u);
  EXPECT_EQ(sim.journal.counters.ignored_duplicates, 1u);
  const std::string hangup = R"({"command_id":"two"})";
  EXPECT_EQ(command(Verb::hangup, session.legs[1]->control_id, hangup).status, 200);
  EXPECT_EQ(command(Verb::hangup, session.legs[1]->control_id, hangup).status, 200) << "ignored, not 90018";
  EXPECT_EQ(session.commands.back().outcome, "ignored");
}

TEST_F(Desk, TheWindowIsSixtySeconds) {
  Session& session = call();
  const std::string body = dial_body(session, "sip:a@x", R"(,"command_id":"one")");
  EXPECT_EQ(command(Verb::dial, "", body).status, 200);
  pass_ms(59'999);
  EXPECT_EQ(command(Verb::dial, "", body).status, 200);
  EXPECT_EQ(session.legs.size(), 2u);
  pass_ms(2);
  EXPECT_EQ(command(Verb::dial, "", body).status, 200);
  EXPECT_EQ(session.legs.size(), 3u);
}

TEST_F(Desk, TheSameIdOnAnotherLegIsAnotherCommand) {
  Session& session = call();
  Leg& a = dial(session, "sip:a@x");
  Leg& b = dial(session, "sip:b@x");
  EXPECT_EQ(command(Verb::hangup, a.control_id, R"({"command_id":"same"})").status, 200);
  EXPECT_EQ(command(Verb::hangup, b.control_id, R"({"command_id":"same"})").status, 200);
  EXPECT_EQ(b.state, LegState::ended);
}

TEST_F(Desk, ARefusedCommandIsNotRemembered) {
  Session& session = call();
  const std::string body = R"({"command_id":"s","payload":"hi","voice":"v"})";
  EXPECT_EQ(command(Verb::speak, session.parent->control_id, body).text("code"), "90034");
  EXPECT_EQ(command(Verb::answer, session.parent->control_id).status, 200);
  EXPECT_EQ(command(Verb::speak, session.parent->control_id, body).status, 200);
  EXPECT_EQ(carrier.count("call.speak.started caller"), 1);
}

TEST_F(Desk, ExecutedAndNeverAnsweredIsSeenByTheRetry) {
  Session& session = call();
  fault(R"({"match":{"verb":"dial"},"do":"execute_never_answer"})");
  const std::string body = dial_body(session, "sip:a@x", R"(,"command_id":"one")");
  EXPECT_EQ(command(Verb::dial, "", body).status, 0);
  EXPECT_EQ(session.legs.size(), 2u);
  EXPECT_EQ(command(Verb::dial, "", body).text("call_control_id"), session.legs[1]->control_id);
  EXPECT_EQ(session.legs.size(), 2u);
}

TEST_F(Desk, ADroppedCommandDoesNothingAndIsClosedInTheEnd) {
  Session& session = call();
  fault(R"({"do":"drop"})");
  Got late;
  EXPECT_EQ(command(Verb::answer, session.parent->control_id, "{}", &late).status, 0);
  EXPECT_EQ(session.parent->state, LegState::parked);
  pass_ms(kNeverAnsweredMs);
  EXPECT_EQ(late.status, 504);
}

TEST_F(Desk, ALateExecutionComesAfterTheRetryAndIsIgnored) {
  Session& session = call();
  fault(R"({"match":{"verb":"dial"},"do":"execute_later","ms":500})");
  const std::string body = dial_body(session, "sip:a@x", R"(,"command_id":"one")");
  EXPECT_EQ(command(Verb::dial, "", body).status, 0);
  EXPECT_EQ(session.legs.size(), 1u);
  EXPECT_EQ(command(Verb::dial, "", body).status, 200);
  pass_ms(500);
  EXPECT_EQ(session.legs.size(), 2u);
  EXPECT_EQ(sim.journal.counters.ignored_duplicates, 1u);
}

TEST_F(Desk, ALegMayAnswerBeforeTheDialIsAnswered) {
  Session& session = call(R"(,"people":[{"to":"sip:a@x","answer_after_ms":10}],
    "faults":[{"match":{"verb":"dial","to":"sip:a@x"},"do":"hold_response","ms":100}])");
  Got late;
  EXPECT_EQ(command(Verb::dial, "", dial_body(session, "sip:a@x"), &late).status, 0);
  pass_ms(50);
  EXPECT_EQ(carrier.sent.back(), "call.answered sip:a@x");
  EXPECT_EQ(late.status, 0);
  pass_ms(50);
  EXPECT_EQ(late.status, 200);
}

TEST_F(Desk, LatencyDelaysTheExecutionToo) {
  Session& session = call();
  fault(R"({"match":{"verb":"answer"},"do":"latency","ms":30})");
  Got late;
  EXPECT_EQ(command(Verb::answer, session.parent->control_id, "{}", &late).status, 0);
  EXPECT_EQ(session.parent->state, LegState::parked);
  pass_ms(30);
  EXPECT_EQ(session.parent->state, LegState::answered);
  EXPECT_EQ(late.status, 200);
}

TEST_F(Desk, RefusalsAreNotExecuted) {
  Session& session = call();
  fault(R"({"match":{"verb":"answer"},"do":"status","status":503,"count":2})");
  fault(R"({"match":{"verb":"answer"},"do":"rate_limit","retry_after_s":3})");
  fault(R"({"match":{"verb":"answer"},"do":"refuse","code":"90041"})");
  const std::string& parent = session.parent->control_id;
  EXPECT_EQ(command(Verb::answer, parent).status, 503);
  EXPECT_EQ(command(Verb::answer, parent).status, 503);
  const Got limited = command(Verb::answer, parent);
  EXPECT_EQ(limited.status, 429);
  EXPECT_EQ(limited.retry_after_s, 3);
  EXPECT_EQ(limited.text("code"), "10011");
  EXPECT_EQ(command(Verb::answer, parent).text("code"), "90041");
  EXPECT_EQ(session.parent->state, LegState::parked);
  EXPECT_EQ(command(Verb::answer, parent).status, 200);
}

TEST_F(Desk, ABridgeMayBeAcceptedAndNotMade) {
  Session& session = call();
  Leg& a = dial(session, "sip:a@x");
  sim.world.answer_by_person(a);
  EXPECT_EQ(command(Verb::answer, session.parent->control_id).status, 200);
  fault(R"({"do":"bridge_not_made"})");
  EXPECT_EQ(command(Verb::bridge, session.parent->control_id, R"({"call_control_id":"v3:x"})").status, 422)
      << "a bridge that fails by itself does not use the fault up";
  EXPECT_EQ(bridge(session, a, R"(,"command_id":"b1")").status, 200);
  EXPECT_EQ(session.parent->peer, nullptr);
  EXPECT_EQ(bridge(session, a, R"(,"command_id":"b1")").status, 200);
  EXPECT_EQ(session.parent->peer, nullptr) << "the same id is ignored even though nothing was made";
  EXPECT_EQ(bridge(session, a, R"(,"command_id":"b2")").status, 200);
  EXPECT_EQ(session.parent->peer, &a);
}

TEST_F(Desk, AFaultMayWaitForTheNthCommandToOneDestination) {
  Session& session = call();
  fault(R"({"match":{"verb":"dial","to":"sip:b@x","nth":2},"do":"status"})");
  EXPECT_EQ(command(Verb::dial, "", dial_body(session, "sip:a@x")).status, 200);
  EXPECT_EQ(command(Verb::dial, "", dial_body(session, "sip:b@x")).status, 200);
  EXPECT_EQ(command(Verb::dial, "", dial_body(session, "sip:b@x")).status, 500);
  EXPECT_EQ(command(Verb::dial, "", dial_body(session, "sip:b@x")).status, 200);
}

TEST_F(Desk, BrokenRequestsAreCountedAsContractViolations) {
  Session& session = call();
  EXPECT_EQ(command(Verb::bridge, session.parent->control_id, "{}").status, 422);
  EXPECT_EQ(command(Verb::bridge, session.parent->control_id, "{").status, 400);
  EXPECT_EQ(sim.journal.counters.contract_violations, 2u);
}

TEST_F(Desk, MisspeltFaultsAreRefused) {
  for (const char* text :
       {R"({"do":"explode"})", R"({"do":"drop","macth":{}})", R"({"do":"lose","match":{"verb":"dial"}})",
        R"({"do":"drop","match":{"event":"call.hangup"}})"}) {
    const auto rule = parse_json(text);
    EXPECT_FALSE(sim.faults.add(rule->get(), "").has_value()) << text;
  }
}

}  // namespace
}  // namespace ringfence::sim
