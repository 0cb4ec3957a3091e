// The sentences of the error log: what an operator needs is in them, what a request held never is.
#include <gtest/gtest.h>

#include "scheme_fixture.h"

namespace ringfence::scheme {
namespace {

std::string sentence_of(Reason reason, const Scheme& scheme, const Presented& presented = {}) {
  std::array<char, 600> out{};
  return std::string(explain(reason, scheme.plan(), {300, 60}, presented, scheme.keys(), out));
}

TEST(Explain, EveryReasonHasASentence) {
  for (std::string_view preset = preset_after(""); !preset.empty(); preset = preset_after(preset)) {
    const Scheme scheme = Scheme::preset(preset);
    for (std::size_t i = 1; i < kReasons; ++i) {
      const auto reason = static_cast<Reason>(i);
      const std::string sentence = sentence_of(reason, scheme);
      EXPECT_FALSE(sentence.empty()) << preset << " " << name_of(reason);
      EXPECT_LT(sentence.size(), 400U) << sentence;
      EXPECT_TRUE(std::ranges::all_of(sentence, [](char c) { return c >= ' ' && c <= '~'; })) << sentence;
    }
    EXPECT_EQ(sentence_of(Reason::none, scheme), "");
  }
}

TEST(Explain, SaysWhichHeaderAndWhatWasExpected) {
  const Scheme stripe = Scheme::preset("stripe");
  EXPECT_EQ(sentence_of(Reason::signature_missing, stripe),
            "no signature in header \"stripe-signature\", entry \"v1\"; either the sender is not the provider, or "
            "something in between removes it");
  EXPECT_EQ(sentence_of(Reason::signature_malformed, stripe),
            "header \"stripe-signature\", entry \"v1\" is not well-formed; expected hex of 32 bytes");
  EXPECT_EQ(sentence_of(Reason::timestamp_malformed, stripe),
            "the timestamp in field \"t\" beside the signature is not the decimal digits of Unix seconds");
  const Scheme standard = Scheme::preset("standard-webhooks");
  EXPECT_EQ(sentence_of(Reason::signatures_too_many, standard),
            "header \"webhook-signature\", entry \"v1\" or \"v1a\" has more signatures than are tried for one request");
  EXPECT_EQ(sentence_of(Reason::header_missing, standard),
            "a header that the scheme needs is missing or empty, of: \"webhook-id\"");
  EXPECT_EQ(sentence_of(Reason::id_missing, Scheme::preset("retell")),
            "no usable id (printable, without spaces, at most 255 characters) in JSON value /event with JSON value "
            "/call/call_id, or a hash of the request");
  EXPECT_EQ(sentence_of(Reason::media_type, Scheme::preset("twilio")),
            "the media type is not what the scheme signs; expected application/x-www-form-urlencoded or "
            "application/json");
}

TEST(Explain, SaysHowFarOff) {
  const Scheme scheme = Scheme::preset("telnyx");
  Presented presented;
  presented.age_s = 312;
  EXPECT_EQ(sentence_of(Reason::too_old, scheme, presented),
            "the timestamp is 312 s old, tolerance 300 s; a late or repeated request, or a clock that is wrong");
  presented.age_s = -61;
  EXPECT_EQ(sentence_of(Reason::too_far_ahead, scheme, presented),
            "the timestamp is 61 s ahead, tolerance 60 s; check this machine's clock");
}

TEST(Explain, NamesTheKeysThatWereTried) {
  Scheme scheme = Scheme::preset("standard-webhooks");
  scheme.trust("whsec_MGYxZTJkM2M0YjVhNjk3ODg3OTZhNWI0", "2024").trust("whsec_MGYxZTJkM2M0YjVhNjk3ODg3OTZhNWI1");
  scheme.trust("whpk_" + to_base64(Ed25519Pair{'a'}.public_key), "asymmetric");
  Presented presented;
  presented.candidates[0].method = 0;
  presented.count = 1;
  EXPECT_EQ(sentence_of(Reason::no_key_matches, scheme, presented),
            "no key made this signature, tried: \"2024\", 2; check that the key belongs to this endpoint and that "
            "nothing in between changes the request");
  Scheme other = Scheme::preset("standard-webhooks");
  other.trust("whpk_" + to_base64(Ed25519Pair{'a'}.public_key), "asymmetric");
  EXPECT_EQ(sentence_of(Reason::no_key_matches, other, presented),
            "this location has no key of the kind that signed the request; add the provider's key for it");
  const Scheme square = std::move(Scheme::preset("square").trust("0f1e2d3c4b5a69788796a5b4"));
  EXPECT_NE(sentence_of(Reason::no_key_matches, square, presented).find("webhook_url"), std::string::npos);
}

// A request full of a word that must not come back, judged in every way it can be refused.
TEST(Explain, QuotesNothingOfTheRequest) {
  Scheme scheme = Scheme::preset("stripe");
  scheme.trust(kSecret);
  Request request;
  request.body = R"({"id":"LEAK"})";
  request.media_type = "application/LEAK";
  request.url = "https://LEAK/";
  const std::string good = "t=" + kNow + ",v1=" + to_hex(mac256(kSecret, kNow + "." + request.body));
  const std::string bad = "t=" + kNow + ",v1=" + to_hex(mac256("LEAK", "LEAK"));
  for (const std::string& header :
       {std::string("LEAK"), std::string("t=LEAK,v1=LEAK"), "t=LEAK,v1=" + std::string(64, '0'), good, bad}) {
    for (const char* type : {"application/LEAK", "application/json"}) {
      request.media_type = type;
      request.set("stripe-signature", header);
      const Judged judged = judge(scheme, request);
      EXPECT_EQ(judged.sentence.find("LEAK"), std::string::npos) << judged.sentence;
      EXPECT_EQ(judged.sentence.find(kSecret), std::string::npos);
      EXPECT_EQ(judged.sentence.find(to_hex(mac256(kSecret, kNow + "." + request.body))), std::string::npos);
    }
  }
}

TEST(Explain, IsCutToItsRoom) {
  const Scheme scheme = Scheme::preset("telnyx");
  std::array<char, 10> out{};
  EXPECT_EQ(explain(Reason::body_empty, scheme.plan(), {}, {}, {}, out), "the body i");
  EXPECT_EQ(explain(Reason::body_empty, scheme.plan(), {}, {}, {}, {}), "");
}

}  // namespace
}  // namespace ringfence::scheme
