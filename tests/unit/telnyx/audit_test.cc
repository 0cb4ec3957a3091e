// The merge of the two listings, and the walk's bounds.
#include "adapters/telnyx/audit.h"

#include <gtest/gtest.h>

#include <string>

#include "core/client_state.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

std::string event(const std::string& name, const std::string& leg, const std::string& metadata = "{}",
                  const std::string& type = "webhook") {
  return R"({"record_type":"call_event","type":")" + type + R"(","name":")" + name + R"(","call_leg_id":")" + leg +
         R"(","call_session_id":"s","event_timestamp":"2026-01-01T00:00:00Z","metadata":)" + metadata + "}";
}

std::string events_page(const std::string& items, int total_pages = 1) {
  return R"({"data":[)" + items + R"(],"meta":{"total_pages":)" + std::to_string(total_pages) + "}}";
}

Command look(std::string call_session_id = "s", SessionId session = {}) {
  Command command{.verb = Verb::audit, .connection_id = "c", .call_session_id = std::move(call_session_id)};
  command.session = std::move(session);
  command.live_calls = true;
  return command;
}

const std::string kNoCalls = R"({"data":[],"meta":{"cursors":{}}})";

TEST(TelnyxAudit, FactsPerLegFromAllShapesOfMetadata) {
  Audit audit(look());
  const std::string items =
      event("call.answered", "a", R"({"payload":{"call_control_id":"v3:a","client_state":"YQ=="}})") + "," +
      event("call.bridged", "a") + "," +
      event("call.hangup", "b", R"({"data":{"payload":{"call_control_id":"v3:b","hangup_cause":"timeout"}}})") + "," +
      event("call.recording.saved", "c", R"({"call_control_id":"v3:c","client_state":null})") + "," +
      event("call.initiated", "d", "null");
  ASSERT_TRUE(audit.take(events_page(items)));
  ASSERT_TRUE(audit.take(kNoCalls));
  EXPECT_FALSE(audit.next().has_value());
  EXPECT_TRUE(audit.complete());
  const std::vector<AuditedLeg> legs = audit.take_legs();
  ASSERT_EQ(legs.size(), 4u);
  EXPECT_TRUE(legs[0].answered && legs[0].bridged && !legs[0].ended && !legs[0].alive);
  EXPECT_EQ(legs[0].call_control_id, "v3:a");
  EXPECT_EQ(legs[0].client_state, "YQ==");
  EXPECT_TRUE(legs[1].ended && !legs[1].answered);
  EXPECT_EQ(legs[1].call_control_id, "v3:b");
  EXPECT_EQ(legs[1].hangup_cause, "timeout");
  EXPECT_TRUE(legs[2].recording_saved && !legs[2].ended);
  EXPECT_EQ(legs[2].call_control_id, "v3:c");
  EXPECT_EQ(legs[3].call_leg_id, "d");
}

TEST(TelnyxAudit, CommandsAndOtherSessionsProveNothing) {
  Audit audit(look());
  std::string other = event("call.answered", "x");
  other.replace(other.find(R"("s")"), 3, R"("t")");
  ASSERT_TRUE(audit.take(events_page(event("call.hangup", "a", "{}", "command") + "," + other)));
  ASSERT_TRUE(audit.take(R"({"data":[{"call_leg_id":"x","call_session_id":"t"}]})"));
  EXPECT_TRUE(audit.complete());
  EXPECT_TRUE(audit.take_legs().empty());
}

// A dial whose answer and first webhook were lost, where legs have session ids of their own: it is not gone, it rings.
TEST(TelnyxAudit, ALiveCallThatNamesOurSessionIsOursWhateverTheProvidersSession) {
  Audit audit(look("s", {"caller-leg"}));
  const auto live = [](const std::string& leg, const std::string& session) {
    return R"({"call_leg_id":")" + leg + R"(","call_session_id":"another","client_state":")" +
           encode_client_state({.session = SessionId{session}, .leg = 1}) + R"("})";
  };
  ASSERT_TRUE(audit.take(events_page("")));
  ASSERT_TRUE(audit.take(R"({"data":[)" + live("a", "caller-leg") + "," + live("b", "somebody-elses") + "]}"));
  const std::vector<AuditedLeg> legs = audit.take_legs();
  ASSERT_EQ(legs.size(), 1u);
  EXPECT_EQ(legs[0].call_leg_id, "a");
  EXPECT_TRUE(legs[0].alive);
}

