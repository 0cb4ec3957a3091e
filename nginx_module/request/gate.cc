// See request.h. The order is the design: what costs nothing first, what costs 42 us later, what has effects last.
#include "nginx_module/request/request.h"

#include <algorithm>

#include "nginx_module/handover/upstream_link.h"
#include "nginx_module/request/body.h"
#include "nginx_module/request/headers.h"
#include "nginx_module/request/reply.h"

namespace ringfence::edge {
namespace {

Outcome verify(ngx_http_request_t* r, Context& context) noexcept {
  const KeyRing& ring = *context.conf->keys;
  const auto keys = std::span(ring.keys).first(ring.count);
  const auto signer = std::find_if(keys.begin(), keys.end(), [&](const PublicKey& key) {
    return verify_ed25519(context.signature, context.signed_bytes, key);
  });
  if (signer != keys.end()) {
    context.signer = &*signer;
    return Outcome::none;
  }
  ngx_log_error(NGX_LOG_INFO, r->connection->log, 0, "webhook refused: no key of this location made its signature");
  return Outcome::forged;
}

Outcome scan(ngx_http_request_t* r, Context& context) noexcept {
  const auto event = scan_event(context.body);
  if (!event) {
    ngx_log_error(NGX_LOG_NOTICE, r->connection->log, 0, "webhook refused: genuine, but no JSON event with an id");
    return Outcome::malformed;
  }
  context.event = *event;
  return Outcome::none;
}

// A copy of an event still in flight is handed over as well: the worker dedups inside the call's own commit, and only
// it knows whether the first copy became durable.
Outcome claim_event(ngx_http_request_t* r, Context& context) noexcept {
  ngx_shm_zone_t* zone = context.conf->dedup_zone;
  if (zone == nullptr) return Outcome::none;
  context.key = key_of(zone, *context.signer, view(context.conf->scope), context.event.id);
  const ClaimResult result = claim(zone, context.key, static_cast<std::int64_t>(context.conf->lease_ms));
  switch (result.status) {
    case ClaimStatus::claimed:
      context.claim = result.token;
      context.claimed = true;
      return Outcome::none;
    case ClaimStatus::done:
      return Outcome::duplicate;
    case ClaimStatus::full:
      ngx_log_error(NGX_LOG_WARN, r->connection->log, 0, "webhook_zone \"%V\" is full, handing over without a claim",
                    &zone->shm.name);
      return Outcome::none;
    case ClaimStatus::in_flight:
      return Outcome::none;
  }
  return Outcome::none;
}

// Freshness once more: a captured webhook could otherwise be begun in time, and its body finished when the id has long
// been forgotten.
Outcome judge_body(ngx_http_request_t* r, Context& context) noexcept {
  for (const auto step : {check_freshness, gather_body, verify, scan, claim_event}) {
    if (const Outcome end = step(r, context); end != Outcome::none) return end;
  }
  return Outcome::none;
}

// Called by nginx when the whole body is there. After this returns, the request may be gone.
void on_body(ngx_http_request_t* r) noexcept {
  Context& context = *current_context(r);
  const Outcome end = judge_body(r, context);
  if (end == Outcome::none) {
    hand_over(r, context);
    return;
  }
  settle(r, context, end);
  ngx_http_finalize_request(r, end == Outcome::duplicate ? answer_ok(r, context) : refusal_status(r, context));
}

}  // namespace

ngx_int_t handle_webhook(ngx_http_request_t* r) noexcept {
  if (r != r->main) {
    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "webhook_pass does not serve subrequests");
    return NGX_HTTP_FORBIDDEN;
  }
  Context* context = create_context(r);
  if (context == nullptr) return NGX_HTTP_INTERNAL_SERVER_ERROR;
  if (const Outcome bad = check_headers(r, *context); bad != Outcome::none) {
    settle(r, *context, bad);
    return refusal_status(r, *context);
  }
  r->request_body_in_single_buf = 1;  // saves a copy when nginx happens to manage it
  const ngx_int_t rc = ngx_http_read_client_request_body(r, on_body);
  return rc >= NGX_HTTP_SPECIAL_RESPONSE ? rc : NGX_DONE;
}

}  // namespace ringfence::edge
