// Derived identifiers over BLAKE2b. Used by worker/core for command ids and marks of applied events.
// Must not know: what the parts mean.
#include "shared/ids.h"

#include <sodium.h>

#include "shared/bytes.h"

namespace ringfence {
namespace {

using Digest = std::array<std::uint8_t, crypto_generichash_blake2b_BYTES_MIN>;
static_assert(std::tuple_size_v<Digest> == 16);

Digest digest_of(std::string_view text) {
  Digest digest{};
  crypto_generichash_blake2b(digest.data(), digest.size(), as_bytes(text).data(), text.size(), nullptr, 0);
  return digest;
}

std::string hex_of(ByteView bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const std::uint8_t byte : bytes) {
    text += kHex[byte >> 4];
    text += kHex[byte & 15];
  }
  return text;
}

}  // namespace

std::string derived_uuid(std::string_view a, std::string_view b, std::string_view c, std::string_view d) {
  std::string joined;
  joined.reserve(a.size() + b.size() + c.size() + d.size() + 3);
  joined.append(a).append("/").append(b).append("/").append(c).append("/").append(d);
  Digest digest = digest_of(joined);
  digest[6] = static_cast<std::uint8_t>((digest[6] & 0x0f) | 0x80);  // version 8
  digest[8] = static_cast<std::uint8_t>((digest[8] & 0x3f) | 0x80);  // RFC 9562 variant
  std::string text = hex_of(digest);
  for (const std::size_t dash : {8U, 13U, 18U, 23U}) text.insert(dash, 1, '-');
  return text;
}

std::string short_hash(std::string_view text) { return hex_of(ByteView(digest_of(text)).first(8)); }

}  // namespace ringfence
