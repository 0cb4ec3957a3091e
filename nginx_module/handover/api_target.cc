// See api_target.h.
#include "nginx_module/handover/api_target.h"

#include "shared/hex.h"

namespace ringfence::edge {
namespace {

// Whether `written`, percent-decoded and otherwise left alone, is `judged`, with the same slashes.
bool reads_as(std::string_view written, std::string_view judged) noexcept {
  std::size_t at = 0;
  for (const char expected : judged) {
    if (at == written.size()) return false;
    char c = written[at++];
    if (c == '%') {
      if (written.size() - at < 2) return false;
      const int high = hex_digit(written[at]);
      const int low = hex_digit(written[at + 1]);
      if (high < 0 || low < 0) return false;
      at += 2;
      c = static_cast<char>(high << 4 | low);
      if (c == '/') return false;
    }
    if (c != expected) return false;
  }
  return at == written.size();
}

ngx_int_t rewritten_target(ngx_http_request_t* r, std::string_view& target) noexcept {
  const std::size_t escapes = ngx_escape_uri(nullptr, r->uri.data, r->uri.len, NGX_ESCAPE_URI);
  const std::size_t room = r->uri.len + 2 * escapes + 1 + r->args.len;
  u_char* const begin = pool_bytes(r->pool, room);
  if (begin == nullptr) return NGX_HTTP_INTERNAL_SERVER_ERROR;
  u_char* end = begin;
  if (escapes == 0) {
    end = ngx_cpymem(end, r->uri.data, r->uri.len);
  } else {
    end += r->uri.len + 2 * escapes;
    (void)ngx_escape_uri(begin, r->uri.data, r->uri.len, NGX_ESCAPE_URI);
  }
  if (r->args.len != 0) {
    *end++ = '?';
    end = ngx_cpymem(end, r->args.data, r->args.len);
  }
  target = {reinterpret_cast<const char*>(begin), static_cast<std::size_t>(end - begin)};
  return NGX_OK;
}

}  // namespace

ngx_int_t api_target(ngx_http_request_t* r, std::string_view& target) noexcept {
  if (r->valid_unparsed_uri == 0) return rewritten_target(r, target);
  target = view(r->unparsed_uri);
  if (reads_as(target.substr(0, target.find('?')), view(r->uri))) return NGX_OK;
  ngx_log_error(NGX_LOG_INFO, r->connection->log, 0, "ringd_api refused a path that can be read in two ways");
  return NGX_HTTP_BAD_REQUEST;
}

}  // namespace ringfence::edge
