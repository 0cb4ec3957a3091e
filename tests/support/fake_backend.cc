// See fake_backend.h. HTTP/1.x as nginx speaks it to upstreams, and SCGI; one request a connection.
#include "support/fake_backend.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>

#include "support/socket_thread.h"

namespace ringfence::test {
namespace {

struct Connection {
  std::string input;
  bool held = false;
  bool answered = false;
  bool scgi = false;
};

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](unsigned char c) { return std::tolower(c); });
  return result;
}

ProxiedRequest read_head(std::string_view head) {
  ProxiedRequest request;
  const std::size_t line = head.find("\r\n");
  const std::string_view first = head.substr(0, line);
  const std::size_t method = first.find(' ');
  request.method = first.substr(0, method);
  request.target = first.substr(method + 1, first.rfind(' ') - method - 1);
  head.remove_prefix(line + 2);
  while (!head.empty()) {
    const std::string_view one = head.substr(0, head.find("\r\n"));
    const std::size_t colon = one.find(':');
    std::string_view value = one.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    request.headers.emplace_back(one.substr(0, colon), value);
    head.remove_prefix(one.size() + 2);
  }
  return request;
}

// The body of chunks; nullopt: not all there.
std::optional<std::string> read_chunks(std::string_view input) {
  std::string body;
  for (;;) {
    const std::size_t line = input.find("\r\n");
    if (line == std::string_view::npos) return std::nullopt;
    const std::size_t bytes = std::strtoul(std::string(input.substr(0, line)).c_str(), nullptr, 16);
    if (input.size() < line + 2 + bytes + 2) return std::nullopt;
    if (bytes == 0) return body;
    body.append(input.substr(line + 2, bytes));
    input.remove_prefix(line + 2 + bytes + 2);
  }
}

// SCGI: "length:" name NUL value NUL ... "," body. nullopt: not all there.
std::optional<ProxiedRequest> read_scgi(std::string_view input) {
  const std::size_t colon = input.find(':');
  const std::size_t bytes = std::strtoul(std::string(input.substr(0, colon)).c_str(), nullptr, 10);
  if (colon == std::string_view::npos || input.size() < colon + 1 + bytes + 1) return std::nullopt;
  std::string_view head = input.substr(colon + 1, bytes);
  ProxiedRequest request;
  request.method = "SCGI";
  while (!head.empty()) {
    const std::string_view name = head.substr(0, head.find('\0'));
    head.remove_prefix(name.size() + 1);
    const std::string_view value = head.substr(0, head.find('\0'));
    head.remove_prefix(value.size() + 1);
    request.headers.emplace_back(name, value);
  }
  input.remove_prefix(colon + 1 + bytes + 1);
  const std::size_t length = std::strtoul(request.header("content_length").c_str(), nullptr, 10);
  if (input.size() < length) return std::nullopt;
  request.body = input.substr(0, length);
  return request;
}

// nullopt: not all there.
std::optional<ProxiedRequest> read_request(std::string_view input) {
  if (std::isdigit(static_cast<unsigned char>(input.front())) != 0) return read_scgi(input);
  const std::size_t end = input.find("\r\n\r\n");
  if (end == std::string_view::npos) return std::nullopt;
  ProxiedRequest request = read_head(input.substr(0, end + 2));
  input.remove_prefix(end + 4);
  if (request.header("transfer-encoding") == "chunked") {
    auto body = read_chunks(input);
    if (!body) return std::nullopt;
    request.body = *std::move(body);
    return request;
  }
  const std::string length = request.header("content-length");
  const std::size_t bytes = length == "-" ? 0 : std::strtoul(length.c_str(), nullptr, 10);
  if (input.size() < bytes) return std::nullopt;
  request.body = input.substr(0, bytes);
  return request;
}

std::string text_of(const BackendReply& reply, bool scgi) {
  return (scgi ? "Status: " : "HTTP/1.1 ") + std::to_string(reply.status) + " Scripted\r\nConnection: close\r\n" +
         reply.headers + "Content-Length: " + std::to_string(reply.body.size()) + "\r\n\r\n" + reply.body;
}

}  // namespace

std::string ProxiedRequest::header(std::string_view name) const {
  std::string values;
  bool any = false;
  for (const auto& [key, value] : headers) {
    if (lower(key) != name) continue;
    values += (any ? "|" : "") + value;
    any = true;
  }
  return any ? values : "-";
}

struct FakeBackend::Impl {
  Script script = [](const ProxiedRequest&) { return BackendReply{}; };
  std::map<int, Connection> connections;
  std::vector<ProxiedRequest> seen;
  SocketThread socket;  // last: its thread uses the others

  explicit Impl(std::string path)
      : socket(std::move(path), {.opened = [this](int fd) { connections[fd] = {}; },
                                 .received = [this](int fd, std::string_view bytes) { receive(fd, bytes); },
                                 .closed = [this](int fd) { connections.erase(fd); }}) {}

  void answer(int fd, const BackendReply& reply) {
    Connection& connection = connections.at(fd);
    connection.held = reply.hold;
    if (reply.hold) return;
    if (!reply.die) socket.send(fd, text_of(reply, connection.scgi));
    socket.close(fd);
  }

  void receive(int fd, std::string_view bytes) {
    Connection& connection = connections.at(fd);
    connection.input.append(bytes);
    if (connection.answered) return;
    auto request = read_request(connection.input);
    if (!request) return;
    connection.answered = true;
    connection.scgi = request->method == "SCGI";
    seen.push_back(*std::move(request));
    answer(fd, script(seen.back()));
  }
};

FakeBackend::FakeBackend(std::string unix_socket) : impl_(std::make_unique<Impl>(std::move(unix_socket))) {}

FakeBackend::~FakeBackend() = default;

void FakeBackend::set_script(Script script) {
  const auto lock = impl_->socket.lock();
  impl_->script = std::move(script);
}

void FakeBackend::answer_with(BackendReply reply) {
  set_script([reply = std::move(reply)](const ProxiedRequest&) { return reply; });
}

bool FakeBackend::start() { return impl_->socket.start(); }

void FakeBackend::stop() { impl_->socket.stop(); }

void FakeBackend::release_held(const BackendReply& reply) {
  const auto lock = impl_->socket.lock();
  std::vector<int> held;
  for (const auto& [fd, connection] : impl_->connections) {
    if (connection.held) held.push_back(fd);
  }
  for (const int fd : held) impl_->answer(fd, reply);
}

std::vector<ProxiedRequest> FakeBackend::seen() const {
  const auto lock = impl_->socket.lock();
  return impl_->seen;
}

std::size_t FakeBackend::held() const {
  const auto lock = impl_->socket.lock();
  return static_cast<std::size_t>(
      std::ranges::count_if(impl_->connections, [](const auto& one) { return one.second.held; }));
}

}  // namespace ringfence::test
