// What leaves the embedded store's file and what stays, by a clock of the test's own: lines of long calls, rows of
// lists.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "adapters/sqlite/database.h"
#include "bench.h"
#include "shared/limits.h"

namespace ringfence::test {
namespace {

constexpr Millis kLongMs = 3'600'000;

class EmbeddedUpkeep : public testing::Test {
 protected:
  void SetUp() override {
    open();
    ASSERT_TRUE(database_->begin());
  }
  void open() {
    auto opened = Database::open(path_);
    ASSERT_TRUE(opened);
    database_ = std::move(*opened);
  }
  void write(const std::string& session, std::uint64_t version, const std::string& line = "") {
    auto step = request(session, version, "e" + std::to_string(version));
    step.ladder_line = line;
    ASSERT_EQ(database_->apply(step, 0)->status, CommitStatus::committed) << session << " " << version;
  }
  // Beside any session.
  std::size_t list(const ListRow& row, Millis now_ms, Millis ttl_ms, std::size_t most = 1'000'000,
                   const std::string& unless_in = "") {
    CommitRequest beside;
    beside.lists = {{.list = "l", .rows = {row}, .ttl_ms = ttl_ms, .most = most, .unless_in = unless_in}};
    return database_->apply(beside, now_ms)->trimmed;
  }
  std::vector<ListRow> listed(Millis now_ms) { return *database_->rows({.list = "l"}, now_ms); }
  // What the file holds, whoever may read it.
  std::string count(const std::string& table) {
    EXPECT_TRUE(database_->commit());
    database_.reset();
    sqlite3* raw = nullptr;
    sqlite3_open(path_.c_str(), &raw);
    std::string text;
    sqlite3_exec(
        raw, ("SELECT count(*) FROM " + table).c_str(),
        [](void* to, int, char** values, char**) {
          *static_cast<std::string*>(to) = values[0];
          return 0;
        },
        &text, nullptr);
    sqlite3_close(raw);
    open();
    EXPECT_TRUE(database_->begin());
    return text;
  }

