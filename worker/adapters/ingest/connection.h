// One peer on a stream socket: bytes in, frames out, one reply at a time. Owned by FrameServer, which hears of frames
// through ConnectionOwner. Must not know: what a frame means, who the peer is, other connections.
//
// One frame is answered at a time. What the peer sends meanwhile is held back: one read's worth at most, then reading
// stops and the kernel's buffer pushes back on the peer. Replies are bounded in the same way: no frame is looked at
// before the last reply has left.
#pragma once

#include <uv.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/uv/handle.h"
#include "adapters/uv/loop.h"
#include "shared/bytes.h"
#include "shared/frame_codec.h"

namespace ringfence {

class Connection;

class ConnectionOwner {
 public:
  virtual ~ConnectionOwner() = default;
  // Takes the frame and owes a reply(), possibly from inside this call; or says why the frame is not acceptable.
  // `payload` is valid during the call.
  [[nodiscard]] virtual std::string_view on_frame(Connection& from, const FrameHead& head, ByteView payload) = 0;
  // The bytes were not acceptable; on_closed follows.
  virtual void on_broken(Connection& from, std::string_view why) = 0;
  // Nothing more will come. The connection must stay in memory until the next turn of the loop.
  virtual void on_closed(Connection& from) = 0;
  // Space for one read, shared by all connections: it is emptied before the next read begins.
  [[nodiscard]] virtual ByteSpan read_space() noexcept = 0;
};

class Connection {
 public:
  Connection(UvLoop& loop, ConnectionOwner& owner, std::uint32_t slot, std::size_t max_payload_bytes);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  [[nodiscard]] bool accept_from(uv_stream_t* listener) noexcept;
  [[nodiscard]] int fd() noexcept;  // -1 when there is none
  void start();

  // The reply to the frame that is being answered.
  void reply(std::string_view frame);
  // No further frame; closes when the one that is arriving or being answered is done, at once when there is none. One
  // that has arrived unread counts: its peer could not know.
  void finish();
  void close();

  [[nodiscard]] std::uint32_t slot() const noexcept { return slot_; }
  // Names the frame being answered within this process; 0: none. Set by the owner.
  [[nodiscard]] std::uint32_t serial() const noexcept { return serial_; }
  void set_serial(std::uint32_t serial) noexcept { serial_ = serial; }
  // A frame that has been arriving, or a reply that has been leaving, for longer than `patience_ms`.
  [[nodiscard]] bool stalled(std::int64_t patience_ms) noexcept;

 private:
  struct PendingWrite;
  void on_read(ssize_t count, const uv_buf_t* space);
  void consume(ByteView input);
  void take_what_waits();
  void break_off(std::string_view why);
  void replied();
  void resume();
  void set_reading(bool reading);
  void note_progress() noexcept;

  ConnectionOwner& owner_;
  UvHandle<uv_pipe_t> pipe_;
  FrameReader reader_;
  std::vector<std::uint8_t> held_;  // came while a frame was being answered; at most one read
  PendingWrite* write_ = nullptr;   // the rest of a reply the peer did not take at once; owned by the loop
  std::uint64_t progress_ms_ = 0;
  std::uint32_t slot_;
  std::uint32_t serial_ = 0;
  bool answering_ = false;
  bool consuming_ = false;  // consume() is on the stack
  bool mid_frame_ = false;
  bool reading_ = false;
  bool ended_ = false;  // the peer sent its end
  bool finishing_ = false;
  bool closed_ = false;
};

}  // namespace ringfence
