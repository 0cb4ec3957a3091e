// Opening the embedded store's file: exclusive, ours, durable, with its tables and statements. See database.h.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "adapters/sqlite/database.h"

namespace ringfence {
namespace {

constexpr std::int64_t kApplicationId = 0x52464e43;  // "RFNC" in the file's header, so that `file` and we can tell
constexpr std::int64_t kSchemaVersion = 3;

// FULL: the log is flushed at every commit, because an event that was answered 200 must survive a power cut.
// A cache of 8 MB: with SQLite's own 2 MB an event of one of ten thousand live calls cost a third more than of a
// thousand. Not more: whenever a page was split, SQLite 3.40 walks its whole cache at the commit (it moves pages by way
// of a number beyond the end of the file, and forgets what lies beyond the end), with 64 MB a tenth of an event's CPU.
// The log goes into the file 16 MB at a time: a page that many commits touch is written there once.
constexpr const char* kPragmas =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA journal_size_limit=67108864; PRAGMA temp_store=MEMORY; "
    "PRAGMA cache_size=-8192; PRAGMA wal_autocheckpoint=4096;";

constexpr const char* kSchema = R"(
CREATE TABLE sessions(sid TEXT PRIMARY KEY, v INTEGER NOT NULL, doc TEXT NOT NULL, due_ms INTEGER NOT NULL,
                      expires_ms INTEGER NOT NULL, written_ms INTEGER NOT NULL, written INTEGER NOT NULL,
                      marks TEXT NOT NULL DEFAULT '', last_step INTEGER NOT NULL DEFAULT 0);
CREATE INDEX sessions_due ON sessions(due_ms) WHERE due_ms > 0;
CREATE INDEX sessions_expiry ON sessions(expires_ms);
CREATE TABLE directory(one INTEGER PRIMARY KEY CHECK(one = 1), revision INTEGER NOT NULL, text TEXT NOT NULL);
)";

// `marks` of a session: those of its last events, one after the other; older ones stand in the table of that name.
// `steps`: the ladder's lines, each with the number of the one before it. New lines of all sessions go to the end of
// the table, and no index finds them: a commit writes the session's row and one page that it shares with others.
constexpr const char* kSteps = R"(
CREATE TABLE marks(sid TEXT NOT NULL, mark TEXT NOT NULL, PRIMARY KEY(sid, mark)) WITHOUT ROWID;
CREATE TABLE steps(id INTEGER PRIMARY KEY, before INTEGER NOT NULL, line TEXT NOT NULL);
)";

// A file of format 1 kept marks and lines apart, and an index of what was written last (now recent_sessions.h). Which
// line is which mark's is not known any more, and need not be.
constexpr const char* kFromFormat1 = R"(
CREATE TABLE marked(id INTEGER PRIMARY KEY, sid TEXT NOT NULL, mark TEXT NOT NULL, line TEXT NOT NULL);
INSERT INTO marked(sid, mark, line) SELECT sid, '', line FROM ladder ORDER BY sid, seq;
INSERT INTO marked(sid, mark, line) SELECT sid, mark, '' FROM applied;
DROP TABLE ladder;
DROP TABLE applied;
DROP INDEX sessions_written;
)";

// Format 2 had a mark and its line in one table, with an index of both the session and the mark.
constexpr const char* kFromFormat2 = "ALTER TABLE steps RENAME TO marked;";

// In the order of the numbers, and so read and written from front to back. Marks of format 1's lines are none.
constexpr const char* kFromMarked = R"(
ALTER TABLE sessions ADD COLUMN marks TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN last_step INTEGER NOT NULL DEFAULT 0;
INSERT OR IGNORE INTO marks SELECT sid, mark FROM marked WHERE mark != '' AND mark NOT LIKE 'line %';
CREATE INDEX marked_lines ON marked(sid) WHERE line != '';
INSERT INTO steps SELECT id, coalesce((SELECT before.id FROM marked AS before WHERE before.sid = marked.sid AND
  before.line != '' AND before.id < marked.id ORDER BY before.id DESC LIMIT 1), 0), line
  FROM marked WHERE line != '' ORDER BY id;
UPDATE sessions SET last_step = last.id
  FROM (SELECT sid, max(id) AS id FROM marked WHERE line != '' GROUP BY sid) AS last WHERE last.sid = sessions.sid;
DROP TABLE marked;
)";

// Newer than the schema: a file of an older ringd gets it, and an older ringd passes it by. A row's name was its
// session's and its own once; now it is one, and `sid` is empty. There was an index of when rows expire: the sweep goes
// through the table instead, which costs a commit nothing.
constexpr const char* kLists = R"(
CREATE TABLE IF NOT EXISTS listed(list TEXT NOT NULL, sid TEXT NOT NULL, name TEXT NOT NULL, at_ms INTEGER NOT NULL,
                                  expires_ms INTEGER NOT NULL, line TEXT NOT NULL, UNIQUE(list, sid, name));
