// A key of one method: parsed and checked when the configuration is loaded, ready to verify with, wiped when the
// configuration dies. Used by the module's configuration and by interpret. Must not know: nginx, where it was written.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "scheme/fault.h"
#include "scheme/plan.h"

namespace ringfence::scheme {

inline constexpr std::size_t kSecretLeast = 8;   // bytes; shorter is a placeholder or can be guessed
inline constexpr std::size_t kSecretMost = 256;  // the longest the providers give out has ~130

struct Key {
  std::uint8_t method = 0;                       // which of the plan's
  Algorithm algorithm = Algorithm::hmac_sha256;  // of that method
  std::uint16_t size = 0;
  std::array<std::uint8_t, kSecretMost> bytes{};  // the secret or public key
  std::array<std::uint8_t, 16> fingerprint{};  // BLAKE2b over method and key: tells signers apart, tells nothing else
  void* prepared = nullptr;                    // the crypto library's own form of it
  std::string_view label;                      // borrowed; empty: none was given
};

// Refuses empty, placeholder, too short, wrong-kind (another provider's, an API key, PEM, a private key), wrongly
// encoded and small-order keys, saying what was expected. Never repeats the key. With two methods the key's prefix says
// whose it is; without one it is the first's. On success `key.prepared` is owned by the caller: wipe() it. Keeps the
// label. sodium_init() must have been called.
[[nodiscard]] Fault parse_key(const Plan& plan, std::string_view text, Key& key) noexcept;
// Frees what was prepared and overwrites the rest. Harmless when repeated.
void wipe(Key& key) noexcept;
[[nodiscard]] bool same_key(const Key& a, const Key& b) noexcept;
// True for methods whose keys must stay secret (MACs, tokens): such a key has no place in nginx.conf itself.
[[nodiscard]] bool is_secret(const Method& method) noexcept;

// One line of a key file: the key, and the label after " #". A line that is empty or begins with '#' has no key. A '#'
// inside a secret belongs to it.
struct KeyLine {
  std::string_view key, label;
};
[[nodiscard]] KeyLine split_key_line(std::string_view line) noexcept;

}  // namespace ringfence::scheme
