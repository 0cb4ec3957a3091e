// Calls and legs: how they begin, are answered, bridged and end. Media (speak, record) is in media.cc.
// See state.h. Must not know: HTTP, faults, scripts.
#include "telnyx_sim/state.h"

#include "telnyx_sim/payloads.h"

namespace ringfence::sim {
namespace {

Json ok() {
  Json data = json_object_new();
  set_text(data.get(), "result", "ok");
  return data;
}

Recording recording_asked_for(const json_t* body, Random& random) {
  const auto or_else = [](std::string_view text, std::string_view fallback) {
    return std::string(text.empty() ? fallback : text);
  };
  return {random.uuid(),
          or_else(get_text(body, "record_format"), "mp3"),
          or_else(get_text(body, "record_channels"), "dual"),
          0,
          0,
          false};
}

void update_client_state(Leg& leg, const json_t* body) {
  if (const json_t* given = json_object_get(body, "client_state"); json_is_string(given))
    leg.client_state = json_string_value(given);
}

}  // namespace

std::string_view move_name(Move move) noexcept {
  constexpr std::string_view kNames[] = {"started",   "ringing",   "answered", "bridged",      "speaking",
                                         "recording", "gathering", "ended",    "session_ended"};
  return kNames[static_cast<std::size_t>(move)];
}

Session& World::new_session() {
  auto session = std::make_unique<Session>();
  session->id = random_.uuid();
  session->started_us = scheduler_.now_us();
  ++sessions_started_;
  Session& kept = *session;
  sessions_.emplace(kept.id, std::move(session));
  return kept;
}

Leg& World::new_leg(Session& session) {
  auto leg = std::make_unique<Leg>();
  leg->session = &session;
  leg->number = ++leg_count_;
  leg->control_id = random_.control_id();
  leg->leg_id = random_.uuid();
  leg->connection_id = settings.connection_id;
  leg->started_us = scheduler_.now_us();
  Leg& kept = *leg;
  session.legs.push_back(&kept);
  ++session.alive_legs;
  active_.emplace(kept.number, &kept);
  legs_.emplace(kept.control_id, std::move(leg));
  return kept;
}

Session& World::open_call(std::string from, std::string to, std::string caller_name) {
  Session& session = new_session();
  session.caller_name = std::move(caller_name);
  Leg& leg = new_leg(session);
  session.parent = &leg;
  leg.inbound = true;
  leg.state = LegState::parked;
  leg.from = std::move(from);
  leg.to = std::move(to);
  return session;
}

Session& World::open_outbound_call(std::string credential, std::string to) {
  Session& session = open_call(std::move(credential), std::move(to), "");
  session.parent->calls_out = true;
  return session;
}

void World::announce(Session& session) {
  observer_.moved(*session.parent, Move::started);
  tell(*session.parent, "call.initiated", initiated_payload(*session.parent));
}

void World::abandon(Session& session) {
  observer_.forgotten(session);
  --sessions_started_;
  for (const Leg* leg : session.legs) {
    active_.erase(leg->number);
    legs_.erase(std::string(leg->control_id));
  }
  sessions_.erase(std::string(session.id));
}

World::Answer World::dial(const json_t* body, const std::function<void(Leg&)>& on_created) {
  const std::string_view connection = get_text(body, "connection_id");
  if (!settings.any_connection && connection != settings.connection_id) return std::unexpected(invalid_connection());
  const std::string_view link_to = get_text(body, "link_to");
  Leg* linked = link_to.empty() ? nullptr : find_leg(link_to);
  if (!link_to.empty() && linked == nullptr) return std::unexpected(invalid_control_id("/link_to"));
  Session& session = linked != nullptr ? *linked->session : new_session();
  if (session.legs.size() >= kLegsPerSession) return std::unexpected(too_many_requests());
  Leg& leg = new_leg(session);
  const json_t* destination = json_object_get(body, "to");
  // How a list of destinations rings is not documented; the stand-in rings the first only.
  if (json_is_array(destination)) destination = json_array_get(destination, 0);
  leg.to = json_string_value(destination);
  leg.from = linked != nullptr && get_bool(body, "bridge_intent") ? linked->from : std::string(get_text(body, "from"));
  leg.display_name = get_text(body, "from_display_name");
  leg.connection_id = connection;
  leg.link_to = link_to;
  leg.bridge_on_answer = get_bool(body, "bridge_on_answer");
  leg.prevent_double_bridge = get_bool(body, "prevent_double_bridge");
  leg.park_after_unbridge = get_text(body, "park_after_unbridge") == "self";
  leg.retry_on_timeout = get_bool(body, "retry_on_timeout", true);
  leg.time_limit_ms = get_int(body, "time_limit_secs", 14400) * 1000;
  update_client_state(leg, body);
  if (!get_text(body, "record").empty()) leg.record_on_answer = recording_asked_for(body, random_);
  const std::string_view detection = get_text(body, "answering_machine_detection");
  if (detection != "disabled") leg.detection = detection;
  ring_for_at_most(leg, get_int(body, "timeout_secs", 30) * 1000);
  if (on_created) on_created(leg);
  Json call = call_resource(leg, scheduler_.now_us(), true);
  if (leg.record_on_answer) set_text(call.get(), "recording_id", leg.record_on_answer->id);
  tell(leg, "call.initiated", initiated_payload(leg));
  observer_.moved(leg, Move::ringing);
  return call;
}

void World::ring_for_at_most(Leg& leg, std::int64_t asked_ms) {
  scheduler_.after_ms(settings.ring_timeout_ms > 0 ? settings.ring_timeout_ms : asked_ms, [this, id = leg.control_id] {
    Leg* found = find_leg(id);
    if (found == nullptr || found->state != LegState::ringing) return;
    end_leg(*found, found->retry_on_timeout ? "timeout" : "no_answer", "unknown", "487");
  });
}

World::Answer World::command(Verb verb, Leg& leg, const json_t* body, bool bridge_is_made) {
  if (!leg.alive()) return std::unexpected(call_ended());
  if (verb == Verb::client_state_update) {
    update_client_state(leg, body);
    return ok();
  }
  const bool needs_answer = verb == Verb::bridge || verb == Verb::speak || verb == Verb::playback_start ||
                            verb == Verb::gather_using_speak || (verb == Verb::transfer && !leg.inbound);
  if (needs_answer && leg.state != LegState::answered) return std::unexpected(not_answered());
  switch (verb) {
    case Verb::answer:
      return answer(leg, body);
    case Verb::bridge:
      return bridge(leg, body, bridge_is_made);
    case Verb::hangup:
      update_client_state(leg, body);
      return hangup(leg);
    case Verb::reject: {
      if (leg.state != LegState::parked || leg.calls_out)
        return std::unexpected(bad_value("cause", "used on an unanswered call"));
      update_client_state(leg, body);
      const bool busy = get_text(body, "cause") == "USER_BUSY";
      end_leg(leg, busy ? "user_busy" : "call_rejected", "callee", busy ? "486" : "603");
      return ok();
    }
    case Verb::speak:
      update_client_state(leg, body);
      return speak(leg, body, "speak");
    case Verb::playback_start:
      update_client_state(leg, body);
      return speak(leg, body, "playback");
    case Verb::record_start:
      return record_start(leg, body);
    case Verb::record_stop:
      return record_stop(leg);
    case Verb::transfer:
      return transfer(leg, body);
    case Verb::gather_using_speak:
      update_client_state(leg, body);
      return gather(leg, body);
    case Verb::dial:
    case Verb::client_state_update:
      break;
  }
  return std::unexpected(not_found());
}

World::Answer World::answer(Leg& leg, const json_t* body) {
  if (!leg.inbound || leg.calls_out) return std::unexpected(answer_on_outbound());
  update_client_state(leg, body);
  Json data = ok();
  if (leg.state == LegState::answered) return data;  // answering twice changes nothing
  if (!get_text(body, "record").empty()) {
    leg.record_on_answer = recording_asked_for(body, random_);
    set_text(data.get(), "recording_id", leg.record_on_answer->id);
  }
  became_answered(leg);
  return data;
}

void World::answer_by_person(Leg& leg) {
  if (leg.state == LegState::ringing) became_answered(leg);
}

void World::became_answered(Leg& leg) {
  leg.state = LegState::answered;
  leg.answered_us = scheduler_.now_us();
  tell(leg, "call.answered", answered_payload(leg));
  if (leg.time_limit_ms > 0) {
    scheduler_.after_ms(leg.time_limit_ms, [this, id = leg.control_id] {
      if (Leg* found = find_leg(id); found != nullptr && found->alive())
        end_leg(*found, "time_limit", "unknown", "200");
    });
  }
  if (leg.record_on_answer) start_recording(leg, *leg.record_on_answer, 0);
  observer_.moved(leg, Move::answered);
  if (!leg.transfer_of.empty() && leg.alive()) return answer_transfer(leg);
  if (!leg.bridge_on_answer || !leg.alive()) return;
  Leg* target = find_leg(leg.link_to);
  if (target == nullptr || !target->alive() || (leg.prevent_double_bridge && target->peer != nullptr)) {
    end_leg(leg, "normal_clearing", "caller", "200");
    return;
  }
  if (target->state != LegState::answered) became_answered(*target);
  join(*target, leg);
}

World::Answer World::bridge(Leg& leg, const json_t* body, bool is_made) {
  Leg* target = find_leg(get_text(body, "call_control_id"));
  if (target == nullptr || target == &leg) return std::unexpected(invalid_control_id("/call_control_id"));
  if (!target->alive()) return std::unexpected(call_ended());
  if (target->state != LegState::answered) return std::unexpected(not_answered());
  if (get_bool(body, "prevent_double_bridge") && (target->peer != nullptr || leg.peer != nullptr))
    return std::unexpected(bad_value("call_control_id", "a call that is not bridged already"));
  update_client_state(leg, body);
  if (get_text(body, "park_after_unbridge") == "self") leg.park_after_unbridge = true;
  Json data = ok();
  if (!get_text(body, "record").empty()) {
    Recording recording = recording_asked_for(body, random_);
    set_text(data.get(), "recording_id", recording.id);
    if (is_made) start_recording(leg, std::move(recording), 0);
  }
  if (is_made) join(leg, *target);
  return data;
}

void World::join(Leg& a, Leg& b) {
  if (a.peer == &b) return;
  part(a);
  part(b);
  if (!a.alive() || !b.alive()) return;  // parting hung it up together with its old peer's session
  a.peer = &b;
  b.peer = &a;
  ++a.session->bridges;
  for (Leg* leg : {&a, &b}) {
    leg->bridged_us = scheduler_.now_us();
    leg->bridged_with = leg->peer->control_id;
    tell(*leg, "call.bridged", bridged_payload(*leg));
  }
  observer_.moved(a, Move::bridged);
  if (b.peer == &a) observer_.moved(b, Move::bridged);
}

// The leg leaves its bridge. As by default at the provider, the one left behind is hung up, unless it asked to park.
void World::part(Leg& leg) {
  Leg* left = leg.peer;
  if (left == nullptr) return;
  leg.peer = nullptr;
  left->peer = nullptr;
  if (!left->park_after_unbridge) end_leg(*left, "normal_clearing", left->inbound ? "callee" : "caller", "200");
}

World::Answer World::hangup(Leg& leg) {
  if (leg.state == LegState::answered)
    end_leg(leg, "normal_clearing", leg.inbound ? "callee" : "caller", "200");
  else if (leg.inbound)
    end_leg(leg, "call_rejected", "callee", "603");
  else
    end_leg(leg, "originator_cancel", "caller", "487");
  return ok();
}

void World::end_leg(Leg& leg, std::string_view cause, std::string_view source, std::string_view sip_cause) {
  if (!leg.alive()) return;
  leg.state = LegState::ended;
  leg.ended_us = scheduler_.now_us();
  leg.hangup_cause = cause;
  leg.hangup_source = source;
  leg.sip_hangup_cause = sip_cause;
  active_.erase(leg.number);
  --leg.session->alive_legs;
  if (!leg.utterances.empty()) said(leg, "call_hangup");
  if (leg.gathering) stop_gathering(leg, "", "call_hangup");
  tell(leg, "call.hangup", hangup_payload(leg));
  stop_recording(leg);
  observer_.moved(leg, Move::ended);
  part(leg);
  // Who is transferred takes the ringing with him.
  const std::vector<Leg*> legs = leg.session->legs;
  for (Leg* other : legs) {
    if (other->transfer_of == leg.control_id && other->state == LegState::ringing)
      end_leg(*other, "originator_cancel", "caller", "487");
  }
  end_session_if_over(*leg.session);
}

void World::end_session_if_over(Session& session) {
  if (session.alive_legs != 0 || session.ended_us != 0) return;
  session.ended_us = scheduler_.now_us();
  ended_sessions_.push_back(session.id);
  observer_.moved(*session.legs.back(), Move::session_ended);
  if (ended_sessions_.size() <= kEndedSessionsKept) return;
  const auto oldest = sessions_.find(ended_sessions_.front());
  ended_sessions_.pop_front();
  if (oldest == sessions_.end()) return;
  if (oldest->second->alive_legs != 0) {  // a late dial joined it after it had ended
    ended_sessions_.push_back(oldest->first);
    return;
  }
  observer_.forgotten(*oldest->second);
  for (const Leg* leg : oldest->second->legs) legs_.erase(leg->control_id);
  sessions_.erase(oldest);
}

Leg* World::find_leg(std::string_view control_id) {
  const auto found = legs_.find(std::string(control_id));
  return found == legs_.end() ? nullptr : found->second.get();
}

Session* World::find_session(std::string_view id_or_control_id) {
  if (const auto found = sessions_.find(std::string(id_or_control_id)); found != sessions_.end())
    return found->second.get();
  const Leg* leg = find_leg(id_or_control_id);
  return leg == nullptr ? nullptr : leg->session;
}

void World::clear() {
  active_.clear();
  legs_.clear();
  sessions_.clear();
  ended_sessions_.clear();
  sessions_started_ = 0;
}

}  // namespace ringfence::sim
