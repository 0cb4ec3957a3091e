// See interpret.h. Here is the order of the questions; how each is answered stands in signature_list, content, form,
// crypto and event.
#include "scheme/interpret.h"

#include <algorithm>

#include "scheme/content.h"
#include "scheme/crypto.h"
#include "scheme/event.h"
#include "scheme/signature_list.h"
#include "shared/limits.h"
#include "shared/timestamp.h"

namespace ringfence::scheme {
namespace {

bool same_ignoring_case(std::string_view a, std::string_view b) noexcept {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(a, b, [&](char x, char y) { return lower(x) == lower(y); });
}

std::string_view without_parameters(std::string_view media_type) noexcept {
  const auto end = std::ranges::find_if(media_type, [](char c) { return c == ';' || c == ' ' || c == '\t'; });
  return {media_type.begin(), end};
}

// The first method with its source stands for all others with the same.
bool is_first_with_source(const Plan& plan, std::size_t index) noexcept {
  for (std::size_t i = 0; i < index; ++i) {
    if (same_source(plan.methods[i].signature, plan.methods[index].signature)) return false;
  }
  return true;
}

Reason read_signature_headers(const Plan& plan, const Head& head, Presented& presented) noexcept {
  bool any = false;
  bool more_in_body = false;
  for (std::size_t i = 0; i < plan.method_count; ++i) {
    const Source& source = plan.methods[i].signature;
    if (source.place != Place::header) more_in_body = true;
    if (source.place != Place::header || !is_first_with_source(plan, i)) continue;
    const HeaderSlot& slot = head.headers[source.index];
    if (slot.seen > 1) return Reason::signature_repeated;
    if (slot.seen == 0) continue;
    any = true;
    const Reason bad = read_signatures(plan, source, slot.value, presented);
    if (bad != Reason::none) return bad;
  }
  if (more_in_body) return Reason::none;
  // A header without one entry that we know is as good as none.
  return any && presented.count != 0 ? Reason::none : Reason::signature_missing;
}

Reason parse_timestamp(const Plan& plan, Presented& presented) noexcept {
  const bool seconds = plan.unit == Unit::seconds;
  const auto sent = seconds ? parse_unix_seconds(presented.timestamp) : parse_unix_millis(presented.timestamp);
  if (!sent) return Reason::timestamp_malformed;
  presented.sent_ms = seconds ? *sent * 1000 : *sent;
  return Reason::none;
}

Reason read_timestamp_header(const Plan& plan, const Head& head, Presented& presented) noexcept {
  if (plan.timestamp.place == Place::header) {
    const HeaderSlot& slot = head.headers[plan.timestamp.index];
    if (slot.seen == 0) return Reason::timestamp_missing;
    if (slot.seen > 1) return Reason::timestamp_repeated;
    presented.timestamp = slot.value;
  }
  if (plan.timestamp.place == Place::field && presented.timestamp.empty()) return Reason::timestamp_missing;
  return parse_timestamp(plan, presented);
}

Reason check_content_headers(const Content* content, const Head& head) noexcept {
  if (content == nullptr) return Reason::none;
  for (const Piece& piece : std::span(content->pieces).first(content->count)) {
    if (piece.kind != PieceKind::header) continue;
    const HeaderSlot& slot = head.headers[piece.index];
    if (slot.seen > 1) return Reason::header_repeated;
    if (slot.seen == 0 || slot.value.empty()) return Reason::header_missing;
  }
  return Reason::none;
}

Reason check_media_type(const Plan& plan, const Head& head) noexcept {
  // A plan without contents is one of tokens, which sign nothing.
  if (plan.content_count != 0 && content_for(plan, head.is_form) == nullptr) return Reason::media_type;
  const std::string_view type = without_parameters(head.media_type);
  if (plan.media_count == 0 || head.media_type.empty()) return Reason::none;
  const auto media = std::span(plan.media).first(plan.media_count);
  const bool known = std::ranges::any_of(media, [type](std::string_view one) { return same_ignoring_case(one, type); });
  return known ? Reason::none : Reason::media_type;
}

bool timestamp_in_body(const Plan& plan) noexcept { return plan.timestamp.place == Place::json; }

// Signature and timestamp of a scheme that has them in its body, which must be JSON then.
Reason read_from_body(const Plan& plan, std::span<const JsonFound> found, Presented& presented) noexcept {
  for (std::size_t i = 0; i < plan.method_count; ++i) {
    const Source& source = plan.methods[i].signature;
    if (source.place != Place::json || !is_first_with_source(plan, i)) continue;
    const JsonFound& value = found[source.index];
    if (value.kind == JsonFound::Kind::absent) continue;
    if (value.kind != JsonFound::Kind::token) return Reason::signature_malformed;
    const Reason bad = read_signatures(plan, source, value.text, presented);
    if (bad != Reason::none) return bad;
  }
  if (presented.count == 0) return Reason::signature_missing;
  if (!timestamp_in_body(plan)) return Reason::none;
  const JsonFound& value = found[plan.timestamp.index];
  if (value.kind == JsonFound::Kind::absent) return Reason::timestamp_missing;
  if (value.kind == JsonFound::Kind::other) return Reason::timestamp_malformed;
  presented.timestamp = value.text;
  return parse_timestamp(plan, presented);
}

Reason check_digest(const Content& content, const Head& head, ByteView body) noexcept {
  if (content.digest.empty()) return Reason::none;
  const std::string_view given = query_argument(head.url, content.digest);
  if (given.empty()) return Reason::digest_missing;
  std::array<std::uint8_t, 32> digest{};
  sha256(body, digest);
  return is_hex_of(digest, given) ? Reason::none : Reason::digest_differs;
}

// One key against all the candidates of its method. True when it made one of them.
bool try_key(const Plan& plan, const Key& key, ByteView content, Presented& presented) noexcept {
  const Method& method = plan.methods[key.method];
  std::array<std::array<std::uint8_t, kSignatureMost>, kCandidates> bytes;
  std::array<ByteView, kCandidates> signatures{};
  std::size_t count = 0;
  for (const Candidate& candidate : std::span(presented.candidates).first(presented.count)) {
    std::size_t size = 0;
    if (candidate.method != key.method || !decode_signature(method, candidate.text, bytes[count], size)) continue;
    signatures[count] = {bytes[count].data(), size};
    ++count;
  }
  presented.tried += count;
  return find_verified(method.algorithm, key, content, std::span(signatures).first(count)) < count;
}

// All of them, since whoever captured the request can send it again with any one of its signatures taken out.
Reason find_signers(const Plan& plan, std::span<const Key> keys, ByteView content, Presented& presented,
                    Event& event) noexcept {
  static_assert(limits::kWebhookKeys <= 32, "they are bits of Event::signers");
  std::size_t signers = 0;
  for (std::size_t i = 0; i < keys.size() && signers < presented.count; ++i) {
    if (keys[i].method >= plan.method_count || !try_key(plan, keys[i], content, presented)) continue;
    if (signers++ == 0) event.signer = i;
    event.signers |= std::uint32_t{1} << i;
  }
  return signers != 0 ? Reason::none : Reason::no_key_matches;
}

bool content_needs_json(const Content* content) noexcept {
  return content != nullptr && has_piece(*content, PieceKind::json);
}

Room room_in(ByteSpan block, const RoomBytes& bytes, std::size_t body_bytes) noexcept {
  const auto take = [&block](std::size_t count) {
    const ByteSpan taken = block.first(count);
    block = block.subspan(count);
    return taken;
  };
  Room room;
  room.before = take(bytes.before);
  room.body = take(body_bytes);
  room.after = take(bytes.after);
  room.form = take(bytes.form);
  room.url = take(bytes.url);
  room.slots = take(bytes.slots);
  return room;
}

}  // namespace

Reason check_freshness(const Plan& plan, const Tolerance& tolerance, std::int64_t now_ms,
                       Presented& presented) noexcept {
  // Empty: it is in the body, which has not been read. examine_head() let nobody else by without one.
  if (!plan.has_timestamp || presented.timestamp.empty()) return Reason::none;
  // Whole seconds of both, whatever the unit: what is decided is what the log line says.
  const std::int64_t now_s = now_ms / 1000 - (now_ms % 1000 < 0 ? 1 : 0);
  presented.age_s = now_s - presented.sent_ms / 1000;
  presented.age_known = true;
  if (presented.age_s > tolerance.past_s) return Reason::too_old;
  return -presented.age_s > tolerance.future_s ? Reason::too_far_ahead : Reason::none;
}

Reason examine_head(const Plan& plan, Head& head, const Tolerance& tolerance, std::int64_t now_ms,
                    Presented& presented) noexcept {
  presented = {};
  head.is_form = same_ignoring_case(without_parameters(head.media_type), "application/x-www-form-urlencoded");
  if (const Reason bad = read_signature_headers(plan, head, presented); bad != Reason::none) return bad;
  const bool has_timestamp = plan.has_timestamp && !timestamp_in_body(plan);
  if (has_timestamp) {
    if (const Reason bad = read_timestamp_header(plan, head, presented); bad != Reason::none) return bad;
  }
  const Content* content = content_for(plan, head.is_form);
  if (const Reason bad = check_content_headers(content, head); bad != Reason::none) return bad;
  if (const Reason bad = check_id_headers(plan, head); bad != Reason::none) return bad;
  if (const Reason bad = check_media_type(plan, head); bad != Reason::none) return bad;
  return has_timestamp ? check_freshness(plan, tolerance, now_ms, presented) : Reason::none;
}

BlockLayout layout_for(const Plan& plan, const Head& head, const Presented& presented,
                       std::size_t body_bytes) noexcept {
  const RoomBytes bytes = room_bytes(plan, head, presented, body_bytes);
  return {bytes.before, bytes.after + bytes.form + bytes.url + bytes.slots};
}

bool mixes_content(const Plan& plan) noexcept { return !plan.has_timestamp || !plan.covers_id; }

Reason examine_body(const Plan& plan, const Head& head, std::span<const Key> keys, const Tolerance& tolerance,
                    std::int64_t now_ms, ByteSpan block, std::size_t body_bytes, Presented& presented,
                    Event& event) noexcept {
  event = {};
  const RoomBytes bytes = room_bytes(plan, head, presented, body_bytes);
  if (block.size() < bytes.before + body_bytes + bytes.after + bytes.form + bytes.url + bytes.slots) {
    return Reason::no_memory;
  }
  const Room room = room_in(block, bytes, body_bytes);
  if (body_bytes == 0) return Reason::body_empty;

  const Content* content = content_for(plan, head.is_form);
  if (content == nullptr && plan.content_count != 0) return Reason::media_type;
  std::array<JsonFound, JsonPaths::kPaths> found{};
  bool is_json = false;
  if (plan.signed_in_body || content_needs_json(content)) {
    is_json = scan_json(room.body, plan.paths, std::span(found).first(plan.paths.size()));
    if (!is_json) return Reason::body_not_json;
  }
  if (plan.signed_in_body) {
    if (const Reason bad = read_from_body(plan, found, presented); bad != Reason::none) return bad;
    if (const Reason bad = check_freshness(plan, tolerance, now_ms, presented); bad != Reason::none) return bad;
  }
  FormFields form;
  if (needs_form(plan, head)) {
    if (!form.parse(as_text(room.body), room.form)) return Reason::form_malformed;
    form.sort();
  }
  ByteView signed_bytes = room.body;  // what a token stands for
  if (content != nullptr) {
    const ContentInput input{plan, head, presented, found, form};
    if (const Reason bad = assemble(*content, input, room, signed_bytes); bad != Reason::none) return bad;
    if (const Reason bad = check_digest(*content, head, room.body); bad != Reason::none) return bad;
  }
  if (const Reason bad = find_signers(plan, keys, signed_bytes, presented, event); bad != Reason::none) return bad;

  if (plan.needs_json && !is_json) {
    is_json = scan_json(room.body, plan.paths, std::span(found).first(plan.paths.size()));
    if (!is_json) found = {};
  }
  if (mixes_content(plan)) event.content = signed_bytes;
  const EventInput input{plan, head, found, form, room.body, signed_bytes, is_json};
  return read_event(input, room.slots, event);
}

}  // namespace ringfence::scheme
