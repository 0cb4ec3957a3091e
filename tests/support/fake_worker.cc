// See fake_worker.h.
#include "support/fake_worker.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <map>
#include <mutex>
#include <thread>

#include "shared/frame_codec.h"

namespace ringfence::test {
namespace {

struct Connection {
  int number = 0;
  FrameReader reader{limits::kFramePayloadBytes};
  bool held = false;
  bool deaf = false;
};

SeenEvent owned(const EventFrame& frame, int connection) {
  SeenEvent seen;
  seen.received_ms = frame.received_ms;
  seen.scheme = frame.scheme;
  seen.id = frame.id;
  seen.type = frame.type;
  seen.partition = frame.partition;
  seen.trace_parent = frame.trace_parent;
  seen.body = as_text(frame.body);
  for (std::size_t i = 0; i < frame.header_count; ++i) {
    seen.headers.emplace_back(frame.headers[i].name, frame.headers[i].value);
  }
  seen.connection = connection;
  return seen;
}

SeenRequest owned(const RequestFrame& frame, int connection) {
  return {.method = std::string(frame.method),
          .target = std::string(frame.target),
          .body = std::string(as_text(frame.body)),
          .connection = connection};
}

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

WorkerReply reply_with(Verdict verdict, std::uint16_t retry_after_s, std::string_view reason) {
  return {encode_verdict({verdict, retry_after_s, reason}), false, false};
}

WorkerReply answer_with(std::uint16_t status, std::string_view body, std::string_view content_type) {
  return {encode_reply({.status = status, .content_type = content_type, .body = as_bytes(body)}), false, false};
}

struct FakeWorker::Impl {
  mutable std::mutex mutex;
  std::string path;
  Script script = [](const SeenEvent&) { return reply_with(Verdict::accepted); };
  RequestScript request_script = [](const SeenRequest&) { return answer_with(200, "{}"); };
  int listener = -1;
  int wake = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  bool quit = false;
  std::map<int, Connection> connections;
  std::vector<SeenEvent> seen;
  std::vector<SeenRequest> requests;
  std::size_t bytes = 0;
  int accepted = 0;
  bool broken = false;
  std::string greeting;
  std::thread thread;

  void poke() const {
    const std::uint64_t one = 1;
    (void)!::write(wake, &one, sizeof one);
  }

  void close_all() {
    for (const auto& [fd, connection] : connections) ::close(fd);
    connections.clear();
  }

  // All below run with the mutex held.
  void answer(int fd, const WorkerReply& reply) {
    connections.at(fd).held = reply.hold;
    std::string_view rest = reply.bytes;
    while (!rest.empty()) {
      const ssize_t sent = ::send(fd, rest.data(), rest.size(), MSG_NOSIGNAL);
      if (sent <= 0) break;
      rest.remove_prefix(static_cast<std::size_t>(sent));
    }
    if (reply.close) {
      ::close(fd);
      connections.erase(fd);
    }
  }

  void take_frames(int fd, ByteView input) {
    while (connections.contains(fd)) {
      Connection& connection = connections.at(fd);
      const FrameReader::Status status = connection.reader.next(input);
      if (status == FrameReader::Status::need_more) return;
      const bool whole = status == FrameReader::Status::frame;
      if (whole && connection.reader.head().kind == FrameKind::request) {
        if (const auto request = decode_request(connection.reader.payload())) {
          requests.push_back(owned(*request, connection.number));
          answer(fd, request_script(requests.back()));
          continue;
        }
      }
      const auto event = whole && connection.reader.head().kind == FrameKind::event
                             ? decode_event(connection.reader.payload())
                             : std::nullopt;
      if (!event) {
        broken = true;
        ::close(fd);
        connections.erase(fd);
        return;
      }
      seen.push_back(owned(*event, connection.number));
      answer(fd, script(seen.back()));
    }
  }

  void serve(int fd) {
    std::uint8_t chunk[65536];
    const ssize_t got = ::recv(fd, chunk, sizeof chunk, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) {
      ::close(fd);
      connections.erase(fd);
      return;
    }
    bytes += static_cast<std::size_t>(got);
    take_frames(fd, {chunk, static_cast<std::size_t>(got)});
  }

