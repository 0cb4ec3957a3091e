// Gathers the body nginx has read, from however many buffers and files, behind the timestamp it was signed with.
// One copy, in the request's pool; everything later borrows from it. Must not know: what the body says.
#pragma once

#include "nginx_module/request/context.h"

namespace ringfence::edge {

// none: context.signed_bytes and context.body are set, and the body is not empty.
[[nodiscard]] Outcome gather_body(ngx_http_request_t* r, Context& context) noexcept;

}  // namespace ringfence::edge
