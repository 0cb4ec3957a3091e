// See status.h. The text is measured before it is written, so nothing is ever cut off.
#include "nginx_module/observe/status.h"

#include "nginx_module/conf/directives.h"
#include "nginx_module/observe/snapshot.h"

namespace ringfence::edge {
namespace {

ngx_buf_t* status_text(ngx_http_request_t* r, StatusFormat format) noexcept {
  const observe::Snapshot* snapshot = take_snapshot(r);
  if (snapshot == nullptr) return nullptr;
  const std::size_t length = observe::render(format, *snapshot, {});
  ngx_buf_t* buf = ngx_create_temp_buf(r->pool, length);
  if (buf == nullptr) return nullptr;
  (void)observe::render(format, *snapshot, {reinterpret_cast<char*>(buf->pos), length});
  buf->last = buf->end;
  buf->last_buf = r == r->main ? 1 : 0;
  buf->last_in_chain = 1;
  return buf;
}

// What counts now is wrong a second later; a cache between here and a scraper would not know.
ngx_int_t forbid_caching(ngx_http_request_t* r) noexcept {
  auto* header = static_cast<ngx_table_elt_t*>(ngx_list_push(&r->headers_out.headers));
  if (header == nullptr) return NGX_ERROR;
  *header = ngx_table_elt_t{};
  header->hash = 1;
  header->key = ngx_text("Cache-Control");
  header->value = ngx_text("no-store");
  return NGX_OK;
}

}  // namespace

ngx_int_t handle_status(ngx_http_request_t* r) noexcept {
  if ((r->method & (NGX_HTTP_GET | NGX_HTTP_HEAD)) == 0) return NGX_HTTP_NOT_ALLOWED;
  if (const ngx_int_t rc = ngx_http_discard_request_body(r); rc != NGX_OK) return rc;
  const StatusFormat format = loc_conf(r).status_format;
  ngx_buf_t* buf = status_text(r, format);
  if (buf == nullptr || forbid_caching(r) != NGX_OK) return NGX_HTTP_INTERNAL_SERVER_ERROR;
  const std::string_view type = observe::content_type(format);
  r->headers_out.status = NGX_HTTP_OK;
  r->headers_out.content_length_n = buf->last - buf->pos;
  r->headers_out.content_type = ngx_text(type);
  r->headers_out.content_type_len = type.substr(0, type.find(';')).size();  // what gzip_types and the like compare
  const ngx_int_t rc = ngx_http_send_header(r);
  if (rc == NGX_ERROR || rc > NGX_OK || r->header_only != 0) return rc;
  ngx_chain_t out{buf, nullptr};
  return ngx_http_output_filter(r, &out);
}

}  // namespace ringfence::edge
