// See payloads.h. client_state is null in real events when none was set, and absent on the hangup of a call that was
// never answered; both are kept, because consumers trip over them.
#include "telnyx_sim/payloads.h"

#include <ctime>

namespace ringfence::sim {
namespace {

void set_null(json_t* object, const char* key) { json_object_set_new(object, key, json_null()); }

void set_client_state(json_t* payload, const Leg& leg) {
  if (leg.client_state)
    set_text(payload, "client_state", *leg.client_state);
  else
    set_null(payload, "client_state");
}

Json identified(const Leg& leg) {
  Json payload = json_object_new();
  set_text(payload.get(), "call_control_id", leg.control_id);
  set_text(payload.get(), "call_leg_id", leg.leg_id);
  set_text(payload.get(), "call_session_id", leg.session->id);
  set_text(payload.get(), "connection_id", leg.connection_id);
  return payload;
}

Json with_numbers(const Leg& leg) {
  Json payload = identified(leg);
  set_text(payload.get(), "from", leg.from);
  set_text(payload.get(), "to", leg.to);
  return payload;
}

std::string_view party_of(const Leg& leg) { return leg.to.starts_with("sip") ? "sip" : "pstn"; }

Json quality() {
  return Json(json_pack("{s:{s:s,s:s,s:s,s:s,s:s},s:{s:s,s:s}}", "inbound", "jitter_max_variance", "0.00",
                        "jitter_packet_count", "0", "mos", "4.50", "packet_count", "1472", "skip_packet_count", "22",
                        "outbound", "packet_count", "268", "skip_packet_count", "0"));
}

}  // namespace

std::string iso_time(std::int64_t at_us) {
  const std::time_t seconds = at_us / 1'000'000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[40];
  const std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  const std::string micros = std::to_string(1'000'000 + at_us % 1'000'000);
  return std::string(text, length) + "." + micros.substr(1) + "Z";
}

Json initiated_payload(const Leg& leg) {
  Json payload = with_numbers(leg);
  set_text(payload.get(), "caller_id_name", leg.session->caller_name.empty() ? leg.from : leg.session->caller_name);
  set_text(payload.get(), "calling_party_type", party_of(leg));
  set_client_state(payload.get(), leg);
  set_text(payload.get(), "connection_codecs", "PCMU,PCMA,G729");
  set_text(payload.get(), "direction", leg.inbound && !leg.calls_out ? "incoming" : "outgoing");
  set_text(payload.get(), "from_sip_uri", leg.from + (leg.calls_out ? "@sip.telnyx.com" : "@203.0.113.186:5060"));
  set_text(payload.get(), "offered_codecs", "PCMU,G729");
  set_text(payload.get(), "start_time", iso_time(leg.started_us));
  set_text(payload.get(), "state", leg.inbound ? "parked" : "bridging");
  set_text(payload.get(), "to_sip_uri", leg.to.starts_with("sip") ? leg.to : leg.to + "@us.icp.telnyx.com:5060");
  return payload;
}

Json answered_payload(const Leg& leg) {
  Json payload = with_numbers(leg);
  set_text(payload.get(), "calling_party_type", party_of(leg));
  set_client_state(payload.get(), leg);
  set_text(payload.get(), "codec", "PCMU");
  set_int(payload.get(), "sampling_rate", 8000);
  set_text(payload.get(), "start_time", iso_time(leg.started_us));
  return payload;
}

Json bridged_payload(const Leg& leg) {
  Json payload = with_numbers(leg);
  set_client_state(payload.get(), leg);
  return payload;
}

Json hangup_payload(const Leg& leg) {
  Json payload = with_numbers(leg);
  const bool answered = leg.answered_us != 0;
  if (answered) set_json(payload.get(), "call_quality_stats", quality());
  if (answered || leg.client_state || !leg.inbound) set_client_state(payload.get(), leg);
  if (answered)
    set_text(payload.get(), "calling_party_type", party_of(leg));
  else
    set_null(payload.get(), "telnyx_error");
  set_text(payload.get(), "end_time", iso_time(leg.ended_us));
  set_text(payload.get(), "hangup_cause", leg.hangup_cause);
  set_text(payload.get(), "hangup_source", leg.hangup_source);
  set_text(payload.get(), "sip_hangup_cause", leg.sip_hangup_cause);
  set_text(payload.get(), "start_time", iso_time(leg.started_us));
  return payload;
}

Json speak_payload(const Leg& leg, const Utterance& what, std::string_view status) {
  Json payload = identified(leg);
  set_text(payload.get(), "calling_party_type", party_of(leg));
  set_client_state(payload.get(), leg);
  set_text(payload.get(), "speak_id", what.id);
  if (!status.empty()) set_text(payload.get(), "status", status);
  return payload;
}

Json playback_payload(const Leg& leg, const Utterance& what, std::string_view status) {
  Json payload = identified(leg);
  set_client_state(payload.get(), leg);
  set_text(payload.get(), what.media.find("://") == std::string::npos ? "media_name" : "media_url", what.media);
  set_bool(payload.get(), "overlay", false);
  if (!status.empty()) set_text(payload.get(), "status", status);
  return payload;
}

Json dtmf_payload(const Leg& leg, std::string_view digit) {
  Json payload = with_numbers(leg);
  set_client_state(payload.get(), leg);
  set_text(payload.get(), "digit", digit);
  return payload;
}

Json gather_payload(const Leg& leg, std::string_view digits, std::string_view status) {
  Json payload = with_numbers(leg);
  set_client_state(payload.get(), leg);
  set_text(payload.get(), "digits", digits);
  set_text(payload.get(), "status", status);
  return payload;
}

Json detection_payload(const Leg& leg, std::string_view result) {
  Json payload = with_numbers(leg);
  set_client_state(payload.get(), leg);
  set_text(payload.get(), "result", result);
  return payload;
}

Json recording_payload(const Leg& leg, const Recording& recording, std::int64_t saved_us) {
  Json payload = identified(leg);
  set_text(payload.get(), "channels", recording.channels);
  set_client_state(payload.get(), leg);
  set_text(payload.get(), "end_time", iso_time(recording.ended_us));
  set_text(payload.get(), "format", recording.format);
  set_text(payload.get(), "occurred_at", iso_time(saved_us));
  set_json(payload.get(), "public_recording_urls", json_object_new());
  set_text(payload.get(), "recording_ended_at", iso_time(recording.ended_us));
  set_text(payload.get(), "recording_id", recording.id);
  set_text(payload.get(), "recording_started_at", iso_time(recording.started_us));
  Json urls = json_object_new();
  set_text(urls.get(), recording.format.c_str(),
           "https://recordings.example.com/" + recording.id + "." + recording.format + "?X-Amz-Expires=600");
  set_json(payload.get(), "recording_urls", std::move(urls));
  set_text(payload.get(), "start_time", iso_time(recording.started_us));
  return payload;
}

Json call_resource(const Leg& leg, std::int64_t now_us, bool dialling) {
  Json call = json_object_new();
  set_text(call.get(), "record_type", "call");
  set_text(call.get(), "call_control_id", leg.control_id);
  set_text(call.get(), "call_leg_id", leg.leg_id);
  set_text(call.get(), "call_session_id", leg.session->id);
  set_bool(call.get(), "is_alive", !dialling && leg.alive());
  if (leg.client_state) set_text(call.get(), "client_state", *leg.client_state);
  if (dialling) return call;
  const std::int64_t end_us = leg.alive() ? now_us : leg.ended_us;
  set_int(call.get(), "call_duration", (end_us - leg.started_us) / 1'000'000);
  set_text(call.get(), "start_time", iso_time(leg.started_us));
  if (!leg.alive()) set_text(call.get(), "end_time", iso_time(leg.ended_us));
  return call;
}

Json active_call_resource(const Leg& leg, std::int64_t now_us) {
  Json call = json_object_new();
  set_text(call.get(), "record_type", "call");
  set_text(call.get(), "call_control_id", leg.control_id);
  set_text(call.get(), "call_leg_id", leg.leg_id);
  set_text(call.get(), "call_session_id", leg.session->id);
  set_text(call.get(), "client_state", leg.client_state.value_or(""));  // required and a string in the schema
  set_int(call.get(), "call_duration", (now_us - leg.started_us) / 1'000'000);
  return call;
}

}  // namespace ringfence::sim
