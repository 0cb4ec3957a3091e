// See fake_worker.h.
#include "support/fake_worker.h"

#include <map>

#include "shared/frame_codec.h"
#include "support/socket_thread.h"

namespace ringfence::test {
namespace {

struct Connection {
  int number = 0;
  FrameReader reader{limits::kFramePayloadBytes};
  bool held = false;
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

}  // namespace

WorkerReply reply_with(Verdict verdict, std::uint16_t retry_after_s, std::string_view reason) {
  return {encode_verdict({verdict, retry_after_s, reason}), false, false};
}

WorkerReply answer_with(std::uint16_t status, std::string_view body, std::string_view content_type) {
  return {encode_reply({.status = status, .content_type = content_type, .body = as_bytes(body)}), false, false};
}

struct FakeWorker::Impl {
  Script script = [](const SeenEvent&) { return reply_with(Verdict::accepted); };
  RequestScript request_script = [](const SeenRequest&) { return answer_with(200, "{}"); };
  std::map<int, Connection> connections;
  std::vector<SeenEvent> seen;
  std::vector<SeenRequest> requests;
  std::size_t bytes = 0;
  int accepted = 0;
  bool broken = false;
  std::string greeting;
  SocketThread socket;  // last: its thread uses the others

  explicit Impl(std::string path)
      : socket(std::move(path),
               {.opened = [this](int fd) { open(fd); },
                .received = [this](int fd, std::string_view input) { take_frames(fd, as_bytes(input)); },
                .closed = [this](int fd) { connections.erase(fd); }}) {}

  void open(int fd) {
    connections[fd].number = ++accepted;
    if (greeting.empty()) return;
    socket.send(fd, greeting);
    socket.deafen(fd);
  }

  void answer(int fd, const WorkerReply& reply) {
    connections.at(fd).held = reply.hold;
    socket.send(fd, reply.bytes);
    if (reply.close) socket.close(fd);
  }

  void take_frames(int fd, ByteView input) {
    bytes += input.size();
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
        return socket.close(fd);
      }
      seen.push_back(owned(*event, connection.number));
      answer(fd, script(seen.back()));
    }
  }
};

FakeWorker::FakeWorker(std::string unix_socket) : impl_(std::make_unique<Impl>(std::move(unix_socket))) {}

FakeWorker::~FakeWorker() = default;

void FakeWorker::set_script(Script script) {
  const auto lock = impl_->socket.lock();
  impl_->script = std::move(script);
}

void FakeWorker::set_request_script(RequestScript script) {
  const auto lock = impl_->socket.lock();
  impl_->request_script = std::move(script);
}

void FakeWorker::greet(std::string bytes) {
  const auto lock = impl_->socket.lock();
  impl_->greeting = std::move(bytes);
}

bool FakeWorker::start() { return impl_->socket.start(); }

void FakeWorker::stop() { impl_->socket.stop(); }

void FakeWorker::drop_connections() { impl_->socket.drop_connections(); }

void FakeWorker::release_held(const WorkerReply& reply) {
  const auto lock = impl_->socket.lock();
  std::vector<int> held;
  for (auto& [fd, connection] : impl_->connections) {
    if (connection.held) held.push_back(fd);
    connection.held = false;
  }
  for (const int fd : held) impl_->answer(fd, reply);
}

std::vector<SeenEvent> FakeWorker::seen() const {
  const auto lock = impl_->socket.lock();
  return impl_->seen;
}

std::vector<SeenRequest> FakeWorker::requests() const {
  const auto lock = impl_->socket.lock();
  return impl_->requests;
}

std::size_t FakeWorker::bytes_received() const {
  const auto lock = impl_->socket.lock();
  return impl_->bytes;
}

int FakeWorker::connections_accepted() const {
  const auto lock = impl_->socket.lock();
  return impl_->accepted;
}

std::size_t FakeWorker::held() const {
  const auto lock = impl_->socket.lock();
  std::size_t count = 0;
  for (const auto& [fd, connection] : impl_->connections) count += connection.held ? 1 : 0;
  return count;
}

bool FakeWorker::saw_broken_frame() const {
  const auto lock = impl_->socket.lock();
  return impl_->broken;
}

}  // namespace ringfence::test
