// The listening side and the book of connections; see frame_server.h.
#include "adapters/ingest/frame_server.h"

#include <utility>

#include "shared/frame_codec.h"

namespace ringfence {
namespace {

constexpr std::string_view kReplyTooLong =
    R"({"error":"the answer is longer than a frame may be; ask for less, for example with limit="})";

}  // namespace

FrameServer::FrameServer(UvLoop& loop, Log& log, FrameServerOptions options)
    : loop_(loop),
      log_(log),
      options_(std::move(options)),
      read_space_(limits::kSocketReadBytes),
      sweep_(loop),
      later_(loop) {
  sweep_.unref();
}

FrameServer::~FrameServer() { cut_off(); }

Result<void> FrameServer::start(FrameSinks sinks) {
  sinks_ = sinks;
  auto opened = UnixListener::open(options_.listener);
  if (!opened) return std::unexpected(std::move(opened.error()));
  file_.emplace(*std::move(opened));

  listener_.emplace();
  uv_pipe_t* pipe = listener_->get();
  uv_pipe_init(loop_.get(), pipe, 0);
  pipe->data = this;
  const int opened_by_loop = uv_pipe_open(pipe, file_->release());
  const int failed = opened_by_loop != 0 ? opened_by_loop
                                         : uv_listen(reinterpret_cast<uv_stream_t*>(pipe), limits::kListenBacklog,
                                                     [](uv_stream_t* listener, int status) noexcept {
                                                       if (status == 0)
                                                         static_cast<FrameServer*>(listener->data)->on_incoming();
                                                     });
  if (failed != 0) {
    listener_.reset();
    return fail(ErrorCode::unavailable, "cannot listen at " + options_.listener.path + ": " + uv_strerror(failed));
  }
  look_for_stalled();
  return {};
}

void FrameServer::on_incoming() {
  const bool reuse = !free_slots_.empty();
  const auto slot = reuse ? free_slots_.back() : static_cast<std::uint32_t>(slots_.size());
  ConnectionOwner& self = *this;
  auto connection = std::make_unique<Connection>(loop_, self, slot, options_.max_payload_bytes);
  if (!connection->accept_from(reinterpret_cast<uv_stream_t*>(listener_->get())) || !welcome(*connection)) return;
  ++counters_.accepted;
  ++counters_.open;
  Connection& started = *connection;
  if (reuse) {
    free_slots_.pop_back();
    slots_[slot] = std::move(connection);
  } else {
    slots_.push_back(std::move(connection));
  }
  started.start();
}

bool FrameServer::welcome(Connection& connection) {
  const auto peer = peer_of(connection.fd());
  if (!peer || !options_.peers.allows(*peer)) {
    ++counters_.refused_peer;
    const auto uid = peer ? std::to_string(peer->uid) : "unknown";
    const auto pid = peer ? std::to_string(peer->pid) : "unknown";
    log_.write(LogLevel::warning, "peer_refused",
               {{"socket", options_.name},
                {"uid", uid},
                {"pid", pid},
                {"detail", "this user may not connect; name it with " + options_.name + "_user"}});
    return false;
  }
  if (counters_.open >= options_.max_connections) {
    ++counters_.refused_full;
    const auto open = std::to_string(counters_.open);
    log_.write(LogLevel::warning, "connections_full", {{"socket", options_.name}, {"open", open}});
    return false;
  }
  return true;
}

std::uint64_t FrameServer::ticket_for(Connection& connection) noexcept {
  if (++last_serial_ == 0) ++last_serial_;  // 0 means "nothing is being answered"
  connection.set_serial(last_serial_);
  return std::uint64_t{connection.slot()} << 32U | last_serial_;
}

std::string_view FrameServer::on_frame(Connection& from, const FrameHead& head, ByteView payload) {
  if (head.kind == FrameKind::event && sinks_.events != nullptr) {
    const auto frame = decode_event(payload);
    if (!frame) return "an event that breaks the format";
    ++counters_.events;
    // Two words, so that std::function keeps them without allocating.
    sinks_.events->on_event(*frame, [this, ticket = ticket_for(from)](const VerdictReply& reply) {
      answer(ticket,
             encode_verdict({.verdict = reply.verdict, .retry_after_s = reply.retry_after_s, .reason = reply.reason}));
    });
    return {};
  }
  if (head.kind == FrameKind::request && sinks_.requests != nullptr) {
    const auto frame = decode_request(payload);
    if (!frame) return "a request that breaks the format";
    ++counters_.requests;
    sinks_.requests->on_request(*frame, [this, ticket = ticket_for(from)](const ControlReply& reply) {
      auto encoded =
          encode_reply({.status = reply.status, .content_type = reply.content_type, .body = as_bytes(reply.body)});
      if (encoded.empty()) encoded = encode_reply({.status = 500, .body = as_bytes(kReplyTooLong)});
      answer(ticket, encoded);
    });
    return {};
  }
  return "a kind of frame that this socket does not take";
}

void FrameServer::answer(std::uint64_t ticket, std::string_view frame) {
  const auto slot = static_cast<std::size_t>(ticket >> 32U);
  const auto serial = static_cast<std::uint32_t>(ticket);
  Connection* connection = slot < slots_.size() ? slots_[slot].get() : nullptr;
  if (connection == nullptr || connection->serial() != serial) {
    ++counters_.replies_dropped;
    return;
  }
  connection->reply(frame);
}

void FrameServer::on_broken(Connection& from, std::string_view why) {
  ++counters_.broken;
  const auto peer = peer_of(from.fd());
  const auto pid = peer ? std::to_string(peer->pid) : "unknown";
  log_.write(LogLevel::warning, "frame_broken", {{"socket", options_.name}, {"pid", pid}, {"detail", why}});
}

void FrameServer::on_closed(Connection& from) {
  --counters_.open;
  free_slots_.push_back(from.slot());
  if (closed_.empty()) later_.post([this] { closed_.clear(); });
  closed_.push_back(std::move(slots_[from.slot()]));
  check_drained();
}

void FrameServer::look_for_stalled() {
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    Connection* connection = slots_[slot].get();
    if (connection == nullptr || !connection->stalled(options_.stalled_peer_ms)) continue;
    ++counters_.stalled;
    log_.write(LogLevel::warning, "peer_stalled", {{"socket", options_.name}});
    connection->close();
  }
  sweep_.start(options_.stalled_peer_ms / 4, [this] { look_for_stalled(); });
}

void FrameServer::stop(std::function<void()> drained) {
  drained_ = std::move(drained);
  stopping_ = true;
  listener_.reset();
  file_.reset();
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    if (slots_[slot]) slots_[slot]->finish();
  }
  check_drained();
}

void FrameServer::check_drained() {
  if (!stopping_ || counters_.open != 0 || !drained_) return;
  sweep_.stop();
  later_.post(std::exchange(drained_, nullptr));
}

void FrameServer::cut_off() {
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    if (slots_[slot]) slots_[slot]->close();
  }
}

}  // namespace ringfence
