// sd_notify and socket activation by hand; see notify.h.
#include "adapters/system/notify.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace ringfence {
namespace {

constexpr int kFirstInheritedFd = 3;  // SD_LISTEN_FDS_START
constexpr int kMostInheritedFds = 16;

[[nodiscard]] std::optional<std::int64_t> environment_number(const char* name) noexcept {
  const char* text = std::getenv(name);
  if (text == nullptr) return std::nullopt;
  const char* end = text + std::strlen(text);
  std::int64_t value = 0;
  const auto [rest, error] = std::from_chars(text, end, value);
  if (error != std::errc{} || rest != end || value < 0) return std::nullopt;
  return value;
}

[[nodiscard]] bool is_for_us(const char* pid_variable) noexcept {
  const auto pid = environment_number(pid_variable);
  return pid && *pid == static_cast<std::int64_t>(getpid());
}

}  // namespace

ServiceNotifier::ServiceNotifier() {
  if (const auto period_us = environment_number("WATCHDOG_USEC"); period_us && *period_us >= 1000) {
    const bool named = std::getenv("WATCHDOG_PID") != nullptr;
    if (!named || is_for_us("WATCHDOG_PID")) watchdog_ms_ = *period_us / 1000;
  }
  const char* address = std::getenv("NOTIFY_SOCKET");
  if (address == nullptr || (address[0] != '/' && address[0] != '@')) return;
  address_ = address;
  if (address_.size() >= sizeof(sockaddr_un::sun_path)) return;
  if (address_[0] == '@') address_[0] = '\0';
  fd_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

ServiceNotifier::~ServiceNotifier() {
  if (fd_ >= 0) ::close(fd_);
}

void ServiceNotifier::send(std::string_view state) noexcept {
  if (fd_ < 0) return;
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  std::memcpy(to.sun_path, address_.data(), address_.size());
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
  // Best effort: a manager that does not listen is not a reason to stop ringing phones.
  static_cast<void>(
      ::sendto(fd_, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&to), length));
}

std::vector<int> inherited_sockets() {
  std::vector<int> sockets;
  const auto count = environment_number("LISTEN_FDS");
  if (!count || *count > kMostInheritedFds || !is_for_us("LISTEN_PID")) return sockets;
  for (int fd = kFirstInheritedFd; fd < kFirstInheritedFd + *count; ++fd) {
    const int flags = fcntl(fd, F_GETFD);
    if (flags < 0 || fcntl(fd, F_SETFD, flags | FD_CLOEXEC) < 0) continue;
    sockets.push_back(fd);
  }
  return sockets;
}

int find_unix_listener(const std::vector<int>& sockets, std::string_view path) noexcept {
  for (const int fd : sockets) {
    sockaddr_un bound{};
    socklen_t length = sizeof bound;
    if (getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &length) != 0 || bound.sun_family != AF_UNIX) continue;
    int listening = 0;
    socklen_t size = sizeof listening;
    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 || listening == 0) continue;
    if (path == std::string_view(bound.sun_path, strnlen(bound.sun_path, sizeof bound.sun_path))) return fd;
  }
  return -1;
}

}  // namespace ringfence
