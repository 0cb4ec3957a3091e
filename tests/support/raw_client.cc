// See http_client.h: the half without libcurl.
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "support/http_client.h"
#include "support/wait.h"

namespace ringfence::test {

RawClient::RawClient(const std::string& unix_socket) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (unix_socket.size() >= sizeof address.sun_path) return;
  std::memcpy(address.sun_path, unix_socket.data(), unix_socket.size());
  fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd_ < 0) return;
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(fd_);
    fd_ = -1;
  }
}

RawClient::~RawClient() {
  if (fd_ >= 0) ::close(fd_);
}

bool RawClient::write(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool RawClient::fill() {
  pollfd ready{fd_, POLLIN, 0};
  if (::poll(&ready, 1, static_cast<int>(kPatience.count())) <= 0) return false;
  char chunk[4096];
  const ssize_t got = ::recv(fd_, chunk, sizeof chunk, 0);
  if (got <= 0) return false;
  pending_.append(chunk, static_cast<std::size_t>(got));
  return true;
}

HttpResponse RawClient::read_response() {
  HttpResponse response;
  std::size_t end = 0;
  while ((end = pending_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) return response;
  }
  const std::string head = pending_.substr(0, end);
  pending_.erase(0, end + 4);
  const std::size_t at = head.find("Content-Length: ");
  const std::size_t length = at == std::string::npos ? 0 : std::strtoul(head.c_str() + at + 16, nullptr, 10);
  while (pending_.size() < length) {
    if (!fill()) return response;
  }
  response.body = pending_.substr(0, length);
  pending_.erase(0, length);
  response.status = static_cast<int>(std::strtol(head.c_str() + head.find(' '), nullptr, 10));
  return response;
}

std::string RawClient::read(std::size_t bytes) {
  while (pending_.size() < bytes && fill()) {
  }
  std::string text = pending_.substr(0, bytes);
  pending_.erase(0, text.size());
  return text;
}

bool RawClient::closed_by_peer() {
  pollfd ready{fd_, POLLIN, 0};
  if (::poll(&ready, 1, static_cast<int>(kPatience.count())) <= 0) return false;
  char byte = 0;
  return ::recv(fd_, &byte, 1, MSG_PEEK) == 0;
}

std::string raw_text(const HttpRequest& request) {
  std::string text = request.method + " " + request.path + " HTTP/1.1\r\nHost: edge.test\r\n";
  for (const auto& [name, value] : request.headers) text += name + ": " + value + "\r\n";
  text += "Content-Length: " + std::to_string(request.body.size()) + "\r\n\r\n";
  return text + request.body;
}

}  // namespace ringfence::test
