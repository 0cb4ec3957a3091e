// What can be said of a webhook before one byte of its body is read: method, signature headers, coding, type, size,
// freshness. Costs no allocation. Must not know: keys, bodies, workers.
#pragma once

#include "nginx_module/request/context.h"

namespace ringfence::edge {

// none: go on, and the context holds timestamp, signature and age. Anything else refuses the request.
[[nodiscard]] Outcome check_headers(ngx_http_request_t* r, Context& context) noexcept;
// Part of the above, and asked again once the body is there: its sender decides how long that takes.
[[nodiscard]] Outcome check_freshness(ngx_http_request_t* r, Context& context) noexcept;

}  // namespace ringfence::edge
