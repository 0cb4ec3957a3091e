// See event_json.h.
#include "codec/event_json.h"

#include "codec/json_fields.h"
#include "shared/limits.h"

namespace ringfence {

// Everything an event can be; `kind` says which part counts.
struct StoredEvent {
  std::string kind;
  WebhookFact fact;
  std::string client_state;
  int detection = 0;
  CommandResult result;
  Destination destination;
  std::string reason;
  bool has_plan = false;
  RingPlan plan;
};

template <class Visitor>
void fields(Visitor& visit, AuditedLeg& leg) {
  visit("cc", leg.call_control_id);
  visit("leg_id", leg.call_leg_id);
  visit("client_state", leg.client_state);
  visit("answered", leg.answered);
  visit("bridged", leg.bridged);
  visit("ended", leg.ended);
  visit("alive", leg.alive);
  visit("recording_saved", leg.recording_saved);
  visit("cause", leg.hangup_cause);
  visit("call_session", leg.call_session_id);
}

template <class Visitor>
void fields(Visitor& visit, CommandResult& result) {
  CommandOutcome& outcome = result.outcome;
  visit("command", result.command.text);
  visit("tries", result.tries);
  visit("verb", result.verb);
  visit("leg", result.leg);
  visit("outcome", outcome.outcome);
  visit("status", outcome.http_status);
  visit("error_code", outcome.error_code);
  visit("detail", outcome.detail);
  visit("retry_after", outcome.retry_after_ms);
  visit("cc", outcome.call_control_id);
  visit("leg_id", outcome.call_leg_id);
  visit("call_session", outcome.call_session_id);
  visit("recording", outcome.recording_id);
  visit("legs", outcome.legs);
  visit("complete", outcome.audit_complete);
}

template <class Visitor>
void fields(Visitor& visit, WebhookFact& fact) {
  visit("type", fact.type);
  visit("type_name", fact.type_name);
  visit("cc", fact.call_control_id);
  visit("leg_id", fact.call_leg_id);
  visit("call_session", fact.call_session_id);
  visit("connection", fact.connection_id);
  visit("incoming", fact.incoming);
  visit("from", fact.from);
  visit("to", fact.to);
  visit("name", fact.caller_name);
  visit("cause", fact.hangup_cause);
  visit("source", fact.hangup_source);
  visit("sip_cause", fact.sip_hangup_cause);
  visit("recording", fact.recording_id);
  visit("recording_url", fact.recording_url);
  visit("digits", fact.digits);
}

template <class Visitor>
void fields(Visitor& visit, StoredEvent& stored) {
  visit("kind", stored.kind);
  if (stored.kind == "webhook") {
    visit("fact", stored.fact);
    visit("client_state", stored.client_state);
    visit("detection", stored.detection);
  } else if (stored.kind == "result") {
    visit("result", stored.result);
  } else if (stored.kind == "device_ready") {
    visit("destination", stored.destination);
  } else if (stored.kind == "cancel") {
    visit("reason", stored.reason);
  }
  visit("has_plan", stored.has_plan);
  if (!stored.has_plan) return;
  visit("plan", stored.plan);
  visit("destinations", stored.plan.destinations);
}

std::string encode_event(const Event& event) {
  StoredEvent stored;
  if (const auto* fact = std::get_if<WebhookFact>(&event.body)) {
    stored.kind = "webhook";
    stored.fact = *fact;
    if (fact->client_state) stored.client_state = encode_client_state(*fact->client_state);
    stored.detection = static_cast<int>(fact->detection);
  } else if (const auto* result = std::get_if<CommandResult>(&event.body)) {
    stored.kind = "result";
    stored.result = *result;
  } else if (const auto* ready = std::get_if<DeviceReady>(&event.body)) {
    stored.kind = "device_ready";
    stored.destination = ready->destination;
  } else if (const auto* cancel = std::get_if<Cancel>(&event.body)) {
    stored.kind = "cancel";
    stored.reason = cancel->reason;
  } else {
    stored.kind = "tick";
  }
  stored.has_plan = event.plan.has_value();
  if (event.plan) stored.plan = *event.plan;
  std::string text;
  JsonFieldWriter writer(text);
  fields(writer, stored);
  writer.close();
  return text.size() <= limits::kStoredEventBytes ? text : std::string();
}

Result<Event> decode_event(const json_t* object) {
  const auto unreadable = [] { return fail(ErrorCode::invalid, "the stored event cannot be read"); };
  if (!json_is_object(object)) return unreadable();
  StoredEvent stored;
  JsonFieldReader reader(object);
  fields(reader, stored);
  constexpr int kDetections = 3;
  if (!reader.ok || stored.detection < 0 || stored.detection >= kDetections) return unreadable();
  Event event;
  if (stored.kind == "webhook") {
    if (!stored.client_state.empty()) stored.fact.client_state = decode_client_state(stored.client_state);
    stored.fact.detection = static_cast<WebhookFact::Detection>(stored.detection);
    event.body = std::move(stored.fact);
  } else if (stored.kind == "result") {
    event.body = std::move(stored.result);
  } else if (stored.kind == "device_ready") {
    event.body = DeviceReady{std::move(stored.destination)};
  } else if (stored.kind == "cancel") {
    event.body = Cancel{std::move(stored.reason)};
  } else if (stored.kind == "tick") {
    event.body = Tick{};
  } else {
    return unreadable();
  }
  if (stored.has_plan) event.plan = std::move(stored.plan);
  return event;
}

}  // namespace ringfence