CREATE INDEX IF NOT EXISTS listed_at ON listed(list, at_ms);
DROP INDEX IF EXISTS listed_expiry;
UPDATE OR REPLACE listed SET name = sid || '/' || name, sid = '' WHERE sid != '';
)";

static_assert(kUnlisted == '~');  // as `recent` has it

// In the order of Database::Sql.
constexpr std::array kStatements = {
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "SELECT v, expires_ms, doc FROM sessions WHERE sid = ?",
    "SELECT v, expires_ms, due_ms, rowid, marks, last_step FROM sessions WHERE rowid = ? AND sid = ?",
    "SELECT v, expires_ms, due_ms, rowid, marks, last_step FROM sessions WHERE sid = ?",
    "INSERT INTO sessions(sid, v, doc, due_ms, expires_ms, written_ms, written, marks, last_step) "
    "VALUES(?,?,?,?,?,?,?,?,?)",
    "UPDATE sessions SET v = ?2, doc = ?3, written_ms = ?4, written = ?5, marks = ?6, last_step = ?7 WHERE rowid = ?1",
    "UPDATE sessions SET v = ?2, doc = ?3, written_ms = ?4, written = ?5, marks = ?6, last_step = ?7, due_ms = ?8 "
    "WHERE rowid = ?1",
    "UPDATE sessions SET due_ms = ? WHERE rowid = ?",
    "UPDATE sessions SET expires_ms = ? WHERE rowid = ?",
    "SELECT 1 FROM marks WHERE sid = ? AND mark = ?",
    "INSERT OR IGNORE INTO marks(sid, mark) VALUES(?, ?)",
    "INSERT INTO steps(before, line) VALUES(?, ?)",
    "WITH RECURSIVE chain(id, before) AS (SELECT id, before FROM steps WHERE id = ? UNION ALL "
    "SELECT steps.id, steps.before FROM chain JOIN steps ON steps.id = chain.before) SELECT id FROM chain LIMIT -1 "
    "OFFSET ?",
    "DELETE FROM steps WHERE id = ?",
    "WITH RECURSIVE chain(before, line) AS (SELECT before, line FROM steps WHERE id = "
    "(SELECT last_step FROM sessions WHERE sid = ?) UNION ALL "
    "SELECT steps.before, steps.line FROM chain JOIN steps ON steps.id = chain.before) SELECT line FROM chain LIMIT ?",
    "SELECT sid, rowid FROM sessions WHERE due_ms > 0 AND due_ms <= ? AND expires_ms > ? ORDER BY due_ms LIMIT ?",
    "SELECT sid, written FROM sessions WHERE doc != '' AND substr(sid, 1, 1) != '~' ORDER BY rowid DESC LIMIT ?",
    "SELECT sid FROM sessions WHERE sid > ? AND expires_ms > ? ORDER BY sid LIMIT ?",
    "INSERT INTO listed(list, sid, name, at_ms, expires_ms, line) VALUES(?,'',?,?,?,?) "
    "ON CONFLICT(list, sid, name) DO NOTHING",
    "UPDATE listed SET at_ms = ?3, expires_ms = ?4, line = ?5 WHERE list = ?1 AND sid = '' AND name = ?2 "
    "AND (?6 OR expires_ms <= ?7)",
    "DELETE FROM listed WHERE list = ? AND sid = '' AND name = ?",
    "SELECT count(*) FROM listed WHERE list = ?",
    "DELETE FROM listed WHERE rowid IN (SELECT rowid FROM listed WHERE list = ? ORDER BY at_ms, rowid LIMIT ?) "
    "RETURNING expires_ms",
    "SELECT name, at_ms, line FROM listed WHERE list = ? AND at_ms > ? AND at_ms <= ? AND expires_ms > ? "
    "ORDER BY at_ms DESC, rowid DESC LIMIT ?",
    "SELECT name, at_ms, line FROM listed WHERE list = ? AND at_ms > ? AND at_ms <= ? AND expires_ms > ? "
    "ORDER BY at_ms, rowid LIMIT ?",
    "SELECT name, at_ms, line FROM listed WHERE list = ? AND sid = '' AND name = ? AND expires_ms > ?",
    "INSERT INTO directory(one, revision, text) VALUES(1, 1, ?) "
    "ON CONFLICT(one) DO UPDATE SET revision = revision + 1, text = excluded.text RETURNING revision",
    "SELECT revision, CASE WHEN revision = ? THEN '' ELSE text END FROM directory",
    "SELECT sid FROM sessions WHERE expires_ms <= ? ORDER BY expires_ms LIMIT ?",
    "DELETE FROM sessions WHERE sid = ?",
    "DELETE FROM marks WHERE sid = ?",
    "SELECT rowid, list, expires_ms FROM listed WHERE rowid > ? ORDER BY rowid LIMIT ?",
    "DELETE FROM listed WHERE rowid = ?",
};

