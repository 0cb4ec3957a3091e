// What an event of no call says, how the notices about one subject follow each other, and that a stored record is read
// as it was written.
#include "forward/forwarding.h"

#include <gtest/gtest.h>

#include "forward/forwarding_json.h"
#include "shared/json.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

constexpr Millis kNow = 1'795'244'400'000;
const ForwardingPolicy kPolicy;

OtherEvent event(const std::string& id, int stage, Millis at_ms) {
  return {.id = id,
          .type = "message.sent",
          .subject = "message/m-1",
          .stage = stage,
          .dated = true,
          .at_ms = at_ms,
          .data = R"({"id":")" + id + R"("})",
          .bytes = 100};
}

NoticeAnswered answer(const Forwarding& record, OutcomeClass outcome, int status = 0, Millis retry_after_ms = 0) {
  return {.id = record.on_wire,
          .tries = record.on_wire_try,
          .outcome = outcome,
          .http_status = status,
          .retry_after_ms = retry_after_ms};
}

TEST(Forwarding, AnEventIsSentAtOnceAndTakenOnce) {
  const ForwardingStep first = step({}, event("e-1", 3, kNow), kNow, kPolicy);
  EXPECT_TRUE(first.changed);
  EXPECT_TRUE(first.send);
  EXPECT_EQ(first.next.sequence, static_cast<std::uint64_t>(kNow));
  EXPECT_EQ(due_ms(first.next), kNow + kPolicy.answer_ms);
  const ForwardingStep taken = step(first.next, answer(first.next, OutcomeClass::ok, 204), kNow + 5, kPolicy);
  EXPECT_EQ(taken.end, ForwardingEnd::taken);
  EXPECT_FALSE(taken.next.owed);
  EXPECT_EQ(due_ms(taken.next), 0);
  // A late copy of the answer changes nothing.
  EXPECT_FALSE(step(taken.next, answer(first.next, OutcomeClass::unknown), kNow + 6, kPolicy).changed);
}

TEST(Forwarding, WhatIsOlderIsNotTold) {
  const Forwarding far = step({}, event("e-2", 4, kNow), kNow, kPolicy).next;
  for (const OtherEvent& old : {event("e-1", 3, kNow + 1000), event("e-1", 4, kNow - 1)}) {
    const ForwardingStep result = step(far, old, kNow + 1, kPolicy);
    EXPECT_TRUE(result.changed) << "it is kept all the same";
    EXPECT_EQ(result.end, ForwardingEnd::overtaken);
    EXPECT_FALSE(result.send);
    EXPECT_EQ(result.next.sequence, far.sequence);
  }
}

TEST(Forwarding, OfTwoThatAreAsFarBothAreToldAndCopiesOfNeither) {
  Forwarding record = step({}, event("e-0", 4, kNow), kNow, kPolicy).next;
  for (std::size_t i = 1; i < limits::kForwardPeers; ++i) {
    const ForwardingStep peer = step(record, event("e-" + std::to_string(i), 4, kNow), kNow, kPolicy);
    EXPECT_EQ(peer.next.sequence, record.sequence + 1);
    record = peer.next;
  }
  for (std::size_t i = 0; i < limits::kForwardPeers; ++i) {
    const ForwardingStep copy = step(record, event("e-" + std::to_string(i), 4, kNow), kNow + 1, kPolicy);
    EXPECT_EQ(copy.end, ForwardingEnd::known);
    EXPECT_EQ(copy.next.sequence, record.sequence);
  }
  // More than are remembered: told, and perhaps twice.
  const Forwarding more = step(record, event("e-more", 4, kNow), kNow, kPolicy).next;
  EXPECT_EQ(more.events.size(), limits::kForwardPeers);
  EXPECT_EQ(more.sequence, record.sequence + 1);
}

TEST(Forwarding, ACopyOfTheFurthestIsKnownHoweverManyCameBefore) {
  Forwarding record;
  for (std::size_t i = 0; i <= limits::kForwardPeers; ++i) {
    const Millis at_ms = kNow + static_cast<Millis>(i);
    record = step(record, event("e-" + std::to_string(i), 4, at_ms), at_ms, kPolicy).next;
    EXPECT_EQ(step(record, record.owed->event, at_ms, kPolicy).end, ForwardingEnd::known);
  }
}

