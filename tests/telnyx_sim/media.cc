// What is said to a leg and what is recorded of it. Part of World (state.h). Must not know: HTTP, faults, scripts.
#include "telnyx_sim/payloads.h"
#include "telnyx_sim/state.h"

namespace ringfence::sim {
namespace {

Json ok() {
  Json data = json_object_new();
  set_text(data.get(), "result", "ok");
  return data;
}

// A parent nobody has answered to: what it hears or says now is voicemail, not a recorded conversation about to begin.
bool is_alone(const Leg& leg) {
  if (!leg.inbound || leg.peer != nullptr) return false;
  for (const Leg* other : leg.session->legs)
    if (other != &leg && other->state == LegState::answered) return false;
  return true;
}

}  // namespace

World::Answer World::speak(Leg& leg, const json_t* body, std::string_view kind) {
  std::string media(get_text(body, "audio_url"));
  if (media.empty()) media = get_text(body, "media_name");
  if (kind == "playback" && media.empty() && get_text(body, "playback_content").empty())
    return std::unexpected(missing_parameter("audio_url"));
  if (leg.utterances.size() >= kUtterancesPerLeg) return std::unexpected(too_many_requests());
  if (is_alone(leg)) leg.session->voicemail = true;
  leg.utterances.push_back({std::string(kind), random_.uuid().substr(0, 8), std::move(media)});
  if (leg.utterances.size() == 1) say_next(leg);
  return ok();
}

void World::say_next(Leg& leg) {
  const Utterance& what = leg.utterances.front();
  if (what.kind == "speak")
    tell(leg, "call.speak.started", speak_payload(leg, what, ""));
  else
    tell(leg, "call.playback.started", playback_payload(leg, what, ""));
  observer_.moved(leg, Move::speaking);
  scheduler_.after_ms(settings.speak_ms, [this, id = leg.control_id, utterance = what.id] {
    Leg* found = find_leg(id);
    if (found == nullptr || found->utterances.empty() || found->utterances.front().id != utterance) return;
    said(*found, "completed");
    if (found->alive() && !found->utterances.empty()) say_next(*found);
  });
}

void World::said(Leg& leg, std::string_view status) {
  const Utterance what = leg.utterances.front();
  leg.utterances.pop_front();
  if (!leg.alive()) leg.utterances.clear();
  if (what.kind == "speak")
    tell(leg, "call.speak.ended", speak_payload(leg, what, status));
  else
    tell(leg, "call.playback.ended", playback_payload(leg, what, status));
}

World::Answer World::gather(Leg& leg, const json_t* body) {
  if (leg.gathering) stop_gathering(leg, "", "cancelled");
  const std::string_view valid = get_text(body, "valid_digits");
  leg.gathering = {random_.uuid().substr(0, 8), std::string(valid.empty() ? "0123456789#*" : valid),
                   get_int(body, "maximum_tries", 3), get_int(body, "timeout_millis", 60'000)};
  prompt(leg);
  return ok();
}

// Keys count from the first word of the prompt on; silence after it, or a wrong key, costs a try.
void World::prompt(Leg& leg) {
  const Gathering asked = *leg.gathering;
  scheduler_.after_ms(
      settings.speak_ms + asked.timeout_ms, [this, id = leg.control_id, asking = asked.id, tries = asked.tries] {
        Leg* found = find_leg(id);
        const bool current =
            found != nullptr && found->gathering && found->gathering->id == asking && found->gathering->tries == tries;
        if (!current) return;
        if (tries <= 1) return stop_gathering(*found, "", "timeout");
        --found->gathering->tries;
        prompt(*found);
      });
  observer_.moved(leg, Move::gathering);
}

void World::press(Leg& leg, std::string_view digit) {
  if (leg.state != LegState::answered) return;
  tell(leg, "call.dtmf.received", dtmf_payload(leg, digit));
  if (!leg.gathering) return;
  if (leg.gathering->valid.find(digit) != std::string::npos) return stop_gathering(leg, digit, "valid");
  if (leg.gathering->tries <= 1) return stop_gathering(leg, digit, "invalid");
  --leg.gathering->tries;
  prompt(leg);
}

void World::stop_gathering(Leg& leg, std::string_view digits, std::string_view status) {
  leg.gathering.reset();
  tell(leg, "call.gather.ended", gather_payload(leg, digits, status));
}

void World::detect(Leg& leg, std::string_view result) {
  if (leg.detection.empty() || leg.state != LegState::answered) return;
  const bool premium = leg.detection == "premium";
  leg.detection.clear();
  if (!premium && result.starts_with("human")) result = "human";
  tell(leg, premium ? "call.machine.premium.detection.ended" : "call.machine.detection.ended",
       detection_payload(leg, result));
}

World::Answer World::record_start(Leg& leg, const json_t* body) {
  if (leg.state != LegState::answered) return std::unexpected(no_audio_yet());
  if (const json_t* given = json_object_get(body, "client_state"); json_is_string(given))
    leg.client_state = json_string_value(given);
  if (leg.recording) return ok();  // one recording at a time; a second start changes nothing
  start_recording(
      leg,
      {random_.uuid(), std::string(get_text(body, "format")), std::string(get_text(body, "channels")), 0, 0, false},
      get_int(body, "max_length") * 1000);
  return ok();
}

void World::start_recording(Leg& leg, Recording recording, std::int64_t max_length_ms) {
  if (leg.recording) return;
  recording.started_us = scheduler_.now_us();
  leg.recording = std::move(recording);
  if (is_alone(leg)) leg.session->voicemail = true;
  observer_.moved(leg, Move::recording);
  if (max_length_ms <= 0 || !leg.recording) return;
  scheduler_.after_ms(max_length_ms, [this, id = leg.control_id, recorded = leg.recording->id] {
    Leg* found = find_leg(id);
    if (found != nullptr && found->recording && found->recording->id == recorded) stop_recording(*found);
  });
}

World::Answer World::record_stop(Leg& leg) {
  if (!leg.recording) return std::unexpected(no_audio_yet());
  stop_recording(leg);
  return ok();
}

void World::stop_recording(Leg& leg) {
  if (!leg.recording) return;
  leg.recording->ended_us = scheduler_.now_us();
  leg.recordings.push_back(std::move(*leg.recording));
  leg.recording.reset();
  scheduler_.after_ms(settings.recording_saved_ms, [this, id = leg.control_id, index = leg.recordings.size() - 1] {
    Leg* found = find_leg(id);
    if (found == nullptr) return;
    Recording& recording = found->recordings[index];
    recording.saved = true;
    tell(*found, "call.recording.saved", recording_payload(*found, recording, scheduler_.now_us()));
  });
}

}  // namespace ringfence::sim
