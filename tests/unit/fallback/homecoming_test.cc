// The way home: in order, whole, once, whatever is lost on it and whoever has written meanwhile.
#include "fallback_fixture.h"

namespace ringfence::test {
namespace {

TEST_F(FallbackTest, RowsOfListsGoHome) {
  lose_the_fleet();
  ASSERT_TRUE(load_to_begin("s"));
  CommitRequest with_rows = request("s", 0, "e0", "doc1");
  with_rows.lists = {{.list = "missed",
                      .rows = {{.name = "s/phone", .at_ms = clock.now_ms(), .line = "missed by phone"}},
                      .most = 10}};
  ASSERT_EQ(commit(with_rows).status, CommitStatus::committed);
  std::vector<ListRow> seen;
  store->list_rows({.list = "missed"}, [&seen](const auto& rows) { seen = rows.value_or(seen); });
  loop.run();
  EXPECT_EQ(seen, with_rows.lists[0].rows);
  fleet_returns();
  EXPECT_EQ(fleet.lists["missed"]["s/phone"].line, "missed by phone");
}

// What takes them off again, or says that they do not belong there, stands in the shard of their session.
TEST_F(FallbackTest, RowsBesideASessionGoHomeBesideIt) {
  for (const CommitFault fault : {CommitFault::none, CommitFault::lost, CommitFault::landed}) {
    lose_the_fleet();
    CommitRequest beside;
    beside.session = SessionId{"a session:with a colon"};
    beside.lists = {{.list = "events/dead",
                     .rows = {{.name = "e", .at_ms = clock.now_ms(), .line = "told later"}},
                     .ttl_ms = 5000,
                     .most = 7,
                     .unless_in = "events/log"}};
    ASSERT_EQ(commit(beside).status, CommitStatus::committed);
    stop_at_the_door();
    fleet.commits.clear();
    fleet.faults = {fault};
    open_the_door();
    pass(3000);
    ASSERT_FALSE(fleet.commits.empty());
    const CommitRequest& home = fleet.commits[0];
    EXPECT_EQ(home.session, beside.session);
    EXPECT_TRUE(home.event.empty());
    EXPECT_EQ(home.lists[0].unless_in, "events/log");
    EXPECT_EQ(home.lists[0].rows, beside.lists[0].rows);
    EXPECT_TRUE(local.rows.empty());
    for (const auto& [name, row] : fleet.rows) EXPECT_TRUE(name.starts_with("worker:")) << name;
  }
}

TEST_F(FallbackTest, ACrashAtAnyPointOfTheWayHomeOnlyMeansToGoAgain) {
  constexpr std::size_t kEvents = 4;
  for (std::size_t point = 0; point <= kEvents; ++point) {
    for (const bool written : {false, true}) {
      SCOPED_TRACE(std::to_string(point) + (written ? " written" : " not written"));
      const std::string session = "s" + std::to_string(point) + (written ? "w" : "n");
      lose_the_fleet();
      begin_here(session, kEvents);
      stop_at_the_door();
      // The crash comes between what was asked for last and its answer; at last that is the removal.
      (written ? fleet.hold_answers : fleet.hold_commits) = true;
      open_the_door();
      for (std::size_t step = 0; step < point; ++step) {
        local.hold_answers = step + 1 == kEvents;
        fleet.release();
        loop.run();
      }
      const FakeStore::Row& row = fleet.rows[session];
      EXPECT_EQ(row.version, std::min(kEvents, point + (written ? 1 : 0)));
      EXPECT_EQ(row.due_ms != 0, row.version == kEvents);
      begin(FallbackPolicy::new_calls);
      pass(3000);
      expect_home(session, kEvents);
      EXPECT_EQ(store->stats().conflicts, 0u);
    }
  }
}

TEST_F(FallbackTest, EveryAnswerOnTheWayHomeMayBeLost) {
  for (const CommitFault fault : {CommitFault::lost, CommitFault::landed}) {
    for (std::size_t point = 0; point < 4; ++point) {
      const std::string session = "s" + std::to_string(point) + (fault == CommitFault::lost ? "lost" : "landed");
      SCOPED_TRACE(session);
      lose_the_fleet();
      begin_here(session, 4);
      stop_at_the_door();
      fleet.faults.assign(point, CommitFault::none);
      fleet.faults.push_back(fault);
      open_the_door();
      EXPECT_EQ(store->stats().here, 1u);
      pass(3000);
      expect_home(session, 4);
      EXPECT_EQ(store->stats().conflicts, 0u);
    }
  }
}

// Its last commit may be there, and then anybody may go on with it.
TEST_F(FallbackTest, ACallThatMayBeHomeIsNobodysUntilThatIsKnown) {
  for (const bool crash : {false, true}) {
    const std::string session = crash ? "crash" : "lives";
    SCOPED_TRACE(session);
    lose_the_fleet();
    begin_here(session, 3);
    stop_at_the_door();
    fleet.faults = {CommitFault::none, CommitFault::none, CommitFault::landed};
    open_the_door();
    fleet.away = true;
    if (crash) begin(FallbackPolicy::new_calls);
    EXPECT_EQ(store->stats().in_doubt, 1u);
    // Another worker has gone on with it.
    FakeStore::Row& row = fleet.rows[session];
    ASSERT_EQ(row.version, 3u);
    row.version = 4;
    row.document = "doc4";
    row.applied.insert("theirs");
    pass(2000);
    EXPECT_EQ(commit(request(session, 3, "e3")).status, CommitStatus::unknown);
    EXPECT_EQ(load(session).error().code, ErrorCode::unavailable);
    fleet_returns();
    EXPECT_EQ(load(session)->document, "doc4");
    EXPECT_EQ(store->stats().conflicts, 0u);
    EXPECT_TRUE(local.rows.empty());
  }
}

TEST_F(FallbackTest, ACallWhoseLastCommitWasRefusedAtHomeGoesOnHere) {
  lose_the_fleet();
  begin_here("s", 3);
  stop_at_the_door();
  fleet.faults = {CommitFault::none, CommitFault::none, CommitFault::refused};
  open_the_door();
  EXPECT_EQ(store->stats().in_doubt, 0u);
  fleet.away = true;
  EXPECT_EQ(commit(request("s", 3, "e3", "doc4")).status, CommitStatus::committed);
  EXPECT_EQ(load("s")->document, "doc4");
  fleet.away = false;
  pass(10'000);
  expect_home("s", 4);
}

TEST_F(FallbackTest, ADoubtStaysThoughALaterAttemptWasRefused) {
  lose_the_fleet();
  begin_here("s", 1);
  stop_at_the_door();
  fleet.faults = {CommitFault::landed};
  open_the_door();
  ASSERT_EQ(store->stats().in_doubt, 1u);
  fleet.faults = {CommitFault::refused};
  while (!fleet.faults.empty()) pass(50);
  fleet.away = true;
  EXPECT_EQ(load("s").error().code, ErrorCode::unavailable);
  EXPECT_EQ(store->stats().in_doubt, 1u);
}

TEST_F(FallbackTest, UntilAllOfItIsHomeNobodyElseTakesItUp) {
  lose_the_fleet();
  begin_here("s", 4);
  fleet.away = false;
  while (store->stats().away) pass(50);
  for (std::size_t i = 0; i + 1 < fleet.commits.size(); ++i) {
    if (fleet.commits[i].session.text != "s") continue;
    const bool last = fleet.commits[i].event.text == "e3";
    EXPECT_EQ(fleet.commits[i].due_ms == 0, !last);
    EXPECT_EQ(fleet.commits[i].document, last ? "doc4" : "") << "no past is read as the present";
  }
}

TEST_F(FallbackTest, WhoAsksForACallOnItsWayWaitsAndFindsItThere) {
  lose_the_fleet();
  begin_here("s", 3);
  stop_at_the_door();
  std::optional<CommitResult> late;
  store->commit(request("s", 3, "e3", "doc4"), [&late](const CommitResult& result) { late = result; });
  std::optional<Result<StoredSession>> read;
  store->load(SessionId{"s"}, [&read](Result<StoredSession> stored) { read = std::move(stored); });
  pass(200);
  EXPECT_FALSE(late);
  EXPECT_FALSE(read);
  open_the_door();
  ASSERT_TRUE(late && read);
  EXPECT_EQ(late->status, CommitStatus::committed);
  EXPECT_EQ((*read)->document, "doc4");
  expect_home("s", 4);
}

TEST_F(FallbackTest, WhoWaitsForACallThatCouldNotGoIsServedHere) {
  lose_the_fleet();
  begin_here("s", 3);
  stop_at_the_door();
  std::optional<CommitResult> late;
  store->commit(request("s", 3, "e3", "doc4"), [&late](const CommitResult& result) { late = result; });
  fleet.away = true;
  open_the_door();
  ASSERT_TRUE(late);
  EXPECT_EQ(late->status, CommitStatus::committed);
  EXPECT_EQ(local.rows["s"].version, 4u);
  fleet.away = false;
  pass(10'000);
  expect_home("s", 4);
}

TEST_F(FallbackTest, OursIsPutOnTopOfWhatAnotherWorkerMadeOfAStray) {
  lose_the_fleet();
  begin_here("s", 3);
  FakeStore::Row& tombstone = fleet.rows["s"];
  tombstone.version = 1;
  tombstone.document = "tombstone";
  tombstone.applied = {"stray"};
  fleet_returns();
  EXPECT_EQ(fleet.rows["s"].document, "doc3");
  EXPECT_EQ(fleet.rows["s"].version, 4u);
  EXPECT_EQ(fleet.rows["s"].due_ms, kFarMs + 2);
  EXPECT_GE(store->stats().conflicts, 1u);
  EXPECT_EQ(log.count("fallback_conflict session=s"), 1u);
  EXPECT_FALSE(local.rows.contains("s"));
}

TEST_F(FallbackTest, AStoreThatForgotEverythingGetsWhatIsHere) {
  lose_the_fleet();
  begin_here("s", 2);
  fleet.rows.clear();
  fleet_returns();
  expect_home("s", 2);
}

TEST_F(FallbackTest, AfterAConflictALostAnswerDoesNotMakeTheirDocumentOurs) {
  lose_the_fleet();
  begin_here("s", 3);
  FakeStore::Row& tombstone = fleet.rows["s"];  // another worker made it of a stray copy of our last event
  tombstone.version = 1;
  tombstone.document = "tombstone";
  tombstone.applied = {"e2"};
  stop_at_the_door();
  fleet.faults = {CommitFault::none, CommitFault::none, CommitFault::landed};
  open_the_door();
  ASSERT_EQ(fleet.rows["s"].version, 3u);
  ASSERT_EQ(fleet.rows["s"].document, "") << "e0 and e1 are there";
  // The second time no conflict shows, and the mark of e2 is there.
  for (const bool away : {true, false}) {
    fleet.hold_loads = away;
    pass(2000);
    if (!away) continue;
    ASSERT_EQ(fleet.held(), 1u) << "it looks whether ours is there";
    fleet.away = true;
    fleet.hold_loads = false;
    fleet.release();
    loop.run();
    EXPECT_EQ(store->stats().in_doubt, 1u);
    fleet.away = false;
  }
  pass(2000);
  EXPECT_EQ(fleet.rows["s"].document, "doc3");
  EXPECT_EQ(fleet.rows["s"].version, 4u);
  EXPECT_EQ(fleet.rows["s"].due_ms, kFarMs + 2);
  EXPECT_EQ(fleet.rows["s"].ladder.size(), 3u);
  EXPECT_FALSE(local.rows.contains("s"));
}

}  // namespace
}  // namespace ringfence::test