// A state of which we have never heard is placed by its time.
TEST(Forwarding, WhereAStateIsNotKnownTheTimeDecides) {
  const Forwarding queued = step({}, event("e-1", 1, kNow), kNow, kPolicy).next;
  const Forwarding unheard = step(queued, event("e-2", 0, kNow + 10), kNow, kPolicy).next;
  EXPECT_EQ(unheard.owed->event.id, "e-2");
  EXPECT_EQ(step(unheard, event("e-3", 3, kNow + 5), kNow, kPolicy).end, ForwardingEnd::overtaken);
  EXPECT_EQ(step(unheard, event("e-3", 3, kNow + 15), kNow, kPolicy).next.owed->event.id, "e-3");
  EXPECT_EQ(step(queued, event("e-2", 0, kNow - 10), kNow, kPolicy).end, ForwardingEnd::overtaken);
}

TEST(Forwarding, WhatDoesNotSayWhenIsToldUnlessItsStateIsOlder) {
  const Forwarding sent = step({}, event("e-1", 3, kNow + 60'000), kNow, kPolicy).next;
  OtherEvent undated = event("e-2", 3, kNow);
  undated.dated = false;
  EXPECT_EQ(step(sent, undated, kNow, kPolicy).next.owed->event.id, "e-2");
  EXPECT_EQ(step(sent, undated, kNow, kPolicy).next.at_ms, kNow + 60'000);
  undated.stage = 1;
  EXPECT_EQ(step(sent, undated, kNow, kPolicy).end, ForwardingEnd::overtaken);
}

TEST(Forwarding, TheAnswerToAnEarlierTryLeavesALaterOneOnTheWire) {
  const Forwarding one = step({}, event("e-1", 3, kNow), kNow, kPolicy).next;
  const NoticeAnswered early = answer(one, OutcomeClass::unknown);
  const Millis lost_ms = kNow + kPolicy.answer_ms;
  const Forwarding again = step(one, ForwardingTick{}, lost_ms, kPolicy).next;
  ASSERT_EQ(again.on_wire_try, 2);
  EXPECT_FALSE(step(again, early, lost_ms + 1, kPolicy).changed);
  const Forwarding newer = step(again, event("e-2", 4, kNow), lost_ms + 1, kPolicy).next;
  EXPECT_FALSE(step(newer, early, lost_ms + 2, kPolicy).send) << "the second try may still arrive";
  // That it was taken is so whichever try it was.
  NoticeAnswered taken = early;
  taken.outcome = OutcomeClass::ok;
  EXPECT_EQ(step(again, taken, lost_ms + 1, kPolicy).end, ForwardingEnd::taken);
}

TEST(Forwarding, WhoKnowsNoConsumerLeavesItForAWhileAndGivesItUpWithItsTime) {
  Forwarding record = step({}, event("e-1", 3, kNow), kNow, kPolicy).next;
  EXPECT_FALSE(step(record, ForwardingTick{.wanted = false}, kNow + 1, kPolicy).changed) << "it is not due";
  const Millis lost_ms = kNow + kPolicy.answer_ms;
  const ForwardingStep left = step(record, ForwardingTick{.wanted = false}, lost_ms, kPolicy);
  EXPECT_FALSE(left.send);
  EXPECT_EQ(due_ms(left.next), lost_ms + kPolicy.aside_ms);
  EXPECT_TRUE(step(left.next, ForwardingTick{}, lost_ms + kPolicy.aside_ms, kPolicy).send);
  const ForwardingStep late = step(left.next, ForwardingTick{.wanted = false}, kNow + kPolicy.try_ms, kPolicy);
  EXPECT_EQ(late.end, ForwardingEnd::given_up);
}

TEST(Forwarding, WhatBecameOfAnEventIsToldBeforeWhatBecameOfTheNoticeBeforeIt) {
  Forwarding record = step({}, event("e-2", 4, kNow), kNow, kPolicy).next;
  record = step(record, answer(record, OutcomeClass::unknown), kNow, kPolicy).next;
  const Millis late_ms = kNow + kPolicy.try_ms;
  const ForwardingStep old = step(record, event("e-1", 3, kNow), late_ms, kPolicy);
  EXPECT_EQ(old.end, ForwardingEnd::overtaken);
  EXPECT_LE(due_ms(old.next), late_ms);
  EXPECT_EQ(step(old.next, ForwardingTick{}, late_ms, kPolicy).end, ForwardingEnd::given_up);
}

TEST(Forwarding, ANewerOneWaitsForTheAnswerToTheOneOnTheWire) {
  const Forwarding one = step({}, event("e-1", 3, kNow), kNow, kPolicy).next;
  const ForwardingStep two = step(one, event("e-2", 4, kNow), kNow, kPolicy);
  EXPECT_EQ(two.end, ForwardingEnd::replaced);
  EXPECT_FALSE(two.send);
  for (const OutcomeClass outcome : {OutcomeClass::ok, OutcomeClass::unknown}) {
    const ForwardingStep next = step(two.next, answer(two.next, outcome), kNow + 10, kPolicy);
    EXPECT_TRUE(next.send);
    EXPECT_EQ(next.next.owed->event.id, "e-2");
    EXPECT_EQ(next.next.tries, 1);
  }
  // And no longer than an answer may take.
  EXPECT_FALSE(step(two.next, ForwardingTick{}, kNow + kPolicy.answer_ms - 1, kPolicy).send);
  EXPECT_TRUE(step(two.next, ForwardingTick{}, kNow + kPolicy.answer_ms, kPolicy).send);
}

TEST(Forwarding, WhatIsNotTakenComesAgainUnderItsIdWithPausesThatDouble) {
  Forwarding record = step({}, event("e-1", 3, kNow), kNow, kPolicy).next;
  const std::string id = record.owed->id, told = notice_json(record);
  Millis now_ms = kNow;
  for (Millis pause_ms = kPolicy.pause_ms; now_ms < kNow + kPolicy.try_ms;
       pause_ms = std::min(2 * pause_ms, kPolicy.most_pause_ms)) {
    record = step(record, answer(record, OutcomeClass::unknown, 503), now_ms, kPolicy).next;
    EXPECT_EQ(due_ms(record), now_ms + pause_ms);
    EXPECT_FALSE(step(record, ForwardingTick{}, due_ms(record) - 1, kPolicy).changed);
    now_ms = due_ms(record);
    const ForwardingStep again = step(record, ForwardingTick{}, now_ms, kPolicy);
    record = again.next;
    if (!again.send) {
      EXPECT_EQ(again.end, ForwardingEnd::given_up);
      break;
    }
    EXPECT_EQ(record.owed->id, id);
    EXPECT_EQ(notice_json(record), told);
  }
  EXPECT_FALSE(record.owed);
  EXPECT_GE(now_ms, kNow + kPolicy.try_ms);
  EXPECT_EQ(due_ms(record), 0);
}

TEST(Forwarding, AConsumerMayAskForALongerPauseOrForNoMore) {
  const Forwarding record = step({}, event("e-1", 3, kNow), kNow, kPolicy).next;
  const auto busy = answer(record, OutcomeClass::refused, 429, 30'000);
  EXPECT_EQ(due_ms(step(record, busy, kNow, kPolicy).next), kNow + 30'000);
  const auto for_ever = answer(record, OutcomeClass::refused, 429, 100 * kPolicy.most_pause_ms);
  EXPECT_EQ(due_ms(step(record, for_ever, kNow, kPolicy).next), kNow + kPolicy.most_pause_ms);
  const ForwardingStep gone = step(record, answer(record, OutcomeClass::refused, 410), kNow, kPolicy);
  EXPECT_EQ(gone.end, ForwardingEnd::gone);
  EXPECT_EQ(due_ms(gone.next), 0);
}

TEST(Forwarding, ARecordIsReadAsItWasWritten) {
  Forwarding record = step({}, event("e-1", 3, kNow), kNow, kPolicy).next;
  record = step(record, event("e-2", 4, kNow + 1), kNow + 1, kPolicy).next;
  const auto read = decode_forwarding(encode_forwarding(record));
  ASSERT_TRUE(read);
  EXPECT_EQ(encode_forwarding(*read), encode_forwarding(record));
  EXPECT_EQ(due_ms(*read), due_ms(record));
  EXPECT_EQ(notice_json(*read), notice_json(record));
}

TEST(Forwarding, WhatIsNoRecordIsSaidToBeNone) {
  for (const char* text : {"", "[]", "{}", R"({"format":1})", R"({"format":1000001,"subject":"s","events":["e"]})",
                           R"({"format":1000001,"subject":"s","events":[7],"sequence":1})"}) {
    const auto record = decode_forwarding(text);
    ASSERT_FALSE(record) << text;
    EXPECT_EQ(record.error().code, ErrorCode::invalid) << text;
  }
  EXPECT_EQ(decode_forwarding(R"({"format":1000002})").error().code, ErrorCode::unavailable);
}

TEST(Forwarding, ANoticeSaysWhatTheProviderSaid) {
  const Forwarding record = step({}, event("e-1", 3, kNow), kNow, kPolicy).next;
  EXPECT_EQ(notice_json(record), R"({"type":"message.sent","timestamp":"2026-11-21T07:00:00Z","data":{)"
                                 R"("subject":"message/m-1","sequence":1795244400000,)"
                                 R"("event_id":"e-1","event":{"id":"e-1"}}})");
  OtherEvent long_one = event("e-1", 3, kNow);
  long_one.data.clear();
  EXPECT_EQ(notice_json(step({}, long_one, kNow, kPolicy).next),
            R"({"type":"message.sent","timestamp":"2026-11-21T07:00:00Z","data":{)"
            R"("subject":"message/m-1","sequence":1795244400000,)"
            R"("event_id":"e-1","bytes":100}})");
}

struct Said {
  const char* payload;
  const char* subject;
  int stage;
};

OtherEvent read(const std::string& type, const std::string& payload) {
  const std::string body = R"({"data":{"id":"e-1","payload":)" + payload + "}}";
  WebhookFact fact{.type = WebhookType::other, .type_name = type};
  return read_other({.id = {"e-1"}, .body = fact}, as_bytes(body), kNow);
}

TEST(OtherEvent, AMessageIsAsFarAsTheSlowestOfThoseItGoesTo) {
  const Said all[] = {
      {R"({"id":"m-1","to":[{"status":"delivered"}]})", "message/m-1", 4},
      {R"({"id":"m-1","to":[{"status":"delivered"},{"status":"sent"}]})", "message/m-1", 3},
      {R"({"id":"m-1","to":[{"status":"delivered"},{"status":"of_tomorrow"}]})", "message/m-1", 4},
      {R"({"id":"m-1","to":[{"status":"read"}]})", "message/m-1", 5},
      {R"({"id":"m-1","to":[{"status":"of_tomorrow"}]})", "message/m-1", 0},
      {R"({"id":"m-1","to":"+4930"})", "message/m-1", 0},
      {R"({"id":"m-1"})", "message/m-1", 0},
      {R"({"id":""})", "event/e-1", 0},
      {R"({"id":7})", "event/e-1", 0},
      {"null", "event/e-1", 0},
  };
  for (const Said& said : all) {
    const OtherEvent other = read("message.sent", said.payload);
    EXPECT_EQ(other.subject, said.subject) << said.payload;
    EXPECT_EQ(other.stage, said.stage) << said.payload;
    EXPECT_EQ(other.at_ms, kNow) << "it does not say when";
  }
}

TEST(OtherEvent, WhatIsNoMessageIsASubjectOfItsOwn) {
  EXPECT_EQ(read("number_order.complete", R"({"id":"o-1"})").subject, "event/e-1");
  EXPECT_EQ(read("10dlc.brand.update", R"({"brandId":"b"})").subject, "event/e-1");
  EXPECT_EQ(family_of("10dlc.brand.update"), "10dlc");
  EXPECT_EQ(family_of("alone"), "alone");
  EXPECT_EQ(family_of(""), "");
}

TEST(OtherEvent, WhatIsTooLongIsNotCarried) {
  const std::string text(limits::kForwardBytes, 'x');
  const OtherEvent other = read("message.received", R"({"id":"m-1","text":")" + text + R"("})");
  EXPECT_EQ(other.subject, "message/m-1");
  EXPECT_TRUE(other.data.empty());
  EXPECT_GT(other.bytes, limits::kForwardBytes);
}

TEST(OtherEvent, WhatIsNoJsonSaysNothing) {
  const OtherEvent other = read_other({.id = {"e-1"}, .body = WebhookFact{}}, as_bytes("{"), kNow);
  EXPECT_EQ(other.subject, "event/e-1");
  EXPECT_TRUE(other.data.empty());
}

}  // namespace
}  // namespace ringfence
