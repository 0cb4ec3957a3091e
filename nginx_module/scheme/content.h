// Builds what was signed around the body, where it lies. Used by interpret. Must not know: keys, signatures.
#pragma once

#include <span>

#include "scheme/form.h"
#include "scheme/interpret.h"

namespace ringfence::scheme {

// The content for this kind of body; nullptr: the scheme has none for it.
[[nodiscard]] const Content* content_for(const Plan& plan, bool is_form) noexcept;
[[nodiscard]] bool has_piece(const Content& content, PieceKind kind) noexcept;
// True when the form has to be read, for the content or for the event.
[[nodiscard]] bool needs_form(const Plan& plan, const Head& head) noexcept;
// True when there are ids and the like that stand nowhere in the request as they are.
[[nodiscard]] bool needs_slots(const Plan& plan) noexcept;

// The parts of the block, in their order: what comes before the body, the body, what comes after (or all of a content
// without the body), then room to work in.
struct Room {
  ByteSpan before, body, after, form, url, slots;
};
struct RoomBytes {
  std::size_t before = 0, after = 0, form = 0, url = 0, slots = 0;
};
[[nodiscard]] RoomBytes room_bytes(const Plan& plan, const Head& head, const Presented& presented,
                                   std::size_t body_bytes) noexcept;

struct ContentInput {
  const Plan& plan;
  const Head& head;
  const Presented& presented;
  std::span<const JsonFound> found;  // by path; only looked at for json pieces
  const FormFields& form;            // sorted
};
// On none `signed_bytes` is one piece of the block.
[[nodiscard]] Reason assemble(const Content& content, const ContentInput& input, const Room& room,
                              ByteView& signed_bytes) noexcept;

}  // namespace ringfence::scheme
