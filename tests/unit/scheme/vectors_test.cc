// Public vector collections through prepare() and verify(): no verdict of ours may differ from theirs. They lie beside
// the source tree, not in it; each test is skipped where they are absent.
#include <gtest/gtest.h>
#include <sodium.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

#include "scheme/crypto.h"
#include "scheme/key.h"
#include "shared/json.h"

namespace ringfence::scheme {
namespace {

std::string read(const std::string& name) {
  std::ifstream file(std::string(RINGFENCE_SOURCE_DIR) + "/../shared/vectors/" + name, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

#define READ_OR_SKIP(text, name)       \
  ASSERT_GE(sodium_init(), 0);         \
  const std::string text = read(name); \
  if ((text).empty()) GTEST_SKIP() << "the vectors in " << (name) << " are not beside this source tree"

Json parsed(const std::string& text) {
  auto json = parse_json(text);
  EXPECT_TRUE(json);
  return json ? std::move(*json) : nullptr;
}

std::string bytes_of(std::string_view hex) {
  std::string bytes(hex.size() / 2, '\0');
  std::size_t size = 0;
  sodium_hex2bin(reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size(), hex.data(), hex.size(), nullptr, &size,
                 nullptr);
  EXPECT_EQ(2 * size, hex.size());
  return bytes;
}

// A key that is refused accepts nothing.
bool is_accepted(Algorithm algorithm, std::string_view key_bytes, std::string_view content,
                 std::string_view signature) {
  Key key;
  if (key_bytes.size() > key.bytes.size()) return false;
  key.size = static_cast<std::uint16_t>(key_bytes.size());
  std::ranges::copy(as_bytes(key_bytes), key.bytes.begin());
  const bool accepted = prepare(algorithm, as_bytes(key_bytes), key.prepared) &&
                        verify(algorithm, key, as_bytes(content), as_bytes(signature));
  unprepare(algorithm, key.prepared);
  return accepted;
}

// Truncated tags are a thing of their own, which no provider sends and we refuse.
void run_wycheproof_macs(Algorithm algorithm, const std::string& text) {
  const Json json = parsed(text);
  std::size_t whole = 0;
  std::size_t truncated = 0;
  std::size_t group_index = 0;
  json_t* group = nullptr;
  json_array_foreach(get_array(json.get(), "testGroups"), group_index, group) {
    std::size_t index = 0;
    json_t* test = nullptr;
    json_array_foreach(get_array(group, "tests"), index, test) {
      const std::string tag = bytes_of(get_text(test, "tag"));
      const bool is_whole = tag.size() == signature_bytes(algorithm);
      const bool expected = is_whole && get_text(test, "result") == "valid";
      EXPECT_EQ(is_accepted(algorithm, bytes_of(get_text(test, "key")), bytes_of(get_text(test, "msg")), tag), expected)
          << get_text(test, "comment") << " " << index;
      ++(is_whole ? whole : truncated);
    }
  }
  EXPECT_GE(whole, 80U);
  EXPECT_GE(truncated, 80U);
}

TEST(SchemeVectors, WycheproofHmacSha1) {
  READ_OR_SKIP(text, "wycheproof_hmac_sha1_test.json");
  run_wycheproof_macs(Algorithm::hmac_sha1, text);
}

TEST(SchemeVectors, WycheproofHmacSha256) {
  READ_OR_SKIP(text, "wycheproof_hmac_sha256_test.json");
  run_wycheproof_macs(Algorithm::hmac_sha256, text);
}

TEST(SchemeVectors, WycheproofHmacSha512) {
  READ_OR_SKIP(text, "wycheproof_hmac_sha512_test.json");
  run_wycheproof_macs(Algorithm::hmac_sha512, text);
}

// "Key = ", "Msg = " and "MD = " lines; a Len in bits of the message.
void run_rfc_macs(Algorithm algorithm, const std::string& text, std::size_t least) {
  std::istringstream lines(text);
  std::string line;
  std::string key;
  std::string content;
  std::size_t count = 0;
  while (std::getline(lines, line)) {
    if (line.ends_with('\r')) line.pop_back();
    if (line.starts_with("Key = ")) key = bytes_of(line.substr(6));
    if (line.starts_with("Msg = ")) content = bytes_of(line.substr(6));
    if (!line.starts_with("MD = ")) continue;
    const std::string expected = bytes_of(line.substr(5));
    const bool whole = expected.size() == signature_bytes(algorithm);
    EXPECT_EQ(is_accepted(algorithm, key, content, expected), whole) << line;
    EXPECT_FALSE(is_accepted(algorithm, key, content + "x", expected)) << line;
    if (whole) ++count;
  }
  EXPECT_GE(count, least);
}

TEST(SchemeVectors, Rfc2202) {
  READ_OR_SKIP(text, "rfc2202_hmac_sha1.txt");
  run_rfc_macs(Algorithm::hmac_sha1, text, 6);
}

TEST(SchemeVectors, Rfc4231Sha256) {
  READ_OR_SKIP(text, "rfc4231_hmac_sha256.txt");
  run_rfc_macs(Algorithm::hmac_sha256, text, 6);
}

TEST(SchemeVectors, Rfc4231Sha512) {
  READ_OR_SKIP(text, "rfc4231_hmac_sha512.txt");
  run_rfc_macs(Algorithm::hmac_sha512, text, 6);
}

TEST(SchemeVectors, Rfc8032) {
  READ_OR_SKIP(text, "rfc8032_ed25519.json");
  const Json json = parsed(text);
  const json_t* tests = get_array(json.get(), "tests");
  ASSERT_GE(json_array_size(tests), 4U);
  std::size_t index = 0;
  json_t* test = nullptr;
  json_array_foreach(tests, index, test) {
    const std::string key = bytes_of(get_text(test, "public"));
    const std::string content = bytes_of(get_text(test, "msg"));
    const std::string signature = bytes_of(get_text(test, "sig"));
    EXPECT_TRUE(is_accepted(Algorithm::ed25519, key, content, signature)) << get_text(test, "name");
    EXPECT_FALSE(is_accepted(Algorithm::ed25519, key, content + "x", signature)) << get_text(test, "name");
  }
}

TEST(SchemeVectors, WycheproofEd25519) {
  READ_OR_SKIP(text, "wycheproof_ed25519_test.json");
  const Json json = parsed(text);
  std::size_t count = 0;
  std::size_t group_index = 0;
  json_t* group = nullptr;
  json_array_foreach(get_array(json.get(), "testGroups"), group_index, group) {
    const std::string key = bytes_of(get_text(get_object(group, "publicKey"), "pk"));
    std::size_t index = 0;
    json_t* test = nullptr;
    json_array_foreach(get_array(group, "tests"), index, test) {
      EXPECT_EQ(is_accepted(Algorithm::ed25519, key, bytes_of(get_text(test, "msg")), bytes_of(get_text(test, "sig"))),
                get_text(test, "result") == "valid")
          << get_text(test, "comment");
      ++count;
    }
  }
  EXPECT_GE(count, 150U);
}

// Crafted keys and points on which verifiers differ: none has a key that a generator could have made.
TEST(SchemeVectors, Speccheck) {
  READ_OR_SKIP(text, "speccheck_cases.json");
  const Json json = parsed(text);
  ASSERT_EQ(json_array_size(json.get()), 12U);
  std::size_t index = 0;
  json_t* test = nullptr;
  json_array_foreach(json.get(), index, test) {
    EXPECT_FALSE(is_accepted(Algorithm::ed25519, bytes_of(get_text(test, "pub_key")),
                             bytes_of(get_text(test, "message")), bytes_of(get_text(test, "signature"))))
        << index;
  }
}

TEST(SchemeVectors, SmallOrderKeysAreNoKeys) {
  READ_OR_SKIP(text, "small_order_public_keys.json");
  const Json json = parsed(text);
  const json_t* all = get_array(json.get(), "hex");
  ASSERT_EQ(json_array_size(all), 14U);
  std::size_t index = 0;
  json_t* hex = nullptr;
  json_array_foreach(all, index, hex) {
    void* prepared = nullptr;
    EXPECT_FALSE(prepare(Algorithm::ed25519, as_bytes(bytes_of(json_string_value(hex))), prepared));
  }
}

}  // namespace
}  // namespace ringfence::scheme
