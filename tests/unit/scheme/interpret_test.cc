// What the two halves of the interpreter say of good and bad requests, scheme by scheme. Signatures are made here by
// other code than the one under test, over contents spelled out by hand.
#include "scheme/interpret.h"

#include <gtest/gtest.h>

#include <functional>

#include "scheme_fixture.h"

namespace ringfence::scheme {
namespace {

const std::string kTelnyxBody =
    R"({"data":{"id":"ev-1","event_type":"call.initiated","payload":{"call_session_id":"s-1"}},"meta":{"attempt":2}})";

Request telnyx(const Ed25519Pair& pair, const std::string& body = kTelnyxBody, const std::string& at = kNow) {
  Request request;
  request.body = body;
  request.set("telnyx-timestamp", at);
  request.set("telnyx-signature-ed25519", to_base64(pair.sign(at + "|" + body)));
  return request;
}

Request stripe(std::string_view secret, const std::string& body = R"({"id":"evt_1","type":"charge"})") {
  Request request;
  request.body = body;
  request.set("stripe-signature",
              "t=" + kNow + ",v1=" + to_hex(mac256(secret, kNow + "." + body)) + ",v0=" + std::string(64, '0'));
  return request;
}

TEST(Interpret, TelnyxSaysWhatItIsAbout) {
  const Ed25519Pair pair{'a'};
  Scheme scheme = Scheme::preset("telnyx");
  scheme.trust(to_base64(pair.public_key));
  const Judged judged = judge(scheme, telnyx(pair));
  EXPECT_EQ(name(judged), "");
  EXPECT_EQ(judged.id, "ev-1");
  EXPECT_EQ(judged.type, "call.initiated");
  EXPECT_EQ(judged.partition, "s-1");
  EXPECT_EQ(judged.attempt, "2");
  EXPECT_EQ(judged.age_s, 0);
  EXPECT_EQ(judged.content, "") << "its id and time are signed";
}

// Every provider's own shape: the header, the content, the id.
struct PresetCase {
  std::string preset;
  std::string body;
  std::function<void(Request&)> sign;
  std::string id;
};

void accept_and_refuse(const std::vector<PresetCase>& cases) {
  for (const PresetCase& one : cases) {
    Scheme scheme = Scheme::preset(one.preset);
    scheme.trust("whsec_90b7d2e1-another-secret").trust(kSecret, "new");
    Request request;
    request.body = one.body;
    one.sign(request);
    const Judged judged = judge(scheme, request);
    EXPECT_EQ(name(judged), "") << one.preset << ": " << judged.sentence;
    EXPECT_EQ(judged.id, one.id) << one.preset;
    EXPECT_EQ(judged.signer, 1U) << one.preset;
    Scheme stranger = Scheme::preset(one.preset);
    stranger.trust("whsec_90b7d2e1-another-secret");
    EXPECT_EQ(name(judge(stranger, request)), "no_key_matches") << one.preset;
  }
}

TEST(Interpret, SymmetricPresets) {
  const std::string milliseconds = kNow + "123";
  accept_and_refuse({
      {"github", "{}",
       [](Request& r) {
         r.set("x-hub-signature-256", "sha256=" + to_hex(mac256(kSecret, "{}"))).set("x-github-delivery", "guid-1");
       },
       "guid-1"},
      {"slack", R"({"event_id":"Ev1"})",
       [](Request& r) {
         r.set("x-slack-signature", "v0=" + to_hex(mac256(kSecret, "v0:" + kNow + ":" + r.body)));
         r.set("x-slack-request-timestamp", kNow);
       },
       "Ev1"},
      {"stripe", R"({"id":"evt_1"})",
       [](Request& r) {
         r.set("stripe-signature",
               "t=" + kNow + ", v1=" + std::string(64, 'f') + " ,v1=" + to_hex(mac256(kSecret, kNow + "." + r.body)));
       },
       "evt_1"},
      {"retell", R"({"event":"call_ended","call":{"call_id":"c9"}})",
       [&](Request& r) {
         r.set("x-retell-signature", "v=" + milliseconds + ",d=" + to_hex(mac256(kSecret, r.body + milliseconds)));
       },
       "call_ended:c9"},
      {"calcom", R"({"triggerEvent":"BOOKING_CREATED","createdAt":"2023-11-14T22:13:20Z","payload":{"uid":"u"}})",
       [](Request& r) { r.set("x-cal-signature-256", to_hex(mac256(kSecret, r.body))); },
       "BOOKING_CREATED:u:2023-11-14T22:13:20Z"},
      {"shopify", "<xml/>",
       [](Request& r) {
         r.media_type = "application/xml";
         r.set("x-shopify-hmac-sha256", to_base64(mac256(kSecret, r.body))).set("x-shopify-webhook-id", "w1");
       },
       "w1"},
  });
}

TEST(Interpret, MoreSymmetricPresets) {
  accept_and_refuse({
      {"paddle", R"({"event_id":"evt_p"})",
       [](Request& r) {
         r.set("paddle-signature", "ts=" + kNow + ";h1=" + to_hex(mac256(kSecret, kNow + ":" + r.body)));
       },
       "evt_p"},
      {"square", R"({"event_id":"sq1"})",
       [](Request& r) {
         r.set("x-square-hmacsha256-signature", to_base64(mac256(kSecret, "https://h.example/hook" + r.body)));
       },
       "sq1"},
      {"mailgun", "",
       [](Request& r) {
         r.body = R"({"signature":{"timestamp":")" + kNow + R"(","token":"tok","signature":")" +
                  to_hex(mac256(kSecret, kNow + "tok")) + R"("}})";
       },
       "tok"},
      {"line", R"({"events":[{"webhookEventId":"01H"}]})",
       [](Request& r) { r.set("x-line-signature", to_base64(mac256(kSecret, r.body))); }, "01H"},
      {"vapi", R"({"message":{"type":"end","call":{"id":"c"},"timestamp":1700000000000}})",
       [](Request& r) {
         r.set("x-vapi-signature", to_hex(mac256(kSecret, kNow + "." + r.body))).set("x-timestamp", kNow);
       },
       "end:c:1700000000000"},
      {"vapi-secret", R"({"message":{"type":"end","call":{"id":"c"},"timestamp":1}})",
       [](Request& r) { r.set("x-vapi-secret", kSecret); }, "end:c:1"},
  });
}

