// Keys: what is accepted of every kind, what each wrong one is called, and that none is ever repeated.
#include "scheme/key.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

#include "recipe_lines.h"
#include "shared/base64.h"

namespace ringfence::scheme {
namespace {

using test::ReadRecipe;

constexpr std::string_view kEd25519 = "jrMBoswHlhhVx2W2Www72WU/xn4UMpjreslD0m2u0qs=";
constexpr std::string_view kEd25519Hex = "8eb301a2cc07961855c765b65b0c3bd9653fc67e143298eb7ac943d26daed2ab";
constexpr std::string_view kP256 =
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7L"
    "tkBoN79R9Q==";
constexpr std::string_view kSecret64 = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLjm4";  // of 24 bytes

constexpr std::string_view kRaw = "algorithm hmac-sha256; key raw; signature header=s; content '{body}'; id hash=body;";
constexpr std::string_view kWhole =
    "algorithm hmac-sha256; key raw begins=whsec_; signature header=s; content '{body}'; id hash=body;";
constexpr std::string_view kHex = "algorithm hmac-sha256; key hex; signature header=s; content '{body}'; id hash=body;";
constexpr std::string_view kBase64 =
    "algorithm hmac-sha256; key base64 prefix=whsec_; signature header=s; content '{body}'; id hash=body;";
constexpr std::string_view kEd = "algorithm ed25519; key base64; signature header=s; content '{body}'; id hash=body;";
constexpr std::string_view kEdHex = "algorithm ed25519; key hex; signature header=s; content '{body}'; id hash=body;";
constexpr std::string_view kEc = "algorithm ecdsa-p256; key spki; signature header=s; content '{body}'; id hash=body;";
constexpr std::string_view kToken = "algorithm token; key raw; signature header=s; id hash=body;";
constexpr std::string_view kTwo =
    "algorithm hmac-sha256; key base64 prefix=whsec_; signature header=s 'list= ' separator=, name=v1 encoding=base64;"
    "algorithm ed25519; key base64 prefix=whpk_; signature header=s 'list= ' separator=, name=v1a encoding=base64;"
    "content '{body}'; id hash=body;";

// Wiped when it goes.
struct OwnedKey {
  OwnedKey() = default;
  OwnedKey(const OwnedKey&) = delete;
  OwnedKey& operator=(const OwnedKey&) = delete;
  ~OwnedKey() { wipe(key); }
  Key key;
};

std::string fault_of(std::string_view lines, std::string_view text) {
  const ReadRecipe recipe(lines);
  EXPECT_EQ(recipe.message(), "");
  OwnedKey owned;
  const Fault fault = parse_key(recipe.plan(), text, owned.key);
  return std::string(fault.text());
}

TEST(Key, EveryKindIsRead) {
  const struct {
    std::string_view lines;
    std::string text;
    std::size_t bytes;
    std::size_t method;
  } rows[] = {
      {kRaw, "8f742231b10e8888abcd99yyyzzz85a5", 32, 0},
      {kRaw, "whsec_" + std::string(kSecret64), 38, 0},  // Stripe's is used whole
      {kWhole, "whsec_" + std::string(kSecret64), 38, 0},
      {kRaw, "12345abc", 8, 0},
      {kRaw, std::string(128, 'a') + std::string(128, 'b'), 256, 0},
      {kRaw, "with#hash&sign", 14, 0},
      {kRaw, "a sentence of one's own", 23, 0},
      {kHex, "00112233445566778899aabbccddeeff", 16, 0},
      {kHex, "00112233445566778899AABBCCDDEEFF", 16, 0},
      {kBase64, "whsec_" + std::string(kSecret64), 24, 0},
      {kBase64, std::string(kSecret64), 24, 0},
      {kBase64, "whsec_c2VjcmV0LWJ5dGVz", 12, 0},
      {kEd, std::string(kEd25519), 32, 0},
      {kEdHex, std::string(kEd25519Hex), 32, 0},
      {kEc, std::string(kP256), 91, 0},
      {kToken, "correcthorsebattery", 19, 0},
      {kTwo, "whsec_" + std::string(kSecret64), 24, 0},
      {kTwo, std::string(kSecret64), 24, 0},
      {kTwo, "whpk_" + std::string(kEd25519), 32, 1},
  };
  for (const auto& row : rows) {
    const ReadRecipe recipe(row.lines);
    OwnedKey owned;
    const Fault fault = parse_key(recipe.plan(), row.text, owned.key);
    EXPECT_EQ(fault.text(), "") << row.text;
    EXPECT_EQ(owned.key.size, row.bytes) << row.text;
    EXPECT_EQ(owned.key.method, row.method) << row.text;
    EXPECT_EQ(owned.key.algorithm, recipe.plan().methods[row.method].algorithm);
  }
}

struct Refusal {
  std::string_view lines;
  std::string text;
  std::string_view message;  // part of it
};
const Refusal kRefusals[] = {
    {kRaw, "", "the key is empty; expected the provider's signing secret as it stands, 8 to 256 characters"},
    {kEd, "", "the key is empty; expected 44 characters of base64"},
    {kRaw, "short7!", "is too short"},
    {kRaw, std::string(200, 'a') + std::string(57, 'b'), "is too long"},
    {kHex, "0011223", "is not pairs of hex digits; expected the provider's signing secret in hex"},
    {kHex, "00112233445566zz", "is not pairs of hex digits"},
    {kHex, std::string(512, '0') + "11", "is too long"},
    {kHex, "00112233445566", "is too short"},
    {kHex, "11111111111111111111", "is a placeholder"},
    {kHex, "abababababababababab", "one byte over and over"},
    {kBase64, "whsec_", "is a prefix with nothing after it"},
    {kBase64, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLjm4AA", "without its padding: \"=\" is missing"},
    {kBase64, "whsec_MfKQ9r8G-YqrTwjUPD8ILPZIo2LaLjm4", "is base64url"},
    {kBase64, "whsec_not!base64",
     "is not base64; expected the provider's signing secret in padded standard base64, 8 to 256 bytes, after "
     "\"whsec_\""},
    {kBase64, "whsec_MfKQ9r8=", "is too short"},
    {kBase64, "whsec_MfKQ9r8GKYqrTwjUPD9=", "is not base64"},  // bits that belong to no byte
    {kBase64, "whsec_" + std::string(400, 'a'), "is a placeholder"},
    {kBase64, "whsec_" + std::string(200, 'a') + std::string(200, 'b'), "is too long"},
    {kBase64, "v1,whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLjm4", "begins with \"v1,\""},
    {kBase64, "whpk_" + std::string(kEd25519), "is a public key, which everybody may know"},
    {kRaw, "whpk_" + std::string(kEd25519), "is a public key"},
    {kWhole, std::string(kSecret64),
     "is no whole one: its beginning is missing; expected the provider's signing secret as "
     "it stands, 8 to 256 characters, beginning with \"whsec_\""},
    {kRaw, std::string(kP256), "is a public key"},
    {kRaw, "MCowBQYDK2VwAyEAjrMBoswHlhhVx2W2Www72WU/xn4UMpjreslD0m2u0qs=", "is a public key"},
    {kRaw, "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A", "is an RSA public key"},
    {kRaw, "ssh-ed25519", "is an SSH key"},
    {kRaw, "-----BEGIN PRIVATE KEY-----", "is a PEM block"},
    {kEd, "-----BEGIN PUBLIC KEY-----", "is a PEM block; its lines cannot be used; expected 44 characters"},
    {kEc, "-----BEGIN PUBLIC KEY-----", "expected 124 characters of base64 beginning with \"MFkw\""},
    {kRaw, "sk_live_51H8xyzabc", "is a Stripe API key; the webhook's own secret begins with \"whsec_\""},
    {kRaw, "sk_test_51H8xyzabc", "is a Stripe API key"},
    {kRaw, "rk_live_51H8xyzabc", "is a Stripe API key"},
    {kRaw, "pk_test_51H8xyzabc", "is a Stripe API key"},
    {kRaw, "ghp_16C7e42F292c6912E7710c838347Ae178B4a", "is an API key or access token"},
    {kRaw, "github_pat_11ABCDEFG0", "is an API key or access token"},
    {kRaw, "xoxb-17653672481-19874698323", "is a Slack token; requests are verified with the app's signing secret"},
    {kRaw, "shpat_c0ffee00c0ffee11", "is a Shopify access token"},
    {kRaw, "pat-na1-11111111-2222", "is a HubSpot access token"},
    {kRaw, "cal_live_0123456789abc", "is an API key"},
    {kRaw, "AC0123456789abcdef0123456789abcdef", "is a Twilio SID"},
    {kRaw, "SK0123456789abcdef0123456789abcdef", "is a Twilio SID"},
    {kToken, "Bearer abcdefgh", "begins with \"Bearer \", which belongs to the scheme's prefix="},
    {kToken, "", "is empty; expected the token that the provider sends"},
    {kRaw, "\"8f742231b10e8888abcd\"", "is in quotes"},
    {kRaw, "'8f742231b10e8888abcd'", "is in quotes"},
    {kToken, "8f742231 b10e8888abcd", "has white space in it"},
    {kRaw, "8f742231\tb10e8888abcd", "has white space in it"},
    {kRaw,
     "8f742231\x01"
     "b10e8888abcd",
     "not printable ASCII"},
    {kRaw,
     "\xe2\x80\x9c"
     "8f742231b10e8888abcd\xe2\x80\x9d",
     "not printable ASCII"},
    {kRaw,
     "\xef\xbb\xbf"
     "8f742231b10e8888abcd",
     "begins with a byte-order mark"},
    {kRaw, "SLACK_SIGNING_SECRET=8f742231b10e8888abcd", "is a line of environment variables"},
    {kRaw, "whsk_8f742231b10e8888abcd", "is a private key, which only the sender may have"},
    {kEd, "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v", "is a private key"},
    {kEc, "MIGHAgEAMBMGByqGSM49AgEGCCqG", "is a private key"},
    {kEd, "whsec_" + std::string(kSecret64), "is a signing secret; expected 44 characters of base64"},
    {kEd, "KEY0123456789ABCDEF", "is a Telnyx API key"},
    {kEd, "MCowBQYDK2VwAyEAjrMBoswHlhhVx2W2Www72WU/xn4UMpjreslD0m2u0qs=", "in DER, not its raw 32 bytes"},
    {kEd, std::string(kP256), "is an ECDSA public key on P-256"},
    {kEd, encode_base64(as_bytes("0123456789012345678901234567890123456789012345678901234567890123")),
     "as an Ed25519 private key has"},
    {kEdHex, std::string(kEd25519Hex) + std::string(kEd25519Hex), "as an Ed25519 private key has"},
    {kEd, "c2hvcnQga2V5", "has the wrong number of bytes"},
    {kEdHex, "8eb301a2cc07961855c7", "has the wrong number of bytes; expected 64 hex digits"},
    {kEdHex, std::string(kEd25519), "is not pairs of hex digits"},
    {kEd, std::string(kEd25519).substr(0, 43), "without its padding"},
    {kEdHex, "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", "is a point of small order"},
    {kEdHex, "0200000000000000000000000000000000000000000000000000000000000000", "is not a canonical point"},
    {kEd, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "is a placeholder"},
    {kEc, std::string(kEd25519), "is not a public key on P-256 in DER"},
    {kEc, "MCowBQYDK2VwAyEAjrMBoswHlhhVx2W2Www72WU/xn4UMpjreslD0m2u0qs=", "is an Ed25519 public key"},
    {kEc, "SG.ngeVfQFYQlKU0ufo8x5d1A", "is a SendGrid API key"},
    {kEc, std::string(kP256.substr(0, 120)), "is not a public key on P-256 in DER"},
    {kTwo, "whpk_c2hvcnQga2V5", "has the wrong number of bytes; expected 44 characters"},
    {kTwo, "whpk_", "is a prefix with nothing after it"},
    {kTwo, std::string(kEd25519).substr(0, 43), "expected the provider's signing secret"},
};

TEST(Key, RefusalsSayWhatIsWrong) {
  for (const Refusal& row : kRefusals) {
    const std::string message = fault_of(row.lines, row.text);
    EXPECT_NE(message.find(row.message), std::string::npos) << row.text << "\n  " << message;
    EXPECT_TRUE(message.starts_with("the key ")) << message;
    if (row.text.size() > 14) {
      EXPECT_EQ(message.find(row.text.substr(6)), std::string::npos) << message;
    }
  }
}

TEST(Key, PlaceholdersAreRefused) {
  for (const std::string_view text : {"changeme",
                                      "CHANGEME-please",
                                      "secret",
                                      "Secret",
                                      "your-secret-here",
                                      "YOUR_SIGNING_SECRET",
                                      "<signing secret>",
                                      "${TELNYX_KEY}",
                                      "{{ secret }}",
                                      "xxxxxxxxxxxxxxxx",
                                      "example",
                                      "test",
                                      "test-secret",
                                      "no-secret-provided",
                                      "aaaaaaaaaaaaaaaaaaaa",
                                      "whsec_xxxxxxxx",
                                      "whsec_...",
                                      "whsec_abc...",
                                      "********abcd",
                                      "12345678",
                                      "replace-me",
                                      "insert_secret",
                                      "password",
                                      "======="}) {
    EXPECT_NE(fault_of(kRaw, text).find("is a placeholder; expected"), std::string::npos) << text;
  }
  const std::string unset =
      "algorithm hmac-sha256; key raw; signature header=s unset=unset-by-sender; content '{body}'; id hash=body;";
  EXPECT_NE(fault_of(unset, "unset-by-sender").find("is a placeholder"), std::string::npos);
  EXPECT_EQ(fault_of(kRaw, "unset-by-sender"), "");
  // Keys that only look a little like one, such as the documented example that every SDK is tested with.
  for (const std::string_view text : {"testing-8f742231b10e", "secretariat-8f7422", "aaaaaaaaaaab", "xxx8f742231b10e",
                                      "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLjm4"}) {
    EXPECT_EQ(fault_of(kRaw, text), "") << text;
  }
}

TEST(Key, EveryPublishedSmallOrderKeyIsRefused) {
  std::ifstream file(RINGFENCE_SOURCE_DIR "/../shared/vectors/small_order_public_keys.json");
  if (!file) GTEST_SKIP() << "the published list is not beside this tree";
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::size_t keys = 0;
  for (std::size_t at = text.find('"'); at != std::string::npos; at = text.find('"', at + 1)) {
    const std::string hex = text.substr(at + 1, 64);
    if (hex.size() != 64 || hex.find_first_not_of("0123456789abcdef") != std::string::npos) continue;
    EXPECT_NE(fault_of(kEdHex, hex), "") << hex;
    ++keys;
  }
  EXPECT_GE(keys, 14U);
}

TEST(Key, FingerprintsTellSignersApart) {
  const ReadRecipe recipe(kTwo);
  OwnedKey a;
  OwnedKey same;
  OwnedKey other;
  OwnedKey public_one;
  ASSERT_FALSE(parse_key(recipe.plan(), "whsec_" + std::string(kSecret64), a.key));
  ASSERT_FALSE(parse_key(recipe.plan(), kSecret64, same.key));
  ASSERT_FALSE(parse_key(recipe.plan(), "whsec_c2VjcmV0LWJ5dGVz", other.key));
  ASSERT_FALSE(parse_key(recipe.plan(), "whpk_" + std::string(kEd25519), public_one.key));
  EXPECT_TRUE(same_key(a.key, same.key));
  EXPECT_EQ(a.key.fingerprint, same.key.fingerprint);
  EXPECT_FALSE(same_key(a.key, other.key));
  EXPECT_NE(a.key.fingerprint, other.key.fingerprint);
  EXPECT_FALSE(same_key(a.key, public_one.key));
  EXPECT_NE(a.key.fingerprint, public_one.key.fingerprint);
  // The same bytes under another algorithm are another signer.
  const ReadRecipe sha256(kRaw);
  const ReadRecipe token(kToken);
  OwnedKey signs;
  OwnedKey presented;
  ASSERT_FALSE(parse_key(sha256.plan(), "8f742231b10e8888", signs.key));
  ASSERT_FALSE(parse_key(token.plan(), "8f742231b10e8888", presented.key));
  EXPECT_NE(signs.key.fingerprint, presented.key.fingerprint);
}

TEST(Key, WipingLeavesNothing) {
  const ReadRecipe recipe(kRaw);
  Key key;
  key.label = "2026";
  ASSERT_FALSE(parse_key(recipe.plan(), "8f742231b10e8888abcd99yyyzzz85a5", key));
  EXPECT_EQ(key.label, "2026");
  EXPECT_NE(key.prepared, nullptr);
  for (int times = 0; times < 2; ++times) {
    wipe(key);
    EXPECT_EQ(key.prepared, nullptr);
    EXPECT_EQ(key.size, 0);
    EXPECT_TRUE(std::ranges::all_of(key.bytes, [](std::uint8_t byte) { return byte == 0; }));
    EXPECT_TRUE(std::ranges::all_of(key.fingerprint, [](std::uint8_t byte) { return byte == 0; }));
  }
}

TEST(Key, ARefusedKeyLeavesTheOldOneAlone) {
  const ReadRecipe recipe(kRaw);
  OwnedKey owned;
  ASSERT_FALSE(parse_key(recipe.plan(), "8f742231b10e8888abcd99yyyzzz85a5", owned.key));
  const auto bytes = owned.key.bytes;
  EXPECT_TRUE(parse_key(recipe.plan(), "short", owned.key));
  EXPECT_EQ(owned.key.bytes, bytes);
  EXPECT_NE(owned.key.prepared, nullptr);
}

TEST(Key, OnlyPublicKeysMayBeSeen) {
  for (const std::string_view lines : {kRaw, kHex, kBase64, kToken}) {
    EXPECT_TRUE(is_secret(ReadRecipe(lines).plan().methods[0])) << lines;
  }
  for (const std::string_view lines : {kEd, kEdHex, kEc}) {
    EXPECT_FALSE(is_secret(ReadRecipe(lines).plan().methods[0])) << lines;
  }
}

TEST(Key, LinesOfAFileAreSplit) {
  const struct {
    std::string_view line, key, label;
  } rows[] = {
      {"abc", "abc", ""},
      {"abc # 2026-01", "abc", "2026-01"},
      {"abc\t#new", "abc", "new"},
      {"abc #", "abc", ""},
      {"  abc  ", "abc", ""},
      {"abc\r", "abc", ""},
      {"abc # label\r", "abc", "label"},
      {"a#b", "a#b", ""},
      {"a#b # c#d", "a#b", "c#d"},
      {"abc # one # two", "abc", "one # two"},
      {"", "", ""},
      {"   ", "", ""},
      {"# a comment", "", ""},
      {"  # a comment", "", ""},
      {"#", "", ""},
      {"a b # two words", "a b", "two words"},
  };
  for (const auto& row : rows) {
    const KeyLine split = split_key_line(row.line);
    EXPECT_EQ(split.key, row.key) << row.line;
    EXPECT_EQ(split.label, row.label) << row.line;
  }
}

}  // namespace
}  // namespace ringfence::scheme
