// See frame_link.h.
#include "nginx_module/handover/frame_link.h"

#include "nginx_module/conf/directives.h"
#include "shared/frame_codec.h"

namespace ringfence::edge {

ngx_chain_t* memory_link(ngx_pool_t* pool, u_char* begin, std::size_t bytes) noexcept {
  auto* buf = pool_new<ngx_buf_t>(pool);
  ngx_chain_t* link = ngx_alloc_chain_link(pool);
  if (buf == nullptr || link == nullptr) return nullptr;
  // A retry sets pos back to start.
  buf->start = buf->pos = begin;
  buf->end = buf->last = begin + bytes;
  buf->memory = 1;
  link->buf = buf;
  link->next = nullptr;
  return link;
}

ngx_int_t take_head(ngx_buf_t& buffer, FrameKind kind, std::size_t most_bytes, ReplyHead& head) noexcept {
  if (head.known) return NGX_OK;
  if (unread(buffer) < kFrameHeadBytes) return NGX_AGAIN;
  const auto decoded = decode_head({buffer.pos, kFrameHeadBytes}, most_bytes);
  if (!decoded || decoded->kind != kind) return NGX_ERROR;
  head = {.frame = *decoded, .known = true};
  buffer.pos += kFrameHeadBytes;
  return NGX_OK;
}

ngx_int_t broken_reply(ngx_http_request_t* r, const char* what) noexcept {
  ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "webhook worker sent %s", what);
  count(counters(r).broken_replies);
  return NGX_HTTP_UPSTREAM_INVALID_HEADER;
}

}  // namespace ringfence::edge
