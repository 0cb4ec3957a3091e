// Every algorithm with a signature made by somebody else's code, and every way in which one may be wrong.
#include "scheme/crypto.h"

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <sodium.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "scheme/key.h"

namespace ringfence::scheme {
namespace {

struct Prepared {
  Algorithm algorithm;
  Key key;
  bool usable = false;
  Prepared(Algorithm chosen, ByteView bytes) : algorithm(chosen) {
    key.size = static_cast<std::uint16_t>(bytes.size());
    std::copy(bytes.begin(), bytes.end(), key.bytes.begin());
    usable = prepare(algorithm, bytes, key.prepared);
  }
  ~Prepared() { unprepare(algorithm, key.prepared); }
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;
  [[nodiscard]] bool accepts(std::string_view content, ByteView signature) const {
    return verify(algorithm, key, as_bytes(content), signature);
  }
};

std::vector<std::uint8_t> from_hex(std::string_view hex) {
  std::vector<std::uint8_t> bytes(hex.size() / 2);
  sodium_hex2bin(bytes.data(), bytes.size(), hex.data(), hex.size(), nullptr, nullptr, nullptr);
  return bytes;
}

class Crypto : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_GE(sodium_init(), 0); }
};

// A P-256 key pair made on the spot.
struct P256 {
  EVP_PKEY* pair = EVP_EC_gen("P-256");
  P256() = default;
  ~P256() { EVP_PKEY_free(pair); }
  P256(const P256&) = delete;
  P256& operator=(const P256&) = delete;
  [[nodiscard]] std::vector<std::uint8_t> spki() const {
    unsigned char* der = nullptr;
    const int bytes = i2d_PUBKEY(pair, &der);
    std::vector<std::uint8_t> copy(der, der + bytes);
    OPENSSL_free(der);
    return copy;
  }
  [[nodiscard]] std::vector<std::uint8_t> sign(std::string_view content) const {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    std::size_t bytes = 0;
    EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, pair);
    EVP_DigestSign(context, nullptr, &bytes, as_bytes(content).data(), content.size());
    std::vector<std::uint8_t> signature(bytes);
    EVP_DigestSign(context, signature.data(), &bytes, as_bytes(content).data(), content.size());
    signature.resize(bytes);
    EVP_MD_CTX_free(context);
    return signature;
  }
};

