// Telnyx signatures: our own vectors, every way to write a key or a signature wrongly, and keys that sign for anybody.
#include "shared/signature.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include <string>

#include "seeded.h"
#include "shared/base64.h"

namespace ringfence {
namespace {

// Public test keys from Telnyx's own Java and PHP SDK tests; never used for anything but tests. The signatures were
// made by us with them over `1700000000|body` and checked with Telnyx's Node SDK 7.24.0.
constexpr std::string_view kJavaKey = "jrMBoswHlhhVx2W2Www72WU/xn4UMpjreslD0m2u0qs=";
constexpr std::string_view kPhpKey = "+7E99DXiiQXvceNX4nHm3Lbm5mqPWad5RhDr2ufuCik=";

struct Vector {
  std::string_view name;
  bool genuine;
  std::string_view key;
  std::string_view body;
  std::string_view signature;
};
constexpr Vector kVectors[] = {
    {"A", true, kJavaKey, R"({"event_type":"test","id":"abc123"})",
     "7o3u2izfEtn5PFPE0nDvo9y8RErRmfHM5wIO04wRV6VTNaq6RiLj1ehc7uMJuIMihJobi2u3HYyB1Ie61c2XCQ=="},
    {"B", true, kPhpKey, R"({"data":{"event_type":"message.received","id":"test-123"}})",
     "tMXRZyBL2gkwrgKp6CTDXTO/K+DVq0ZKEFB3tSdfBwqZGC3K/Hr7TCW+jY7RdWrAiKXEckI3tsHEpdz7lS/MDA=="},
    {"C: raw UTF-8 and a trailing newline", true, kJavaKey,
     "{\"data\":{\"event_type\":\"call.initiated\",\"id\":\"0ccc7b54-4df3-4bca-a65a-3da1ecc777f0\",\"payload\":"
     "{\"caller_id_name\":\"\xc5\xbdofie \xe4\xb8\xad\xe6\x96\x87 \xf0\x9f\x9a\x80\"}}}\n",
     "Ox04Vb9wpf0Uo8QJY1p4wjqPGcl91lJCUCRFX8Ye3X0K8JyBFO1OL972T0ZsG983tgMJqmKxDicu7YLWsuPiBw=="},
    {"D: signed with a dot instead of a pipe", false, kJavaKey, R"({"event_type":"test","id":"abc123"})",
     "61htdP9UmxnS5NhA17e4HdlSekc/jbgdBC4Gy2qrOe0DpzXTq7JSk+akPbqvFu4XyQjMQEcfw0OLF7IBkcN+AQ=="},
    {"E: empty body", true, kJavaKey, "",
     "8s0+u//ZPwruN8t68IyeZ9riKL/q5AePjlHPwZTYmuFFH3V9daidjNbF8XdIvjuAkSJWIN5hHF2EoPnJ9XUIAA=="},
};

std::string signed_text(std::string_view body) { return "1700000000|" + std::string(body); }

std::string encoded(ByteView bytes) { return encode_base64(bytes); }
std::string encoded(std::string_view bytes) { return encode_base64(as_bytes(bytes)); }

KeyFault fault_of(std::string_view text) {
  PublicKey key{};
  return parse_public_key(text, key);
}

TEST(Signature, TelnyxVectorsHold) {
  for (const Vector& vector : kVectors) {
    SCOPED_TRACE(vector.name);
    PublicKey key{};
    ASSERT_EQ(parse_public_key(vector.key, key), KeyFault::ok);
    const auto signature = parse_signature(vector.signature);
    ASSERT_TRUE(signature);
    EXPECT_EQ(verify_ed25519(*signature, as_bytes(signed_text(vector.body)), key), vector.genuine);
  }
}

TEST(Signature, AnyFlippedBitIsRefused) {
  PublicKey key{};
  ASSERT_EQ(parse_public_key(kVectors[0].key, key), KeyFault::ok);
  const Signature genuine = *parse_signature(kVectors[0].signature);
  const std::string text = signed_text(kVectors[0].body);
  for (std::size_t bit = 0; bit < 8 * genuine.size(); ++bit) {
    Signature forged = genuine;
    forged[bit / 8] = static_cast<std::uint8_t>(forged[bit / 8] ^ (1U << (bit % 8)));
    EXPECT_FALSE(verify_ed25519(forged, as_bytes(text), key)) << bit;
  }
  for (std::size_t bit = 0; bit < 8 * text.size(); ++bit) {
    std::string forged = text;
    forged[bit / 8] = static_cast<char>(forged[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(verify_ed25519(genuine, as_bytes(forged), key)) << bit;
  }
  EXPECT_FALSE(verify_ed25519(genuine, as_bytes(text.substr(1)), key));
  EXPECT_FALSE(verify_ed25519(genuine, {}, key));
}

TEST(Signature, AnotherAccountsKeyIsRefused) {
  PublicKey key{};
  ASSERT_EQ(parse_public_key(kPhpKey, key), KeyFault::ok);
  EXPECT_FALSE(verify_ed25519(*parse_signature(kVectors[0].signature), as_bytes(signed_text(kVectors[0].body)), key));
}

TEST(Signature, ParsesOnlyTheOneCanonicalSpelling) {
  const std::string genuine(kVectors[0].signature);
  ASSERT_EQ(genuine.size(), kSignatureTextBytes);
  EXPECT_TRUE(parse_signature(genuine));
  EXPECT_FALSE(parse_signature(""));
  EXPECT_FALSE(parse_signature(genuine.substr(0, 87)));
  EXPECT_FALSE(parse_signature(genuine.substr(0, 86)));
  EXPECT_FALSE(parse_signature(genuine + "="));
  EXPECT_FALSE(parse_signature(genuine + "\n"));
  EXPECT_FALSE(parse_signature(" " + genuine));
  EXPECT_FALSE(parse_signature(" " + genuine.substr(0, 87)));
  EXPECT_FALSE(parse_signature(genuine + "," + genuine));
  EXPECT_FALSE(parse_signature(std::string(88, 'A'))) << "66 bytes";
  EXPECT_FALSE(parse_signature(std::string(88, '=')));
  // Of the 64 characters before the padding, the four with zero trailing bits decode, and only one of them to ours.
  std::size_t accepted = 0;
  for (const char last : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_")) {
    std::string text = genuine;
    text[85] = last;
    accepted += parse_signature(text) ? 1 : 0;
  }
  EXPECT_EQ(accepted, 4U);
  test::Seeded seeded(5);
  for (int round = 0; round < 2000; ++round) {
    std::string text = genuine;
    text[seeded.below(text.size())] = static_cast<char>(seeded.below(256));
    const auto parsed = parse_signature(text);
    EXPECT_TRUE(!parsed || encoded(*parsed) == text);
  }
}

TEST(PublicKey, SaysWhatIsWrong) {
  EXPECT_EQ(fault_of(kJavaKey), KeyFault::ok);
  EXPECT_EQ(fault_of(kPhpKey), KeyFault::ok);
  EXPECT_EQ(fault_of("eu2zvPjhY6odxV34Z/EsRiERvTodkev4Fq0SlK90Izg="), KeyFault::ok) << "the sample in Telnyx's docs";
  EXPECT_EQ(fault_of(""), KeyFault::empty);
  EXPECT_EQ(fault_of("not a key"), KeyFault::bad_base64);
  EXPECT_EQ(fault_of("jrMBoswHlhhVx2W2Www72WU/xn4UMpjreslD0m2u0qs"), KeyFault::bad_base64) << "no padding";
  EXPECT_EQ(fault_of("jrMBoswHlhhVx2W2Www72WU_xn4UMpjreslD0m2u0qs="), KeyFault::bad_base64) << "URL alphabet";
  EXPECT_EQ(fault_of("jrMBoswHlhhVx2W2Www72WU/xn4UMpjreslD0m2u0qt="), KeyFault::bad_base64) << "trailing bits";
  EXPECT_EQ(fault_of("jrMBoswHlhhVx2W2Www72WU/xn4UMpjreslD0m2u0qs=\n"), KeyFault::bad_base64);
  EXPECT_EQ(fault_of("8eb301a2cc07961855c765b65b0c3bd9653fc67e143298eb7ac943d26daed2ab"), KeyFault::wrong_length)
      << "hex happens to be base64 of 48 bytes";
  EXPECT_EQ(fault_of(encoded(std::string(31, 'x'))), KeyFault::wrong_length);
  EXPECT_EQ(fault_of(encoded(std::string(33, 'x'))), KeyFault::wrong_length);
  EXPECT_EQ(fault_of(encoded(std::string(64, 'x'))), KeyFault::wrong_length) << "a secret key";
  EXPECT_EQ(fault_of("MCowBQYDK2VwAyEAjrMBoswHlhhVx2W2Www72WU/xn4UMpjreslD0m2u0qs="), KeyFault::wrong_length) << "DER";
  EXPECT_EQ(fault_of("-----BEGIN PUBLIC KEY-----"), KeyFault::bad_base64);
  EXPECT_NE(fault_of(std::string(1'000'000, 'A')), KeyFault::ok);
}

TEST(PublicKey, AFaultLeavesTheKeyAlone) {
  PublicKey key{};
  key.fill(7);
  const PublicKey before = key;
  EXPECT_NE(parse_public_key(encoded(PublicKey{}), key), KeyFault::ok);
  EXPECT_EQ(key, before);
}

// y = 2 has no x on the curve; p + 3 is 3 written in a second way; and a genuine key plus a point of order 8 verifies
// only with verifiers that clear the cofactor.
TEST(PublicKey, RefusesPointsThatNoGeneratorMakes) {
  PublicKey off_curve{};
  off_curve[0] = 2;
  EXPECT_EQ(fault_of(encoded(off_curve)), KeyFault::not_canonical);
  PublicKey not_reduced{};
  not_reduced.fill(0xff);
  not_reduced[0] = 0xf0;
  not_reduced[31] = 0x7f;
  EXPECT_EQ(fault_of(encoded(not_reduced)), KeyFault::not_canonical);
  PublicKey all_ones{};
  all_ones.fill(0xff);
  EXPECT_EQ(fault_of(encoded(all_ones)), KeyFault::not_canonical);

  PublicKey genuine{};
  ASSERT_EQ(parse_public_key(kJavaKey, genuine), KeyFault::ok);
  PublicKey order_eight{};
  const std::string_view hex = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05";
  ASSERT_EQ(sodium_hex2bin(order_eight.data(), 32, hex.data(), hex.size(), nullptr, nullptr, nullptr), 0);
  PublicKey mixed{};
  ASSERT_EQ(crypto_core_ed25519_add(mixed.data(), genuine.data(), order_eight.data()), 0);
  EXPECT_EQ(fault_of(encoded(mixed)), KeyFault::not_canonical);
}

TEST(PublicKey, TakesEveryKeyThatIsGenerated) {
  test::Seeded seeded(6);
  for (int round = 0; round < 50; ++round) {
    const std::string seed = seeded.bytes(crypto_sign_SEEDBYTES);
    PublicKey made{};
    std::array<std::uint8_t, crypto_sign_SECRETKEYBYTES> secret{};
    crypto_sign_seed_keypair(made.data(), secret.data(), as_bytes(seed).data());
    PublicKey parsed{};
    ASSERT_EQ(parse_public_key(encoded(made), parsed), KeyFault::ok);
    EXPECT_EQ(parsed, made);
    Signature signature{};
    crypto_sign_detached(signature.data(), nullptr, as_bytes(seed).data(), seed.size(), secret.data());
    EXPECT_TRUE(verify_ed25519(signature, as_bytes(seed), parsed));
  }
}

TEST(PublicKey, EveryFaultHasASentence) {
  for (int fault = 0; fault <= static_cast<int>(KeyFault::not_canonical); ++fault) {
    EXPECT_GT(describe(static_cast<KeyFault>(fault)).size(), 10U) << fault;
  }
  EXPECT_NE(describe(KeyFault::wrong_length).find("expected"), std::string_view::npos);
}

}  // namespace
}  // namespace ringfence
