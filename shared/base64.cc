// Strict base64 over libsodium's constant-time codec. Used by signature.cc, key files and the provider client.
// Must not know: what the bytes mean.
#include "shared/base64.h"

#include <sodium.h>

#include <algorithm>
#include <array>

namespace ringfence {
namespace {

// A multiple of three, so that only the last piece is padded.
constexpr std::size_t kPieceBytes = 48;
constexpr std::size_t kPieceTextBytes = kPieceBytes / 3 * 4;

// The decoder alone is not to be trusted with this: libsodium 1.0.18 reads every byte of 0x80 and above as '/'.
bool is_canonical(std::string_view text, ByteView decoded) noexcept {
  std::array<char, kPieceTextBytes + 1> piece{};  // and the NUL that libsodium appends
  while (!decoded.empty()) {
    const ByteView bytes = decoded.first(std::min(decoded.size(), kPieceBytes));
    const std::size_t text_bytes = (bytes.size() + 2) / 3 * 4;
    sodium_bin2base64(piece.data(), piece.size(), bytes.data(), bytes.size(), sodium_base64_VARIANT_ORIGINAL);
    if (std::memcmp(text.data(), piece.data(), text_bytes) != 0) return false;
    text.remove_prefix(text_bytes);
    decoded = decoded.subspan(bytes.size());
  }
  return text.empty();
}

}  // namespace

bool decode_base64_exact(std::string_view text, ByteSpan out) noexcept {
  if (text.size() != (out.size() + 2) / 3 * 4) return false;
  if (out.empty()) return true;  // libsodium wants memory even for nothing
  std::size_t decoded_bytes = 0;
  const int status = sodium_base642bin(out.data(), out.size(), text.data(), text.size(), nullptr, &decoded_bytes,
                                       nullptr, sodium_base64_VARIANT_ORIGINAL);
  return status == 0 && decoded_bytes == out.size() && is_canonical(text, out);
}

}  // namespace ringfence
