// See credential_wire.h.
#include "adapters/telnyx/credential_wire.h"

#include <algorithm>

#include "adapters/telnyx/provider_text.h"
#include "adapters/telnyx/request.h"
#include "core/utc_time.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

constexpr std::string_view kPath = "/telephony_credentials";
constexpr int kNotFound = 404;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// "+02:00", "-0530" or "+02" in minutes; nullopt: something else.
std::optional<int> offset_minutes(std::string_view zone) {
  if (zone.empty() || zone == "Z" || zone == "z") return 0;
  const bool ahead = zone.front() == '+';
  if (!ahead && zone.front() != '-') return std::nullopt;
  zone.remove_prefix(1);
  std::string digits;
  for (std::size_t i = 0; i < zone.size(); ++i) {
    if (i == 2 && zone[i] == ':') continue;
    if (!is_digit(zone[i])) return std::nullopt;
    digits += zone[i];
  }
  if (digits.size() == 2) digits += "00";
  if (digits.size() != 4) return std::nullopt;
  const auto number = [&](std::size_t at) { return (digits[at] - '0') * 10 + (digits[at + 1] - '0'); };
  const int minutes = number(0) * 60 + number(2);
  return ahead ? minutes : -minutes;
}

Result<HttpRequest> create_request(const CredentialRequest& request, std::string_view connection_id) {
  // What has no name or no tag would be found again by nobody, and live until it expires.
  if (request.name.empty() || request.tag.empty()) {
    return fail(ErrorCode::invalid, "the credential to make has no name or no tag");
  }
  Json body = json_object_new();
  set_text(body.get(), "connection_id", connection_id);
  set_text(body.get(), "name", request.name);
  set_text(body.get(), "tag", request.tag);
  if (request.expires_ms > 0) set_text(body.get(), "expires_at", format_utc(request.expires_ms));
  return HttpRequest{.method = HttpRequest::Method::post,
                     .once = true,  // a second one of the same name would be made, and nobody told
                     .path = std::string(kPath),
                     .body = dump_json(body.get())};
}

Result<HttpRequest> remove_request(const CredentialRequest& request) {
  // Nothing, "." or "..": they would name another resource.
  if (request.id.find_first_not_of('.') == std::string::npos) {
    return fail(ErrorCode::invalid, "the credential to remove has no id");
  }
  return HttpRequest{.method = HttpRequest::Method::del,
                     .path = std::string(kPath) + "/" + percent_encoded(request.id)};
}

void read_made(const json_t* root, CredentialAnswer& answer) {
  std::optional<Credential> made = read_credential(get_object(root, "data"));
  if (!made || made->sip_username.empty()) {
    answer.outcome = OutcomeClass::unknown;
    answer.detail = "the provider accepted the credential but its answer does not name it";
    return;
  }
  answer.found.push_back(std::move(*made));
}

void read_refusal(const json_t* root, CredentialAnswer& answer) {
  const ProviderError error = read_error(root);
  answer.detail = error.detail.empty() ? "HTTP " + std::to_string(answer.http_status) : error.detail;
  if (!error.code.empty()) answer.detail.insert(0, error.code + ": ");
  answer.detail.resize(std::min(answer.detail.size(), limits::kDetailBytes));
}

}  // namespace

Result<HttpRequest> credential_request(const CredentialRequest& request, std::string_view connection_id) {
  switch (request.verb) {
    case CredentialVerb::create:
      return create_request(request, connection_id);
    case CredentialVerb::remove:
      return remove_request(request);
    case CredentialVerb::list:
      break;
  }
  return fail(ErrorCode::invalid, "a list of credentials is not one request");
}

HttpRequest credentials_page_request(std::string_view tag, std::size_t page) {
  return {.path = std::string(kPath) + "?filter%5Btag%5D=" + percent_encoded(tag) + "&page%5Bnumber%5D=" +
                  std::to_string(page) + "&page%5Bsize%5D=" + std::to_string(limits::kCredentialPageItems)};
}

CredentialAnswer parse_credential_answer(CredentialVerb verb, OutcomeClass outcome, int http_status,
                                         std::string_view body) {
  CredentialAnswer answer;
  answer.outcome = outcome;
  answer.http_status = http_status;
  if (verb == CredentialVerb::remove && http_status == kNotFound) {
    answer.outcome = OutcomeClass::ok;
    answer.detail = "it was not there any more";
    return answer;
  }
  if (outcome == OutcomeClass::ok && verb != CredentialVerb::create) return answer;
  const Result<Json> json = parse_json(body);
  const json_t* root = json ? json->get() : nullptr;
  if (outcome == OutcomeClass::ok) {
    read_made(root, answer);
  } else {
    read_refusal(root, answer);
  }
  return answer;
}

std::optional<Credential> read_credential(const json_t* object) {
  Credential credential;
  credential.id = id_text(object, "id");
  if (credential.id.empty()) return std::nullopt;
  credential.name = id_text(object, "name");
  credential.sip_username = id_text(object, "sip_username");
  credential.expires_ms = parse_expiry(get_text(object, "expires_at"));
  // Without a date that can be read it would look like one that lives for ever.
  if (credential.expires_ms == 0 && get_bool(object, "expired")) credential.expires_ms = 1;
  return credential;
}

Millis parse_expiry(std::string_view text) {
  constexpr std::size_t kSeconds = std::string_view("2042-06-18T21:32:38").size();
  constexpr Millis kMinute_ms = 60'000;
  if (text.size() < kSeconds) return 0;
  const std::optional<Millis> local_ms = parse_utc(std::string(text.substr(0, kSeconds)) + "Z");
  std::string_view zone = text.substr(kSeconds);
  if (zone.starts_with('.')) {
    const std::size_t end = std::min(zone.find_first_not_of("0123456789", 1), zone.size());
    if (end == 1) return 0;
    zone.remove_prefix(end);
  }
  const std::optional<int> offset = offset_minutes(zone);
  if (!local_ms || !offset) return 0;
  return std::max<Millis>(*local_ms - *offset * kMinute_ms, 0);
}

void blank_passwords(std::string& body) {
  constexpr std::string_view kKey = "\"sip_password\"";
  constexpr std::string_view kSpace = " \t\r\n";
  for (std::size_t at = body.find(kKey); at != std::string::npos; at = body.find(kKey, at)) {
    at = body.find_first_not_of(kSpace, at + kKey.size());
    if (at == std::string::npos || body[at] != ':') continue;
    at = body.find_first_not_of(kSpace, at + 1);
    if (at == std::string::npos || body[at] != '"') continue;
    for (++at; at < body.size() && body[at] != '"'; ++at) {
      if (body[at] == '\\' && at + 1 < body.size()) body[at++] = '*';  // what it escapes goes with it
      body[at] = '*';
    }
  }
}

}  // namespace ringfence