  TempDir folder_;
  std::string path_ = folder_.file("store.db");
  std::unique_ptr<Database> database_;
};

TEST_F(EmbeddedUpkeep, OfALongCallTheLastLinesStayInTheirOrder) {
  const std::uint64_t events = limits::kLadderLines + 3 * limits::kLadderTrim;
  for (std::uint64_t version = 0; version < events; ++version) {
    write("a", version, "a" + std::to_string(version));
    if (version % 2 == 0) write("b", version / 2, "b" + std::to_string(version / 2));
  }
  for (const std::string session : {"a", "b"}) {
    const std::uint64_t all = session == "a" ? events : (events + 1) / 2;
    const auto lines = database_->ladder({session}, 0);
    ASSERT_EQ(lines->size(), std::min<std::uint64_t>(all, limits::kLadderLines)) << session;
    for (std::size_t i = 0; i < lines->size(); ++i) {
      ASSERT_EQ(lines->at(i), session + std::to_string(all - lines->size() + i));
    }
  }
  const std::uint64_t trimmed_at = events / limits::kLadderTrim * limits::kLadderTrim;
  const std::uint64_t kept = limits::kLadderLines + (events - trimmed_at) + (events + 1) / 2;
  EXPECT_EQ(count("steps"), std::to_string(kept));
}

// Numbers of lines that are gone are given out again; no line of another call is read for that.
TEST_F(EmbeddedUpkeep, TheLinesOfAForgottenCallComeBackNowhere) {
  write("a", 0, "a0");
  write("b", 0, "b0");
  write("b", 1, "b1");
  ASSERT_TRUE(database_->forget({"b"}));
  write("c", 0, "c0");
  write("a", 1, "a1");
  write("b", 0, "new");
  EXPECT_EQ(*database_->ladder({"a"}, 0), (std::vector<std::string>{"a0", "a1"}));
  EXPECT_EQ(*database_->ladder({"b"}, 0), (std::vector<std::string>{"new"}));
  EXPECT_EQ(*database_->ladder({"c"}, 0), (std::vector<std::string>{"c0"}));
  EXPECT_EQ(count("steps"), "4");
}

TEST_F(EmbeddedUpkeep, TheSweepGoesRoundAllRowsAndKeepsCountOfThem) {
  const std::size_t rows = 2 * limits::kStoreSweptRows + 10;
  for (std::size_t i = 0; i < rows; ++i) {
    const bool brief = i % 3 == 0;
    list({.name = std::to_string(i), .at_ms = static_cast<Millis>(i), .line = "x"}, 0, brief ? 1 : kLongMs);
  }
  const Millis now_ms = static_cast<Millis>(rows) + 10;  // the brief ones are over
  std::size_t gone = 0;
  for (int sweeps = 0; sweeps < 3; ++sweeps) gone += *database_->sweep(now_ms);
  EXPECT_EQ(gone, (rows + 2) / 3);
  EXPECT_EQ(count("listed"), std::to_string(rows - gone));
  // The next round begins at the front, and what was counted is what is there.
  list({.name = "last", .at_ms = now_ms, .line = "x"}, now_ms, 1);
  for (int sweeps = 0; sweeps < 3; ++sweeps) (void)*database_->sweep(now_ms + 1);
  EXPECT_EQ(list({.name = "fits", .at_ms = now_ms, .line = "x"}, now_ms, kLongMs, rows - gone + 1), 0U);
  EXPECT_EQ(list({.name = "fits not", .at_ms = now_ms, .line = "x"}, now_ms, kLongMs, rows - gone + 1), 1U);
}

TEST_F(EmbeddedUpkeep, AFewRowsAreNotReadEverySecond) {
  for (std::size_t i = 0; i < limits::kStoreSweep + 1; ++i) {
    list({.name = std::to_string(i), .at_ms = 0, .line = "x"}, 0, i == limits::kStoreSweep ? 1 : kLongMs);
  }
  EXPECT_EQ(*database_->sweep(0), 0U);  // from here on it knows how many there are
  EXPECT_EQ(*database_->sweep(10), 0U);
  EXPECT_EQ(*database_->sweep(10), 1U);
}

TEST_F(EmbeddedUpkeep, ARowThatIsOverCountsAsGoneBeforeTheSweepComes) {
  list({.name = "a", .at_ms = 1, .line = "first"}, 1, 10);
  list({.name = "a", .at_ms = 5, .line = "second", .first_stays = true}, 5, 10);
  EXPECT_EQ(listed(5).at(0).line, "first");
  list({.name = "a", .at_ms = 20, .line = "third", .first_stays = true}, 20, kLongMs);
  ASSERT_EQ(listed(20).size(), 1U);
  EXPECT_EQ(listed(20)[0].line, "third") << "the first was over";

  CommitRequest elsewhere;
  elsewhere.lists = {{.list = "other", .rows = {{.name = "b", .at_ms = 20, .line = "x"}}, .ttl_ms = 10, .most = 9}};
  ASSERT_TRUE(database_->apply(elsewhere, 20));
  list({.name = "b", .at_ms = 25, .line = "x"}, 25, kLongMs, 9, "other");
  EXPECT_EQ(listed(25).size(), 1U) << "it stands in the other list";
  list({.name = "b", .at_ms = 35, .line = "x"}, 35, kLongMs, 9, "other");
  EXPECT_EQ(listed(35).size(), 2U);
}

TEST_F(EmbeddedUpkeep, WhatWasOverAnywayMadeNoRoom) {
  list({.name = "a", .at_ms = 1, .line = "x"}, 1, 10, 2);
  list({.name = "b", .at_ms = 50, .line = "x"}, 50, kLongMs, 2);
  EXPECT_EQ(list({.name = "c", .at_ms = 51, .line = "x"}, 51, kLongMs, 2), 0U);
  EXPECT_EQ(list({.name = "d", .at_ms = 52, .line = "x"}, 52, kLongMs, 2), 1U);
  EXPECT_EQ(listed(52).size(), 2U);
}

}  // namespace
}  // namespace ringfence::test
