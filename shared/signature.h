// Telnyx's signature: Ed25519 over `timestamp|body`. Pure, allocation-free on the request path, and strict: whatever
// is not exactly one canonical encoding is refused. Must not know: headers, nginx, clocks.
// Source: facts on Telnyx webhooks section 1; RFC 8032; small-order list from public vectors.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "shared/bytes.h"
#include "shared/result.h"

namespace ringfence {

inline constexpr std::size_t kPublicKeyBytes = 32;
inline constexpr std::size_t kSignatureBytes = 64;
inline constexpr std::size_t kSignatureTextBytes = 88;  // padded standard base64 of 64 bytes
inline constexpr std::size_t kPublicKeyTextBytes = 44;

using PublicKey = std::array<std::uint8_t, kPublicKeyBytes>;
using Signature = std::array<std::uint8_t, kSignatureBytes>;

// Why a key was refused, for configuration errors. `ok` is not an error.
enum class KeyFault : std::uint8_t { ok, empty, bad_base64, wrong_length, small_order, not_canonical };

// Strict padded standard base64 of a raw 32-byte Ed25519 public key. Refuses the points of small order (14 encodings)
// and encodings that are not canonical, with which anybody could sign.
[[nodiscard]] KeyFault parse_public_key(std::string_view base64, PublicKey& key) noexcept;
// The same of a key that came in another encoding: ok, small_order or not_canonical.
[[nodiscard]] KeyFault check_public_key(const PublicKey& key) noexcept;
// One sentence that says what was expected, for `nginx -t`.
[[nodiscard]] std::string_view describe(KeyFault fault) noexcept;

// nullopt unless exactly 88 characters of canonical padded base64.
[[nodiscard]] std::optional<Signature> parse_signature(std::string_view base64) noexcept;

// `signed_bytes` is `timestamp|body` in one piece. sodium_init() must have been called.
[[nodiscard]] bool verify_ed25519(const Signature& signature, ByteView signed_bytes, const PublicKey& key) noexcept;

}  // namespace ringfence
