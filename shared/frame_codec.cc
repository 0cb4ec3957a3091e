// The part of the frame codec that allocates nothing: the prefix of an event or request, and decoding of every payload.
// Used by nginx_module (prefix, head, verdict) and ringd. Must not know: sockets, buffers, who is talking.
#include "shared/frame_codec.h"

namespace ringfence {
namespace {

constexpr std::size_t kFieldHeadBytes = 5;  // tag and length
constexpr std::size_t kReceivedMsBytes = 8;
constexpr std::uint8_t kSkippableTag = 128;
constexpr std::size_t kRequestFixedBytes = 3;  // the lengths of method and target

struct TextField {
  EventField tag;
  std::string_view EventFrame::*member;
};
constexpr std::array<TextField, 5> kTextFields = {{
    {EventField::scheme, &EventFrame::scheme},
    {EventField::id, &EventFrame::id},
    {EventField::type, &EventFrame::type},
    {EventField::partition, &EventFrame::partition},
    {EventField::trace_parent, &EventFrame::trace_parent},
}};

bool is_within_limits(const EventFrame& event) noexcept {
  if (event.received_ms < 0 || event.id.empty()) return false;
  if (event.body.size() > limits::kBodyBytes || event.header_count > event.headers.size()) return false;
  for (const TextField& field : kTextFields) {
    if ((event.*field.member).size() > limits::kFieldBytes) return false;
  }
  for (std::size_t i = 0; i < event.header_count; ++i) {
    const FrameHeader& header = event.headers[i];
    if (header.name.empty() || header.name.size() > limits::kFieldBytes || header.name.contains(':')) return false;
    if (header.value.size() > limits::kFrameHeaderValueBytes) return false;
  }
  return true;
}

void put_field_head(ByteWriter& writer, EventField tag, std::size_t bytes) noexcept {
  writer.u8(static_cast<std::uint8_t>(tag));
  writer.u32(static_cast<std::uint32_t>(bytes));
}

bool decode_header(ByteView bytes, EventFrame& event) noexcept {
  if (event.header_count == event.headers.size()) return false;
  const std::string_view text = as_text(bytes);
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon > limits::kFieldBytes) return false;
  const std::string_view value(text.data() + colon + 1, text.size() - colon - 1);
  if (value.size() > limits::kFrameHeaderValueBytes) return false;
  event.headers[event.header_count++] = {{text.data(), colon}, value};
  return true;
}

bool decode_received_ms(ByteView bytes, EventFrame& event) noexcept {
  if (bytes.size() != kReceivedMsBytes) return false;
  event.received_ms = static_cast<std::int64_t>(ByteReader(bytes).u64());
  return event.received_ms >= 0;
}

bool decode_field(std::uint8_t tag, ByteView bytes, EventFrame& event) noexcept {
  switch (static_cast<EventField>(tag)) {
    case EventField::received_ms:
      return decode_received_ms(bytes, event);
    case EventField::header:
      return decode_header(bytes, event);
    case EventField::body:
      event.body = bytes;
      return bytes.size() <= limits::kBodyBytes;
    default:
      for (const TextField& field : kTextFields) {
        if (static_cast<std::uint8_t>(field.tag) != tag) continue;
        event.*field.member = as_text(bytes);
        return bytes.size() <= limits::kFieldBytes;
      }
      return false;
  }
}

}  // namespace

std::size_t event_prefix_bytes(const EventFrame& event) noexcept {
  std::size_t bytes = kFrameHeadBytes + kFieldHeadBytes + kReceivedMsBytes;
  for (const TextField& field : kTextFields) {
    const std::string_view text = event.*field.member;
    if (!text.empty()) bytes += kFieldHeadBytes + text.size();
  }
  for (std::size_t i = 0; i < event.header_count && i < event.headers.size(); ++i) {
    bytes += kFieldHeadBytes + event.headers[i].name.size() + 1 + event.headers[i].value.size();
  }
  return bytes + kFieldHeadBytes;
}

bool encode_event_prefix(const EventFrame& event, ByteSpan out) noexcept {
  if (!is_within_limits(event)) return false;
  const std::size_t prefix_bytes = event_prefix_bytes(event);
  ByteWriter writer(out);
  writer.u32(static_cast<std::uint32_t>(prefix_bytes - kFrameHeadBytes + event.body.size()));
  writer.u8(kFrameVersion);
  writer.u8(static_cast<std::uint8_t>(FrameKind::event));
  put_field_head(writer, EventField::received_ms, kReceivedMsBytes);
  writer.u64(static_cast<std::uint64_t>(event.received_ms));
  for (const TextField& field : kTextFields) {
    const std::string_view text = event.*field.member;
    if (text.empty()) continue;
    put_field_head(writer, field.tag, text.size());
    writer.put(as_bytes(text));
  }
  for (std::size_t i = 0; i < event.header_count; ++i) {
    const FrameHeader& header = event.headers[i];
    put_field_head(writer, EventField::header, header.name.size() + 1 + header.value.size());
    writer.put(as_bytes(header.name));
    writer.u8(':');
    writer.put(as_bytes(header.value));
  }
  put_field_head(writer, EventField::body, event.body.size());
  return !writer.failed();
}