TEST(Interpret, HubspotSignsMethodUrlBodyAndTime) {
  Scheme scheme = Scheme::preset("hubspot");
  scheme.trust(kSecret);
  Request request;
  request.body = R"([{"subscriptionType":"contact.creation","attemptNumber":0}])";
  request.url = "https://h.example/hook?to=a%40b.example&x=%20";
  const std::string at = kNow + "400";
  request.set("x-hubspot-request-timestamp", at);
  request.set("x-hubspot-signature-v3",
              to_base64(mac256(kSecret, "POSThttps://h.example/hook?to=a@b.example&x=%20" + request.body + at)));
  const Judged judged = judge(scheme, request);
  EXPECT_EQ(name(judged), "");
  EXPECT_EQ(judged.type, "contact.creation");
  EXPECT_EQ(judged.attempt, "0");
  EXPECT_EQ(judged.id.size(), 32U);
}

TEST(Interpret, StandardWebhooksOfBothKinds) {
  const Ed25519Pair pair{'s'};
  const std::string secret = "0f1e2d3c4b5a69788796a5b4";
  Scheme scheme = Scheme::preset("standard-webhooks");
  scheme.trust("whsec_" + to_base64(secret), "v1").trust("whpk_" + to_base64(pair.public_key), "v1a");
  Request request;
  request.body = "not even JSON";
  request.media_type = "text/plain";
  request.set("webhook-id", "msg_1").set("webhook-timestamp", kNow);
  const std::string content = "msg_1." + kNow + "." + request.body;
  const std::string v1 = "v1," + to_base64(mac256(secret, content));
  const std::string v1a = "v1a," + to_base64(pair.sign(content));
  const std::string other = "v1," + to_base64(mac256("other", content));

  request.set("webhook-signature", v1);
  EXPECT_EQ(judge(scheme, request).id, "msg_1");
  EXPECT_EQ(judge(scheme, request).signer, 0U);
  request.set("webhook-signature", v1a);
  EXPECT_EQ(name(judge(scheme, request)), "");
  EXPECT_EQ(judge(scheme, request).signer, 1U);
  for (const std::string& list : {other + " " + v1, "v2,xyz " + v1, other + "  " + v1a + " v9,", v1a + " " + other}) {
    request.set("webhook-signature", list);
    EXPECT_EQ(name(judge(scheme, request)), "") << list;
  }
  request.set("webhook-signature", other);
  EXPECT_EQ(name(judge(scheme, request)), "no_key_matches");
  request.set("webhook-signature", "v1a," + to_base64(mac256(secret, content)));
  EXPECT_EQ(name(judge(scheme, request)), "signature_malformed") << "a MAC under the other name";
  request.set("webhook-signature", "v2,xyz");
  EXPECT_EQ(name(judge(scheme, request)), "signature_missing") << "nothing that we know";
}

