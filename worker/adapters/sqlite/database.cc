// The steps of the embedded store inside a transaction; see database.h.
#include "adapters/sqlite/database.h"

#include <algorithm>
#include <utility>

#include "shared/limits.h"

namespace ringfence {

Result<void> Database::run(Sql sql) { return Query(statement(sql)).run(); }
Result<void> Database::begin() { return run(Sql::begin); }
Result<void> Database::commit() { return run(Sql::commit); }

void Database::rollback() {
  // Some errors (full disk, I/O) have already rolled back; asking again would only complain.
  if (sqlite3_get_autocommit(handle_.get()) == 0) static_cast<void>(run(Sql::rollback));
}

Result<StoredSession> Database::load(const SessionId& session, Millis wall_ms) {
  Query query(statement(Sql::session));
  const auto row = query.bind(session.text).next();
  if (!row) return std::unexpected(row.error());
  if (!*row || query.number(2) <= wall_ms) return StoredSession{};
  return StoredSession{static_cast<std::uint64_t>(query.number(0)), query.text(1)};
}

Result<CommitResult> Database::apply(const CommitRequest& request, Millis wall_ms) {
  const auto stored = load(request.session, wall_ms);
  if (!stored) return std::unexpected(stored.error());
  const std::string mark = short_hash(request.event.text);
  if (stored->version != 0) {
    const auto applied = Query(statement(Sql::is_applied)).bind(request.session.text).bind(mark).next();
    if (!applied) return std::unexpected(applied.error());
    if (*applied) return CommitResult{CommitStatus::duplicate, stored->version, {}};
  }
  const bool taken_up = request.takes_up && stored->version == 0;
  if (stored->version != request.expected_version && !taken_up) {
    return CommitResult{CommitStatus::conflict, stored->version, *stored};
  }
  if (stored->version == 0) {
    // What an expired session of the same name left behind must not count for the new one.
    if (auto dropped = drop(request.session.text); !dropped) return std::unexpected(dropped.error());
  }
  const std::uint64_t version = request.expected_version + 1;
  if (auto done = write(request, static_cast<std::int64_t>(version), wall_ms); !done) {
    return std::unexpected(done.error());
  }
  if (auto marked = Query(statement(Sql::mark_applied)).bind(request.session.text).bind(mark).run(); !marked) {
    return std::unexpected(marked.error());
  }
  return CommitResult{CommitStatus::committed, version, {}};
}

Result<void> Database::write(const CommitRequest& request, std::int64_t version, Millis wall_ms) {
  const Millis expires_ms = wall_ms + std::max<Millis>(request.ttl_ms, 1);
  if (auto done = Query(statement(Sql::write_session))
                      .bind(request.session.text)
                      .bind(version)
                      .bind(request.document)
                      .bind(request.due_ms)
                      .bind(expires_ms)
                      .bind(wall_ms)
                      .bind(++written_)
                      .run();
      !done) {
    return done;
  }
  if (auto done = write_rows(request); !done || request.ladder_line.empty()) return done;
  if (auto done = Query(statement(Sql::add_ladder)).bind(request.session.text).bind(request.ladder_line).run(); !done) {
    return done;
  }
  return Query(statement(Sql::trim_ladder))
      .bind(request.session.text)
      .bind(static_cast<std::int64_t>(limits::kLadderLines))
      .run();
}

Result<void> Database::write_rows(const CommitRequest& request) {
  if (request.rows.empty()) return {};
  for (const std::string& list : request.lists) {
    for (const ListRow& row : request.rows) {
      Query query(statement(row.line.empty() ? Sql::drop_row : Sql::add_row));
      query.bind(list).bind(request.session.text).bind(row.name);
      if (!row.line.empty()) {
        query.bind(row.at_ms).bind(row.at_ms + std::max<Millis>(request.rows_ttl_ms, 1)).bind(row.line);
      }
      if (auto done = query.run(); !done) return done;
    }
    const auto most = static_cast<std::int64_t>(request.rows_most);
    if (auto done = Query(statement(Sql::trim_rows)).bind(list).bind(most).run(); !done) return done;
  }
  return {};
}

Result<std::vector<std::string>> Database::lines(const std::string& list, std::size_t count, Millis since_ms,
                                                 Millis wall_ms) {
  std::vector<std::string> lines;
  Query query(statement(Sql::lines));
  query.bind(list).bind(since_ms).bind(wall_ms).bind(static_cast<std::int64_t>(std::min(count, limits::kListLines)));
  for (;;) {
    const auto row = query.next();
    if (!row) return std::unexpected(row.error());
    if (!*row) return lines;
    lines.push_back(query.text(0));
  }
}

Result<std::vector<SessionId>> Database::claim_due(Millis now_ms, std::size_t count, Millis claim_ms, Millis wall_ms) {
  std::vector<SessionId> sessions;
  {
    Query query(statement(Sql::due));
    query.bind(now_ms).bind(wall_ms).bind(static_cast<std::int64_t>(std::min(count, limits::kDueBatch)));
    for (;;) {
      const auto row = query.next();
      if (!row) return std::unexpected(row.error());
      if (!*row) break;
      sessions.push_back(SessionId{query.text(0)});
    }
  }
  for (const SessionId& session : sessions) {
    const auto done = Query(statement(Sql::push_back)).bind(now_ms + claim_ms).bind(session.text).run();
    if (!done) return std::unexpected(done.error());
  }
  return sessions;
}

Result<std::vector<std::string>> Database::ladder(const SessionId& session, Millis wall_ms) {
  std::vector<std::string> lines;
  const auto stored = load(session, wall_ms);
  if (!stored) return std::unexpected(stored.error());
  if (stored->version == 0) return lines;
  Query query(statement(Sql::ladder));
  query.bind(session.text);
  for (;;) {
    const auto row = query.next();
    if (!row) return std::unexpected(row.error());
    if (!*row) return lines;
    lines.push_back(query.text(0));
  }
}

Result<std::vector<CallListing>> Database::list(std::size_t count, Millis wall_ms) {
  std::vector<CallListing> calls;
  Query query(statement(Sql::list));
  query.bind(wall_ms).bind(static_cast<std::int64_t>(std::min(count, limits::kListedCalls)));
  for (;;) {
    const auto row = query.next();
    if (!row) return std::unexpected(row.error());
    if (!*row) return calls;
    calls.push_back({SessionId{query.text(0)}, static_cast<std::uint64_t>(query.number(1)), query.text(2)});
  }
}

Result<std::vector<SessionId>> Database::sessions(const SessionId& after, std::size_t count, Millis wall_ms) {
  std::vector<SessionId> sessions;
  Query query(statement(Sql::names));
  query.bind(after.text).bind(wall_ms).bind(static_cast<std::int64_t>(std::min(count, limits::kListedCalls)));
  for (;;) {
    const auto row = query.next();
    if (!row) return std::unexpected(row.error());
    if (!*row) return sessions;
    sessions.push_back(SessionId{query.text(0)});
  }
}

Result<std::uint64_t> Database::put_directory(const std::string& text) {
  Query query(statement(Sql::put_directory));
  const auto row = query.bind(text).next();
  if (!row) return std::unexpected(row.error());
  return static_cast<std::uint64_t>(query.number(0));
}

Result<Store::DirectoryText> Database::get_directory(std::uint64_t known_revision) {
  Query query(statement(Sql::directory));
  const auto row = query.bind(static_cast<std::int64_t>(known_revision)).next();
  if (!row) return std::unexpected(row.error());
  if (!*row) return Store::DirectoryText{};
  return Store::DirectoryText{static_cast<std::uint64_t>(query.number(0)), query.text(1)};
}

Result<void> Database::drop(const std::string& session) {
  for (const Sql sql : {Sql::drop_session, Sql::drop_applied, Sql::drop_ladder}) {
    if (auto done = Query(statement(sql)).bind(session).run(); !done) return done;
  }
  return {};
}

Result<std::size_t> Database::sweep(Millis wall_ms) {
  std::vector<std::string> expired;
  {
    Query query(statement(Sql::expired));
    query.bind(wall_ms).bind(static_cast<std::int64_t>(limits::kStoreSweep));
    for (;;) {
      const auto row = query.next();
      if (!row) return std::unexpected(row.error());
      if (!*row) break;
      expired.push_back(query.text(0));
    }
  }
  const auto swept =
      Query(statement(Sql::sweep_rows)).bind(wall_ms).bind(static_cast<std::int64_t>(limits::kStoreSweep)).run();
  if (!swept) return std::unexpected(swept.error());
  for (const std::string& session : expired) {
    if (auto done = drop(session); !done) return std::unexpected(done.error());
  }
  return expired.size();
}

}  // namespace ringfence
