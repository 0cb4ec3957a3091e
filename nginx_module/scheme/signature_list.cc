// See signature_list.h. What is skipped costs a search for the next separator and nothing else.
#include "scheme/signature_list.h"

#include <algorithm>

#include "shared/base64.h"
#include "shared/hex.h"

namespace ringfence::scheme {
namespace {

constexpr std::string_view kBlanks = " \t";

bool decode_hex(std::string_view text, ByteSpan out) noexcept {
  int all = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int byte = hex_digit(text[2 * i]) * 16 | hex_digit(text[2 * i + 1]);
    out[i] = static_cast<std::uint8_t>(byte);
    all |= byte;
  }
  return all >= 0;
}

// How many bytes the text would be; 0 when its length alone says that it is nothing.
std::size_t decoded_bytes(TextEncoding encoding, std::string_view text) noexcept {
  switch (encoding) {
    case TextEncoding::hex:
      return text.size() % 2 == 0 ? text.size() / 2 : 0;
    case TextEncoding::base64:
      if (text.empty() || text.size() % 4 != 0) return 0;
      return text.size() / 4 * 3 - (text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0);
    case TextEncoding::plain:
      return text.size();
  }
  return 0;
}

bool is_slow(Algorithm algorithm) noexcept {
  return algorithm == Algorithm::ed25519 || algorithm == Algorithm::ecdsa_p256;
}

std::string_view without_blanks(std::string_view text) noexcept {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

struct Entry {
  std::string_view name;
  std::string_view value;
};

Entry split_entry(const Method& shape, std::string_view text) noexcept {
  if (shape.separator == 0) return {{}, text};
  const std::size_t at = text.find(shape.separator);
  if (at == std::string_view::npos) return {text, {}};
  return {text.substr(0, at), text.substr(at + 1)};
}

// Adds the entry for one method. False: it is not well-formed for it.
bool add_candidate(const Plan& plan, std::size_t method_index, std::string_view value, Presented& presented,
                   Reason& reason) noexcept {
  const Method& method = plan.methods[method_index];
  if (!value.starts_with(method.prefix)) return false;
  const std::string_view text = value.substr(method.prefix.size());
  std::array<std::uint8_t, kSignatureMost> scratch;
  std::size_t bytes = 0;
  if (!decode_signature(method, text, scratch, bytes)) return false;
  const auto same_method = [&](const Candidate& other) { return other.method == method_index; };
  const auto known = std::span(presented.candidates).first(presented.count);
  const bool full = presented.count == presented.candidates.size() ||
                    (is_slow(method.algorithm) &&
                     static_cast<std::size_t>(std::ranges::count_if(known, same_method)) == kCandidatesSlow);
  if (full) {
    reason = Reason::signatures_too_many;
    return true;
  }
  presented.candidates[presented.count++] = {text, static_cast<std::uint8_t>(method_index)};
  return true;
}

Reason take_timestamp(std::string_view value, Presented& presented) noexcept {
  if (presented.timestamp.data() != nullptr) return Reason::timestamp_repeated;
  if (value.empty()) return Reason::timestamp_malformed;
  presented.timestamp = value;
  return Reason::none;
}

Reason read_entry(const Plan& plan, const Source& source, const Method& shape, std::string_view text,
                  Presented& presented) noexcept {
  const Entry entry = split_entry(shape, text);
  if (plan.timestamp.place == Place::field && shape.separator != 0 && entry.name == plan.timestamp.name) {
    return take_timestamp(entry.value, presented);
  }
  bool ours = false;
  bool well_formed = false;
  Reason reason = Reason::none;
  for (std::size_t i = 0; i < plan.method_count; ++i) {
    const Method& method = plan.methods[i];
    if (!same_source(method.signature, source) || (shape.separator != 0 && entry.name != method.name)) continue;
    ours = true;
    if (add_candidate(plan, i, entry.value, presented, reason)) well_formed = true;
  }
  return ours && !well_formed ? Reason::signature_malformed : reason;
}

}  // namespace

bool same_source(const Source& a, const Source& b) noexcept { return a.place == b.place && a.index == b.index; }

bool decode_signature(const Method& method, std::string_view text, std::span<std::uint8_t, kSignatureMost> out,
                      std::size_t& bytes) noexcept {
  bytes = decoded_bytes(method.encoding, text);
  const std::size_t expected = signature_bytes(method.algorithm);
  if (bytes == 0 || bytes > out.size() || (expected != 0 && bytes != expected)) return false;
  const ByteSpan decoded = out.first(bytes);
  if (method.encoding == TextEncoding::hex) return decode_hex(text, decoded);
  if (method.encoding == TextEncoding::base64) return decode_base64_exact(text, decoded);
  std::ranges::copy(as_bytes(text), decoded.begin());
  return true;
}

Reason read_signatures(const Plan& plan, const Source& source, std::string_view value, Presented& presented) noexcept {
  if (value.size() > kListBytes) return Reason::signatures_too_many;
  const Method* shape = nullptr;
  for (std::size_t i = plan.method_count; i-- > 0;) {
    if (!same_source(plan.methods[i].signature, source)) continue;
    shape = &plan.methods[i];
    if (!shape->unset.empty() && value == shape->unset) return Reason::sender_has_no_secret;
  }
  if (shape == nullptr) return Reason::none;
  if (value.empty()) return Reason::signature_malformed;
  if (shape->list == 0) return read_entry(plan, source, *shape, value, presented);
  while (true) {
    const std::size_t end = value.find(shape->list);
    const std::string_view entry = without_blanks(value.substr(0, end));
    // Between blanks there may be nothing; between two commas somebody left something out.
    if (entry.empty() && shape->list != ' ') return Reason::signature_malformed;
    if (!entry.empty()) {
      const Reason bad = read_entry(plan, source, *shape, entry, presented);
      if (bad != Reason::none) return bad;
    }
    if (end == std::string_view::npos) return Reason::none;
    value.remove_prefix(end + 1);
  }
}

}  // namespace ringfence::scheme
