// See people.h. Tasks keep control ids, never pointers: a leg may be forgotten before its script is over.
#include "telnyx_sim/people.h"

#include <algorithm>
#include <array>

namespace ringfence::sim {
namespace {

std::optional<std::int64_t> delay_of(const json_t* object, const char* key) {
  return json_is_integer(json_object_get(object, key)) ? std::optional(get_int(object, key)) : std::nullopt;
}

// A misspelt key would silently script nothing.
template <std::size_t N>
Result<void> only_keys(const json_t* object, std::string_view where, const std::array<std::string_view, N>& known) {
  if (!json_is_object(object)) return fail(ErrorCode::invalid, std::string(where) + " must be an object");
  const char* key = nullptr;
  json_t* value = nullptr;
  json_object_foreach(const_cast<json_t*>(object), key, value) {
    if (std::find(known.begin(), known.end(), key) == known.end())
      return fail(ErrorCode::invalid, "unknown key \"" + std::string(key) + "\" in " + std::string(where));
  }
  return {};
}

Result<Person> parse_person(const json_t* object) {
  static constexpr std::array<std::string_view, 12> kKeys = {
      "to",         "answer_after_ms",         "decline_after_ms", "busy",    "never",          "unreachable",
      "only_first", "hang_up_after_answer_ms", "presses",          "machine", "press_after_ms", "detect_after_ms"};
  static constexpr std::array<std::string_view, 4> kMachines = {"", "yes", "unsure", "fax"};
  static constexpr std::array<std::string_view, 4> kHeard = {"human_residence", "machine", "not_sure", "fax_detected"};
  if (auto checked = only_keys(object, "a person", kKeys); !checked) return std::unexpected(checked.error());
  Person person;
  person.to = get_text(object, "to");
  if (person.to.empty()) return fail(ErrorCode::invalid, "a person needs \"to\"");
  person.answer_after_ms = delay_of(object, "answer_after_ms");
  person.decline_after_ms = delay_of(object, "decline_after_ms");
  person.hang_up_after_answer_ms = delay_of(object, "hang_up_after_answer_ms");
  person.busy = get_bool(object, "busy");
  person.unreachable = get_bool(object, "unreachable");
  person.only_first = get_bool(object, "only_first");
  person.presses = get_text(object, "presses");
  person.press_after_ms = get_int(object, "press_after_ms", person.press_after_ms);
  person.detect_after_ms = get_int(object, "detect_after_ms", person.detect_after_ms);
  const auto machine = std::find(kMachines.begin(), kMachines.end(), get_text(object, "machine"));
  if (machine == kMachines.end()) return fail(ErrorCode::invalid, "machine is one of yes, unsure, fax");
  person.heard = kHeard.at(static_cast<std::size_t>(machine - kMachines.begin()));
  return person;
}

Result<Caller> parse_caller(const json_t* object) {
  static constexpr std::array<std::string_view, 5> kKeys = {"hang_up_after_ms", "hang_up_after_bridged_ms",
                                                            "hang_up_when", "hang_up_delay_ms", "ringing_legs"};
  static constexpr std::array<std::string_view, 6> kPoints = {"",        "ringing",  "answered",
                                                              "bridged", "greeting", "voicemail"};
  if (auto checked = only_keys(object, "caller", kKeys); !checked) return std::unexpected(checked.error());
  Caller caller;
  caller.hang_up_after_ms = delay_of(object, "hang_up_after_ms");
  caller.hang_up_after_bridged_ms = delay_of(object, "hang_up_after_bridged_ms");
  caller.hang_up_when = get_text(object, "hang_up_when");
  caller.hang_up_delay_ms = get_int(object, "hang_up_delay_ms");
  caller.ringing_legs = get_int(object, "ringing_legs", 1);
  if (std::find(kPoints.begin(), kPoints.end(), caller.hang_up_when) == kPoints.end())
    return fail(ErrorCode::invalid, "hang_up_when is one of ringing, answered, bridged, greeting, voicemail");
  return caller;
}

}  // namespace

Result<Script> parse_script(const json_t* body) {
  Script script;
  if (const json_t* caller = json_object_get(body, "caller"); caller != nullptr) {
    auto parsed = parse_caller(caller);
    if (!parsed) return std::unexpected(parsed.error());
    script.caller = *parsed;
  }
  const json_t* people = get_array(body, "people");
  if (json_array_size(people) > kPeoplePerCall) return fail(ErrorCode::limit, "too many people in one call");
  for (std::size_t i = 0; i < json_array_size(people); ++i) {
    auto person = parse_person(json_array_get(people, i));
    if (!person) return std::unexpected(person.error());
    script.people.push_back(std::move(*person));
  }
  return script;
}

const Person& People::person_for(const Leg& leg) const {
  const auto script = scripts_.find(leg.session->id);
  if (script == scripts_.end()) return default_;
  const Person* everybody = &default_;
  for (const Person& person : script->second.people) {
    if (person.to == leg.to) return person;
    if (person.to == "*") everybody = &person;
  }
  return *everybody;
}

void People::leg_rings(Leg& leg) {
  const Person& person = person_for(leg);
  if (person.only_first) {
    const auto first = std::find_if(leg.session->legs.begin(), leg.session->legs.end(),
                                    [](const Leg* other) { return !other->inbound; });
    if (first == leg.session->legs.end() || *first != &leg) return;
  }
  const std::string id = leg.control_id;
  const auto ends_in = [&](std::int64_t delay_ms, const char* cause, const char* sip_cause) {
    scheduler_.after_ms(delay_ms, [this, id, cause, sip_cause] {
      Leg* found = world_.find_leg(id);
      if (found != nullptr && found->state == LegState::ringing) world_.end_leg(*found, cause, "callee", sip_cause);
    });
  };
  if (person.busy) return ends_in(person.decline_after_ms.value_or(20), "user_busy", "486");
  if (person.unreachable) return ends_in(person.decline_after_ms.value_or(20), "not_found", "480");
  if (person.decline_after_ms) ends_in(*person.decline_after_ms, "call_rejected", "603");
  if (!person.answer_after_ms) return;
  scheduler_.after_ms(*person.answer_after_ms, [this, id] {
    if (Leg* found = world_.find_leg(id)) world_.answer_by_person(*found);
  });
}

void People::caller_leaves(World& world, Leg& parent) {
  if (parent.state == LegState::answered)
    world.end_leg(parent, "normal_clearing", "caller", "200");
  else
    world.end_leg(parent, "originator_cancel", "caller", "487");
}

void People::caller_leaves_in(const Session& session, std::int64_t delay_ms) {
  if (session.parent == nullptr) return;
  scheduler_.after_ms(delay_ms, [this, id = session.parent->control_id] {
    if (Leg* parent = world_.find_leg(id)) caller_leaves(world_, *parent);
  });
}

void People::caller_reacts(Leg& leg, Move move) {
  const auto script = scripts_.find(leg.session->id);
  if (script == scripts_.end() || leg.session->parent == nullptr) return;
  const Caller& caller = script->second.caller;
  const Session& session = *leg.session;
  if (move == Move::started && caller.hang_up_after_ms) caller_leaves_in(session, *caller.hang_up_after_ms);
  const bool bridged = move == Move::bridged && leg.inbound;
  if (bridged && caller.hang_up_after_bridged_ms) caller_leaves_in(session, *caller.hang_up_after_bridged_ms);
  const std::string_view point = caller.hang_up_when;
  if (point.empty()) return;
  const auto ringing = std::count_if(session.legs.begin(), session.legs.end(),
                                     [](const Leg* other) { return other->state == LegState::ringing; });
  if ((point == "ringing" && move == Move::ringing && ringing == caller.ringing_legs) ||
      (point == "answered" && move == Move::answered && leg.inbound) || (point == "bridged" && bridged) ||
      (point == "greeting" && move == Move::speaking && leg.inbound && session.voicemail) ||
      (point == "voicemail" && move == Move::recording && leg.inbound && session.voicemail))
    caller_leaves_in(session, caller.hang_up_delay_ms);
}

void People::moved(Leg& leg, Move move) {
  caller_reacts(leg, move);
  if (leg.inbound) return;
  if (move == Move::ringing) leg_rings(leg);
  if (move != Move::answered && move != Move::gathering) return;
  const Person& person = person_for(leg);
  if (move == Move::gathering) return leg_is_prompted(leg, person);
  scheduler_.after_ms(person.detect_after_ms, [this, id = leg.control_id, heard = person.heard] {
    if (Leg* found = world_.find_leg(id)) world_.detect(*found, heard);
  });
  if (!person.hang_up_after_answer_ms) return;
  scheduler_.after_ms(*person.hang_up_after_answer_ms, [this, id = leg.control_id] {
    if (Leg* found = world_.find_leg(id)) world_.end_leg(*found, "normal_clearing", "callee", "200");
  });
}

void People::leg_is_prompted(const Leg& leg, const Person& person) {
  if (person.presses.empty()) return;
  scheduler_.after_ms(person.press_after_ms, [this, id = leg.control_id, digit = person.presses] {
    if (Leg* found = world_.find_leg(id)) world_.press(*found, digit);
  });
}

bool People::act(Session& session, std::string_view who, std::string_view what) {
  if (who == "caller") {
    if (what != "hangup" || session.parent == nullptr || !session.parent->alive()) return false;
    caller_leaves(world_, *session.parent);
    return true;
  }
  for (auto leg = session.legs.rbegin(); leg != session.legs.rend(); ++leg) {
    if ((*leg)->inbound || !(*leg)->alive() || ((*leg)->to != who && (*leg)->control_id != who)) continue;
    const bool rings = (*leg)->state == LegState::ringing;
    if (what == "answer" && rings)
      world_.answer_by_person(**leg);
    else if (what == "decline" && rings)
      world_.end_leg(**leg, "call_rejected", "callee", "603");
    else if (what == "hangup" && !rings)
      world_.end_leg(**leg, "normal_clearing", "callee", "200");
    else
      return false;
    return true;
  }
  return false;
}

}  // namespace ringfence::sim
