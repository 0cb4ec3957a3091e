// See credentials.h. The provider refuses what its documentation says it does; where that is silent the stand-in is
// strict about what nobody means to ask: an unknown filter, the connection of the calls.
#include "telnyx_sim/credentials.h"

#include <time.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "telnyx_sim/payloads.h"

namespace ringfence::sim {
namespace {

constexpr std::string_view kFilters[] = {"filter[tag]", "filter[name]", "filter[status]", "filter[resource_id]",
                                         "filter[sip_username]"};
constexpr std::int64_t kPageSize = 50, kMaxPageSize = 250;  // by the provider's specification

std::string_view name_of(CredentialVerb verb) { return kCredentialVerbs[static_cast<std::size_t>(verb)]; }

// 2042-06-18T21:32:38, with or without a fraction and `Z`, in microseconds of whole seconds; 0: not of that form.
std::int64_t instant_of(const std::string& text) {
  tm parts{};
  const char* rest = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (rest == nullptr) return 0;
  std::string_view tail(rest);
  if (tail.starts_with('.')) tail.remove_prefix(std::min(tail.find_first_not_of("0123456789", 1), tail.size()));
  return tail.empty() || tail == "Z" ? std::int64_t{timegm(&parts)} * 1'000'000 : 0;
}

// As the provider's examples write it: without a zone.
std::string zoneless(std::int64_t at_us) {
  return iso_time(at_us).substr(0, std::string_view("2042-06-18T21:32:38").size());
}

std::string text_without_dashes(std::string text) {
  std::erase(text, '-');
  return text;
}

std::string value_of(const Credentials::Query& query, std::string_view key) {
  const auto found = query.find(std::string(key));
  return found == query.end() ? "" : found->second;
}

std::optional<ApiError> check_query(const Credentials::Query& query) {
  for (const auto& [key, value] : query) {
    std::int64_t number = 0;
    const char* end = value.data() + value.size();
    const bool whole = !value.empty() && std::from_chars(value.data(), end, number).ptr == end;
    ApiError error = bad_value(key, "known, and whole and in range where it is a number");
    error.status = 400;
    if (key == "page[number]" ? whole && number >= 1
                              : key == "page[size]" && whole && number >= 1 && number <= kMaxPageSize)
      continue;
    if (std::find(std::begin(kFilters), std::end(kFilters), key) == std::end(kFilters)) return error;
  }
  return std::nullopt;
}

std::size_t page_value(const Credentials::Query& query, std::string_view key, std::int64_t fallback) {
  std::int64_t number = fallback;
  const std::string text = value_of(query, key);
  std::from_chars(text.data(), text.data() + text.size(), number);
  return static_cast<std::size_t>(number);
}

Json wrapped(Json data) {
  Json body = json_object_new();
  set_json(body.get(), "data", std::move(data));
  return body;
}

}  // namespace

bool Credentials::has_expired(const Credential& credential) const noexcept {
  return credential.expires_us != 0 && credential.expires_us <= scheduler_.now_us();
}

VerbCount& Credentials::count_of(CredentialVerb verb) {
  return journal_.counters.credentials[std::string(name_of(verb))];
}

void Credentials::receive(CredentialVerb verb, std::string_view id, const Query& query, std::string_view body,
                          ReplyFn reply) {
  ++count_of(verb).received;
  Order order{.verb = verb, .wanted = {}, .query = query};
  order.wanted.id = id;
  std::optional<ApiError> breach;
  if (verb == CredentialVerb::create) breach = read_create(body, order.wanted);
  if (verb == CredentialVerb::list) {
    breach = check_query(query);
    order.wanted.name = value_of(query, "filter[name]");
    order.wanted.tag = value_of(query, "filter[tag]");
  }
  open_operation(order);
  if (breach) {
    ++journal_.counters.contract_violations;
    close(order, "refused", &*breach, breach->status);
    return reply(refusal(*breach));
  }
  std::string_view to = order.wanted.id;
  if (verb == CredentialVerb::create) to = order.wanted.name;
  if (verb == CredentialVerb::list) to = order.wanted.tag;
  if (const auto fault = faults_.for_command("", name_of(verb), to)) {
    ++count_of(verb).faulted;
    return carry_out(order, *fault, std::move(reply));
  }
  reply(run(order, ""));
}

std::optional<ApiError> Credentials::read_create(std::string_view text, Credential& wanted) const {
  const auto parsed = parse_json(text);
  if (!parsed || !json_is_object(parsed->get())) return malformed_json();
  const std::pair<const char*, std::string*> fields[] = {
      {"connection_id", &wanted.connection_id}, {"name", &wanted.name}, {"tag", &wanted.tag}};
  for (const auto& [key, field] : fields) {
    const json_t* given = json_object_get(parsed->get(), key);
    if (given != nullptr && !json_is_string(given)) return bad_value(key, "a string");
    *field = get_text(parsed->get(), key);
  }
  if (wanted.connection_id.empty()) return missing_parameter("connection_id");
  if (!settings_.any_connection && wanted.connection_id == settings_.connection_id)
    return bad_value("connection_id", "the id of a credential connection");
  if (json_object_get(parsed->get(), "expires_at") == nullptr) return std::nullopt;
  wanted.expires_us = instant_of(std::string(get_text(parsed->get(), "expires_at")));
  return wanted.expires_us == 0 ? std::optional(bad_value("expires_at", "an ISO 8601 date and time")) : std::nullopt;
}

void Credentials::open_operation(Order& order) {
  order.operation = ++received_;
  CredentialOperation operation;
  operation.number = order.operation;
  operation.verb = order.verb;
  operation.id = order.wanted.id;
  operation.name = order.wanted.name;
  operation.tag = order.wanted.tag;
  operation.at_us = scheduler_.now_us();
  operations_.push_back(std::move(operation));
  if (operations_.size() > kCredentialOperations) operations_.pop_front();
}

// Of one that is executed after its fault was noted, the latter stays: `executed_us` says the rest.
void Credentials::close(const Order& order, std::string_view outcome, const ApiError* error, int status) {
  if (outcome == "refused") ++count_of(order.verb).refused;
  if (operations_.empty() || order.operation < operations_.front().number) return;
  CredentialOperation& operation = operations_[order.operation - operations_.front().number];
  if (!operation.outcome.empty()) return;
  operation.outcome = outcome;
  if (error != nullptr) operation.code = error->code;
  operation.status = status;
}

// `note` names the fault of a request that is executed under one, and not answered.
Reply Credentials::run(const Order& order, std::string_view note) {
  const bool is_create = order.verb == CredentialVerb::create;
  const Answer answer = execute(order);
  if (answer) {
    ++count_of(order.verb).executed;
    const auto front = operations_.empty() ? order.operation + 1 : operations_.front().number;
    if (order.operation >= front) {
      CredentialOperation& operation = operations_[order.operation - front];
      operation.executed_us = scheduler_.now_us();
      if (is_create) operation.id = get_text(get_object(answer->get(), "data"), "id");
    }
  }
  const int status = !answer ? answer.error().status : is_create ? 201 : 200;
  const std::string_view outcome = answer ? "executed" : "refused";
  close(order, note.empty() ? outcome : note, answer ? nullptr : &answer.error(), note.empty() ? status : 0);
  return answer ? Reply{status, dump_json(answer->get()), 0} : refusal(answer.error());
}

void Credentials::carry_out(const Order& order, const FaultRule& fault, ReplyFn reply) {
  switch (fault.kind) {
    case FaultKind::latency:
      return held_.answer_later(
          fault.ms, [this, order] { return run(order, ""); }, std::move(reply));
    case FaultKind::hold_response: {
      Reply made = run(order, "");
      return held_.answer_later(
          fault.ms, [made = std::move(made)] { return made; }, std::move(reply));
    }
    case FaultKind::execute_never_answer:
      run(order, fault_name(fault.kind));
      return held_.lose(std::move(reply));
    case FaultKind::execute_later:
      close(order, fault_name(fault.kind), nullptr, 0);
      scheduler_.after_ms(fault.ms, [this, order] { run(order, fault_name(FaultKind::execute_later)); });
      return held_.lose(std::move(reply));
    case FaultKind::drop:
      close(order, fault_name(fault.kind), nullptr, 0);
      return held_.lose(std::move(reply));
    case FaultKind::status:
    case FaultKind::rate_limit:
    case FaultKind::refuse: {
      const ApiError error = fault_error(fault);
      Reply refused = refusal(error);
      if (fault.kind == FaultKind::rate_limit) refused.retry_after_s = fault.retry_after_s;
      close(order, fault_name(fault.kind), &error, error.status);
      return reply(std::move(refused));
    }
    case FaultKind::bridge_not_made:
    case FaultKind::lose:
    case FaultKind::duplicate:
    case FaultKind::delay:
    case FaultKind::reorder:
    case FaultKind::replay:
      break;  // add_fault() takes none of them
  }
}

Credentials::Answer Credentials::execute(const Order& order) {
  switch (order.verb) {
    case CredentialVerb::create:
      return create(order);
    case CredentialVerb::list:
      return list(order.query);
    case CredentialVerb::get:
    case CredentialVerb::remove:
      break;
  }
  return one(order.wanted.id, order.verb == CredentialVerb::remove);
}

Credentials::Answer Credentials::create(const Order& order) {
  const std::string& tag = order.wanted.tag;
  const auto of_tag = std::ranges::count_if(
      all_, [&](const auto& entry) { return !tag.empty() && entry.second.removed_us == 0 && entry.second.tag == tag; });
  if (static_cast<std::size_t>(of_tag) >= kCredentialsOfTag)
    return std::unexpected(bad_value("tag", "one that fewer than 1000 credentials have"));
  if (existing() >= kCredentials) return std::unexpected(unexpected(503));
  Credential made = order.wanted;
  made.id = random_.uuid();
  made.sip_username = "gencred" + text_without_dashes(random_.uuid());
  made.sip_password = text_without_dashes(random_.uuid());
  made.created_us = scheduler_.now_us();
  by_id_[made.id] = ++created_;
  return wrapped(resource(all_[created_] = std::move(made)));
}

Credentials::Answer Credentials::one(const std::string& id, bool remove) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return std::unexpected(not_found());
  const std::uint64_t number = found->second;
  Credential& credential = all_[number];
  if (remove) {
    credential.removed_us = scheduler_.now_us();
    by_id_.erase(found);
    removed_.push_back(number);
  }
  Json body = wrapped(resource(credential));
  if (removed_.size() > kRemovedCredentialsKept) {
    all_.erase(removed_.front());
    removed_.pop_front();
  }
  return body;
}