// RFC 2202 and 4231, test case 2.
TEST_F(Crypto, KnownMacs) {
  const std::string content = "what do ya want for nothing?";
  struct Case {
    Algorithm algorithm;
    std::string mac;
  };
  for (const Case& known :
       {Case{Algorithm::hmac_sha1, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"},
        Case{Algorithm::hmac_sha256, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        Case{Algorithm::hmac_sha512,
             "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34"
             "d4a6b4b636e070a38bce737"}}) {
    const Prepared key{known.algorithm, as_bytes("Jefe")};
    ASSERT_TRUE(key.usable);
    const std::vector<std::uint8_t> mac = from_hex(known.mac);
    EXPECT_EQ(mac.size(), signature_bytes(known.algorithm));
    for (int round = 0; round < 3; ++round) EXPECT_TRUE(key.accepts(content, mac)) << round;
    for (std::size_t bit = 0; bit < 8 * mac.size(); ++bit) {
      std::vector<std::uint8_t> changed = mac;
      changed[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
      EXPECT_FALSE(key.accepts(content, changed)) << bit;
    }
    EXPECT_TRUE(key.accepts(content, mac)) << "a refusal leaves the key as it was";
    EXPECT_FALSE(key.accepts(content + ".", mac));
    for (std::size_t cut = 0; cut < mac.size(); ++cut) EXPECT_FALSE(key.accepts(content, {mac.data(), cut}));
    std::vector<std::uint8_t> longer = mac;
    longer.push_back(0);
    EXPECT_FALSE(key.accepts(content, longer));
  }
}

TEST_F(Crypto, AnEmptyKeyVerifiesNothing) {
  for (const Algorithm algorithm : {Algorithm::hmac_sha1, Algorithm::hmac_sha256, Algorithm::hmac_sha512,
                                    Algorithm::ed25519, Algorithm::ecdsa_p256, Algorithm::token}) {
    const Prepared key{algorithm, {}};
    EXPECT_FALSE(key.usable);
    for (const std::size_t bytes : {0U, 20U, 32U, 64U, 72U}) {
      EXPECT_FALSE(key.accepts("x", std::vector<std::uint8_t>(bytes)));
    }
  }
}

TEST_F(Crypto, P256TakesOneEncodingOfTheKeyAndOfTheSignature) {
  const P256 pair;
  const std::vector<std::uint8_t> spki = pair.spki();
  const Prepared key{Algorithm::ecdsa_p256, spki};
  ASSERT_TRUE(key.usable);
  for (int round = 0; round < 20; ++round) {
    const std::vector<std::uint8_t> signature = pair.sign("1700000000{}\r\n");
    EXPECT_TRUE(key.accepts("1700000000{}\r\n", signature));
    EXPECT_FALSE(key.accepts("1700000000{}", signature));
    std::vector<std::uint8_t> trailing = signature;
    trailing.push_back(0);
    EXPECT_FALSE(key.accepts("1700000000{}\r\n", trailing));
    for (std::size_t cut = 0; cut < signature.size(); ++cut) {
      EXPECT_FALSE(key.accepts("1700000000{}\r\n", {signature.data(), cut}));
    }
    // The same numbers with a length in long form: BER, not DER.
    std::vector<std::uint8_t> ber = {0x30, 0x81};
    ber.insert(ber.end(), signature.begin() + 1, signature.end());
    EXPECT_FALSE(key.accepts("1700000000{}\r\n", ber));
  }
  for (std::size_t i = 0; i < spki.size(); ++i) {
    std::vector<std::uint8_t> changed = spki;
    changed[i] ^= 1;
    EXPECT_FALSE((Prepared{Algorithm::ecdsa_p256, changed}.usable)) << "byte " << i;  // off the curve, or not P-256
  }
  std::vector<std::uint8_t> trailing = spki;
  trailing.push_back(0);
  EXPECT_FALSE((Prepared{Algorithm::ecdsa_p256, trailing}.usable));
}

TEST_F(Crypto, OtherKindsOfKeyAreNoP256) {
  for (const char* curve : {"P-384", "secp256k1"}) {
    EVP_PKEY* other = EVP_EC_gen(curve);
    unsigned char* der = nullptr;
    const int bytes = i2d_PUBKEY(other, &der);
    EXPECT_FALSE((Prepared{Algorithm::ecdsa_p256, {der, static_cast<std::size_t>(bytes)}}.usable)) << curve;
    OPENSSL_free(der);
    EVP_PKEY_free(other);
  }
}

TEST_F(Crypto, Ed25519RefusesKeysAnybodyCanSignWith) {
  EXPECT_FALSE((Prepared{Algorithm::ed25519, std::vector<std::uint8_t>(32)}.usable));
  EXPECT_FALSE((Prepared{Algorithm::ed25519, std::vector<std::uint8_t>(31, 9)}.usable));
  std::vector<std::uint8_t> one(32);
  one[0] = 1;
  EXPECT_FALSE((Prepared{Algorithm::ed25519, one}.usable));
}

TEST_F(Crypto, Ed25519) {
  std::array<std::uint8_t, crypto_sign_PUBLICKEYBYTES> public_key{};
  std::array<std::uint8_t, crypto_sign_SECRETKEYBYTES> secret_key{};
  crypto_sign_keypair(public_key.data(), secret_key.data());
  const Prepared key{Algorithm::ed25519, public_key};
  ASSERT_TRUE(key.usable);
  std::array<std::uint8_t, 64> signature{};
  crypto_sign_detached(signature.data(), nullptr, as_bytes("1|{}").data(), 4, secret_key.data());
  EXPECT_TRUE(key.accepts("1|{}", signature));
  EXPECT_FALSE(key.accepts("1|{]", signature));
  EXPECT_FALSE(key.accepts("1|{}", ByteView{signature}.first(63)));
  for (std::uint8_t& byte : signature) {
    byte ^= 0x40;
    EXPECT_FALSE(key.accepts("1|{}", signature));
    byte ^= 0x40;
  }
}

TEST_F(Crypto, TokensAreEqualOrNot) {
  const Prepared key{Algorithm::token, as_bytes("correct horse")};
  ASSERT_TRUE(key.usable);
  EXPECT_TRUE(key.accepts("", as_bytes("correct horse")));
  EXPECT_TRUE(key.accepts("any body", as_bytes("correct horse")));
  EXPECT_FALSE(key.accepts("", as_bytes("correct hors")));
  EXPECT_FALSE(key.accepts("", as_bytes("correct horse ")));
  EXPECT_FALSE(key.accepts("", as_bytes(std::string_view("correct horse\0", 14))));
  EXPECT_FALSE(key.accepts("", {}));
  EXPECT_FALSE(key.accepts("", as_bytes(std::string(kSignatureMost + 1, 'x'))));
}

// nginx's TLS code would report what it finds there as an error of an unrelated connection.
TEST_F(Crypto, LeavesNothingInTheLibrarysErrorQueue) {
  ERR_clear_error();
  const P256 pair;
  const Prepared key{Algorithm::ecdsa_p256, pair.spki()};
  EXPECT_FALSE(key.accepts("x", as_bytes("not DER at all")));
  std::vector<std::uint8_t> off_curve = pair.spki();
  off_curve.back() ^= 1;
  EXPECT_FALSE((Prepared{Algorithm::ecdsa_p256, off_curve}.usable));
  EXPECT_EQ(ERR_peek_error(), 0U);
}

// nginx's master prepares the keys, its worker processes use them.
TEST_F(Crypto, KeysSurviveAFork) {
  const P256 pair;
  const std::vector<std::uint8_t> signature = pair.sign("x");
  const Prepared slow{Algorithm::ecdsa_p256, pair.spki()};
  const Prepared fast{Algorithm::hmac_sha256, as_bytes("Jefe")};
  const auto mac = from_hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    _exit(slow.accepts("x", signature) && fast.accepts("what do ya want for nothing?", mac) ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_TRUE(slow.accepts("x", signature) && fast.accepts("what do ya want for nothing?", mac));
}

TEST_F(Crypto, OneMacServesAllCandidates) {
  const Prepared key{Algorithm::hmac_sha256, as_bytes("Jefe")};
  const auto mac = from_hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  const std::vector<std::uint8_t> other(32);
  const std::array<ByteView, 3> candidates = {other, mac, mac};
  const ByteView content = as_bytes("what do ya want for nothing?");
  EXPECT_EQ(find_verified(Algorithm::hmac_sha256, key.key, content, candidates), 1U);
  EXPECT_EQ(find_verified(Algorithm::hmac_sha256, key.key, content, std::span(candidates).first(1)), 1U);
  EXPECT_EQ(find_verified(Algorithm::hmac_sha256, key.key, content, {}), 0U);
}

TEST_F(Crypto, KnownHashes) {
  std::array<std::uint8_t, 32> digest{};
  sha256(as_bytes("abc"), digest);
  EXPECT_EQ(std::vector<std::uint8_t>(digest.begin(), digest.end()),
            from_hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
  std::array<std::uint8_t, 16> name{};
  blake16(as_bytes("abc"), name);
  EXPECT_EQ(std::vector<std::uint8_t>(name.begin(), name.end()), from_hex("cf4ab791c62b8d2b2109c90275287816"));
}

}  // namespace
}  // namespace ringfence::scheme
