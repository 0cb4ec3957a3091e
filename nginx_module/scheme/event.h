// Reads what a verified request is about: its id by the first alternative that resolves, type, partition, attempt.
// Used by interpret. Must not know: signatures, keys.
#pragma once

#include <span>

#include "scheme/form.h"
#include "scheme/interpret.h"

namespace ringfence::scheme {

// What the headers alone say of the ids: a repeated one is a rejection; none there and no other way to an id, another.
[[nodiscard]] Reason check_id_headers(const Plan& plan, const Head& head) noexcept;

struct EventInput {
  const Plan& plan;
  const Head& head;
  std::span<const JsonFound> found;
  const FormFields& form;
  ByteView body;
  ByteView signed_bytes;
  bool is_json = false;
};
// `slots` as long as room_bytes() says. Values are views into it, the request's headers and its body.
[[nodiscard]] Reason read_event(const EventInput& input, ByteSpan slots, Event& event) noexcept;

// In constant time; lower-case digits only.
[[nodiscard]] bool is_hex_of(ByteView bytes, std::string_view hex) noexcept;

}  // namespace ringfence::scheme
