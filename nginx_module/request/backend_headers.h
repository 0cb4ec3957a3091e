// Tells the backend behind the gate what was found, as request headers, and takes the client's headers of those names
// away from it. Used by gate. Must not know: how it was found.
#pragma once

#include "nginx_module/request/context.h"

namespace ringfence::edge {

// False: out of memory, and the request may still hold what the client says in our name.
[[nodiscard]] bool tell_backend(ngx_http_request_t* r, const Context& context) noexcept;

}  // namespace ringfence::edge
