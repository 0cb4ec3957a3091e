// See crypto.h. Whatever a library cannot do counts as "not signed by this key"; nothing is left in its error queue,
// where nginx's own TLS code would find it and log it as something of another connection.
#include "scheme/crypto.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <sodium.h>

#include <algorithm>
#include <memory>

#include "scheme/key.h"
#include "shared/signature.h"

namespace ringfence::scheme {
namespace {

constexpr std::size_t kMacMost = 64;  // of SHA-512

// DER of the SubjectPublicKeyInfo of an uncompressed point of P-256, up to the point's 64 bytes. The only spelling
// that providers give out, so that nothing is left to choose: no explicit parameters, no other curve.
constexpr std::array<std::uint8_t, 27> kP256Prefix = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
                                                      0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
                                                      0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04};
constexpr std::size_t kP256Bytes = kP256Prefix.size() + 64;

class ErrorMark {
 public:
  ErrorMark() noexcept { ERR_set_mark(); }
  ~ErrorMark() { ERR_pop_to_mark(); }
  ErrorMark(const ErrorMark&) = delete;
  ErrorMark& operator=(const ErrorMark&) = delete;
};

template <auto kFree>
struct Freed {
  void operator()(auto* thing) const noexcept { kFree(thing); }
};
using Mac = std::unique_ptr<EVP_MAC, Freed<EVP_MAC_free>>;
using MacContext = std::unique_ptr<EVP_MAC_CTX, Freed<EVP_MAC_CTX_free>>;
using PublicKeyHandle = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using PublicKeyContext = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>>;

bool is_mac(Algorithm algorithm) noexcept {
  return algorithm == Algorithm::hmac_sha1 || algorithm == Algorithm::hmac_sha256 ||
         algorithm == Algorithm::hmac_sha512;
}

// Starts again from the key the context was made with. OpenSSL before 3.0.3 forgot to start again when asked like this,
// which prepare_mac() finds out.
bool compute_mac(EVP_MAC_CTX* context, ByteView content, std::array<std::uint8_t, kMacMost>& mac,
                 std::size_t& bytes) noexcept {
  return EVP_MAC_init(context, nullptr, 0, nullptr) == 1 &&
         EVP_MAC_update(context, content.data(), content.size()) == 1 &&
         EVP_MAC_final(context, mac.data(), &bytes, mac.size()) == 1;
}

// True when the second MAC of one context is the first again, and of the right length.
bool repeats_itself(EVP_MAC_CTX* context, std::size_t expected_bytes) noexcept {
  std::array<std::uint8_t, kMacMost> first{};
  std::array<std::uint8_t, kMacMost> second{};
  std::size_t first_bytes = 0;
  std::size_t second_bytes = 0;
  const ByteView content = as_bytes("ringfence");
  const bool same = compute_mac(context, content, first, first_bytes) &&
                    compute_mac(context, content, second, second_bytes) && first_bytes == expected_bytes &&
                    first == second;
  sodium_memzero(first.data(), first.size());
  sodium_memzero(second.data(), second.size());
  return same;
}

void* prepare_mac(Algorithm algorithm, ByteView key) noexcept {
  if (key.empty()) return nullptr;
  const Mac mac{EVP_MAC_fetch(nullptr, "HMAC", nullptr)};
  MacContext context{mac ? EVP_MAC_CTX_new(mac.get()) : nullptr};
  if (!context) return nullptr;
  char sha1[] = "SHA1";
  char sha256[] = "SHA256";
  char sha512[] = "SHA512";
  char* digest = algorithm == Algorithm::hmac_sha1 ? sha1 : algorithm == Algorithm::hmac_sha256 ? sha256 : sha512;
  const std::array<OSSL_PARAM, 2> parameters = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                                OSSL_PARAM_construct_end()};
  if (EVP_MAC_init(context.get(), key.data(), key.size(), parameters.data()) != 1) return nullptr;
  if (!repeats_itself(context.get(), signature_bytes(algorithm))) return nullptr;
  return context.release();
}

void* prepare_p256(ByteView key) noexcept {
  if (key.size() != kP256Bytes || !std::equal(kP256Prefix.begin(), kP256Prefix.end(), key.begin())) return nullptr;
  const unsigned char* at = key.data();
  const PublicKeyHandle handle{d2i_PUBKEY(nullptr, &at, static_cast<long>(key.size()))};  // checks: on the curve
  if (!handle || at != key.data() + key.size()) return nullptr;
  PublicKeyContext context{EVP_PKEY_CTX_new_from_pkey(nullptr, handle.get(), nullptr)};
  if (!context || EVP_PKEY_verify_init(context.get()) != 1 ||
      EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) != 1) {
    return nullptr;
  }
  return context.release();
}

bool is_usable_ed25519(ByteView bytes) noexcept {
  PublicKey key{};
  if (bytes.size() != key.size()) return false;
  std::copy(bytes.begin(), bytes.end(), key.begin());
  return check_public_key(key) == KeyFault::ok;
}

