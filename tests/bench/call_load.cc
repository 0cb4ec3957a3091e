// call_load INGEST_SOCKET: provider and edge in one, to load ringd with as many calls as it takes. Listens on a port of
// 127.0.0.1, which is its first line of output, and does what each line of its input says, one JSON line each:
//
//   play COUNT AT_ONCE LEGS     whole calls, the next begins when one is over
//   stand COUNT AT_ONCE LEGS    calls that stay in conversation
//   touch COUNT                 webhooks of standing calls picked at random
//
// Must not know: what is measured, and beside what (tools/bench).
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "lean_calls.h"
#include "shared/frame_codec.h"

namespace ringfence::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t kEdgeConnections = 32;  // as many as one nginx keeps
constexpr std::size_t kTouchesAtOnce = 256;
constexpr auto kPatience = std::chrono::seconds(20);

struct Peer {
  explicit Peer(int descriptor) : fd(descriptor) {}
  int fd;
  std::string inbox;                                 // of an HTTP connection
  FrameReader verdicts{limits::kFramePayloadBytes};  // of one to ringd
  bool is_edge = false, busy = false;
  Webhook webhook;  // under way on it
};

bool send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

std::string frame_of(const Webhook& webhook) {
  EventFrame frame;
  frame.received_ms = 1'795'244'400'000;
  frame.scheme = "telnyx";
  frame.id = webhook.id;
  frame.type = webhook.type;
  frame.partition = webhook.partition;
  frame.body = as_bytes(webhook.body);
  return encode_event(frame);
}

