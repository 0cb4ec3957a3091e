// Paths, authentication and listings of the provider's API.
#include "telnyx_sim/api.h"

#include "fixture.h"

namespace ringfence::sim {
namespace {

class ApiTest : public SimulationTest {
 protected:
  Reply ask(const std::string& method, const std::string& path, const std::string& query = "",
            const std::string& body = "", const std::string& authorization = "Bearer KEY") {
    Reply got{0, "", 0};
    api_.handle({method, path, query, authorization, body}, [&](const Reply& reply) { got = reply; });
    return got;
  }
  static std::string encoded(const std::string& control_id) { return "v3%3A" + control_id.substr(3); }
  static Json json_of(const Reply& reply) {
    auto parsed = parse_json(reply.body);
    EXPECT_TRUE(parsed.has_value()) << reply.body;
    return parsed ? std::move(*parsed) : json_object_new();
  }
  Api api_{sim, "KEY"};
};

TEST_F(ApiTest, NeedsTheToken) {
  EXPECT_EQ(ask("GET", "/v2/call_events", "", "", "").status, 401);
  EXPECT_EQ(ask("GET", "/v2/call_events", "", "", "Bearer WRONG").status, 401);
  EXPECT_EQ(ask("GET", "/v2/call_events", "", "", "Basic KEY").status, 401);
  EXPECT_EQ(ask("GET", "/v2/call_events").status, 200);
  EXPECT_EQ(sim.journal.counters.unauthenticated, 3u);
}

TEST_F(ApiTest, UnknownPathsAndMethods) {
  EXPECT_EQ(ask("GET", "/v2/calls").status, 404);
  EXPECT_EQ(ask("POST", "/v2/calls/v3:x/actions/dance").status, 404);
  EXPECT_EQ(ask("POST", "/v2/calls/v3:x/actions/dial").status, 404);
  EXPECT_EQ(ask("POST", "/v2/calls/v3:x/actions/client_state_update").status, 404) << "it is a PUT";
  EXPECT_EQ(ask("GET", "/v2/calls/v3:unknown").status, 404);
  EXPECT_EQ(ask("GET", "/v2/calls/nonsense").status, 422);
}

TEST_F(ApiTest, PathsAreDecodedAndThePrefixIsOptional) {
  Session& session = call();
  const std::string id = encoded(session.parent->control_id);
  EXPECT_EQ(ask("POST", "/v2/calls/" + id + "/actions/answer", "", "{}").status, 200);
  EXPECT_EQ(ask("PUT", "/calls/" + id + "/actions/client_state_update", "", R"({"client_state":"YQ=="})").status, 200);
  const Json body = json_of(ask("GET", "/calls/" + id));
  const json_t* data = get_object(body.get(), "data");
  EXPECT_TRUE(get_bool(data, "is_alive"));
  EXPECT_EQ(get_text(data, "client_state"), "YQ==");
}

TEST_F(ApiTest, ADialAnswersOneObjectThatIsNotAliveYet) {
  Session& session = call();
  const Json body = json_of(ask("POST", "/v2/calls", "", dial_body(session, "sip:a@x", R"(,"client_state":"YQ==")")));
  const json_t* data = get_object(body.get(), "data");
  EXPECT_EQ(get_text(data, "record_type"), "call");
  EXPECT_EQ(get_text(data, "call_session_id"), session.id);
  EXPECT_TRUE(json_is_false(json_object_get(data, "is_alive")));
  EXPECT_NE(sim.world.find_leg(get_text(data, "call_control_id")), nullptr);
}

TEST_F(ApiTest, OnlyTheConfiguredConnectionMayDial) {
  sim.world.settings.connection_id = "1684641123236054244";
  sim.world.settings.any_connection = false;
  EXPECT_EQ(ask("POST", "/v2/calls", "", dial_body(call(), "sip:a@x")).status, 422);
}

TEST_F(ApiTest, ActiveCallsComeInPagesWithoutGapsOrRepeats) {
  Session& session = call();
  sim.world.settings.connection_id = "1";
  std::vector<std::string> expected, got;
  for (int i = 0; i < 5; ++i) expected.push_back(dial(session, "sip:" + std::to_string(i) + "@x").control_id);
  EXPECT_EQ(command(Verb::hangup, expected[1]).status, 200);
  expected.erase(expected.begin() + 1);
  std::string query = "page[limit]=3";
  for (int page = 0; page < 3 && !query.empty(); ++page) {
    const Json body = json_of(ask("GET", "/v2/connections/1/active_calls", query));
    const json_t* data = get_array(body.get(), "data");
    for (std::size_t i = 0; i < json_array_size(data); ++i)
      got.emplace_back(get_text(json_array_get(data, i), "call_control_id"));
    const std::string after(get_text(get_object(get_object(body.get(), "meta"), "cursors"), "after"));
    query = after.empty() ? "" : "page%5Blimit%5D=3&page%5Bafter%5D=" + after;
  }
  EXPECT_EQ(got, expected);
  EXPECT_EQ(query, "") << "the last page has no cursor";
}

TEST_F(ApiTest, CallEventsHoldWhatALostWebhookSaid) {
  Session& session = call(R"(,"faults":[{"match":{"event":"call.answered"},"do":"lose"}])");
  Leg& a = dial(session, "sip:a@x", R"(,"client_state":"YQ==")");
  sim.world.answer_by_person(a);
  const Json body =
      json_of(ask("GET", "/v2/call_events",
                  "filter[application_session_id]=" + session.id + "&filter[type]=webhook&page[size]=50"));
  const json_t* data = get_array(body.get(), "data");
  ASSERT_EQ(json_array_size(data), 3u);
  const json_t* last = json_array_get(data, 2);
  EXPECT_EQ(get_text(last, "name"), "call.answered");
  EXPECT_EQ(get_text(last, "call_leg_id"), a.leg_id);
  EXPECT_EQ(get_text(get_object(get_object(last, "metadata"), "payload"), "client_state"), "YQ==");
  const Json page =
      json_of(ask("GET", "/v2/call_events", "filter[leg_id]=" + a.leg_id + "&page[size]=1&page[number]=2"));
  EXPECT_EQ(get_int(get_object(page.get(), "meta"), "total_results"), 2);
  EXPECT_EQ(get_text(json_array_get(get_array(page.get(), "data"), 0), "name"), "call.answered");
}

}  // namespace
}  // namespace ringfence::sim
