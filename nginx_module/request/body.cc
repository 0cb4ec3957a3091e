// See body.h. nginx gives several buffers for a body sent slowly or in chunks, and a file for one that outgrew
// client_body_buffer_size, whatever client_body_in_single_buffer says.
#include "nginx_module/request/body.h"

#include <cstring>

#include "nginx_module/request/headers.h"

namespace ringfence::edge {
namespace {

bool read_file_part(ngx_buf_t& part, std::uint8_t* out, std::size_t bytes) noexcept {
  std::size_t done = 0;
  while (done < bytes) {
    const ssize_t got = ngx_read_file(part.file, out + done, bytes - done, part.file_pos + static_cast<off_t>(done));
    if (got <= 0) return false;
    done += static_cast<std::size_t>(got);
  }
  return true;
}

bool copy_part(ngx_buf_t& part, std::uint8_t* out, std::size_t bytes) noexcept {
  if (ngx_buf_in_memory(&part)) {
    std::memcpy(out, part.pos, bytes);
    return true;
  }
  return read_file_part(part, out, bytes);
}

}  // namespace

Reason gather_body(ngx_http_request_t* r, const Context& context, Gathered& gathered) noexcept {
  ngx_chain_t* const parts = r->request_body == nullptr ? nullptr : r->request_body->bufs;
  std::size_t total = 0;
  for (const ngx_chain_t* part = parts; part != nullptr; part = part->next) {
    total += static_cast<std::size_t>(ngx_buf_size(part->buf));
    if (total > most_body_bytes(context)) return Reason::body_too_large;
  }
  const scheme::BlockLayout layout = scheme::layout_for(context.plan(), context.head, context.presented, total);
  const std::size_t bytes = layout.prefix + total + layout.rest;
  // One byte more: a pool gives no block of none.
  auto* const block = pool_bytes(r->pool, bytes + 1);
  if (block == nullptr) return Reason::no_memory;
  std::size_t filled = layout.prefix;
  for (ngx_chain_t* part = parts; part != nullptr; part = part->next) {
    const auto part_bytes = static_cast<std::size_t>(ngx_buf_size(part->buf));
    if (part_bytes != 0 && !copy_part(*part->buf, block + filled, part_bytes)) {
      ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "webhook body could not be read back from its file");
      return Reason::no_memory;
    }
    filled += part_bytes;
  }
  gathered = {{block, bytes}, layout.prefix, total};
  return Reason::none;
}

}  // namespace ringfence::edge
