// See context.h.
#include "nginx_module/request/context.h"

#include <new>

namespace ringfence::edge {
namespace {

// Also how a context is told from other modules' cleanups.
void forget(void* data) noexcept { release_claim(*static_cast<Context*>(data)); }

}  // namespace

Context* create_context(ngx_http_request_t* r) noexcept {
  static_assert(std::is_trivially_destructible_v<Context>);
  ngx_pool_cleanup_t* cleanup = ngx_pool_cleanup_add(r->pool, sizeof(Context));
  if (cleanup == nullptr) return nullptr;
  auto* context = new (cleanup->data) Context{};
  context->request = r;
  context->conf = &loc_conf(r);
  context->retry_after_s = 1;
  cleanup->handler = forget;
  ngx_http_set_ctx(r, context, ngx_http_webhook_module);
  return context;
}

Context* find_context(ngx_http_request_t* r) noexcept {
  if (Context* context = current_context(r); context != nullptr) return context;
  if (r->internal == 0 && r->filter_finalize == 0) return nullptr;
  for (ngx_pool_cleanup_t* cleanup = r->pool->cleanup; cleanup != nullptr; cleanup = cleanup->next) {
    if (cleanup->handler == forget) return static_cast<Context*>(cleanup->data);
  }
  return nullptr;
}

void settle(ngx_http_request_t* r, Context& context, Outcome outcome) noexcept {
  if (context.outcome != Outcome::none) return;
  context.outcome = outcome;
  count(counters(r).outcomes[static_cast<std::size_t>(outcome)]);
}

void release_claim(Context& context) noexcept {
  if (!context.claimed) return;
  context.claimed = false;
  release(context.conf->dedup_zone, context.key, context.claim);
}

void commit_claim(Context& context) noexcept {
  if (!context.claimed) return;
  context.claimed = false;
  commit(context.conf->dedup_zone, context.key, context.claim, static_cast<std::int64_t>(context.conf->window_ms));
}

}  // namespace ringfence::edge
