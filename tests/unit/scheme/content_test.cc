// Contents of every composition, each judged in a block exactly as long as the layout says: pieces before and behind
// the body in any order, against the text put together naively.
#include "scheme/content.h"

#include <gtest/gtest.h>

#include <random>

#include "scheme_fixture.h"

namespace ringfence::scheme {
namespace {

struct Placeholder {
  std::string written, stands_for;
};

// What the request below makes of each. {body} and the forms may stand once.
std::vector<Placeholder> placeholders(const std::string& body, bool is_form) {
  std::vector<Placeholder> all = {{"{body}", body},
                                  {"{url-sorted}", "https://h.example/p?a=0 @&a=1&b=x y"},
                                  {"{url-decoded}", "https://h.example/p?b=x+y&a=1&a=0%20@"},
                                  {"{timestamp}", kNow},
                                  {"{method}", "POST"},
                                  {"{url}", "https://h.example/p?b=x+y&a=1&a=0%20%40"},
                                  {"{header:x-a}", "value a"},
                                  {"{header:x-b}", "b"},
                                  {"-", "-"},
                                  {"{{", "{"}};
  if (is_form) {
    all.push_back({"{form-sorted}", "k&=vm1z3"});
    all.push_back({"{form-plivo}", ".k&=vm1m1z3"});
  } else {
    all.push_back({"{json:/id}", "evt"});
  }
  return all;
}

void judge_random_contents(bool is_form, std::uint32_t seed) {
  std::mt19937 random{seed};
  const std::string body = is_form ? "z=3&m=1&k%26=%3Dv&m=1" : R"({"id":"evt"})";
  const std::vector<Placeholder> all = placeholders(body, is_form);
  for (int round = 0; round < 400; ++round) {
    std::vector<Placeholder> chosen(all);
    std::ranges::shuffle(chosen, random);
    chosen.resize(1 + random() % 8);
    std::erase_if(chosen,
                  [](const Placeholder& one) { return one.written == "{body}" || one.written == "{timestamp}"; });
    if (random() % 2 == 0) chosen.insert(chosen.begin() + static_cast<long>(random() % (chosen.size() + 1)), all[0]);
    chosen.insert(chosen.begin() + static_cast<long>(random() % (chosen.size() + 1)), all[3]);
    std::string content;
    std::string expected;
    for (const Placeholder& one : chosen) {
      content += one.written;
      expected += one.stands_for;
    }
    const std::string text =
        "algorithm hmac-sha256; key raw; signature header=x-sig; timestamp header=x-time; "
        "content \"" +
        content + "\"" + (is_form ? " form" : "") + "; id hash=content; type " + (is_form ? "form=z" : "json=/id") +
        ";";
    Scheme scheme{text};
    scheme.trust(kSecret);
    Request request;
    request.body = body;
    request.url = all[5].stands_for;
    if (is_form) request.media_type = "application/x-www-form-urlencoded";
    request.set("x-sig", to_hex(mac256(kSecret, expected))).set("x-time", kNow);
    request.set("x-a", "value a").set("x-b", "b");
    const Judged judged = judge(scheme, request);
    ASSERT_EQ(name(judged), "") << content;
    EXPECT_EQ(judged.type, is_form ? "3" : "evt");
    std::array<std::uint8_t, 16> hash{};
    crypto_generichash(hash.data(), hash.size(), as_bytes(expected).data(), expected.size(), nullptr, 0);
    EXPECT_EQ(judged.id, to_hex(as_text(hash))) << content;
  }
}

TEST(Content, OfJsonInAnyOrder) { judge_random_contents(false, 3); }

TEST(Content, OfFormsInAnyOrder) { judge_random_contents(true, 4); }

TEST(Content, APlaceholderForNothingIsARefusal) {
  const std::string text =
      "algorithm hmac-sha256; key raw; signature header=x-sig; "
      "content \"{json:/token}{body}\"; id json=/token;";
  Scheme scheme{text};
  scheme.trust(kSecret);
  for (const std::string& body : {std::string("{}"), std::string(R"({"token":""})"), std::string(R"({"token":null})"),
                                  std::string(R"({"token":{}})"), R"({"token":)" + std::string(300, '1') + "}"}) {
    Request request;
    request.body = body;
    request.set("x-sig", to_hex(mac256(kSecret, body)));
    EXPECT_EQ(name(judge(scheme, request)), "signature_missing") << body;
  }
  Request request;
  request.body = "no JSON";
  request.set("x-sig", to_hex(mac256(kSecret, request.body)));
  EXPECT_EQ(name(judge(scheme, request)), "body_not_json");
}

TEST(Content, MailgunsTimeAndSignatureAreInTheBody) {
  Scheme scheme = Scheme::preset("mailgun");
  scheme.trust(kSecret);
  const auto body = [](const std::string& at, const std::string& signature) {
    return R"({"signature":{"timestamp":)" + at + R"(,"token":"tok","signature":)" + signature + "}}";
  };
  const auto signed_at = [](const std::string& at) { return "\"" + to_hex(mac256(kSecret, at + "tok")) + "\""; };
  struct Case {
    std::string body, expected;
  };
  for (const Case& one :
       {Case{body("\"" + kNow + "\"", signed_at(kNow)), ""}, Case{body(kNow, signed_at(kNow)), ""},
        Case{body("\"1699999000\"", signed_at("1699999000")), "too_old"},
        Case{body("\"1700001000\"", signed_at("1700001000")), "too_far_ahead"},
        Case{body("\"" + kNow + "\"", signed_at("1")), "no_key_matches"},
        Case{body("\"" + kNow + "\"", "\"zz\""), "signature_malformed"},
        Case{body("\"" + kNow + "\"", "7"), "signature_malformed"},
        Case{body("true", signed_at(kNow)), "timestamp_malformed"},
        Case{body("1e9", signed_at("1e9")), "timestamp_malformed"},
        Case{R"({"signature":{"token":"tok","signature":)" + signed_at("") + "}}", "timestamp_missing"},
        Case{R"({"signature":{"token":"tok"}})", "signature_missing"}, Case{"{", "body_not_json"},
        Case{"", "body_empty"}}) {
    Request request;
    request.body = one.body;
    EXPECT_EQ(name(judge(scheme, request)), one.expected) << one.body;
  }
}

TEST(Content, ABlockThatIsTooShortIsRefused) {
  const Scheme scheme = Scheme::preset("discord");
  const std::string signature = to_hex(std::string(64, 's'));
  const std::vector<HeaderSlot> slots = {{signature, 1}, {kNow, 1}};
  Head head{"POST", "", "application/json", slots};
  Presented presented;
  ASSERT_EQ(examine_head(scheme.plan(), head, {}, kNowMs, presented), Reason::none);
  const BlockLayout layout = layout_for(scheme.plan(), head, presented, 2);
  std::vector<std::uint8_t> block(layout.prefix + 2 + layout.rest - 1, '{');
  Event event;
  EXPECT_EQ(examine_body(scheme.plan(), head, {}, {}, kNowMs, block, 2, presented, event), Reason::no_memory);
}

}  // namespace
}  // namespace ringfence::scheme
