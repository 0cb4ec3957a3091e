// See upstream_link.h. The event is durable, and the claim committed, the moment the verdict is read: not when the
// provider has our answer, which it may no longer be waiting for.
#include "nginx_module/handover/upstream_link.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "nginx_module/handover/frame_link.h"
#include "nginx_module/request/headers.h"
#include "nginx_module/request/refusal_log.h"
#include "nginx_module/request/reply.h"
#include "shared/frame_codec.h"

namespace ringfence::edge {
namespace {

// A verdict is three bytes and a short reason.
constexpr std::size_t kVerdictBytes = 3 + limits::kFieldBytes;
// A worker asking for more patience than this is broken; the provider would give the event up.
constexpr std::uint16_t kRetryAfterMost_s = 60;

// Not from r->ctx, which a header filter may clear in the middle of our answer (ngx_http_filter_finalize_request).
Context& context_of(ngx_http_request_t* r) noexcept { return *static_cast<Context*>(r->upstream->input_filter_ctx); }

EventFrame event_frame(const Context& context) noexcept {
  EventFrame event;
  event.received_ms = now_ms();
  event.scheme = context.plan().name;
  event.id = context.event.id;
  event.type = context.event.type;
  event.partition = context.event.partition;
  event.trace_parent = context.trace_parent;
  const scheme::Source& timestamp = context.plan().timestamp;
  if (timestamp.place == scheme::Place::header) {
    event.headers[0] = {context.plan().headers[timestamp.index], context.presented.timestamp};
    event.header_count = 1;
  }
  event.body = context.body;
  return event;
}

// What really left for a worker, once per request: attempts that never connected sent nothing.
void count_frames(ngx_http_request_t* r, Context& context) noexcept {
  if (context.frames_counted || r->upstream_states == nullptr) return;
  context.frames_counted = true;
  const ngx_http_upstream_t& u = *r->upstream;
  if (u.state != nullptr && u.peer.connection != nullptr) u.state->bytes_sent = u.peer.connection->sent;
  const auto* states = static_cast<const ngx_http_upstream_state_t*>(r->upstream_states->elts);
  for (ngx_uint_t i = context.first_attempt; i < r->upstream_states->nelts; ++i) {
    if (states[i].bytes_sent <= 0) continue;
    count(counters(r).frames_sent);
    count(counters(r).bytes_sent, states[i].bytes_sent);
  }
}

ngx_int_t create_request(ngx_http_request_t* r) noexcept {
  const Context& context = context_of(r);
  const EventFrame event = event_frame(context);
  const std::size_t prefix_bytes = event_prefix_bytes(event);
  u_char* prefix = pool_bytes(r->pool, prefix_bytes);
  if (prefix == nullptr || !encode_event_prefix(event, {prefix, prefix_bytes})) return NGX_ERROR;
  ngx_chain_t* head = memory_link(r->pool, prefix, prefix_bytes);
  if (head == nullptr) return NGX_ERROR;
  r->upstream->request_bufs = head;
  if (context.body.empty()) return NGX_OK;
  head->next = memory_link(r->pool, const_cast<u_char*>(context.body.data()), context.body.size());
  if (head->next == nullptr) return NGX_ERROR;
  return NGX_OK;
}

ngx_int_t reinit_request(ngx_http_request_t* r) noexcept {
  context_of(r).verdict_head = {};
  count(counters(r).retries);
  return NGX_OK;
}

Reason reason_of(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::accepted:
      return Reason::worker_accepted;
    case Verdict::duplicate:
      return Reason::worker_duplicate;
    case Verdict::refused:
      return Reason::worker_refused;
    case Verdict::later:
      break;
  }
  return Reason::worker_later;
}

// The reason may quote the event, and so a caller's name: a line break in it would begin a log line of the caller's
// own.
void log_verdict(ngx_http_request_t* r, const Context& context, Reason reason, std::string_view said) noexcept {
  if (is_taken(scheme::outcome_of(reason))) return;
  std::array<char, limits::kFieldBytes> plain{};
  said = said.substr(0, plain.size());
  std::transform(said.begin(), said.end(), plain.begin(), [](char c) { return c >= ' ' && c <= '~' ? c : '?'; });
  log_refusal(r, *context.conf, reason, context.presented, {plain.data(), said.size()});
}

// The verdict becomes our answer; its JSON goes where the upstream machinery looks for a body.
ngx_int_t take_verdict(ngx_http_request_t* r, Context& context, const VerdictFrame& frame) noexcept {
  ngx_http_upstream_t* u = r->upstream;
  const Reason reason = reason_of(frame.verdict);
  const Outcome outcome = scheme::outcome_of(reason);
  // Nothing can be durable of an event that is still on its way out: this answers something else.
  if (is_taken(outcome) && u->request_body_sent == 0) return broken_reply(r, "a verdict before the event");
  log_verdict(r, context, reason, frame.reason);
  count_frames(r, context);
  if (is_taken(outcome)) {
    commit_claims(context);
  } else {
    release_claims(context);
  }
  context.retry_after_s = std::clamp<std::uint16_t>(frame.retry_after_s, 1, kRetryAfterMost_s);
  settle(context, reason);
  record_handover(counters(r), outcome);
  context.answering = true;
  context.in_step = u->buffer.pos == u->buffer.last;
  if (!context.in_step) (void)broken_reply(r, "bytes after its verdict");
  if (!add_outcome_headers(r, context)) return NGX_ERROR;
  const std::string_view json = json_of(outcome);
  set_json(r, json.size());
  u->buffer.pos = u->buffer.start;
  u->buffer.last = ngx_cpymem(u->buffer.start, json.data(), json.size());
  u->headers_in.content_length_n = static_cast<off_t>(json.size());
  u->headers_in.status_n = status_of(*context.conf, outcome);
  u->state->status = u->headers_in.status_n;
  return NGX_OK;
}

ngx_int_t process_header(ngx_http_request_t* r) noexcept {
  Context& context = context_of(r);
  ngx_buf_t& buffer = r->upstream->buffer;
  const ngx_int_t headed = take_head(buffer, FrameKind::verdict, kVerdictBytes, context.verdict_head);
  if (headed == NGX_ERROR) return broken_reply(r, "no verdict frame");
  if (headed != NGX_OK) return headed;
  const std::size_t payload_bytes = context.verdict_head.frame.payload_bytes;
  if (unread(buffer) < payload_bytes) return NGX_AGAIN;
  const auto verdict = decode_verdict({buffer.pos, payload_bytes});
  if (!verdict) return broken_reply(r, "a verdict that breaks its format");
  buffer.pos += payload_bytes;
  return take_verdict(r, context, *verdict);
}

void abort_request(ngx_http_request_t*) noexcept {}

// Before nginx's answer to a failed hand-over, so that the provider's retry finds the id free.
void finalize_request(ngx_http_request_t* r, ngx_int_t) noexcept {
  Context& context = context_of(r);
  count_frames(r, context);
  release_claims(context);
  if (context.outcome != Outcome::none) return;
  settle(context, Reason::worker_away);
  log_refusal(r, *context.conf, Reason::worker_away, context.presented);
  record_handover(counters(r), Outcome::unavailable);
}

ngx_int_t input_filter_init(void* data) noexcept {
  ngx_http_request_t* r = static_cast<Context*>(data)->request;
  r->upstream->length = static_cast<ssize_t>(r->upstream->headers_in.content_length_n);
  return NGX_OK;
}

// The JSON take_verdict() left in the buffer, passed on as the body. What the worker says after that, while the client
// takes its time to read, reaches nobody.
ngx_int_t input_filter(void* data, ssize_t bytes) noexcept {
  Context& context = *static_cast<Context*>(data);
  ngx_http_request_t* r = context.request;
  ngx_http_upstream_t* u = r->upstream;
  if (u->length == 0) {
    if (context.in_step) (void)broken_reply(r, "bytes after its verdict");
    context.in_step = false;
    u->keepalive = 0;
    return NGX_OK;
  }
  ngx_chain_t** last = &u->out_bufs;
  while (*last != nullptr) last = &(*last)->next;
  ngx_chain_t* link = ngx_chain_get_free_buf(r->pool, &u->free_bufs);
  if (link == nullptr) return NGX_ERROR;
  *last = link;
  ngx_buf_t& buf = *link->buf;
  buf.flush = 1;
  buf.memory = 1;
  buf.tag = u->output.tag;
  buf.pos = u->buffer.last;
  u->buffer.last += bytes;
  buf.last = u->buffer.last;
  u->length = 0;
  // A connection that said more than its verdict is out of step with us and not used again.
  u->keepalive = context.in_step;
  return NGX_OK;
}

}  // namespace

void hand_over(ngx_http_request_t* r, Context& context) noexcept {
  if (ngx_http_upstream_create(r) != NGX_OK) {
    ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
    return;
  }
  ngx_http_upstream_t* u = r->upstream;
  u->schema = ngx_text("webhook://");
  u->output.tag = &ngx_http_webhook_module;
  u->conf = const_cast<ngx_http_upstream_conf_t*>(&context.conf->upstream);
  u->create_request = create_request;
  u->reinit_request = reinit_request;
  u->process_header = process_header;
  u->abort_request = abort_request;
  u->finalize_request = finalize_request;
  u->input_filter_init = input_filter_init;
  u->input_filter = input_filter;
  u->input_filter_ctx = &context;
  ngx_http_upstream_init(r);
}

}  // namespace ringfence::edge
