// Encoding and incremental decoding of the frames in frame.h. Pure: bytes in, values out, no I/O.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "shared/frame.h"

namespace ringfence {

// Bytes of an encoded event up to and including the body's own field head; the body follows as it is, so the edge
// never copies it.
[[nodiscard]] std::size_t event_prefix_bytes(const EventFrame& event) noexcept;
// Writes that prefix. Returns false when `out` is smaller than event_prefix_bytes() or a field is over its limit.
[[nodiscard]] bool encode_event_prefix(const EventFrame& event, ByteSpan out) noexcept;

// The same of a request, whose body of so many bytes follows; request.body is not looked at. False also when the frame
// would be longer than limits::kFramePayloadBytes, the most that ringd takes from nginx.
[[nodiscard]] std::size_t request_prefix_bytes(const RequestFrame& request) noexcept;
[[nodiscard]] bool encode_request_prefix(const RequestFrame& request, std::size_t body_bytes, ByteSpan out) noexcept;

// Whole frames in memory. Fields over their limit are cut (reason) or make the result empty (all others). The payload
// of a request is at most limits::kDirectoryBytes, of a reply limits::kReplyBytes: give a FrameReader the same number.
[[nodiscard]] std::string encode_event(const EventFrame& event);
[[nodiscard]] std::string encode_verdict(const VerdictFrame& verdict);
[[nodiscard]] std::string encode_request(const RequestFrame& request);
[[nodiscard]] std::string encode_reply(const ReplyFrame& reply);

// nullopt: not a frame of this version, an unknown kind, or longer than `max_payload_bytes`.
[[nodiscard]] std::optional<FrameHead> decode_head(ByteView head, std::size_t max_payload_bytes) noexcept;
// nullopt: the payload breaks its format. Views borrow from `payload`.
[[nodiscard]] std::optional<EventFrame> decode_event(ByteView payload) noexcept;
[[nodiscard]] std::optional<VerdictFrame> decode_verdict(ByteView payload) noexcept;
[[nodiscard]] std::optional<RequestFrame> decode_request(ByteView payload) noexcept;
[[nodiscard]] std::optional<ReplyFrame> decode_reply(ByteView payload) noexcept;

// Cuts a byte stream into frames. Holds at most one frame; never allocates more than the limit it was given.
class FrameReader {
 public:
  enum class Status { need_more, frame, broken };
  explicit FrameReader(std::size_t max_payload_bytes) noexcept : max_payload_bytes_(max_payload_bytes) {}
  // Consumes from the front of `input`. On `frame`, head() and payload() are valid until the next call.
  // After `broken` every further call is `broken`.
  [[nodiscard]] Status next(ByteView& input);
  [[nodiscard]] const FrameHead& head() const noexcept { return head_; }
  [[nodiscard]] ByteView payload() const noexcept { return payload_; }

 private:
  std::size_t max_payload_bytes_;
  std::vector<std::uint8_t> buffer_;
  FrameHead head_;
  ByteView payload_;
  bool have_head_ = false;
  bool broken_ = false;
};

}  // namespace ringfence
