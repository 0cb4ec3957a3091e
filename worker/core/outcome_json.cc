// See outcome_json.h.
#include "core/outcome_json.h"

#include "core/conversation.h"
#include "core/outcome.h"
#include "core/utc_time.h"
#include "shared/json.h"

namespace ringfence {
namespace {

void set_some(json_t* object, const char* key, std::string_view value) {
  if (!value.empty()) set_text(object, key, value);
}

void set_time(json_t* object, const char* key, Millis at_ms) {
  if (at_ms != 0) set_text(object, key, format_utc(at_ms));
}

std::string wrapped(std::string_view type, Millis at_ms, Json data) {
  Json document = json_object_new();
  set_text(document.get(), "type", type);
  set_time(document.get(), "timestamp", at_ms);
  set_json(document.get(), "data", std::move(data));
  return dump_json(document.get());
}

Json about_call(const Session& session) {
  Json data = json_object_new();
  set_text(data.get(), "call", session.id.text);
  set_some(data.get(), "organisation", session.plan.organisation);
  set_some(data.get(), "user", session.plan.user);
  set_some(data.get(), "from", session.parent.from);
  set_some(data.get(), "to", session.parent.to);
  set_time(data.get(), "started_at", session.created_ms);
  set_some(data.get(), "conversation_id", conversation_id(session));
  set_some(data.get(), "message_id", message_id(session));
  return data;
}

// A leg or the parent: when it ended by our clock, and what the provider said about it.
void set_ending(json_t* data, Millis ended_ms, const Ending& said) {
  set_time(data, "ended_at", ended_ms);
  set_some(data, "hangup_cause", said.cause);
  set_some(data, "hangup_source", said.source);
  set_some(data, "sip_hangup_cause", said.sip_cause);
  set_some(data, "start_time", said.start_time);
  set_some(data, "end_time", said.end_time);
}

}  // namespace

std::string session_outcome_json(const Session& session) {
  const Parent& parent = session.parent;
  Json data = about_call(session);
  set_text(data.get(), "outcome", name_of(session.outcome));
  if (const int by = speaker(session); session.outcome == Outcome::answered && by >= 0) {
    set_text(data.get(), "device", session.legs[static_cast<std::size_t>(by)].destination.device);
  }
  set_time(data.get(), "answered_at", parent.answered_ms);
  set_time(data.get(), "bridged_at", parent.bridged_ms);
  set_ending(data.get(), parent.ended_ms, parent.ending);
  set_bool(data.get(), "recorded", session.told_recorded);
  return wrapped("call.ended", session.closed_ms, std::move(data));
}

std::string device_outcome_json(const Session& session, std::size_t index) {
  const Leg& leg = session.legs[index];
  Json data = about_call(session);
  set_text(data.get(), "device", leg.destination.device);
  set_text(data.get(), "outcome", name_of(device_outcome(session, index)));
  set_some(data.get(), "reason", reason_of(session, index));
  set_some(data.get(), "answered_by", answered_by(session, index));
  set_bool(data.get(), "rang", rang(leg));
  set_time(data.get(), "dialled_at", leg.dialled_ms);
  set_time(data.get(), "answered_at", leg.answered_ms);
  set_ending(data.get(), leg.ended_ms, leg.ending);
  return wrapped("call.device", leg.ended_ms, std::move(data));
}

std::string ringing_json(const Session& session, Millis told_ms) {
  const Parent& parent = session.parent;
  Json data = about_call(session);
  set_some(data.get(), "caller_name", parent.caller_name);
  set_some(data.get(), "call_control_id", parent.call_control_id);
  set_some(data.get(), "call_session_id", parent.call_session_id);
  return wrapped("call.ringing", told_ms, std::move(data));
}

std::string recording_json(const Session& session, Millis told_ms) {
  const Recording& recording = session.recording;
  Json data = about_call(session);
  // Which of the two is decided before any recording begins.
  if (session.outcome == Outcome::answered) set_text(data.get(), "kind", "conversation");
  if (session.outcome == Outcome::voicemail) set_text(data.get(), "kind", "voicemail");
  set_some(data.get(), "recording_id", recording.id);
  set_some(data.get(), "url", recording.url);
  set_some(data.get(), "call_leg_id", recording.call_leg_id);
  set_some(data.get(), "call_session_id", session.parent.call_session_id);
  set_some(data.get(), "channels", recording.channels);
  set_some(data.get(), "recording_started_at", recording.started_at);
  set_some(data.get(), "recording_ended_at", recording.ended_at);
  return wrapped("call.recording", told_ms, std::move(data));
}

}  // namespace ringfence