TEST(Interpret, NoHeaderMayBeMissingEmptyOrRepeated) {
  const std::string secret = "0f1e2d3c4b5a69788796a5b4";
  Scheme scheme = Scheme::preset("standard-webhooks");
  scheme.trust("whsec_" + to_base64(secret));
  Request good;
  good.body = "{}";
  good.set("webhook-id", "msg_1").set("webhook-timestamp", kNow);
  good.set("webhook-signature", "v1," + to_base64(mac256(secret, "msg_1." + kNow + ".{}")));
  ASSERT_EQ(name(judge(scheme, good)), "");
  struct Case {
    std::string header, missing, repeated, empty;
  };
  for (const Case& one : {Case{"webhook-signature", "signature_missing", "signature_repeated", "signature_malformed"},
                          Case{"webhook-timestamp", "timestamp_missing", "timestamp_repeated", "timestamp_malformed"},
                          Case{"webhook-id", "header_missing", "header_repeated", "header_missing"}}) {
    Judged judged = judge(scheme, Request(good).remove(one.header));
    EXPECT_EQ(name(judged), one.missing);
    EXPECT_TRUE(judged.before_body);
    judged = judge(scheme, Request(good).add(one.header, "x"));
    EXPECT_EQ(name(judged), one.repeated);
    EXPECT_TRUE(judged.before_body);
    judged = judge(scheme, Request(good).set(one.header, ""));
    EXPECT_EQ(name(judged), one.empty);
  }
}

TEST(Interpret, TimestampsHaveOneSpelling) {
  const Ed25519Pair pair{'a'};
  Scheme scheme = Scheme::preset("telnyx");
  scheme.trust(to_base64(pair.public_key));
  for (const std::string& at :
       {"0" + kNow, "+" + kNow, kNow + " ", " " + kNow, kNow + ".0", std::string("1e9"), std::string(24, '1'),
        std::string("0x10"), std::string("-1"), kNow + std::string("\0", 1)}) {
    EXPECT_EQ(name(judge(scheme, telnyx(pair, kTelnyxBody, at))), "timestamp_malformed") << at;
  }
}

