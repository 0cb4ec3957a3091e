// The words of a scenario line as events: see README.md for the language.
#include <algorithm>
#include <cstdlib>

#include "stage.h"

namespace ringfence::scenario {
namespace {

using Words = std::vector<std::string>;
constexpr std::string_view kSeen = "call.seen";  // what the sweep's own events are called

bool same(const Words& words, std::initializer_list<std::string_view> wanted) {
  return std::ranges::equal(words, wanted);
}

// Takes an option of one value off the end: `cause user_busy`, `after 2`.
std::string take_option(Words& words, std::string_view name) {
  if (words.size() < 2 || words[words.size() - 2] != name) return {};
  std::string value = words.back();
  words.resize(words.size() - 2);
  return value;
}

bool take_flag(Words& words, std::string_view flag) {
  if (words.empty() || words.back() != flag) return false;
  words.pop_back();
  return true;
}

std::string joined(const Words& words, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "" : " ") + words[i];
  return text;
}

}  // namespace

int Stage::leg_named(const std::string& word) const {
  if (word == "caller") return kParent;
  const auto at = std::ranges::find(names_, word);
  return at == names_.end() ? kUnknownLeg : static_cast<int>(at - names_.begin());
}

WebhookFact Stage::about(int leg) const {
  const std::string name = name_of_leg(leg);
  WebhookFact fact;
  fact.call_control_id = script_.call + name + "-call";
  fact.call_leg_id = script_.call + name + "-leg";
  fact.call_session_id = script_.call + "the-session";
  fact.connection_id = script_.call + "the-connection";
  // The caller's call has none until we have answered it: it is known by its leg id.
  if (leg != kParent) fact.client_state = ClientState{.session = session().id, .leg = leg};
  return fact;
}

void Stage::webhook(WebhookFact fact, bool incoming_call) {
  fact.occurred_ms = now_ms_ - fact.occurred_ms;  // how late it is, until here
  Event event;
  if (incoming_call) {
    fact.incoming = true;
    fact.from = "+15550001111";
    fact.to = "+15550002222";
    event.plan = script_.plan;
    event.plan->organisation = "acme";
    event.plan->user = "reception";
    event.plan->greeting = "Please leave a message.";
  }
  if (fact.type_name.empty()) fact.type_name = name_of(fact.type);
  event.body = std::move(fact);
  happen(std::move(event));
}

bool Stage::act(const Line& line) {
  Words words = line.event;
  if (same(words, {"time"})) return true;
  if (same(words, {"crash"})) {
    performer_.crash();  // answers on their way are gone, too
    for (auto& [name, sent] : sent_) sent.lost = true;
    return true;
  }
  if (same(words, {"all", "ok"})) {
    const auto waiting = std::exchange(sent_, {});
    for (const auto& [name, sent] : waiting) {
      const bool asks = sent.command.verb == Verb::audit;
      if (!sent.lost && !asks) answer_command(sent, accepted(sent.command));
    }
    return true;
  }
  const int leg = leg_named(words[0]);
  if (words[0] == "look") return act_audit(words);
  if (act_others(words)) return true;
  if (leg == kParent) return act_caller(words);
  if (leg >= 0) return act_leg(words);
  return act_result(words);
}

bool Stage::act_others(const Words& words) {
  if (same(words, {"store", "forgets"})) {
    performer_.forget();
  } else if (same(words, {"operator", "cancels"})) {
    happen(Event{.body = Cancel{.reason = "an operator said so"}});
  } else if (words.size() >= 3 && words[0] == "device" && words[2] == "ready") {  // device D ready [press1 ...]
    Words device(words.begin() + 1, words.end());
    device.erase(device.begin() + 1);
    DeviceReady ready;
    if (!parse_device(device, ready.destination)) return false;
    happen(Event{.body = std::move(ready)});
  } else {
    return false;
  }
  return true;
}

