// A load of webhooks of one kind over keep-alive connections on loopback. Prints one JSON line: what was answered,
// how fast. Bounded by COUNT; talks to 127.0.0.1 only. Must not know: what it is compared with (tools/bench).
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "webhooks.h"

namespace ringfence::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct Connection {
  int fd = -1;
  std::string inbox;
  Clock::time_point sent;
};

class Load {
 public:
  Load(std::uint16_t port, std::string path, Kind kind, const std::vector<SignedWebhook>& webhooks)
      : port_(port), path_(std::move(path)), kind_(kind), webhooks_(webhooks) {}

  bool run(std::size_t connections) {
    epoll_ = epoll_create1(EPOLL_CLOEXEC);
    connections_.resize(connections);
    const auto started = Clock::now();
    for (Connection& connection : connections_) {
      if (!open(connection)) return false;
      send_next(connection);
    }
    // Never asleep: waking a sleeping client costs nginx more the longer it computes, and a client that is as awake in
    // every row is the same in every row.
    auto heard = started;
    while (answered_ < webhooks_.size()) {
      epoll_event events[64];
      const int count = epoll_wait(epoll_, events, 64, 0);
      if (count < 0 || (count == 0 && Clock::now() - heard > std::chrono::seconds(5))) return false;
      if (count > 0) heard = Clock::now();
      for (int i = 0; i < count; ++i) {
        if (!read(*static_cast<Connection*>(events[i].data.ptr))) return false;
      }
    }
    seconds_ = std::chrono::duration<double>(Clock::now() - started).count();
    return true;
  }

  void print() {
    std::sort(latencies_us_.begin(), latencies_us_.end());
    const auto at = [&](double share) {
      return latencies_us_.empty()
                 ? 0.0
                 : latencies_us_[static_cast<std::size_t>(share * static_cast<double>(latencies_us_.size() - 1))];
    };
    std::printf(
        "{\"requests\": %zu, \"seconds\": %.3f, \"per_second\": %.0f, \"p50_us\": %.0f, \"p99_us\": %.0f, "
        "\"statuses\": {",
        answered_, seconds_, static_cast<double>(answered_) / seconds_, at(0.50), at(0.99));
    const char* separator = "";
    for (const auto& [status, count] : statuses_) {
      std::printf("%s\"%ld\": %zu", separator, status, count);
      separator = ", ";
    }
    std::printf("}}\n");
  }

 private:
  bool open(Connection& connection) {
    connection.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(connection.fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return false;
    const int on = 1;
    setsockopt(connection.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    epoll_event event{.events = EPOLLIN, .data = {.ptr = &connection}};
    return epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.fd, &event) == 0;
  }

  void send_next(Connection& connection) {
    if (next_ >= webhooks_.size()) return;
    const SignedWebhook& one = webhooks_[next_++];
    const std::string request = "POST " + path_ + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
                                signature_headers(one, kind_) + "Content-Length: " + std::to_string(one.body.size()) +
                                "\r\n\r\n" + one.body;
    connection.sent = Clock::now();
    std::size_t written = 0;
    while (written < request.size()) {
      const ssize_t n = send(connection.fd, request.data() + written, request.size() - written, MSG_NOSIGNAL);
      if (n <= 0) return;
      written += static_cast<std::size_t>(n);
    }
  }

  bool read(Connection& connection) {
    char buffer[8192];
    const ssize_t n = recv(connection.fd, buffer, sizeof buffer, 0);
    if (n <= 0) return false;
    connection.inbox.append(buffer, static_cast<std::size_t>(n));
    const std::size_t head_end = connection.inbox.find("\r\n\r\n");
    if (head_end == std::string::npos) return true;
    const std::size_t length_at = connection.inbox.find("Content-Length: ");
    const bool chunked = length_at == std::string::npos || length_at > head_end;
    if (chunked) {
      if (connection.inbox.find("\r\n0\r\n\r\n", head_end) == std::string::npos) return true;
    } else {
      const std::size_t length = std::strtoul(connection.inbox.c_str() + length_at + 16, nullptr, 10);
      if (connection.inbox.size() < head_end + 4 + length) return true;
    }
    ++statuses_[std::strtol(connection.inbox.c_str() + 9, nullptr, 10)];
    latencies_us_.push_back(std::chrono::duration<double, std::micro>(Clock::now() - connection.sent).count());
    ++answered_;
    connection.inbox.clear();
    send_next(connection);
    return true;
  }

  std::uint16_t port_;
  std::string path_;
  Kind kind_;
  const std::vector<SignedWebhook>& webhooks_;
  int epoll_ = -1;
  std::vector<Connection> connections_;
  std::size_t next_ = 0, answered_ = 0;
  double seconds_ = 0;
  std::vector<double> latencies_us_;
  std::map<long, std::size_t> statuses_;
};

std::optional<Kind> kind_named(std::string_view name) {
  constexpr std::pair<std::string_view, Kind> kKinds[] = {{"genuine", Kind::genuine},    {"copies", Kind::copies},
                                                          {"unsigned", Kind::unsigned_}, {"stale", Kind::stale},
                                                          {"forged", Kind::forged},      {"hmac", Kind::hmac}};
  for (const auto& [known, kind] : kKinds) {
    if (name == known) return kind;
  }
  return std::nullopt;
}

}  // namespace
}  // namespace ringfence::bench

int main(int argc, char** argv) {
  using namespace ringfence::bench;
  if (sodium_init() < 0) return 2;
  const Webhooks maker;
  const std::string_view first = argc == 2 ? argv[1] : "";
  if (first == "--public-key" || first == "--hmac-secret") {
    std::printf("%s\n", first == "--public-key" ? maker.public_key_base64().c_str() : kHmacSecret);
    return 0;
  }
  const auto kind = argc == 7 ? kind_named(argv[6]) : std::nullopt;
  if (!kind) {
    std::fputs(
        "usage: edge_load PORT PATH COUNT CONNECTIONS RUN KIND | edge_load --public-key | edge_load --hmac-secret\n"
        "KIND: genuine, copies, unsigned, stale, forged, hmac\n",
        stderr);
    return 2;
  }
  const auto webhooks = maker.make(std::strtoul(argv[3], nullptr, 10), argv[5], *kind);
  Load load(static_cast<std::uint16_t>(std::strtoul(argv[1], nullptr, 10)), argv[2], *kind, webhooks);
  if (!load.run(std::strtoul(argv[4], nullptr, 10))) {
    std::fputs("edge_load: a connection failed or nothing was answered for 5 s\n", stderr);
    return 1;
  }
  load.print();
  return 0;
}
