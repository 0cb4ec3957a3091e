// What an application was told of a call stands: each copy of a notice is the same byte for byte, whatever the provider
// says of the caller afterwards, in a webhook, in its records, or in the answer to a command that was still on its way.
#include <gtest/gtest.h>

#include "core/outcome_json.h"
#include "support/core_fixture.h"

namespace ringfence {
namespace {

using test::Call;

// An operator has ended the call; that the caller has gone is known from the records, which give no reason.
Call told_call() {
  Call call;
  call.session.phase = Phase::closed;
  call.session.outcome = Outcome::cancelled;
  call.session.parent.call_control_id = "parent";
  call.session.parent.call_leg_id = "parent-leg";
  call.session.parent.call_session_id = "call-session";
  call.session.parent.state = ParentState::ended;
  call.session.parent.ended_ms = test::kStartMs;
  call.session.plan.notify = call.session.told = true;
  return call;
}

TEST(Told, TheAnswerToACommandThatWasOnItsWayChangesNothing) {
  for (const Verb verb : {Verb::hangup, Verb::reject, Verb::answer, Verb::speak, Verb::record_start}) {
    for (const OutcomeClass outcome : {OutcomeClass::refused, OutcomeClass::ok}) {
      Call call = told_call();
      const OutboxEntry entry{.verb = verb, .attempt = 2, .tries = 1, .expires_ms = test::kStartMs + 60'000};
      call.session.outbox.push_back(entry);
      const std::string before = session_outcome_json(call.session);
      CommandOutcome answer{.outcome = outcome};
      if (outcome == OutcomeClass::refused) answer.error_code = "90018";
      call.now_ms += 500;
      call.happen(Event{.body = CommandResult{command_id(call.session, entry), 1, answer}});
      EXPECT_TRUE(call.session.outbox.empty()) << name_of(verb);
      EXPECT_EQ(session_outcome_json(call.session), before) << name_of(verb);
    }
  }
}

TEST(Told, WhatIsSaidOfTheCallerLaterChangesNothing) {
  for (const WebhookType type : {WebhookType::hangup, WebhookType::answered, WebhookType::bridged}) {
    Call call = told_call();
    const std::string before = session_outcome_json(call.session);
    WebhookFact fact{.type = type, .call_control_id = "parent", .call_leg_id = "parent-leg"};
    fact.ending = {.cause = "normal_clearing", .source = "caller", .sip_cause = "200", .end_time = "now"};
    call.now_ms += 500;
    call.webhook(fact);
    EXPECT_EQ(session_outcome_json(call.session), before);
  }
}

}  // namespace
}  // namespace ringfence
