// Transfers: the provider rings a destination by itself, and bridges it when it answers. Part of World (state.h).
// Must not know: HTTP, faults, scripts.
#include "telnyx_sim/payloads.h"
#include "telnyx_sim/state.h"

namespace ringfence::sim {

World::Answer World::transfer(Leg& leg, const json_t* body) {
  Session& session = *leg.session;
  if (session.legs.size() >= kLegsPerSession) return std::unexpected(too_many_requests());
  if (const json_t* state = json_object_get(body, "client_state"); json_is_string(state))
    leg.client_state = json_string_value(state);
  Leg& made = new_leg(session);
  made.to = get_text(body, "to");
  made.from = get_text(body, "from");
  if (made.from.empty()) made.from = leg.to;
  made.display_name = get_text(body, "from_display_name");
  made.connection_id = leg.connection_id;
  made.transfer_of = leg.control_id;
  made.park_after_unbridge = get_text(body, "park_after_unbridge") == "self";
  made.time_limit_ms = get_int(body, "time_limit_secs", 14400) * 1000;
  if (const json_t* state = json_object_get(body, "target_leg_client_state"); json_is_string(state))
    made.client_state = json_string_value(state);
  const std::string_view detection = get_text(body, "answering_machine_detection");
  if (detection != "disabled") made.detection = detection;
  const json_t* headers = get_array(body, "custom_headers");
  for (std::size_t i = 0; i < json_array_size(headers); ++i) {
    const json_t* header = json_array_get(headers, i);
    made.headers.emplace_back(get_text(header, "name"), get_text(header, "value"));
  }
  ring_for_at_most(made, get_int(body, "timeout_secs", 30) * 1000);
  tell(made, "call.initiated", initiated_payload(made));
  observer_.moved(made, Move::ringing);
  Json data = json_object_new();
  set_text(data.get(), "result", "ok");
  return data;
}

// A caller who has only heard ringing is answered by this.
void World::answer_transfer(Leg& leg) {
  Leg* from = find_leg(leg.transfer_of);
  if (from == nullptr || !from->alive()) return end_leg(leg, "normal_clearing", "caller", "200");
  if (from->state != LegState::answered) became_answered(*from);
  if (from->alive() && leg.alive()) join(*from, leg);
}

}  // namespace ringfence::sim