std::size_t request_prefix_bytes(const RequestFrame& request) noexcept {
  return kFrameHeadBytes + kRequestFixedBytes + request.method.size() + request.target.size();
}

bool encode_request_prefix(const RequestFrame& request, std::size_t body_bytes, ByteSpan out) noexcept {
  constexpr std::size_t kU8Most = 0xff;
  constexpr std::size_t kU16Most = 0xffff;
  if (request.method.empty() || request.method.size() > kU8Most) return false;
  if (request.target.empty() || request.target.size() > kU16Most) return false;
  const std::size_t head_bytes = request_prefix_bytes(request) - kFrameHeadBytes;
  if (head_bytes > limits::kFramePayloadBytes || body_bytes > limits::kFramePayloadBytes - head_bytes) return false;
  ByteWriter writer(out);
  writer.u32(static_cast<std::uint32_t>(head_bytes + body_bytes));
  writer.u8(kFrameVersion);
  writer.u8(static_cast<std::uint8_t>(FrameKind::request));
  writer.u8(static_cast<std::uint8_t>(request.method.size()));
  writer.put(as_bytes(request.method));
  writer.u16(static_cast<std::uint16_t>(request.target.size()));
  writer.put(as_bytes(request.target));
  return !writer.failed();
}

std::optional<FrameHead> decode_head(ByteView head, std::size_t max_payload_bytes) noexcept {
  ByteReader reader(head);
  const std::uint32_t payload_bytes = reader.u32();
  const std::uint8_t version = reader.u8();
  const std::uint8_t kind = reader.u8();
  if (reader.failed() || version != kFrameVersion || payload_bytes > max_payload_bytes) return std::nullopt;
  if (kind < static_cast<std::uint8_t>(FrameKind::event) || kind > static_cast<std::uint8_t>(FrameKind::reply)) {
    return std::nullopt;
  }
  return FrameHead{payload_bytes, static_cast<FrameKind>(kind)};
}

std::optional<EventFrame> decode_event(ByteView payload) noexcept {
  constexpr std::uint32_t kRequired = 1U << static_cast<unsigned>(EventField::received_ms) |
                                      1U << static_cast<unsigned>(EventField::id) |
                                      1U << static_cast<unsigned>(EventField::body);
  constexpr std::uint32_t kBody = 1U << static_cast<unsigned>(EventField::body);
  ByteReader reader(payload);
  EventFrame event;
  std::uint32_t seen = 0;
  while (reader.remaining() > 0) {
    if ((seen & kBody) != 0) return std::nullopt;  // the body is the last field, even before one we would skip
    const std::uint8_t tag = reader.u8();
    const ByteView bytes = reader.take(reader.u32());
    if (reader.failed()) return std::nullopt;
    if (tag >= kSkippableTag) continue;
    if (tag == 0 || tag > static_cast<std::uint8_t>(EventField::body)) return std::nullopt;
    const std::uint32_t bit = 1U << tag;
    if ((seen & bit) != 0 && tag != static_cast<std::uint8_t>(EventField::header)) return std::nullopt;
    seen |= bit;
    if (!decode_field(tag, bytes, event)) return std::nullopt;
  }
  if ((seen & kRequired) != kRequired || event.id.empty()) return std::nullopt;
  return event;
}

std::optional<VerdictFrame> decode_verdict(ByteView payload) noexcept {
  ByteReader reader(payload);
  const std::uint8_t verdict = reader.u8();
  VerdictFrame frame;
  frame.retry_after_s = reader.u16();
  if (reader.failed() || reader.remaining() > limits::kFieldBytes) return std::nullopt;
  if (verdict < static_cast<std::uint8_t>(Verdict::accepted) || verdict > static_cast<std::uint8_t>(Verdict::refused)) {
    return std::nullopt;
  }
  frame.verdict = static_cast<Verdict>(verdict);
  frame.reason = as_text(reader.take(reader.remaining()));
  return frame;
}

std::optional<RequestFrame> decode_request(ByteView payload) noexcept {
  ByteReader reader(payload);
  RequestFrame frame;
  frame.method = as_text(reader.take(reader.u8()));
  frame.target = as_text(reader.take(reader.u16()));
  if (reader.failed() || frame.method.empty() || frame.target.empty()) return std::nullopt;
  frame.body = reader.take(reader.remaining());
  return frame;
}

std::optional<ReplyFrame> decode_reply(ByteView payload) noexcept {
  ByteReader reader(payload);
  ReplyFrame frame;
  frame.status = reader.u16();
  frame.content_type = as_text(reader.take(reader.u8()));
  if (reader.failed()) return std::nullopt;
  frame.body = reader.take(reader.remaining());
  return frame;
}

}  // namespace ringfence
