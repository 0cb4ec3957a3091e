// merge: puts the facts of one event into the session. Nothing is decided here. Webhooks, devices and operators are
// here; what came of commands is in merge_results.cc. See rules.h.
#include <algorithm>
#include <utility>

#include "core/facts.h"
#include "core/rules.h"
#include "shared/limits.h"

namespace ringfence::rules {
namespace {

void merge_initiated(Session& session, const WebhookFact& fact, const Event& event) {
  Parent& parent = session.parent;
  const bool first = parent.call_control_id.empty();
  learn(parent.call_control_id, fact.call_control_id);
  learn(parent.call_leg_id, fact.call_leg_id);
  learn(parent.call_session_id, fact.call_session_id);
  learn(parent.connection_id, fact.connection_id);
  learn(parent.from, fact.from);
  learn(parent.to, fact.to);
  learn(parent.caller_name, fact.caller_name);
  // A second `initiated` never brings a plan: nothing is rung twice (row 21). One that the hangup has overtaken says
  // who missed the call; nobody is dialled for a caller who has left.
  const bool overtaken = is_over(session.phase) && parent.state == ParentState::ended && session.legs.empty();
  if (!first || !event.plan || (session.phase != Phase::none && !overtaken)) return;
  session.plan = *event.plan;
  for (Destination& to : session.plan.destinations) {
    if (session.legs.size() == limits::kLegs) break;
    session.legs.push_back(Leg{.destination = std::move(to)});
  }
  session.plan.destinations.clear();
}

void merge_speak_ended(Session& session, const WebhookFact& fact) {
  // The end of "please hold" is not the end of the greeting; it carries the state it was asked with.
  const bool of_hold = fact.client_state && fact.client_state->generation >= kPleaseHoldAttempt;
  if (session.greeting_asked && !of_hold) session.greeting_done = true;
}

// A call that we had answered, or it would not have our state, and that the store has lost (stray.h).
void merge_lost_parent(Session& session, const WebhookFact& fact, Millis at_ms) {
  Parent& parent = session.parent;
  learn(parent.call_control_id, fact.call_control_id);
  learn(parent.call_leg_id, fact.call_leg_id);
  learn(parent.call_session_id, fact.call_session_id);
  learn(parent.connection_id, fact.connection_id);
  raise_parent(session, ParentState::answered, at_ms);
}

void merge_parent(Session& session, const WebhookFact& fact, const Event& event) {
  if (session.told) return;  // it has ended, and what was told about it stands
  Parent& parent = session.parent;
  switch (fact.type) {
    case WebhookType::initiated:
      if (fact.incoming) {
        merge_initiated(session, fact, event);
      } else if (session.phase == Phase::none && fact.client_state) {
        merge_lost_parent(session, fact, event.at_ms);
      }
      break;
    case WebhookType::answered:
      raise_parent(session, ParentState::answered, event.at_ms);
      break;
    case WebhookType::bridged:
      see_parent_bridged(session, event.at_ms);
      break;
    case WebhookType::hangup:
      // The hangup may be the first we hear: the ids make the tombstone that the late `initiated` will meet.
      learn(parent.call_leg_id, fact.call_leg_id);
      learn(parent.call_session_id, fact.call_session_id);
      end_parent(session, fact.ending, event.at_ms);
      break;
    case WebhookType::speak_ended:
      merge_speak_ended(session, fact);
      break;
    case WebhookType::recording_saved:
    case WebhookType::recording_error:
    case WebhookType::gather_ended:
    case WebhookType::machine_detected:
    case WebhookType::other:
      break;
  }
}

void merge_detection(Leg& leg, WebhookFact::Detection detection, Millis at_ms) {
  raise(leg, LegState::answered, at_ms);  // nothing is heard on a call that was not answered
  switch (detection) {
    case WebhookFact::Detection::person:
      if (leg.destination.verify == Verify::amd) raise(leg, LegState::accepted, at_ms);
      break;
    case WebhookFact::Detection::machine:
      leg.machine = true;
      break;
    case WebhookFact::Detection::unsure:
      leg.unsure = true;
      break;
  }
}

void merge_leg(Leg& leg, const WebhookFact& fact, Millis at_ms) {
  learn(leg.call_control_id, fact.call_control_id);
  learn(leg.call_leg_id, fact.call_leg_id);
  switch (fact.type) {
    case WebhookType::initiated:
      raise(leg, LegState::ringing, at_ms);
      break;
    case WebhookType::answered:
      raise(leg, LegState::answered, at_ms);
      pick_up(leg, fact.occurred_ms, at_ms);
      break;
    case WebhookType::bridged:
      see_bridged(leg, at_ms);
      break;
    case WebhookType::hangup:
      end_leg(leg, fact.ending, at_ms);
      break;
    case WebhookType::gather_ended:
      raise(leg, fact.digits == kAcceptDigit ? LegState::accepted : LegState::answered, at_ms);
      leg.unproved |= leg.state == LegState::answered;
      break;
    case WebhookType::machine_detected:
      merge_detection(leg, fact.detection, at_ms);
      break;
    case WebhookType::speak_ended:
      if (leg.apology == Apology::wanted) leg.apology = Apology::over;
      break;
    case WebhookType::recording_saved:
    case WebhookType::recording_error:
    case WebhookType::other:
      break;
  }
}

void merge_recording(Session& session, const WebhookFact& fact) {
  if (fact.type == WebhookType::recording_saved) {
    session.recording_saved = true;
    learn(session, fact.recording);
  }
  if (fact.type == WebhookType::recording_error) session.recording_lost = true;
}

void merge_webhook(Session& session, const WebhookFact& fact, const Event& event) {
  const int target = leg_named(session, {.call_control_id = fact.call_control_id,
                                         .call_leg_id = fact.call_leg_id,
                                         .call_session_id = fact.call_session_id,
                                         .state = fact.client_state});
  // A recording may name any leg, or none we know, and may come at any time, also after the end (row 16).
  if (target != kUnknownLeg || fact.call_session_id == session.parent.call_session_id) merge_recording(session, fact);
  if (target == kParent) merge_parent(session, fact, event);
  if (target < 0) return;
  Leg& leg = session.legs[static_cast<std::size_t>(target)];
  merge_leg(leg, fact, event.at_ms);
  // Told after the end of one of the two: who has ended keeps to that, but was bridged, and so was the other.
  const bool over = leg.ended() || session.parent.state == ParentState::ended;
  const bool late = fact.type == WebhookType::bridged && (target == session.winner || leg.claimed) && over;
  if (late) see_parent_bridged(session, event.at_ms);
}

// A device that has woken up joins the others while there is time and room; one that rings or refused does not.
void merge_ready(Session& session, Destination to, Millis at_ms, const Policy& policy) {
  const bool proves = to.verify == Verify::press1 || to.verify == Verify::amd;
  const Millis last_answer_ms = session.ring_deadline_ms - (proves ? policy.screen_ms : 0);
  const bool in_time = session.phase == Phase::ringing && !session.cancelled &&
                       session.parent.state != ParentState::ended && session.plan.route == Route::ring &&
                       at_ms + policy.late_join_ms <= last_answer_ms;
  if (!in_time) return;
  Leg* known = nullptr;
  for (Leg& leg : session.legs) {
    if (leg.destination.device == to.device) known = &leg;
  }
  if (known != nullptr && known->state == LegState::planned) {
    known->dial_at_ms = std::min(known->dial_at_ms, at_ms);
    return;
  }
  if (known != nullptr && (!known->ended() || refusal_of(*known) != Refusal::none)) return;
  if (session.legs.size() >= limits::kLegs) return;
  if (known != nullptr) known->rung_again = true;
  if (to.timeout_ms == 0) to.timeout_ms = std::max(limits::kRingMinMs, last_answer_ms - at_ms);
  session.legs.push_back(Leg{.destination = std::move(to), .dial_at_ms = at_ms});
}

}  // namespace

void merge(Session& session, const Event& event, const Policy& policy) {
  if (const auto* fact = std::get_if<WebhookFact>(&event.body)) {
    merge_webhook(session, *fact, event);
  } else if (const auto* result = std::get_if<CommandResult>(&event.body)) {
    merge_result(session, *result, event, policy);
  } else if (const auto* ready = std::get_if<DeviceReady>(&event.body)) {
    merge_ready(session, ready->destination, event.at_ms, policy);
  } else if (std::holds_alternative<Cancel>(event.body)) {
    session.cancelled = true;
  }
}

}  // namespace ringfence::rules
