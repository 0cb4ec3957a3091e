// See call_view.h.
#include "engine/call_view.h"

#include <algorithm>

#include "core/mask.h"

namespace ringfence {
namespace {

std::string leg_name(const Session& session, int leg) {
  if (leg >= 0 && static_cast<std::size_t>(leg) < session.legs.size()) {
    return session.legs[static_cast<std::size_t>(leg)].destination.device;
  }
  return leg == kParent ? "caller" : "unknown";
}

Json legs_of(const Session& session) {
  Json legs = json_array_new();
  for (const Leg& leg : session.legs) {
    Json one = json_object_new();
    set_text(one.get(), "device", leg.destination.device);
    const std::string& to = leg.destination.to;  // a SIP address, or a phone line's number
    set_text(one.get(), "to", to.starts_with('+') ? mask_number(to) : to);
    set_text(one.get(), "state", name_of(leg.state));
    if (!leg.ending.cause.empty()) set_text(one.get(), "cause", leg.ending.cause);
    set_text(one.get(), "call_control_id", leg.call_control_id);
    set_text(one.get(), "call_leg_id", leg.call_leg_id);
    append_json(legs.get(), std::move(one));
  }
  return legs;
}

Json outbox_of(const Session& session) {
  Json outbox = json_array_new();
  for (const OutboxEntry& entry : session.outbox) {
    Json one = json_object_new();
    set_text(one.get(), "verb", name_of(entry.verb));
    set_text(one.get(), "leg", leg_name(session, entry.leg));
    set_int(one.get(), "attempt", entry.attempt);
    set_int(one.get(), "tries", entry.tries);
    set_int(one.get(), "created_ms", entry.created_ms);
    set_int(one.get(), "next_try_ms", entry.next_try_ms);
    append_json(outbox.get(), std::move(one));
  }
  return outbox;
}

}  // namespace

Json call_row(const Session& session, std::uint64_t version) {
  Json row = json_object_new();
  const auto alive = std::count_if(session.legs.begin(), session.legs.end(),
                                   [](const Leg& leg) { return leg.state != LegState::planned && !leg.ended(); });
  set_text(row.get(), "session", session.id.text);
  set_int(row.get(), "v", version);
  set_text(row.get(), "phase", name_of(session.phase));
  set_text(row.get(), "outcome", name_of(session.outcome));
  set_text(row.get(), "organisation", session.plan.organisation);
  set_text(row.get(), "user", session.plan.user);
  set_text(row.get(), "from", mask_number(session.parent.from));
  set_text(row.get(), "to", mask_number(session.parent.to));
  if (session.winner >= 0) set_text(row.get(), "winner", leg_name(session, session.winner));
  set_int(row.get(), "legs", session.legs.size());
  set_int(row.get(), "legs_alive", alive);
  set_int(row.get(), "created_ms", session.created_ms);
  if (session.closed_ms != 0) set_int(row.get(), "closed_ms", session.closed_ms);
  return row;
}

Json call_view(const Session& session, std::uint64_t version) {
  Json view = call_row(session, version);
  Json parent = json_object_new();
  set_text(parent.get(), "state", name_of(session.parent.state));
  if (!session.parent.ending.cause.empty()) set_text(parent.get(), "cause", session.parent.ending.cause);
  set_text(parent.get(), "call_control_id", session.parent.call_control_id);
  set_text(parent.get(), "call_leg_id", session.parent.call_leg_id);
  set_text(parent.get(), "call_session_id", session.parent.call_session_id);
  set_json(view.get(), "caller", std::move(parent));
  if (!session.plan.note.empty()) set_text(view.get(), "note", session.plan.note);
  set_bool(view.get(), "recorded", session.recording_saved);
  if (!session.recording.id.empty()) set_text(view.get(), "recording_id", session.recording.id);
  set_json(view.get(), "devices", legs_of(session));
  set_json(view.get(), "outbox", outbox_of(session));
  return view;
}

}  // namespace ringfence
