// One authority for each call, whatever becomes of the store of the fleet: who begins here, who goes on here, who
// waits.
#include "fallback_fixture.h"

namespace ringfence::test {
namespace {

TEST_F(FallbackTest, InGoodTimesEverythingIsTheFleets) {
  EXPECT_EQ(commit(request("s", 0, "e0", "doc1")).status, CommitStatus::committed);
  EXPECT_EQ(load("s")->version, 1u);
  EXPECT_EQ(fleet.rows["s"].document, "doc1");
  EXPECT_TRUE(local.rows.empty());
}

TEST_F(FallbackTest, ACallThatBeginsMeanwhileLivesHereAndGoesHomeAsIfNothingHadBeen) {
  lose_the_fleet();
  begin_here("s", 5);
  EXPECT_EQ(load("s")->document, "doc5");
  EXPECT_EQ(store->stats().begun, 1u);
  fleet_returns();
  expect_home("s", 5);
  EXPECT_EQ(commit(request("s", 5, "e5", "doc6")).status, CommitStatus::committed);
  EXPECT_EQ(fleet.rows["s"].version, 6u);
  EXPECT_EQ(store->stats().conflicts, 0u);
  EXPECT_EQ(log.count("fallback_away"), 1u);
  EXPECT_EQ(log.count("fallback_back"), 1u);
}

TEST_F(FallbackTest, OfACallThatIsNotHereNothingIsKnownWhileTheFleetIsAway) {
  ASSERT_EQ(commit(request("known", 0, "e0")).status, CommitStatus::committed);
  lose_the_fleet();
  EXPECT_EQ(load("known").error().code, ErrorCode::unavailable);
  EXPECT_EQ(load("unknown").error().code, ErrorCode::unavailable) << "a stray tombstone would begin a second authority";
  EXPECT_EQ(commit(request("known", 1, "e1")).status, CommitStatus::unknown);
  EXPECT_EQ(commit(request("unknown", 0, "e1")).status, CommitStatus::unknown);
  EXPECT_TRUE(local.rows.empty());
}

TEST_F(FallbackTest, AFirstCommitOfUnknownOutcomeBeginsNoSecondLife) {
  ASSERT_EQ(load_to_begin("s")->version, 0u);
  fleet.faults = {CommitFault::landed};
  ASSERT_EQ(commit(request("s", 0, "e0", "doc1")).status, CommitStatus::unknown);
  lose_the_fleet();
  EXPECT_FALSE(load_to_begin("s"));
  EXPECT_FALSE(load_to_begin("s", 2));
  fleet_returns();
  EXPECT_EQ(load_to_begin("s")->version, 1u);
}

// Devices and forwarded events have records, too, and may be many more than calls.
TEST_F(FallbackTest, WhatIsNoCallDoesNotKeepACallFromBeginningHere) {
  for (std::size_t i = 0; i <= limits::kFallbackBegun; ++i) {
    store->commit(request("~forward/" + std::to_string(i), 0, "e0", "doc"), [](const CommitResult&) {});
  }
  clock.advance(10);
  ASSERT_GT(fleet.rows.size(), limits::kFallbackBegun);
  lose_the_fleet();
  EXPECT_TRUE(load_to_begin("s"));
}

// Redis reads and refuses to write, and a second later it counts as away.
TEST_F(FallbackTest, ACallWhoseFirstCommitWasRefusedBeginsHere) {
  ASSERT_EQ(load_to_begin("s")->version, 0u);
  fleet.faults = {CommitFault::refused};
  ASSERT_EQ(commit(request("s", 0, "e0", "doc1")).status, CommitStatus::unknown);
  ASSERT_EQ(load_to_begin("another-workers", 2)->version, 0u);
  fleet.faults = {CommitFault::refused};
  ASSERT_EQ(commit(request("another-workers", 0, "e0", "doc1")).status, CommitStatus::unknown);
  ASSERT_EQ(load_to_begin("doubtful")->version, 0u);
  fleet.faults = {CommitFault::landed, CommitFault::refused};
  for (int attempt = 0; attempt < 2; ++attempt) {
    ASSERT_EQ(commit(request("doubtful", 0, "e0", "doc1")).status, CommitStatus::unknown);
  }
  lose_the_fleet();
  const auto loaded = load_to_begin("s", 2);
  ASSERT_TRUE(loaded) << loaded.error().text;
  EXPECT_TRUE(loaded->begins_here);
  EXPECT_FALSE(load_to_begin("another-workers", 3)) << "what became of its first attempt is not known here";
  EXPECT_FALSE(load_to_begin("doubtful", 2)) << "an earlier commit may be there";
}

TEST_F(FallbackTest, ACallThatWasAboutToBeginWhenTheStoreWentBeginsHere) {
  ASSERT_EQ(load_to_begin("s")->version, 0u);
  lose_the_fleet();
  ASSERT_EQ(commit(request("s", 0, "e0", "doc1")).status, CommitStatus::unknown) << "it was not sent anywhere";
  EXPECT_TRUE(load_to_begin("s", 2));
}

TEST_F(FallbackTest, WhatMayBeginHereIsKnownForAsLongAsItsCopiesCome) {
  ASSERT_EQ(load_to_begin("s")->version, 0u);
  pass(limits::kFallbackDoubtMs + 1000);
  lose_the_fleet();
  EXPECT_FALSE(load_to_begin("s", 2));
}

TEST_F(FallbackTest, ACopyOfItsFirstEventBeginsNoSecondLifeOfACallThatLivesThere) {
  ASSERT_EQ(load_to_begin("s")->version, 0u);
  ASSERT_EQ(commit(request("s", 0, "e0", "doc1")).status, CommitStatus::committed);
  lose_the_fleet();
  EXPECT_FALSE(load_to_begin("s")) << "the engine has forgotten it, we have not";
}

TEST_F(FallbackTest, ACopyOfItsFirstEventBeginsNoSecondLifeOfACallThatWentHome) {
  fleet.away = true;
  ASSERT_FALSE(load_to_begin("told-later"));
  lose_the_fleet();
  begin_here("s", 2);
  begin_here("told-later", 2);
  fleet_returns();
  ASSERT_EQ(fleet.rows["s"].version, 2u);
  lose_the_fleet();
  EXPECT_FALSE(load_to_begin("s"));
  EXPECT_FALSE(load_to_begin("told-later", 2));
  EXPECT_EQ(store->stats().here, 0u);
}

TEST_F(FallbackTest, ASecondAttemptBeginsACallOnlyWhereTheFirstIsKnownToHaveComeToNothing) {
  fleet.away = true;
  EXPECT_FALSE(load_to_begin("ours")) << "not away yet";
  lose_the_fleet();
  EXPECT_FALSE(load_to_begin("another-workers", 2));
  EXPECT_TRUE(load_to_begin("ours", 2));
  EXPECT_TRUE(load_to_begin("new", 1));
}

TEST_F(FallbackTest, ACallThatIsOlderThanThisProcessMayBeAnothers) {
  lose_the_fleet();
  const Millis started_ms = clock.now_ms();
  begin(FallbackPolicy::new_calls);
  lose_the_fleet();
  EXPECT_FALSE(load_to_begin("older", 1, started_ms - 1000));
  EXPECT_TRUE(load_to_begin("newer", 1, started_ms + 3000));
}

TEST_F(FallbackTest, AClockThatIsSetBackMeanwhileStopsNothing) {
  fleet.away = true;
  begin(FallbackPolicy::new_calls);  // the machine booted with its clock an hour ahead, and no network
  lose_the_fleet();
  clock.step_back(3'600'000);
  clock.wake();
  pass(500);
  EXPECT_TRUE(load_to_begin("new", 1, clock.now_ms()));
  begin_here("s", 2);
  fleet_returns();
  expect_home("s", 2);
}

TEST_F(FallbackTest, WhatIsNoCallIsKeptMeanwhile) {
  lose_the_fleet();
  CommitRequest kept = request("bad:1", 0, "frame", "");
  kept.due_ms = 0;
  EXPECT_EQ(commit(kept).status, CommitStatus::committed);
  EXPECT_EQ(commit(kept).status, CommitStatus::duplicate);
  fleet_returns();
  EXPECT_TRUE(fleet.rows["bad:1"].applied.contains("frame"));
}

TEST_F(FallbackTest, RowsBesideASessionAreKeptMeanwhile) {
  lose_the_fleet();
  CommitRequest beside;
  beside.session = SessionId{"s"};
  beside.lists = {
      {.list = "events/dead", .rows = {{.name = "e", .at_ms = clock.now_ms(), .line = "told later"}}, .most = 10}};
  EXPECT_EQ(commit(beside).status, CommitStatus::committed);
  EXPECT_EQ(commit(beside).status, CommitStatus::committed);
  EXPECT_EQ(load("s").error().code, ErrorCode::unavailable) << "nothing happened to the session";
  fleet_returns();
  EXPECT_EQ(fleet.lists["events/dead"]["e"].line, "told later");
  EXPECT_EQ(load("s")->version, 0u);
}

// A provider whose events fail, or are of no call, must not take the room of its calls.
TEST_F(FallbackTest, WhatIsNoCallLeavesRoomForCalls) {
  lose_the_fleet();
  std::size_t kept = 0;
  const auto keep = [&](std::size_t number) {
    const std::string name = std::to_string(number);
    CommitRequest note;
    note.session = SessionId{"s"};
    if (number % 2 == 0) {
      note = request("event-" + name, 0, name, "");
    } else {
      note.lists = {{.list = "events/dead", .rows = {{.name = name, .at_ms = 1, .line = "x"}}, .most = 10}};
    }
    store->commit(std::move(note), [&kept](const CommitResult& result) {
      if (result.status == CommitStatus::committed) ++kept;
    });
  };
  for (std::size_t i = 0; i < limits::kFallbackNotes + 10; ++i) keep(i);
  loop.run();
  EXPECT_EQ(kept, limits::kFallbackNotes);
  EXPECT_EQ(store->stats().notes, limits::kFallbackNotes);
  begin_here("call", 2);
  EXPECT_EQ(store->stats().here, limits::kFallbackNotes + 1);
  EXPECT_EQ(commit(request("event-more", 0, "ev-more", "")).status, CommitStatus::unknown) << "told later";
  // One of them turns out to be of a call.
  EXPECT_EQ(commit(request("event-0", 1, "ev-call", "doc")).status, CommitStatus::committed);
  EXPECT_EQ(commit(request("event-more", 0, "ev-more", "")).status, CommitStatus::committed);
  fleet_returns();
  while (store->stats().here > 0) pass(1000);
  EXPECT_EQ(store->stats().notes, 0u);
}

TEST_F(FallbackTest, DueSessionsAreTheOnesThatAreHere) {
  ASSERT_EQ(commit(request("there", 0, "e0")).status, CommitStatus::committed);
  lose_the_fleet();
  ASSERT_TRUE(load_to_begin("here"));
  CommitRequest soon = request("here", 0, "e0");
  soon.due_ms = clock.now_ms();
  ASSERT_EQ(commit(soon).status, CommitStatus::committed);
  std::vector<SessionId> due;
  store->claim_due(clock.now_ms(), 10, 2000, [&due](const auto& found) { due = found.value_or(due); });
  loop.run();
  EXPECT_EQ(due, (std::vector<SessionId>{{"here"}}));
}

TEST_F(FallbackTest, ACrashDuringTheOutageLosesNothing) {
  lose_the_fleet();
  begin_here("s", 3);
  begin(FallbackPolicy::new_calls);
  EXPECT_EQ(load("s")->document, "doc3") << "also in the first second, before the mode is known";
  lose_the_fleet();
  EXPECT_EQ(commit(request("s", 3, "e3", "doc4")).status, CommitStatus::committed);
  fleet_returns();
  expect_home("s", 4);
}

// More sessions than are read in one go: the notes of the first ones come with the last.
TEST_F(FallbackTest, NothingFoundAtTheStartIsServedBeforeAllOfItIsFound) {
  for (std::size_t i = 0; i < limits::kFallbackFound; ++i) local.rows["a" + std::to_string(1000 + i)].version = 1;
  local.rows[std::string(kLeavingNote) + "a1000"].version = 1;
  fleet.away = true;
  const SessionId in_doubt{"a1000"};
  store = std::make_unique<FallbackStore>(FallbackParts{fleet, local, clock, log},
                                          FallbackOptions{FallbackPolicy::new_calls, "this"}, [](const auto&) {});
  store->start();
  std::optional<Result<StoredSession>> read;
  std::optional<CommitResult> written;
  loop.post([&] {
    EXPECT_GT(store->stats().here, 0u);
    EXPECT_EQ(store->stats().in_doubt, 0u) << "its note has been read too soon for this test";
    store->load(in_doubt, [&read](Result<StoredSession> stored) { read = std::move(stored); });
    store->commit(request("a1000", 1, "e1"), [&written](const CommitResult& result) { written = result; });
  });
  clock.advance(10);
  ASSERT_TRUE(read && written);
  EXPECT_FALSE(*read);
  EXPECT_EQ(written->status, CommitStatus::unknown);
  EXPECT_EQ(local.rows["a1000"].version, 1u);
  EXPECT_EQ(store->stats().in_doubt, 1u);
}

TEST_F(FallbackTest, AFirstEventThatIsToldLaterAtTheStartMayBeginHereThen) {
  fleet.away = true;
  store = std::make_unique<FallbackStore>(FallbackParts{fleet, local, clock, log},
                                          FallbackOptions{FallbackPolicy::new_calls, "this"}, [](const auto&) {});
  store->start();
  EXPECT_FALSE(load_to_begin("s")) << "what is here is not known yet";
  lose_the_fleet();
  EXPECT_TRUE(load_to_begin("s", 2));
}

TEST_F(FallbackTest, WithoutItsOwnFileTheWorkerSaysLater) {
  lose_the_fleet();
  local.away = true;
  EXPECT_FALSE(load_to_begin("s"));
  EXPECT_FALSE(store->ready());
  local.away = false;
  begin_here("s", 1);
  local.away = true;
  EXPECT_EQ(commit(request("s", 1, "e1")).status, CommitStatus::unknown);
  local.away = false;
  EXPECT_EQ(commit(request("s", 1, "e1", "doc2")).status, CommitStatus::committed);
  fleet_returns();
  EXPECT_EQ(fleet.rows["s"].version, 2u);
}

TEST_F(FallbackTest, TheDirectoryIsKnownAlsoAfterARestartMeanwhile) {
  fleet.directory = {7, "organisation acme { }"};
  Store::DirectoryText read;
  const auto get = [&](std::uint64_t known) {
    read = {};
    store->get_directory(known, [&read](const auto& text) { read = text.value_or(read); });
    clock.advance(10);
  };
  get(0);
  EXPECT_EQ(read.revision, 7u);
  fleet.away = true;
  begin(FallbackPolicy::new_calls);
  get(0);
  EXPECT_EQ(read.revision, 7u) << "also before the mode is known";
  EXPECT_EQ(read.text, "organisation acme { }");
  lose_the_fleet();
  get(7);
  EXPECT_EQ(read.revision, 7u);
  EXPECT_EQ(read.text, "");
}

TEST_F(FallbackTest, ARedisThatLostTheDirectoryDoesNotTakeTheCopyOfIt) {
  fleet.directory = {7, "organisation acme { }"};
  Store::DirectoryText read;
  const auto get = [&](std::uint64_t known) {
    store->get_directory(known, [&read](const auto& text) { read = text.value_or(read); });
    clock.advance(10);
  };
  get(0);
  fleet.directory = {};
  get(7);
  EXPECT_EQ(read.revision, 0u);
  lose_the_fleet();
  get(0);
  EXPECT_EQ(read.revision, 7u);
  EXPECT_EQ(read.text, "organisation acme { }");
}

// A worker that starts while the fleet's store is away has to know what is dialled.
TEST_F(FallbackTest, RowsThatAreCopiedAreThereWhileTheFleetIsAway) {
  const auto lines_of = [&](const std::string& list, bool copied) {
    std::string lines;
    store->list_rows({.list = list, .copied = copied}, [&lines](const Result<std::vector<ListRow>>& rows) {
      for (const ListRow& row : *rows) lines += row.line + " ";
    });
    clock.advance(10);
    return lines;
  };
  const auto write = [&](const std::string& list, const std::string& name, const std::string& line) {
    fleet.lists[list][name] = {.name = name, .at_ms = clock.now_ms(), .line = line};
  };
  write("copied", "a", "one");
  write("other", "b", "not");
  EXPECT_EQ(lines_of("copied", true), "one ");
  EXPECT_EQ(lines_of("other", false), "not ");
  clock.advance(1000);
  write("copied", "a", "two");
  EXPECT_EQ(lines_of("copied", true), "two ");
  fleet.away = true;
  begin(FallbackPolicy::new_calls);
  pass(2000);
  ASSERT_TRUE(store->stats().away);
  EXPECT_EQ(lines_of("copied", true), "two ");
  EXPECT_EQ(lines_of("other", false), "");
}

}  // namespace
}  // namespace ringfence::test