// SQLite would create it readable by everybody.
Result<void> create_private(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) {
    return fail(ErrorCode::unavailable, "cannot open the store " + path + ": " + std::strerror(errno));
  }
  ::close(fd);
  return {};
}

}  // namespace

Result<void> Database::run_sql(const char* sql) {
  if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return std::unexpected(database_error(handle_.get()));
}

Result<std::int64_t> Database::ask_number(const char* sql) {
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v2(handle_.get(), sql, -1, &raw, nullptr) != SQLITE_OK) {
    return std::unexpected(database_error(handle_.get()));
  }
  const StatementHandle statement(raw);
  Query query(statement);
  const auto row = query.next();
  if (!row) return std::unexpected(row.error());
  return *row ? query.number(0) : 0;
}

Result<void> Database::take_file(const std::string& path) {
  sqlite3* raw = nullptr;
  // NOMUTEX: the handle moves to one thread and stays there.
  const int code = sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  handle_.reset(raw);
  if (raw == nullptr) return fail(ErrorCode::internal, "SQLite is out of memory");
  if (code != SQLITE_OK) return std::unexpected(database_error(raw));
  sqlite3_extended_result_codes(raw, 1);
  // Two ringd on one file would be two authorities; in exclusive mode the second one finds it locked.
  if (auto done = run_sql("PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT;"); !done) return done;
  if (auto owner = check_owner(); !owner) return owner;
  return run_sql(kPragmas);
}

Result<void> Database::check_owner() {
  const auto tables = ask_number("SELECT count(*) FROM sqlite_schema");
  if (!tables) return std::unexpected(tables.error());
  if (*tables == 0) return {};
  const auto application = ask_number("PRAGMA application_id");
  if (!application) return std::unexpected(application.error());
  if (*application != kApplicationId) {
    return fail(ErrorCode::invalid, "it is a database of another program; give ringd a file of its own");
  }
  const auto version = ask_number("PRAGMA user_version");
  if (!version) return std::unexpected(version.error());
  if (*version < 1 || *version > kSchemaVersion) {
    return fail(ErrorCode::invalid, "it has format " + std::to_string(*version) + ", this ringd knows formats up to " +
                                        std::to_string(kSchemaVersion) + "; run the ringd that wrote it");
  }
  return {};
}

Result<void> Database::prepare_all() {
  static_assert(kStatements.size() == static_cast<std::size_t>(Sql::count));
  for (std::size_t i = 0; i < kStatements.size(); ++i) {
    sqlite3_stmt* raw = nullptr;
    const int code = sqlite3_prepare_v3(handle_.get(), kStatements[i], -1, SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
    statements_[i].reset(raw);
    if (code != SQLITE_OK) return std::unexpected(database_error(handle_.get()));
  }
  return {};
}

// A new file, or one of an older format, in one transaction.
Result<void> Database::bring_to_format() {
  const auto tables = ask_number("SELECT count(*) FROM sqlite_schema");
  if (!tables) return std::unexpected(tables.error());
  const auto version = ask_number("PRAGMA user_version");
  if (!version) return std::unexpected(version.error());
  if (*tables != 0 && *version == kSchemaVersion) return {};
  if (*tables != 0) brought_from_ = *version;
  const std::string older = *version == 1 ? kFromFormat1 : kFromFormat2;
  const std::string changes = *tables == 0 ? std::string(kSchema) + kSteps : older + kSteps + kFromMarked;
  const std::string script = "BEGIN;" + changes + "PRAGMA application_id=" + std::to_string(kApplicationId) +
                             ";PRAGMA user_version=" + std::to_string(kSchemaVersion) + ";COMMIT;";
  return run_sql(script.c_str());
}

Result<std::unique_ptr<Database>> Database::open(const std::string& path) {
  // SQLite's own account of its memory, which nobody reads, takes a lock at each allocation. It can be had only before
  // the first use of the library in a process; refused, it costs 3 % and nothing else.
  [[maybe_unused]] static const int unaccounted = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  if (auto created = create_private(path); !created) return std::unexpected(created.error());
  std::unique_ptr<Database> database(new Database);
  const auto refuse = [&path](const Error& error) {
    return fail(error.code, "cannot use " + path + " as the store: " + error.text);
  };
  if (auto taken = database->take_file(path); !taken) return refuse(taken.error());
  if (auto brought = database->bring_to_format(); !brought) return refuse(brought.error());
  if (auto added = database->run_sql(kLists); !added) return refuse(added.error());
  if (auto prepared = database->prepare_all(); !prepared) return refuse(prepared.error());
  if (auto read = database->read_recent(); !read) return refuse(read.error());
  return database;
}

}  // namespace ringfence
