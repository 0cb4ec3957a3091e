// The load generator in virtual time: rate, measurements and outcomes against a worker played by the test.
#include "telnyx_sim/load.h"

#include "fixture.h"

namespace ringfence::sim {
namespace {

class LoadTest : public SimulationTest {
 protected:
  void start(const std::string& text) {
    const auto body = parse_json(text);
    ASSERT_TRUE(load.start(body->get()).has_value());
  }
  std::int64_t number(const char* key) { return get_int(load.report().get(), key); }
  std::int64_t outcome(const char* key) { return get_int(get_object(load.report().get(), "outcomes"), key); }
  Load load{sim};
};

TEST_F(LoadTest, StartsAtTheRateAskedFor) {
  start(R"({"calls_per_second":100,"seconds":2,"to":"+12025550131"})");
  pass_ms(1000);
  EXPECT_NEAR(static_cast<double>(number("started")), 100, 2);
  pass_ms(2000);
  EXPECT_EQ(number("started"), 200);
  EXPECT_EQ(number("open"), 200);
  pass_ms(kLoadPatienceMs);
  EXPECT_EQ(outcome("never_commanded"), 200) << "callers give up in the end";
}

TEST_F(LoadTest, MeasuresFromTheFirstWebhookToTheCommands) {
  start(R"({"calls_per_second":1,"seconds":1,"to":"+12025550131","legs":2,"answer_after_ms":50,"talk_ms":80})");
  Session& session = *sim.world.sessions().begin()->second;
  load.first_attempt(*session.webhooks.front());
  pass_ms(3);
  Leg& a = dial(session, "sip:a@x");
  pass_ms(2);
  Leg& b = dial(session, "sip:b@x");
  pass_ms(50);
  EXPECT_EQ(a.state, LegState::answered);
  EXPECT_EQ(b.state, LegState::ringing) << "only the first device answers";
  EXPECT_EQ(command(Verb::answer, session.parent->control_id).status, 200);
  EXPECT_EQ(command(Verb::hangup, b.control_id).status, 200);
  EXPECT_EQ(bridge(session, a).status, 200);
  pass_ms(80);
  EXPECT_EQ(number("completed"), 1);
  EXPECT_EQ(outcome("bridged"), 1);
  const Json report = load.report();
  EXPECT_DOUBLE_EQ(json_real_value(json_object_get(get_object(report.get(), "webhook_to_first_command"), "p50_ms")), 3);
  EXPECT_DOUBLE_EQ(json_real_value(json_object_get(get_object(report.get(), "webhook_to_all_dialled"), "p99_ms")), 5);
}

TEST_F(LoadTest, RefusesASecondLoadAndNonsense) {
  for (const char* text : {R"({"calls_per_second":0,"to":"+1"})", R"({"calls_per_second":5})"}) {
    const auto body = parse_json(text);
    EXPECT_FALSE(load.start(body->get()).has_value()) << text;
  }
  start(R"({"calls_per_second":10,"seconds":10,"to":"+12025550131"})");
  const auto again = parse_json(R"({"calls_per_second":10,"seconds":10,"to":"+12025550131"})");
  EXPECT_FALSE(load.start(again->get()).has_value());
}

}  // namespace
}  // namespace ringfence::sim
