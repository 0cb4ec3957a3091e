// Signature headers of every shape, and those that somebody made to cost us time.
#include "scheme/signature_list.h"

#include <gtest/gtest.h>

#include <chrono>

#include "scheme_fixture.h"

namespace ringfence::scheme {
namespace {

const std::string kList =
    "algorithm hmac-sha256; key raw; signature header=x-sig list=, separator== name=v1;"
    "timestamp field=t; content \"{timestamp}.{body}\"; id hash=body;";
const std::string kHex(64, 'a');

struct Read {
  Reason reason;
  Presented presented;
};

Read read(const Scheme& scheme, std::string_view value) {
  Read result{};
  result.reason = read_signatures(scheme.plan(), scheme.plan().methods[0].signature, value, result.presented);
  return result;
}

std::string repeat(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

TEST(SignatureList, EntriesOfOthersAreSkipped) {
  const Scheme scheme{kList};
  for (const std::string& value : {"t=5,v1=" + kHex, "v1=" + kHex + ",t=5", "t=5, \tv1=" + kHex + " , v0=zz",
                                   "v0,t=5,v11=x,v1=" + kHex, "v1x,t=5,=,v1=" + kHex}) {
    const Read result = read(scheme, value);
    EXPECT_EQ(result.reason, Reason::none) << value;
    ASSERT_EQ(result.presented.count, 1U) << value;
    EXPECT_EQ(result.presented.candidates[0].text, kHex);
    EXPECT_EQ(result.presented.timestamp, "5");
  }
}

TEST(SignatureList, OursAreWellFormed) {
  const Scheme scheme{kList};
  for (const std::string& value :
       {std::string("v1="), std::string("v1"), "v1=" + kHex + "a", "v1=" + kHex.substr(2), "v1= " + kHex,
        "v1=" + kHex.substr(1) + "g", "v1=" + kHex + ",v1=x", "t=1,,v1=" + kHex, "v1=" + kHex + ",", std::string(),
        "v1=" + kHex.substr(1) + std::string("\0", 1), "v1=sha256=" + kHex}) {
    EXPECT_EQ(read(scheme, value).reason, Reason::signature_malformed) << value;
  }
  EXPECT_EQ(read(scheme, "t=1,t=1,v1=" + kHex).reason, Reason::timestamp_repeated);
  EXPECT_EQ(read(scheme, "t=,v1=" + kHex).reason, Reason::timestamp_malformed);
}

TEST(SignatureList, CandidatesAreBounded) {
  const Scheme scheme{kList};
  const std::string entry = ",v1=" + kHex;
  EXPECT_EQ(read(scheme, "t=1" + repeat(entry, kCandidates)).presented.count, kCandidates);
  EXPECT_EQ(read(scheme, "t=1" + repeat(entry, kCandidates)).reason, Reason::none);
  EXPECT_EQ(read(scheme, "t=1" + repeat(entry, kCandidates + 1)).reason, Reason::signatures_too_many);
  EXPECT_EQ(read(scheme, "t=1" + repeat(entry, 900)).reason, Reason::signatures_too_many);
}

TEST(SignatureList, SlowCandidatesAreFewer) {
  const Scheme scheme = Scheme::preset("standard-webhooks");
  const std::string slow = "v1a," + to_base64(std::string(64, 's')) + " ";
  const std::string fast = "v1," + to_base64(std::string(32, 'f')) + " ";
  EXPECT_EQ(read(scheme, repeat(slow, kCandidatesSlow)).reason, Reason::none);
  EXPECT_EQ(read(scheme, repeat(slow, kCandidatesSlow + 1)).reason, Reason::signatures_too_many);
  EXPECT_EQ(read(scheme, repeat(slow, kCandidatesSlow) + repeat(fast, kCandidates - kCandidatesSlow)).reason,
            Reason::none);
  EXPECT_EQ(read(scheme, repeat(fast, kCandidates) + slow).reason, Reason::signatures_too_many);
}

TEST(SignatureList, TenThousandEntriesAreReadOnce) {
  const Scheme scheme{kList};
  std::string value = repeat("v0=00,", 10'000);
  value += "t=1,v1=" + kHex;
  ASSERT_LT(value.size(), kListBytes);
  const Read result = read(scheme, value);
  EXPECT_EQ(result.reason, Reason::none);
  EXPECT_EQ(result.presented.count, 1U);
  EXPECT_EQ(read(scheme, std::string(kListBytes + 1, 'v')).reason, Reason::signatures_too_many);
  EXPECT_EQ(read(scheme, std::string(kListBytes, ',')).reason, Reason::signature_malformed);
  EXPECT_EQ(read(scheme, std::string(kListBytes, 'v')).presented.count, 0U);
  const Scheme standard = Scheme::preset("standard-webhooks");
  EXPECT_EQ(read(standard, std::string(kListBytes, ' ')).presented.count, 0U);
}

// The worst a header can buy: as many keys as a location may have, each against as many signatures as are read.
TEST(SignatureList, WorkIsBounded) {
  Scheme macs{kList};
  for (char c = 'a'; c < 'a' + 16; ++c) macs.trust(std::string(1, c) + "0b3-a-secret-of-ours");
  Request request;
  request.body = "{}";
  request.set("x-sig", "t=" + kNow + repeat(",v1=" + kHex, kCandidates));
  EXPECT_EQ(name(judge(macs, request)), "no_key_matches");
  EXPECT_EQ(judge(macs, request).tried, 16 * kCandidates);

  Scheme slow = Scheme::preset("standard-webhooks");
  for (char c = 'a'; c < 'a' + 16; ++c) slow.trust("whpk_" + to_base64(Ed25519Pair{c}.public_key));
  request.set("webhook-id", "1").set("webhook-timestamp", kNow);
  request.set("webhook-signature", repeat("v1a," + to_base64(Ed25519Pair{'z'}.sign("x")) + " ", kCandidatesSlow));
  EXPECT_EQ(name(judge(slow, request)), "no_key_matches");
  EXPECT_EQ(judge(slow, request).tried, 16 * kCandidatesSlow);
}

TEST(SignatureList, DerAndTokensVaryInLength) {
  const Scheme sendgrid = Scheme::preset("sendgrid");
  EXPECT_EQ(read(sendgrid, to_base64(std::string(70, 'd'))).reason, Reason::none);
  EXPECT_EQ(read(sendgrid, to_base64(std::string(kSignatureMost + 1, 'd'))).reason, Reason::signature_malformed);
  EXPECT_EQ(read(sendgrid, "====").reason, Reason::signature_malformed);
  EXPECT_EQ(read(sendgrid, "AAA").reason, Reason::signature_malformed);
  const Scheme token = Scheme::preset("vapi-secret");
  EXPECT_EQ(read(token, std::string(kSignatureMost, 't')).reason, Reason::none);
  EXPECT_EQ(read(token, std::string(kSignatureMost + 1, 't')).reason, Reason::signature_malformed);
  EXPECT_EQ(read(token, "").reason, Reason::signature_malformed);
}

}  // namespace
}  // namespace ringfence::scheme
