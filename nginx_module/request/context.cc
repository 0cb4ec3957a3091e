// See context.h.
#include "nginx_module/request/context.h"

#include <algorithm>
#include <new>

namespace ringfence::edge {
namespace {

// Also how a context is told from other modules' cleanups.
void forget(void* data) noexcept { release_claims(*static_cast<Context*>(data)); }

// Before the request is logged. What was let on and had no answer's header by now will have none: its client left, or
// the process is shutting down.
void end(void* data) noexcept {
  Context& context = *static_cast<Context*>(data);
  release_claims(context);
  if (context.stage == Stage::passed && !context.moved_on) {
    settle(context, context.is_gate() ? Reason::client_gone : Reason::worker_away);
  }
}

}  // namespace

Context* create_context(ngx_http_request_t* r) noexcept {
  static_assert(std::is_trivially_destructible_v<Context>);
  Context* const older = find_context(r);
  ngx_http_cleanup_t* at_end = ngx_http_cleanup_add(r, 0);
  ngx_pool_cleanup_t* cleanup = at_end == nullptr ? nullptr : ngx_pool_cleanup_add(r->pool, sizeof(Context));
  if (cleanup == nullptr) return nullptr;
  auto* context = new (cleanup->data) Context{};
  context->request = r;
  context->conf = &loc_conf(r);
  context->older = older;
  context->after_error_page = r->error_page != 0;
  if (r->upstream_states != nullptr) context->first_attempt = r->upstream_states->nelts;
  context->retry_after_s = 1;
  cleanup->handler = forget;
  at_end->handler = end;
  at_end->data = context;
  ngx_http_set_ctx(r, context, ngx_http_webhook_module);
  return context;
}

Context* find_context(ngx_http_request_t* r) noexcept {
  if (Context* context = current_context(r); context != nullptr) return context;
  if (r->internal == 0 && r->filter_finalize == 0) return nullptr;
  // The newest cleanup stands first.
  for (ngx_pool_cleanup_t* cleanup = r->pool->cleanup; cleanup != nullptr; cleanup = cleanup->next) {
    if (cleanup->handler == forget) return static_cast<Context*>(cleanup->data);
  }
  return nullptr;
}

void settle(Context& context, Outcome outcome, Reason reason) noexcept {
  if (context.outcome != Outcome::none) return;
  context.outcome = outcome;
  context.reason = reason;
  SchemeCounters& scheme = counters_of(context.request, *context.conf);
  count((context.dry_run() ? scheme.dry_run : scheme.outcomes)[static_cast<std::size_t>(outcome)]);
}

void release_claims(Context& context) noexcept {
  while (context.claim_count != 0) {
    const Claim& claim = context.claims[--context.claim_count];
    release(context.conf->dedup_zone, claim.key, claim.token);
  }
}

void commit_claims(Context& context) noexcept {
  while (context.claim_count != 0) {
    const Claim& claim = context.claims[--context.claim_count];
    commit(context.conf->dedup_zone, claim.key, claim.token,
           std::max(static_cast<std::int64_t>(context.conf->window_ms), context.conf->scheme->fresh_ms));
  }
}

}  // namespace ringfence::edge
