// A simulation in virtual time with a carrier that only notes what it is given. Used by the tests of this folder.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <string>
#include <vector>

#include "shared/json.h"
#include "telnyx_sim/simulation.h"

namespace ringfence::sim {

class NotingCarrier final : public Carrier {
 public:
  explicit NotingCarrier(Simulation& simulation) : simulation_(simulation) {}
  void deliver(const std::string& id) override { note(id, ""); }
  void replay(const std::string& id) override { note(id, "replay "); }
  std::vector<std::string> sent;  // "call.answered sip:a@x"
  std::vector<std::string> ids;
  [[nodiscard]] long count(const std::string& what) const { return std::count(sent.begin(), sent.end(), what); }

 private:
  void note(const std::string& id, const std::string& how) {
    const WebhookRecord* record = simulation_.postbox.find(id);
    ASSERT_NE(record, nullptr);
    sent.push_back(how + record->type + " " + record->to);
    ids.push_back(id);
  }
  Simulation& simulation_;
};

class SimulationTest : public testing::Test {
 protected:
  SimulationTest() : sim(7, kStartUs), carrier(sim) { sim.postbox.connect(carrier); }

  static constexpr std::int64_t kStartUs = 1'700'000'000'000'000;
  Simulation sim;
  NotingCarrier carrier;

  void pass_ms(std::int64_t ms) {
    for (std::int64_t i = 0; i < ms; ++i) sim.scheduler.advance(sim.scheduler.now_us() + 1000);
  }
  Session& call(const std::string& extra = "") {
    const auto body = parse_json(R"({"from":"+12025550133","to":"+12025550131")" + extra + "}");
    EXPECT_TRUE(body.has_value());
    const auto session = sim.start_call(body->get());
    EXPECT_TRUE(session.has_value()) << (session ? "" : session.error().text);
    return **session;
  }
  struct Got {
    int status = 0;
    std::string body;
    std::int64_t retry_after_s = 0;
    [[nodiscard]] std::string text(const char* key) const {  // data.KEY, or the error's KEY
      const auto parsed = parse_json(body);
      if (!parsed) return "";
      const json_t* errors = get_array(parsed->get(), "errors");
      const json_t* from = errors != nullptr ? json_array_get(errors, 0) : get_object(parsed->get(), "data");
      return std::string(get_text(from, key));
    }
  };
  // status 0: not answered yet. The answer may still come into *late.
  Got command(Verb verb, const std::string& target, const std::string& body = "{}", Got* late = nullptr) {
    Got& got = answers_.emplace_back();  // outlives this call: an answer may come later
    sim.desk.receive(verb, target, body, [&got, late](const Reply& reply) {
      got = {reply.status, reply.body, reply.retry_after_s};
      if (late != nullptr) *late = got;
    });
    return got;
  }
  Leg& dial(const Session& session, const std::string& to, const std::string& extra = "") {
    const Got got = command(Verb::dial, "", dial_body(session, to, extra));
    EXPECT_EQ(got.status, 200) << got.body;
    return *sim.world.find_leg(got.text("call_control_id"));
  }
  static std::string dial_body(const Session& session, const std::string& to, const std::string& extra = "") {
    return R"({"connection_id":"1","from":"+12025550131","to":")" + to + R"(","link_to":")" +
           session.parent->control_id + "\"" + extra + "}";
  }
  Got bridge(const Session& session, const Leg& leg, const std::string& extra = "") {
    return command(Verb::bridge, session.parent->control_id,
                   R"({"call_control_id":")" + leg.control_id + "\"" + extra + "}");
  }

 private:
  std::deque<Got> answers_;
};

}  // namespace ringfence::sim
