// See reply.h.
#include "nginx_module/request/reply.h"

#include "nginx_module/request/findings.h"

namespace ringfence::edge {
namespace {

bool add_header(ngx_http_request_t* r, const HeaderName& name, std::string_view value) noexcept {
  auto* header = static_cast<ngx_table_elt_t*>(ngx_list_push(&r->headers_out.headers));
  if (header == nullptr) return false;
  fill_header(*header, name, value);
  return true;
}

// As nginx's own error pages do it, but for error_page.
ngx_int_t send(ngx_http_request_t* r, ngx_uint_t status, std::string_view json) noexcept {
  // From here on no error_page, whatever fails while this is sent.
  r->error_page = 1;
  ngx_chain_t* out = json_chain(r, json);
  if (out == nullptr) return NGX_HTTP_INTERNAL_SERVER_ERROR;
  // A body that is refused is not asked for.
  r->expect_tested = 1;
  if (ngx_http_discard_request_body(r) != NGX_OK) r->keepalive = 0;
  r->err_status = 0;
  r->headers_out.status = status;
  r->headers_out.status_line.len = 0;
  r->disable_not_modified = 1;  // If-None-Match and the like are for documents
  set_json(r, json.size());
  const ngx_int_t rc = ngx_http_send_header(r);
  if (rc == NGX_ERROR || rc > NGX_OK || r->header_only != 0) return rc;
  return ngx_http_output_filter(r, out);
}

}  // namespace

ngx_chain_t* json_chain(ngx_http_request_t* r, std::string_view json) noexcept {
  auto* buf = pool_new<ngx_buf_t>(r->pool);
  ngx_chain_t* link = ngx_alloc_chain_link(r->pool);
  if (buf == nullptr || link == nullptr) return nullptr;
  buf->start = buf->pos = bytes_of(json);
  buf->end = buf->last = buf->pos + json.size();
  buf->memory = 1;
  buf->last_buf = r == r->main ? 1 : 0;
  buf->last_in_chain = 1;
  link->buf = buf;
  link->next = nullptr;
  return link;
}

ngx_uint_t status_of(const LocConf& conf, Outcome outcome) noexcept {
  const std::uint16_t own = conf.status_codes[static_cast<std::size_t>(outcome)];
  return own != 0 ? own : scheme::http_status(outcome);
}

std::string_view json_of(Outcome outcome) noexcept { return is_taken(outcome) ? kOkJson : kNotOkJson; }

bool add_outcome_headers(ngx_http_request_t* r, const Context& context) noexcept {
  if (context.outcome == Outcome::method) return add_header(r, {"Allow", "allow"}, "POST");
  if (!scheme::is_retryable(context.outcome)) return true;
  const std::string_view seconds = number_text(r->pool, context.retry_after_s);
  return !seconds.empty() && add_header(r, {"Retry-After", "retry-after"}, seconds);
}

void set_json(ngx_http_request_t* r, std::size_t bytes) noexcept {
  ngx_http_clear_content_length(r);
  r->headers_out.content_length_n = static_cast<off_t>(bytes);
  r->headers_out.content_type = ngx_text("application/json");
  r->headers_out.content_type_len = r->headers_out.content_type.len;
  r->headers_out.content_type_lowcase = nullptr;
}

ngx_int_t answer(ngx_http_request_t* r, Context& context) noexcept {
  context.stage = Stage::answered;
  context.answering = true;
  // The rest of what is too large is not waited for.
  if (context.outcome == Outcome::too_large) r->keepalive = 0;
  if (!add_outcome_headers(r, context)) {
    r->error_page = 1;
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  return send(r, status_of(*context.conf, context.outcome), json_of(context.outcome));
}

ngx_int_t answer_forbidden(ngx_http_request_t* r) noexcept { return send(r, NGX_HTTP_FORBIDDEN, kNotOkJson); }

}  // namespace ringfence::edge
