// One more attempt for an event whose new connection died under it. nginx itself tries a kept connection's server
// again, but of a new connection to the only server it thinks that trying again is of no use; with an inherited
// listening socket it is: ringd was killed, and the next one answers there. Used by merge and upstream_link.
#pragma once

#include "nginx_module/request/context.h"

namespace ringfence::edge {

// The upstream to hand over to in place of `plain`: the same servers, balancer and keepalive, with the second try.
// After nginx has initialised its upstreams. nullptr: out of memory.
[[nodiscard]] ngx_http_upstream_srv_conf_t* with_second_try(ngx_pool_t* pool,
                                                            ngx_http_upstream_srv_conf_t* plain) noexcept;

}  // namespace ringfence::edge
