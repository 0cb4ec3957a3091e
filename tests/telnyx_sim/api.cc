// See api.h.
#include "telnyx_sim/api.h"

#include <algorithm>
#include <charconv>

#include "telnyx_sim/payloads.h"

namespace ringfence::sim {
namespace {

std::int64_t number_of(const std::map<std::string, std::string>& values, const std::string& key, std::int64_t fallback,
                       std::int64_t max) {
  const auto found = values.find(key);
  if (found == values.end()) return fallback;
  std::int64_t number = 0;
  const char* end = found->second.data() + found->second.size();
  if (std::from_chars(found->second.data(), end, number).ptr != end || found->second.empty()) return fallback;
  return std::clamp<std::int64_t>(number, 1, max);
}

std::string value_of(const std::map<std::string, std::string>& values, const std::string& key) {
  const auto found = values.find(key);
  return found == values.end() ? "" : found->second;
}

struct CallEvent {
  std::int64_t at_us;
  std::string_view leg_id, name, type;
  const Session* session;
  std::string metadata;
};

std::string as_json(const CallEvent& event) {
  return R"({"record_type":"call_event","call_leg_id":")" + std::string(event.leg_id) + R"(","call_session_id":")" +
         event.session->id + R"(","event_timestamp":")" + iso_time(event.at_us) + R"(","name":")" +
         std::string(event.name) + R"(","type":")" + std::string(event.type) + R"(","metadata":)" + event.metadata +
         "}";
}

std::string command_metadata(const CommandRecord& command) {
  Json metadata = json_object_new();
  set_text(metadata.get(), "command_id", command.command_id);
  set_text(metadata.get(), "call_control_id", command.target);
  set_text(metadata.get(), "to", command.to);
  return dump_json(metadata.get());
}

void gather(const Session& session, std::string_view leg_id, std::string_view type, std::vector<CallEvent>& events) {
  if (type != "command") {
    for (const WebhookRecord* webhook : session.webhooks)
      if (leg_id.empty() || webhook->leg_id == leg_id)
        events.push_back({webhook->occurred_us, webhook->leg_id, webhook->type, "webhook", &session, webhook->data});
  }
  if (type == "webhook") return;
  for (const CommandRecord& command : session.commands) {
    if (command.outcome != "executed") continue;
    std::string_view command_leg = session.legs.front()->leg_id;
    for (const Leg* leg : session.legs)
      if (leg->control_id == command.target) command_leg = leg->leg_id;
    if (leg_id.empty() || command_leg == leg_id)
      events.push_back({command.at_us, command_leg, command.verb, "command", &session, command_metadata(command)});
  }
}

}  // namespace

bool Api::authenticated(const HttpRequest& request) const {
  constexpr std::string_view kBearer = "Bearer ";
  if (!request.authorization.starts_with(kBearer)) return false;
  const std::string_view token = std::string_view(request.authorization).substr(kBearer.size());
  return api_key_.empty() ? !token.empty() : token == api_key_;
}

void Api::handle(const HttpRequest& request, ReplyFn reply) {
  Counters& counters = simulation_.journal.counters;
  ++counters.requests;
  if (!authenticated(request)) {
    ++counters.unauthenticated;
    return reply(refusal(unauthenticated()));
  }
  std::vector<std::string> path = path_segments(request.path);
  if (!path.empty() && path.front() == "v2") path.erase(path.begin());
  if (!path.empty() && path.front() == "calls") return on_calls(request, path, std::move(reply));
  if (!path.empty() && path.front() == "telephony_credentials") return on_credentials(request, path, std::move(reply));
  if (request.method == "GET" && path.size() == 3 && path[0] == "connections" && path[2] == "active_calls")
    return reply(active_calls(path[1], request));
  if (request.method == "GET" && path.size() == 1 && path[0] == "call_events") return reply(call_events(request));
  ++counters.unknown_paths;
  reply(refusal(not_found()));
}

void Api::on_calls(const HttpRequest& request, const std::vector<std::string>& path, ReplyFn reply) {
  if (request.method == "POST" && path.size() == 1)
    return simulation_.desk.receive(Verb::dial, "", request.body, std::move(reply));
  if (request.method == "GET" && path.size() == 2) return reply(one_call(path[1]));
  if (path.size() == 4 && path[2] == "actions") {
    const auto verb = verb_of(path[3]);
    const bool put = verb == Verb::client_state_update;
    if (verb && verb != Verb::dial && request.method == (put ? "PUT" : "POST"))
      return simulation_.desk.receive(*verb, path[1], request.body, std::move(reply));
  }
  ++simulation_.journal.counters.unknown_paths;
  reply(refusal(not_found()));
}

