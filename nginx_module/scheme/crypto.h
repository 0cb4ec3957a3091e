// The algorithms behind one question: did this key make this signature over these bytes? MACs and ECDSA by OpenSSL
// (which nginx carries anyway, with the processor's SHA instructions), Ed25519 by libsodium. Compares in constant time.
// Used by key (prepare) and interpret (verify). Must not know: encodings, headers, what was signed.
#pragma once

#include "scheme/plan.h"
#include "shared/bytes.h"

namespace ringfence::scheme {

struct Key;

// Bytes of a signature; 0: of varying length (ecdsa_p256 is DER, a token is text).
[[nodiscard]] std::size_t signature_bytes(Algorithm algorithm) noexcept;
inline constexpr std::size_t kSignatureMost = 256;  // decoded: the longest is a token, then DER with 72

// What verify() needs of a key beyond its bytes, made once per configuration; verify() then allocates nothing of ours.
// False: the library refuses the key. ecdsa_p256 takes a DER SubjectPublicKeyInfo of the named curve, nothing else.
[[nodiscard]] bool prepare(Algorithm algorithm, ByteView key, void*& prepared) noexcept;
void unprepare(Algorithm algorithm, void* prepared) noexcept;

[[nodiscard]] bool verify(Algorithm algorithm, const Key& key, ByteView content, ByteView signature) noexcept;
// Which of the signatures this key made: an index, or the number of them when none. Costs one MAC for all of them.
[[nodiscard]] std::size_t find_verified(Algorithm algorithm, const Key& key, ByteView content,
                                        std::span<const ByteView> signatures) noexcept;

// SHA-256 as the providers' digests have it; 16 bytes of BLAKE2b for our own names of things.
void sha256(ByteView bytes, std::span<std::uint8_t, 32> out) noexcept;
void blake16(ByteView bytes, std::span<std::uint8_t, 16> out) noexcept;

}  // namespace ringfence::scheme
