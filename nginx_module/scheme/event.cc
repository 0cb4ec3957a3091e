// See event.h.
#include "scheme/event.h"

#include <sodium.h>

#include <algorithm>
#include <optional>

#include "scheme/crypto.h"
#include "shared/limits.h"

namespace ringfence::scheme {
namespace {

constexpr std::size_t kHashBytes = 16;

std::span<const IdRule> rules_of(const Plan& plan) noexcept { return std::span(plan.ids).first(plan.id_count); }
std::span<const Source> sources_of(const IdRule& rule) noexcept { return std::span(rule.sources).first(rule.count); }

// What a table, a frame and a header line can carry.
bool is_usable(std::string_view text) noexcept {
  return !text.empty() && text.size() <= limits::kFieldBytes &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

bool is_exception(const IdRule& rule, std::string_view value) noexcept {
  const auto except = std::span(rule.except).first(rule.except_count);
  return std::ranges::find(except, value) != except.end();
}

// Hands out room for values that stand nowhere in the request.
class Slots {
 public:
  explicit Slots(ByteSpan room) noexcept : room_(room) {}
  // nullopt: it does not fit.
  [[nodiscard]] std::optional<ByteSpan> take(std::size_t bytes) noexcept {
    if (bytes > room_.size()) return std::nullopt;
    const ByteSpan taken = room_.first(bytes);
    room_ = room_.subspan(bytes);
    return taken;
  }

 private:
  ByteSpan room_;
};

void write_hex(ByteView bytes, ByteSpan out) noexcept {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    out[2 * i] = static_cast<std::uint8_t>(kDigits[bytes[i] >> 4]);
    out[2 * i + 1] = static_cast<std::uint8_t>(kDigits[bytes[i] & 15]);
  }
}

std::string_view hash_of(ByteView bytes, Slots& slots) noexcept {
  const auto room = slots.take(2 * kHashBytes);
  if (!room) return {};
  std::array<std::uint8_t, kHashBytes> hash{};
  blake16(bytes, hash);
  write_hex(hash, *room);
  return as_text(*room);
}

std::string_view header_value(const HeaderSlot& slot) noexcept {
  return slot.seen == 1 ? slot.value : std::string_view{};
}

std::string_view json_value(const JsonFound& found) noexcept {
  const bool text = found.kind == JsonFound::Kind::token || found.kind == JsonFound::Kind::number;
  return text ? found.text : std::string_view{};
}

// The usable value of a source, or "".
std::string_view value_of(const Source& source, const EventInput& input, Slots& slots) noexcept {
  std::string_view value;
  switch (source.place) {
    case Place::none:
    case Place::field:
      break;
    case Place::header:
      value = header_value(input.head.headers[source.index]);
      break;
    case Place::json:
      value = json_value(input.found[source.index]);
      break;
    case Place::form:
      value = input.form.find_once(source.name);
      break;
    case Place::hash_body:
      value = hash_of(input.body, slots);
      break;
    case Place::hash_content:
      value = hash_of(input.signed_bytes, slots);
      break;
  }
  return is_usable(value) ? value : std::string_view{};
}

// The values of a rule joined; "" when one is missing, is an exception, or they are too long together.
std::string_view resolve(const IdRule& rule, const EventInput& input, Slots& slots) noexcept {
  std::array<std::string_view, kSources> values{};
  std::size_t bytes = rule.count - 1;
  for (std::size_t i = 0; i < rule.count; ++i) {
    values[i] = value_of(rule.sources[i], input, slots);
    if (values[i].empty() || is_exception(rule, values[i])) return {};
    bytes += values[i].size();
  }
  if (rule.count == 1) return values[0];
  const auto room = bytes <= limits::kFieldBytes ? slots.take(bytes) : std::nullopt;
  if (!room) return {};
  ByteWriter out{*room};
  for (std::size_t i = 0; i < rule.count; ++i) {
    if (i != 0) out.u8(':');
    out.put(as_bytes(values[i]));
  }
  return as_text(*room);
}

// Whether a rule may still resolve, for all that the headers say.
bool may_resolve(const IdRule& rule, const Head& head) noexcept {
  return std::ranges::all_of(sources_of(rule), [&](const Source& source) {
    if (source.place == Place::form) return head.is_form;
    if (source.place != Place::header) return true;
    const std::string_view value = header_value(head.headers[source.index]);
    return is_usable(value) && !is_exception(rule, value);
  });
}

bool needs_json(const Plan& plan) noexcept {
  return std::ranges::any_of(rules_of(plan), [](const IdRule& rule) {
    return std::ranges::any_of(sources_of(rule), [](const Source& source) { return source.place == Place::json; });
  });
}

}  // namespace

bool is_hex_of(ByteView bytes, std::string_view hex) noexcept {
  std::array<std::uint8_t, 64> expected{};
  if (2 * bytes.size() > expected.size() || hex.size() != 2 * bytes.size()) return false;
  write_hex(bytes, expected);
  return sodium_memcmp(expected.data(), hex.data(), hex.size()) == 0;
}

Reason check_id_headers(const Plan& plan, const Head& head) noexcept {
  bool absent = false;
  bool resolvable = false;
  for (const IdRule& rule : rules_of(plan)) {
    for (const Source& source : sources_of(rule)) {
      if (source.place != Place::header) continue;
      const std::uint32_t seen = head.headers[source.index].seen;
      if (seen > 1) return Reason::header_repeated;
      if (seen == 0) absent = true;
    }
    if (may_resolve(rule, head)) resolvable = true;
  }
  if (resolvable) return Reason::none;
  return absent ? Reason::header_missing : Reason::id_missing;
}

Reason read_event(const EventInput& input, ByteSpan room, Event& event) noexcept {
  constexpr std::size_t kOthers = 3 * 2 * kHashBytes;  // type, partition and attempt keep theirs
  Slots others{room.first(std::min(room.size(), kOthers))};
  for (const IdRule& rule : rules_of(input.plan)) {
    if (rule.count == 0) continue;
    Slots slots{room.subspan(std::min(room.size(), kOthers))};
    event.id = resolve(rule, input, slots);
    if (!event.id.empty()) break;
  }
  if (event.id.empty()) return !input.is_json && needs_json(input.plan) ? Reason::body_not_json : Reason::id_missing;
  event.type = value_of(input.plan.type, input, others);
  event.partition = value_of(input.plan.partition, input, others);
  event.attempt = value_of(input.plan.attempt, input, others);
  return Reason::none;
}

}  // namespace ringfence::scheme
