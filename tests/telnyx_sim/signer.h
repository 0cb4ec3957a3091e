// The account's signing key: Ed25519 over `timestamp|body`, base64. Owned by main.cc. Must not know: HTTP.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "shared/result.h"

namespace ringfence::sim {

class Signer {
 public:
  [[nodiscard]] static Signer random();
  [[nodiscard]] static Result<Signer> from_seed(std::string_view base64_seed);  // 32 bytes
  [[nodiscard]] std::string sign(std::string_view timestamp, std::string_view body) const;
  [[nodiscard]] std::string public_key() const;  // base64, 44 characters

 private:
  explicit Signer(const std::array<std::uint8_t, 32>& seed);
  std::array<std::uint8_t, 32> public_{};
  std::array<std::uint8_t, 64> secret_{};
};

}  // namespace ringfence::sim
