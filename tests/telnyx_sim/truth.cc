// See truth.h. All times are Unix milliseconds; 0 is written as null.
#include "telnyx_sim/truth.h"

#include <algorithm>

namespace ringfence::sim {
namespace {

void set_time(json_t* object, const char* key, std::int64_t at_us) {
  if (at_us == 0)
    json_object_set_new(object, key, json_null());
  else
    set_int(object, key, at_us / 1000);
}

Json leg_truth(const Leg& leg) {
  Json out = json_object_new();
  set_text(out.get(), "call_control_id", leg.control_id);
  set_text(out.get(), "call_leg_id", leg.leg_id);
  set_text(out.get(), "direction", leg.inbound && !leg.calls_out ? "incoming" : "outgoing");
  set_text(out.get(), "from", leg.from);
  set_text(out.get(), "display_name", leg.display_name);
  set_text(out.get(), "to", leg.to);
  set_text(out.get(), "state", leg_state_name(leg.state));
  set_text(out.get(), "client_state", leg.client_state.value_or(""));
  set_time(out.get(), "ringing_since_ms", leg.started_us);
  set_time(out.get(), "answered_ms", leg.answered_us);
  set_time(out.get(), "bridged_ms", leg.bridged_us);
  set_time(out.get(), "ended_ms", leg.ended_us);
  set_text(out.get(), "hangup_cause", leg.hangup_cause);
  set_text(out.get(), "hangup_source", leg.hangup_source);
  set_text(out.get(), "sip_hangup_cause", leg.sip_hangup_cause);
  set_text(out.get(), "bridged_with", leg.bridged_with);
  Json headers = json_object_new();
  for (const auto& [name, value] : leg.headers) set_text(headers.get(), name.c_str(), value);
  set_json(out.get(), "headers", std::move(headers));
  set_bool(out.get(), "bridged_now", leg.peer != nullptr);
  set_bool(out.get(), "speaking_now", !leg.utterances.empty());
  set_bool(out.get(), "recording_now", leg.recording.has_value());
  return out;
}

Json recording_truth(const Leg& leg, const Recording& recording) {
  Json out = json_object_new();
  set_text(out.get(), "recording_id", recording.id);
  set_text(out.get(), "call_control_id", leg.control_id);
  set_text(out.get(), "format", recording.format);
  set_text(out.get(), "channels", recording.channels);
  set_time(out.get(), "started_ms", recording.started_us);
  set_time(out.get(), "ended_ms", recording.ended_us);
  set_bool(out.get(), "saved", recording.saved);
  return out;
}

Json command_truth(const CommandRecord& command) {
  Json out = json_object_new();
  set_text(out.get(), "verb", command.verb);
  set_text(out.get(), "command_id", command.command_id);
  set_text(out.get(), "target", command.target);
  set_text(out.get(), "to", command.to);
  set_int(out.get(), "at_ms", command.at_us / 1000);
  set_int(out.get(), "at_us", command.at_us);
  set_text(out.get(), "outcome", command.outcome);
  set_text(out.get(), "code", command.code);
  set_int(out.get(), "status", command.status);
  return out;
}

Json webhook_truth(const WebhookRecord& webhook) {
  Json out = json_object_new();
  set_text(out.get(), "id", webhook.id);
  set_text(out.get(), "type", webhook.type);
  set_text(out.get(), "call_control_id", webhook.control_id);
  set_text(out.get(), "who", webhook.to);
  set_text(out.get(), "fault", webhook.fault);
  set_int(out.get(), "occurred_ms", webhook.occurred_us / 1000);
  set_bool(out.get(), "finished", webhook.finished);
  Json attempts = json_array_new();
  for (const WebhookAttempt& attempt : webhook.attempts) {
    Json one = json_object_new();
    set_int(one.get(), "attempt", attempt.number);
    set_int(one.get(), "status", attempt.status);
    set_int(one.get(), "at_ms", attempt.at_us / 1000);
    set_time(one.get(), "answered_ms", attempt.answered_us);
    append_json(attempts.get(), std::move(one));
  }
  set_json(out.get(), "attempts", std::move(attempts));
  return out;
}

Json verb_truth(const VerbCount& count) {
  Json out = json_object_new();
  set_int(out.get(), "received", count.received);
  set_int(out.get(), "executed", count.executed);
  set_int(out.get(), "ignored", count.ignored);
  set_int(out.get(), "refused", count.refused);
  set_int(out.get(), "faulted", count.faulted);
  return out;
}

Json log_entry(const LogEntry& entry) {
  Json out = json_object_new();
  set_int(out.get(), "n", entry.number);
  set_int(out.get(), "at_ms", entry.at_us / 1000);
  set_int(out.get(), "at_us", entry.at_us);
  set_text(out.get(), "call", entry.call);
  set_text(out.get(), "what", entry.what);
  set_text(out.get(), "who", entry.who);
  if (!entry.leg.empty()) set_text(out.get(), "leg", entry.leg);
  if (!entry.detail.empty()) set_text(out.get(), "detail", entry.detail);
  if (!entry.id.empty()) set_text(out.get(), "id", entry.id);
  if (!entry.code.empty()) set_text(out.get(), "code", entry.code);
  if (entry.what == "command" || entry.attempt != 0) set_int(out.get(), "status", entry.status);
  if (entry.attempt != 0) set_int(out.get(), "attempt", entry.attempt);
  return out;
}

}  // namespace

std::size_t ringing_now(const Session& session) noexcept {
  return static_cast<std::size_t>(std::count_if(session.legs.begin(), session.legs.end(),
                                                [](const Leg* leg) { return leg->state == LegState::ringing; }));
}

bool is_silent(const Session& session) noexcept {
  const Leg* parent = session.parent;
  return parent != nullptr && parent->state == LegState::answered && parent->peer == nullptr &&
         parent->utterances.empty() && !parent->recording;
}

Json call_truth(const Session& session) {
  Json out = json_object_new();
  set_text(out.get(), "call_session_id", session.id);
  set_time(out.get(), "started_ms", session.started_us);
  set_time(out.get(), "ended_ms", session.ended_us);
  set_bool(out.get(), "over", session.alive_legs == 0);
  set_int(out.get(), "ringing_now", ringing_now(session));
  set_int(out.get(), "alive_legs", session.alive_legs);
  set_bool(out.get(), "silent", is_silent(session));
  set_int(out.get(), "bridges", session.bridges);
  set_bool(out.get(), "voicemail", session.voicemail);
  if (session.parent != nullptr) set_json(out.get(), "parent", leg_truth(*session.parent));
  Json legs = json_array_new(), recordings = json_array_new(), commands = json_array_new(), webhooks = json_array_new();
  for (const Leg* leg : session.legs) {
    if (leg != session.parent) append_json(legs.get(), leg_truth(*leg));
    for (const Recording& recording : leg->recordings) append_json(recordings.get(), recording_truth(*leg, recording));
    if (leg->recording) append_json(recordings.get(), recording_truth(*leg, *leg->recording));
  }
  for (const CommandRecord& command : session.commands) append_json(commands.get(), command_truth(command));
  for (const WebhookRecord* webhook : session.webhooks) append_json(webhooks.get(), webhook_truth(*webhook));
  set_json(out.get(), "legs", std::move(legs));
  set_json(out.get(), "recordings", std::move(recordings));
  set_json(out.get(), "commands", std::move(commands));
  set_json(out.get(), "webhooks", std::move(webhooks));
  return out;
}

Json credentials_truth(const Credentials& credentials) {
  Json out = json_object_new(), list = json_array_new(), operations = json_array_new();
  for (const auto& [number, credential] : credentials.all()) {
    Json one = json_object_new();
    const std::pair<const char*, const std::string*> texts[] = {{"id", &credential.id},
                                                                {"connection_id", &credential.connection_id},
                                                                {"name", &credential.name},
                                                                {"tag", &credential.tag},
                                                                {"sip_username", &credential.sip_username},
                                                                {"sip_password", &credential.sip_password}};
    for (const auto& [key, text] : texts) set_text(one.get(), key, *text);
    set_time(one.get(), "created_ms", credential.created_us);
    set_time(one.get(), "expires_ms", credential.expires_us);
    set_time(one.get(), "removed_ms", credential.removed_us);
    set_bool(one.get(), "exists", credential.removed_us == 0);
    set_bool(one.get(), "expired", credentials.has_expired(credential));
    append_json(list.get(), std::move(one));
  }
  for (const CredentialOperation& operation : credentials.operations()) {
    Json one = json_object_new();
    set_int(one.get(), "n", operation.number);
    set_text(one.get(), "verb", kCredentialVerbs[static_cast<std::size_t>(operation.verb)]);
    set_text(one.get(), "id", operation.id);
    set_text(one.get(), "name", operation.name);
    set_text(one.get(), "tag", operation.tag);
    set_time(one.get(), "at_ms", operation.at_us);
    set_time(one.get(), "executed_ms", operation.executed_us);
    set_text(one.get(), "outcome", operation.outcome);
    set_text(one.get(), "code", operation.code);
    set_int(one.get(), "status", operation.status);
    append_json(operations.get(), std::move(one));
  }
  set_json(out.get(), "credentials", std::move(list));
  set_json(out.get(), "operations", std::move(operations));
  return out;
}

Json stats_truth(const Simulation& simulation) {
  const Counters& counters = simulation.journal.counters;
  Json out = json_object_new(), verbs = json_object_new(), statuses = json_object_new();
  Json credentials = json_object_new();
  for (const auto& [verb, count] : counters.verbs) set_json(verbs.get(), verb.c_str(), verb_truth(count));
  for (const auto& [verb, count] : counters.credentials) set_json(credentials.get(), verb.c_str(), verb_truth(count));
  for (const auto& [status, count] : counters.webhook_statuses)
    set_int(statuses.get(), std::to_string(status).c_str(), count);
  std::int64_t ringing = 0, silent = 0;
  for (const auto& [number, leg] : simulation.world.active_legs()) {
    ringing += leg->state == LegState::ringing ? 1 : 0;
    silent += leg->inbound && is_silent(*leg->session) ? 1 : 0;
  }
  const std::pair<const char*, std::uint64_t> numbers[] = {{"calls_started", simulation.world.sessions_started()},
                                                           {"requests", counters.requests},
                                                           {"unauthenticated", counters.unauthenticated},
                                                           {"unknown_paths", counters.unknown_paths},
                                                           {"contract_violations", counters.contract_violations},
                                                           {"ignored_duplicates", counters.ignored_duplicates},
                                                           {"webhook_events", counters.webhook_events},
                                                           {"webhook_attempts", counters.webhook_attempts},
                                                           {"webhooks_accepted", counters.webhooks_accepted},
                                                           {"webhooks_failed", counters.webhooks_failed},
                                                           {"webhook_retries", counters.webhook_retries},
                                                           {"webhooks_lost", counters.webhooks_lost},
                                                           {"webhooks_dropped", counters.webhooks_dropped},
                                                           {"forged", counters.forged},
                                                           {"replayed", counters.replayed},
                                                           {"existing_credentials", simulation.credentials.existing()},
                                                           {"active_legs", simulation.world.active_legs().size()},
                                                           {"ringing_legs", static_cast<std::uint64_t>(ringing)},
                                                           {"silent_calls", static_cast<std::uint64_t>(silent)},
                                                           {"log_last", simulation.journal.last_number()}};
  for (const auto& [name, value] : numbers) set_int(out.get(), name, value);
  set_json(out.get(), "commands", std::move(verbs));
  set_json(out.get(), "credentials", std::move(credentials));
  set_json(out.get(), "webhook_statuses", std::move(statuses));
  return out;
}

std::string log_truth(const Journal& journal, std::uint64_t after, std::size_t limit) {
  const auto& entries = journal.entries();
  auto first = std::upper_bound(entries.begin(), entries.end(), after,
                                [](std::uint64_t number, const LogEntry& entry) { return number < entry.number; });
  Json list = json_array_new();
  std::uint64_t last = std::max(after, entries.empty() ? after : entries.front().number - 1);
  for (; first != entries.end() && limit > 0; ++first, --limit) {
    append_json(list.get(), log_entry(*first));
    last = first->number;
  }
  Json out = json_object_new();
  set_json(out.get(), "entries", std::move(list));
  set_int(out.get(), "last", last);
  return dump_json(out.get());
}

}  // namespace ringfence::sim
