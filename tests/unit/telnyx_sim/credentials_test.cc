// The account's credentials: what is made, listed and removed, what is refused, what goes wrong on request, and what
// the control interface says of it afterwards.
#include "telnyx_sim/credentials.h"

#include <sodium.h>

#include "fixture.h"
#include "telnyx_sim/api.h"
#include "telnyx_sim/control.h"

namespace ringfence::sim {
namespace {

class CredentialsTest : public SimulationTest {
 protected:
  static constexpr const char* kPath = "/v2/telephony_credentials";

  struct BaseFree {
    void operator()(event_base* owned) const noexcept { event_base_free(owned); }
  };
  static event_base* ready_base() {
    EXPECT_GE(sodium_init(), 0);
    return event_base_new();
  }

  // status 0: not answered yet; the answer may still come into `last`.
  Reply ask(const std::string& method, const std::string& path, const std::string& query = "",
            const std::string& body = "") {
    last = {0, "", 0};
    api.handle({method, path, query, "Bearer KEY", body}, [this](const Reply& reply) { last = reply; });
    return last;
  }
  std::string make(const std::string& name, const std::string& tag = "device-1", const std::string& extra = "") {
    const Reply made =
        ask("POST", kPath, "", R"({"connection_id":"77","name":")" + name + R"(","tag":")" + tag + "\"" + extra + "}");
    EXPECT_EQ(made.status, 201) << made.body;
    return text(made, "id");
  }
  std::string one(const std::string& id) const { return std::string(kPath) + "/" + id; }
  static Json json_of(const Reply& reply) {
    auto parsed = parse_json(reply.body);
    EXPECT_TRUE(parsed.has_value()) << reply.body;
    return parsed ? std::move(*parsed) : json_object_new();
  }
  // data.KEY, or the error's.
  static std::string text(const Reply& reply, const char* key) {
    const Json body = json_of(reply);
    const json_t* errors = get_array(body.get(), "errors");
    return std::string(get_text(errors != nullptr ? json_array_get(errors, 0) : get_object(body.get(), "data"), key));
  }
  std::vector<std::string> names(const std::string& query) {
    const Json body = json_of(ask("GET", kPath, query));
    std::vector<std::string> found;
    const json_t* data = get_array(body.get(), "data");
    for (std::size_t i = 0; i < json_array_size(data); ++i)
      found.emplace_back(get_text(json_array_get(data, i), "name"));
    return found;
  }
  Reply steer(const std::string& method, const std::string& what, const std::string& body = "") {
    Reply got{0, "", 0};
    control.handle({method, "/_sim/" + what, "", "", body}, [&](const Reply& reply) { got = reply; });
    return got;
  }
  void spoil(const std::string& fault) {
    const Reply added = steer("POST", "credentials", R"({"faults":[)" + fault + "]}");
    ASSERT_EQ(added.status, 200) << added.body;
  }
  // The last operation's field.
  std::string told(const char* key) {
    const Json truth = json_of(steer("GET", "credentials"));
    const json_t* operations = get_array(truth.get(), "operations");
    const json_t* value = json_object_get(json_array_get(operations, json_array_size(operations) - 1), key);
    return json_is_integer(value) ? std::to_string(json_integer_value(value))
           : json_is_null(value)  ? "null"
                                  : std::string(json_string_value(value));
  }

