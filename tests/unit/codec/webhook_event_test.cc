// Telnyx's JSON to events: real shapes, missing parts, wrong types, other families.
#include "codec/webhook_event.h"

#include <gtest/gtest.h>

#include <random>
#include <tuple>

#include "core/client_state.h"

namespace ringfence {
namespace {

Result<Event> decode(std::string_view text) { return decode_webhook(as_bytes(text)); }

std::string call(std::string_view type, std::string_view payload) {
  return R"({"data":{"record_type":"event","id":"evt-1","event_type":")" + std::string(type) + R"(","payload":{)" +
         std::string(payload) + "}},\"meta\":{\"attempt\":1}}";
}

const WebhookFact& fact_of(const Result<Event>& event) { return std::get<WebhookFact>(event->body); }

TEST(WebhookEvent, AnIncomingCallIsItsOwnSession) {
  const auto event =
      decode(call("call.initiated",
                  R"("call_control_id":"v3:c","call_leg_id":"leg","call_session_id":"s","direction":"incoming",
      "from":"+15550001111","to":"+15550002222","caller_id_name":"Ada","connection_id":"77","client_state":null)"));
  ASSERT_TRUE(event);
  EXPECT_EQ(event->id.text, "evt-1");
  EXPECT_EQ(event->session.text, "leg");
  const auto& fact = fact_of(event);
  EXPECT_EQ(fact.type, WebhookType::initiated);
  EXPECT_TRUE(fact.incoming);
  EXPECT_EQ(fact.call_control_id, "v3:c");
  EXPECT_EQ(fact.connection_id, "77");
  EXPECT_EQ(fact.caller_name, "Ada");
  EXPECT_FALSE(fact.client_state);
}

TEST(WebhookEvent, TheEnvelopeSaysWhenAndWhichAttempt) {
  const auto envelope = [](std::string_view at, std::string_view meta) {
    Envelope read;
    const std::string body = R"({"data":{"id":"e","event_type":"call.hangup","occurred_at":)" + std::string(at) +
                             R"(,"payload":{}},"meta":)" + std::string(meta) + "}";
    EXPECT_TRUE(decode_webhook(as_bytes(body), &read)) << body;
    return read;
  };
  constexpr Millis kSecondMs = 1'763'868'600'000;  // 2025-11-23T03:30:00Z
  const Envelope usual = envelope(R"("2025-11-23T03:30:00.076316Z")", R"({"attempt":3,"delivered_to":"https://x/y"})");
  EXPECT_EQ(usual.occurred_ms, kSecondMs + 76);
  EXPECT_EQ(usual.attempt, 3);
  EXPECT_EQ(usual.delivered_to, "https://x/y");
  EXPECT_EQ(envelope(R"("2025-11-23T03:30:00.5+00:00")", "{}").occurred_ms, kSecondMs + 500);
  EXPECT_EQ(envelope(R"("2025-11-23T03:30:00Z")", "null").occurred_ms, kSecondMs);
  for (const char* at : {R"("2025-11-23T03:30:00.076+01:00")", R"("yesterday")", "7", "null", R"("Z")"}) {
    EXPECT_EQ(envelope(at, "{}").occurred_ms, 0) << at;
  }
  EXPECT_EQ(envelope("null", R"({"attempt":-5})").attempt, 0);
  EXPECT_EQ(envelope("null", R"({"attempt":99999999999})").attempt, 1000);
  EXPECT_EQ(envelope("null", R"({"delivered_to":")" + std::string(9999, 'x') + R"("})").delivered_to.size(), 255U);
}

TEST(WebhookEvent, OurClientStateNamesTheSession) {
  const auto state = encode_client_state({.session = {"parent-leg"}, .leg = 2});
  const auto event = decode(call("call.answered", R"("call_leg_id":"other","client_state":")" + state + "\""));
  ASSERT_TRUE(event);
  EXPECT_EQ(event->session.text, "parent-leg");
  EXPECT_EQ(fact_of(event).client_state->leg, 2);
}

TEST(WebhookEvent, AForeignClientStateIsNoState) {
  const auto event = decode(call("call.answered", R"("call_leg_id":"leg","client_state":"aGF2ZSBhIG5pY2UgZGF5ID1d")"));
  ASSERT_TRUE(event);
  EXPECT_EQ(event->session.text, "leg");
}

TEST(WebhookEvent, EveryTypeWeActOnIsKnown) {
  const std::pair<std::string_view, WebhookType> types[] = {
      {"call.initiated", WebhookType::initiated},
      {"call.answered", WebhookType::answered},
      {"call.bridged", WebhookType::bridged},
      {"call.hangup", WebhookType::hangup},
      {"call.speak.ended", WebhookType::speak_ended},
      {"call.recording.saved", WebhookType::recording_saved},
      {"call.recording.error", WebhookType::recording_error},
      {"call.gather.ended", WebhookType::gather_ended},
      {"call.machine.detection.ended", WebhookType::machine_detected}};
  for (const auto& [name, type] : types) {
    const auto event = decode(call(name, R"("call_leg_id":"l")"));
    ASSERT_TRUE(event) << name;
    EXPECT_EQ(fact_of(event).type, type);
    EXPECT_EQ(fact_of(event).type_name, name);
    EXPECT_EQ(name_of(type), name);
  }
}

TEST(WebhookEvent, AKeyIsToldWithItsDigits) {
  const auto pressed = decode(call("call.gather.ended", R"("call_leg_id":"l","digits":"1","status":"valid")"));
  const auto silent = decode(call("call.gather.ended", R"("call_leg_id":"l","digits":"","status":"timeout")"));
  ASSERT_TRUE(pressed && silent);
  EXPECT_EQ(fact_of(pressed).digits, "1");
  EXPECT_EQ(fact_of(silent).digits, "");
}

TEST(WebhookEvent, BothDetectionsSayPersonMachineOrUnsure) {
  using Detection = WebhookFact::Detection;
  constexpr std::string_view kStandard = "call.machine.detection.ended",
                             kPremium = "call.machine.premium.detection.ended";
  const std::tuple<std::string_view, std::string_view, Detection> said[] = {
      {kStandard, "human", Detection::person},
      {kStandard, "machine", Detection::machine},
      {kStandard, "not_sure", Detection::unsure},
      {kPremium, "human_residence", Detection::person},
      {kPremium, "human_business", Detection::person},
      {kPremium, "machine", Detection::machine},
      {kPremium, "fax_detected", Detection::machine},
      {kPremium, "silence", Detection::unsure},
      {kPremium, "not_sure", Detection::unsure},
      {kPremium, "humanoid", Detection::unsure},
      {kPremium, "", Detection::unsure}};
  for (const auto& [type, result, expected] : said) {
    const auto event = decode(call(type, R"("call_leg_id":"l","result":")" + std::string(result) + "\""));
    ASSERT_TRUE(event);
    EXPECT_EQ(fact_of(event).type, WebhookType::machine_detected) << type;
    EXPECT_EQ(fact_of(event).detection, expected) << result;
  }
  const auto greeting = decode(call("call.machine.premium.greeting.ended", R"("call_leg_id":"l","result":"machine")"));
  ASSERT_TRUE(greeting);
  EXPECT_EQ(fact_of(greeting).type, WebhookType::other);
}

TEST(WebhookEvent, ADeviceThatCallsOutIsOfferedToUs) {
  const auto parked = decode(call("call.initiated", R"("call_leg_id":"l","direction":"outgoing","state":"parked",
      "from":"gencredA","from_sip_uri":"gencredA@sip.telnyx.com","to":"+4930","client_state":null)"));
  ASSERT_TRUE(parked);
  EXPECT_TRUE(fact_of(parked).outbound);
  EXPECT_TRUE(fact_of(parked).incoming);
  EXPECT_EQ(fact_of(parked).from_uri, "gencredA@sip.telnyx.com");
  const auto ours = encode_client_state({.session = {"s"}, .leg = 0});
  for (const std::string& leg_of_ours :
       {R"("call_leg_id":"l","direction":"outgoing","state":"parked","client_state":")" + ours + "\"",
        std::string(R"("call_leg_id":"l","direction":"outgoing","state":"bridging","client_state":null)")}) {
    const auto event = decode(call("call.initiated", leg_of_ours));
    ASSERT_TRUE(event);
    EXPECT_FALSE(fact_of(event).outbound) << leg_of_ours;
    EXPECT_FALSE(fact_of(event).incoming) << leg_of_ours;
  }
}

TEST(WebhookEvent, ACallWithoutTheWrapperIsACallAllTheSame) {
  const std::string body = R"({"created_at":"2026-05-15T10:00:00Z","event_type":"call.initiated","payload":{
      "call_control_id":"v3:c","call_leg_id":"leg","direction":"incoming","from":"+1","to":"+2"}})";
  const auto event = decode(body);
  ASSERT_TRUE(event) << event.error().text;
  EXPECT_EQ(event->session.text, "leg");
  EXPECT_TRUE(fact_of(event).incoming);
  EXPECT_EQ(event->id.text, decode(body)->id.text) << "a retry is the same event";
  std::string other = body;
  other.replace(other.find("\"leg\""), 5, "\"gel\"");
  EXPECT_NE(event->id.text, decode(other)->id.text);
  for (const auto bad : {R"({"event_type":"call.initiated","payload":{"direction":"incoming"}})",
                         R"({"event_type":"call.initiated"})", R"({"event_type":7,"payload":{"call_leg_id":"l"}})",
                         R"({"event_type":"message.received","payload":{"call_leg_id":"l"}})"}) {
    EXPECT_FALSE(decode(bad)) << bad;
  }
}

