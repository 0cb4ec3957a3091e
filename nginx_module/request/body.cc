// See body.h. nginx gives several buffers for a body sent slowly or in chunks, and a file for one that outgrew
// client_body_buffer_size, whatever client_body_in_single_buffer says.
#include "nginx_module/request/body.h"

#include <cstring>

#include "shared/limits.h"

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

Outcome gather_body(ngx_http_request_t* r, Context& context) noexcept {
  ngx_chain_t* const parts = r->request_body == nullptr ? nullptr : r->request_body->bufs;
  std::size_t total = 0;
  for (const ngx_chain_t* part = parts; part != nullptr; part = part->next) {
    total += static_cast<std::size_t>(ngx_buf_size(part->buf));
    if (total > limits::kBodyBytes) {
      ngx_log_error(NGX_LOG_INFO, r->connection->log, 0, "webhook refused: the body is too large");
      return Outcome::too_large;
    }
  }
  if (total == 0) {
    ngx_log_error(NGX_LOG_INFO, r->connection->log, 0, "webhook refused: the body is empty");
    return Outcome::malformed;
  }
  const std::size_t prefix = context.timestamp.size() + 1;
  auto* message = pool_bytes(r->pool, prefix + total);
  if (message == nullptr) return Outcome::unavailable;
  std::memcpy(message, context.timestamp.data(), context.timestamp.size());
  message[prefix - 1] = '|';
  std::size_t filled = prefix;
  for (ngx_chain_t* part = parts; part != nullptr; part = part->next) {
    const auto bytes = static_cast<std::size_t>(ngx_buf_size(part->buf));
    if (bytes != 0 && !copy_part(*part->buf, message + filled, bytes)) {
      ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "webhook body could not be read back from its file");
      return Outcome::unavailable;
    }
    filled += bytes;
  }
  context.signed_bytes = {message, filled};
  context.body = context.signed_bytes.subspan(prefix);
  return Outcome::none;
}

}  // namespace ringfence::edge
