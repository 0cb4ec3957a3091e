// See records.h.
#include "records.h"

#include <cmath>

#include "core/client_state.h"
#include "shared/json.h"
#include "telnyx_sim/errors.h"
#include "telnyx_sim/loop_clock.h"
#include "telnyx_sim/payloads.h"

namespace ringfence::scenario {
namespace {

// Longer than any sweep waits before it takes a call for a stray.
constexpr std::int64_t kOldUs = 3600LL * 1'000'000;

std::string_view event_name(WebhookType type) {
  switch (type) {
    case WebhookType::initiated:
      return "call.initiated";
    case WebhookType::answered:
      return "call.answered";
    case WebhookType::bridged:
      return "call.bridged";
    case WebhookType::hangup:
      return "call.hangup";
    case WebhookType::speak_ended:
      return "call.speak.ended";
    case WebhookType::recording_saved:
      return "call.recording.saved";
    case WebhookType::recording_error:
      return "call.recording.error";
    case WebhookType::gather_ended:
      return "call.gather.ended";
    case WebhookType::machine_detected:
      return "call.machine.premium.detection.ended";
    case WebhookType::other:
      break;
  }
  return "call.dtmf.received";
}

std::string_view heard(WebhookFact::Detection detection) {
  if (detection == WebhookFact::Detection::person) return "human_residence";
  return detection == WebhookFact::Detection::machine ? "machine" : "not_sure";
}

Json payload_of(const WebhookFact& fact, const sim::Leg& leg, std::int64_t now_us) {
  switch (fact.type) {
    case WebhookType::initiated:
      return sim::initiated_payload(leg);
    case WebhookType::answered:
      return sim::answered_payload(leg);
    case WebhookType::bridged:
      return sim::bridged_payload(leg);
    case WebhookType::hangup:
      return sim::hangup_payload(leg);
    case WebhookType::speak_ended:
      return sim::speak_payload(leg, {.kind = "speak", .id = "the-speech", .media = {}}, "completed");
    case WebhookType::recording_saved:
    case WebhookType::recording_error:
      return sim::recording_payload(
          leg, {.id = fact.recording.id, .format = "wav", .channels = "dual", .started_us = now_us, .ended_us = now_us},
          now_us);
    case WebhookType::gather_ended:
      return sim::gather_payload(leg, fact.digits, fact.digits.empty() ? "timeout" : "valid");
    case WebhookType::machine_detected:
      return sim::detection_payload(leg, heard(fact.detection));
    case WebhookType::other:
      break;
  }
  return sim::dtmf_payload(leg, "5");
}

std::string listing(Json items) {
  Json root = json_object_new(), meta = json_object_new();
  set_json(root.get(), "data", std::move(items));
  set_int(meta.get(), "total_pages", 1);
  set_json(root.get(), "meta", std::move(meta));
  return dump_json(root.get());
}

sim::Leg leg_of(sim::Session& session, const std::string& control_id, const std::string& leg_id) {
  sim::Leg leg;
  leg.session = &session;
  leg.control_id = control_id;
  leg.leg_id = leg_id;
  return leg;
}

void append_event(json_t* events, const std::string& session, const AuditedLeg& leg, std::string_view name) {
  Json event = json_object_new(), metadata = json_object_new(), payload = json_object_new();
  set_text(payload.get(), "call_control_id", leg.call_control_id);
  set_text(payload.get(), "client_state", leg.client_state);
  set_json(metadata.get(), "payload", std::move(payload));
  set_text(event.get(), "type", "webhook");
  set_text(event.get(), "name", name);
  set_text(event.get(), "call_leg_id", leg.call_leg_id);
  set_text(event.get(), "call_session_id", session);
  set_json(event.get(), "metadata", std::move(metadata));
  append_json(events, std::move(event));
}

void append_live(json_t* calls, const std::string& session_id, const std::vector<AuditedLeg>& legs) {
  const std::int64_t now_us = sim::wall_now_us();
  for (const AuditedLeg& one : legs) {
    if (!one.alive) continue;
    sim::Session session{.id = session_id};
    sim::Leg leg = leg_of(session, one.call_control_id, one.call_leg_id);
    leg.client_state = one.client_state;
    leg.started_us = now_us - kOldUs;
    append_json(calls, sim::active_call_resource(leg, now_us));
  }
}

}  // namespace

std::string event_data(const std::string& id, const WebhookFact& fact) {
  const std::int64_t now_us = sim::wall_now_us();
  sim::Session session{.id = fact.call_session_id, .caller_name = fact.caller_name};
  sim::Leg leg = leg_of(session, fact.call_control_id, fact.call_leg_id);
  leg.connection_id = fact.connection_id;
  leg.from = fact.from;
  leg.to = fact.to;
  if (fact.client_state) leg.client_state = encode_client_state(*fact.client_state);
  leg.inbound = fact.incoming;
  leg.calls_out = fact.outbound;
  leg.started_us = leg.ended_us = now_us;
  leg.hangup_cause = fact.ending.cause;
  leg.hangup_source = fact.ending.source;
  leg.sip_hangup_cause = fact.ending.sip_cause;
  Json data = json_object_new();
  set_text(data.get(), "record_type", "event");
  set_text(data.get(), "event_type", event_name(fact.type));
  set_text(data.get(), "id", id);
  set_text(data.get(), "occurred_at", sim::iso_time(fact.occurred_ms * 1000));
  set_json(data.get(), "payload", payload_of(fact, leg, now_us));
  return dump_json(data.get());
}

sim::Reply refusal(int status, const std::string& code) {
  sim::ApiError error{.status = status, .code = code, .title = "As the scenario says", .detail = {}, .pointer = {}};
  return {.status = status, .body = sim::error_body(error)};
}

sim::Reply reply_of(const Command& command, const CommandOutcome& outcome, double retry_factor) {
  if (outcome.outcome != OutcomeClass::ok) {
    sim::Reply reply = refusal(outcome.http_status, outcome.error_code);
    reply.retry_after_s = std::lround(static_cast<double>(outcome.retry_after_ms) * retry_factor / 1000);
    return reply;  // status 0: nobody hears what became of it
  }
  Json data = json_object_new();
  if (command.verb == Verb::dial) {
    sim::Session session{.id = outcome.call_session_id};
    const sim::Leg leg = leg_of(session, outcome.call_control_id, outcome.call_leg_id);
    data = sim::call_resource(leg, sim::wall_now_us(), true);
  } else {
    set_text(data.get(), "result", "ok");
    if (!outcome.recording_id.empty()) set_text(data.get(), "recording_id", outcome.recording_id);
  }
  Json root = json_object_new();
  set_json(root.get(), "data", std::move(data));
  return {.status = 200, .body = dump_json(root.get())};
}

std::string event_records(const std::string& session, const std::vector<AuditedLeg>& legs) {
  Json events = json_array_new();
  for (const AuditedLeg& leg : legs) {
    if (leg.answered) append_event(events.get(), session, leg, "call.answered");
    if (leg.bridged) append_event(events.get(), session, leg, "call.bridged");
    if (leg.recording_saved) append_event(events.get(), session, leg, "call.recording.saved");
    if (leg.ended) append_event(events.get(), session, leg, "call.hangup");
  }
  return listing(std::move(events));
}

std::string call_records(const std::string& session, const std::vector<AuditedLeg>& legs) {
  return call_records({{session, legs}});
}

std::string call_records(const std::vector<std::pair<std::string, std::vector<AuditedLeg>>>& legs_by_session) {
  Json calls = json_array_new();
  for (const auto& [session, legs] : legs_by_session) append_live(calls.get(), session, legs);
  return listing(std::move(calls));
}

}  // namespace ringfence::scenario
