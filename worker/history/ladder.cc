// Ladder lines: see ladder.h.
#include "history/ladder.h"

#include <array>

#include "codec/event_json.h"
#include "codec/json_fields.h"
#include "core/facts.h"
#include "core/mask.h"

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

}  // namespace

void describe_fact(JsonFieldWriter& line, const Session& session, const WebhookFact& fact) {
  line.text("leg", leg_name(session, leg_of(session, fact)));
  if (fact.type == WebhookType::initiated && fact.incoming) {
    line.text("detail", mask_number(fact.from) + " calls " + mask_number(fact.to));
  } else if (fact.type == WebhookType::hangup) {
    line.text("detail", fact.ending.cause);
  } else if (fact.type == WebhookType::gather_ended) {
    line.text("detail", fact.digits.empty() ? "no key" : "key " + fact.digits);
  } else if (fact.type == WebhookType::machine_detected) {
    static constexpr std::array<std::string_view, 3> kHeard{"a person", "a machine", "cannot tell"};
    line.text("detail", kHeard.at(static_cast<std::size_t>(fact.detection)));
  }
}

namespace {

void describe_result(JsonFieldWriter& line, const Session& session, const CommandResult& result) {
  line.text("event", "result");
  line.text("command", result.command.text);
  if (result.leg != kUnknownLeg) {
    line.text("verb", name_of(result.verb));
    line.text("leg", leg_name(session, result.leg));
  }
  std::string detail(name_of(result.outcome.outcome));
  if (result.outcome.http_status != 0) detail += " " + std::to_string(result.outcome.http_status);
  if (!result.outcome.error_code.empty()) detail += " " + result.outcome.error_code;
  if (!result.outcome.detail.empty()) detail += ": " + result.outcome.detail;
  line.text("detail", detail);
}

void describe_commands(JsonFieldWriter& line, const Session& session, const std::vector<Command>& commands) {
  line.list("commands", commands.size(), [&](JsonFieldWriter& one, std::size_t i) {
    const Command& command = commands[i];
    one.text("verb", name_of(command.verb));
    one.text("leg", leg_name(session, command.leg));
    one.text("id", command.id.text);
    if (command.attempt > 1) one.number("attempt", command.attempt);
    if (command.tries > 1) one.number("tries", command.tries);
  });
}

// Legs we stopped wanting in this step while others ring on, each with why.
void describe_given_up(JsonFieldWriter& line, const Session& before, const Session& next) {
  std::vector<std::size_t> given_up;
  for (std::size_t i = 0; i < next.legs.size(); ++i) {
    const bool was = i < before.legs.size() && before.legs[i].quit != Quit::none;
    if (!was && next.legs[i].quit != Quit::none) given_up.push_back(i);
  }
  if (given_up.empty()) return;
  line.list("given_up", given_up.size(), [&](JsonFieldWriter& one, std::size_t i) {
    one.text("leg", leg_name(next, static_cast<int>(given_up[i])));
    one.text("why", name_of(next.legs[given_up[i]].quit));
  });
}

}  // namespace

void describe_step(JsonFieldWriter& line, const Session& before, const StepResult& result) {
  const Session& next = result.next;
  if (next.phase != before.phase) line.text("was", name_of(before.phase));
  line.text("phase", name_of(next.phase));
  if (next.winner >= 0) line.text("winner", leg_name(next, next.winner));
  if (next.phase != before.phase && next.outcome != Outcome::none) line.text("outcome", name_of(next.outcome));
  if (before.phase == Phase::none && !next.plan.note.empty()) line.text("note", next.plan.note);
  describe_given_up(line, before, next);
  describe_commands(line, next, result.commands);
}

std::string ladder_line(const Session& before, const Event& event, const StepResult& result, std::uint64_t version) {
  constexpr std::size_t kUsualBytes = 2048;
  const Session& next = result.next;
  std::string text;
  text.reserve(kUsualBytes);
  JsonFieldWriter line(text);
  line.text("session", next.id.text);
  line.number("v", static_cast<std::int64_t>(version));
  line.number("at_ms", event.at_ms);
  line.text("id", event.id.text);
  if (const auto* fact = std::get_if<WebhookFact>(&event.body)) {
    line.text("event", fact->type_name);
    describe_fact(line, next, *fact);
  } else if (const auto* outcome = std::get_if<CommandResult>(&event.body)) {
    describe_result(line, before, *outcome);
  } else if (const auto* ready = std::get_if<DeviceReady>(&event.body)) {
    line.text("event", "device_ready");
    line.text("leg", ready->destination.device);
  } else if (const auto* cancel = std::get_if<Cancel>(&event.body)) {
    line.text("event", "cancel");
    line.text("detail", cancel->reason);
  } else {
    line.text("event", "tick");
  }
  describe_step(line, before, result);
  if (const std::string stored = encode_event(event); !stored.empty()) line.part("e", stored);
  line.close();
  return text;
}

}  // namespace ringfence
