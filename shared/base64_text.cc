// The half of base64.h that returns strings, apart so that the edge links nothing that allocates.
// Used by the worker and the tools. Must not know: what the bytes mean.
#include <sodium.h>

#include "shared/base64.h"

namespace ringfence {
namespace {

// Bytes in the canonical encoding of `text.size()` characters, going by its length and padding alone.
std::size_t implied_bytes(std::string_view text) noexcept {
  if (text.empty() || text.size() % 4 != 0) return 0;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  return text.size() / 4 * 3 - padding;
}

}  // namespace

std::optional<std::string> decode_base64(std::string_view text) {
  std::string bytes(implied_bytes(text), '\0');
  if (!decode_base64_exact(text, {reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()})) return std::nullopt;
  return bytes;
}

std::string encode_base64(ByteView bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();  // libsodium counts and writes a final NUL
  return text;
}

}  // namespace ringfence
