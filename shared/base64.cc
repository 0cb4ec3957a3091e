// Strict base64 over libsodium's constant-time codec. Used by signature.cc, key files and the provider client.
// Must not know: what the bytes mean.
#include "shared/base64.h"

#include <sodium.h>

namespace ringfence {

bool decode_base64_exact(std::string_view text, ByteSpan out) noexcept {
  if (text.size() != (out.size() + 2) / 3 * 4) return false;
  if (out.empty()) return true;
  std::size_t decoded_bytes = 0;
  const char* end = nullptr;
  // Refuses trailing bits that are not zero and missing padding by itself; what is left to check is that it used
  // every character, as it stops silently at the first one that is not of the alphabet.
  const int status = sodium_base642bin(out.data(), out.size(), text.data(), text.size(), nullptr, &decoded_bytes, &end,
                                       sodium_base64_VARIANT_ORIGINAL);
  return status == 0 && decoded_bytes == out.size() && end == text.data() + text.size();
}

}  // namespace ringfence
