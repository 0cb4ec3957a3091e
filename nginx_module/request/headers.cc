// See headers.h. Log lines say which check and how far off, never what the headers held.
#include "nginx_module/request/headers.h"

#include <algorithm>

#include "shared/limits.h"
#include "shared/timestamp.h"

namespace ringfence::edge {
namespace {

// One header of the request: its value if it occurs exactly once.
struct Once {
  std::string_view value;
  unsigned seen = 0;
  void take(std::string_view text) noexcept {
    value = text;
    ++seen;
  }
};

struct Collected {
  Once signature, timestamp, trace_parent;
  bool coded = false;       // some Content-Encoding other than identity
  bool other_type = false;  // some Content-Type other than JSON
};

bool same_ignoring_case(std::string_view text, std::string_view lower) noexcept {
  return text.size() == lower.size() && std::equal(text.begin(), text.end(), lower.begin(), [](char a, char b) {
           return ngx_tolower(static_cast<u_char>(a)) == static_cast<u_char>(b);
         });
}

bool is_json(std::string_view type) noexcept {
  return same_ignoring_case(type.substr(0, type.find_first_of("; \t")), "application/json");
}

Collected collect(ngx_http_request_t* r) noexcept {
  Collected found;
  for (const ngx_list_part_t* part = &r->headers_in.headers.part; part != nullptr; part = part->next) {
    const auto* headers = static_cast<const ngx_table_elt_t*>(part->elts);
    for (ngx_uint_t i = 0; i < part->nelts; ++i) {
      const std::string_view name{reinterpret_cast<const char*>(headers[i].lowcase_key), headers[i].key.len};
      const std::string_view value = view(headers[i].value);
      if (name == "telnyx-signature-ed25519") found.signature.take(value);
      if (name == "telnyx-timestamp") found.timestamp.take(value);
      if (name == "traceparent") found.trace_parent.take(value);
      if (name == "content-encoding" && !same_ignoring_case(value, "identity")) found.coded = true;
      if (name == "content-type" && !is_json(value)) found.other_type = true;
    }
  }
  return found;
}

// W3C Trace Context, version 00: two, 32, 16 and two lower-case hex digits. Anything else is not carried on.
bool is_trace_parent(std::string_view text) noexcept {
  if (text.size() != 55 || !text.starts_with("00-")) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool dash = i == 2 || i == 35 || i == 52;
    if (dash ? c != '-' : !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
  }
  return true;
}

Outcome refuse(ngx_http_request_t* r, Outcome outcome, const char* why) noexcept {
  ngx_log_error(NGX_LOG_INFO, r->connection->log, 0, "webhook refused: %s", why);
  return outcome;
}

Outcome check_signature_headers(ngx_http_request_t* r, Context& context, const Collected& found) noexcept {
  if (found.signature.seen == 0) return refuse(r, Outcome::unsigned_, "no signature header");
  if (found.timestamp.seen == 0) return refuse(r, Outcome::unsigned_, "no timestamp header");
  // Proxies and frameworks differ in which copy they read; we read neither.
  if (found.signature.seen > 1) return refuse(r, Outcome::unsigned_, "repeated signature header");
  if (found.timestamp.seen > 1) return refuse(r, Outcome::unsigned_, "repeated timestamp header");
  const auto signature = parse_signature(found.signature.value);
  if (!signature) return refuse(r, Outcome::unsigned_, "signature header is not base64 of 64 bytes");
  const auto sent_s = parse_unix_seconds(found.timestamp.value);
  if (!sent_s) return refuse(r, Outcome::unsigned_, "timestamp header is not decimal seconds");
  context.signature = *signature;
  context.timestamp = found.timestamp.value;
  context.sent_s = *sent_s;
  return Outcome::none;
}

}  // namespace

Outcome check_freshness(ngx_http_request_t* r, Context& context) noexcept {
  const std::int64_t now_s = ngx_time();
  const auto tolerance_s = static_cast<std::int64_t>(context.conf->tolerance_s);
  context.age_s = now_s - context.sent_s;
  context.age_known = true;
  if (is_fresh(context.sent_s, now_s, tolerance_s)) return Outcome::none;
  ngx_log_error(NGX_LOG_INFO, r->connection->log, 0, "webhook refused: its timestamp is %L s %s, tolerance %L s",
                context.age_s < 0 ? -context.age_s : context.age_s, context.age_s < 0 ? "ahead" : "old", tolerance_s);
  return Outcome::stale;
}

Outcome check_headers(ngx_http_request_t* r, Context& context) noexcept {
  if (r->method != NGX_HTTP_POST) return refuse(r, Outcome::method, "not a POST");
  const Collected found = collect(r);
  if (const Outcome bad = check_signature_headers(r, context, found); bad != Outcome::none) return bad;
  if (found.coded) return refuse(r, Outcome::unsupported, "the body has a content coding");
  if (found.other_type) return refuse(r, Outcome::unsupported, "the body is not application/json");
  if (r->headers_in.content_length_n > static_cast<off_t>(limits::kBodyBytes)) {
    return refuse(r, Outcome::too_large, "the declared body is too large");
  }
  if (const Outcome bad = check_freshness(r, context); bad != Outcome::none) return bad;
  if (found.trace_parent.seen == 1 && is_trace_parent(found.trace_parent.value)) {
    context.trace_parent = found.trace_parent.value;
  }
  return Outcome::none;
}

}  // namespace ringfence::edge
