// See content.h. Sizes are bounds, never guesses: every writer stops at its end and refuses the request.
#include "scheme/content.h"

#include <algorithm>

#include "shared/limits.h"

namespace ringfence::scheme {
namespace {

constexpr std::size_t kTimestampMost = 15;  // digits, when it is found in the body

std::size_t most_bytes(const Piece& piece, const Head& head, const Presented& presented,
                       std::size_t body_bytes) noexcept {
  switch (piece.kind) {
    case PieceKind::literal:
      return piece.text.size();
    case PieceKind::timestamp:
      return std::max(presented.timestamp.size(), kTimestampMost);
    case PieceKind::body:
      return 0;  // it is there already
    case PieceKind::method:
      return head.method.size();
    case PieceKind::url:
    case PieceKind::url_decoded:
      return head.url.size();
    case PieceKind::url_sorted:
      return 2 * head.url.size() + 2;  // "?a&b" becomes "?a=&b="
    case PieceKind::header:
      return head.headers[piece.index].value.size();
    case PieceKind::json:
      return limits::kFieldBytes;
    case PieceKind::form_sorted:
    case PieceKind::form_plivo:
      return head.is_form ? body_bytes + 1 : 0;
  }
  return 0;
}

// A placeholder that stands for nothing is a rejection, never an empty text.
Reason put_text(std::string_view text, Reason missing, ByteWriter& out) noexcept {
  if (text.empty()) return missing;
  out.put(as_bytes(text));
  return Reason::none;
}

Reason put_json(const JsonFound& found, ByteWriter& out) noexcept {
  const bool text = found.kind == JsonFound::Kind::token || found.kind == JsonFound::Kind::number;
  const bool usable = text && found.text.size() <= limits::kFieldBytes;
  return put_text(usable ? found.text : std::string_view{}, Reason::signature_missing, out);
}

// Plivo separates the two by a dot, and by the question mark when there is nothing before the dot.
void put_form_plivo(const ContentInput& input, ByteWriter& out) noexcept {
  if (input.form.empty()) return;
  out.u8(query_of(input.head.url).find_first_not_of('&') == std::string_view::npos ? '?' : '.');
  input.form.append_plivo(out);
}

Reason put(const Piece& piece, const ContentInput& input, const Room& room, ByteWriter& out) noexcept {
  switch (piece.kind) {
    case PieceKind::literal:
      out.put(as_bytes(piece.text));
      return Reason::none;
    case PieceKind::timestamp:
      return put_text(input.presented.timestamp, Reason::timestamp_missing, out);
    case PieceKind::body:
      return Reason::none;
    case PieceKind::method:
      return put_text(input.head.method, Reason::not_post, out);
    case PieceKind::url:
      return put_text(input.head.url, Reason::header_missing, out);
    case PieceKind::url_decoded:
      append_url_decoded(input.head.url, out);
      return Reason::none;
    case PieceKind::url_sorted:
      return append_url_sorted(input.head.url, room.url, out) ? Reason::none : Reason::form_malformed;
    case PieceKind::header:
      return put_text(input.head.headers[piece.index].value, Reason::header_missing, out);
    case PieceKind::json:
      return put_json(input.found[piece.index], out);
    case PieceKind::form_sorted:
      input.form.append_twilio(out);
      return Reason::none;
    case PieceKind::form_plivo:
      put_form_plivo(input, out);
      return Reason::none;
  }
  return Reason::none;
}

Reason put_all(std::span<const Piece> pieces, const ContentInput& input, const Room& room, ByteWriter& out) noexcept {
  for (const Piece& piece : pieces) {
    const Reason bad = put(piece, input, room, out);
    if (bad != Reason::none) return bad;
  }
  return out.failed() ? Reason::no_memory : Reason::none;
}

bool is_hash(const Source& source) noexcept {
  return source.place == Place::hash_body || source.place == Place::hash_content;
}

bool reads_form(const Plan& plan) noexcept {
  const auto is_form = [](const Source& source) { return source.place == Place::form; };
  for (const IdRule& rule : std::span(plan.ids).first(plan.id_count)) {
    if (std::ranges::any_of(std::span(rule.sources).first(rule.count), is_form)) return true;
  }
  return is_form(plan.type) || is_form(plan.partition) || is_form(plan.attempt);
}

}  // namespace

const Content* content_for(const Plan& plan, bool is_form) noexcept {
  const Content* general = nullptr;
  for (const Content& content : std::span(plan.contents).first(plan.content_count)) {
    if (content.for_form && is_form) return &content;
    if (!content.for_form) general = &content;
  }
  return general;
}

bool has_piece(const Content& content, PieceKind kind) noexcept {
  const auto pieces = std::span(content.pieces).first(content.count);
  return std::ranges::any_of(pieces, [kind](const Piece& piece) { return piece.kind == kind; });
}

bool needs_form(const Plan& plan, const Head& head) noexcept {
  if (!head.is_form) return false;
  const Content* content = content_for(plan, true);
  return reads_form(plan) || (content != nullptr && (has_piece(*content, PieceKind::form_sorted) ||
                                                     has_piece(*content, PieceKind::form_plivo)));
}

bool needs_slots(const Plan& plan) noexcept {
  for (const IdRule& rule : std::span(plan.ids).first(plan.id_count)) {
    if (rule.count > 1 || (rule.count == 1 && is_hash(rule.sources[0]))) return true;
  }
  return is_hash(plan.type) || is_hash(plan.partition) || is_hash(plan.attempt);
}

RoomBytes room_bytes(const Plan& plan, const Head& head, const Presented& presented, std::size_t body_bytes) noexcept {
  RoomBytes bytes;
  if (needs_form(plan, head)) bytes.form = body_bytes;
  // One composite id, and a hash for each value of it and for type, partition and attempt.
  if (needs_slots(plan)) bytes.slots = limits::kFieldBytes + (kSources + 3) * 32;
  const Content* content = content_for(plan, head.is_form);
  if (content == nullptr) return bytes;
  bool behind_body = !has_piece(*content, PieceKind::body);
  for (const Piece& piece : std::span(content->pieces).first(content->count)) {
    (behind_body ? bytes.after : bytes.before) += most_bytes(piece, head, presented, body_bytes);
    if (piece.kind == PieceKind::body) behind_body = true;
    if (piece.kind == PieceKind::url_sorted) bytes.url = head.url.size();
  }
  return bytes;
}

Reason assemble(const Content& content, const ContentInput& input, const Room& room, ByteView& signed_bytes) noexcept {
  const auto pieces = std::span(content.pieces).first(content.count);
  const auto body = std::ranges::find_if(pieces, [](const Piece& piece) { return piece.kind == PieceKind::body; });
  ByteWriter after{room.after};
  if (body == pieces.end()) {
    signed_bytes = room.after;
    const Reason bad = put_all(pieces, input, room, after);
    signed_bytes = signed_bytes.first(after.written());
    return bad;
  }
  ByteWriter before{room.before};
  const auto body_index = static_cast<std::size_t>(body - pieces.begin());
  Reason bad = put_all(pieces.first(body_index), input, room, before);
  if (bad == Reason::none) bad = put_all(pieces.subspan(body_index), input, room, after);
  if (bad != Reason::none) return bad;
  // `before` was a bound: what was written moves up to the body.
  const std::size_t gap = room.before.size() - before.written();
  if (gap != 0) std::memmove(room.before.data() + gap, room.before.data(), before.written());
  signed_bytes = {room.before.data() + gap, before.written() + room.body.size() + after.written()};
  return Reason::none;
}

}  // namespace ringfence::scheme
