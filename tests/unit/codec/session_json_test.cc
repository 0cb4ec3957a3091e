// The stored form: reads back as it was written, and never reads what contradicts itself.
#include "codec/session_json.h"

#include <gtest/gtest.h>

#include <random>
#include <regex>
#include <string>

#include "shared/json.h"
#include "shared/limits.h"
#include "support/core_fixture.h"

namespace ringfence {
namespace {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  int below(int bound) { return static_cast<int>(engine_() % static_cast<std::uint64_t>(bound)); }
  bool coin() { return below(2) == 1; }
  Millis time() { return coin() ? 0 : test::kStartMs + below(1'000'000'000); }
  std::string text() {
    static constexpr std::string_view kWords[] = {"", "a", "+15550001111", "v3:abc-_=", "Zoë \"q\" \\ \n", "日本"};
    return std::string(kWords[below(6)]);
  }
  template <class Enum>
  Enum any(Enum last) {
    return static_cast<Enum>(below(static_cast<int>(last) + 1));
  }

 private:
  std::mt19937_64 engine_;
};

OutboxEntry any_entry(Random& random, int legs) {
  const auto verb = random.any(Verb::notify);
  const bool needs_leg = verb == Verb::dial || verb == Verb::bridge || verb == Verb::transfer || verb == Verb::gather;
  return {.verb = verb,
          .leg = needs_leg || random.coin() ? random.below(legs) : kParent,
          .about = random.any(About::live_calls),
          .attempt = random.below(9),
          .tries = random.below(9),
          .not_sent = random.below(3),
          .created_ms = random.time(),
          .expires_ms = random.time(),
          .next_try_ms = random.time()};
}

Leg any_leg(Random& random) {
  Leg leg;
  leg.destination = {.device = random.text(),
                     .to = random.text(),
                     .after_ms = random.below(60'000),
                     .timeout_ms = random.below(600'000),
                     .priority = random.below(100),
                     .verify = random.any(Verify::press1_if_fast)};
  leg.state = random.any(LegState::ended);
  for (std::string* text : {&leg.call_control_id, &leg.call_leg_id, &leg.ending.cause, &leg.ending.source,
                            &leg.ending.sip_cause, &leg.ending.start_time, &leg.ending.end_time, &leg.told_reason}) {
    *text = random.text();
  }
  leg.quit = random.any(Quit::screen_failed);
  leg.apology = random.any(Apology::over);
  for (Millis* at_ms :
       {&leg.dial_at_ms, &leg.dialled_ms, &leg.ringing_ms, &leg.expires_ms, &leg.answered_ms, &leg.picked_up_ms,
        &leg.screen_until_ms, &leg.apology_until_ms, &leg.ended_ms, &leg.dial_quiet_ms, &leg.hangup_next_ms}) {
    *at_ms = random.time();
  }
  leg.told = random.any(DeviceOutcome::cancelled);
  leg.machine = random.coin();
  leg.unproved = random.coin();
  leg.rung_again = random.coin();
  leg.outrun = random.coin();
  leg.claimed = random.coin();
  leg.bridged = random.coin();
  leg.unsure = random.coin();
  leg.gather_attempt = random.below(9);
  leg.hangup_attempt = random.below(100);
  return leg;
}

Parent any_parent(Random& random) {
  Parent parent;
  for (std::string* text :
       {&parent.call_control_id, &parent.call_leg_id, &parent.call_session_id, &parent.connection_id, &parent.from,
        &parent.to, &parent.caller_name, &parent.ending.cause, &parent.ending.source, &parent.ending.sip_cause,
        &parent.ending.start_time, &parent.ending.end_time}) {
    *text = random.text();
  }
  parent.state = random.any(ParentState::ended);
  parent.bridged = random.coin();
  for (Millis* at_ms : {&parent.answered_ms, &parent.bridged_ms, &parent.ended_ms, &parent.hangup_next_ms}) {
    *at_ms = random.time();
  }
  parent.answer_attempt = random.below(9);
  parent.hangup_attempt = random.below(9);
  return parent;
}

RingPlan any_plan(Random& random) {
  RingPlan plan{.route = random.any(Route::reject)};
  for (std::string* text : {&plan.organisation, &plan.user, &plan.name, &plan.greeting, &plan.note}) {
    *text = random.text();
  }
  plan.ring_ms = random.below(600'000);
  plan.max_channels = random.below(64);
  plan.on_decline = random.any(OnRefusal::stop);
  plan.on_busy = random.any(OnRefusal::stop);
  plan.on_winner_lost = random.any(OnWinnerLost::hangup);
  plan.on_unanswered = random.any(OnUnanswered::hangup);
  plan.hold_losers_ms = random.below(9000);
  plan.no_record = random.coin();
  plan.busy = random.coin();
  plan.notify = random.coin();
  plan.outbound = random.coin();
  plan.caller_id = random.text();
  for (int i = random.below(3); i > 0; --i) plan.headers.push_back({random.text(), random.text()});
  return plan;
}

Session any_session(Random& random) {
  Session s;
  s.id = {random.text()};
  s.outcome = random.any(Outcome::cancelled);
  const int legs = 1 + random.below(static_cast<int>(limits::kLegs));
  for (int i = 0; i < legs; ++i) {
    s.legs.push_back(any_leg(random));
  }
  s.phase = random.any(Phase::closed);
  const bool needs_winner = s.phase >= Phase::answering && s.phase <= Phase::connected;
  s.winner = needs_winner || random.coin() ? random.below(legs) : -1;
  s.parent = any_parent(random);
  s.plan = any_plan(random);
  s.claimed_ms = random.time();
  s.round_first = random.below(legs);
  for (bool* flag : {&s.cancelled, &s.transfer_asked, &s.reject_asked, &s.bridge_refused, &s.bridge_maybe,
                     &s.bridge_disproved, &s.bridge_before, &s.please_hold_asked, &s.told, &s.told_recorded,
                     &s.recording_told, &s.greeting_asked, &s.greeting_done, &s.record_maybe, &s.recording_looked,
                     &s.record_started, &s.recording_saved, &s.recording_lost}) {
    *flag = random.coin();
  }
  for (int* count : {&s.claims, &s.bridge_attempt, &s.bridge_asked, &s.please_hold_repeats, &s.record_attempt,
                     &s.audit_attempt, &s.audit_backoff}) {
    *count = random.below(50);
  }
  for (Millis* at_ms : {&s.created_ms, &s.ring_started_ms, &s.hold_until_ms, &s.ring_deadline_ms, &s.bridge_retry_ms,
                        &s.bridge_deadline_ms, &s.bridge_quiet_ms, &s.bridge_quiet_before_ms, &s.please_hold_ms,
                        &s.greeting_deadline_ms, &s.record_retry_ms, &s.recording_deadline_ms, &s.audit_ms,
                        &s.write_off_ms, &s.closed_ms}) {
    *at_ms = random.time();
  }
  for (std::string* text : {&s.recording.id, &s.recording.url, &s.recording.call_leg_id, &s.recording.channels,
                            &s.recording.started_at, &s.recording.ended_at}) {
    *text = random.text();
  }
  for (int i = random.below(static_cast<int>(limits::kOutbox)); i > 0; --i) s.outbox.push_back(any_entry(random, legs));
  return s;
}

// An older ringd leaves a call alone when a command has a field that it does not know (codec/README.md). What it would
// take for the greeting, or for the call's outcome, must have one.
TEST(SessionJson, ACommandAnOlderRingdWouldTakeForAnotherHasAFieldOfItsOwn) {
  for (const About about : {About::usual, About::recording, About::please_hold, About::live_calls}) {
    Session s{.id = {"call"}};
    s.outbox.push_back({.verb = Verb::notify, .leg = kParent, .about = about});
    const auto document = parse_json(encode_session(s));
    ASSERT_TRUE(document);
    const json_t* entry = json_array_get(json_object_get(document->get(), "outbox"), 0);
    EXPECT_EQ(json_object_get(entry, "about") != nullptr, about != About::usual);
  }
}

TEST(SessionJson, TwoThousandSessionsReadBackAsTheyWereWritten) {
  Random random(1);
  for (int i = 0; i < 2000; ++i) {
    const Session session = any_session(random);
    const std::string document = encode_session(session);
    ASSERT_LE(document.size(), limits::kDocumentBytes);
    const auto back = decode_session(document);
    ASSERT_TRUE(back) << back.error().text << "\n" << document;
    ASSERT_EQ(*back, session) << document;
    ASSERT_EQ(encode_session(*back), document);
  }
}

// Read from the document, so that a moment added to the session later cannot be forgotten in move_times.cc.
TEST(SessionJson, EveryMomentInTheDocumentMovesWithAClockSetBack) {
  constexpr Millis kHourMs = 3'600'000;
  const auto moved_text = [](const std::string& document) {
    static const std::regex number("[0-9]{13}");
    std::string moved;
    auto rest = document.cbegin();
    for (std::sregex_iterator at(document.cbegin(), document.cend(), number), end; at != end; ++at) {
      moved.append(rest, (*at)[0].first).append(std::to_string(std::stoll(at->str()) - kHourMs));
      rest = (*at)[0].second;
    }
    return moved.append(rest, document.cend());
  };
  Random random(3);
  for (int i = 0; i < 200; ++i) {
    Session session = any_session(random);
    const std::string expected = moved_text(encode_session(session));
    move_times_back(session, kHourMs);
    ASSERT_EQ(encode_session(session), expected);
  }
}

TEST(SessionJson, AnEmptySessionReadsBack) {
  const auto back = decode_session(encode_session(Session{}));
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, Session{});
}

// A sound document with `fields` in place of its own.
std::string with(std::string_view fields) {
  const auto base = parse_json(encode_session(Session{}));
  const auto other = parse_json(fields);
  EXPECT_TRUE(base && other) << fields;
  json_object_update(base->get(), other->get());
  return dump_json(base->get());
}

TEST(SessionJson, WhatContradictsItselfIsRefused) {
  ASSERT_TRUE(decode_session(with("{}")));
  for (const std::string_view document : {"", "{", "[]", "null", "{}"}) EXPECT_FALSE(decode_session(document));
  const std::string_view parts[] = {
      R"({"format":"2"})",
      R"({"format":1})",
      R"({"parent":null})",
      R"({"plan":null})",
      R"({"winner":0})",           // nobody's leg
      R"({"winner":4294967295})",  // would be cut to -1
      R"({"winner":"-1"})",        // a number as text
      R"({"phase":"answering"})",  // for nobody
      R"({"phase":2})",            // a name as a number
      R"({"parent":[]})",
      R"({"parent":{"state":3}})",
      R"({"parent":{"cc":7}})",
      R"({"legs":{}})",  // would lose every leg
      R"({"legs":[7]})",
      R"({"bridge_maybe":1})",
      R"({"outbox":[{"verb":"dial"}]})",             // of a leg that is not there
      R"({"outbox":[{"verb":"hangup","leg":-2}]})",  // hangs up nobody
      R"({"outbox":[{"verb":"bridge","leg":-1}]})",
      R"({"audit":9223372036854775807})",  // overflows with the first span
      R"({"audit":-5})",
  };
  for (const auto part : parts) {
    const auto session = decode_session(with(part));
    ASSERT_FALSE(session) << part;
    EXPECT_EQ(session.error().code, ErrorCode::invalid) << part;
  }
}

TEST(SessionJson, TooManyLegsOrBytesAreRefused) {
  Session session;
  session.legs.resize(limits::kLegs);
  ASSERT_TRUE(decode_session(encode_session(session)));
  session.legs.emplace_back();
  EXPECT_FALSE(decode_session(encode_session(session)));
  EXPECT_FALSE(decode_session(std::string(limits::kDocumentBytes + 1, ' ')));
}

// Any document that is accepted must be safe to step, whatever is in it.
TEST(SessionJson, BrokenDocumentsNeverCrashStep) {
  Random random(3);
  std::mt19937_64 bytes(5);
  int accepted = 0;
  for (int i = 0; i < 3000; ++i) {
    std::string document = encode_session(any_session(random));
    for (std::size_t n = bytes() % 3; n > 0; --n) {
      document[bytes() % document.size()] = static_cast<char>('0' + static_cast<char>(bytes() % 10));
    }
    const auto session = decode_session(document);
    if (!session) continue;
    ++accepted;
    test::Call call;
    call.session = *session;
    call.now_ms += 500'000'000;
    call.tick();
    call.parent(WebhookType::hangup);
    call.leg(WebhookType::answered, 63);
    static_cast<void>(due_ms(call.session));
  }
  EXPECT_GT(accepted, 500);
}

}  // namespace
}  // namespace ringfence
