// Whole frames in memory. Used by ringd, ringctl and the tests; nginx writes only the prefix of an event
// (frame_codec.cc). Must not know: sockets, who is talking.
#include <algorithm>
#include <limits>

#include "shared/frame_codec.h"

namespace ringfence {
namespace {

// Appends to a string what ByteWriter writes to a span; the string was reserved, so this allocates once a frame.
class FrameBuilder {
 public:
  FrameBuilder(FrameKind kind, std::size_t payload_bytes) {
    text_.reserve(kFrameHeadBytes + payload_bytes);
    integer(payload_bytes, 4);
    integer(kFrameVersion, 1);
    integer(static_cast<std::uint8_t>(kind), 1);
  }
  void integer(std::uint64_t value, std::size_t width) {
    for (std::size_t i = width; i > 0; --i) text_ += static_cast<char>(value >> (8 * (i - 1)) & 0xff);
  }
  void put(std::string_view text) { text_ += text; }
  void put(ByteView bytes) { text_ += as_text(bytes); }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

constexpr std::size_t kU8Max = std::numeric_limits<std::uint8_t>::max();
constexpr std::size_t kU16Max = std::numeric_limits<std::uint16_t>::max();

}  // namespace

std::string encode_event(const EventFrame& event) {
  const std::size_t prefix_bytes = event_prefix_bytes(event);
  if (prefix_bytes > kFrameHeadBytes + limits::kFramePayloadBytes) return {};
  std::string text(prefix_bytes, '\0');
  if (!encode_event_prefix(event, {reinterpret_cast<std::uint8_t*>(text.data()), text.size()})) return {};
  text += as_text(event.body);
  return text;
}

std::string encode_verdict(const VerdictFrame& verdict) {
  const std::string_view reason = verdict.reason.substr(0, limits::kFieldBytes);
  FrameBuilder builder(FrameKind::verdict, 3 + reason.size());
  builder.integer(static_cast<std::uint8_t>(verdict.verdict), 1);
  builder.integer(verdict.retry_after_s, 2);
  builder.put(reason);
  return builder.take();
}

std::string encode_request(const RequestFrame& request) {
  if (request.method.empty() || request.method.size() > kU8Max) return {};
  if (request.target.empty() || request.target.size() > kU16Max) return {};
  const std::size_t head_bytes = 3 + request.method.size() + request.target.size();
  if (request.body.size() > limits::kDirectoryBytes - head_bytes) return {};
  FrameBuilder builder(FrameKind::request, head_bytes + request.body.size());
  builder.integer(request.method.size(), 1);
  builder.put(request.method);
  builder.integer(request.target.size(), 2);
  builder.put(request.target);
  builder.put(request.body);
  return builder.take();
}

std::string encode_reply(const ReplyFrame& reply) {
  const std::size_t head_bytes = 3 + reply.content_type.size();
  if (reply.content_type.size() > kU8Max || reply.body.size() > limits::kReplyBytes - head_bytes) return {};
  FrameBuilder builder(FrameKind::reply, head_bytes + reply.body.size());
  builder.integer(reply.status, 2);
  builder.integer(reply.content_type.size(), 1);
  builder.put(reply.content_type);
  builder.put(reply.body);
  return builder.take();
}

}  // namespace ringfence
