// Runs a Plan over a request, in two halves: what its headers allow to be said, then the body. Allocates nothing; the
// caller brings one block for the body and what is built around it. Must not know: nginx, zones, workers, clocks.
//
//   examine_head()  ->  read the body into block[layout.prefix, +body)  ->  examine_body()
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "scheme/key.h"
#include "scheme/plan.h"
#include "scheme/verdict.h"
#include "shared/bytes.h"

namespace ringfence::scheme {

struct HeaderSlot {
  std::string_view value;
  std::uint32_t seen = 0;  // how often it stood in the request; value is the first
};

// What is known before the body. `headers` has plan.header_count slots in the plan's order.
struct Head {
  std::string_view method;      // "POST"
  std::string_view url;         // the external one; only read when plan.needs_url
  std::string_view media_type;  // the whole Content-Type value; "" when absent
  std::span<const HeaderSlot> headers;
  bool is_form = false;  // set by examine_head()
};

struct Candidate {
  std::string_view text;  // still encoded; well-formed
  std::uint8_t method = 0;
};

// What the request presents as its signature; views borrow from its headers or its body.
struct Presented {
  std::array<Candidate, kCandidates> candidates{};
  std::size_t count = 0;
  std::string_view timestamp;
  std::int64_t sent_ms = 0;
  std::int64_t age_s = 0;  // negative: ahead
  bool age_known = false;
  std::size_t tried = 0;  // signatures held against a key: bounded by kCandidates x keys, kCandidatesSlow for slow ones
};

// How old and how far ahead a timestamp may be: the plan's own past_s and future_s, or what the location says instead.
struct Tolerance {
  std::int64_t past_s = 300;
  std::int64_t future_s = 300;
};

// Signature and timestamp well-formed, all headers the content needs exactly once, media type, freshness. With
// plan.signed_in_body only what is in headers. none: go on.
[[nodiscard]] Reason examine_head(const Plan& plan, Head& head, const Tolerance& tolerance, std::int64_t now_ms,
                                  Presented& presented) noexcept;
// Part of the above; asked again once the body is there, since its sender decides how long that takes.
[[nodiscard]] Reason check_freshness(const Plan& plan, const Tolerance& tolerance, std::int64_t now_ms,
                                     Presented& presented) noexcept;

// The one block a request needs: prefix + body + rest bytes, the body read in at `prefix`.
struct BlockLayout {
  std::size_t prefix = 0;
  std::size_t rest = 0;
};
[[nodiscard]] BlockLayout layout_for(const Plan& plan, const Head& head, const Presented& presented,
                                     std::size_t body_bytes) noexcept;

// What an accepted request says; views borrow from the block and the headers. Printable ASCII without spaces, at most
// limits::kFieldBytes; absent or unusable is empty (an unusable id is id_missing).
struct Event {
  std::string_view id, type, partition, attempt;
  std::size_t signer = 0;     // which key
  std::uint32_t signers = 0;  // the bit of every key that made one of the signatures; during a rotation there are two
  ByteView content;           // what was signed; only when mixes_content()
};
// Schemes without a timestamp, or whose id is not signed, count an id together with what was signed: whoever captured a
// request could otherwise send it under the id of an event to come, which would then be taken for a copy. A replay
// under an id that nobody has is not stopped by this; only a signed id or a timestamp does that.
[[nodiscard]] bool mixes_content(const Plan& plan) noexcept;

// `block` is prefix + body_bytes + rest long. Presented is filled further when plan.signed_in_body.
[[nodiscard]] Reason examine_body(const Plan& plan, const Head& head, std::span<const Key> keys,
                                  const Tolerance& tolerance, std::int64_t now_ms, ByteSpan block,
                                  std::size_t body_bytes, Presented& presented, Event& event) noexcept;

// One sentence for an operator at 3 a.m.: which header, which check, how far off, which keys were tried (by label).
// Never what a header held, never an expected MAC, never a body. Written to `out`, cut to it.
[[nodiscard]] std::string_view explain(Reason reason, const Plan& plan, const Tolerance& tolerance,
                                       const Presented& presented, std::span<const Key> keys,
                                       std::span<char> out) noexcept;

}  // namespace ringfence::scheme
