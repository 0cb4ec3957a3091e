// `nginx -s reload` for ringd as well: when nginx has read its configuration again, the ringds named by `ringd_reload`
// are told to read theirs. From the master, over ringd's control socket, which no worker of nginx may open; without
// waiting for anything, so that a ringd that is away or stopped holds nobody up. Its own log says what it made of it.
// Must not know: requests, what stands in ringd's configuration.
#pragma once

#include "nginx_module/ngx.h"

namespace ringfence::edge {

// init_module: at a start there is nothing to tell, and `nginx -t` tells nobody. Never fails: nginx's own reload
// stands.
ngx_int_t tell_ringd_of_reload(ngx_cycle_t* cycle) noexcept;

// ringd_reload unix:PATH ...
char* set_ringd_reload(ngx_conf_t* cf, ngx_command_t*, void* main_conf) noexcept;

}  // namespace ringfence::edge