std::size_t find_mac(EVP_MAC_CTX* context, ByteView content, std::span<const ByteView> signatures) noexcept {
  const ErrorMark mark;
  std::array<std::uint8_t, kMacMost> mac{};
  std::size_t bytes = 0;
  std::size_t found = signatures.size();
  if (context != nullptr && compute_mac(context, content, mac, bytes)) {
    for (std::size_t i = 0; i < signatures.size() && found == signatures.size(); ++i) {
      if (signatures[i].size() == bytes && sodium_memcmp(mac.data(), signatures[i].data(), bytes) == 0) found = i;
    }
  }
  sodium_memzero(mac.data(), mac.size());  // an expected MAC is as good as the key, for this one request
  return found;
}

bool verify_p256(EVP_PKEY_CTX* context, ByteView content, ByteView signature) noexcept {
  const ErrorMark mark;
  if (context == nullptr) return false;
  std::array<std::uint8_t, 32> digest{};
  sha256(content, digest);
  // OpenSSL encodes what it has read again and compares: DER only, nothing after it.
  return EVP_PKEY_verify(context, signature.data(), signature.size(), digest.data(), digest.size()) == 1;
}

bool verify_raw_ed25519(ByteView key, ByteView content, ByteView signature) noexcept {
  PublicKey public_key{};
  Signature raw{};
  if (key.size() != public_key.size() || signature.size() != raw.size()) return false;
  std::copy(key.begin(), key.end(), public_key.begin());
  std::copy(signature.begin(), signature.end(), raw.begin());
  return verify_ed25519(raw, content, public_key);
}

// Hashed first, so that the time says nothing of the key's length either.
bool same_token(ByteView key, ByteView presented) noexcept {
  std::array<std::uint8_t, 16> ours{};
  std::array<std::uint8_t, 16> theirs{};
  blake16(key, ours);
  blake16(presented, theirs);
  return sodium_memcmp(ours.data(), theirs.data(), ours.size()) == 0;
}

bool verify_other(Algorithm algorithm, ByteView key, void* prepared, ByteView content, ByteView signature) noexcept {
  if (signature.empty() || signature.size() > kSignatureMost) return false;
  if (algorithm == Algorithm::token) return same_token(key, signature);
  if (algorithm == Algorithm::ed25519) return verify_raw_ed25519(key, content, signature);
  return algorithm == Algorithm::ecdsa_p256 && verify_p256(static_cast<EVP_PKEY_CTX*>(prepared), content, signature);
}

}  // namespace

std::size_t signature_bytes(Algorithm algorithm) noexcept {
  switch (algorithm) {
    case Algorithm::hmac_sha1:
      return 20;
    case Algorithm::hmac_sha256:
      return 32;
    case Algorithm::hmac_sha512:
    case Algorithm::ed25519:
      return 64;
    case Algorithm::ecdsa_p256:
    case Algorithm::token:
      return 0;
  }
  return 0;
}

bool prepare(Algorithm algorithm, ByteView key, void*& prepared) noexcept {
  const ErrorMark mark;
  prepared = nullptr;
  if (is_mac(algorithm)) return (prepared = prepare_mac(algorithm, key)) != nullptr;
  if (algorithm == Algorithm::ecdsa_p256) return (prepared = prepare_p256(key)) != nullptr;
  if (algorithm == Algorithm::ed25519) return is_usable_ed25519(key);
  return !key.empty();
}

void unprepare(Algorithm algorithm, void* prepared) noexcept {
  if (is_mac(algorithm)) EVP_MAC_CTX_free(static_cast<EVP_MAC_CTX*>(prepared));  // overwrites the key
  if (algorithm == Algorithm::ecdsa_p256) EVP_PKEY_CTX_free(static_cast<EVP_PKEY_CTX*>(prepared));
}

bool verify(Algorithm algorithm, const Key& key, ByteView content, ByteView signature) noexcept {
  return find_verified(algorithm, key, content, {&signature, 1}) == 0;
}

std::size_t find_verified(Algorithm algorithm, const Key& key, ByteView content,
                          std::span<const ByteView> signatures) noexcept {
  const ByteView raw_key{key.bytes.data(), std::min<std::size_t>(key.size, key.bytes.size())};
  const std::size_t none = signatures.size();
  if (raw_key.empty()) return none;
  if (is_mac(algorithm)) return find_mac(static_cast<EVP_MAC_CTX*>(key.prepared), content, signatures);
  for (std::size_t i = 0; i < signatures.size(); ++i) {
    if (verify_other(algorithm, raw_key, key.prepared, content, signatures[i])) return i;
  }
  return none;
}

void sha256(ByteView bytes, std::span<std::uint8_t, 32> out) noexcept {
  const ErrorMark mark;
  // OpenSSL uses the processor's SHA instructions but may be out of memory; libsodium is slower and cannot fail.
  if (SHA256(bytes.data(), bytes.size(), out.data()) == nullptr) {
    crypto_hash_sha256(out.data(), bytes.data(), bytes.size());
  }
}

void blake16(ByteView bytes, std::span<std::uint8_t, 16> out) noexcept {
  crypto_generichash(out.data(), out.size(), bytes.data(), bytes.size(), nullptr, 0);
}

}  // namespace ringfence::scheme