bool Credentials::is_asked_for(const Credential& credential, const Query& query) const {
  const std::string resource_id = "connection:" + credential.connection_id;
  const std::pair<std::string_view, const std::string*> texts[] = {{"filter[tag]", &credential.tag},
                                                                   {"filter[name]", &credential.name},
                                                                   {"filter[resource_id]", &resource_id},
                                                                   {"filter[sip_username]", &credential.sip_username}};
  for (const auto& [key, text] : texts) {
    const std::string wanted = value_of(query, key);
    if (!wanted.empty() && wanted != *text) return false;
  }
  return value_of(query, "filter[status]") != "expired" || has_expired(credential);
}

Credentials::Answer Credentials::list(const Query& query) {
  const std::size_t page = page_value(query, "page[number]", 1), size = page_value(query, "page[size]", kPageSize);
  std::size_t total = 0;
  Json items = json_array_new();
  for (const auto& [number, credential] : all_) {
    if (credential.removed_us != 0 || !is_asked_for(credential, query)) continue;
    if (total / size + 1 == page) append_json(items.get(), resource(credential));
    ++total;
  }
  Json meta = json_object_new();
  set_int(meta.get(), "page_number", page);
  set_int(meta.get(), "page_size", size);
  set_int(meta.get(), "total_pages", (total + size - 1) / size);
  set_int(meta.get(), "total_results", total);
  Json body = wrapped(std::move(items));
  set_json(body.get(), "meta", std::move(meta));
  return body;
}

