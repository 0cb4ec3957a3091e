// Wire format v1 between nginx, ringd and ringctl on a Unix stream socket. Layout and meaning only; frame_codec.h
// encodes and decodes. One request is answered by one reply, in order, on a connection that is kept alive.
//
//   frame    = length:u32  version:u8  kind:u8  payload[length]          integers big-endian; length <= limits
//   event    = field*                                                    body must be the last field
//   field    = tag:u8  length:u32  bytes[length]                         a tag >= 128 may be skipped, others not
//   verdict  = verdict:u8  retry_after_s:u16  reason[..]                 reason: short text for logs, never a body
//   request  = method_length:u8  method  target_length:u16  target  body[..]
//   reply    = status:u16  type_length:u8  content_type  body[..]
//
// A frame that breaks the format closes its connection, is counted, and harms no other.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "shared/bytes.h"
#include "shared/limits.h"

namespace ringfence {

inline constexpr std::size_t kFrameHeadBytes = 6;
inline constexpr std::uint8_t kFrameVersion = 1;

enum class FrameKind : std::uint8_t { event = 1, verdict = 2, request = 3, reply = 4 };

enum class EventField : std::uint8_t {
  received_ms = 1,   // u64, Unix milliseconds at the edge
  scheme = 2,        // text: which signature recipe accepted it
  id = 3,            // text: the provider's event id, never empty
  type = 4,          // text: the provider's event type, may be absent
  partition = 5,     // text: events with the same value belong to one call
  trace_parent = 6,  // text: W3C traceparent
  header = 7,        // repeated: name, ':', value of a verified header
  body = 8,          // bytes: the verified body, exactly as signed; last
};

struct FrameHead {
  std::uint32_t payload_bytes = 0;
  FrameKind kind = FrameKind::event;
};

struct FrameHeader {
  std::string_view name, value;
};

// All views borrow from the buffer that was decoded, or from the caller when encoding.
struct EventFrame {
  std::int64_t received_ms = 0;
  std::string_view scheme, id, type, partition, trace_parent;
  std::array<FrameHeader, limits::kFrameHeaders> headers{};
  std::size_t header_count = 0;
  ByteView body;
};

// accepted: durable now.  duplicate: was durable before.  later: not durable, ask again.  refused: never will be.
enum class Verdict : std::uint8_t { accepted = 1, duplicate = 2, later = 3, refused = 4 };

struct VerdictFrame {
  Verdict verdict = Verdict::later;
  std::uint16_t retry_after_s = 1;
  std::string_view reason;
};

struct RequestFrame {
  std::string_view method, target;
  ByteView body;
};

struct ReplyFrame {
  std::uint16_t status = 200;
  std::string_view content_type = "application/json";
  ByteView body;
};

}  // namespace ringfence
