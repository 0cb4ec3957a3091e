// systemd's side of a daemon, spoken by hand: its protocol is one datagram and five environment variables.
// Used by main. Must not know: what the daemon does.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence {

// Sends states such as "READY=1" to $NOTIFY_SOCKET. Does nothing when not started by systemd.
class ServiceNotifier {
 public:
  ServiceNotifier();  // reads the environment
  ~ServiceNotifier();
  ServiceNotifier(const ServiceNotifier&) = delete;
  ServiceNotifier& operator=(const ServiceNotifier&) = delete;

  void send(std::string_view state) noexcept;
  // How often systemd wants to hear "WATCHDOG=1" (we send twice as often); nullopt: not at all.
  [[nodiscard]] std::optional<std::int64_t> watchdog_ms() const noexcept { return watchdog_ms_; }

 private:
  int fd_ = -1;
  std::string address_;  // as in sockaddr_un: a leading NUL for the abstract namespace
  std::optional<std::int64_t> watchdog_ms_;
};

// Listening sockets handed over by systemd (LISTEN_PID, LISTEN_FDS), made close-on-exec.
[[nodiscard]] std::vector<int> inherited_sockets();
// The one among `sockets` that listens on this Unix socket path; -1: none does.
[[nodiscard]] int find_unix_listener(const std::vector<int>& sockets, std::string_view path) noexcept;

}  // namespace ringfence
