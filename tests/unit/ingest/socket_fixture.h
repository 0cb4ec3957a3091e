// A FrameServer on a real Unix socket in a fresh directory, sinks that answer when the test says so, and raw peers.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "adapters/ingest/frame_server.h"
#include "shared/frame_codec.h"
#include "support/fake_log.h"
#include "support/temp_dir.h"

namespace ringfence::testing_ingest {

class FakeEvents final : public EventSink {
 public:
  void on_event(const EventFrame& frame, std::function<void(VerdictReply)> done) override {
    ids.emplace_back(frame.id);
    body_bytes.push_back(frame.body.size());
    if (at_once) return done({.verdict = Verdict::accepted, .reason = std::string(frame.id)});
    waiting.push_back(std::move(done));
  }
  void answer(Verdict verdict = Verdict::accepted) {
    auto done = std::move(waiting.front());
    waiting.pop_front();
    done({.verdict = verdict, .retry_after_s = 7, .reason = "said"});
  }
  bool at_once = false;
  std::vector<std::string> ids;
  std::vector<std::size_t> body_bytes;
  std::deque<std::function<void(VerdictReply)>> waiting;
};

class FakeRequests final : public RequestSink {
 public:
  void on_request(const RequestFrame& frame, std::function<void(ControlReply)> done) override {
    targets.emplace_back(frame.target);
    done({.status = 200, .body = std::string(reply_bytes, 'r')});
  }
  std::size_t reply_bytes = 2;
  std::vector<std::string> targets;
};

// One connection of the other side: a plain non-blocking socket.
class Peer {
 public:
  explicit Peer(const std::string& path, int receive_bytes = 0)
      : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_bytes != 0) setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    connected = ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    fcntl(fd_, F_SETFL, O_NONBLOCK);
  }
  ~Peer() { leave(); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  void leave() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  void end_sending() { ::shutdown(fd_, SHUT_WR); }
  // How many bytes the socket took.
  std::size_t send(std::string_view bytes) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return sent < 0 ? 0 : static_cast<std::size_t>(sent);
  }
  // Reads what there is; notices the end.
  void read() {
    char chunk[65536];
    while (fd_ >= 0 && !closed) {
      const ssize_t got = ::recv(fd_, chunk, sizeof chunk, MSG_DONTWAIT);
      if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
      if (got <= 0) {
        closed = true;
        return;
      }
      received.append(chunk, static_cast<std::size_t>(got));
    }
  }
  // The next whole reply frame, if it has arrived.
  [[nodiscard]] std::optional<std::pair<FrameKind, std::string>> take() {
    read();
    const auto head = received.size() < kFrameHeadBytes
                          ? std::nullopt
                          : decode_head(as_bytes(received).first(kFrameHeadBytes), limits::kReplyBytes);
    if (!head || received.size() < kFrameHeadBytes + head->payload_bytes) return std::nullopt;
    auto payload = received.substr(kFrameHeadBytes, head->payload_bytes);
    received.erase(0, kFrameHeadBytes + head->payload_bytes);
    return std::pair{head->kind, std::move(payload)};
  }

  bool connected = false;
  bool closed = false;
  std::string received;

 private:
  int fd_;
};

[[nodiscard]] inline std::string event_bytes(std::string_view id, std::size_t body_bytes = 10) {
  const std::string body(body_bytes, 'b');
  return encode_event(
      {.received_ms = 1, .scheme = "telnyx", .id = id, .type = "call.answered", .body = as_bytes(body)});
}

class SocketTest : public testing::Test {
 protected:
  SocketTest() {
    std::signal(SIGPIPE, SIG_IGN);  // as ringd does
  }

  [[nodiscard]] FrameServerOptions options() const { return {.name = "ingest", .listener = {.path = path_}}; }
  [[nodiscard]] Result<void> start(FrameServerOptions options) {
    server_ = std::make_unique<FrameServer>(loop_, log_, std::move(options));
    return server_->start({.events = &events_, .requests = &requests_});
  }
  void started() {
    const auto result = start(options());
    ASSERT_TRUE(result) << result.error().text;
  }

  // Turns the loop until `condition` holds; false after a bound that only a broken program meets.
  [[nodiscard]] bool eventually(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (true) {
      uv_run(loop_.get(), UV_RUN_NOWAIT);
      if (condition()) return true;
      if (std::chrono::steady_clock::now() > deadline) return false;
      poll(nullptr, 0, 1);
    }
  }
  // The verdict that arrives at `peer` next.
  [[nodiscard]] std::optional<Verdict> verdict_at(Peer& peer, std::string* reason = nullptr) {
    std::optional<std::pair<FrameKind, std::string>> frame;
    if (!eventually([&] { return (frame = peer.take()).has_value() || peer.closed; }) || !frame) return std::nullopt;
    const auto verdict = decode_verdict(as_bytes(frame->second));
    if (frame->first != FrameKind::verdict || !verdict) return std::nullopt;
    if (reason != nullptr) *reason = verdict->reason;
    return verdict->verdict;
  }
  [[nodiscard]] bool closed_at(Peer& peer) {
    return eventually([&] {
      peer.read();
      return peer.closed;
    });
  }

  test::TempDir directory_;
  std::string path_ = directory_.file("s");
  UvLoop loop_;
  test::FakeLog log_;
  FakeEvents events_;
  FakeRequests requests_;
  std::unique_ptr<FrameServer> server_;
};

}  // namespace ringfence::testing_ingest
