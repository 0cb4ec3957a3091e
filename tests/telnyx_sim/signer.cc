// See signer.h. sodium_init() must have been called.
#include "telnyx_sim/signer.h"

#include <sodium.h>

#include "shared/base64.h"

namespace ringfence::sim {

Signer::Signer(const std::array<std::uint8_t, 32>& seed) {
  crypto_sign_seed_keypair(public_.data(), secret_.data(), seed.data());
}

Signer Signer::random() {
  std::array<std::uint8_t, 32> seed{};
  randombytes_buf(seed.data(), seed.size());
  return Signer(seed);
}

Result<Signer> Signer::from_seed(std::string_view base64_seed) {
  std::array<std::uint8_t, 32> seed{};
  if (!decode_base64_exact(base64_seed, seed))
    return fail(ErrorCode::invalid, "the key seed must be base64 of exactly 32 bytes");
  return Signer(seed);
}

std::string Signer::sign(std::string_view timestamp, std::string_view body) const {
  std::string message;
  message.reserve(timestamp.size() + 1 + body.size());
  message.append(timestamp).append("|").append(body);
  std::array<std::uint8_t, crypto_sign_BYTES> signature{};
  crypto_sign_detached(signature.data(), nullptr, as_bytes(message).data(), message.size(), secret_.data());
  return encode_base64(signature);
}

std::string Signer::public_key() const { return encode_base64(public_); }

}  // namespace ringfence::sim
