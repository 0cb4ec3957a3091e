// The embedded store's file: its tables and the steps the port asks for, one call each, blocking. Owned by the thread
// of group_commit.h, which puts many steps into one transaction. Must not know: threads, the loop, what a document
// means.
//
// Every step may only be called between begin() and commit(). After an error the caller rolls back: no step leaves the
// file half written. `wall_ms` is the time by which sessions expire.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "adapters/sqlite/query.h"
#include "adapters/sqlite/recent_sessions.h"
#include "ports/store.h"
#include "shared/limits.h"

namespace ringfence {

class Database {
 public:
  // Creates the file (mode 0600: it holds phone numbers) or takes it over exclusively until destruction.
  [[nodiscard]] static Result<std::unique_ptr<Database>> open(const std::string& path);

  [[nodiscard]] Result<void> begin();
  [[nodiscard]] Result<void> commit();  // returns after the write-ahead log is on the disk
  void rollback();

  [[nodiscard]] Result<StoredSession> load(const SessionId& session, Millis wall_ms);
  [[nodiscard]] Result<CommitResult> apply(const CommitRequest& request, Millis wall_ms);
  [[nodiscard]] Result<std::vector<SessionId>> claim_due(Millis now_ms, std::size_t count, Millis claim_ms,
                                                         Millis wall_ms);
  [[nodiscard]] Result<std::vector<std::string>> ladder(const SessionId& session, Millis wall_ms);
  [[nodiscard]] Result<std::vector<CallListing>> list(std::size_t count, Millis wall_ms);
  [[nodiscard]] Result<std::vector<ListRow>> rows(const ListQuestion& question, Millis wall_ms);
  [[nodiscard]] Result<std::vector<SessionId>> sessions(const SessionId& after, std::size_t count, Millis wall_ms);
  [[nodiscard]] Result<void> forget(const SessionId& session) { return drop(session.text); }
  [[nodiscard]] Result<std::uint64_t> put_directory(const std::string& text);
  [[nodiscard]] Result<Store::DirectoryText> get_directory(std::uint64_t known_revision);
  // The format that the file had before open() brought it to ours; 0: it was new, or had ours.
  [[nodiscard]] std::int64_t brought_from() const noexcept { return brought_from_; }
  // Removes at most limits::kStoreSweep expired sessions, and of the next rows of lists, limits::kStoreSweptRows at
  // most, those that have expired, going round them all; returns the larger number of the two.
  [[nodiscard]] Result<std::size_t> sweep(Millis wall_ms);

 private:
  enum class Sql : std::uint8_t {
    begin,
    commit,
    rollback,
    session,
    head_at,
    head,
    add_session,
    write_session,
    write_session_due,
    set_due,
    set_expiry,
    mark,
    add_mark,
    add_step,
    chain,
    drop_step,
    ladder,
    due,
    recent,
    names,
    add_row,
    replace_row,
    drop_row,
    count_rows,
    trim_rows,
    rows,
    rows_on,
    row,
    put_directory,
    directory,
    expired,
    drop_session,
    drop_marks,
    rows_after,
    sweep_row,
    count
  };

  Database() = default;
  [[nodiscard]] Result<void> take_file(const std::string& path);
  [[nodiscard]] Result<void> check_owner();
  [[nodiscard]] Result<void> bring_to_format();
  [[nodiscard]] Result<void> prepare_all();
  [[nodiscard]] Result<void> run_sql(const char* sql);
  [[nodiscard]] Result<std::int64_t> ask_number(const char* sql);
  [[nodiscard]] Result<void> run(Sql sql);
  [[nodiscard]] Result<void> read_recent();
  // A session's row without its document; version 0: there is none, or it is over.
  struct Head {
    std::uint64_t version = 0;
    Millis expires_ms = 0, due_ms = 0;
    std::int64_t row = 0, last_step = 0;
    std::string marks;
  };
  [[nodiscard]] Result<Head> head(const SessionId& session, Millis wall_ms);
  void remember(const SessionId& session, std::int64_t row);
  [[nodiscard]] Result<bool> is_applied(const SessionId& session, const Head& stored, const std::string& mark);
  // Makes of what is stored what will be, the mark and the line included, and writes it.
  [[nodiscard]] Result<void> write(const CommitRequest& request, Head stored, const std::string& mark, Millis wall_ms);
  [[nodiscard]] Result<void> add_mark(const SessionId& session, Head& stored, const std::string& mark);
  [[nodiscard]] Result<void> add_step(const CommitRequest& request, Head& stored);
  [[nodiscard]] Result<void> add_session(const CommitRequest& request, const Head& stored, Millis wall_ms);
  [[nodiscard]] Result<void> write_session(const CommitRequest& request, const Head& stored, Millis wall_ms);
  [[nodiscard]] Result<void> drop_steps(std::int64_t last_step, std::size_t but_the_last);
  [[nodiscard]] bool changed() const { return sqlite3_changes(handle_.get()) != 0; }     // by the last statement
  [[nodiscard]] Result<std::size_t> write_rows(const ListWrite& write, Millis wall_ms);  // how many made room
  [[nodiscard]] Result<std::int64_t*> size_of(const std::string& list);
  [[nodiscard]] Result<void> drop(const std::string& session);
  [[nodiscard]] Result<std::size_t> sweep_rows(Millis wall_ms);
  [[nodiscard]] const StatementHandle& statement(Sql sql) const { return statements_[static_cast<std::size_t>(sql)]; }

  DatabaseHandle handle_;  // before the statements: they are finalised first
  std::array<StatementHandle, static_cast<std::size_t>(Sql::count)> statements_;
  std::int64_t brought_from_ = 0;
  std::int64_t written_ = 0;  // orders listings; a clock may step, this cannot
  RecentSessions recent_{limits::kListedCalls};
  // How many rows each list has, as far as asked: to count them with every commit would be most of its work. Nobody
  // else writes the file; after a rollback they are counted anew.
  std::unordered_map<std::string, std::int64_t> sizes_;
  // In which row a session of this name was last: saves most events a look into the index of names, of 100,000 calls
  // another page to read. By the name's hash, and never believed: the row says whose it is.
  std::unordered_map<std::size_t, std::int64_t> rows_;
  std::int64_t swept_to_ = 0;                         // the sweep's last row of `listed`
  std::size_t swept_ = 0;                             // how many in this round
  std::size_t sweep_rows_ = limits::kStoreSweptRows;  // the next; of a file just opened nobody knows how many there are
};

}  // namespace ringfence
