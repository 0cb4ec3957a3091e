// See socket_thread.h.
#include "support/socket_thread.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

namespace ringfence::test {
namespace {

int listen_on(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return -1;
  std::memcpy(address.sun_path, path.data(), path.size());
  ::unlink(path.c_str());
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || ::listen(fd, 128) != 0) {
    ::close(fd);
    return -1;
  }
  return fd;
}

}  // namespace

SocketThread::SocketThread(std::string path, User user)
    : path_(std::move(path)), user_(std::move(user)), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  thread_ = std::thread([this] { run(); });
}

SocketThread::~SocketThread() {
  stop();
  {
    const auto held = lock();
    quit_ = true;
  }
  poke();
  thread_.join();
  ::close(wake_);
}

bool SocketThread::start() {
  const auto held = lock();
  if (listener_ < 0) listener_ = listen_on(path_);
  poke();
  return listener_ >= 0;
}

void SocketThread::stop() {
  const auto held = lock();
  if (listener_ >= 0) ::close(listener_);
  listener_ = -1;
  ::unlink(path_.c_str());
  close_all();
  poke();
}

void SocketThread::drop_connections() {
  const auto held = lock();
  close_all();
  poke();
}

void SocketThread::send(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void SocketThread::close(int fd) {
  ::close(fd);
  connections_.erase(fd);
  user_.closed(fd);
}

void SocketThread::deafen(int fd) { connections_.at(fd) = 0; }

void SocketThread::close_all() {
  while (!connections_.empty()) close(connections_.begin()->first);
}

void SocketThread::poke() const {
  const std::uint64_t one = 1;
  (void)!::write(wake_, &one, sizeof one);
}

void SocketThread::accept_one() {
  const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (fd < 0) return;
  connections_.emplace(fd, POLLIN);
  user_.opened(fd);
}

void SocketThread::receive(int fd) {
  char chunk[65536];
  const ssize_t got = ::recv(fd, chunk, sizeof chunk, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) return close(fd);
  user_.received(fd, {chunk, static_cast<std::size_t>(got)});
}

void SocketThread::run() {
  for (;;) {
    std::vector<pollfd> waiting{{wake_, POLLIN, 0}};
    {
      const auto held = lock();
      if (quit_) return;
      if (listener_ >= 0) waiting.push_back({listener_, POLLIN, 0});
      for (const auto& [fd, events] : connections_) waiting.push_back({fd, events, 0});
    }
    if (::poll(waiting.data(), waiting.size(), -1) < 0) continue;
    const auto held = lock();
    std::uint64_t ignored = 0;
    (void)!::read(wake_, &ignored, sizeof ignored);
    for (const pollfd& one : waiting) {
      if (one.revents == 0) continue;
      // What was closed meanwhile is no longer listed, or not ready any more: recv and accept cope.
      if (one.fd == listener_) {
        if ((one.revents & POLLIN) != 0) accept_one();
      } else if (connections_.contains(one.fd)) {
        receive(one.fd);
      }
    }
  }
}

}  // namespace ringfence::test