TEST(TelnyxAudit, AliveComesFromActiveCallsUnlessAHangupIsOnRecord) {
  Audit audit(look());
  ASSERT_TRUE(audit.take(events_page(event("call.hangup", "dead"))));
  ASSERT_TRUE(audit.take(R"({"data":[
      {"call_leg_id":"dead","call_session_id":"s","call_control_id":"v3:dead","client_state":"Zg=="},
      {"call_leg_id":"live","call_session_id":"s","call_control_id":"v3:live","client_state":""}]})"));
  const std::vector<AuditedLeg> legs = audit.take_legs();
  ASSERT_EQ(legs.size(), 2u);
  EXPECT_TRUE(legs[0].ended && !legs[0].alive);
  EXPECT_EQ(legs[0].client_state, "Zg==");
  EXPECT_TRUE(legs[1].alive && !legs[1].ended);
}

TEST(TelnyxAudit, WithoutATotalPagesAreReadUntilAnEmptyOne) {
  Audit audit(look());
  ASSERT_TRUE(audit.take(R"({"data":[)" + event("call.answered", "a") + "]}"));
  EXPECT_NE(audit.next()->path.find("page%5Bnumber%5D=2"), std::string::npos);
  ASSERT_TRUE(audit.take(R"({"data":[]})"));
  EXPECT_TRUE(audit.next()->path.starts_with("/connections/c/active_calls"));
}

TEST(TelnyxAudit, TooManyPagesOfEventsEndIncomplete) {
  Audit audit(look());
  for (int page = 1; page <= limits::kAuditPages; ++page) {
    ASSERT_TRUE(audit.next()->path.starts_with("/call_events")) << page;
    ASSERT_TRUE(audit.take(events_page(event("call.answered", "a"), 1000)));
  }
  ASSERT_TRUE(audit.take(kNoCalls));
  EXPECT_FALSE(audit.next().has_value());
  EXPECT_FALSE(audit.complete());
}

TEST(TelnyxAudit, TooManyPagesOfCallsEndIncomplete) {
  Audit audit(look());
  ASSERT_TRUE(audit.take(events_page("")));
  int pages = 0;
  for (; audit.next(); ++pages) {
    ASSERT_TRUE(audit.take(R"({"data":[{"call_leg_id":"x","call_session_id":"t"}],"meta":{"cursors":{"after":"c)" +
                           std::to_string(pages) + R"("}}})"));
  }
  EXPECT_EQ(pages, limits::kAuditPages);
  EXPECT_FALSE(audit.complete());
}

TEST(TelnyxAudit, ACursorThatDoesNotMoveEndsIncomplete) {
  Audit audit(look());
  ASSERT_TRUE(audit.take(events_page("")));
  const std::string same = R"({"data":[{"call_leg_id":"x","call_session_id":"t"}],"meta":{"cursors":{"after":"c"}}})";
  ASSERT_TRUE(audit.take(same));
  ASSERT_TRUE(audit.take(same));
  EXPECT_FALSE(audit.next().has_value());
  EXPECT_FALSE(audit.complete());
}

TEST(TelnyxAudit, ACursorOnTheLastPageIsNotFollowed) {
  Audit audit(look());
  ASSERT_TRUE(audit.take(events_page("")));
  ASSERT_TRUE(audit.take(
      R"({"data":[{"call_leg_id":"x","call_session_id":"t"}],"meta":{"cursors":{"after":"c"},"next":null}})"));
  EXPECT_FALSE(audit.next().has_value());
  EXPECT_TRUE(audit.complete());
}

TEST(TelnyxAudit, ARecordWithoutALegMakesTheAuditIncomplete) {
  Audit audit(look());
  ASSERT_TRUE(audit.take(R"({"data":[{"type":"webhook","name":"call.hangup","call_session_id":"s"}],)"
                         R"("meta":{"total_pages":1}})"));
  ASSERT_TRUE(audit.take(kNoCalls));
  EXPECT_FALSE(audit.complete());
  EXPECT_TRUE(audit.take_legs().empty());
}

TEST(TelnyxAudit, WhatIsNotAListingIsRefused) {
  for (const char* body : {"", "{}", "[]", "null", R"({"data":{}})", R"({"data":"x"})", "{\"data\":[", "\xff"}) {
    Audit audit(look());
    EXPECT_FALSE(audit.take(body)) << body;
    EXPECT_FALSE(audit.complete());
  }
  Audit audit(look());
  EXPECT_TRUE(audit.take(R"({"data":[null,7,"x",[],{}],"meta":{"total_pages":-3}})"));
}

