// A call in three lines, for the tests of core: events with ids and times, and what the provider would have said.
#pragma once

#include <string>
#include <utility>

#include "core/step.h"

namespace ringfence::test {

inline constexpr Millis kStartMs = 1'800'000'000'000;

class Call {
 public:
  Policy policy;
  Session session;
  Millis now_ms = kStartMs;

  Call() {
    session.id = {"parent-leg"};
    policy.command_jitter_percent = 0;  // a test says when, to the millisecond
  }

  StepResult happen(Event event) {
    event.id = {"event-" + std::to_string(++count_)};
    event.session = session.id;
    event.at_ms = now_ms;
    StepResult result = step(session, event, policy);
    session = result.next;
    return result;
  }
  StepResult webhook(WebhookFact fact) { return happen(Event{.body = std::move(fact)}); }
  StepResult tick() { return happen(Event{.body = Tick{}}); }
  StepResult offered(std::vector<std::string> devices) {
    WebhookFact fact{.type = WebhookType::initiated, .call_control_id = "parent", .call_leg_id = "parent-leg"};
    fact.call_session_id = "call-session";
    fact.connection_id = "connection";
    fact.incoming = true;
    fact.from = "+15550001111";
    fact.to = "+15550002222";
    fact.caller_name = "Ada";
    Event event{.body = std::move(fact), .plan = RingPlan{.greeting = "Please speak."}};
    for (auto& device : devices) event.plan->destinations.push_back({device, "sip:" + device});
    return happen(std::move(event));
  }
  StepResult leg(WebhookType type, int index) {
    WebhookFact fact{.type = type, .call_control_id = "leg" + std::to_string(index)};
    fact.call_leg_id = fact.call_control_id + "-id";
    fact.client_state = ClientState{.session = session.id, .leg = index};
    return webhook(std::move(fact));
  }
  StepResult parent(WebhookType type) {
    return webhook({.type = type, .call_control_id = "parent", .call_leg_id = "parent-leg"});
  }
  StepResult answer(const Command& command, CommandOutcome outcome) {
    return happen(Event{.body = CommandResult{command.id, command.tries, std::move(outcome)}});
  }
  StepResult accept(const Command& command) {
    return answer(command, {.outcome = OutcomeClass::ok, .http_status = 200});
  }

 private:
  int count_ = 0;
};

}  // namespace ringfence::test
