// See gate.h. The order is the design: what costs nothing first, what costs a signature later, what has effects last.
#include "nginx_module/request/gate.h"

#include <ctime>

#include "nginx_module/handover/upstream_link.h"
#include "nginx_module/request/backend_headers.h"
#include "nginx_module/request/body.h"
#include "nginx_module/request/claim.h"
#include "nginx_module/request/headers.h"
#include "nginx_module/request/refusal_log.h"
#include "nginx_module/request/reply.h"

namespace ringfence::edge {
namespace {

std::uint64_t monotonic_ns() noexcept {
  timespec now{};
  (void)::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(now.tv_nsec);
}

Reason verify(Context& context, const Gathered& gathered) noexcept {
  const std::uint64_t begun_ns = monotonic_ns();
  const Reason bad =
      scheme::examine_body(context.plan(), context.head, context.conf->keys->all(), context.tolerance(), now_ms(),
                           gathered.block, gathered.body_bytes, context.presented, context.event);
  record_verify(counters_of(context.request, *context.conf), monotonic_ns() - begun_ns);
  if (bad != Reason::none) return bad;
  context.body = ByteView(gathered.block).subspan(gathered.prefix, gathered.body_bytes);
  context.verified = true;
  return Reason::none;
}

// Freshness once more: a captured webhook could otherwise be begun in time, and its body finished when the id has long
// been forgotten.
Reason judge_body(ngx_http_request_t* r, Context& context) noexcept {
  // Another location began to read it, and lost interest: what is here is not what was signed.
  if (r->reading_body != 0) return Reason::no_key_matches;
  if (const Reason stale = check_freshness(context); stale != Reason::none) return stale;
  Gathered gathered;
  if (const Reason bad = gather_body(r, context, gathered); bad != Reason::none) return bad;
  if (const Reason bad = verify(context, gathered); bad != Reason::none) return bad;
  return claim_event(context);
}

// True: on to the content handler. Otherwise the request is settled and to be answered.
bool lets_on(ngx_http_request_t* r, Context& context, Reason reason) noexcept {
  if (reason != Reason::none) {
    settle(context, reason);
    if (context.outcome != Outcome::duplicate) log_refusal(r, *context.conf, reason, context.presented);
    if (!context.dry_run()) return false;
  }
  context.stage = Stage::passed;
  if (!context.is_gate() || context.conf->request_headers == 0 || tell_backend(r, context)) return true;
  settle(context, Reason::no_memory);
  release_claims(context);
  return false;
}

// For phases: what is answered here is also finalized here.
ngx_int_t go_on(ngx_http_request_t* r, Context& context, Reason reason) noexcept {
  if (lets_on(r, context, reason)) return NGX_DECLINED;
  ngx_http_finalize_request(r, answer(r, context));
  return NGX_DONE;
}

// Called by nginx when the whole body is there. After this returns, the request may be gone.
void on_body(ngx_http_request_t* r) noexcept {
  Context& context = *current_context(r);
  r->error_page = context.after_error_page ? 1 : 0;
  if (lets_on(r, context, judge_body(r, context))) {
    r->write_event_handler = ngx_http_core_run_phases;
    ngx_http_core_run_phases(r);
    return;
  }
  ngx_http_finalize_request(r, answer(r, context));
}

ngx_int_t read_body(ngx_http_request_t* r, const Context& context) noexcept {
  // An error_page for a body that is too large or too slow would hand on what was not verified.
  if (!context.dry_run()) r->error_page = 1;
  const ngx_int_t rc = ngx_http_read_client_request_body(r, on_body);
  if (rc >= NGX_HTTP_SPECIAL_RESPONSE) return rc;
  ngx_http_finalize_request(r, NGX_DONE);
  return NGX_DONE;
}

ngx_int_t begin(ngx_http_request_t* r, const LocConf& conf) noexcept {
  Context* const same = r->internal != 0 ? find_same_gate(r, conf) : nullptr;
  Context* context = create_context(r);
  if (context == nullptr) {
    r->error_page = 1;
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  if (same != nullptr) return go_on(r, *context, take_over(*context, *same));
  if (const Reason bad = check_headers(r, *context); bad != Reason::none) return go_on(r, *context, bad);
  return read_body(r, *context);
}

// Subrequests have their parent's body, and no headers of their own: one that was verified may ask itself for more.
ngx_int_t gate_aside(ngx_http_request_t* r, const LocConf& conf) noexcept {
  if (find_same_gate(r->main, conf) != nullptr) return NGX_DECLINED;
  constexpr auto kIndex = static_cast<std::size_t>(Outcome::unsigned_);
  SchemeCounters& scheme = counters_of(r, conf);
  count((conf.dry_run != 0 ? scheme.dry_run : scheme.outcomes)[kIndex]);
  log_refusal(r, conf, Reason::subrequest, scheme::Presented{});
  if (conf.dry_run != 0) return NGX_DECLINED;
  ngx_http_finalize_request(r, answer_forbidden(r));
  return NGX_DONE;
}

bool may_be_handed_over(const ngx_http_request_t* r, const Context* context, const LocConf& conf) noexcept {
  return r == r->main && context != nullptr && context->conf == &conf && context->stage == Stage::passed &&
         context->verified && context->outcome == Outcome::none;
}

}  // namespace

ngx_int_t gate(ngx_http_request_t* r) noexcept {
  const LocConf& conf = loc_conf(r);
  if (conf.webhook == 0) return NGX_DECLINED;
  if (r != r->main || r->post_action != 0) return gate_aside(r, conf);
  const Context* context = current_context(r);
  // The phases are run again once the body is there.
  if (context != nullptr && context->conf == &conf) {
    return context->stage == Stage::passed ? NGX_DECLINED : NGX_DONE;
  }
  return begin(r, conf);
}

ngx_int_t handle_webhook(ngx_http_request_t* r) noexcept {
  Context* context = current_context(r);
  if (!may_be_handed_over(r, context, loc_conf(r))) {
    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "webhook_pass does not serve what its gate has not verified");
    return answer_forbidden(r);
  }
  ++r->main->count;
  hand_over(r, *context);
  return NGX_DONE;
}

}  // namespace ringfence::edge
