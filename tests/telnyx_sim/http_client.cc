// See http_client.h. A new request is never begun inside a callback of libevent's client: after a refused connection
// it would be failed together with the old one. A wake-up event begins it one loop turn later.
#include "telnyx_sim/http_client.h"

#include <event2/buffer.h>
#include <event2/keyvalq_struct.h>

#include <algorithm>

namespace ringfence::sim {

struct HttpClient::Connection {
  struct Free {
    void operator()(evhttp_connection* closed) const noexcept { evhttp_connection_free(closed); }
  };
  HttpClient* owner = nullptr;
  std::string host;
  std::uint16_t port = 0;
  std::int64_t timeout_ms = 0;
  std::unique_ptr<evhttp_connection, Free> connection;
  std::function<void(int, std::string)> done;
};

Result<Endpoint> parse_endpoint(const std::string& url) {
  struct Free {
    void operator()(evhttp_uri* uri) const noexcept { evhttp_uri_free(uri); }
  };
  const std::unique_ptr<evhttp_uri, Free> uri(evhttp_uri_parse(url.c_str()));
  const char* scheme = uri == nullptr ? nullptr : evhttp_uri_get_scheme(uri.get());
  const char* host = uri == nullptr ? nullptr : evhttp_uri_get_host(uri.get());
  if (scheme == nullptr || std::string_view(scheme) != "http" || host == nullptr || *host == '\0')
    return fail(ErrorCode::invalid, "a webhook URL must read http://HOST[:PORT]/PATH");
  Endpoint endpoint;
  endpoint.url = url;
  endpoint.host = host;
  const int port = evhttp_uri_get_port(uri.get());
  endpoint.port = static_cast<std::uint16_t>(port > 0 ? port : 80);
  const char* path = evhttp_uri_get_path(uri.get());
  endpoint.path = path == nullptr || *path == '\0' ? "/" : path;
  if (const char* query = evhttp_uri_get_query(uri.get())) endpoint.path += std::string("?") + query;
  return endpoint;
}

HttpClient::HttpClient(event_base* base, LoopClock& clock) : base_(base), clock_(clock) {
  wake_ = event_new(
      base, -1, EV_PERSIST,
      [](evutil_socket_t, short, void* self) noexcept {
        auto* client = static_cast<HttpClient*>(self);
        const LoopClock::Turn turn(client->clock_);
        client->dispatch();
      },
      this);
}

HttpClient::~HttpClient() {
  for (auto& connection : connections_) connection->done = nullptr;  // freeing calls back, and nobody listens any more
  event_free(wake_);
}

void HttpClient::send(Post post) {
  if (queue_.size() >= kClientQueue) return post.done(0, "");
  queue_.push_back(std::move(post));
  event_active(wake_, 0, 0);
}

HttpClient::Connection* HttpClient::idle_connection(const Endpoint& to) {
  const auto fits = [&](const Connection* c) { return c->host == to.host && c->port == to.port; };
  const auto found = std::find_if(idle_.rbegin(), idle_.rend(), fits);
  if (found != idle_.rend()) {
    Connection* connection = *found;
    idle_.erase(std::next(found).base());
    return connection;
  }
  if (connections_.size() >= kClientConnections) {
    if (idle_.empty()) return nullptr;
    Connection* other = idle_.front();  // kept for a place nobody asks for now
    idle_.erase(idle_.begin());
    std::erase_if(connections_, [&](const auto& connection) { return connection.get() == other; });
  }
  auto connection = std::make_unique<Connection>();
  connection->owner = this;
  connection->host = to.host;
  connection->port = to.port;
  connection->connection.reset(evhttp_connection_base_new(base_, nullptr, to.host.c_str(), to.port));
  if (connection->connection == nullptr) return nullptr;
  evhttp_connection_set_max_body_size(connection->connection.get(), 256 * 1024);
  connections_.push_back(std::move(connection));
  return connections_.back().get();
}

void HttpClient::dispatch() {
  while (!queue_.empty()) {
    Connection* connection = idle_connection(queue_.front().to);
    if (connection == nullptr) return;
    Post post = std::move(queue_.front());
    queue_.pop_front();
    start(*connection, std::move(post));
  }
}

void HttpClient::start(Connection& connection, Post post) {
  if (post.started) post.started();
  connection.done = std::move(post.done);
  if (connection.timeout_ms != post.timeout_ms) {
    connection.timeout_ms = post.timeout_ms;
    const timeval timeout{post.timeout_ms / 1000, post.timeout_ms % 1000 * 1000};
    evhttp_connection_set_timeout_tv(connection.connection.get(), &timeout);
  }
  evhttp_request* request = evhttp_request_new(&HttpClient::finished, &connection);
  evkeyvalq* headers = evhttp_request_get_output_headers(request);
  evhttp_add_header(headers, "Host", (post.to.host + ":" + std::to_string(post.to.port)).c_str());
  for (const auto& [name, value] : post.headers) evhttp_add_header(headers, name.c_str(), value.c_str());
  evbuffer_add(evhttp_request_get_output_buffer(request), post.body.data(), post.body.size());
  // On failure libevent has freed the request without calling back.
  if (evhttp_make_request(connection.connection.get(), request, EVHTTP_REQ_POST, post.to.path.c_str()) != 0)
    finished(nullptr, &connection);
}

void HttpClient::finished(evhttp_request* request, void* context) noexcept {
  auto* connection = static_cast<Connection*>(context);
  if (!connection->done) return;
  HttpClient* owner = connection->owner;
  const LoopClock::Turn turn(owner->clock_);
  const auto done = std::move(connection->done);
  connection->done = nullptr;
  const int status = request == nullptr ? 0 : evhttp_request_get_response_code(request);
  std::string body;
  if (status != 0) {
    evbuffer* input = evhttp_request_get_input_buffer(request);
    body.resize(evbuffer_get_length(input));
    evbuffer_copyout(input, body.data(), body.size());
  }
  owner->idle_.push_back(connection);
  if (!owner->queue_.empty()) event_active(owner->wake_, 0, 0);
  done(status, std::move(body));
}

}  // namespace ringfence::sim