void Api::on_credentials(const HttpRequest& request, const std::vector<std::string>& path, ReplyFn reply) {
  const struct {
    std::string_view method;
    std::size_t segments;
    CredentialVerb verb;
  } ways[] = {{"POST", 1, CredentialVerb::create},
              {"GET", 1, CredentialVerb::list},
              {"GET", 2, CredentialVerb::get},
              {"DELETE", 2, CredentialVerb::remove}};
  for (const auto& [method, segments, verb] : ways) {
    if (request.method != method || path.size() != segments) continue;
    return simulation_.credentials.receive(verb, segments == 1 ? "" : path[1], query_values(request.query),
                                           request.body, std::move(reply));
  }
  ++simulation_.journal.counters.unknown_paths;
  reply(refusal(not_found()));
}

Reply Api::one_call(std::string_view control_id) {
  const Leg* leg = simulation_.world.find_leg(control_id);
  if (leg == nullptr) {
    const bool well_formed = control_id.starts_with("v3:") || control_id.starts_with("v2:");
    return refusal(well_formed ? not_found() : invalid_control_id("/call_control_id"));
  }
  Json body = json_object_new();
  set_json(body.get(), "data", call_resource(*leg, simulation_.scheduler.now_us(), false));
  return {200, dump_json(body.get()), 0};
}

Reply Api::active_calls(const std::string& connection_id, const HttpRequest& request) {
  const auto query = query_values(request.query);
  const std::int64_t limit = number_of(query, "page[limit]", 20, 250);
  const std::string after = value_of(query, "page[after]");
  const auto& active = simulation_.world.active_legs();
  std::uint64_t start = 0;
  if (after.starts_with("v1:")) std::from_chars(after.data() + 3, after.data() + after.size(), start);
  Json list = json_array_new();
  std::int64_t taken = 0, total = 0;
  std::uint64_t last = 0;
  bool more = false;
  for (const auto& [number, leg] : active) {
    if (leg->connection_id != connection_id) continue;
    ++total;
    if (number <= start) continue;
    if (taken == limit) {
      more = true;
      continue;
    }
    ++taken;
    last = number;
    append_json(list.get(), active_call_resource(*leg, simulation_.scheduler.now_us()));
  }
  Json meta = json_object_new();
  set_int(meta.get(), "total_items", total);
  Json cursors = json_object_new();
  if (more) {
    const std::string cursor = "v1:" + std::to_string(last);
    set_text(cursors.get(), "after", cursor);
    set_text(meta.get(), "next", "/v2/connections/" + connection_id + "/active_calls?page[after]=" + cursor);
  }
  set_json(meta.get(), "cursors", std::move(cursors));
  Json body = json_object_new();
  set_json(body.get(), "data", std::move(list));
  set_json(body.get(), "meta", std::move(meta));
  return {200, dump_json(body.get()), 0};
}

Reply Api::call_events(const HttpRequest& request) {
  const auto query = query_values(request.query);
  const std::string session_id = value_of(query, "filter[application_session_id]");
  const std::string leg_id = value_of(query, "filter[leg_id]");
  const std::string type = value_of(query, "filter[type]");
  std::vector<CallEvent> events;
  if (!session_id.empty()) {
    if (const Session* session = simulation_.world.find_session(session_id)) gather(*session, leg_id, type, events);
  } else {
    for (const auto& [id, session] : simulation_.world.sessions()) gather(*session, leg_id, type, events);
  }
  std::stable_sort(events.begin(), events.end(), [](const auto& a, const auto& b) { return a.at_us < b.at_us; });
  const std::size_t size = static_cast<std::size_t>(number_of(query, "page[size]", 20, 250));
  const std::size_t page = static_cast<std::size_t>(number_of(query, "page[number]", 1, 1'000'000));
  std::string body = R"({"data":[)";
  const std::size_t begin = std::min((page - 1) * size, events.size());
  const std::size_t end = std::min(begin + size, events.size());
  for (std::size_t i = begin; i < end; ++i) {
    if (i != begin) body += ',';
    body += as_json(events[i]);
  }
  const std::size_t pages = (events.size() + size - 1) / size;
  body += R"(],"meta":{"page_number":)" + std::to_string(page) + R"(,"page_size":)" + std::to_string(size) +
          R"(,"total_pages":)" + std::to_string(pages) + R"(,"total_results":)" + std::to_string(events.size()) + "}}";
  return {200, std::move(body), 0};
}

}  // namespace ringfence::sim
