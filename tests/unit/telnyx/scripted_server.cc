// See scripted_server.h.
#include "scripted_server.h"

#include <cstdlib>
#include <utility>

namespace ringfence {
namespace {

struct Write {
  uv_write_t request{};
  std::string bytes;
};

void write_to(uv_tcp_t* handle, std::string bytes) {
  auto* write = new Write{.request = {}, .bytes = std::move(bytes)};
  write->request.data = write;
  uv_buf_t buffer = uv_buf_init(write->bytes.data(), static_cast<unsigned>(write->bytes.size()));
  uv_write(&write->request, reinterpret_cast<uv_stream_t*>(handle), &buffer, 1,
           [](uv_write_t* request, int) noexcept { delete static_cast<Write*>(request->data); });
}

std::map<std::string, std::string> headers_of(const std::string& head) {
  std::map<std::string, std::string> headers;
  std::size_t at = head.find("\r\n");
  while (at != std::string::npos && at + 2 < head.size()) {
    const std::size_t end = head.find("\r\n", at + 2);
    const std::string line = head.substr(at + 2, end == std::string::npos ? end : end - at - 2);
    const std::size_t colon = line.find(": ");
    if (colon != std::string::npos) {
      std::string name = line.substr(0, colon);
      for (char& c : name) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
      headers[name] = line.substr(colon + 2);
    }
    at = end;
  }
  return headers;
}

}  // namespace

ScriptedServer::ScriptedServer(UvLoop& loop, Script script) : loop_(loop), script_(std::move(script)) {
  uv_tcp_init(loop.get(), listener_.get());
  listener_.get()->data = this;
  sockaddr_in address{};
  uv_ip4_addr("127.0.0.1", 0, &address);
  const auto on_connection = [](uv_stream_t* stream, int) noexcept {
    static_cast<ScriptedServer*>(stream->data)->accept();
  };
  if (uv_tcp_bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), 0) != 0 ||
      uv_listen(reinterpret_cast<uv_stream_t*>(listener_.get()), 512, on_connection) != 0) {
    std::abort();
  }
  int length = sizeof address;
  uv_tcp_getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &length);
  port_ = ntohs(address.sin_port);
}

ScriptedServer::~ScriptedServer() = default;

void ScriptedServer::accept() {
  auto connection = std::make_unique<Connection>();
  connection->server = this;
  uv_tcp_init(loop_.get(), connection->handle.get());
  connection->handle.get()->data = connection.get();
  auto* stream = reinterpret_cast<uv_stream_t*>(connection->handle.get());
  if (uv_accept(reinterpret_cast<uv_stream_t*>(listener_.get()), stream) != 0) return;
  ++connections;
  uv_read_start(
      stream,
      [](uv_handle_t*, std::size_t size, uv_buf_t* buffer) noexcept {
        *buffer = uv_buf_init(new char[size], static_cast<unsigned>(size));
      },
      [](uv_stream_t* from, ssize_t length, const uv_buf_t* buffer) noexcept {
        auto& on = *static_cast<Connection*>(from->data);
        if (length > 0) on.input.append(buffer->base, static_cast<std::size_t>(length));
        delete[] buffer->base;
        if (length > 0) {
          on.server->take_input(on);
        } else if (length < 0) {
          on.server->drop(on);
        }
      });
  open_.push_back(std::move(connection));
}

void ScriptedServer::take_input(Connection& connection) {
  while (true) {
    const std::size_t head_end = connection.input.find("\r\n\r\n");
    if (head_end == std::string::npos) return;
    SeenRequest request;
    const std::string head = connection.input.substr(0, head_end);
    request.headers = headers_of(head);
    const auto length = request.headers.find("content-length");
    const std::size_t size = length == request.headers.end() ? 0 : std::stoul(length->second);
    if (connection.input.size() < head_end + 4 + size) return;
    request.body = connection.input.substr(head_end + 4, size);
    connection.input.erase(0, head_end + 4 + size);
    const std::size_t first = head.find(' '), second = head.find(' ', first + 1);
    request.method = head.substr(0, first);
    request.path = head.substr(first + 1, second - first - 1);
    seen.push_back(request);
    const ScriptedReply reply = script_(request);
    if (reply.how == ScriptedReply::How::held) {
      held_.push_back({&connection, reply});
      continue;
    }
    answer(connection, reply);
    if (reply.how != ScriptedReply::How::at_once) return;  // the connection is gone
  }
}

void ScriptedServer::answer(Connection& connection, const ScriptedReply& reply) {
  using How = ScriptedReply::How;
  if (reply.how != How::close_at_once) {
    std::string bytes = "HTTP/1.1 " + std::to_string(reply.status) + " Scripted\r\nContent-Type: application/json\r\n" +
                        reply.extra_headers + "Content-Length: " + std::to_string(reply.body.size()) + "\r\n\r\n";
    bytes += reply.how == How::close_midway ? reply.body.substr(0, reply.body.size() / 2) : reply.body;
    if (reply.how == How::close_midway) {
      uv_buf_t buffer = uv_buf_init(bytes.data(), static_cast<unsigned>(bytes.size()));
      (void)uv_try_write(reinterpret_cast<uv_stream_t*>(connection.handle.get()), &buffer, 1);
    } else {
      write_to(connection.handle.get(), std::move(bytes));
    }
  }
  if (reply.how == How::close_at_once || reply.how == How::close_midway) drop(connection);
}

bool ScriptedServer::release_one() {
  if (held_.empty()) return false;
  const Held held = std::move(held_.front());
  held_.pop_front();
  answer(*held.connection, held.reply);
  return true;
}

void ScriptedServer::release_all() {
  while (release_one()) {
  }
}

void ScriptedServer::drop(Connection& connection) {
  std::erase_if(held_, [&](const Held& held) { return held.connection == &connection; });
  open_.remove_if([&](const auto& each) { return each.get() == &connection; });
}

void ScriptedServer::close_connections() {
  held_.clear();
  open_.clear();
}

bool run_until(UvLoop& loop, const std::function<bool()>& done, Millis limit_ms) {
  const std::uint64_t end_ns = uv_hrtime() + static_cast<std::uint64_t>(limit_ms) * 1'000'000;
  // UV_RUN_ONCE runs due timers and then sleeps until the next event; the tick bounds that sleep.
  UvTimer tick(loop);
  while (!done() && uv_hrtime() < end_ns) {
    tick.start(5, [] {});
    uv_run(loop.get(), UV_RUN_ONCE);
  }
  return done();
}

}  // namespace ringfence
