// See event_json.h.
#include "codec/event_json.h"

#include "codec/json_fields.h"
#include "shared/limits.h"

namespace ringfence {

// Everything an event can be, borrowed; `kind` says which part counts.
struct StoredEvent {
  std::string kind;
  WebhookFact* fact = nullptr;
  std::string client_state;
  int detection = 0;
  CommandResult* result = nullptr;
  Destination* destination = nullptr;
  std::string* reason = nullptr;
  bool has_plan = false;
  RingPlan* plan = nullptr;
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
  visit("events_read", outcome.events_read);
}

template <class Visitor>
void fields(Visitor& visit, WebhookFact& fact) {
  visit("type", fact.type);
  visit("type_name", fact.type_name);
  visit("occurred", fact.occurred_ms);
  visit("cc", fact.call_control_id);
  visit("leg_id", fact.call_leg_id);
  visit("call_session", fact.call_session_id);
  visit("connection", fact.connection_id);
  visit("incoming", fact.incoming);
  visit("outbound", fact.outbound);
  visit("from", fact.from);
  visit("from_uri", fact.from_uri);
  visit("to", fact.to);
  visit("name", fact.caller_name);
  fields(visit, fact.ending);
  fields(visit, fact.recording);
  visit("digits", fact.digits);
}

template <class Visitor>
void fields(Visitor& visit, StoredEvent& stored) {
  visit("kind", stored.kind);
  if (stored.kind == "webhook") {
    visit("fact", *stored.fact);
    visit("client_state", stored.client_state);
    visit("detection", stored.detection);
  } else if (stored.kind == "result") {
    visit("result", *stored.result);
  } else if (stored.kind == "device_ready") {
    visit("destination", *stored.destination);
  } else if (stored.kind == "cancel") {
    visit("reason", *stored.reason);
  }
  visit("has_plan", stored.has_plan);
  if (!stored.has_plan) return;
  visit("plan", *stored.plan);
  visit("destinations", stored.plan->destinations);
}

std::string encode_event(const Event& event) {
  // The writer only reads; the field lists are shared with the reader, which needs non-const references.
  auto& what = const_cast<Event&>(event);
  StoredEvent stored;
  if (auto* fact = std::get_if<WebhookFact>(&what.body)) {
    stored.kind = "webhook";
    stored.fact = fact;
    if (fact->client_state) stored.client_state = encode_client_state(*fact->client_state);
    stored.detection = static_cast<int>(fact->detection);
  } else if (auto* result = std::get_if<CommandResult>(&what.body)) {
    stored.kind = "result";
    stored.result = result;
  } else if (auto* ready = std::get_if<DeviceReady>(&what.body)) {
    stored.kind = "device_ready";
    stored.destination = &ready->destination;
  } else if (auto* cancel = std::get_if<Cancel>(&what.body)) {
    stored.kind = "cancel";
    stored.reason = &cancel->reason;
  } else {
    stored.kind = "tick";
  }
  stored.has_plan = what.plan.has_value();
  if (what.plan) stored.plan = &*what.plan;
  constexpr std::size_t kUsualBytes = 1024;
  std::string text;
  text.reserve(kUsualBytes);
  JsonFieldWriter writer(text);
  fields(writer, stored);
  writer.close();
  return text.size() <= limits::kStoredEventBytes ? text : std::string();
}

Result<Event> decode_event(const json_t* object) {
  const auto unreadable = [] { return fail(ErrorCode::invalid, "the stored event cannot be read"); };
  if (!json_is_object(object)) return unreadable();
  WebhookFact fact;
  CommandResult result;
  DeviceReady ready;
  Cancel cancel;
  RingPlan plan;
  StoredEvent stored{
      .fact = &fact, .result = &result, .destination = &ready.destination, .reason = &cancel.reason, .plan = &plan};
  JsonFieldReader reader(object);
  fields(reader, stored);
  constexpr int kDetections = 3;
  if (!reader.ok || stored.detection < 0 || stored.detection >= kDetections) return unreadable();
  Event event;
  if (stored.kind == "webhook") {
    if (!stored.client_state.empty()) fact.client_state = decode_client_state(stored.client_state);
    fact.detection = static_cast<WebhookFact::Detection>(stored.detection);
    event.body = std::move(fact);
  } else if (stored.kind == "result") {
    event.body = std::move(result);
  } else if (stored.kind == "device_ready") {
    event.body = std::move(ready);
  } else if (stored.kind == "cancel") {
    event.body = std::move(cancel);
  } else if (stored.kind == "tick") {
    event.body = Tick{};
  } else {
    return unreadable();
  }
  if (stored.has_plan) event.plan = std::move(plan);
  return event;
}

}  // namespace ringfence
