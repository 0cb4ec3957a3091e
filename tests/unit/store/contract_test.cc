// The contract of ports/store.h, one suite for both stores.
#include <algorithm>

#include "backend.h"
#include "shared/limits.h"

namespace ringfence::test {
namespace {

class StoreContract : public StoreTest {};
INSTANTIATE_TEST_SUITE_P(Both, StoreContract, testing::Values("embedded", "redis"), backend_name);
INSTANTIATE_TEST_SUITE_P(Cluster, StoreContract, testing::Values("cluster"), backend_name);

TEST_P(StoreContract, AnUnknownSessionHasVersionZero) {
  const auto loaded = bench_.load(store(), "nobody");
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->version, 0U);
  EXPECT_EQ(loaded->document, "");
}

TEST_P(StoreContract, ACommitIsLoadedByEverybody) {
  const std::string document("bytes \0 % {\"a\":1} \xff", 19);
  const auto committed = bench_.commit(store(), request("s1", 0, "e1", document));
  EXPECT_EQ(committed.status, CommitStatus::committed);
  EXPECT_EQ(committed.version, 1U);
  const auto loaded = bench_.load(worker(1), "s1");
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->version, 1U);
  EXPECT_EQ(loaded->document, document);
}

TEST_P(StoreContract, VersionsGrowByOne) {
  for (std::uint64_t version = 0; version < 20; ++version) {
    const auto committed = bench_.commit(store(), request("s1", version, "e" + std::to_string(version)));
    ASSERT_EQ(committed.status, CommitStatus::committed);
    ASSERT_EQ(committed.version, version + 1);
  }
}

TEST_P(StoreContract, TheSameEventAgainIsADuplicateWhateverVersionItNames) {
  ASSERT_EQ(bench_.commit(store(), request("s1", 0, "e1", "first")).status, CommitStatus::committed);
  ASSERT_EQ(bench_.commit(store(), request("s1", 1, "e2", "second")).status, CommitStatus::committed);
  for (const std::uint64_t expected : {0U, 1U, 2U, 9U}) {
    const auto again = bench_.commit(worker(1), request("s1", expected, "e1", "again"));
    EXPECT_EQ(again.status, CommitStatus::duplicate);
    EXPECT_EQ(again.version, 2U);
  }
  EXPECT_EQ(bench_.load(store(), "s1")->document, "second");
}

TEST_P(StoreContract, EventsAreMarkedPerSession) {
  ASSERT_EQ(bench_.commit(store(), request("s1", 0, "e1")).status, CommitStatus::committed);
  EXPECT_EQ(bench_.commit(store(), request("s2", 0, "e1")).status, CommitStatus::committed);
}

TEST_P(StoreContract, AConflictBringsWhatTheWinnerWrote) {
  ASSERT_EQ(bench_.commit(store(), request("s1", 0, "e1", "winner")).status, CommitStatus::committed);
  for (const std::uint64_t expected : {0U, 2U}) {
    const auto lost = bench_.commit(worker(1), request("s1", expected, "e2", "loser"));
    EXPECT_EQ(lost.status, CommitStatus::conflict);
    EXPECT_EQ(lost.current.version, 1U);
    EXPECT_EQ(lost.current.document, "winner");
  }
  // A lost commit leaves nothing behind: its event is new, its ladder line is not there.
  EXPECT_EQ(bench_.ladder(store(), "s1")->size(), 1U);
  EXPECT_EQ(bench_.commit(worker(1), request("s1", 1, "e2")).status, CommitStatus::committed);
}

TEST_P(StoreContract, AVersionOfASessionThatIsGoneConflictsWithNothing) {
  const auto lost = bench_.commit(store(), request("s1", 4, "e1"));
  EXPECT_EQ(lost.status, CommitStatus::conflict);
  EXPECT_EQ(lost.current.version, 0U);
}

TEST_P(StoreContract, AnswersComeInTheOrderOfTheCommitsOfOneSession) {
  std::vector<std::uint64_t> versions;
  for (std::uint64_t version = 0; version < 50; ++version) {
    store().commit(request("s1", version, "e" + std::to_string(version)),
                   [&versions](CommitResult result) { versions.push_back(result.version); });
  }
  EXPECT_TRUE(versions.empty());
  ASSERT_TRUE(bench_.run_until([&] { return versions.size() == 50; }));
  EXPECT_TRUE(std::ranges::is_sorted(versions));
  EXPECT_EQ(versions.back(), 50U);
}