Json Credentials::resource(const Credential& credential) const {
  Json out = json_object_new();
  set_text(out.get(), "id", credential.id);
  set_text(out.get(), "record_type", "credential");
  set_text(out.get(), "resource_id", "connection:" + credential.connection_id);
  set_text(out.get(), "user_id", "user-id");
  set_text(out.get(), "name", credential.name);
  set_text(out.get(), "sip_username", credential.sip_username);
  set_text(out.get(), "sip_password", credential.sip_password);
  set_bool(out.get(), "expired", has_expired(credential));
  if (credential.expires_us == 0)
    json_object_set_new(out.get(), "expires_at", json_null());
  else
    set_text(out.get(), "expires_at", zoneless(credential.expires_us));
  set_text(out.get(), "created_at", zoneless(credential.created_us));
  set_text(out.get(), "updated_at", iso_time(credential.created_us));
  return out;
}

Result<void> Credentials::add_fault(const json_t* rule) {
  const json_t* match = get_object(rule, "match");
  const std::string_view verb = get_text(match, "verb"), kind = get_text(rule, "do");
  const bool known = std::ranges::find(kCredentialVerbs, verb) != std::end(kCredentialVerbs);
  if (!known && !verb.empty()) return fail(ErrorCode::invalid, "a fault of credentials matches another verb");
  if (!get_text(match, "call").empty()) return fail(ErrorCode::invalid, "a credential is of no call");
  for (auto at = FaultKind::bridge_not_made; at <= FaultKind::replay; at = FaultKind(static_cast<int>(at) + 1)) {
    if (kind == fault_name(at)) return fail(ErrorCode::invalid, "\"" + std::string(kind) + "\" is not for credentials");
  }
  return faults_.add(rule, "");
}

void Credentials::clear() {
  faults_.clear();
  all_.clear();
  by_id_.clear();
  removed_.clear();
  operations_.clear();
  held_.clear();
}

}  // namespace ringfence::sim
