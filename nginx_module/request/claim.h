// Taking the claim on an event, and what one location may take over from another the same request was in before.
// Used by gate. Must not know: answers, workers.
#pragma once

#include "nginx_module/request/context.h"

namespace ringfence::edge {

// none: the event is this request's, or nobody dedups here, or (webhook_pass) a copy is under way and the worker
// decides. The context is verified.
[[nodiscard]] Reason claim_event(Context& context) noexcept;

// The context of this request that was let on, verified, by the same scheme, keys and zone as `conf` has and no wider
// tolerance; else nullptr.
// Where both are dry runs it need not be verified: what is known of it will not change.
[[nodiscard]] Context* find_same_gate(ngx_http_request_t* main, const LocConf& conf) noexcept;
// What `older` found out and holds, without verifying or claiming twice. none: go on, as for claim_event().
[[nodiscard]] Reason take_over(Context& context, Context& older) noexcept;

}  // namespace ringfence::edge
