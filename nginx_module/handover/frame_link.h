// What both conversations with a worker share: buffers of a frame on its way out, and the head of one coming in.
// Used by upstream_link (events) and api_link (requests). Must not know: what either frame means.
#pragma once

#include "nginx_module/ngx.h"
#include "shared/frame.h"

namespace ringfence::edge {

// The head of the reply to one attempt; zeroed before the next.
struct ReplyHead {
  FrameHead frame;
  bool known;
};

// A buffer over memory that outlives the request, as one link; nullptr: out of memory.
[[nodiscard]] ngx_chain_t* memory_link(ngx_pool_t* pool, u_char* begin, std::size_t bytes) noexcept;

// NGX_OK: `head` is known, and taken from the buffer if it was not before. NGX_AGAIN: not all there yet.
// NGX_ERROR: not a frame of this kind, or longer than `most_bytes`.
[[nodiscard]] ngx_int_t take_head(ngx_buf_t& buffer, FrameKind kind, std::size_t most_bytes, ReplyHead& head) noexcept;

// Logs and counts it. For the upstream machinery: the next worker may do better.
[[nodiscard]] ngx_int_t broken_reply(ngx_http_request_t* r, const char* what) noexcept;

[[nodiscard]] inline std::size_t unread(const ngx_buf_t& buffer) noexcept {
  return static_cast<std::size_t>(buffer.last - buffer.pos);
}

}  // namespace ringfence::edge