  void accept_one() {
    const int fd = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    Connection connection;
    connection.number = ++accepted;
    connection.deaf = !greeting.empty();
    if (connection.deaf) (void)!::send(fd, greeting.data(), greeting.size(), MSG_NOSIGNAL);
    connections.emplace(fd, std::move(connection));
  }

  void run() {
    for (;;) {
      std::vector<pollfd> waiting{{wake, POLLIN, 0}};
      {
        const std::lock_guard lock(mutex);
        if (quit) return;
        if (listener >= 0) waiting.push_back({listener, POLLIN, 0});
        for (const auto& [fd, connection] : connections)
          waiting.push_back({fd, static_cast<short>(connection.deaf ? 0 : POLLIN), 0});
      }
      if (::poll(waiting.data(), waiting.size(), -1) < 0) continue;
      const std::lock_guard lock(mutex);
      std::uint64_t ignored = 0;
      (void)!::read(wake, &ignored, sizeof ignored);
      for (const pollfd& one : waiting) {
        if (one.revents == 0) continue;
        // What was closed meanwhile is no longer listed, or not ready any more: recv and accept cope.
        if (one.fd == listener) {
          if ((one.revents & POLLIN) != 0) accept_one();
        } else if (connections.contains(one.fd)) {
          serve(one.fd);
        }
      }
    }
  }
};

FakeWorker::FakeWorker(std::string unix_socket) : impl_(std::make_unique<Impl>()) {
  impl_->path = std::move(unix_socket);
  impl_->thread = std::thread([impl = impl_.get()] { impl->run(); });
}

FakeWorker::~FakeWorker() {
  stop();
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->quit = true;
  }
  impl_->poke();
  impl_->thread.join();
  ::close(impl_->wake);
}

void FakeWorker::set_script(Script script) {
  const std::lock_guard lock(impl_->mutex);
  impl_->script = std::move(script);
}

void FakeWorker::set_request_script(RequestScript script) {
  const std::lock_guard lock(impl_->mutex);
  impl_->request_script = std::move(script);
}

void FakeWorker::greet(std::string bytes) {
  const std::lock_guard lock(impl_->mutex);
  impl_->greeting = std::move(bytes);
}

bool FakeWorker::start() {
  const std::lock_guard lock(impl_->mutex);
  if (impl_->listener < 0) {
    const int fd = listen_on(impl_->path);
    impl_->listener = fd;
  }
  impl_->poke();
  return impl_->listener >= 0;
}

void FakeWorker::stop() {
  const std::lock_guard lock(impl_->mutex);
  if (impl_->listener >= 0) ::close(impl_->listener);
  impl_->listener = -1;
  ::unlink(impl_->path.c_str());
  impl_->close_all();
  impl_->poke();
}

void FakeWorker::drop_connections() {
  const std::lock_guard lock(impl_->mutex);
  impl_->close_all();
  impl_->poke();
}

void FakeWorker::release_held(const WorkerReply& reply) {
  const std::lock_guard lock(impl_->mutex);
  std::vector<int> held;
  for (auto& [fd, connection] : impl_->connections) {
    if (connection.held) held.push_back(fd);
    connection.held = false;
  }
  for (const int fd : held) impl_->answer(fd, reply);
}

std::vector<SeenEvent> FakeWorker::seen() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->seen;
}

std::vector<SeenRequest> FakeWorker::requests() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->requests;
}

std::size_t FakeWorker::bytes_received() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->bytes;
}

int FakeWorker::connections_accepted() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->accepted;
}

std::size_t FakeWorker::held() const {
  const std::lock_guard lock(impl_->mutex);
  std::size_t count = 0;
  for (const auto& [fd, connection] : impl_->connections) count += connection.held ? 1 : 0;
  return count;
}

bool FakeWorker::saw_broken_frame() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->broken;
}

}  // namespace ringfence::test
