// See backend_headers.h. A client's header is overwritten where it stands: nginx keeps pointers into that list.
#include "nginx_module/request/backend_headers.h"

#include <algorithm>
#include <array>

#include "nginx_module/request/findings.h"
#include "nginx_module/request/headers.h"

namespace ringfence::edge {
namespace {

struct Told {
  HeaderName name;
  std::string_view value;
  bool placed = false;
};

constexpr std::string_view kPrefix = "x-webhook-";
constexpr HeaderName kIgnored{"X-Webhook-Ignored", "x-webhook-ignored"};

// The first of each name carries what we found, or nothing; copies of it carry nothing under a name nobody reads.
void overwrite(ngx_table_elt_t& header, std::span<Told> told) noexcept {
  for (Told& one : told) {
    if (!is_read_as(view(header.key), one.name.lower)) continue;
    if (one.placed) {
      fill_header(header, kIgnored, "");
    } else {
      fill_header(header, one.name, one.value);
    }
    one.placed = true;
    return;
  }
}

void overwrite_all(ngx_http_request_t* r, std::span<Told> told) noexcept {
  for (ngx_list_part_t* part = &r->headers_in.headers.part; part != nullptr; part = part->next) {
    auto* headers = static_cast<ngx_table_elt_t*>(part->elts);
    for (ngx_uint_t i = 0; i < part->nelts; ++i) {
      if (headers[i].key.len > kPrefix.size() && ngx_tolower(headers[i].key.data[0]) == 'x')
        overwrite(headers[i], told);
    }
  }
}

}  // namespace

bool tell_backend(ngx_http_request_t* r, const Context& context) noexcept {
  static constexpr scheme::Event kNothing;
  const scheme::Event& event = context.verified ? context.event : kNothing;
  const std::string_view status = status_text(r->pool, context);
  const std::string_view key = key_text(r->pool, context);
  if (status.empty() || (context.verified && key.empty())) return false;
  std::array<Told, 7> told{{
      {{"X-Webhook-Status", "x-webhook-status"}, status},
      {{"X-Webhook-Scheme", "x-webhook-scheme"}, context.plan().name},
      {{"X-Webhook-Id", "x-webhook-id"}, event.id},
      {{"X-Webhook-Type", "x-webhook-type"}, event.type},
      {{"X-Webhook-Key", "x-webhook-key"}, key},
      {{"X-Webhook-Partition", "x-webhook-partition"}, partition_text(context)},
      {{"X-Webhook-Attempt", "x-webhook-attempt"}, event.attempt},
  }};
  overwrite_all(r, told);
  for (const Told& one : told) {
    if (one.placed || one.value.empty()) continue;
    auto* header = static_cast<ngx_table_elt_t*>(ngx_list_push(&r->headers_in.headers));
    if (header == nullptr) return false;
    fill_header(*header, one.name, one.value);
  }
  return true;
}

}  // namespace ringfence::edge
