// The frames on the socket: the input is a stream as either end may write it. However it is cut, the same frames come
// out; what is decoded lies inside what was received, and encodes to a frame that says the same.
#include <algorithm>
#include <string>
#include <vector>

#include "fuzz.h"
#include "shared/frame_codec.h"

namespace ringfence {
namespace {

using fuzz::is_inside;
using fuzz::require;

constexpr std::size_t kPayloadBytes = 4096;  // small, so that a length over it is soon found

ByteView payload_of(const std::string& frame) { return as_bytes(frame).subspan(kFrameHeadBytes); }

void check_event(ByteView payload) {
  const auto event = decode_event(payload);
  if (!event) return;
  const std::string_view texts[] = {event->scheme, event->id, event->type, event->partition, event->trace_parent};
  for (const std::string_view text : texts) {
    require(is_inside(text, payload) && text.size() <= limits::kFieldBytes, "a field lies inside the payload");
  }
  for (std::size_t i = 0; i < event->header_count; ++i) {
    require(is_inside(event->headers[i].name, payload), "a header's name lies inside the payload");
    require(is_inside(event->headers[i].value, payload), "a header's value lies inside the payload");
  }
  require(is_inside(event->body, payload), "the body lies inside the payload");
  const std::string frame = encode_event(*event);
  require(frame.size() == event_prefix_bytes(*event) + event->body.size(), "what was decoded can be encoded");
  const auto again = decode_event(payload_of(frame));
  require(again.has_value(), "what was encoded can be decoded");
  const std::string_view others[] = {again->scheme, again->id, again->type, again->partition, again->trace_parent};
  require(std::ranges::equal(texts, others), "the fields are the same");
  require(again->received_ms == event->received_ms, "the time is the same");
  require(std::ranges::equal(again->body, event->body), "the body is the same");
  require(again->header_count == event->header_count, "as many headers");
  for (std::size_t i = 0; i < event->header_count; ++i) {
    require(again->headers[i].name == event->headers[i].name, "the headers' names are the same");
    require(again->headers[i].value == event->headers[i].value, "the headers' values are the same");
  }
}

void check_verdict(ByteView payload) {
  const auto verdict = decode_verdict(payload);
  if (!verdict) return;
  require(is_inside(verdict->reason, payload), "the reason lies inside the payload");
  require(std::ranges::equal(payload_of(encode_verdict(*verdict)), payload), "a verdict has one spelling");
}

void check_request(ByteView payload) {
  const auto request = decode_request(payload);
  if (!request) return;
  require(is_inside(request->method, payload) && is_inside(request->target, payload), "method and target lie inside");
  require(is_inside(request->body, payload), "the request's body lies inside");
  require(std::ranges::equal(payload_of(encode_request(*request)), payload), "a request has one spelling");
}

void check_reply(ByteView payload) {
  const auto reply = decode_reply(payload);
  if (!reply) return;
  require(is_inside(reply->content_type, payload) && is_inside(reply->body, payload), "the reply lies inside");
  require(std::ranges::equal(payload_of(encode_reply(*reply)), payload), "a reply has one spelling");
}

void check_payload(ByteView payload) {
  check_event(payload);
  check_verdict(payload);
  check_request(payload);
  check_reply(payload);
}

struct Read {
  std::vector<std::string> payloads;
  bool broken = false;
  bool operator==(const Read&) const = default;
};

// In pieces of 1 to `most` bytes; each is a copy that dies before the next, so that ASan sees any view kept too long.
Read read_all(ByteView stream, std::size_t most) {
  FrameReader reader(kPayloadBytes);
  Read read;
  std::size_t turn = 0;
  while (!stream.empty() && !read.broken) {
    const std::size_t size = std::min(stream.size(), 1 + turn++ * 7 % most);
    const std::vector<std::uint8_t> piece(stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(size));
    stream = stream.subspan(size);
    ByteView input = piece;
    for (auto status = FrameReader::Status::frame; status == FrameReader::Status::frame;) {
      status = reader.next(input);
      if (status == FrameReader::Status::frame) {
        require(reader.payload().size() == reader.head().payload_bytes, "a payload has the length of its head");
        require(reader.payload().size() <= kPayloadBytes, "a payload keeps its bound");
        read.payloads.emplace_back(as_text(reader.payload()));
      }
      read.broken = status == FrameReader::Status::broken;
    }
    require(read.broken || input.empty(), "whoever needs more has taken everything");
  }
  return read;
}

}  // namespace
}  // namespace ringfence

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ringfence;
  const std::vector<std::uint8_t> input(data, data + size);
  const Read whole = read_all(input, input.size() + 1);
  for (const std::size_t most : {std::size_t{1}, std::size_t{3}, std::size_t{40}}) {
    require(read_all(input, most) == whole, "the same frames come out however the stream is cut");
  }
  for (const std::string& payload : whole.payloads) check_payload(as_bytes(payload));
  check_payload(input);
  return 0;
}
