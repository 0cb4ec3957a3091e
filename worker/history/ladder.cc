// Ladder lines: see ladder.h.
#include "history/ladder.h"

#include <array>

#include "codec/event_json.h"
#include "core/facts.h"
#include "core/mask.h"
#include "shared/json.h"

namespace ringfence {
namespace {

std::string leg_name(const Session& session, int leg) {
  if (leg == kParent) return "caller";
  if (leg < 0 || static_cast<std::size_t>(leg) >= session.legs.size()) return "unknown";
  return session.legs[static_cast<std::size_t>(leg)].destination.device;
}

int leg_of(const Session& session, const WebhookFact& fact) {
  // The session has learnt its ids by now, if it is of this call at all.
  const int known = rules::leg_of_ids(session, fact.call_leg_id, fact.call_control_id);
  const bool ours = fact.client_state && fact.client_state->session == session.id;
  const bool nameless = fact.call_leg_id.empty() && fact.call_control_id.empty();
  return ours && nameless ? fact.client_state->leg : known;
}

void describe_webhook(json_t* line, const Session& session, const WebhookFact& fact) {
  set_text(line, "event", fact.type_name);
  set_text(line, "leg", leg_name(session, leg_of(session, fact)));
  if (fact.type == WebhookType::initiated && fact.incoming) {
    set_text(line, "detail", mask_number(fact.from) + " calls " + mask_number(fact.to));
  } else if (fact.type == WebhookType::hangup) {
    set_text(line, "detail", fact.hangup_cause);
  } else if (fact.type == WebhookType::gather_ended) {
    set_text(line, "detail", fact.digits.empty() ? "no key" : "key " + fact.digits);
  } else if (fact.type == WebhookType::machine_detected) {
    static constexpr std::array<std::string_view, 3> kHeard{"a person", "a machine", "cannot tell"};
    set_text(line, "detail", kHeard.at(static_cast<std::size_t>(fact.detection)));
  }
}

void describe_result(json_t* line, const Session& session, const CommandResult& result) {
  set_text(line, "event", "result");
  set_text(line, "command", result.command.text);
  if (result.leg != kUnknownLeg) {
    set_text(line, "verb", name_of(result.verb));
    set_text(line, "leg", leg_name(session, result.leg));
  }
  std::string detail(name_of(result.outcome.outcome));
  if (result.outcome.http_status != 0) detail += " " + std::to_string(result.outcome.http_status);
  if (!result.outcome.error_code.empty()) detail += " " + result.outcome.error_code;
  if (!result.outcome.detail.empty()) detail += ": " + result.outcome.detail;
  set_text(line, "detail", detail);
}

Json describe_commands(const Session& session, const std::vector<Command>& commands) {
  Json list = json_array_new();
  for (const Command& command : commands) {
    Json one = json_object_new();
    set_text(one.get(), "verb", name_of(command.verb));
    set_text(one.get(), "leg", leg_name(session, command.leg));
    set_text(one.get(), "id", command.id.text);
    if (command.attempt > 1) set_int(one.get(), "attempt", command.attempt);
    if (command.tries > 1) set_int(one.get(), "tries", command.tries);
    append_json(list.get(), std::move(one));
  }
  return list;
}

// Legs we stopped wanting in this step while others ring on, each with why.
Json describe_given_up(const Session& before, const Session& next) {
  Json list = json_array_new();
  for (std::size_t i = 0; i < next.legs.size(); ++i) {
    const bool was = i < before.legs.size() && before.legs[i].quit != Quit::none;
    if (was || next.legs[i].quit == Quit::none) continue;
    Json one = json_object_new();
    set_text(one.get(), "leg", leg_name(next, static_cast<int>(i)));
    set_text(one.get(), "why", name_of(next.legs[i].quit));
    append_json(list.get(), std::move(one));
  }
  return list;
}

}  // namespace

std::string ladder_line(const Session& before, const Event& event, const StepResult& result, std::uint64_t version) {
  const Session& next = result.next;
  Json line = json_object_new();
  set_text(line.get(), "session", next.id.text);
  set_int(line.get(), "v", static_cast<std::int64_t>(version));
  set_int(line.get(), "at_ms", event.at_ms);
  set_text(line.get(), "id", event.id.text);
  if (const auto* fact = std::get_if<WebhookFact>(&event.body)) {
    describe_webhook(line.get(), next, *fact);
  } else if (const auto* outcome = std::get_if<CommandResult>(&event.body)) {
    describe_result(line.get(), before, *outcome);
  } else if (const auto* ready = std::get_if<DeviceReady>(&event.body)) {
    set_text(line.get(), "event", "device_ready");
    set_text(line.get(), "leg", ready->destination.device);
  } else if (const auto* cancel = std::get_if<Cancel>(&event.body)) {
    set_text(line.get(), "event", "cancel");
    set_text(line.get(), "detail", cancel->reason);
  } else {
    set_text(line.get(), "event", "tick");
  }
  if (next.phase != before.phase) set_text(line.get(), "was", name_of(before.phase));
  set_text(line.get(), "phase", name_of(next.phase));
  if (next.winner >= 0) set_text(line.get(), "winner", leg_name(next, next.winner));
  if (next.phase != before.phase && next.outcome != Outcome::none)
    set_text(line.get(), "outcome", name_of(next.outcome));
  if (before.phase == Phase::none && !next.plan.note.empty()) set_text(line.get(), "note", next.plan.note);
  if (Json legs = describe_given_up(before, next); json_array_size(legs.get()) > 0) {
    set_json(line.get(), "given_up", std::move(legs));
  }
  set_json(line.get(), "commands", describe_commands(next, result.commands));
  std::string text = dump_json(line.get());
  if (const std::string stored = encode_event(event); !stored.empty()) {
    text.pop_back();
    text.append(",\"e\":").append(stored).append("}");
  }
  return text;
}

}  // namespace ringfence