TEST_P(StoreContract, ADueSessionIsClaimedByOneWorkerUntilTheClaimRunsOut) {
  for (int i = 0; i < 30; ++i) {
    auto due = request("s" + std::to_string(i), 0, "e");
    due.due_ms = 1000 + i;
    ASSERT_EQ(bench_.commit(store(), due).status, CommitStatus::committed);
  }
  static_cast<void>(worker(1));  // connected before anybody asks, so that the two claims meet
  std::vector<SessionId> both;
  int answers = 0;
  for (std::size_t index : {0U, 1U}) {
    worker(index).claim_due(1019, 100, 500, [&](Result<std::vector<SessionId>> claimed) {
      ++answers;
      ASSERT_TRUE(claimed) << claimed.error().text;
      both.insert(both.end(), claimed->begin(), claimed->end());
    });
  }
  ASSERT_TRUE(bench_.run_until([&] { return answers == 2; }));
  std::ranges::sort(both);
  EXPECT_EQ(both.size(), 20U);
  EXPECT_EQ(std::ranges::adjacent_find(both), both.end());
  EXPECT_TRUE(bench_.claim(worker(1), 1018, 100, 500)->empty());
  EXPECT_EQ(bench_.claim(worker(1), 1019 + 500, 100, 500)->size(), 30U);
}

