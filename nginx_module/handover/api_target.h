// What of a request's URI ringd is asked. Used by api_link. Must not know: frames, upstreams.
//
// As received, query included; or as rewritten by the configuration, then escaped anew. A path which nginx read as
// another than it is written ("/a/../b", "//", "%2F") is refused: ringd would take it apart otherwise than the
// locations and access rules that judged it.
#pragma once

#include "nginx_module/ngx.h"

namespace ringfence::edge {

// NGX_OK: `target` lives as long as the request. Otherwise the status to refuse with.
[[nodiscard]] ngx_int_t api_target(ngx_http_request_t* r, std::string_view& target) noexcept;

}  // namespace ringfence::edge
