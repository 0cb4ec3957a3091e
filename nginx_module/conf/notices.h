// What an operator should know of a configuration that is in order: told at every load, and by `nginx -t`.
// Used by conf and memory. Must not know: requests.
#pragma once

#include "nginx_module/ngx.h"

namespace ringfence::edge {

struct MainConf;

// To the log, and to the terminal of `nginx -t`, which shows no notice by itself.
void tell(ngx_log_t* log, std::string_view text) noexcept;
// What the schemes in use leave unprotected.
void tell_of_schemes(ngx_log_t* log, const MainConf& main) noexcept;

}  // namespace ringfence::edge