  Api api{sim, "KEY"};
  std::unique_ptr<event_base, BaseFree> base{ready_base()};
  LoopClock clock{base.get(), sim.scheduler, kStartUs};
  HttpClient client{base.get(), clock};
  Webhooks webhooks{sim, client, Signer::random()};
  Load load{sim};
  Control control{sim, webhooks, load};
  Reply last{0, "", 0};
};

TEST_F(CredentialsTest, OneIsMadeReadAndRemoved) {
  const std::string id = make("ring-1", "device-1", R"(,"expires_at":"2042-06-18T21:32:38Z")");
  const Reply made = last;
  EXPECT_EQ(text(made, "record_type"), "credential");
  EXPECT_EQ(text(made, "resource_id"), "connection:77");
  EXPECT_EQ(text(made, "expires_at"), "2042-06-18T21:32:38") << "as the provider writes it: no zone";
  EXPECT_TRUE(text(made, "sip_username").starts_with("gencred"));
  EXPECT_EQ(text(made, "sip_password").size(), 32u);
  EXPECT_EQ(ask("GET", one(id)).body, made.body);
  const Reply removed = ask("DELETE", one(id));
  EXPECT_EQ(removed.status, 200);
  EXPECT_EQ(text(removed, "id"), id);
  EXPECT_EQ(ask("DELETE", one(id)).status, 404);
  EXPECT_EQ(ask("GET", one(id)).status, 404);
  EXPECT_EQ(ask("PATCH", one(id)).status, 404);
  EXPECT_EQ(sim.journal.counters.unknown_paths, 1u);
}

TEST_F(CredentialsTest, TheSameNameTwiceMakesTwo) {
  EXPECT_NE(make("ring-1"), make("ring-1"));
  EXPECT_EQ(names("filter[name]=ring-1"), (std::vector<std::string>{"ring-1", "ring-1"}));
}

TEST_F(CredentialsTest, WhatBreaksTheContractIsRefused) {
  sim.world.settings.connection_id = "55";
  sim.world.settings.any_connection = false;
  const struct {
    const char* body;
    int status;
    const char* code;
  } rows[] = {{"{}", 422, "10004"},
              {R"({"name":"n","tag":"t"})", 422, "10004"},
              {R"({"connection_id":""})", 422, "10004"},
              {R"({"connection_id":77})", 422, "10015"},
              {R"({"connection_id":"55"})", 422, "10015"},  // that of the calls
              {R"({"connection_id":"77","name":7})", 422, "10015"},
              {R"({"connection_id":"77","tag":["t"]})", 422, "10015"},
              {R"({"connection_id":"77","expires_at":"tomorrow"})", 422, "10015"},
              {R"({"connection_id":"77","expires_at":"2042-06-18T21:32:38+02"})", 422, "10015"},
              {R"({"connection_id":"77","expires_at":7})", 422, "10015"},
              {"[]", 400, "10015"},
              {"{", 400, "10015"},
              {"", 400, "10015"}};
  for (const auto& row : rows) {
    const Reply reply = ask("POST", kPath, "", row.body);
    EXPECT_EQ(reply.status, row.status) << row.body;
    EXPECT_EQ(text(reply, "code"), row.code) << row.body;
  }
  for (const char* query :
       {"filter[tags]=x", "page[size]=251", "page[size]=0", "page[number]=0", "page[number]=x", "page[size]=", "tag=x"})
    EXPECT_EQ(ask("GET", kPath, query).status, 400) << query;
  EXPECT_EQ(sim.journal.counters.contract_violations, std::size(rows) + 7);
  EXPECT_EQ(sim.credentials.existing(), 0u);
  EXPECT_EQ(ask("POST", kPath, "", R"({"connection_id":"77"})").status, 201) << "nothing else is required";
}

TEST_F(CredentialsTest, ListsAreFilteredAndPaged) {
  for (int i = 0; i < 5; ++i) make("a" + std::to_string(i), "device-a");
  make("b", "device-b", R"(,"expires_at":"2023-11-14T22:13:30.5Z")");  // ten seconds from now
  EXPECT_EQ(names("filter[tag]=device-b"), (std::vector<std::string>{"b"}));
  EXPECT_EQ(names("filter%5Btag%5D=nobody"), (std::vector<std::string>{}));
  EXPECT_EQ(names("filter[resource_id]=connection:77").size(), 6u);
  EXPECT_EQ(names("filter[tag]=device-a&page[size]=2&page[number]=2"), (std::vector<std::string>{"a2", "a3"}));
  EXPECT_EQ(names("filter[tag]=device-a&page[size]=2&page[number]=4"), (std::vector<std::string>{}));
  const Json body = json_of(ask("GET", kPath, "filter[tag]=device-a&page[size]=2&page[number]=3"));
  const json_t* meta = get_object(body.get(), "meta");
  EXPECT_EQ(get_int(meta, "page_number"), 3);
  EXPECT_EQ(get_int(meta, "page_size"), 2);
  EXPECT_EQ(get_int(meta, "total_pages"), 3);
  EXPECT_EQ(get_int(meta, "total_results"), 5);
  EXPECT_EQ(names("filter[status]=expired"), (std::vector<std::string>{}));
  pass_ms(10'000);
  EXPECT_EQ(names("filter[status]=expired"), (std::vector<std::string>{"b"}));
  EXPECT_EQ(names("filter[tag]=device-b"), (std::vector<std::string>{"b"})) << "what has expired is still there";
}

TEST_F(CredentialsTest, ATagHoldsAThousand) {
  std::string first = make("n", "full");
  for (std::size_t i = 1; i < kCredentialsOfTag; ++i) make("n", "full");
  const std::string body = R"({"connection_id":"77","tag":"full"})";
  EXPECT_EQ(ask("POST", kPath, "", body).status, 422);
  EXPECT_EQ(ask("DELETE", one(first)).status, 200);
  EXPECT_EQ(ask("POST", kPath, "", body).status, 201);
}

TEST_F(CredentialsTest, WhatIsExecutedMayNeverBeAnswered) {
  spoil(R"({"match":{"verb":"create"},"do":"execute_never_answer"})");
  EXPECT_EQ(ask("POST", kPath, "", R"({"connection_id":"77","name":"n","tag":"t"})").status, 0);
  EXPECT_EQ(told("outcome"), "execute_never_answer");
  EXPECT_EQ(told("status"), "0");
  EXPECT_NE(told("executed_ms"), "null");
  EXPECT_EQ(names("filter[tag]=t"), (std::vector<std::string>{"n"}));
  pass_ms(kNeverAnsweredMs);
  make("m", "t");  // the fault was for one request
}

TEST_F(CredentialsTest, WhatIsDroppedIsNeitherExecutedNorAnswered) {
  const std::string id = make("n");
  spoil(R"({"match":{"verb":"remove","to":")" + id + R"("},"do":"drop","count":2})");
  EXPECT_EQ(ask("DELETE", one(id)).status, 0);
  EXPECT_EQ(told("executed_ms"), "null");
  EXPECT_EQ(ask("DELETE", one(id)).status, 0);
  EXPECT_EQ(sim.credentials.existing(), 1u);
  EXPECT_EQ(ask("DELETE", one(id)).status, 200);
}

TEST_F(CredentialsTest, WhatIsLateIsExecutedThen) {
  spoil(R"({"match":{"verb":"create","nth":1},"do":"execute_later","ms":200})");
  spoil(R"({"match":{"verb":"create"},"do":"latency","ms":100})");
  spoil(R"({"match":{"verb":"create"},"do":"hold_response","ms":100})");
  EXPECT_EQ(ask("POST", kPath, "", R"({"connection_id":"77","name":"later"})").status, 0);
  pass_ms(199);
  EXPECT_EQ(names(""), (std::vector<std::string>{}));
  pass_ms(1);
  EXPECT_EQ(names(""), (std::vector<std::string>{"later"}));
  EXPECT_EQ(ask("POST", kPath, "", R"({"connection_id":"77","name":"slow"})").status, 0);
  EXPECT_EQ(sim.credentials.existing(), 1u);
  pass_ms(100);
  EXPECT_EQ(last.status, 201);
  EXPECT_EQ(ask("POST", kPath, "", R"({"connection_id":"77","name":"held"})").status, 0);
  EXPECT_EQ(sim.credentials.existing(), 3u);
  pass_ms(100);
  EXPECT_EQ(last.status, 201);
}

TEST_F(CredentialsTest, FaultsThatAnswerSomethingElse) {
  spoil(R"({"match":{"verb":"list","to":"t"},"do":"status","status":503})");
  spoil(R"({"match":{"verb":"create","to":"n"},"do":"refuse","code":"10015"})");
  spoil(R"({"do":"rate_limit","retry_after_s":7})");
  const Reply full = ask("GET", kPath, "filter[tag]=other");
  EXPECT_EQ(full.status, 429);
  EXPECT_EQ(full.retry_after_s, 7);
  EXPECT_EQ(ask("GET", kPath, "filter[tag]=t").status, 503);
  EXPECT_EQ(ask("POST", kPath, "", R"({"connection_id":"77","name":"n"})").status, 422);
  EXPECT_EQ(told("outcome"), "refuse");
  EXPECT_EQ(told("code"), "10015");
  EXPECT_EQ(ask("GET", kPath, "filter[tag]=t").status, 200);
}

TEST_F(CredentialsTest, FaultsOfCommandsAreOthers) {
  ASSERT_EQ(steer("POST", "faults", R"({"do":"status","status":500,"count":0})").status, 200);
  make("n");
  for (const char* fault : {R"({"match":{"verb":"dial"},"do":"drop"})", R"({"do":"lose"})",
                            R"({"do":"bridge_not_made"})", R"({"match":{"event":"call.hangup"},"do":"drop"})",
                            R"({"match":{"call":"x"},"do":"drop"})", R"({"do":"dance"})"})
    EXPECT_EQ(steer("POST", "credentials", fault).status, 400) << fault;
  spoil(R"({"do":"drop","count":0})");
  ASSERT_EQ(steer("POST", "credentials", R"({"clear":true})").status, 200);
  make("m");
}

TEST_F(CredentialsTest, TheTruthHasAllThatEverWasInOrder) {
  const std::string first = make("a");
  pass_ms(5);
  make("b", "device-2", R"(,"expires_at":"2023-11-14T22:13:20")");  // now
  ask("DELETE", one(first));
  ask("DELETE", one("nobody"));
  const Json truth = json_of(steer("GET", "credentials"));
  const json_t* list = get_array(truth.get(), "credentials");
  ASSERT_EQ(json_array_size(list), 2u);
  const json_t* a = json_array_get(list, 0);
  const json_t* b = json_array_get(list, 1);
  EXPECT_EQ(get_text(a, "id"), first);
  EXPECT_EQ(get_text(a, "tag"), "device-1");
  EXPECT_FALSE(get_bool(a, "exists"));
  EXPECT_EQ(get_int(a, "removed_ms"), kStartUs / 1000 + 5);
  EXPECT_TRUE(get_bool(b, "exists"));
  EXPECT_TRUE(get_bool(b, "expired"));
  EXPECT_TRUE(json_is_null(json_object_get(b, "removed_ms")));
  const json_t* operations = get_array(truth.get(), "operations");
  ASSERT_EQ(json_array_size(operations), 4u);
  const char* verbs[] = {"create", "create", "remove", "remove"};
  for (std::size_t i = 0; i < std::size(verbs); ++i) {
    const json_t* operation = json_array_get(operations, i);
    EXPECT_EQ(get_int(operation, "n"), static_cast<std::int64_t>(i) + 1);
    EXPECT_EQ(get_text(operation, "verb"), verbs[i]);
    EXPECT_EQ(get_text(operation, "outcome"), i < 3 ? "executed" : "refused");
  }
  EXPECT_EQ(get_text(json_array_get(operations, 0), "id"), first) << "of the one that was made";
}

TEST_F(CredentialsTest, CountedAndForgotten) {
  make("a");
  ask("GET", one("nobody"));
  spoil(R"({"match":{"verb":"list"},"do":"drop"})");
  ask("GET", kPath);
  const Json stats = json_of(steer("GET", "stats"));
  EXPECT_EQ(get_int(stats.get(), "existing_credentials"), 1);
  const json_t* counts = get_object(stats.get(), "credentials");
  EXPECT_EQ(get_int(get_object(counts, "create"), "executed"), 1);
  EXPECT_EQ(get_int(get_object(counts, "get"), "refused"), 1);
  EXPECT_EQ(get_int(get_object(counts, "list"), "faulted"), 1);
  ASSERT_EQ(steer("POST", "reset").status, 200);
  EXPECT_EQ(last.status, 503) << "what was held is answered";
  const Json truth = json_of(steer("GET", "credentials"));
  EXPECT_EQ(json_array_size(get_array(truth.get(), "credentials")), 0u);
  EXPECT_EQ(json_array_size(get_array(truth.get(), "operations")), 0u);
  EXPECT_EQ(ask("GET", kPath).status, 200) << "without the fault";
}

}  // namespace
}  // namespace ringfence::sim
