// Telnyx webhook JSON to Event: see webhook_event.h.
#include "codec/webhook_event.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/utc_time.h"
#include "shared/json.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

constexpr std::array<std::pair<std::string_view, WebhookType>, 10> kTypes{{
    {"call.initiated", WebhookType::initiated},
    {"call.answered", WebhookType::answered},
    {"call.bridged", WebhookType::bridged},
    {"call.hangup", WebhookType::hangup},
    {"call.speak.ended", WebhookType::speak_ended},
    {"call.recording.saved", WebhookType::recording_saved},
    {"call.recording.error", WebhookType::recording_error},
    {"call.gather.ended", WebhookType::gather_ended},
    {"call.machine.detection.ended", WebhookType::machine_detected},
    {"call.machine.premium.detection.ended", WebhookType::machine_detected},
}};

// Both detections' words; whatever else there may be, silence among it, is no proof of a person.
WebhookFact::Detection detection_of(std::string_view result) {
  if (result == "human" || result.starts_with("human_")) return WebhookFact::Detection::person;
  const bool machine = result == "machine" || result == "fax_detected";
  return machine ? WebhookFact::Detection::machine : WebhookFact::Detection::unsure;
}

WebhookType type_of(std::string_view name) {
  for (const auto& [known, type] : kTypes) {
    if (known == name) return type;
  }
  return WebhookType::other;
}

std::string take(const json_t* object, const char* key) { return std::string(get_text(object, key)); }

// The schema promises no recording_id, and one of the two formats.
Recording read_recording(const json_t* payload) {
  Recording recording{.id = take(payload, "recording_id")};
  const json_t* urls = get_object(payload, "recording_urls");
  recording.url = take(urls, "wav");
  if (recording.url.empty()) recording.url = take(urls, "mp3");
  recording.call_leg_id = take(payload, "call_leg_id");
  recording.channels = take(payload, "channels");
  recording.started_at = take(payload, "recording_started_at");
  recording.ended_at = take(payload, "recording_ended_at");
  return recording;
}

Ending read_ending(const json_t* payload) {
  Ending ending;
  ending.cause = take(payload, "hangup_cause");
  ending.source = take(payload, "hangup_source");
  ending.sip_cause = take(payload, "sip_hangup_cause");
  ending.start_time = take(payload, "start_time");
  ending.end_time = take(payload, "end_time");
  return ending;
}

WebhookFact read_payload(const json_t* payload, std::string_view type_name) {
  WebhookFact fact{.type = type_of(type_name), .type_name = std::string(type_name)};
  fact.call_control_id = take(payload, "call_control_id");
  fact.call_leg_id = take(payload, "call_leg_id");
  fact.call_session_id = take(payload, "call_session_id");
  fact.connection_id = take(payload, "connection_id");
  fact.from = take(payload, "from");
  fact.to = take(payload, "to");
  fact.caller_name = take(payload, "caller_id_name");
  if (fact.type == WebhookType::hangup) fact.ending = read_ending(payload);
  if (fact.type == WebhookType::recording_saved) fact.recording = read_recording(payload);
  fact.client_state = decode_client_state(get_text(payload, "client_state"));
  fact.digits = take(payload, "digits");
  fact.detection = detection_of(get_text(payload, "result"));
  if (fact.type != WebhookType::initiated) return fact;
  // A leg that we dial is outgoing, too, but carries our state and is not parked.
  const std::string_view direction = get_text(payload, "direction");
  fact.outbound = direction == "outgoing" && get_text(payload, "state") == "parked" && !fact.client_state;
  fact.incoming = direction == "incoming" || fact.outbound;
  fact.from_uri = take(payload, "from_sip_uri");
  return fact;
}

// Seen in the wild: `call.initiated` without the wrapper `data` and so without an id. What it says once of a leg makes
// one; the other parts tell apart what may be said more than once.
std::string bare_id(const json_t* root) {
  const std::string_view type = get_text(root, "event_type");
  const std::string_view leg = get_text(get_object(root, "payload"), "call_leg_id");
  if (!type.starts_with("call.") || leg.empty()) return {};
  return "bare:" + derived_uuid(type, leg, get_text(root, "created_at"), "bare");
}

// 2025-11-23T03:30:00.076316Z for calls, 2025-11-23T03:30:00.076+00:00 for messages.
Millis occurred_at(std::string_view text) {
  constexpr std::string_view kOffset = "+00:00";
  if (!text.ends_with('Z') && !text.ends_with(kOffset)) return 0;
  text.remove_suffix(text.ends_with('Z') ? 1 : kOffset.size());
  const std::size_t dot = std::min(text.find('.'), text.size());
  const auto second = parse_utc(std::string(text.substr(0, dot)) + "Z");
  if (!second) return 0;
  Millis fraction = 0;
  constexpr std::size_t kDigits = 3;
  for (std::size_t i = dot + 1; i <= dot + kDigits; ++i) {
    const char digit = i < text.size() && text[i] >= '0' && text[i] <= '9' ? text[i] : '0';
    fraction = fraction * 10 + (digit - '0');
  }
  return *second + fraction;
}

void read_envelope(Envelope& envelope, const json_t* root, const json_t* data) {
  envelope.occurred_ms = occurred_at(get_text(data, "occurred_at"));
  const json_t* meta = get_object(root, "meta");
  envelope.attempt = static_cast<int>(std::clamp<std::int64_t>(get_int(meta, "attempt"), 0, limits::kAttempts));
  envelope.delivered_to = get_text(meta, "delivered_to").substr(0, limits::kFieldBytes);
}

}  // namespace

Result<Event> decode_webhook(ByteView body, Envelope* envelope) {
  const auto json = parse_json(as_text(body));
  if (!json) return fail(ErrorCode::invalid, "the webhook is not JSON: " + json.error().text);
  const json_t* data = get_object(json->get(), "data");
  if (envelope != nullptr) read_envelope(*envelope, json->get(), data);
  std::string id(get_text(data, "id"));
  if (data == nullptr) {
    id = bare_id(json->get());
    if (id.empty()) return fail(ErrorCode::invalid, "the webhook has no object `data`");
    data = json->get();
  }
  if (id.empty()) return fail(ErrorCode::invalid, "the webhook has no text `data.id`");
  const std::string_view type_name = get_text(data, "event_type");
  const json_t* payload = get_object(data, "payload");
  Event event{.id = {std::move(id)}};
  WebhookFact fact = read_payload(payload, type_name);
  fact.occurred_ms = occurred_at(get_text(data, "occurred_at"));
  if (type_name.starts_with("call.")) {
    event.session = fact.client_state ? fact.client_state->session : SessionId{fact.call_leg_id};
    if (!is_listed(event.session)) return fail(ErrorCode::invalid, "the webhook's call_leg_id is none");
  }
  event.body = std::move(fact);
  return event;
}

}  // namespace ringfence
