// The content handler of webhook_status: counters and dedup tables as JSON.
#pragma once

#include "nginx_module/ngx.h"

namespace ringfence::edge {

ngx_int_t handle_status(ngx_http_request_t* r) noexcept;

}  // namespace ringfence::edge
