// One peer on a stream socket; see connection.h.
#include "adapters/ingest/connection.h"

#include <sys/socket.h>

#include <memory>
#include <utility>

namespace ringfence {

// Outlives its connection when that is closed first: libuv reports the cancelled write later.
struct Connection::PendingWrite {
  uv_write_t request{};
  std::string rest;
  Connection* connection = nullptr;  // nullptr: gone
};

Connection::Connection(UvLoop& loop, ConnectionOwner& owner, std::uint32_t slot, std::size_t max_payload_bytes)
    : owner_(owner), reader_(max_payload_bytes), slot_(slot) {
  uv_pipe_init(loop.get(), pipe_.get(), 0);
  pipe_.get()->data = this;
}

Connection::~Connection() {
  if (write_ != nullptr) write_->connection = nullptr;
}

bool Connection::accept_from(uv_stream_t* listener) noexcept {
  return uv_accept(listener, reinterpret_cast<uv_stream_t*>(pipe_.get())) == 0;
}

int Connection::fd() noexcept {
  uv_os_fd_t number = -1;
  if (closed_ || uv_fileno(pipe_.base(), &number) != 0) return -1;
  return number;
}

void Connection::start() { set_reading(true); }

void Connection::set_reading(bool reading) {
  if (closed_ || reading == reading_) return;
  reading_ = reading;
  auto* stream = reinterpret_cast<uv_stream_t*>(pipe_.get());
  if (!reading) {
    uv_read_stop(stream);
    return;
  }
  const int failed = uv_read_start(
      stream,
      [](uv_handle_t* handle, std::size_t, uv_buf_t* space) noexcept {
        const ByteSpan shared = static_cast<Connection*>(handle->data)->owner_.read_space();
        *space = uv_buf_init(reinterpret_cast<char*>(shared.data()), static_cast<unsigned>(shared.size()));
      },
      [](uv_stream_t* from, ssize_t count, const uv_buf_t* space) noexcept {
        static_cast<Connection*>(from->data)->on_read(count, space);
      });
  if (failed != 0) close();
}

void Connection::on_read(ssize_t count, const uv_buf_t* space) {
  if (count == 0) return;  // EAGAIN in libuv's words
  if (count == UV_EOF) {
    ended_ = true;
    set_reading(false);
    if (mid_frame_) return break_off("the peer left in the middle of a frame");
    if (!answering_) close();  // else the reply is still wanted: the peer may have closed its sending half only
    return;
  }
  if (count < 0) return close();
  const ByteView bytes(reinterpret_cast<const std::uint8_t*>(space->base), static_cast<std::size_t>(count));
  if (answering_) {
    held_.assign(bytes.begin(), bytes.end());
    set_reading(false);
    return;
  }
  // Not in the middle of a frame: a peer that sends one byte now and then would hold its place for ever.
  if (!mid_frame_) note_progress();
  consume(bytes);
}

void Connection::consume(ByteView input) {
  consuming_ = true;
  while (!closed_ && !answering_) {
    const bool something = !input.empty();
    const auto status = reader_.next(input);
    if (status == FrameReader::Status::need_more) {
      mid_frame_ = mid_frame_ || something;
      if (finishing_ && !mid_frame_) close();
      break;
    }
    if (status == FrameReader::Status::broken) {
      break_off("not a frame of this version, or longer than the limit");
      break;
    }
    mid_frame_ = false;
    note_progress();
    answering_ = true;
    if (const auto why = owner_.on_frame(*this, reader_.head(), reader_.payload()); !why.empty()) break_off(why);
  }
  consuming_ = false;
  if (!closed_ && answering_ && !input.empty()) {
    held_.assign(input.begin(), input.end());
    set_reading(false);
  }
}

void Connection::break_off(std::string_view why) {
  if (closed_) return;
  owner_.on_broken(*this, why);
  close();
}

void Connection::reply(std::string_view frame) {
  if (closed_ || !answering_ || write_ != nullptr) return;
  serial_ = 0;
  auto* stream = reinterpret_cast<uv_stream_t*>(pipe_.get());
  // libuv takes non-const bytes and does not write to them.
  uv_buf_t bytes = uv_buf_init(const_cast<char*>(frame.data()), static_cast<unsigned>(frame.size()));
  const int taken = uv_try_write(stream, &bytes, 1);
  if (taken >= 0 && static_cast<std::size_t>(taken) == frame.size()) return replied();
  if (taken < 0 && taken != UV_EAGAIN) return close();

  auto write = std::make_unique<PendingWrite>();
  write->rest = frame.substr(static_cast<std::size_t>(taken < 0 ? 0 : taken));
  write->request.data = write.get();
  write->connection = this;
  bytes = uv_buf_init(write->rest.data(), static_cast<unsigned>(write->rest.size()));
  const int failed = uv_write(&write->request, stream, &bytes, 1, [](uv_write_t* request, int status) noexcept {
    const std::unique_ptr<PendingWrite> done(static_cast<PendingWrite*>(request->data));
    Connection* connection = done->connection;
    if (connection == nullptr) return;
    connection->write_ = nullptr;
    if (status == 0) {
      connection->replied();
    } else {
      connection->close();
    }
  });
  if (failed != 0) return close();
  note_progress();
  write_ = write.release();
}

void Connection::replied() {
  answering_ = false;
  if (finishing_) return close();
  if (!consuming_) resume();
}

void Connection::resume() {
  note_progress();
  if (!held_.empty()) {
    const auto bytes = std::exchange(held_, {});
    consume(bytes);
    if (closed_ || answering_) return;
  }
  if (!ended_) return set_reading(true);
  if (mid_frame_) return break_off("the peer left in the middle of a frame");
  close();
}

void Connection::finish() {
  finishing_ = true;
  if (!answering_ && !mid_frame_) take_what_waits();
}

// The loop would tell of it in its next turn only.
void Connection::take_what_waits() {
  const ByteSpan space = owner_.read_space();
  const ssize_t count = closed_ ? 0 : ::recv(fd(), space.data(), space.size(), MSG_DONTWAIT);
  if (count <= 0) return close();
  note_progress();
  consume(space.first(static_cast<std::size_t>(count)));
}

void Connection::close() {
  if (closed_) return;
  closed_ = true;
  serial_ = 0;
  if (write_ != nullptr) write_->connection = nullptr;
  write_ = nullptr;
  pipe_.reset();
  held_ = {};
  owner_.on_closed(*this);
}

bool Connection::stalled(std::int64_t patience_ms) noexcept {
  if (closed_ || (!mid_frame_ && write_ == nullptr)) return false;
  const std::uint64_t now_ms = uv_now(pipe_.get()->loop);
  return now_ms - progress_ms_ > static_cast<std::uint64_t>(patience_ms);
}

void Connection::note_progress() noexcept {
  if (!closed_) progress_ms_ = uv_now(pipe_.get()->loop);
}

}  // namespace ringfence
