// See headers.h.
#include "nginx_module/request/headers.h"

#include <algorithm>

#include "shared/limits.h"

namespace ringfence::edge {
namespace {

bool same_ignoring_case(std::string_view text, std::string_view lower) noexcept {
  return text.size() == lower.size() && std::equal(text.begin(), text.end(), lower.begin(), [](char a, char b) {
           return ngx_tolower(static_cast<u_char>(a)) == static_cast<u_char>(b);
         });
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

// Headers of everybody, whatever the scheme.
struct Common {
  scheme::HeaderSlot media_type, trace_parent;
  bool coded = false;  // some Content-Encoding other than identity
};

void take(scheme::HeaderSlot& slot, std::string_view value) noexcept {
  if (slot.seen == 0) slot.value = value;
  ++slot.seen;
}

void take_common(Common& common, std::string_view name, std::string_view value) noexcept {
  if (name == "content-type") take(common.media_type, value);
  if (name == "content-encoding" && !same_ignoring_case(value, "identity")) common.coded = true;
  if (name == "traceparent") take(common.trace_parent, value);
}

// A second spelling ("webhook_id", where nginx lets it in) is one header with the first to an application behind CGI
// variables, and nobody can tell which value it would read.
void take_named(scheme::HeaderSlot& slot, std::string_view wanted, std::string_view name,
                std::string_view value) noexcept {
  if (name.size() != wanted.size()) return;
  if (name == wanted) {
    take(slot, value);
  } else if (is_read_as(name, wanted)) {
    slot.seen += 2;
  }
}

Common collect(ngx_http_request_t* r, Context& context) noexcept {
  Common common;
  const scheme::Plan& plan = context.plan();
  for (const ngx_list_part_t* part = &r->headers_in.headers.part; part != nullptr; part = part->next) {
    const auto* headers = static_cast<const ngx_table_elt_t*>(part->elts);
    for (ngx_uint_t i = 0; i < part->nelts; ++i) {
      const std::string_view name{reinterpret_cast<const char*>(headers[i].lowcase_key), headers[i].key.len};
      const std::string_view value = view(headers[i].value);
      take_common(common, name, value);
      for (std::size_t slot = 0; slot < plan.header_count; ++slot) {
        take_named(context.slots[slot], plan.headers[slot], name, value);
      }
    }
  }
  return common;
}

// With --with-compat an nginx that has TLS loads a module whose sources were configured without it.
bool is_tls([[maybe_unused]] const ngx_http_request_t* r) noexcept {
#if (NGX_HTTP_SSL || NGX_COMPAT)
  return r->connection->ssl != nullptr;
#else
  return false;
#endif
}

// The Host header, unless nginx serves another host: that of the request line, where there is one ("POST http://..."),
// decides alone, and what was signed for one host is not to be sent to another.
std::string_view served_host(const ngx_http_request_t* r) noexcept {
  const std::string_view server = view(r->headers_in.server);
  if (r->headers_in.host == nullptr) return server;
  const std::string_view sent = view(r->headers_in.host->value);
  std::string_view rest = sent.substr(std::min(server.size(), sent.size()));
  if (!same_ignoring_case(sent.substr(0, server.size()), server)) return server;
  if (rest.starts_with('.')) rest.remove_prefix(1);
  return rest.empty() || rest.starts_with(':') ? sent : server;
}

// As nginx itself sees it: $scheme://$http_host$request_uri.
bool own_url(ngx_http_request_t* r, std::string_view& url) noexcept {
  const std::string_view scheme = is_tls(r) ? "https://" : "http://";
  const std::string_view host = served_host(r);
  const std::string_view rest = view(r->unparsed_uri);
  u_char* const text = pool_bytes(r->pool, scheme.size() + host.size() + rest.size());
  if (text == nullptr) return false;
  u_char* end = text;
  for (const std::string_view part : {scheme, host, rest}) end = ngx_cpymem(end, part.data(), part.size());
  url = {reinterpret_cast<const char*>(text), static_cast<std::size_t>(end - text)};
  return true;
}

bool external_url(ngx_http_request_t* r, const LocConf& conf, std::string_view& url) noexcept {
  if (conf.url == nullptr) return own_url(r, url);
  ngx_str_t value;
  if (ngx_http_complex_value(r, conf.url, &value) != NGX_OK) return false;
  url = view(value);
  return true;
}

}  // namespace

bool is_read_as(std::string_view name, std::string_view lower) noexcept {
  return name.size() == lower.size() && std::equal(name.begin(), name.end(), lower.begin(), [](char a, char b) {
           const u_char c = ngx_tolower(static_cast<u_char>(a));
           const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
           return plain ? c == static_cast<u_char>(b) : b == '-';
         });
}

std::int64_t now_ms() noexcept {
  const ngx_time_t* now = const_cast<const ngx_time_t*>(ngx_timeofday());
  return static_cast<std::int64_t>(now->sec) * 1000 + static_cast<std::int64_t>(now->msec);
}

std::size_t most_body_bytes(const Context& context) noexcept {
  return context.is_gate() ? limits::kGateBodyBytes : limits::kBodyBytes;
}

Reason check_freshness(Context& context) noexcept {
  if (!context.presented.age_known) return Reason::none;
  return scheme::check_freshness(context.plan(), context.tolerance(), now_ms(), context.presented);
}

Reason check_headers(ngx_http_request_t* r, Context& context) noexcept {
  if (r->method != NGX_HTTP_POST) return Reason::not_post;
  const scheme::Plan& plan = context.plan();
  const Common common = collect(r, context);
  context.head.method = view(r->method_name);
  context.head.media_type = common.media_type.value;
  context.head.headers = std::span<const scheme::HeaderSlot>(context.slots).first(plan.header_count);
  if (plan.needs_url && !external_url(r, *context.conf, context.head.url)) return Reason::no_memory;
  const Reason bad = scheme::examine_head(plan, context.head, context.tolerance(), now_ms(), context.presented);
  if (bad != Reason::none) return bad;
  if (common.coded) return Reason::content_coding;
  // Proxies and frameworks differ in which copy they read; we read neither.
  if (common.media_type.seen > 1) return Reason::media_type;
  if (r->headers_in.content_length_n > static_cast<off_t>(most_body_bytes(context))) return Reason::body_too_large;
  if (common.trace_parent.seen == 1 && is_trace_parent(common.trace_parent.value)) {
    context.trace_parent = common.trace_parent.value;
  }
  return Reason::none;
}

}  // namespace ringfence::edge
