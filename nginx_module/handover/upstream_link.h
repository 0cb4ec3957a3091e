// The hand-over: one event frame out, one verdict frame back, on nginx's upstream machinery (upstream blocks,
// keepalive, next_upstream, timeouts). Must not know: how an event was verified.
#pragma once

#include "nginx_module/request/context.h"

namespace ringfence::edge {

// Takes the request over; after it returns, the request may be gone.
void hand_over(ngx_http_request_t* r, Context& context) noexcept;

}  // namespace ringfence::edge
