// The content handler of webhook_pass: header checks, body, verification, scan, claim, hand-over.
// Each step is one function that names the outcome it ends the request with, or lets it go on.
#pragma once

#include "nginx_module/request/context.h"

namespace ringfence::edge {

ngx_int_t handle_webhook(ngx_http_request_t* r) noexcept;

}  // namespace ringfence::edge
