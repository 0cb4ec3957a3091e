// What the provider writes: webhooks, answers and records as JSON, from the values that a scenario speaks in. Built of
// the stand-in's own payloads. Used by provider.cc and on_wire.cc. Must not know: HTTP, scenarios.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/event.h"
#include "telnyx_sim/command_desk.h"

namespace ringfence::scenario {

// `data` of the event that says so; `occurred_ms` by the clock on the wall.
[[nodiscard]] std::string event_data(const std::string& id, const WebhookFact& fact);

// The answer that has this outcome; `retry_factor` stretches its Retry-After. Not for audits.
[[nodiscard]] sim::Reply reply_of(const Command& command, const CommandOutcome& outcome, double retry_factor);
[[nodiscard]] sim::Reply refusal(int status, const std::string& code);

// What GET /call_events and GET /connections/ID/active_calls show of these legs.
[[nodiscard]] std::string event_records(const std::string& session, const std::vector<AuditedLeg>& legs);
[[nodiscard]] std::string call_records(const std::string& session, const std::vector<AuditedLeg>& legs);
[[nodiscard]] std::string call_records(
    const std::vector<std::pair<std::string, std::vector<AuditedLeg>>>& legs_by_session);

}  // namespace ringfence::scenario
