// base64 must have exactly one spelling for each byte string, or a signature header could be rewritten in flight.
#include "shared/base64.h"

#include <gtest/gtest.h>

#include <array>
#include <set>

#include "seeded.h"

namespace ringfence {
namespace {

TEST(Base64, KnowsTheVectorsOfRfc4648) {
  const std::pair<std::string_view, std::string_view> vectors[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
  };
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(encode_base64(as_bytes(bytes)), text);
    EXPECT_EQ(decode_base64(text), bytes);
  }
}

TEST(Base64, RoundTripsEveryLength) {
  test::Seeded seeded(1);
  for (std::size_t size = 0; size < 200; ++size) {
    const std::string bytes = seeded.bytes(size);
    EXPECT_EQ(decode_base64(encode_base64(as_bytes(bytes))), bytes) << size;
  }
}

TEST(Base64, ExactDecodingWantsTheExactLength) {
  std::array<std::uint8_t, 3> three{};
  EXPECT_TRUE(decode_base64_exact("Zm9v", three));
  EXPECT_FALSE(decode_base64_exact("Zm8=", three));
  EXPECT_FALSE(decode_base64_exact("Zm9vYg==", three));
  EXPECT_FALSE(decode_base64_exact("", three));
  EXPECT_TRUE(decode_base64_exact("", {}));
  EXPECT_FALSE(decode_base64_exact("A", {}));
}

TEST(Base64, RefusesEveryOtherSpelling) {
  for (const std::string_view text :
       {"Zg",   "Zg=", "Zg===", "Zg==\n", " Zg==",     "Zg= =",        "Z g==", "Zm9v\n", "Zm9v=", "Zm9v====",
        "====", "=",   "==",    "Zm-_",   "Zm9v Zm9v", "Zm9vZg==Zm9v", "Z===",  "Zm9",    "Zm9vZ", "Zm\xc3\xa9v"}) {
    EXPECT_EQ(decode_base64(text), std::nullopt) << text;
  }
  EXPECT_EQ(decode_base64(std::string_view("Zm\0v", 4)), std::nullopt);
}

// The last character before the padding carries bits that decoding drops; only zeros are canonical.
TEST(Base64, RefusesTrailingBitsThatAreNotZero) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::set<std::string> one_byte;
  std::set<std::string> two_bytes;
  for (const char last : kAlphabet) {
    if (const auto bytes = decode_base64(std::string("Z") + last + "==")) one_byte.insert(*bytes);
    if (const auto bytes = decode_base64(std::string("ZZ") + last + "=")) two_bytes.insert(*bytes);
  }
  EXPECT_EQ(one_byte.size(), 4U);
  EXPECT_EQ(two_bytes.size(), 16U);
  std::size_t accepted = 0;
  for (const char last : kAlphabet) {
    accepted += decode_base64(std::string("Z") + last + "==") ? 1 : 0;
    accepted += decode_base64(std::string("ZZ") + last + "=") ? 1 : 0;
  }
  EXPECT_EQ(accepted, 4U + 16U) << "two texts decode to the same bytes";
}

// libsodium 1.0.18 takes them all for '/'.
TEST(Base64, RefusesBytesThatAreNotAscii) {
  for (int byte = 0x80; byte < 0x100; ++byte) {
    for (std::size_t at = 0; at < 4; ++at) {
      std::string text = "Zm9/";
      text[at] = static_cast<char>(byte);
      EXPECT_EQ(decode_base64(text), std::nullopt) << byte << " at " << at;
    }
  }
}

TEST(Base64, WhateverIsAcceptedEncodesBackToItself) {
  test::Seeded seeded(2);
  std::size_t accepted = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = encode_base64(as_bytes(seeded.bytes(seeded.below(12))));
    if (!text.empty()) text[seeded.below(text.size())] = static_cast<char>(seeded.below(256));
    const auto bytes = decode_base64(text);
    if (!bytes) continue;
    ++accepted;
    EXPECT_EQ(encode_base64(as_bytes(*bytes)), text);
  }
  EXPECT_GT(accepted, 1000U);
}

}  // namespace
}  // namespace ringfence