// Missing, null, no base64, no JSON, oversized: whose leg it is is told by its own id then, and by nothing else.
TEST(WebhookEvent, AStateThatIsNotOursNeverNamesASession) {
  const std::string states[] = {"",
                                R"(,"client_state":null)",
                                R"(,"client_state":"%%%")",
                                R"(,"client_state":"bm90IGpzb24=")",
                                R"(,"client_state":{"rf":1})",
                                R"(,"client_state":")" + std::string(8192, 'A') + "\""};
  for (const std::string& state : states) {
    const auto event = decode(call("call.hangup", R"("call_leg_id":"leg")" + state));
    ASSERT_TRUE(event) << state;
    EXPECT_EQ(event->session.text, "leg") << state;
    EXPECT_FALSE(fact_of(event).client_state) << state;
  }
}

TEST(WebhookEvent, ARecordingGivesItsIdAndAddress) {
  const auto event = decode(call(
      "call.recording.saved", R"("call_leg_id":"l","recording_id":"r-1","recording_urls":{"wav":"https://x/y.wav"})"));
  ASSERT_TRUE(event);
  EXPECT_EQ(fact_of(event).recording.id, "r-1");
  EXPECT_EQ(fact_of(event).recording.url, "https://x/y.wav");
}

// By when it was answered a mailbox is told from a person, not by when the webhook came.
TEST(WebhookEvent, WhenItHappenedIsPartOfWhatIsSaid) {
  const auto event = decode(
      R"({"data":{"id":"e","event_type":"call.answered","occurred_at":"1970-01-01T00:00:01.250Z","payload":{}}})");
  ASSERT_TRUE(event);
  EXPECT_EQ(fact_of(event).occurred_ms, 1250);
}

// R-146. An earlier webhook has a `start_time`, too, which nobody needs twice.
TEST(WebhookEvent, AHangupSaysWhyAndFromWhenToWhenItWas) {
  constexpr const char* kFields = R"("call_leg_id":"l","hangup_cause":"normal_clearing","hangup_source":"caller",
      "sip_hangup_cause":"200","start_time":"2025-11-23T03:30:00.076316Z","end_time":"2025-11-23T03:30:30.816307Z")";
  const auto event = decode(call("call.hangup", kFields));
  ASSERT_TRUE(event);
  EXPECT_EQ(fact_of(event).ending.cause, "normal_clearing");
  EXPECT_EQ(fact_of(event).ending.source, "caller");
  EXPECT_EQ(fact_of(event).ending.sip_cause, "200");
  EXPECT_EQ(fact_of(event).ending.start_time, "2025-11-23T03:30:00.076316Z");
  EXPECT_EQ(fact_of(event).ending.end_time, "2025-11-23T03:30:30.816307Z");
  EXPECT_EQ(fact_of(decode(call("call.answered", kFields))).ending.start_time, "");
}

TEST(WebhookEvent, OtherFamiliesHaveNoSession) {
  for (const auto type : {"message.received", "10dlc.brand.update", "", "callx", "fax.received"}) {
    const auto event = decode(call(type, R"("call_leg_id":"leg")"));
    ASSERT_TRUE(event) << type;
    EXPECT_TRUE(event->session.empty()) << type;
    EXPECT_EQ(fact_of(event).type, WebhookType::other);
  }
}

TEST(WebhookEvent, AnUnknownCallEventIsAcceptedAsOther) {
  const auto event = decode(call("call.dtmf.received", R"("call_leg_id":"leg","digit":"#")"));
  ASSERT_TRUE(event);
  EXPECT_EQ(event->session.text, "leg");
  EXPECT_EQ(fact_of(event).type, WebhookType::other);
}

TEST(WebhookEvent, WrongTypesAreAbsentNotFatal) {
  const auto event = decode(call("call.hangup", R"("call_leg_id":42,"call_control_id":null,"from":{},"to":[],
      "hangup_cause":true,"client_state":7,"direction":1)"));
  ASSERT_TRUE(event);
  EXPECT_TRUE(event->session.empty());
  EXPECT_TRUE(fact_of(event).call_control_id.empty());
  EXPECT_FALSE(fact_of(event).client_state);
}

TEST(WebhookEvent, APayloadThatIsMissingOrNotAnObjectIsEmpty) {
  for (const auto body : {R"({"data":{"id":"e","event_type":"call.answered"}})",
                          R"({"data":{"id":"e","event_type":"call.answered","payload":null}})",
                          R"({"data":{"id":"e","event_type":"call.answered","payload":[1]}})"}) {
    const auto event = decode(body);
    ASSERT_TRUE(event) << body;
    EXPECT_TRUE(event->session.empty());
  }
}

TEST(WebhookEvent, WhatIsNotAnEventIsRefusedInWords) {
  const std::pair<std::string_view, std::string_view> bodies[] = {
      {"", "JSON"},
      {"{", "JSON"},
      {"null", "JSON"},
      {"[]", "data"},
      {R"({"event_type":"call_initiated","payload":{}})", "data"},  // API v1: no `data`
      {R"({"data":"x"})", "data"},
      {R"({"data":{"event_type":"call.hangup"}})", "data.id"},
      {R"({"data":{"id":7}})", "data.id"},
      {R"({"data":{"id":""}})", "data.id"},
      {R"({"data":{"id":"a"},"data":{"id":"b"}})", "JSON"},
  };
  for (const auto& [body, expected] : bodies) {
    const auto event = decode(body);
    ASSERT_FALSE(event) << body;
    EXPECT_EQ(event.error().code, ErrorCode::invalid);
    EXPECT_NE(event.error().text.find(expected), std::string::npos) << event.error().text;
  }
}

TEST(WebhookEvent, BrokenBytesNeverCrash) {
  const std::string good =
      call("call.initiated", R"("call_leg_id":"leg","direction":"incoming","from":"+1","to":"+2")");
  std::mt19937_64 random(11);
  for (int i = 0; i < 20'000; ++i) {
    std::string body = good;
    for (std::size_t n = 1 + random() % 5; n > 0; --n) body[random() % body.size()] = static_cast<char>(random());
    if (random() % 4 == 0) body.resize(random() % body.size());
    static_cast<void>(decode(body));
  }
}

}  // namespace
}  // namespace ringfence
