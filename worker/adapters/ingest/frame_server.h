// A Unix socket that takes frames and answers each: events go to an EventSink, operator requests to a RequestSink.
// Owned by main; one for nginx (ingest), one for ringctl (control). Must not know: what a verdict depends on.
//
// It lives longer than the callbacks it hands to its sinks: destroy the sinks first, or wait for stop()'s callback.
// A client that is gone before its verdict is no problem; the verdict is dropped. The process must ignore SIGPIPE.
#pragma once

#include <uv.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/ingest/connection.h"
#include "adapters/ingest/peer.h"
#include "adapters/ingest/unix_listener.h"
#include "adapters/uv/handle.h"
#include "adapters/uv/loop.h"
#include "ports/ingress.h"
#include "ports/log.h"
#include "shared/limits.h"
#include "shared/result.h"

namespace ringfence {

struct FrameServerOptions {
  std::string name;  // for log lines: "ingest", "control"
  UnixListenerOptions listener;
  PeerRule peers = PeerRule::usual({});
  std::size_t max_connections = limits::kIngestConnections;
  std::size_t max_payload_bytes = limits::kFramePayloadBytes;
  std::int64_t stalled_peer_ms = limits::kStalledPeerMs;
};

// A frame of a kind that has no sink here breaks the format of this socket.
struct FrameSinks {
  EventSink* events = nullptr;
  RequestSink* requests = nullptr;
};

struct FrameServerCounters {
  std::uint64_t accepted = 0;      // connections
  std::uint64_t refused_peer = 0;  // closed at once: not an allowed user
  std::uint64_t refused_full = 0;  // closed at once: max_connections
  std::uint64_t broken = 0;        // closed: bytes that are no acceptable frame
  std::uint64_t stalled = 0;       // closed: stopped in the middle of a frame or of a reply
  std::uint64_t events = 0;
  std::uint64_t requests = 0;
  std::uint64_t replies_dropped = 0;  // the peer was gone
  std::size_t open = 0;               // now
};

class FrameServer final : private ConnectionOwner {
 public:
  FrameServer(UvLoop& loop, Log& log, FrameServerOptions options);
  ~FrameServer() override;
  FrameServer(const FrameServer&) = delete;
  FrameServer& operator=(const FrameServer&) = delete;

  [[nodiscard]] Result<void> start(FrameSinks sinks);
  // Takes no new connection and no new frame; closes what is idle now and the rest after its reply. `drained` runs
  // later on the loop, once, when no connection is left.
  void stop(std::function<void()> drained);
  // Whoever is still there is cut off; for the end of the drain time.
  void cut_off();

  [[nodiscard]] const FrameServerCounters& counters() const noexcept { return counters_; }

 private:
  [[nodiscard]] std::string_view on_frame(Connection& from, const FrameHead& head, ByteView payload) override;
  void on_broken(Connection& from, std::string_view why) override;
  void on_closed(Connection& from) override;
  [[nodiscard]] ByteSpan read_space() noexcept override { return read_space_; }

  void on_incoming();
  [[nodiscard]] bool welcome(Connection& connection);
  [[nodiscard]] std::uint64_t ticket_for(Connection& connection) noexcept;
  void answer(std::uint64_t ticket, std::string_view frame);
  void look_for_stalled();
  void check_drained();

  UvLoop& loop_;
  Log& log_;
  FrameServerOptions options_;
  FrameSinks sinks_;
  FrameServerCounters counters_;
  std::vector<std::uint8_t> read_space_;
  std::vector<std::unique_ptr<Connection>> slots_;  // grows to the most connections there ever were at once
  std::vector<std::uint32_t> free_slots_;
  std::vector<std::unique_ptr<Connection>> closed_;  // freed in the next turn: one of them may be on the stack
  std::uint32_t last_serial_ = 0;
  std::optional<UnixListener> file_;
  std::optional<UvHandle<uv_pipe_t>> listener_;
  UvTimer sweep_;
  UvDeferred later_;
  std::function<void()> drained_;
  bool stopping_ = false;
};

}  // namespace ringfence
