// Gathers the body nginx has read, from however many buffers and files, into the one block it is verified in.
// One copy, in the request's pool; everything later borrows from it, and nginx's own buffers stay as they are for
// whoever answers. Must not know: what the body says.
#pragma once

#include "nginx_module/request/context.h"

namespace ringfence::edge {

struct Gathered {
  ByteSpan block;  // laid out as the scheme wants it
  std::size_t prefix = 0;
  std::size_t body_bytes = 0;
};

// none: `gathered` has the body, which may be empty.
[[nodiscard]] Reason gather_body(ngx_http_request_t* r, const Context& context, Gathered& gathered) noexcept;

}  // namespace ringfence::edge
