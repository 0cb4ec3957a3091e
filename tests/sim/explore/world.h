// A whole call in one value: the session under test, and the truth about it that only the provider and the people know.
//
// The truth is a model of the provider written for this test: calls and legs with real state, webhooks on their way in
// any order, requests and answers on their way, people who do what they like when they like. Everything that can happen
// next is an Action; apply() makes it happen and the real step() answers. What must never be is looked for in every
// state (checks.cc), what must finally be after a fair ending (drain()).
//
// Must not know: how actions are chosen (walker.cc, explorer.cc).
#pragma once

#include <array>
#include <string>
#include <vector>

#include "core/step.h"

namespace ringfence::explore {

using StepFunction = StepResult (*)(const Session&, const Event&, const Policy&);

inline constexpr int kMostLegs = 3;

// How often each fault may still happen.
struct Budget {
  int lost = 0, duplicated = 0;  // webhooks
  int unknown = 0;               // a request without an answer: lost, executed all the same, or executed later
  int refused = 0;               // a definite no for no reason of ours
  int not_sent = 0;
  int crashes = 0;
  int fake_bridges = 0;  // accepted and never made
  bool operator==(const Budget&) const = default;
};

enum class Truth : std::uint8_t { nothing, ringing, answered, ended };

// What is on its way from us to the provider, or lies there.
struct Request {
  Verb verb = Verb::hangup;
  int leg = kParent;
  int attempt = 1;
  int tries = 1;
  Millis sent_ms = 0;
  bool forgotten = false;  // nobody waits for its answer any more; it may still be executed
  auto operator<=>(const Request&) const = default;
};

struct Snapshot {  // what an audit saw
  Truth parent = Truth::nothing;
  std::array<Truth, kMostLegs> legs{};
  int bridged = -1;
  bool recorded = false;
  auto operator<=>(const Snapshot&) const = default;
};

// An answer on its way back.
struct Response {
  Request to;
  OutcomeClass outcome = OutcomeClass::ok;
  int http_status = 200;
  std::string error_code;
  Snapshot seen;
  auto operator<=>(const Response&) const = default;
};

struct Notice {  // a webhook on its way
  WebhookType type = WebhookType::other;
  int leg = kParent;
  auto operator<=>(const Notice&) const = default;
};

enum class Act : std::uint8_t {
  caller_hangs_up,
  leg_answers,
  leg_ends,
  recording_full,  // the provider's limit on a message
  deliver,
  lose,
  duplicate,
  execute,
  refuse,
  fake_bridge,
  time_out,      // we stop waiting; the request is still on its way
  lose_request,  // and never arrives
  not_send,
  die,  // a forgotten request is dropped by the network
  hear,
  lose_response,
  crash,
  tick
};

struct Action {
  Act act = Act::tick;
  int index = 0;  // leg, notice, request or response
};

struct World {
  int legs = 2;
  Policy policy;
  StepFunction step = nullptr;
  Session session;
  Millis now_ms = 1'000'000;
  std::uint64_t events = 0;

  Truth parent = Truth::ringing;
  std::array<Truth, kMostLegs> leg{};
  int bridged = -1;       // leg the caller talks to
  int ever_bridged = -1;  // I1
  bool recording = false, recorded = false;
  std::vector<Notice> notices;
  std::vector<Request> requests;
  std::vector<Response> responses;
  std::vector<Request> executed;  // by id, for the provider's own deduplication; sent_ms is the first execution
  Budget budget;
  std::string violation;
};

[[nodiscard]] World begin(int legs, const Budget& budget, const Policy& policy, StepFunction step);
[[nodiscard]] std::vector<Action> possible(const World& world);
// Needs no luck and costs no budget: what a fair world does sooner or later.
[[nodiscard]] bool is_fair(const Action& action) noexcept;
// False when the action cannot happen now. Sets world.violation when something happened that must not.
bool apply(World& world, const Action& action);
[[nodiscard]] std::string describe(const World& world, const Action& action);
// Lets everything that is under way arrive, deadlines included, with nobody doing anything any more; then says what is
// wrong with how it ended. Empty: nothing.
[[nodiscard]] std::string drain(World& world);

// provider.cc
void execute(World& world, std::size_t request);
void end_call(World& world, int leg);
[[nodiscard]] CommandOutcome outcome_of(const World& world, const Response& response);
// checks.cc
void check_step(World& world, const Session& before, const Event& event, const StepResult& result);
void check_state(World& world);
[[nodiscard]] std::string check_end(const World& world);

}  // namespace ringfence::explore
