// Public vector collections through the real code. They lie beside the source tree, not in it; each test is skipped
// where they are absent. libsodium is strict: it refuses what is not canonical and clears no cofactor.
#include <gtest/gtest.h>
#include <sodium.h>

#include <fstream>
#include <sstream>
#include <vector>

#include "shared/base64.h"
#include "shared/json.h"
#include "shared/signature.h"

namespace ringfence {
namespace {

Json load(const std::string& name) {
  std::ifstream file(std::string(RINGFENCE_SOURCE_DIR) + "/../shared/vectors/" + name, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  auto json = file ? parse_json(text.str()) : fail(ErrorCode::not_found, name);
  return json ? std::move(*json) : nullptr;
}

std::string from_hex(std::string_view hex) {
  std::string bytes(hex.size() / 2, '\0');
  std::size_t size = 0;
  sodium_hex2bin(reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size(), hex.data(), hex.size(), nullptr, &size,
                 nullptr);
  EXPECT_EQ(2 * size, hex.size());
  return bytes;
}

// The whole way of a request: key and signature through base64, then verification.
bool is_accepted(std::string_view key_bytes, std::string_view signature_bytes, std::string_view message) {
  PublicKey key{};
  if (parse_public_key(encode_base64(as_bytes(key_bytes)), key) != KeyFault::ok) return false;
  const auto signature = parse_signature(encode_base64(as_bytes(signature_bytes)));
  return signature && verify_ed25519(*signature, as_bytes(message), key);
}

#define LOAD_OR_SKIP(json, name) \
  const Json json = load(name);  \
  if (!(json)) GTEST_SKIP() << "the vectors in " << (name) << " are not beside this source tree"

TEST(SignatureVectors, EverySmallOrderKeyIsNamedAsSuch) {
  LOAD_OR_SKIP(json, "small_order_public_keys.json");
  const json_t* all = get_array(json.get(), "hex");
  ASSERT_EQ(json_array_size(all), 14U);
  std::size_t index = 0;
  json_t* hex = nullptr;
  json_array_foreach(all, index, hex) {
    PublicKey key{};
    EXPECT_EQ(parse_public_key(encode_base64(as_bytes(from_hex(json_string_value(hex)))), key), KeyFault::small_order)
        << json_string_value(hex);
  }
}

TEST(SignatureVectors, Rfc8032) {
  LOAD_OR_SKIP(json, "rfc8032_ed25519.json");
  const json_t* tests = get_array(json.get(), "tests");
  ASSERT_GE(json_array_size(tests), 4U);
  std::size_t index = 0;
  json_t* test = nullptr;
  json_array_foreach(tests, index, test) {
    const std::string message = from_hex(get_text(test, "msg"));
    const std::string key = from_hex(get_text(test, "public"));
    const std::string signature = from_hex(get_text(test, "sig"));
    EXPECT_TRUE(is_accepted(key, signature, message)) << get_text(test, "name");
    EXPECT_FALSE(is_accepted(key, signature, message + "x")) << get_text(test, "name");
  }
}

TEST(SignatureVectors, Wycheproof) {
  LOAD_OR_SKIP(json, "wycheproof_ed25519_test.json");
  std::size_t count = 0;
  std::size_t group_index = 0;
  json_t* group = nullptr;
  json_array_foreach(get_array(json.get(), "testGroups"), group_index, group) {
    const std::string key = from_hex(get_text(get_object(group, "publicKey"), "pk"));
    std::size_t index = 0;
    json_t* test = nullptr;
    json_array_foreach(get_array(group, "tests"), index, test) {
      ++count;
      EXPECT_EQ(is_accepted(key, from_hex(get_text(test, "sig")), from_hex(get_text(test, "msg"))),
                get_text(test, "result") == "valid")
          << "tcId " << get_int(test, "tcId") << ": " << get_text(test, "comment");
    }
  }
  EXPECT_EQ(count, 151U);
}

// The twelve cases on which Ed25519 verifiers of the world disagree. We refuse all: eight have a key or an R of small
// or mixed order, the others a value that is not canonical or an equation that holds only with the cofactor. Case 3
// (key and R of mixed order, both equations hold) is the one libsodium alone would take; our key check is why it never
// gets there.
TEST(SignatureVectors, SpeccheckIsRefusedThroughout) {
  LOAD_OR_SKIP(json, "speccheck_cases.json");
  ASSERT_EQ(json_array_size(json.get()), 12U);
  std::size_t index = 0;
  json_t* test = nullptr;
  json_array_foreach(json.get(), index, test) {
    const std::string key = from_hex(get_text(test, "pub_key"));
    const std::string signature = from_hex(get_text(test, "signature"));
    const std::string message = from_hex(get_text(test, "message"));
    EXPECT_FALSE(is_accepted(key, signature, message)) << index;
    PublicKey raw_key{};
    Signature raw_signature{};
    std::copy(key.begin(), key.end(), raw_key.begin());
    std::copy(signature.begin(), signature.end(), raw_signature.begin());
    EXPECT_EQ(verify_ed25519(raw_signature, as_bytes(message), raw_key), index == 3) << index;
  }
}

}  // namespace
}  // namespace ringfence
