// The filters of reply.h, around every answer of this nginx. Must not know: how a request was verified.
#include "nginx_module/request/reply.h"

namespace ringfence::edge {
namespace {

// nginx's filter chains are linked through such variables; written once, before any process is forked.
ngx_http_output_header_filter_pt next_header_filter;
ngx_http_output_body_filter_pt next_body_filter;

bool is_success(ngx_uint_t status) noexcept { return status >= NGX_HTTP_OK && status < NGX_HTTP_SPECIAL_RESPONSE; }

// An error_page that says 200 over a backend that failed has not processed the event. nginx does not mark such an
// answer where recursive_error_pages is on; that the last upstream failed shows it there.
bool backend_took_it(const ngx_http_request_t* r, const Context& context) noexcept {
  if (!is_success(r->headers_out.status)) return false;
  if (r->error_page != 0 && !context.after_error_page) return false;
  if (r->upstream_states == nullptr || r->upstream_states->nelts <= context.first_attempt) return true;
  const auto* states = static_cast<const ngx_http_upstream_state_t*>(r->upstream_states->elts);
  return is_success(states[r->upstream_states->nelts - 1].status);
}

// Before the header leaves: once the provider has read a 2xx it will not send the event again.
void settle_gates(const ngx_http_request_t* r, Context* newest) noexcept {
  for (Context* context = newest; context != nullptr; context = context->older) {
    if (context->stage != Stage::passed || context->moved_on || !context->is_gate()) continue;
    if (backend_took_it(r, *context)) {
      commit_claims(*context);
      settle(*context, Reason::backend_accepted);
    } else {
      release_claims(*context);
      settle(*context, Reason::backend_failed);
    }
  }
}

// nginx itself refused: the body is too large or breaks its coding, or the worker is away.
void settle_refused(Context& context, ngx_uint_t status) noexcept {
  if (status == NGX_HTTP_REQUEST_ENTITY_TOO_LARGE) return settle(context, Reason::body_too_large);
  if (status < NGX_HTTP_INTERNAL_SERVER_ERROR) return settle(context, Outcome::malformed, Reason::none);
  settle(context, context.stage == Stage::passed ? Reason::worker_away : Reason::no_memory);
}

// Whether the worker was away, slow or broken is ours to know; to the provider it is "ask again".
ngx_int_t refuse(ngx_http_request_t* r, Context& context) noexcept {
  const ngx_uint_t status = status_of(*context.conf, context.outcome);
  if (r->headers_out.status != status) {
    r->headers_out.status = status;
    r->headers_out.status_line.len = 0;
    r->err_status = status;
  }
  if (!add_outcome_headers(r, context)) return NGX_ERROR;
  const std::string_view json = json_of(context.outcome);
  set_json(r, json.size());
  context.replace_body = true;
  return next_header_filter(r);
}

// A body over client_max_body_size is refused by nginx before our handler is asked.
bool refused_before_us(ngx_http_request_t* r) noexcept {
  return r->headers_out.status == NGX_HTTP_REQUEST_ENTITY_TOO_LARGE && loc_conf(r).webhook != 0;
}

ngx_int_t filter_header(ngx_http_request_t* r) noexcept {
  if (r != r->main || r->headers_out.status < NGX_HTTP_OK) return next_header_filter(r);
  Context* context = find_context(r);
  if (context == nullptr) {
    if (!refused_before_us(r)) return next_header_filter(r);
    context = create_context(r);
    if (context == nullptr) return NGX_ERROR;
  }
  settle_gates(r, context);
  // After an internal redirect the answer is another location's.
  if (context != current_context(r) || context->answering) return next_header_filter(r);
  const bool ours = context->stage == Stage::reading || !context->is_gate();
  if (!ours || r->headers_out.status < NGX_HTTP_BAD_REQUEST) return next_header_filter(r);
  settle_refused(*context, r->headers_out.status);
  return context->dry_run() ? next_header_filter(r) : refuse(r, *context);
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
  ngx_chain_t* out = json_chain(r, json_of(context->outcome));
  return out == nullptr ? NGX_ERROR : next_body_filter(r, out);
}

}  // namespace

void install_reply_filters() noexcept {
  next_header_filter = ngx_http_top_header_filter;
  ngx_http_top_header_filter = filter_header;
  next_body_filter = ngx_http_top_body_filter;
  ngx_http_top_body_filter = filter_body;
}

}  // namespace ringfence::edge
