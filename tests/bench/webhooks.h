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
};

class Webhooks {
 public:
  // A key pair derived from a fixed seed: benchmarks sign nothing that anybody trusts.
  Webhooks();
  [[nodiscard]] std::string public_key_base64() const;
  [[nodiscard]] const PublicKey& public_key() const noexcept { return public_key_; }
  // Distinct events; `run` keeps the ids of two runs apart.
  [[nodiscard]] std::vector<SignedWebhook> make(std::size_t count, const std::string& run) const;

 private:
  PublicKey public_key_{};
  std::array<std::uint8_t, crypto_sign_SECRETKEYBYTES> secret_key_{};
};

}  // namespace ringfence::bench
