// See api_link.h.
#include "nginx_module/handover/api_link.h"

#include <algorithm>

#include "nginx_module/conf/directives.h"
#include "nginx_module/handover/api_target.h"
#include "nginx_module/handover/frame_link.h"
#include "shared/frame_codec.h"

namespace ringfence::edge {

// The location's own settings as requests of the API need them.
struct ApiUpstreams {
  ngx_http_upstream_conf_t judged;  // nginx knows the method, and whether it may be asked twice
  ngx_http_upstream_conf_t once;
};

namespace {

constexpr std::size_t kMethodBytes = 255;  // what the frame can say
// Method and target of one request: what a frame of nginx may hold besides its body.
constexpr std::size_t kHeadBytes = limits::kFramePayloadBytes - limits::kBodyBytes;
// The reply is read into buffers of this size, as many as it needs.
constexpr std::size_t kBufferBytes = 64 * 1024;

struct Exchange {
  ngx_http_request_t* request;
  std::string_view target;
  ReplyHead head;
  bool out_of_step;  // the worker said more than its reply: its connection is of no use any more
};

Exchange& exchange_of(ngx_http_request_t* r) noexcept { return *static_cast<Exchange*>(r->upstream->input_filter_ctx); }

RequestFrame frame_of(ngx_http_request_t* r, std::string_view target) noexcept {
  return {.method = r->method == NGX_HTTP_HEAD ? "GET" : view(r->method_name), .target = target, .body = {}};
}

// nginx asks again only what is safe to be asked twice, or has not begun to leave. Of methods it does not know it would
// think so, too.
bool is_judged_by_nginx(const ngx_http_request_t* r) noexcept {
  constexpr ngx_uint_t kJudged =
      NGX_HTTP_GET | NGX_HTTP_HEAD | NGX_HTTP_PUT | NGX_HTTP_DELETE | NGX_HTTP_OPTIONS | NGX_HTTP_POST | NGX_HTTP_PATCH;
  return (r->method & kJudged) != 0;
}

// A subrequest carries the body of its main request, which is not meant for us.
ngx_chain_t* body_of(ngx_http_request_t* r) noexcept {
  return r != r->main || r->request_body == nullptr ? nullptr : r->request_body->bufs;
}

std::size_t bytes_of_chain(const ngx_chain_t* link) noexcept {
  std::size_t bytes = 0;
  for (; link != nullptr; link = link->next) bytes += static_cast<std::size_t>(ngx_buf_size(link->buf));
  return bytes;
}

ngx_int_t create_request(ngx_http_request_t* r) noexcept {
  const RequestFrame frame = frame_of(r, exchange_of(r).target);
  const ngx_chain_t* part = body_of(r);
  const std::size_t prefix_bytes = request_prefix_bytes(frame);
  u_char* prefix = pool_bytes(r->pool, prefix_bytes);
  if (prefix == nullptr || !encode_request_prefix(frame, bytes_of_chain(part), {prefix, prefix_bytes})) {
    return NGX_ERROR;
  }
  ngx_chain_t* last = memory_link(r->pool, prefix, prefix_bytes);
  if (last == nullptr) return NGX_ERROR;
  r->upstream->request_bufs = last;
  // Buffers of our own over the same bytes, as a retry begins at their start again. A part may lie in a file.
  for (; part != nullptr; part = part->next) {
    if (ngx_buf_size(part->buf) == 0) continue;
    auto* buf = pool_new<ngx_buf_t>(r->pool);
    ngx_chain_t* link = ngx_alloc_chain_link(r->pool);
    if (buf == nullptr || link == nullptr) return NGX_ERROR;
    *buf = *part->buf;
    link->buf = buf;
    link->next = nullptr;
    last = last->next = link;
  }
  return NGX_OK;
}

ngx_int_t reinit_request(ngx_http_request_t* r) noexcept {
  exchange_of(r).head = {};
  return NGX_OK;
}

// What would end a header line, or is none of its characters.
bool is_header_text(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

void say_out_of_step(Exchange& exchange) noexcept {
  exchange.request->upstream->keepalive = 0;
  if (!exchange.out_of_step) (void)broken_reply(exchange.request, "bytes after its reply");
  exchange.out_of_step = true;
}

ngx_int_t take_reply(ngx_http_request_t* r, const ReplyFrame& reply, std::size_t body_bytes) noexcept {
  if (reply.status < NGX_HTTP_OK || reply.status > 599) return broken_reply(r, "a status that is none");
  if (!is_header_text(reply.content_type)) return broken_reply(r, "a content type that is none");
  ngx_http_upstream_t* u = r->upstream;
  if (u->request_body_sent == 0) return broken_reply(r, "a reply before the request");
  const std::string_view type = reply.content_type;
  u_char* kept = pool_bytes(r->pool, type.size());  // the buffer is used again while the body is read
  if (kept == nullptr) return NGX_ERROR;
  std::copy(type.begin(), type.end(), kept);
  r->headers_out.content_type = {type.size(), kept};
  r->headers_out.content_type_len = std::min(type.find(';'), type.size());
  r->headers_out.content_type_lowcase = nullptr;
  u->headers_in.content_length_n = static_cast<off_t>(body_bytes);
  u->headers_in.status_n = reply.status;
  u->state->status = reply.status;
  u->buffer.pos += reply.body.data() - u->buffer.pos;
  if (unread(u->buffer) > body_bytes) {
    u->buffer.last = u->buffer.pos + body_bytes;
    say_out_of_step(exchange_of(r));
  }
  // For an answer without a body (HEAD, 204), after which nothing more is read.
  u->keepalive = !exchange_of(r).out_of_step && unread(u->buffer) == body_bytes;
  return NGX_OK;
}

ngx_int_t process_header(ngx_http_request_t* r) noexcept {
  Exchange& exchange = exchange_of(r);
  ngx_buf_t& buffer = r->upstream->buffer;
  const ngx_int_t headed = take_head(buffer, FrameKind::reply, limits::kReplyBytes, exchange.head);
  if (headed == NGX_ERROR) return broken_reply(r, "no reply frame");
  if (headed != NGX_OK) return headed;
  const std::size_t payload_bytes = exchange.head.frame.payload_bytes;
  const ByteView here{buffer.pos, std::min(unread(buffer), payload_bytes)};
  const auto reply = decode_reply(here);
  if (!reply && here.size() < payload_bytes) return NGX_AGAIN;
  if (!reply) return broken_reply(r, "a reply that breaks its format");
  return take_reply(r, *reply, payload_bytes - (here.size() - reply->body.size()));
}

void abort_request(ngx_http_request_t*) noexcept {}
void finalize_request(ngx_http_request_t*, ngx_int_t) noexcept {}

ngx_int_t begin_body(void* data) noexcept {
  Exchange& exchange = *static_cast<Exchange*>(data);
  ngx_http_upstream_t* u = exchange.request->upstream;
  u->pipe->length = u->headers_in.content_length_n;
  u->keepalive = u->pipe->length == 0 && !exchange.out_of_step;
  return NGX_OK;
}

ngx_int_t pass_body(ngx_event_pipe_t* pipe, ngx_buf_t* buf) noexcept {
  Exchange& exchange = *static_cast<Exchange*>(pipe->input_ctx);
  if (buf->last - buf->pos > pipe->length) {
    buf->last = buf->pos + pipe->length;
    say_out_of_step(exchange);
  }
  if (buf->pos == buf->last) return NGX_OK;
  const ngx_int_t rc = ngx_event_pipe_copy_input_filter(pipe, buf);
  if (pipe->length == 0) exchange.request->upstream->keepalive = !exchange.out_of_step;
  return rc;
}

// Called by nginx when the whole body is there. After this returns, the request may be gone.
void on_body(ngx_http_request_t* r) noexcept {
  if (bytes_of_chain(body_of(r)) > limits::kBodyBytes) {
    ngx_http_finalize_request(r, NGX_HTTP_REQUEST_ENTITY_TOO_LARGE);
    return;
  }
  count(counters(r).api_requests);
  ngx_http_upstream_init(r);
}

// The request's own refusal, or NGX_OK.
ngx_int_t check_request(ngx_http_request_t* r) noexcept {
  // nginx leaves its access checks out for subrequests: what an SSI page or a mirror may cause is reading, at most.
  if (r != r->main && (r->method & (NGX_HTTP_GET | NGX_HTTP_HEAD)) == 0) {
    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "ringd_api serves only GET and HEAD to subrequests");
    return NGX_HTTP_FORBIDDEN;
  }
  if (r->method_name.len > kMethodBytes) return NGX_HTTP_NOT_IMPLEMENTED;
  if (r == r->main && r->headers_in.content_length_n > static_cast<off_t>(limits::kBodyBytes)) {
    return NGX_HTTP_REQUEST_ENTITY_TOO_LARGE;
  }
  return NGX_OK;
}

}  // namespace

bool complete_api(ngx_pool_t* pool, LocConf& conf) noexcept {
  auto* api = pool_new<ApiUpstreams>(pool);
  if (api == nullptr) return false;
  ngx_http_upstream_conf_t& up = api->judged;
  up = conf.upstream;
  // webhook_next_upstream speaks of events, which are always safe to be sent again.
  up.next_upstream &= ~static_cast<ngx_uint_t>(NGX_HTTP_UPSTREAM_FT_NON_IDEMPOTENT);
  up.ignore_client_abort = 0;
  up.bufs = {.num = static_cast<ngx_int_t>(limits::kReplyBytes / kBufferBytes + 1), .size = kBufferBytes};
  up.busy_buffers_size = 2 * kBufferBytes;
  up.max_temp_file_size = 0;
  up.temp_file_write_size = kBufferBytes;
  api->once = up;
  api->once.next_upstream = NGX_CONF_BITMASK_SET | NGX_HTTP_UPSTREAM_FT_OFF;
  conf.api_upstreams = api;
  return true;
}

ngx_int_t handle_api(ngx_http_request_t* r) noexcept {
  if (const ngx_int_t refused = check_request(r); refused != NGX_OK) return refused;
  auto* exchange = pool_new<Exchange>(r->pool);
  auto* pipe = pool_new<ngx_event_pipe_t>(r->pool);
  if (exchange == nullptr || pipe == nullptr || ngx_http_upstream_create(r) != NGX_OK) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  if (const ngx_int_t refused = api_target(r, exchange->target); refused != NGX_OK) return refused;
  if (request_prefix_bytes(frame_of(r, exchange->target)) > kHeadBytes) return NGX_HTTP_REQUEST_URI_TOO_LARGE;
  exchange->request = r;
  ngx_http_upstream_t* u = r->upstream;
  u->schema = ngx_text("ringd://");
  u->output.tag = &ngx_http_webhook_module;
  ApiUpstreams& upstreams = *loc_conf(r).api_upstreams;
  u->conf = is_judged_by_nginx(r) ? &upstreams.judged : &upstreams.once;
  u->create_request = create_request;
  u->reinit_request = reinit_request;
  u->process_header = process_header;
  u->abort_request = abort_request;
  u->finalize_request = finalize_request;
  u->input_filter_init = begin_body;
  u->input_filter_ctx = exchange;
  u->buffering = 1;
  u->pipe = pipe;
  pipe->input_filter = pass_body;
  pipe->input_ctx = exchange;
  const ngx_int_t rc = ngx_http_read_client_request_body(r, on_body);
  return rc >= NGX_HTTP_SPECIAL_RESPONSE ? rc : NGX_DONE;
}

}  // namespace ringfence::edge
