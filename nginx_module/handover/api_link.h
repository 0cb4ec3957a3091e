// ringd_api: an HTTP request out as one request frame, its reply frame back as the response, on nginx's upstream
// machinery. Must not know: which requests ringd answers, webhooks.
//
// Only method, target and body are passed on, no header: who may ask is decided before us, by allow, auth_request,
// limit_except. HEAD is asked as GET. The reply is read whole, limits::kReplyBytes at most, however slowly the client
// takes it: the worker never waits for a client. Without a reply the client gets nginx's own 502 or 504.
#pragma once

#include "nginx_module/ngx.h"

namespace ringfence::edge {

struct LocConf;

// Once per location of ringd_api, after merging. Not per request: nginx 1.29.7 and later tell a kept connection's owner
// by the address of its configuration.
[[nodiscard]] bool complete_api(ngx_pool_t* pool, LocConf& conf) noexcept;

// The content handler.
ngx_int_t handle_api(ngx_http_request_t* r) noexcept;

}  // namespace ringfence::edge
