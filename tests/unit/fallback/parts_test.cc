// The parts that know no stores: when a store counts as away, and what a line of the journal keeps.
#include <gtest/gtest.h>

#include "fallback/journal_entry.h"
#include "fallback/store_health.h"

namespace ringfence {
namespace {

using Way = StoreHealth::Way;

TEST(StoreHealth, AwayAfterThreeFailuresOverASecond) {
  StoreHealth health(0);
  EXPECT_FALSE(health.failed(Way::read, 1000));
  EXPECT_FALSE(health.failed(Way::read, 1001));
  EXPECT_FALSE(health.failed(Way::read, 1999)) << "a stumble";
  EXPECT_TRUE(health.failed(Way::read, 2000));
  EXPECT_TRUE(health.away());
  EXPECT_EQ(health.since_ms(), 2000);
  EXPECT_FALSE(health.failed(Way::read, 2001)) << "told once";
}

TEST(StoreHealth, TwoFailuresAreNotEnoughHoweverFarApart) {
  StoreHealth health(0);
  EXPECT_FALSE(health.failed(Way::write, 1000));
  EXPECT_FALSE(health.failed(Way::write, 9000));
  EXPECT_TRUE(health.failed(Way::write, 9001));
}

TEST(StoreHealth, AnAnswerEndsTheRow) {
  StoreHealth health(0);
  for (Millis now_ms = 1000; now_ms < 10'000; now_ms += 500) {
    EXPECT_FALSE(health.failed(Way::read, now_ms));
    EXPECT_FALSE(health.failed(Way::read, now_ms + 1));
    health.answered(Way::read);
  }
}

TEST(StoreHealth, AStoreThatOnlyReadsIsAway) {
  StoreHealth health(0);
  EXPECT_FALSE(health.failed(Way::write, 1000));
  health.answered(Way::read);
  EXPECT_FALSE(health.failed(Way::write, 1500));
  health.answered(Way::read);
  EXPECT_TRUE(health.failed(Way::write, 2000));
}

TEST(StoreHealth, FailuresOfLongAgoDoNotCount) {
  StoreHealth health(0);
  EXPECT_FALSE(health.failed(Way::write, 1000));
  EXPECT_FALSE(health.failed(Way::write, 1010));
  EXPECT_FALSE(health.failed(Way::write, 60'000));
  EXPECT_FALSE(health.failed(Way::write, 60'001));
  EXPECT_FALSE(health.failed(Way::write, 500)) << "the clock was set back";
}

TEST(StoreHealth, BackAfterFiveSecondsWithoutAFailure) {
  StoreHealth health(0);
  for (const Millis now_ms : {0, 500, 1000}) (void)health.failed(Way::read, now_ms);
  ASSERT_TRUE(health.away());
  EXPECT_FALSE(health.probed(true, 10'000));
  EXPECT_FALSE(health.probed(true, 14'000));
  EXPECT_FALSE(health.probed(false, 14'500));
  EXPECT_FALSE(health.probed(true, 15'000));
  EXPECT_FALSE(health.probed(true, 19'999));
  EXPECT_TRUE(health.probed(true, 20'000));
  EXPECT_FALSE(health.away());
  EXPECT_EQ(health.changes(), 2u);
}

TEST(JournalEntry, KeepsEverythingButTheDocument) {
  CommitRequest request;
  request.session = SessionId{"s"};
  request.expected_version = 41;
  request.event = EventId{"e \"1\""};
  request.document = "not kept";
  request.due_ms = 1'795'244'400'123;
  request.ttl_ms = 900'000;
  request.ladder_line = R"({"v":42,"text":"quoted \"and\" \n more"})";
  request.lists = {{.list = "missed",
                    .rows = {{.name = "phone", .at_ms = 17, .line = R"({"a":1})"},
                             {.name = "web", .at_ms = 18, .line = "", .first_stays = true}},
                    .ttl_ms = 77,
                    .most = 5,
                    .unless_in = "log"},
                   {.list = "missed/acme/anna", .rows = {}}};
  const auto kept = decode_entry(request.session, encode_entry(request));
  ASSERT_TRUE(kept) << kept.error().text;
  EXPECT_EQ(kept->session, request.session);
  EXPECT_EQ(kept->expected_version, 41u);
  EXPECT_EQ(kept->event, request.event);
  EXPECT_EQ(kept->document, "");
  EXPECT_EQ(kept->due_ms, request.due_ms);
  EXPECT_EQ(kept->ttl_ms, request.ttl_ms);
  EXPECT_EQ(kept->ladder_line, request.ladder_line);
  ASSERT_EQ(kept->lists.size(), 2u);
  EXPECT_EQ(kept->lists[0].list, "missed");
  EXPECT_EQ(kept->lists[0].rows, request.lists[0].rows);
  EXPECT_EQ(kept->lists[0].ttl_ms, 77);
  EXPECT_EQ(kept->lists[0].most, 5u);
  EXPECT_EQ(kept->lists[0].unless_in, "log");
  EXPECT_EQ(kept->lists[1].list, "missed/acme/anna");
}

TEST(JournalEntry, WhatIsNoEntryIsRefused) {
  for (const char* line : {"", "{", "[]", "{}", R"({"expected":1})"}) {
    EXPECT_FALSE(decode_entry(SessionId{"s"}, line)) << line;
  }
}

}  // namespace
}  // namespace ringfence
