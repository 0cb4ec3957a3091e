// Realistic signed Telnyx webhooks in bulk, made before the clock starts. Used by the benchmark programs only.
#pragma once

#include <sodium.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "shared/signature.h"

namespace ringfence::bench {

struct SignedWebhook {
  std::string timestamp, signature, body;
  Signature raw_signature{};
  std::string id;
};

// What is sent: each kind is one that the edge has an answer of its own for.
enum class Kind : std::uint8_t {
  genuine,    // distinct, fresh, signed
  copies,     // one genuine webhook, again and again
  unsigned_,  // no signature header
  stale,      // signed, an hour ago
  forged,     // well-formed, fresh, the signature of another message
  hmac,       // genuine under GitHub's scheme: a MAC instead of Ed25519
};

class Webhooks {
 public:
  // A key pair derived from a fixed seed: benchmarks sign nothing that anybody trusts.
  Webhooks();
  [[nodiscard]] std::string public_key_base64() const;
  [[nodiscard]] const PublicKey& public_key() const noexcept { return public_key_; }
  // Distinct events; `run` keeps the ids of two runs apart.
  [[nodiscard]] std::vector<SignedWebhook> make(std::size_t count, const std::string& run,
                                                Kind kind = Kind::genuine) const;

 private:
  PublicKey public_key_{};
  std::array<std::uint8_t, crypto_sign_SECRETKEYBYTES> secret_key_{};
};

// The header lines that carry a webhook's signature, each ended.
[[nodiscard]] std::string signature_headers(const SignedWebhook& webhook, Kind kind);
inline constexpr const char* kHmacSecret = "a-secret-that-only-this-benchmark-has";

}  // namespace ringfence::bench
