// Telnyx's Ed25519 signature over libsodium. Used by nginx_module (every request) and the provider stand-in's tests.
// Must not know: headers, nginx, clocks. Never allocates.
#include "shared/signature.h"

#include <sodium.h>

#include <algorithm>

#include "shared/base64.h"

namespace ringfence {
namespace {

static_assert(kPublicKeyBytes == crypto_sign_PUBLICKEYBYTES);
static_assert(kSignatureBytes == crypto_sign_BYTES);

// Longest text we look at to tell "not base64" from "base64 of something else", such as a pasted PEM body.
constexpr std::size_t kKeyTextLookBytes = 1024;

// The y coordinates, in every 32-byte spelling, of the eight points of small order. Each is valid with either sign
// bit, which makes the 14 encodings. libsodium refuses them too, but without saying why.
constexpr std::array<std::string_view, 7> kSmallOrderY = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
};

bool has_small_order(const PublicKey& key) noexcept {
  PublicKey y = key;
  y.back() &= 0x7f;
  std::array<char, 2 * kPublicKeyBytes + 1> hex{};
  sodium_bin2hex(hex.data(), hex.size(), y.data(), y.size());
  return std::ranges::find(kSmallOrderY, std::string_view(hex.data(), hex.size() - 1)) != kSmallOrderY.end();
}

// True when `text` is strict base64 of some other number of bytes than a key has.
bool is_base64_of_another_length(std::string_view text) noexcept {
  if (text.size() % 4 != 0) return false;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  const std::size_t bytes = text.size() / 4 * 3 - padding;
  std::array<std::uint8_t, kKeyTextLookBytes> scratch{};
  return bytes != kPublicKeyBytes && bytes <= scratch.size() && decode_base64_exact(text, {scratch.data(), bytes});
}

}  // namespace

KeyFault parse_public_key(std::string_view base64, PublicKey& key) noexcept {
  if (base64.empty()) return KeyFault::empty;
  PublicKey parsed{};
  if (!decode_base64_exact(base64, parsed)) {
    return is_base64_of_another_length(base64) ? KeyFault::wrong_length : KeyFault::bad_base64;
  }
  const KeyFault fault = check_public_key(parsed);
  if (fault == KeyFault::ok) key = parsed;
  return fault;
}

KeyFault check_public_key(const PublicKey& key) noexcept {
  if (has_small_order(key)) return KeyFault::small_order;
  // Also refuses points off the curve and points with a component of small order: a key made by any generator is a
  // multiple of the base point, so such a "key" is a mistake or an attack.
  if (crypto_core_ed25519_is_valid_point(key.data()) != 1) return KeyFault::not_canonical;
  return KeyFault::ok;
}

std::string_view describe(KeyFault fault) noexcept {
  switch (fault) {
    case KeyFault::ok:
      return "the key is usable";
    case KeyFault::empty:
      return "the key is empty; expected 44 characters of base64, as the provider's portal shows it";
    case KeyFault::bad_base64:
      return "the key is not padded standard base64; expected 44 characters ending in \"=\", without spaces";
    case KeyFault::wrong_length:
      return "the key is base64 of the wrong number of bytes; expected the raw 32 bytes of an Ed25519 public key, "
             "not PEM or DER";
    case KeyFault::small_order:
      return "the key is a point of small order, with which anybody can sign; expected the provider's public key";
    case KeyFault::not_canonical:
      return "the key is not a canonical point of Ed25519's prime-order group; expected the provider's public key";
  }
  return "the key is not usable";
}

std::optional<Signature> parse_signature(std::string_view base64) noexcept {
  Signature signature{};
  if (!decode_base64_exact(base64, signature)) return std::nullopt;
  return signature;
}

bool verify_ed25519(const Signature& signature, ByteView signed_bytes, const PublicKey& key) noexcept {
  return crypto_sign_verify_detached(signature.data(), signed_bytes.data(), signed_bytes.size(), key.data()) == 0;
}

}  // namespace ringfence
