// The road of a request with `webhook`: headers, body, verification, claim, and on to whatever content handler there
// is. One handler of the PRECONTENT phase for both entries; what webhook_pass adds is only the hand-over.
// Used by module and directives. Must not know: how a scheme is read, what a worker says.
#pragma once

#include "nginx_module/ngx.h"

namespace ringfence::edge {

// The PRECONTENT handler, called for every request.
ngx_int_t gate(ngx_http_request_t* r) noexcept;
// The content handler of webhook_pass: hands over what the gate has verified for this very location, refuses the rest.
ngx_int_t handle_webhook(ngx_http_request_t* r) noexcept;

}  // namespace ringfence::edge
