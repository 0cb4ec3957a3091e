// What nginx does where no module can verify: a `return` of the rewrite module answers in an earlier phase, and
// `post_action` hands on what was refused. That can only be told, so `nginx -t` warns. Used by merge. Must not know:
// requests.
#pragma once

#include "nginx_module/conf/directives.h"

namespace ringfence::edge {

// For one complete location in which `webhook` is on; cf is that of merging.
void warn_of_bypass(ngx_conf_t* cf, MainConf& main, const LocConf& conf) noexcept;

}  // namespace ringfence::edge
