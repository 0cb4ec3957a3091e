// See control.h; the interface is documented in README.md. Forging and replaying are in control_forge.cc.
#include "telnyx_sim/control.h"

#include <charconv>
#include <functional>

#include "telnyx_sim/truth.h"

namespace ringfence::sim {
namespace {

Reply ok(const Json& body) { return {200, dump_json(body.get()), 0}; }
Reply ok() { return {200, R"({"ok":true})", 0}; }

Reply wrong(int status, const std::string& text) {
  Json body = json_object_new();
  set_text(body.get(), "error", text);
  return {status, dump_json(body.get()), 0};
}

std::uint64_t number_of(const std::map<std::string, std::string>& values, const std::string& key,
                        std::uint64_t fallback) {
  const auto found = values.find(key);
  if (found == values.end()) return fallback;
  std::uint64_t number = fallback;
  std::from_chars(found->second.data(), found->second.data() + found->second.size(), number);
  return number;
}

// One fault, or {"faults":[...]}.
Reply add_each(const json_t* body, const std::function<Result<void>(const json_t*)>& add) {
  const json_t* list = get_array(body, "faults");
  const std::size_t count = list != nullptr ? json_array_size(list) : 1;
  for (std::size_t i = 0; i < count; ++i) {
    const auto added = add(list != nullptr ? json_array_get(list, i) : body);
    if (!added) return wrong(400, added.error().text);
  }
  return ok();
}

}  // namespace

void Control::handle(const HttpRequest& request, ReplyFn reply) {
  std::vector<std::string> path = path_segments(request.path);
  path.erase(path.begin());  // "_sim"
  if (request.method == "GET") return reply(on_get(path, request));
  if (request.method != "POST" || path.empty()) return reply(wrong(404, "no such path"));
  const auto body = parse_json(request.body.empty() ? "{}" : request.body);
  if (!body) return reply(wrong(400, body.error().text));
  on_post(path, body->get(), std::move(reply));
}

Reply Control::on_get(const std::vector<std::string>& path, const HttpRequest& request) {
  const std::string first = path.empty() ? "" : path[0];
  if (first == "calls" && path.size() == 2) {
    const Session* session = simulation_.world.find_session(path[1]);
    return session == nullptr ? wrong(404, "no such call") : ok(call_truth(*session));
  }
  if (first == "calls" && path.size() == 1) {
    Json list = json_array_new();
    for (const auto& [id, session] : simulation_.world.sessions())
      if (list && json_array_size(list.get()) < kEndedSessionsKept)
        append_json(list.get(), Json(json_string(id.c_str())));
    Json body = json_object_new();
    set_json(body.get(), "calls", std::move(list));
    return ok(body);
  }
  if (first == "credentials") return ok(credentials_truth(simulation_.credentials));
  if (first == "stats") return ok(stats_truth(simulation_));
  if (first == "load") return ok(load_.report());
  if (first == "log") {
    const auto query = query_values(request.query);
    const std::uint64_t after = number_of(query, "after", 0);
    return {200, log_truth(simulation_.journal, after, number_of(query, "limit", 1000)), 0};
  }
  if (first == "key") {
    Json body = json_object_new();
    set_text(body.get(), "public_key", webhooks_.signer().public_key());
    return ok(body);
  }
  return wrong(404, "no such path");
}

void Control::on_post(const std::vector<std::string>& path, const json_t* body, ReplyFn reply) {
  const std::string& first = path[0];
  if (first == "calls" && path.size() == 1) return reply(start_call(body));
  if (first == "calls" && path.size() == 3 && path[2] == "act") return reply(act(path[1], body));
  if (first == "faults") return reply(add_faults(body));
  if (first == "credentials") return reply(add_credential_faults(body));
  if (first == "config") return reply(configure(body));
  if (first == "forge") return forge(body, std::move(reply));
  if (first == "replay") return replay(body, std::move(reply));
  if (first == "load") {
    const auto started = load_.start(body);
    return reply(started ? ok() : wrong(400, started.error().text));
  }
  if (first == "reset") {
    load_.clear();
    simulation_.clear();
    return reply(ok());
  }
  reply(wrong(404, "no such path"));
}

Reply Control::start_call(const json_t* body) {
  const auto session = simulation_.start_call(body);
  if (!session) return wrong(400, session.error().text);
  const Leg& parent = *(*session)->parent;
  Json out = json_object_new();
  set_text(out.get(), "call_control_id", parent.control_id);
  set_text(out.get(), "call_leg_id", parent.leg_id);
  set_text(out.get(), "call_session_id", (*session)->id);
  return ok(out);
}

Reply Control::act(const std::string& call, const json_t* body) {
  Session* session = simulation_.world.find_session(call);
  if (session == nullptr) return wrong(404, "no such call");
  // Several people act in one turn of the loop: nothing that the first does can come between.
  const json_t* several = get_array(body, "who");
  const std::size_t count = several != nullptr ? json_array_size(several) : 1;
  const std::string_view what = get_text(body, "do");
  for (std::size_t i = 0; i < count; ++i) {
    const char* named = several != nullptr ? json_string_value(json_array_get(several, i)) : nullptr;
    const std::string_view who = named != nullptr ? std::string_view(named) : get_text(body, "who");
    if (!simulation_.people.act(*session, who, what))
      return wrong(409, "nobody called \"" + std::string(who) + "\" can do \"" + std::string(what) + "\" now");
  }
  return ok();
}

Reply Control::add_faults(const json_t* body) {
  if (get_bool(body, "clear")) {
    simulation_.faults.clear();
    return ok();
  }
  return add_each(body, [this](const json_t* rule) { return simulation_.faults.add(rule, ""); });
}

Reply Control::add_credential_faults(const json_t* body) {
  if (get_bool(body, "clear")) {
    simulation_.credentials.clear_faults();
    return ok();
  }
  return add_each(body, [this](const json_t* rule) { return simulation_.credentials.add_fault(rule); });
}

Reply Control::configure(const json_t* body) {
  WorldSettings& world = simulation_.world.settings;
  DeliverySettings& delivery = webhooks_.settings;
  const std::pair<const char*, Endpoint*> urls[] = {{"webhook_url", &delivery.primary},
                                                    {"failover_url", &delivery.failover}};
  for (const auto& [key, endpoint] : urls) {
    const json_t* given = json_object_get(body, key);
    if (!json_is_string(given)) continue;
    if (json_string_length(given) == 0) {
      *endpoint = {};
      continue;
    }
    auto parsed = parse_endpoint(json_string_value(given));
    if (!parsed) return wrong(400, parsed.error().text);
    *endpoint = std::move(*parsed);
  }
  const std::pair<const char*, std::int64_t*> numbers[] = {{"webhook_timeout_ms", &delivery.timeout_ms},
                                                           {"speak_ms", &world.speak_ms},
                                                           {"recording_saved_ms", &world.recording_saved_ms},
                                                           {"ring_timeout_ms", &world.ring_timeout_ms}};
  for (const auto& [key, number] : numbers) *number = get_int(body, key, *number);
  if (const json_t* delays = get_array(body, "webhook_retry_ms"); delays != nullptr && json_array_size(delays) <= 16) {
    delivery.retry_delays_ms.clear();
    for (std::size_t i = 0; i < json_array_size(delays); ++i)
      delivery.retry_delays_ms.push_back(json_integer_value(json_array_get(delays, i)));
  }
  Json out = json_object_new();
  set_text(out.get(), "webhook_url", delivery.primary.url);
  set_text(out.get(), "failover_url", delivery.failover.url);
  for (const auto& [key, number] : numbers) set_int(out.get(), key, *number);
  return ok(out);
}

}  // namespace ringfence::sim
