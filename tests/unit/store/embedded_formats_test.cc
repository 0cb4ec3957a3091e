// Files that this ringd did not write: another program's, a newer ringd's, those of the older formats.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <string>
#include <vector>

#include "embedded_file.h"

namespace ringfence::test {
namespace {

void run_foreign_sql(const std::string& path, const char* sql) {
  sqlite3* raw = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &raw), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(raw, sql, nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(raw);
}

TEST_F(EmbeddedStoreFile, ADatabaseOfAnotherProgramIsRefused) {
  run_foreign_sql(path_, "CREATE TABLE theirs(x)");
  EXPECT_NE(refusal().find("of another program"), std::string::npos) << refusal();
}

TEST_F(EmbeddedStoreFile, AFileOfANewerRingdIsRefused) {
  open().reset();
  run_foreign_sql(path_, "PRAGMA user_version = 99");
  EXPECT_NE(refusal().find("format 99"), std::string::npos) << refusal();
}

// What a ringd of format 1 wrote: marks and lines in tables of their own, and an index that is gone now.
TEST_F(EmbeddedStoreFile, AFileOfFormat1IsTakenOverWithAllThatIsInIt) {
  const std::string expires = std::to_string(UvClock(bench_.loop).now_ms() + 3'600'000);
  const std::string sql = R"(
CREATE TABLE sessions(sid TEXT PRIMARY KEY, v INTEGER NOT NULL, doc TEXT NOT NULL, due_ms INTEGER NOT NULL,
                      expires_ms INTEGER NOT NULL, written_ms INTEGER NOT NULL, written INTEGER NOT NULL);
CREATE INDEX sessions_due ON sessions(due_ms) WHERE due_ms > 0;
CREATE INDEX sessions_expiry ON sessions(expires_ms);
CREATE INDEX sessions_written ON sessions(written);
CREATE TABLE applied(sid TEXT NOT NULL, mark TEXT NOT NULL, PRIMARY KEY(sid, mark)) WITHOUT ROWID;
CREATE TABLE ladder(sid TEXT NOT NULL, seq INTEGER NOT NULL, line TEXT NOT NULL, PRIMARY KEY(sid, seq)) WITHOUT ROWID;
CREATE TABLE directory(one INTEGER PRIMARY KEY CHECK(one = 1), revision INTEGER NOT NULL, text TEXT NOT NULL);
PRAGMA application_id=1380339267; PRAGMA user_version=1;
INSERT INTO sessions VALUES('older', 2, 'the document', 0, )" +
                          expires + R"(, 0, 7), ('newer', 1, 'another', 0, )" + expires + R"(, 0, 8);
INSERT INTO ladder VALUES('older', 2, 'second'), ('older', 1, 'first'), ('newer', 1, 'only');
INSERT INTO applied VALUES('older', ')" +
                          short_hash("e1") + "'), ('older', '" + short_hash("e2") + "'), ('newer', '" +
                          short_hash("e1") + "');";
  run_foreign_sql(path_, sql.c_str());
  for (int times = 0; times < 2; ++times) {
    const auto store = open();
    EXPECT_EQ(bench_.log.count("store_upgraded"), 1U);  // the first time
    EXPECT_EQ(bench_.load(*store, "older")->document, "the document");
    EXPECT_EQ(*bench_.ladder(*store, "older"), (std::vector<std::string>{"first", "second"}));
    EXPECT_EQ(bench_.commit(*store, request("older", 2, "e2")).status, CommitStatus::duplicate);
    const auto calls = bench_.list(*store, 10);
    ASSERT_EQ(calls->size(), 2U);
    EXPECT_EQ(calls->front().session.text, "newer");
  }
  const auto store = open();
  ASSERT_EQ(bench_.commit(*store, request("older", 2, "e3")).status, CommitStatus::committed);
  EXPECT_EQ(bench_.ladder(*store, "older")->size(), 3U);
  EXPECT_EQ(bench_.list(*store, 10)->front().session.text, "older");
}

// What a ringd of format 2 wrote: a mark and its line in one row.
TEST_F(EmbeddedStoreFile, AFileOfFormat2IsTakenOverWithAllThatIsInIt) {
  const std::string expires = std::to_string(UvClock(bench_.loop).now_ms() + 3'600'000);
  const auto marked = [](const std::string& session, const std::string& event, const std::string& line) {
    return "INSERT INTO steps(sid, mark, line) VALUES('" + session + "', '" + short_hash(event) + "', '" + line + "');";
  };
  const std::string sql = R"(
CREATE TABLE sessions(sid TEXT PRIMARY KEY, v INTEGER NOT NULL, doc TEXT NOT NULL, due_ms INTEGER NOT NULL,
                      expires_ms INTEGER NOT NULL, written_ms INTEGER NOT NULL, written INTEGER NOT NULL);
CREATE INDEX sessions_due ON sessions(due_ms) WHERE due_ms > 0;
CREATE INDEX sessions_expiry ON sessions(expires_ms);
CREATE TABLE steps(id INTEGER PRIMARY KEY, sid TEXT NOT NULL, mark TEXT NOT NULL, line TEXT NOT NULL,
                   UNIQUE(sid, mark));
CREATE TABLE directory(one INTEGER PRIMARY KEY CHECK(one = 1), revision INTEGER NOT NULL, text TEXT NOT NULL);
CREATE TABLE listed(list TEXT NOT NULL, sid TEXT NOT NULL, name TEXT NOT NULL, at_ms INTEGER NOT NULL,
                    expires_ms INTEGER NOT NULL, line TEXT NOT NULL, UNIQUE(list, sid, name));
CREATE INDEX listed_at ON listed(list, at_ms);
CREATE INDEX listed_expiry ON listed(expires_ms);
PRAGMA application_id=1380339267; PRAGMA user_version=2;
INSERT INTO sessions VALUES('one', 3, 'the document', 0, )" +
                          expires + ", 0, 7), ('two', 1, 'another', 0, " + expires + ", 0, 8), ('~three', 30, '', 0, " +
                          expires + ", 0, 9);" + marked("~three", "e30", "") + marked("one", "e1", "first") +
                          marked("two", "e1", "only") + marked("one", "e2", "") + marked("one", "e3", "third");
  run_foreign_sql(path_, sql.c_str());
  for (int times = 0; times < 2; ++times) {
    const auto store = open();
    EXPECT_EQ(bench_.log.count("store_upgraded"), 1U);  // the first time
    EXPECT_EQ(bench_.load(*store, "one")->document, "the document");
    EXPECT_EQ(*bench_.ladder(*store, "one"), (std::vector<std::string>{"first", "third"}));
    EXPECT_EQ(*bench_.ladder(*store, "two"), (std::vector<std::string>{"only"}));
    for (const char* event : {"e1", "e2", "e3"}) {
      EXPECT_EQ(bench_.commit(*store, request("one", 3, event)).status, CommitStatus::duplicate) << event;
    }
    EXPECT_EQ(bench_.commit(*store, request("~three", 29, "e30")).status, CommitStatus::duplicate);
    EXPECT_EQ(bench_.list(*store, 10)->front().session.text, "two");
  }
  const auto store = open();
  ASSERT_EQ(bench_.commit(*store, request("~three", 30, "e31")).status, CommitStatus::committed);
  EXPECT_EQ(bench_.commit(*store, request("~three", 30, "e31")).status, CommitStatus::duplicate);
  ASSERT_EQ(bench_.commit(*store, request("one", 3, "e4")).status, CommitStatus::committed);
  EXPECT_EQ(bench_.commit(*store, request("one", 4, "e4")).status, CommitStatus::duplicate);
  EXPECT_EQ(bench_.ladder(*store, "one")->size(), 3U);
}

}  // namespace
}  // namespace ringfence::test
