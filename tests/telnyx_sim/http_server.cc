// See http_server.h. libevent stops reading a connection whose request is not answered yet, so a held request stays
// valid until it is replied to, even when its client has gone.
#include "telnyx_sim/http_server.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/keyvalq_struct.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace ringfence::sim {
namespace {

// Half an answer and then the end of the connection: whoever asked cannot know, and cannot take it for an idle
// connection that was closed meanwhile, after which a client asks again by itself.
void break_off(evhttp_request* request) {
  constexpr std::string_view kHalf = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{";
  const int fd = bufferevent_getfd(evhttp_connection_get_bufferevent(evhttp_request_get_connection(request)));
  (void)!::send(fd, kHalf.data(), kHalf.size(), MSG_NOSIGNAL);
  ::shutdown(fd, SHUT_RDWR);
}

void send_reply(evhttp_request* request, const Reply& reply) {
  const bool broken = reply.status == 0;
  if (broken && evhttp_request_get_connection(request) != nullptr) break_off(request);
  evkeyvalq* headers = evhttp_request_get_output_headers(request);
  evhttp_add_header(headers, "Content-Type", "application/json");
  if (reply.retry_after_s > 0) evhttp_add_header(headers, "Retry-After", std::to_string(reply.retry_after_s).c_str());
  evbuffer* out = evhttp_request_get_output_buffer(request);
  evbuffer_add(out, reply.body.data(), reply.body.size());
  evhttp_send_reply(request, broken ? HTTP_INTERNAL : reply.status, nullptr, nullptr);  // which also frees it
}

std::string_view method_name(evhttp_cmd_type method) {
  switch (method) {
    case EVHTTP_REQ_GET:
      return "GET";
    case EVHTTP_REQ_POST:
      return "POST";
    case EVHTTP_REQ_PUT:
      return "PUT";
    case EVHTTP_REQ_DELETE:
      return "DELETE";
    default:
      return "OTHER";
  }
}

}  // namespace

HttpServer::HttpServer(event_base* base, LoopClock& clock, Handler handler)
    : clock_(clock), handler_(std::move(handler)), server_(evhttp_new(base)) {
  evhttp_set_max_body_size(server_.get(), static_cast<ev_ssize_t>(kRequestBytes));
  evhttp_set_max_headers_size(server_.get(), 64 * 1024);
  evhttp_set_allowed_methods(server_.get(), EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_PUT | EVHTTP_REQ_DELETE);
  evhttp_set_gencb(server_.get(), &HttpServer::received, this);
}

Result<std::uint16_t> HttpServer::listen(const std::string& address, std::uint16_t port) {
  evhttp_bound_socket* bound = evhttp_bind_socket_with_handle(server_.get(), address.c_str(), port);
  if (bound == nullptr) return fail(ErrorCode::unavailable, "cannot listen on " + address + ":" + std::to_string(port));
  sockaddr_storage name{};
  socklen_t length = sizeof name;
  if (getsockname(evhttp_bound_socket_get_fd(bound), reinterpret_cast<sockaddr*>(&name), &length) != 0)
    return fail(ErrorCode::internal, "the listening socket has no name");
  if (name.ss_family == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6*>(&name)->sin6_port);
  return ntohs(reinterpret_cast<const sockaddr_in*>(&name)->sin_port);
}

void HttpServer::received(evhttp_request* request, void* context) noexcept {
  auto* self = static_cast<HttpServer*>(context);
  const LoopClock::Turn turn(self->clock_);
  HttpRequest received;
  received.method = method_name(evhttp_request_get_command(request));
  const std::string_view uri = evhttp_request_get_uri(request);
  const std::size_t question = uri.find('?');
  received.path = uri.substr(0, question);
  if (question != uri.npos) received.query = uri.substr(question + 1);
  if (const char* value = evhttp_find_header(evhttp_request_get_input_headers(request), "Authorization"))
    received.authorization = value;
  if (const char* value = evhttp_find_header(evhttp_request_get_input_headers(request), "webhook-id"))
    received.webhook_id = value;
  evbuffer* input = evhttp_request_get_input_buffer(request);
  received.body.resize(evbuffer_get_length(input));
  evbuffer_copyout(input, received.body.data(), received.body.size());
  self->handler_(received, [request](const Reply& reply) { send_reply(request, reply); });
}

}  // namespace ringfence::sim