TEST(TelnyxAudit, OversizedFieldsAreDropped) {
  Audit audit(look());
  const std::string big(limits::kClientStateBytes + 1, 'A');
  ASSERT_TRUE(audit.take(events_page(event(
      "call.answered", "a", R"({"payload":{"client_state":")" + big + R"(","call_control_id":")" + big + "\"}}"))));
  const std::vector<AuditedLeg> legs = audit.take_legs();
  ASSERT_EQ(legs.size(), 1u);
  EXPECT_TRUE(legs[0].answered);
  EXPECT_EQ(legs[0].client_state, "");
  EXPECT_EQ(legs[0].call_control_id, "");
}

// Of a sweep: no events are asked for, and the list is taken for all that carries a state.
TEST(TelnyxAudit, OfEverySessionTheLiveCallsWithAStateAreListed) {
  Audit sweep(look(std::string(kEverySession)));
  ASSERT_TRUE(sweep.next().has_value());
  EXPECT_NE(sweep.next()->path.find("/connections/c/active_calls"), std::string::npos) << sweep.next()->path;
  ASSERT_TRUE(sweep.take(
      R"({"data":[{"call_leg_id":"a","call_control_id":"v3:a","call_session_id":"s","client_state":"YQ==",)"
      R"("call_duration":90},)"
      R"({"call_leg_id":"b","call_session_id":"t","client_state":""},{"call_leg_id":"c","client_state":null},)"
      R"({"call_leg_id":"d","call_session_id":"u","client_state":"Yg==","call_duration":-5}],"meta":{"cursors":{}}})"));
  EXPECT_FALSE(sweep.next().has_value());
  EXPECT_TRUE(sweep.complete());
  const std::vector<AuditedLeg> legs = sweep.take_legs();
  ASSERT_EQ(legs.size(), 2u);
  EXPECT_EQ(legs[0].call_control_id, "v3:a");
  EXPECT_EQ(legs[0].call_session_id, "s");
  EXPECT_EQ(legs[0].age_ms, 90'000);
  EXPECT_TRUE(legs[0].alive);
  EXPECT_EQ(legs[1].age_ms, 0);
}

TEST(TelnyxAudit, ASweepTakesAtMostSoManyCalls) {
  Audit sweep(look(std::string(kEverySession)));
  std::size_t listed = 0;
  for (int page = 1; sweep.next(); ++page) {
    std::string items;
    for (std::size_t i = 0; i < 2 * limits::kAuditPageItems; ++i) {
      items += std::string(i == 0 ? "" : ",") + R"({"call_leg_id":"l)" + std::to_string(listed++) +
               R"(","call_session_id":"s","client_state":"YQ=="})";
    }
    ASSERT_TRUE(sweep.take(R"({"data":[)" + items + R"(],"meta":{"next":"n","cursors":{"after":"c)" +
                           std::to_string(page) + R"("}}})"));
  }
  EXPECT_EQ(listed, limits::kSweepLegs);
  EXPECT_FALSE(sweep.complete());
  EXPECT_EQ(sweep.take_legs().size(), limits::kSweepLegs);
  // The rest is for the next one.
  Command next = look(std::string(kEverySession));
  next.cursor = sweep.cursor();
  EXPECT_EQ(next.cursor, "c" + std::to_string(listed / (2 * limits::kAuditPageItems)));
  const Audit on(next);
  EXPECT_NE(on.next()->path.find(next.cursor), std::string::npos) << on.next()->path;
}

// The list of a busy connection is long: it is read when absence is to be proved, and not for what happened.
TEST(TelnyxAudit, TheLiveCallsAreListedOnlyWhenAskedFor) {
  Command command = look();
  command.live_calls = false;
  Audit audit(command);
  ASSERT_TRUE(audit.take(events_page(event("call.hangup", "a"))));
  EXPECT_FALSE(audit.next().has_value());
  EXPECT_TRUE(audit.events_read());
  EXPECT_FALSE(audit.complete());
}

TEST(TelnyxAudit, AListWithoutEndLeavesTheEventsRead) {
  Audit audit(look());
  ASSERT_TRUE(audit.take(events_page(event("call.answered", "a"))));
  for (int page = 1; audit.next(); ++page) {
    ASSERT_TRUE(audit.take(R"({"data":[{"call_leg_id":"other","call_session_id":"t"}],"meta":{"cursors":{"after":"c)" +
                           std::to_string(page) + R"("}}})"));
  }
  EXPECT_TRUE(audit.events_read());
  EXPECT_FALSE(audit.complete());
}

}  // namespace
}  // namespace ringfence
