// See reply.h.
#include "nginx_module/request/reply.h"

namespace ringfence::edge {
namespace {

// nginx's filter chains are linked through such variables; written once, before any process is forked.
ngx_http_output_header_filter_pt next_header_filter;
ngx_http_output_body_filter_pt next_body_filter;

bool add_header(ngx_http_request_t* r, std::string_view name, std::string_view value) noexcept {
  auto* header = static_cast<ngx_table_elt_t*>(ngx_list_push(&r->headers_out.headers));
  if (header == nullptr) return false;
  *header = {};
  header->hash = 1;
  header->key = ngx_text(name);
  header->value = ngx_text(value);
  return true;
}

ngx_chain_t* json_chain(ngx_http_request_t* r, std::string_view json) noexcept {
  auto* buf = pool_new<ngx_buf_t>(r->pool);
  ngx_chain_t* link = ngx_alloc_chain_link(r->pool);
  if (buf == nullptr || link == nullptr) return nullptr;
  buf->start = buf->pos = bytes_of(json);
  buf->end = buf->last = buf->pos + json.size();
  buf->memory = 1;
  buf->last_buf = 1;
  buf->last_in_chain = 1;
  link->buf = buf;
  link->next = nullptr;
  return link;
}

// nginx itself refused (body too large, client too slow, worker away): say what that means for the webhook.
Outcome outcome_of(const Context& context, ngx_uint_t status) noexcept {
  if (context.outcome != Outcome::none) return context.outcome;
  if (status == NGX_HTTP_REQUEST_ENTITY_TOO_LARGE) return Outcome::too_large;
  return status >= NGX_HTTP_INTERNAL_SERVER_ERROR ? Outcome::unavailable : Outcome::malformed;
}

// A body over client_max_body_size is refused by nginx before our handler is asked.
bool refused_before_us(ngx_http_request_t* r) noexcept {
  return r->headers_out.status == NGX_HTTP_REQUEST_ENTITY_TOO_LARGE && loc_conf(r).pass_at.line != 0;
}

ngx_int_t filter_header(ngx_http_request_t* r) noexcept {
  Context* context = current_context(r);
  if (r != r->main || (context == nullptr && !refused_before_us(r))) return next_header_filter(r);
  if (context == nullptr) context = create_context(r);
  if (context == nullptr) return NGX_ERROR;
  const ngx_uint_t status = r->headers_out.status;
  if (context->answering || status < NGX_HTTP_BAD_REQUEST) return next_header_filter(r);
  settle(r, *context, outcome_of(*context, status));
  if (context->outcome == Outcome::unavailable) {
    // Whether the worker was away, slow or broken is ours to know; to the provider it is "ask again".
    r->headers_out.status = NGX_HTTP_SERVICE_UNAVAILABLE;
    r->headers_out.status_line.len = 0;
    r->err_status = NGX_HTTP_SERVICE_UNAVAILABLE;
    if (!add_outcome_headers(r, *context)) return NGX_ERROR;
  }
  set_json(r, kNotOkJson.size());
  context->replace_body = true;
  return next_header_filter(r);
}

ngx_int_t filter_body(ngx_http_request_t* r, ngx_chain_t* in) noexcept {
  Context* context = current_context(r);
  if (context == nullptr || r != r->main || !context->replace_body) return next_body_filter(r, in);
  for (ngx_chain_t* link = in; link != nullptr; link = link->next) {
    link->buf->pos = link->buf->last;
    link->buf->file_pos = link->buf->file_last;
  }
  if (context->replaced_body) return next_body_filter(r, nullptr);
  context->replaced_body = true;
  ngx_chain_t* out = json_chain(r, kNotOkJson);
  return out == nullptr ? NGX_ERROR : next_body_filter(r, out);
}

}  // namespace

ngx_uint_t http_status(Outcome outcome) noexcept {
  switch (outcome) {
    case Outcome::accepted:
    case Outcome::duplicate:
      return NGX_HTTP_OK;
    case Outcome::malformed:
    case Outcome::refused:
      return NGX_HTTP_BAD_REQUEST;
    case Outcome::unsigned_:
    case Outcome::forged:
    case Outcome::stale:
      return NGX_HTTP_FORBIDDEN;
    case Outcome::method:
      return NGX_HTTP_NOT_ALLOWED;
    case Outcome::too_large:
      return NGX_HTTP_REQUEST_ENTITY_TOO_LARGE;
    case Outcome::unsupported:
      return NGX_HTTP_UNSUPPORTED_MEDIA_TYPE;
    case Outcome::later:
    case Outcome::unavailable:
      return NGX_HTTP_SERVICE_UNAVAILABLE;
    case Outcome::none:
    case Outcome::count_:
      break;
  }
  return NGX_HTTP_INTERNAL_SERVER_ERROR;
}

std::string_view json_of(Outcome outcome) noexcept {
  return http_status(outcome) == NGX_HTTP_OK ? kOkJson : kNotOkJson;
}

bool add_outcome_headers(ngx_http_request_t* r, const Context& context) noexcept {
  if (context.outcome == Outcome::method) return add_header(r, "Allow", "POST");
  if (http_status(context.outcome) != NGX_HTTP_SERVICE_UNAVAILABLE) return true;
  u_char* text = pool_bytes(r->pool, NGX_INT_T_LEN);
  if (text == nullptr) return false;
  const u_char* end = ngx_sprintf(text, "%ui", static_cast<ngx_uint_t>(context.retry_after_s));
  return add_header(r, "Retry-After", {reinterpret_cast<const char*>(text), static_cast<std::size_t>(end - text)});
}

void set_json(ngx_http_request_t* r, std::size_t bytes) noexcept {
  ngx_http_clear_content_length(r);
  r->headers_out.content_length_n = static_cast<off_t>(bytes);
  r->headers_out.content_type = ngx_text("application/json");
  r->headers_out.content_type_len = r->headers_out.content_type.len;
  r->headers_out.content_type_lowcase = nullptr;
}

ngx_int_t refusal_status(ngx_http_request_t* r, Context& context) noexcept {
  // What is unavailable becomes 503 and gets its header in the filter, as it does when the worker is away.
  if (context.outcome != Outcome::unavailable && !add_outcome_headers(r, context)) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  return static_cast<ngx_int_t>(http_status(context.outcome));
}

ngx_int_t answer_ok(ngx_http_request_t* r, Context& context) noexcept {
  context.answering = true;
  ngx_chain_t* out = json_chain(r, kOkJson);
  if (out == nullptr) return NGX_HTTP_INTERNAL_SERVER_ERROR;
  r->headers_out.status = NGX_HTTP_OK;
  r->disable_not_modified = 1;  // If-None-Match and the like are for documents
  set_json(r, kOkJson.size());
  const ngx_int_t rc = ngx_http_send_header(r);
  if (rc == NGX_ERROR || rc > NGX_OK || r->header_only != 0) return rc;
  return ngx_http_output_filter(r, out);
}

void install_reply_filters() noexcept {
  next_header_filter = ngx_http_top_header_filter;
  ngx_http_top_header_filter = filter_header;
  next_body_filter = ngx_http_top_body_filter;
  ngx_http_top_body_filter = filter_body;
}

}  // namespace ringfence::edge
