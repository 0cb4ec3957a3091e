// $webhook_status, $webhook_id, $webhook_type, $webhook_age: for log_format and map. Only verified values show.
#pragma once

#include "nginx_module/ngx.h"

namespace ringfence::edge {

[[nodiscard]] ngx_int_t add_variables(ngx_conf_t* cf) noexcept;

}  // namespace ringfence::edge