bool Stage::act_caller(const Words& given) {
  Words words = given;
  take_flag(words, "again");  // another webhook that says the same: step() must not care
  WebhookFact fact = about(kParent);
  take_names(words, fact, kParent);
  fact.ending.sip_cause = take_option(words, "sip");
  fact.ending.source = take_option(words, "source");
  const std::string cause = take_option(words, "cause");
  if (same(words, {"caller", "calls"})) {
    fact.type = WebhookType::initiated;
    webhook(fact, true);
    return true;
  }
  if (same(words, {"caller", "hangs", "up"})) {
    fact.type = WebhookType::hangup;
    fact.ending.cause = cause.empty() ? "originator_cancel" : cause;
  } else if (same(words, {"caller", "is", "seen"})) {
    fact.type = WebhookType::initiated;
    fact.type_name = kSeen;
    fact.client_state = ClientState{.session = session().id, .leg = kParent};
  } else if (same(words, {"caller", "answered"})) {
    fact.type = WebhookType::answered;
  } else if (same(words, {"caller", "bridged"})) {
    fact.type = WebhookType::bridged;
  } else if (same(words, {"caller", "heard", "greeting"})) {
    fact.type = WebhookType::speak_ended;
  } else if (same(words, {"caller", "heard", "hold"})) {
    fact.type = WebhookType::speak_ended;
    fact.client_state = ClientState{.session = session().id, .leg = kParent, .generation = 2};
  } else if (same(words, {"caller", "does", "something"})) {
    fact.type = WebhookType::other;
  } else if (same(words, {"caller", "recording", "saved"})) {
    fact.type = WebhookType::recording_saved;
    fact.recording.id = script_.call + "the-recording";
    fact.recording.url = "https://provider.example/" + fact.recording.id;
  } else if (same(words, {"caller", "recording", "failed"})) {
    fact.type = WebhookType::recording_error;
  } else {
    return false;
  }
  webhook(fact);
  return true;
}

// `in session X`: an account whose linked calls share none. `as X`: another call, with a copy of our state.
void Stage::take_names(Words& words, WebhookFact& fact, int leg) const {
  if (const std::string other = take_option(words, "as"); !other.empty()) {
    fact.call_control_id = script_.call + other + "-call";
    fact.call_leg_id = script_.call + other + "-leg";
    fact.client_state = ClientState{.session = session().id, .leg = leg};
  }
  if (const std::string other = take_option(words, "session"); !other.empty()) {
    take_flag(words, "in");
    fact.call_session_id = script_.call + other;
  }
}

bool Stage::act_leg(const Words& given) {
  Words words = given;
  const std::string late = take_option(words, "late");
  take_flag(words, "again");
  const int leg = leg_named(words[0]);
  WebhookFact fact = about(leg);
  if (!late.empty()) fact.occurred_ms = static_cast<Millis>(std::strtod(late.c_str(), nullptr) * 1000);
  take_names(words, fact, leg);
  fact.ending.sip_cause = take_option(words, "sip");
  fact.ending.source = take_option(words, "source");
  const std::string cause = take_option(words, "cause");
  words.erase(words.begin());
  if (same(words, {"rings"}) || same(words, {"is", "seen"})) {  // a sweep says no more than that webhook
    fact.type = WebhookType::initiated;
    if (words[0] == "is") fact.type_name = kSeen;
  } else if (same(words, {"answers"})) {
    fact.type = WebhookType::answered;
  } else if (same(words, {"bridged"})) {
    fact.type = WebhookType::bridged;
  } else if (words.size() == 2 && words[0] == "presses") {
    fact.type = WebhookType::gather_ended;
    if (words[1] != "nothing") fact.digits = words[1];
  } else if (same(words, {"is", "a", "person"})) {
    fact.type = WebhookType::machine_detected;
    fact.detection = WebhookFact::Detection::person;
  } else if (same(words, {"is", "a", "machine"})) {
    fact.type = WebhookType::machine_detected;
    fact.detection = WebhookFact::Detection::machine;
  } else if (same(words, {"may", "be", "anybody"})) {
    fact.type = WebhookType::machine_detected;
  } else if (same(words, {"heard", "apology"})) {
    fact.type = WebhookType::speak_ended;
  } else if (same(words, {"hangs", "up"}) || same(words, {"declines"}) || same(words, {"ended"})) {
    fact.type = WebhookType::hangup;
    fact.ending.cause = !cause.empty() ? cause : words[0] == "declines" ? "call_rejected" : "normal_clearing";
  } else {
    return false;
  }
  webhook(fact);
  return true;
}

