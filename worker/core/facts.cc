// See facts.h.
#include "core/facts.h"

#include <algorithm>
#include <utility>

#include "shared/limits.h"

namespace ringfence::rules {
namespace {

// The first time stands.
void stamp(Millis& known_ms, Millis at_ms) {
  if (known_ms == 0) known_ms = at_ms;
}

bool differ(std::string_view known, std::string_view said) { return !known.empty() && !said.empty() && known != said; }

Leg unknown_leg(std::string_view device) {
  return {.destination = {.device = std::string(device)}, .state = LegState::ended_inferred};
}

// One dial became two calls: the provider did not recognise the copy. The second is given up from the start. Only the
// provider's session id tells it from a call of somebody else's that carries a copy of our state.
int twin_of(Session& session, std::size_t first, const Named& named) {
  const bool ours = !named.call_session_id.empty() && named.call_session_id == session.parent.call_session_id;
  if (!ours || session.legs.size() >= limits::kLegs) return kUnknownLeg;
  Leg twin = unknown_leg(session.legs[first].destination.device);
  twin.quit = Quit::expired;
  twin.rung_again = true;  // what becomes of the device is told by the first
  session.legs.push_back(std::move(twin));
  return static_cast<int>(session.legs.size()) - 1;
}

void say_why(Ending& known, const Ending& said) {
  // Only a webhook knows the source; a second one says the same.
  const bool better = !said.source.empty() && known.source.empty();
  if (!better && !known.cause.empty()) return;
  std::string cause = said.cause.empty() ? known.cause : said.cause;
  known = said;
  known.cause = std::move(cause);
}

// Not only decided: the notice has left. What an application was told stands.
bool recording_is_told(const Session& session) {
  const auto waits = [](const OutboxEntry& entry) { return entry.about == About::recording && entry.tries == 0; };
  return session.recording_told && std::ranges::none_of(session.outbox, waits);
}

}  // namespace

void raise(Leg& leg, LegState to, Millis at_ms) {
  if (leg.state == LegState::ended) return;
  if (leg.state == LegState::ended_inferred) {
    leg.state = to;
    if (leg.told == DeviceOutcome::none) {
      leg.ending.cause.clear();
      leg.ended_ms = 0;
    }
  } else if (leg.state < LegState::ringing && to == LegState::ringing && leg.told == DeviceOutcome::none) {
    stamp(leg.ringing_ms, at_ms);
  }
  if (to >= LegState::answered && leg.told == DeviceOutcome::none) stamp(leg.answered_ms, at_ms);
  leg.state = std::max(leg.state, to);
}

// A webhook may be late; where the two clocks disagree, the earlier moment is the suspicious one.
void pick_up(Leg& leg, Millis occurred_ms, Millis at_ms) {
  if (occurred_ms != 0 && leg.told == DeviceOutcome::none) stamp(leg.picked_up_ms, std::min(occurred_ms, at_ms));
}

void see_bridged(Leg& leg, Millis at_ms) {
  raise(leg, LegState::bridged, at_ms);
  if (leg.told == DeviceOutcome::none) leg.bridged = true;
}

void end_leg(Leg& leg, const Ending& ending, Millis at_ms) {
  const bool was_inferred = leg.state == LegState::ended_inferred;
  leg.state = LegState::ended;
  if (leg.told != DeviceOutcome::none) return;
  if (was_inferred) leg.ending.cause.clear();
  stamp(leg.ended_ms, at_ms);
  say_why(leg.ending, ending);
}

void infer_end(Leg& leg, std::string_view cause, Millis at_ms) {
  leg.state = LegState::ended_inferred;
  if (leg.told != DeviceOutcome::none) return;
  leg.ending.cause = cause;
  stamp(leg.ended_ms, at_ms);
}

void raise_parent(Session& session, ParentState to, Millis at_ms) {
  if (session.told) return;
  Parent& parent = session.parent;
  if (to == ParentState::answered) stamp(parent.answered_ms, at_ms);
  parent.state = std::max(parent.state, to);
}

void see_parent_bridged(Session& session, Millis at_ms) {
  if (session.told) return;
  raise_parent(session, ParentState::answered, at_ms);
  session.parent.bridged = true;
  stamp(session.parent.bridged_ms, at_ms);
}

void end_parent(Session& session, const Ending& ending, Millis at_ms) {
  if (session.told) return;
  session.parent.state = ParentState::ended;
  stamp(session.parent.ended_ms, at_ms);
  say_why(session.parent.ending, ending);
}

void learn(std::string& known, std::string_view said) {
  if (known.empty()) known = said;
}

void learn(Session& session, const Recording& said) {
  if (recording_is_told(session)) return;
  Recording& known = session.recording;
  learn(known.id, said.id);
  learn(known.url, said.url);
  learn(known.call_leg_id, said.call_leg_id);
  learn(known.channels, said.channels);
  learn(known.started_at, said.started_at);
  learn(known.ended_at, said.ended_at);
}

bool proves_ended(const CommandOutcome& outcome) {
  return outcome.outcome == OutcomeClass::refused &&
         (outcome.error_code == "90018" || outcome.error_code == "90015" || outcome.http_status == 404);
}

int leg_of_ids(const Session& session, std::string_view call_leg_id, std::string_view call_control_id) {
  if (call_leg_id.empty() && call_control_id.empty()) return kUnknownLeg;
  if (call_leg_id == session.id.text) return kParent;
  if (!call_leg_id.empty() && call_leg_id == session.parent.call_leg_id) return kParent;
  for (std::size_t i = 0; i < session.legs.size(); ++i) {
    const Leg& leg = session.legs[i];
    const bool same_call = !leg.call_control_id.empty() && leg.call_control_id == call_control_id;
    if (same_call || (!leg.call_leg_id.empty() && leg.call_leg_id == call_leg_id)) return static_cast<int>(i);
  }
  return kUnknownLeg;
}

int leg_named(Session& session, const Named& named) {
  const int known = leg_of_ids(session, named.call_leg_id, named.call_control_id);
  if (known != kUnknownLeg) return known;
  if (!named.state || named.state->session != session.id) return kUnknownLeg;
  const int leg = named.state->leg;
  if (leg == kParent) {
    // The caller's leg id is the session's name.
    const bool another = !named.call_leg_id.empty() || differ(session.parent.call_control_id, named.call_control_id);
    return another ? kUnknownLeg : kParent;
  }
  const auto index = static_cast<std::size_t>(leg);
  if (leg < 0 || index >= limits::kLegs) return kUnknownLeg;
  // A leg this document does not know is a leg all the same (store lost).
  if (index >= session.legs.size()) session.legs.resize(index + 1, unknown_leg("unknown"));
  const Leg& its = session.legs[index];
  const bool another = differ(its.call_control_id, named.call_control_id) || differ(its.call_leg_id, named.call_leg_id);
  return another ? twin_of(session, index, named) : leg;
}

}  // namespace ringfence::rules