TEST_P(StoreContract, AClaimIsBoundedAndTakesTheLongestOverdueFirst) {
  for (int i = 0; i < 20; ++i) {
    auto due = request("s" + std::to_string(i), 0, "e");
    due.due_ms = 1000 + i;
    ASSERT_EQ(bench_.commit(store(), due).status, CommitStatus::committed);
  }
  const auto first = bench_.claim(store(), 5000, 3, 60'000);
  ASSERT_TRUE(first);
  std::vector<std::string> names;
  for (const auto& session : *first) names.push_back(session.text);
  std::ranges::sort(names);
  EXPECT_EQ(names, (std::vector<std::string>{"s0", "s1", "s2"}));
  EXPECT_TRUE(bench_.claim(store(), 5000, 0, 60'000)->empty());
}

TEST_P(StoreContract, ACommitReplacesTheDueTime) {
  auto due = request("s1", 0, "e1");
  due.due_ms = 1000;
  ASSERT_EQ(bench_.commit(store(), due).status, CommitStatus::committed);
  ASSERT_EQ(bench_.commit(store(), request("s1", 1, "e2")).status, CommitStatus::committed);
  EXPECT_TRUE(bench_.claim(store(), 9'000'000'000'000, 100, 500)->empty());
  auto later = request("s1", 2, "e3");
  later.due_ms = 2000;
  ASSERT_EQ(bench_.commit(store(), later).status, CommitStatus::committed);
  EXPECT_TRUE(bench_.claim(store(), 1999, 100, 500)->empty());
  EXPECT_EQ(bench_.claim(store(), 2000, 100, 500)->size(), 1U);
}

TEST_P(StoreContract, TheLadderKeepsTheOrderOfCommitsAndIsBounded) {
  EXPECT_TRUE(bench_.ladder(store(), "s1")->empty());
  const std::size_t lines = limits::kLadderLines + 10;
  std::size_t answers = 0;
  for (std::size_t i = 0; i < lines; ++i) {
    auto step = request("s1", i, "e" + std::to_string(i));
    step.ladder_line = "line " + std::to_string(i);
    store().commit(step, [&answers](CommitResult) { ++answers; });
  }
  ASSERT_TRUE(bench_.run_until([&] { return answers == lines; }));
  auto silent = request("s1", lines, "silent");
  silent.ladder_line.clear();
  ASSERT_EQ(bench_.commit(store(), silent).status, CommitStatus::committed);
  const auto ladder = bench_.ladder(worker(1), "s1");
  ASSERT_TRUE(ladder);
  ASSERT_EQ(ladder->size(), limits::kLadderLines);
  EXPECT_EQ(ladder->front(), "line 10");
  EXPECT_EQ(ladder->back(), "line " + std::to_string(lines - 1));
}

TEST_P(StoreContract, TheListHasTheLastWrittenFirst) {
  for (const char* session : {"a", "b", "c", "d"}) {
    ASSERT_EQ(bench_.commit(store(), request(session, 0, "e1", std::string("1") + session)).status,
              CommitStatus::committed);
  }
  ASSERT_EQ(bench_.commit(store(), request("b", 1, "e2", "2b")).status, CommitStatus::committed);
  const auto all = bench_.list(worker(1), 100);
  ASSERT_TRUE(all);
  std::string order;
  for (const auto& call : *all) order += call.session.text;
  EXPECT_EQ(order, "bdca");
  EXPECT_EQ(all->front().version, 2U);
  EXPECT_EQ(all->front().document, "2b");
  EXPECT_EQ(bench_.list(store(), 2)->size(), 2U);
  EXPECT_TRUE(bench_.list(store(), 0)->empty());
}

TEST_P(StoreContract, WhatIsNoCallIsKeptAndClaimedButNeverListed) {
  auto record = request("~device/acme/anna/phone", 0, "v1", "a document");
  record.due_ms = 1000;
  ASSERT_EQ(bench_.commit(store(), record).status, CommitStatus::committed);
  ASSERT_EQ(bench_.commit(store(), request("a call", 0, "e1", "another")).status, CommitStatus::committed);
  const auto calls = bench_.list(worker(1), 10);
  ASSERT_TRUE(calls);
  ASSERT_EQ(calls->size(), 1U);
  EXPECT_EQ(calls->front().session.text, "a call");
  EXPECT_EQ(bench_.load(worker(1), record.session.text)->document, "a document");
  EXPECT_EQ(bench_.commit(worker(1), record).status, CommitStatus::duplicate);
  record.event = EventId{"v2"};
  EXPECT_EQ(bench_.commit(worker(1), record).status, CommitStatus::conflict);
  const auto due = bench_.claim(store(), 1000, 10, 500);
  ASSERT_TRUE(due);
  EXPECT_EQ(*due, std::vector<SessionId>{record.session});
}

TEST_P(StoreContract, WhatIsNoCallIsWrittenForMonths) {
  for (std::uint64_t version = 0; version < 30; ++version) {
    auto next = request("~device/a/b/c", version, "v" + std::to_string(version + 1));
    next.ladder_line.clear();
    ASSERT_EQ(bench_.commit(store(), next).status, CommitStatus::committed);
  }
  EXPECT_EQ(bench_.commit(store(), request("~device/a/b/c", 29, "v30")).status, CommitStatus::duplicate);
  EXPECT_EQ(bench_.commit(store(), request("~device/a/b/c", 28, "v29")).status, CommitStatus::conflict)
      << "only the last is marked: else its marks would grow for as long as it lives";
}

CommitRequest listing(const std::string& session, std::uint64_t version, const std::string& event,
                      const std::string& user, const std::vector<ListRow>& rows) {
  CommitRequest commit = request(session, version, event);
  for (const std::string& list : {std::string("all"), user}) {
    commit.lists.push_back({.list = list, .ttl_ms = 60'000, .most = 100});
    for (ListRow row : rows) {
      row.name = session + "/" + row.name;
      commit.lists.back().rows.push_back(std::move(row));
    }
  }
  return commit;
}

TEST_P(StoreContract, RowsAreListedNewestFirstInEachOfTheirLists) {
  const Millis now_ms = UvClock(bench_.loop).now_ms();
  for (int i = 0; i < 40; ++i) {
    const std::string number = std::to_string(i);
    const auto done = bench_.commit(store(), listing("s" + number, 0, "e", i % 2 == 0 ? "acme/anna" : "acme/bert",
                                                     {{"phone", now_ms - 1000 + i, "line" + number}}));
    ASSERT_EQ(done.status, CommitStatus::committed);
  }
  EXPECT_EQ(*bench_.lines(worker(1), "acme/anna", 3, 0), (std::vector<std::string>{"line38", "line36", "line34"}));
  EXPECT_EQ(*bench_.lines(store(), "all", 2, 0), (std::vector<std::string>{"line39", "line38"}));
  EXPECT_EQ(bench_.lines(store(), "all", 100, now_ms - 1000 + 29)->size(), 10U) << "not those that are older";
  EXPECT_TRUE(bench_.lines(store(), "acme/nobody", 10, 0)->empty());
}

TEST_P(StoreContract, OneRowForEachSessionAndName) {
  const Millis now_ms = UvClock(bench_.loop).now_ms();
  const auto first = listing("s1", 0, "e1", "acme/anna", {{"phone", now_ms, "p"}, {"web", now_ms, "w"}});
  ASSERT_EQ(bench_.commit(store(), first).status, CommitStatus::committed);
  EXPECT_EQ(bench_.commit(worker(1), first).status, CommitStatus::duplicate);
  EXPECT_EQ(bench_.commit(store(), listing("s1", 7, "e2", "acme/anna", {{"desk", now_ms, "lost"}})).status,
            CommitStatus::conflict);
  EXPECT_EQ(bench_.lines(store(), "acme/anna", 10, 0)->size(), 2U);
  const auto again = listing("s1", 1, "e3", "acme/anna", {{"phone", now_ms, "p2"}, {"web", now_ms, ""}});
  ASSERT_EQ(bench_.commit(store(), again).status, CommitStatus::committed);
  EXPECT_EQ(*bench_.lines(store(), "acme/anna", 10, 0), std::vector<std::string>{"p2"});
  EXPECT_EQ(*bench_.lines(store(), "all", 10, 0), std::vector<std::string>{"p2"});
}

TEST_P(StoreContract, RowsOutliveTheirSessionAndExpireByThemselves) {
  const Millis now_ms = UvClock(bench_.loop).now_ms();
  auto brief = listing("s1", 0, "e1", "acme/anna", {{"phone", now_ms, "kept"}});
  brief.ttl_ms = 1;
  ASSERT_EQ(bench_.commit(store(), brief).status, CommitStatus::committed);
  ASSERT_TRUE(bench_.run_until([&] { return bench_.load(store(), "s1")->version == 0; }));
  EXPECT_EQ(bench_.lines(store(), "acme/anna", 10, 0)->size(), 1U);
  auto gone = listing("s2", 0, "e1", "acme/bert", {{"phone", now_ms, "gone"}});
  for (ListWrite& write : gone.lists) write.ttl_ms = 20;
  ASSERT_EQ(bench_.commit(store(), gone).status, CommitStatus::committed);
  EXPECT_TRUE(bench_.run_until([&] { return bench_.lines(store(), "acme/bert", 10, 0)->empty(); }));
}

TEST_P(StoreContract, AListIsBounded) {
  const Millis now_ms = UvClock(bench_.loop).now_ms();
  constexpr int kOver = 5, kMost = 100;
  std::vector<ListRow> rows;
  for (int i = 0; i < kMost + kOver; ++i) {
    rows.push_back({"d" + std::to_string(i), now_ms - 10'000 + i, "line" + std::to_string(i)});
  }
  ASSERT_EQ(bench_.commit(store(), listing("s1", 0, "e1", "acme/anna", rows)).status, CommitStatus::committed);
  const auto kept = bench_.lines(store(), "acme/anna", 10'000, 0);
  ASSERT_EQ(kept->size(), std::size_t{kMost});
  EXPECT_EQ(kept->back(), "line" + std::to_string(kOver)) << "the oldest went";
}

TEST_P(StoreContract, EachListOfACommitHasABoundOfItsOwn) {
  const Millis now_ms = UvClock(bench_.loop).now_ms();
  CommitRequest both = request("s1", 0, "e1");
  both.lists = {{.list = "short", .ttl_ms = 60'000, .most = 2}, {.list = "long", .ttl_ms = 60'000, .most = 100}};
  for (ListWrite& write : both.lists) {
    for (int i = 0; i < 5; ++i) write.rows.push_back({.name = std::to_string(i), .at_ms = now_ms + i, .line = "x"});
  }
  ASSERT_EQ(bench_.commit(store(), both).status, CommitStatus::committed);
  EXPECT_EQ(bench_.lines(store(), "short", 10, 0)->size(), 2U);
  EXPECT_EQ(bench_.lines(store(), "long", 10, 0)->size(), 5U);
}

TEST_P(StoreContract, ARowBesideASessionSaysHowManyMadeRoomForIt) {
  const Millis now_ms = UvClock(bench_.loop).now_ms();
  CommitRequest beside;
  beside.session = {"s1"};
  const auto put = [&](const std::string& name, Millis at_ms) {
    beside.lists = {{.list = "l", .rows = {{.name = name, .at_ms = at_ms, .line = "x"}}, .ttl_ms = 60'000, .most = 2}};
    const CommitResult done = bench_.commit(store(), beside);
    EXPECT_EQ(done.status, CommitStatus::committed);
    return done.trimmed;
  };
  EXPECT_EQ(put("a", now_ms), 0U);
  EXPECT_EQ(put("b", now_ms + 1), 0U);
  EXPECT_EQ(put("b", now_ms + 2), 0U) << "the same row";
  EXPECT_EQ(put("c", now_ms + 3), 1U);
  beside.lists[0].most = 1;
  beside.lists[0].rows[0] = {.name = "d", .at_ms = now_ms + 4, .line = "x"};
  EXPECT_EQ(bench_.commit(store(), beside).trimmed, 2U) << "the bound was lowered";
  beside.lists[0].rows[0] = {.name = "d"};
  EXPECT_EQ(bench_.commit(store(), beside).trimmed, 0U);
}

TEST_P(StoreContract, RowsAreFoundByTimeAndByName) {
  constexpr auto kOldestFirst = ListQuestion::Order::oldest_first;
  const Millis now_ms = UvClock(bench_.loop).now_ms();
  for (int i = 0; i < 10; ++i) {
    CommitRequest one = request("s" + std::to_string(i), 0, "e");
    one.lists = {{.list = "events/log", .ttl_ms = 60'000, .most = 100}};
    one.lists[0].rows = {{.name = "id" + std::to_string(i), .at_ms = now_ms + i, .line = "line" + std::to_string(i)}};
    ASSERT_EQ(bench_.commit(store(), one).status, CommitStatus::committed);
  }
  const auto some =
      bench_.rows(worker(1), {.list = "events/log", .count = 3, .since_ms = now_ms + 2, .until_ms = now_ms + 8});
  ASSERT_EQ(some->size(), 3U);
  EXPECT_EQ(some->front(), (ListRow{.name = "id8", .at_ms = now_ms + 8, .line = "line8"}));
  EXPECT_EQ(some->back().name, "id6");
  EXPECT_EQ(bench_.rows(store(), {.list = "events/log", .since_ms = now_ms + 2, .until_ms = now_ms + 8})->size(), 6U);
  const auto first =
      bench_.rows(store(), {.list = "events/log", .count = 2, .since_ms = now_ms + 2, .order = kOldestFirst});
  ASSERT_EQ(first->size(), 2U);
  EXPECT_EQ(first->front().name + first->back().name, "id3id4");
  const auto one = bench_.rows(worker(1), {.list = "events/log", .name = "id4"});
  ASSERT_EQ(one->size(), 1U);
  EXPECT_EQ(one->front(), (ListRow{.name = "id4", .at_ms = now_ms + 4, .line = "line4"}));
  EXPECT_TRUE(bench_.rows(store(), {.list = "events/log", .name = "id10"})->empty());
}

// Shards of a Redis are asked for their part first: here one of them has all of it, and another the newest.
TEST_P(StoreContract, RowsOfOneSessionAreAllFound) {
  const Millis now_ms = UvClock(bench_.loop).now_ms();
  CommitRequest many = request("s1", 0, "e");
  many.lists = {{.list = "events/log", .ttl_ms = 60'000, .most = 1000}};
  constexpr int kRows = 300;
  for (int i = 0; i < kRows; ++i) {
    many.lists[0].rows.push_back({.name = "id" + std::to_string(i), .at_ms = now_ms + i, .line = std::to_string(i)});
  }
  ASSERT_EQ(bench_.commit(store(), many).status, CommitStatus::committed);
  CommitRequest newest = request("s2", 0, "e");
  newest.lists = {{.list = "events/log", .rows = {{"last", now_ms + 1000, "last"}}, .ttl_ms = 60'000, .most = 1000}};
  ASSERT_EQ(bench_.commit(store(), newest).status, CommitStatus::committed);
  const auto some = bench_.lines(store(), "events/log", 100, 0);
  ASSERT_EQ(some->size(), 100U);
  EXPECT_EQ(some->front(), "last");
  EXPECT_EQ(some->at(1), "299");
  EXPECT_EQ(some->back(), "201");
  EXPECT_EQ(bench_.lines(store(), "events/log", 1000, 0)->size(), std::size_t{kRows + 1});
}

// What could not be applied is listed beside its session, of which nothing is changed by it.
TEST_P(StoreContract, RowsWithoutAnEventAreWrittenBesideTheSession) {
  const Millis now_ms = UvClock(bench_.loop).now_ms();
  ASSERT_EQ(bench_.commit(store(), request("s1", 0, "e1", "document")).status, CommitStatus::committed);
  CommitRequest beside;
  beside.session = {"s1"};
  beside.lists = {{.list = "events/dead", .ttl_ms = 60'000, .most = 100}};
  beside.lists[0].rows = {{.name = "id", .at_ms = now_ms, .line = "first"}};
  EXPECT_EQ(bench_.commit(worker(1), beside).status, CommitStatus::committed);
  beside.lists[0].rows[0].line = "second";
  EXPECT_EQ(bench_.commit(store(), beside).status, CommitStatus::committed);
  EXPECT_EQ(*bench_.lines(store(), "events/dead", 10, 0), std::vector<std::string>{"second"});
  beside.lists[0].rows[0] = {.name = "id", .at_ms = now_ms + 1, .line = "third", .first_stays = true};
  EXPECT_EQ(bench_.commit(store(), beside).status, CommitStatus::committed);
  EXPECT_EQ(*bench_.lines(store(), "events/dead", 10, 0), std::vector<std::string>{"second"});
  const auto stored = bench_.load(store(), "s1");
  EXPECT_EQ(stored->version, 1U);
  EXPECT_EQ(stored->document, "document");
  CommitRequest late = beside;
  late.lists[0].rows[0] = {.name = "id2", .at_ms = now_ms, .line = "of one that is listed elsewhere"};
  late.lists[0].unless_in = "events/log";
  CommitRequest logged = beside;
  logged.lists = {{.list = "events/log", .rows = {{"id2", now_ms, "x"}}, .ttl_ms = 60'000, .most = 100}};
  EXPECT_EQ(bench_.commit(store(), logged).status, CommitStatus::committed);
  EXPECT_EQ(bench_.commit(store(), late).status, CommitStatus::committed);
  EXPECT_EQ(*bench_.lines(store(), "events/dead", 10, 0), std::vector<std::string>{"second"});
  CommitRequest next = request("s1", 1, "e2", "document 2");
  next.lists = {{.list = "events/dead", .rows = {{.name = "id"}}, .ttl_ms = 60'000, .most = 100}};
  ASSERT_EQ(bench_.commit(store(), next).status, CommitStatus::committed);
  EXPECT_TRUE(bench_.lines(worker(1), "events/dead", 10, 0)->empty());
}

// What is of no call is marked, so that its copy is a duplicate, and listed where it says; never among the calls.
TEST_P(StoreContract, AnEventOfNoCallIsKeptOnceAndIsNoCall) {
  const Millis now_ms = UvClock(bench_.loop).now_ms();
  ASSERT_EQ(bench_.commit(store(), request("call", 0, "e1")).status, CommitStatus::committed);
  for (const std::string id : {"ev-1", "ev-2"}) {
    CommitRequest event = listing("event-" + id, 0, id, "events/bad", {{"", now_ms, "why " + id}});
    event.document.clear();
    event.ladder_line.clear();
    event.lists.erase(event.lists.begin());
    EXPECT_EQ(bench_.commit(store(), event).status, CommitStatus::committed);
    EXPECT_EQ(bench_.commit(worker(1), event).status, CommitStatus::duplicate);
  }
  EXPECT_EQ(bench_.lines(worker(1), "events/bad", 10, 0)->size(), 2U);
  EXPECT_TRUE(bench_.lines(store(), "all", 10, 0)->empty());
  const auto calls = bench_.list(store(), 10);
  ASSERT_EQ(calls->size(), 1U);
  EXPECT_EQ(calls->front().session.text, "call");
}

TEST_P(StoreContract, TheDirectoryIsReplacedWholeAndItsRevisionGrows) {
  auto none = bench_.get_directory(store(), 0);
  ASSERT_TRUE(none);
  EXPECT_EQ(none->revision, 0U);
  EXPECT_EQ(bench_.put_directory(store(), "one"), 1U);
  EXPECT_EQ(bench_.put_directory(worker(1), std::string(100'000, 'x')), 2U);
  const auto text = bench_.get_directory(store(), 1);
  ASSERT_TRUE(text);
  EXPECT_EQ(text->revision, 2U);
  EXPECT_EQ(text->text, std::string(100'000, 'x'));
  const auto known = bench_.get_directory(store(), 2);
  ASSERT_TRUE(known);
  EXPECT_EQ(known->revision, 2U);
  EXPECT_EQ(known->text, "");
  const auto too_large = bench_.put_directory(store(), std::string(limits::kDirectoryBytes + 1, 'x'));
  ASSERT_FALSE(too_large);
  EXPECT_EQ(too_large.error().code, ErrorCode::limit);
}

TEST_P(StoreContract, AnExpiredSessionIsGoneWithAllItsTraces) {
  auto brief = request("s1", 0, "e1", "old");
  brief.ttl_ms = 30;
  brief.due_ms = 1000;
  ASSERT_EQ(bench_.commit(store(), brief).status, CommitStatus::committed);
  ASSERT_EQ(bench_.commit(store(), request("s2", 0, "e1", "stays")).status, CommitStatus::committed);
  ASSERT_TRUE(bench_.run_until([&] { return bench_.load(store(), "s1")->version == 0; }));
  EXPECT_TRUE(bench_.claim(store(), 9'000'000'000'000, 100, 500)->empty());
  EXPECT_EQ(bench_.list(store(), 10)->size(), 1U);
  ASSERT_TRUE(bench_.run_until([&] { return bench_.ladder(store(), "s1")->empty(); }));
  // The same name and event later are new.
  const auto fresh = bench_.commit(store(), request("s1", 0, "e1", "new"));
  EXPECT_EQ(fresh.status, CommitStatus::committed);
  EXPECT_EQ(fresh.version, 1U);
  EXPECT_EQ(bench_.ladder(store(), "s1")->size(), 1U);
}

TEST_P(StoreContract, ADocumentBeyondEveryBoundIsRefusedAndHarmsNobody) {
  auto huge = request("s1", 0, "e1", std::string(3 * limits::kDocumentBytes, 'x'));
  int answers = 0;
  store().commit(huge, [&](CommitResult result) {
    ++answers;
    EXPECT_EQ(result.status, CommitStatus::unknown);
  });
  store().commit(request("s2", 0, "e1"), [&](CommitResult result) {
    ++answers;
    EXPECT_EQ(result.status, CommitStatus::committed);
  });
  ASSERT_TRUE(bench_.run_until([&] { return answers == 2; }));
  EXPECT_EQ(bench_.load(store(), "s1")->version, 0U);
}

TEST_P(StoreContract, AFullQueueRefusesAndTheRestIsAnswered) {
  const std::size_t asked = limits::kStoreQueue + 3 * limits::kStoreInFlight + 100;  // a window for each master
  std::size_t committed = 0;
  std::size_t unknown = 0;
  for (std::size_t i = 0; i < asked; ++i) {
    store().commit(request("s" + std::to_string(i), 0, "e"),
                   [&](CommitResult result) { ++(result.status == CommitStatus::committed ? committed : unknown); });
  }
  ASSERT_TRUE(bench_.run_until([&] { return committed + unknown == asked; }));
  EXPECT_GE(committed, limits::kStoreQueue);
  EXPECT_GE(unknown, 1U);
}

TEST_P(StoreContract, AfterDestructionNoCallbackRuns) {
  int answers = 0;
  store().commit(request("s1", 0, "e1"), [&answers](CommitResult) { ++answers; });
  store().load({"s1"}, [&answers](Result<StoredSession>) { ++answers; });
  store().list(10, [&answers](Result<std::vector<CallListing>>) { ++answers; });
  store().claim_due(1, 10, 10, [&answers](Result<std::vector<SessionId>>) { ++answers; });
  stores_.clear();
  for (int turn = 0; turn < 10; ++turn) uv_run(bench_.loop.get(), UV_RUN_NOWAIT);
  EXPECT_EQ(answers, 0);
}

TEST_P(StoreContract, ACallbackMayDestroyTheStore) {
  int answers = 0;
  for (int i = 0; i < 10; ++i) {
    store().commit(request("s" + std::to_string(i), 0, "e1"), [&](CommitResult) {
      ++answers;
      stores_.clear();
    });
  }
  ASSERT_TRUE(bench_.run_until([&] { return answers > 0; }));
  for (int turn = 0; turn < 10; ++turn) uv_run(bench_.loop.get(), UV_RUN_NOWAIT);
  EXPECT_EQ(answers, 1);
}

TEST_P(StoreContract, KindAndReadiness) {
  EXPECT_EQ(store().kind(), GetParam() == "embedded" ? "embedded" : "redis");
  EXPECT_TRUE(store().ready());
}

}  // namespace
}  // namespace ringfence::test