CommandOutcome Stage::accepted(const Command& command) const {
  CommandOutcome outcome{.outcome = OutcomeClass::ok, .http_status = 200};
  if (command.verb == Verb::dial) {
    const WebhookFact fact = about(command.leg);
    outcome.call_control_id = fact.call_control_id;
    outcome.call_leg_id = fact.call_leg_id;
  }
  if (command.verb == Verb::record_start) outcome.recording_id = script_.call + "the-recording";
  return outcome;
}

void Stage::answer_command(const Sent& sent, CommandOutcome outcome) {
  const Command& command = sent.command;
  happen(Event{.body = CommandResult{command.id, command.tries, std::move(outcome), command.verb, command.leg}});
}

// VERB WHOM ok | refused CODE | unknown [STATUS] | not sent, each with `after SECONDS` (Retry-After) and `try N`.
bool Stage::act_result(const Words& given) {
  Words words = given;
  const std::string attempt = take_option(words, "try");
  const std::string after = take_option(words, "after");
  if (words.size() < 3) return false;
  const std::string name = joined(words, 2);
  CommandOutcome outcome;
  if (words[2] == "refused" && words.size() == 4) {
    outcome = {.outcome = OutcomeClass::refused, .http_status = 422, .error_code = words[3]};
    if (words[3] == "404" || words[3] == "410") outcome.http_status = words[3] == "404" ? 404 : 410;
  } else if (words[2] == "unknown" && words.size() <= 4) {
    outcome.http_status = words.size() == 4 ? static_cast<int>(std::strtol(words[3].c_str(), nullptr, 10)) : 0;
  } else if (words[2] == "not" && words.size() == 4 && words[3] == "sent") {
    outcome.outcome = OutcomeClass::not_sent;
  } else if (words[2] != "ok" || words.size() != 3) {
    return false;
  }
  if (!after.empty()) outcome.retry_after_ms = parse_seconds(after);
  for (auto at = sent_.rbegin(); at != sent_.rend(); ++at) {
    const Sent sent = at->second;
    if (at->first != name || sent.lost || (!attempt.empty() && std::to_string(sent.command.tries) != attempt)) continue;
    sent_.erase(std::next(at).base());
    answer_command(sent, words[2] == "ok" ? accepted(sent.command) : outcome);
    return true;
  }
  return false;
}

// look finds [nothing | A ringing, B ended, caller bridged] [partly | crowded] | look unknown
bool Stage::act_audit(const Words& given) {
  Words words = given;
  CommandOutcome outcome{.outcome = OutcomeClass::ok, .http_status = 200};
  const bool crowded = take_flag(words, "crowded");
  outcome.events_read = !take_flag(words, "partly");
  if (same(words, {"look", "unknown"})) {
    outcome = {};
  } else if (same(words, {"look", "not", "sent"})) {
    outcome = {.outcome = OutcomeClass::not_sent};
  } else if (words.size() < 3 || words[1] != "finds") {
    return false;
  }
  for (std::size_t i = 2; i + 1 < words.size(); i += 2) {
    std::string what = words[i + 1];
    if (what.ends_with(',')) what.pop_back();
    const int leg = leg_named(words[i]);
    if (leg == kUnknownLeg) return false;
    const WebhookFact fact = about(leg);
    AuditedLeg seen{.call_control_id = fact.call_control_id, .call_leg_id = fact.call_leg_id};
    seen.client_state = encode_client_state({.session = session().id, .leg = leg});
    seen.recording_saved = what == "recorded";
    seen.ended = what == "ended" || seen.recording_saved;
    seen.alive = !seen.ended;
    seen.bridged = what == "bridged";
    seen.answered = seen.bridged || what == "answered";
    outcome.legs.push_back(seen);
  }
  const auto at =
      std::ranges::find_if(sent_, [](const auto& sent) { return sent.first == "look" && !sent.second.lost; });
  if (at == sent_.end()) return false;
  const Sent sent = at->second;
  sent_.erase(at);
  outcome.audit_complete = outcome.events_read && sent.command.live_calls && !crowded;
  answer_command(sent, outcome);
  return true;
}

}  // namespace ringfence::scenario