TEST(Interpret, BothEndsOfTheTolerance) {
  const Ed25519Pair pair{'a'};
  Scheme scheme = Scheme::preset("telnyx");
  scheme.trust(to_base64(pair.public_key));
  const Request request = telnyx(pair);
  const std::int64_t sent_ms = 1'700'000'000'000;
  EXPECT_EQ(name(judge(scheme, request, sent_ms + 300'999)), "");
  EXPECT_EQ(name(judge(scheme, request, sent_ms + 301'000)), "too_old");
  EXPECT_EQ(judge(scheme, request, sent_ms + 301'000).age_s, 301);
  EXPECT_TRUE(judge(scheme, request, sent_ms + 301'000).before_body);
  EXPECT_EQ(name(judge(scheme, request, sent_ms - 300'000)), "");
  EXPECT_EQ(name(judge(scheme, request, sent_ms - 300'001)), "too_far_ahead");
  EXPECT_EQ(judge(scheme, request, sent_ms - 300'001).age_s, -301);
  EXPECT_EQ(name(judge(scheme, request, INT64_MAX)), "too_old");
  EXPECT_EQ(name(judge(scheme, request, INT64_MIN)), "too_far_ahead");
  EXPECT_EQ(name(judge(scheme, telnyx(pair, kTelnyxBody, "999999999999"))), "too_far_ahead");
}

TEST(Interpret, TimeIsCheckedAgainWithTheBody) {
  const Ed25519Pair pair{'a'};
  const Scheme scheme = Scheme::preset("telnyx");
  const Request request = telnyx(pair);
  const std::vector<HeaderSlot> slots = {{request.headers[1].second, 1}, {request.headers[0].second, 1}};
  Head head{"POST", "", "application/json", slots};
  Presented presented;
  const Tolerance tolerance{10, 5};
  ASSERT_EQ(examine_head(scheme.plan(), head, tolerance, kNowMs + 9'000, presented), Reason::none);
  EXPECT_EQ(check_freshness(scheme.plan(), tolerance, kNowMs + 10'000, presented), Reason::none);
  EXPECT_EQ(check_freshness(scheme.plan(), tolerance, kNowMs + 11'000, presented), Reason::too_old);
  EXPECT_EQ(check_freshness(scheme.plan(), tolerance, kNowMs - 6'000, presented), Reason::too_far_ahead);
}

TEST(Interpret, MediaTypes) {
  const Ed25519Pair pair{'a'};
  Scheme scheme = Scheme::preset("telnyx");
  scheme.trust(to_base64(pair.public_key));
  Request request = telnyx(pair);
  for (const char* type : {"application/json", "APPLICATION/Json; charset=utf-8", "application/json;", ""}) {
    request.media_type = type;
    EXPECT_EQ(name(judge(scheme, request)), "") << type;
  }
  for (const char* type : {"text/plain", "application/jsonx", "application/jso", ";application/json", "*"}) {
    request.media_type = type;
    EXPECT_EQ(name(judge(scheme, request)), "media_type") << type;
    EXPECT_TRUE(judge(scheme, request).before_body);
  }
  Scheme plivo = Scheme::preset("plivo");
  Request json;
  json.set("x-plivo-signature-v3", to_base64(std::string(32, 'x'))).set("x-plivo-signature-v3-nonce", "1");
  json.media_type = "";
  EXPECT_EQ(name(judge(plivo, json)), "media_type") << "signs forms only, so nothing else is a way around it";
}

// Any single change anywhere in what is signed, and in the signature.
void refuse_every_change(const Scheme& scheme, const Request& good) {
  ASSERT_EQ(name(judge(scheme, good)), "");
  for (std::size_t i = 0; i < good.body.size(); ++i) {
    Request changed = good;
    changed.body[i] = static_cast<char>(changed.body[i] ^ 1);
    EXPECT_NE(name(judge(scheme, changed)), "") << "body byte " << i;
    changed.body.erase(i, 1);
    EXPECT_NE(name(judge(scheme, changed)), "") << "without body byte " << i;
  }
  for (std::size_t header = 0; header < good.headers.size(); ++header) {
    for (std::size_t i = 0; i < good.headers[header].second.size(); ++i) {
      for (const char change : {'\x01', '\x40', '\x80'}) {
        Request changed = good;
        char& c = changed.headers[header].second[i];
        c = static_cast<char>(c ^ change);
        EXPECT_NE(name(judge(scheme, changed)), "") << good.headers[header].first << " byte " << i;
      }
      Request changed = good;
      changed.headers[header].second.erase(i, 1);
      EXPECT_NE(name(judge(scheme, changed)), "") << good.headers[header].first << " without byte " << i;
    }
  }
}

TEST(Interpret, EveryChangedByteIsRefused) {
  const Ed25519Pair pair{'a'};
  Scheme telnyx_scheme = Scheme::preset("telnyx");
  telnyx_scheme.trust(to_base64(pair.public_key));
  refuse_every_change(telnyx_scheme, telnyx(pair));

  Scheme stripe_scheme = Scheme::preset("stripe");
  stripe_scheme.trust(kSecret);
  Request one_entry = stripe(kSecret);
  std::string& value = one_entry.headers[0].second;
  value.resize(value.find(",v0"));  // changes there change nothing, as they should
  refuse_every_change(stripe_scheme, one_entry);

  const std::string secret = "0f1e2d3c4b5a69788796a5b4";
  Scheme standard = Scheme::preset("standard-webhooks");
  standard.trust("whsec_" + to_base64(secret));
  Request request;
  request.body = "{}";
  request.set("webhook-id", "msg_1").set("webhook-timestamp", kNow);
  request.set("webhook-signature", "v1," + to_base64(mac256(secret, "msg_1." + kNow + ".{}")));
  refuse_every_change(standard, request);
}

TEST(Interpret, HexInEitherCase) {
  Scheme scheme = Scheme::preset("github");
  scheme.trust(kSecret);
  Request request;
  request.body = "{}";
  std::string hex = to_hex(mac256(kSecret, "{}"));
  std::ranges::transform(hex, hex.begin(), [](char c) { return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c; });
  request.set("x-hub-signature-256", "sha256=" + hex).set("x-github-delivery", "1");
  EXPECT_EQ(name(judge(scheme, request)), "");
  request.set("x-hub-signature-256", "SHA256=" + hex);
  EXPECT_EQ(name(judge(scheme, request)), "signature_malformed");
}

TEST(Interpret, ASenderWithoutASecretSaysSo) {
  Scheme scheme = Scheme::preset("calcom");
  scheme.trust(kSecret);
  Request request;
  request.body = "{}";
  request.set("x-cal-signature-256", "no-secret-provided");
  EXPECT_EQ(name(judge(scheme, request)), "sender_has_no_secret");
  EXPECT_TRUE(judge(scheme, request).before_body);
}

TEST(Interpret, RotationTellsTheSigner) {
  Scheme scheme = Scheme::preset("stripe");
  scheme.trust("whsec_the_first_one").trust("whsec_the_second_one").trust("whsec_the_third_one");
  EXPECT_EQ(judge(scheme, stripe("whsec_the_first_one")).signer, 0U);
  EXPECT_EQ(judge(scheme, stripe("whsec_the_third_one")).signer, 2U);
  const Judged judged = judge(scheme, stripe("whsec_an_old_one"));
  EXPECT_EQ(name(judged), "no_key_matches");
  EXPECT_FALSE(judged.before_body);
  const Scheme keyless = Scheme::preset("stripe");
  EXPECT_EQ(name(judge(keyless, stripe("whsec_the_first_one"))), "no_key_matches");
}

TEST(Interpret, EmptyBodiesAreRefused) {
  Scheme scheme = Scheme::preset("stripe");
  scheme.trust(kSecret);
  EXPECT_EQ(name(judge(scheme, stripe(kSecret, ""))), "body_empty");
}

// --- ids ------------------------------------------------------------------------------------------------------------

struct Ids {
  std::string text;
  Scheme scheme;
  explicit Ids(std::string_view lines)
      : text("algorithm hmac-sha256; key raw; signature header=x-sig; content \"{body}\";" + std::string(lines)),
        scheme(text) {
    scheme.trust(kSecret);
  }
  [[nodiscard]] Judged of(const std::string& body, Request request = {}) const {
    request.body = body;
    request.set("x-sig", to_hex(mac256(kSecret, body)));
    return judge(scheme, request);
  }
};

TEST(Interpret, TheFirstIdThatResolvesCounts) {
  const Ids ids{"id json=/id; id json=/a,/b; id header=x-id; id hash=body;"};
  EXPECT_EQ(ids.of(R"({"id":"one","a":"x","b":"y"})").id, "one");
  EXPECT_EQ(ids.of(R"({"a":"x","b":"y"})").id, "x:y");
  EXPECT_EQ(ids.of(R"({"id":5})").id, "5");
  EXPECT_EQ(ids.of(R"({"id":null,"a":"x"})", Request().set("x-id", "h")).id, "h");
  const std::string hash = ids.of(R"({"id":true})").id;
  EXPECT_EQ(hash.size(), 32U);
  EXPECT_EQ(ids.of("no JSON").id.size(), 32U);
  EXPECT_EQ(ids.of("no JSON", Request().set("x-id", "h")).id, "h");
  EXPECT_EQ(name(ids.of("{}", Request().add("x-id", "h").add("x-id", "h"))), "header_repeated");
  EXPECT_EQ(ids.of(R"({"id":"has space"})").id.size(), 32U);
  EXPECT_EQ(ids.of(R"({"id":")" + std::string(255, 'i') + "\"}").id, std::string(255, 'i'));
  EXPECT_EQ(ids.of(R"({"id":")" + std::string(256, 'i') + "\"}").id.size(), 32U);
}

TEST(Interpret, ExceptionsStandForNoEvent) {
  const Ids ids{"id json=/event,/call except=transcript,partial; id hash=content;"};
  EXPECT_EQ(ids.of(R"({"event":"ended","call":"c"})").id, "ended:c");
  EXPECT_EQ(ids.of(R"({"event":"partial","call":"c"})").id.size(), 32U);
  EXPECT_EQ(ids.of(R"({"event":"partial2","call":"c"})").id, "partial2:c");
}

TEST(Interpret, CompositeIdsAreBounded) {
  const Ids ids{"id json=/a,/b;"};
  EXPECT_EQ(ids.of(R"({"a":")" + std::string(127, 'a') + R"(","b":")" + std::string(127, 'b') + "\"}").id.size(), 255U);
  EXPECT_EQ(name(ids.of(R"({"a":")" + std::string(128, 'a') + R"(","b":")" + std::string(127, 'b') + "\"}")),
            "id_missing");
}

TEST(Interpret, WithoutAnIdThereIsNoEvent) {
  const Ids json{"id json=/id;"};
  EXPECT_EQ(name(json.of("{}")), "id_missing");
  EXPECT_EQ(name(json.of(R"({"id":""})")), "id_missing");
  EXPECT_EQ(name(json.of("no JSON")), "body_not_json");
  EXPECT_EQ(name(json.of(R"({"id":1,"id":1})")), "body_not_json") << "two readers could read two ids";
  EXPECT_EQ(name(json.of(R"({"id":"a\u0062"})")), "id_missing") << "what is not printed as it stands";
  const Ids header{"id header=x-id; id header=x-other;"};
  EXPECT_EQ(name(header.of("{}")), "header_missing");
  EXPECT_TRUE(header.of("{}").before_body);
  EXPECT_EQ(header.of("{}", Request().set("x-other", "o")).id, "o");
  EXPECT_EQ(name(header.of("{}", Request().set("x-id", "a b").set("x-other", "a\x7f"))), "id_missing");
  const Ids either{"id header=x-id; id json=/id;"};
  EXPECT_EQ(either.of(R"({"id":"j"})").id, "j");
  EXPECT_EQ(name(either.of("no JSON")), "body_not_json");
}

TEST(Interpret, TypeAndPartitionAreNotNeeded) {
  const Ids ids{"id header=x-id; type header=x-type; partition json=/p; attempt header=x-n;"};
  const Request request = Request().set("x-id", "1");
  EXPECT_EQ(name(ids.of("no JSON", request)), "");
  EXPECT_EQ(ids.of(R"({"p":"q"})", Request(request).set("x-type", "t")).partition, "q");
  EXPECT_EQ(ids.of(R"({"p":"q"})", Request(request).set("x-type", "t")).type, "t");
  EXPECT_EQ(ids.of("{}", Request(request).add("x-type", "t").add("x-type", "u")).type, "") << "nobody knows which";
  EXPECT_EQ(ids.of("{}", Request(request).set("x-type", "two words")).type, "");
}

TEST(Interpret, UnsignedIdsCountTogetherWithTheContent) {
  const Ids ids{"id header=x-id;"};
  EXPECT_TRUE(mixes_content(ids.scheme.plan()));
  const auto first = ids.of("{}", Request().set("x-id", "1")).content;
  EXPECT_EQ(first, ids.of("{}", Request().set("x-id", "2")).content);
  EXPECT_NE(first, ids.of("{ }", Request().set("x-id", "1")).content);
}

}  // namespace
}  // namespace ringfence::scheme
