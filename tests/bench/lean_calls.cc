// See lean_calls.h. A leg's ids are made of the numbers of call and leg: "c12x3" is controlled, "l12x3" the leg.
#include "lean_calls.h"

#include <charconv>

namespace ringfence::bench {
namespace {

constexpr int kCaller = 0;
constexpr int kWinner = 1;

std::string name(char kind, std::uint64_t call, int leg) {
  return std::string(1, kind) + std::to_string(call) + "x" + std::to_string(leg);
}

// The text after `key":"` in JSON that another program wrote without spaces; ids and base64 have nothing to escape.
std::string_view text_of(std::string_view json, std::string_view key) {
  const std::string wanted = "\"" + std::string(key) + "\":\"";
  const std::size_t at = json.find(wanted);
  if (at == json.npos) return {};
  json.remove_prefix(at + wanted.size());
  return json.substr(0, json.find('"'));
}

bool read_id(std::string_view id, std::uint64_t& call, int& leg) {
  if (!id.starts_with('c')) return false;
  const char* end = id.data() + id.size();
  const auto [cross, error] = std::from_chars(id.data() + 1, end, call);
  return error == std::errc() && cross != end && std::from_chars(cross + 1, end, leg).ec == std::errc();
}

std::string field(std::string_view key, std::string_view value) {
  std::string text = ",\"";
  return text.append(key).append("\":\"").append(value).append("\"");
}

}  // namespace

void LeanCalls::begin(int legs, bool stands) {
  const std::uint64_t number = ++begun_;
  Call& call = calls_[number];
  call.legs = legs;
  call.stands = stands;
  call.states.resize(1);
  ++open_;
  say(number, call, kCaller, "call.initiated", R"(,"direction":"incoming","state":"parked","caller_id_name":"Carla")");
}

void LeanCalls::touch() {
  if (standing_.empty()) return;
  dice_ = dice_ * 6364136223846793005ULL + 1442695040888963407ULL;
  const std::uint64_t number = standing_[(dice_ >> 33U) % standing_.size()];
  say(number, calls_.at(number), kCaller, "call.dtmf.received", R"(,"digit":"5")");
}

void LeanCalls::say(std::uint64_t number, Call& call, int leg, std::string_view type, std::string_view more) {
  Webhook webhook{.call = number, .id = "event-" + std::to_string(++webhooks_), .type = std::string(type)};
  webhook.partition = name('s', number, 0);
  const std::string& state = call.states.at(static_cast<std::size_t>(leg));
  std::string& body = webhook.body;
  body.reserve(1024);
  body.append(R"({"data":{"event_type":")").append(type).append("\"").append(field("id", webhook.id));
  body.append(R"(,"occurred_at":"2026-11-21T12:00:00.000000Z","payload":{"connection_id":"1684641123236054244")");
  body.append(field("call_control_id", name('c', number, leg))).append(field("call_leg_id", name('l', number, leg)));
  body.append(field("call_session_id", webhook.partition));
  body.append(state.empty() ? std::string(R"(,"client_state":null)") : field("client_state", state));
  body.append(field("from", "+4917012345678")).append(field("to", leg == kCaller ? "+4930555100" : "sip:device"));
  body.append(
      R"(,"calling_party_type":"pstn","start_time":"2026-11-21T12:00:00.000000Z","tags":[],"custom_headers":[])");
  body.append(more).append(R"(},"record_type":"event"},"meta":{"attempt":1,"delivered_to":"https://example.com/w"}})");
  ++call.untaken;
  outbox.push_back(std::move(webhook));
}

std::string LeanCalls::command(std::string_view path, std::string_view body) {
  ++commands_;
  if (path.starts_with("/v2")) path.remove_prefix(3);
  if (path == "/calls") return dial(body);
  constexpr std::string_view kCalls = "/calls/", kActions = "/actions/";
  const std::size_t actions = path.find(kActions);
  if (!path.starts_with(kCalls) || actions == path.npos) return {};
  std::uint64_t number = 0;
  int leg = 0;
  if (!read_id(path.substr(kCalls.size(), actions - kCalls.size()), number, leg)) return {};
  const auto call = calls_.find(number);
  if (call == calls_.end()) return {};
  if (leg == kCaller) call->second.states[kCaller] = text_of(body, "client_state");
  return act(number, call->second, leg, path.substr(actions + kActions.size()));
}

std::string LeanCalls::dial(std::string_view body) {
  std::uint64_t number = 0;
  int leg = 0;
  if (!read_id(text_of(body, "link_to"), number, leg)) return {};
  const auto found = calls_.find(number);
  if (found == calls_.end()) return {};
  Call& call = found->second;
  leg = ++call.dialled;
  call.states.emplace_back(text_of(body, "client_state"));
  say(number, call, leg, "call.initiated", R"(,"direction":"outgoing","state":"bridging")");
  if (leg == call.legs) say(number, call, kWinner, "call.answered");
  return R"({"data":{"record_type":"call","is_alive":false)" + field("call_control_id", name('c', number, leg)) +
         field("call_leg_id", name('l', number, leg)) + field("call_session_id", name('s', number, 0)) + "}}";
}

std::string LeanCalls::act(std::uint64_t number, Call& call, int leg, std::string_view verb) {
  constexpr std::string_view kHungUp = R"(,"hangup_cause":"normal_clearing","hangup_source":"callee")";
  constexpr std::string_view kRecording = R"(,"recording_id":"the-recording")";
  if (verb == "hangup") {
    say(number, call, leg, "call.hangup", kHungUp);
    if (leg == kWinner) {
      say(number, call, kCaller, "call.recording.saved", kRecording);
      call.over = true;
    }
  } else if (verb == "answer") {
    say(number, call, kCaller, "call.answered");
  } else if (verb == "bridge") {
    say(number, call, kCaller, "call.bridged");
    say(number, call, kWinner, "call.bridged");
  } else if (verb == "record_start" && call.stands) {
    standing_.push_back(number);
    --open_;
  } else if (verb == "record_start") {
    say(number, call, kCaller, "call.hangup", kHungUp);
  }
  return R"({"data":{"result":"ok")" + std::string(verb == "record_start" ? kRecording : "") + "}}";
}

void LeanCalls::taken(const Webhook& webhook) {
  const auto call = calls_.find(webhook.call);
  if (call == calls_.end() || --call->second.untaken > 0 || !call->second.over) return;
  calls_.erase(call);
  --open_;
}

}  // namespace ringfence::bench
