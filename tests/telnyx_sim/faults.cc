// See faults.h.
#include "telnyx_sim/faults.h"

#include <algorithm>
#include <iterator>
#include <span>

namespace ringfence::sim {
namespace {

constexpr std::string_view kNames[] = {
    "latency",       "hold_response", "status",          "rate_limit", "refuse",    "execute_never_answer",
    "execute_later", "drop",          "bridge_not_made", "lose",       "duplicate", "delay",
    "reorder",       "replay"};

bool is_of_command(FaultKind kind) { return kind <= FaultKind::bridge_not_made; }

constexpr std::string_view kKeys[] = {"match",         "do",     "count", "ms",    "status",
                                      "retry_after_s", "copies", "code",  "title", "detail"};
constexpr std::string_view kMatchKeys[] = {"verb", "event", "to", "nth", "call"};

Result<void> check_keys(const json_t* object, std::span<const std::string_view> known) {
  const char* key = nullptr;
  json_t* value = nullptr;
  json_object_foreach(const_cast<json_t*>(object), key, value) {
    if (std::find(known.begin(), known.end(), key) == known.end())
      return fail(ErrorCode::invalid, "unknown key \"" + std::string(key) + "\" in a fault");
  }
  return {};
}

}  // namespace

std::string_view fault_name(FaultKind kind) noexcept { return kNames[static_cast<std::size_t>(kind)]; }

ApiError fault_error(const FaultRule& fault) {
  ApiError error =
      fault.kind == FaultKind::rate_limit ? too_many_requests() : unexpected(static_cast<int>(fault.status));
  if (fault.kind == FaultKind::rate_limit) return error;
  if (!fault.code.empty()) error.code = fault.code;
  if (fault.kind == FaultKind::refuse) {
    error.title = fault.title.empty() ? "Unable to execute command" : fault.title;
    error.detail = fault.detail.empty() ? "The command was refused." : fault.detail;
  }
  return error;
}

Result<void> Faults::add(const json_t* rule, std::string_view session) {
  if (rules_.size() >= kFaultRules) return fail(ErrorCode::limit, "too many faults");
  const json_t* match = get_object(rule, "match");
  if (auto checked = check_keys(rule, kKeys); !checked) return checked;
  if (auto checked = check_keys(match, kMatchKeys); !checked) return checked;
  const auto name = std::find(std::begin(kNames), std::end(kNames), get_text(rule, "do"));
  if (name == std::end(kNames)) return fail(ErrorCode::invalid, "a fault needs a known \"do\"");
  FaultRule parsed;
  parsed.number = ++added_;
  parsed.kind = static_cast<FaultKind>(name - std::begin(kNames));
  parsed.session = session.empty() ? get_text(match, "call") : session;
  parsed.verb = get_text(match, "verb");
  parsed.event = get_text(match, "event");
  parsed.to = get_text(match, "to");
  parsed.nth = get_int(match, "nth");
  if (is_of_command(parsed.kind) ? !parsed.event.empty() : !parsed.verb.empty())
    return fail(ErrorCode::invalid, "\"" + std::string(*name) + "\" does not fit what it matches");
  if (parsed.kind == FaultKind::bridge_not_made) parsed.verb = "bridge";
  parsed.count = get_int(rule, "count", 1);
  parsed.ms = get_int(rule, "ms");
  parsed.status = get_int(rule, "status", parsed.kind == FaultKind::refuse ? 422 : 500);
  parsed.retry_after_s = get_int(rule, "retry_after_s", 1);
  parsed.copies = std::clamp<std::int64_t>(get_int(rule, "copies", 1), 1, 1000);
  parsed.code = get_text(rule, "code");
  parsed.title = get_text(rule, "title");
  parsed.detail = get_text(rule, "detail");
  rules_.push_back(std::move(parsed));
  return {};
}

std::optional<FaultRule> Faults::match(std::string_view session, std::string_view name, std::string_view to,
                                       bool command) {
  for (FaultRule& rule : rules_) {
    if (is_of_command(rule.kind) != command || (rule.count != 0 && rule.applied >= rule.count)) continue;
    const std::string& named = command ? rule.verb : rule.event;
    if ((!named.empty() && named != name) || (!rule.session.empty() && rule.session != session) ||
        (!rule.to.empty() && rule.to != to))
      continue;
    if (++rule.seen < rule.nth) continue;
    ++rule.applied;
    return rule;
  }
  return std::nullopt;
}

std::optional<FaultRule> Faults::for_command(std::string_view session, std::string_view verb, std::string_view to) {
  return match(session, verb, to, true);
}

std::optional<FaultRule> Faults::for_webhook(std::string_view session, std::string_view event, std::string_view to) {
  return match(session, event, to, false);
}

void Faults::give_back(const FaultRule& applied) {
  for (FaultRule& rule : rules_) {
    if (rule.number != applied.number) continue;
    --rule.applied;
    --rule.seen;
  }
}

void Faults::forget(std::string_view session) {
  std::erase_if(rules_, [&](const FaultRule& rule) { return !rule.session.empty() && rule.session == session; });
}

}  // namespace ringfence::sim