class CallLoad {
 public:
  bool start(const char* socket_path) {
    path_ = socket_path;
    epoll_ = epoll_create1(EPOLL_CLOEXEC);
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener_, 256) != 0 ||
        getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      return false;
    }
    std::printf("{\"port\": %d}\n", ntohs(address.sin_port));
    std::fflush(stdout);
    return watch(listener_, nullptr);
  }

  // False: ringd is away, or nothing has moved for too long.
  bool run(const std::string& verb, std::size_t count, std::size_t at_once, int legs) {
    while (edge_.size() < kEdgeConnections) {
      if (!connect_edge()) return false;
    }
    const std::size_t commands = calls_.commands(), webhooks = calls_.webhooks(), later = later_;
    const auto started = Clock::now();
    std::size_t begun = 0;
    heard_ = started;
    const auto is_done = [&] { return begun == count && calls_.open() == 0 && calls_.outbox.empty() && busy_ == 0; };
    while (!is_done()) {
      if (verb == "touch") {
        for (; begun < count && calls_.outbox.size() < kTouchesAtOnce; ++begun) calls_.touch();
      } else {
        for (; begun < count && calls_.open() < at_once; ++begun) calls_.begin(legs, verb == "stand");
      }
      if (!deliver() || !turn()) return false;
    }
    const double seconds = std::chrono::duration<double>(Clock::now() - started).count();
    std::printf(
        "{\"count\": %zu, \"seconds\": %.4f, \"commands\": %zu, \"webhooks\": %zu, \"later\": %zu, "
        "\"standing\": %zu}\n",
        count, seconds, calls_.commands() - commands, calls_.webhooks() - webhooks, later_ - later, calls_.standing());
    std::fflush(stdout);
    return true;
  }

 private:
  bool watch(int fd, Peer* peer) {
    epoll_event event{.events = EPOLLIN, .data = {.ptr = peer}};
    return epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) == 0;
  }

  Peer* keep(int fd) {
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // in vain on a Unix socket
    auto& peer = peers_[fd] = std::make_unique<Peer>(fd);
    return watch(fd, peer.get()) ? peer.get() : nullptr;
  }

  bool connect_edge() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return false;
    Peer* peer = keep(fd);
    if (peer == nullptr) return false;
    peer->is_edge = true;
    edge_.push_back(peer);
    return true;
  }

  bool deliver() {
    for (Peer* peer : edge_) {
      if (calls_.outbox.empty()) break;
      if (peer->busy) continue;
      peer->webhook = std::move(calls_.outbox.front());
      calls_.outbox.pop_front();
      peer->busy = true;
      ++busy_;
      if (!send_all(peer->fd, frame_of(peer->webhook))) return false;
    }
    return true;
  }

  bool turn() {
    epoll_event events[64];
    const int count = epoll_wait(epoll_, events, 64, 1000);
    if (count > 0) heard_ = Clock::now();
    if (count < 0 || Clock::now() - heard_ > kPatience) return false;
    for (int i = 0; i < count; ++i) {
      auto* peer = static_cast<Peer*>(events[i].data.ptr);
      if (peer == nullptr) {
        const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd >= 0 && keep(fd) == nullptr) return false;
      } else if (!read(*peer)) {
        return false;
      }
    }
    return true;
  }

  bool read(Peer& peer) {
    char buffer[65536];
    const ssize_t n = recv(peer.fd, buffer, sizeof buffer, 0);
    if (n <= 0 && peer.is_edge) return false;
    if (n <= 0) {  // a client may close a connection it does not need
      const int fd = peer.fd;
      peers_.erase(fd);
      close(fd);
      return true;
    }
    const std::string_view bytes(buffer, static_cast<std::size_t>(n));
    return peer.is_edge ? read_verdict(peer, bytes) : read_requests(peer, bytes);
  }

  bool read_verdict(Peer& peer, std::string_view bytes) {
    ByteView input = as_bytes(bytes);
    if (peer.verdicts.next(input) != FrameReader::Status::frame) return input.empty();
    const auto verdict = decode_verdict(peer.verdicts.payload());
    if (!verdict) return false;
    peer.busy = false;
    --busy_;
    if (verdict->verdict == Verdict::later) {
      ++later_;
      calls_.outbox.push_back(std::move(peer.webhook));
    } else {
      calls_.taken(peer.webhook);
    }
    return true;
  }

  bool read_requests(Peer& peer, std::string_view bytes) {
    peer.inbox.append(bytes);
    for (;;) {
      const std::size_t head = peer.inbox.find("\r\n\r\n");
      if (head == std::string::npos) return true;
      const std::size_t length_at = peer.inbox.find("Content-Length: ");
      const std::size_t length = length_at < head ? std::strtoul(peer.inbox.c_str() + length_at + 16, nullptr, 10) : 0;
      if (peer.inbox.size() < head + 4 + length) return true;
      const std::string_view request(peer.inbox);
      const std::size_t path_at = request.find(' ') + 1;
      const std::string_view path = request.substr(path_at, request.find(' ', path_at) - path_at);
      const std::string body = calls_.command(path, request.substr(head + 4, length));
      const std::string answer = (body.empty() ? "HTTP/1.1 404 Not Found" : "HTTP/1.1 200 OK") +
                                 std::string("\r\nContent-Type: application/json\r\nContent-Length: ") +
                                 std::to_string(body.size()) + "\r\n\r\n" + body;
      if (!send_all(peer.fd, answer)) return false;
      peer.inbox.erase(0, head + 4 + length);
    }
  }

  std::string path_;
  int epoll_ = -1, listener_ = -1;
  std::map<int, std::unique_ptr<Peer>> peers_;
  std::vector<Peer*> edge_;
  std::size_t busy_ = 0, later_ = 0;
  Clock::time_point heard_;
  LeanCalls calls_;
};

}  // namespace
}  // namespace ringfence::bench

int main(int argc, char** argv) {
  ringfence::bench::CallLoad load;
  if (argc != 2 || !load.start(argv[1])) {
    std::fprintf(stderr, "usage: call_load INGEST_SOCKET\n");
    return 2;
  }
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream words(line);
    std::string verb;
    std::size_t count = 0, at_once = 1;
    int legs = 1;
    words >> verb >> count;
    if (!words) return 2;
    words >> at_once >> legs;  // not of every verb
    if (!load.run(verb, count, at_once, legs)) {
      std::fprintf(stderr, "call_load: ringd went away, or nothing moved for 20 s\n");
      return 1;
    }
  }
  return 0;
}
