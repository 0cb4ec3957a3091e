// The content handler of webhook_status: all numbers of the module as JSON, Prometheus text or a page.
// Used by conf. Must not know: how the numbers are counted.
#pragma once

#include "nginx_module/ngx.h"
#include "observe/render.h"

namespace ringfence::edge {

using observe::StatusFormat;  // of LocConf::status_format

ngx_int_t handle_status(ngx_http_request_t* r) noexcept;

}  // namespace ringfence::edge
