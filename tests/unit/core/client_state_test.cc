// R-018: what comes back as client_state may be anything; only exactly ours is believed.
#include "core/client_state.h"

#include <gtest/gtest.h>

#include <random>

#include "core/command.h"
#include "shared/base64.h"
#include "shared/bytes.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

std::string base64(std::string_view text) { return encode_base64(as_bytes(text)); }

TEST(ClientState, ComesBackAsItWasGiven) {
  for (const int leg : {kParent, 0, 63}) {
    const auto back = decode_client_state(encode_client_state({.session = {"s-1"}, .leg = leg, .generation = 2}));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->session.text, "s-1");
    EXPECT_EQ(back->leg, leg);
    EXPECT_EQ(back->generation, 2);
  }
}

TEST(ClientState, FitsIntoWhatTheProviderTakes) {
  const std::string longest(limits::kFieldBytes, 'x');
  EXPECT_LT(encode_client_state({.session = {longest}, .leg = 63}).size(), 1024u);
}

TEST(ClientState, EverythingElseIsNotOurs) {
  const std::string_view foreign[] = {
      "", "not base64!", "aGF2ZSBhIG5pY2UgZGF5ID1d", "e30=", "bnVsbA==",
  };
  for (const auto text : foreign) EXPECT_FALSE(decode_client_state(text)) << text;
  const std::string_view documents[] = {
      R"([])",
      R"("rf")",
      R"(7)",
      R"({"rf":2,"s":"x","l":0,"g":1})",
      R"({"rf":"1","s":"x","l":0,"g":1})",
      R"({"rf":1,"l":0,"g":1})",
      R"({"rf":1,"s":"","l":0,"g":1})",
      R"({"rf":1,"s":7,"l":0,"g":1})",
      R"({"rf":1,"s":"x","g":1})",
      R"({"rf":1,"s":"x","l":"0","g":1})",
      R"({"rf":1,"s":"x","l":-2,"g":1})",
      R"({"rf":1,"s":"x","l":64,"g":1})",
      R"({"rf":1,"s":"x","l":4294967296,"g":1})",
      R"({"rf":1,"s":"x","l":0.5,"g":1})",
      R"({"rf":1,"s":"x","l":0})",
      R"({"rf":1,"s":"x","l":0,"g":0})",
      R"({"rf":1,"s":"x","l":0,"g":99999999999})",
      R"({"rf":1,"rf":1,"s":"x","l":0,"g":1})",
      (R"({"rf":1,"s":"x","l":0,"g":1} )"
       "\x01"),
  };
  for (const auto text : documents) EXPECT_FALSE(decode_client_state(base64(text))) << text;
}

TEST(ClientState, OverFourKilobytesIsNotOurs) {
  const std::string padded = R"({"rf":1,"s":"x","l":0,"g":1,"pad":")" + std::string(5000, 'a') + R"("})";
  EXPECT_FALSE(decode_client_state(base64(padded)));
}

TEST(ClientState, DeepNestingIsNotOurs) {
  EXPECT_FALSE(decode_client_state(base64(std::string(2000, '[') + std::string(2000, ']'))));
}

TEST(ClientState, RandomBytesNeverCrash) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string text = i % 2 == 0 ? encode_client_state({.session = {"s"}, .leg = 1}) : std::string(random() % 80, 'A');
    for (std::size_t n = random() % 4; n > 0 && !text.empty(); --n)
      text[random() % text.size()] = static_cast<char>(random());
    const auto state = decode_client_state(text);
    if (state) {
      EXPECT_LT(state->leg, static_cast<int>(limits::kLegs));
    }
  }
}

// What is kept beside calls under names of its own cannot be named by whoever sets a client_state.
TEST(ClientState, NamesNoRecordThatIsNoCall) {
  const std::string state = encode_client_state({.session = SessionId{"~device/acme/anna/phone"}, .leg = 0});
  EXPECT_FALSE(decode_client_state(state));
}

}  // namespace
}  // namespace ringfence
