// $webhook_status and its siblings, for log_format, map, add_header and upstreams. Only verified values show, and all
// of them are printable. Must not know: how anything was found out.
#pragma once

#include "nginx_module/ngx.h"

namespace ringfence::edge {

[[nodiscard]] ngx_int_t add_variables(ngx_conf_t* cf) noexcept;

}  // namespace ringfence::edge
