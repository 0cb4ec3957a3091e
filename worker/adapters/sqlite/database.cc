// The steps of the embedded store inside a transaction; see database.h.
#include "adapters/sqlite/database.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "shared/limits.h"

namespace ringfence {
namespace {

constexpr std::size_t kMarkChars = 16;  // of short_hash()

Millis life_ms(const CommitRequest& request) { return std::max<Millis>(request.ttl_ms, 1); }

}  // namespace

Result<void> Database::run(Sql sql) { return Query(statement(sql)).run(); }
Result<void> Database::begin() { return run(Sql::begin); }
Result<void> Database::commit() { return run(Sql::commit); }

void Database::rollback() {
  // Some errors (full disk, I/O) have already rolled back; asking again would only complain.
  if (sqlite3_get_autocommit(handle_.get()) == 0) static_cast<void>(run(Sql::rollback));
  // Is the disk full? What stands in the log goes into the file, as far as there is room, and the log begins anew.
  static_cast<void>(sqlite3_wal_checkpoint_v2(handle_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr));
  sizes_.clear();
}

Result<StoredSession> Database::load(const SessionId& session, Millis wall_ms) {
  Query query(statement(Sql::session));
  const auto row = query.bind(session.text).next();
  if (!row) return std::unexpected(row.error());
  if (!*row || query.number(1) <= wall_ms) return StoredSession{};
  return StoredSession{static_cast<std::uint64_t>(query.number(0)), query.text(2)};
}

Result<Database::Head> Database::head(const SessionId& session, Millis wall_ms) {
  const auto ask = [&](Query& query) -> Result<std::optional<Head>> {
    const auto row = query.next();
    if (!row) return std::unexpected(row.error());
    if (!*row) return std::nullopt;
    const std::int64_t at = query.number(3);
    remember(session, at);
    if (query.number(1) <= wall_ms) return Head{};
    return Head{.version = static_cast<std::uint64_t>(query.number(0)),
                .expires_ms = query.number(1),
                .due_ms = query.number(2),
                .row = at,
                .last_step = query.number(5),
                .marks = query.text(4)};
  };
  if (const auto known = rows_.find(std::hash<std::string>{}(session.text)); known != rows_.end()) {
    Query query(statement(Sql::head_at));
    const auto found = ask(query.bind(known->second).bind(session.text));
    if (!found) return std::unexpected(found.error());
    if (*found) return **found;
  }
  Query query(statement(Sql::head));
  const auto found = ask(query.bind(session.text));
  if (!found) return std::unexpected(found.error());
  return found->value_or(Head{});
}

void Database::remember(const SessionId& session, std::int64_t row) {
  if (rows_.size() >= limits::kStoreRowsKnown) rows_.clear();
  rows_[std::hash<std::string>{}(session.text)] = row;
}

Result<CommitResult> Database::apply(const CommitRequest& request, Millis wall_ms) {
  if (request.event.empty()) {
    CommitResult result{.status = CommitStatus::committed};
    for (const ListWrite& write : request.lists) {
      const auto trimmed = write_rows(write, wall_ms);
      if (!trimmed) return std::unexpected(trimmed.error());
      result.trimmed += *trimmed;
    }
    return result;
  }
  const auto stored = head(request.session, wall_ms);
  if (!stored) return std::unexpected(stored.error());
  if (stored->version == 0) {
    if (request.expected_version != 0 && !request.takes_up) return CommitResult{CommitStatus::conflict, 0, {}};
    // What an expired session of the same name left behind must not count for the new one.
    if (auto dropped = drop(request.session.text); !dropped) return std::unexpected(dropped.error());
  }
  const std::string mark = short_hash(request.event.text);
  const auto applied = is_applied(request.session, *stored, mark);
  if (!applied) return std::unexpected(applied.error());
  if (*applied) return CommitResult{CommitStatus::duplicate, stored->version, {}};
  if (stored->version != 0 && stored->version != request.expected_version) {
    auto current = load(request.session, wall_ms);
    if (!current) return std::unexpected(current.error());
    return CommitResult{CommitStatus::conflict, stored->version, std::move(*current)};
  }
  if (auto done = write(request, *stored, mark, wall_ms); !done) return std::unexpected(done.error());
  return CommitResult{CommitStatus::committed, request.expected_version + 1, {}};
}

Result<bool> Database::is_applied(const SessionId& session, const Head& stored, const std::string& mark) {
  for (std::size_t at = 0; at < stored.marks.size(); at += kMarkChars) {
    if (stored.marks.compare(at, kMarkChars, mark) == 0) return true;
  }
  // Every version has brought a mark: as many in the row means that there is none elsewhere. Of what is no call one
  // stays, in the row, or elsewhere where an older ringd wrote it.
  if (stored.marks.size() / kMarkChars >= stored.version) return false;
  if (!is_listed(session) && !stored.marks.empty()) return false;
  return Query(statement(Sql::mark)).bind(session.text).bind(mark).next();
}

// Of a session that is written for months only the last mark is kept.
Result<void> Database::add_mark(const SessionId& session, Head& stored, const std::string& mark) {
  if (!is_listed(session)) stored.marks.clear();
  stored.marks += mark;
  if (stored.marks.size() <= limits::kStoreMarks * kMarkChars) return {};
  constexpr std::size_t kMoved = limits::kStoreMarks / 2 * kMarkChars;
  for (std::size_t at = 0; at < kMoved; at += kMarkChars) {
    const auto moved = std::string_view(stored.marks).substr(at, kMarkChars);
    if (auto done = Query(statement(Sql::add_mark)).bind(session.text).bind(moved).run(); !done) return done;
  }
  stored.marks.erase(0, kMoved);
  return {};
}

// The lines of a long call that nobody reads any more go now and then, not with every event.
Result<void> Database::add_step(const CommitRequest& request, Head& stored) {
  if (!request.ladder_line.empty()) {
    auto added = Query(statement(Sql::add_step)).bind(stored.last_step).bind(request.ladder_line).run();
    if (!added) return added;
    stored.last_step = sqlite3_last_insert_rowid(handle_.get());
  }
  const std::uint64_t version = request.expected_version + 1;
  if (version <= limits::kLadderLines || version % limits::kLadderTrim != 0) return {};
  return drop_steps(stored.last_step, limits::kLadderLines);
}

// The last line that stays still names the one before it. That number is not given out again: a new row gets one above
// all there are.
Result<void> Database::drop_steps(std::int64_t last_step, std::size_t but_the_last) {
  std::vector<std::int64_t> steps;
  {
    Query query(statement(Sql::chain));
    query.bind(last_step).bind(static_cast<std::int64_t>(but_the_last));
    for (;;) {
      const auto row = query.next();
      if (!row) return std::unexpected(row.error());
      if (!*row) break;
      steps.push_back(query.number(0));
    }
  }
  for (const std::int64_t step : steps) {
    if (auto done = Query(statement(Sql::drop_step)).bind(step).run(); !done) return done;
  }
  return {};
}

Result<void> Database::add_session(const CommitRequest& request, const Head& stored, Millis wall_ms) {
  auto added = Query(statement(Sql::add_session))
                   .bind(request.session.text)
                   .bind(static_cast<std::int64_t>(request.expected_version + 1))
                   .bind(request.document)
                   .bind(request.due_ms)
                   .bind(wall_ms + life_ms(request))
                   .bind(wall_ms)
                   .bind(++written_)
                   .bind(stored.marks)
                   .bind(stored.last_step)
                   .run();
  if (added) remember(request.session, sqlite3_last_insert_rowid(handle_.get()));
  return added;
}

// An index costs a commit two pages of the file, on which few other sessions stand: what stays as it is is not written,
// and the end of the life is moved seldom and somewhat too far.
Result<void> Database::write_session(const CommitRequest& request, const Head& stored, Millis wall_ms) {
  const bool moves_due = request.due_ms != stored.due_ms;
  Query query(statement(moves_due ? Sql::write_session_due : Sql::write_session));
  query.bind(stored.row)
      .bind(static_cast<std::int64_t>(request.expected_version + 1))
      .bind(request.document)
      .bind(wall_ms)
      .bind(++written_)
      .bind(stored.marks)
      .bind(stored.last_step);
  if (moves_due) query.bind(request.due_ms);
  if (auto done = query.run(); !done) return done;
  const Millis wanted_ms = wall_ms + life_ms(request);
  const Millis latest_ms = wanted_ms + life_ms(request) / limits::kStoreLongerLife;
  if (stored.expires_ms >= wanted_ms && stored.expires_ms <= latest_ms) return {};
  return Query(statement(Sql::set_expiry)).bind(latest_ms).bind(stored.row).run();
}

Result<void> Database::write(const CommitRequest& request, Head stored, const std::string& mark, Millis wall_ms) {
  if (auto done = add_mark(request.session, stored, mark); !done) return done;
  if (auto done = add_step(request, stored); !done) return done;
  auto written = stored.version == 0 ? add_session(request, stored, wall_ms) : write_session(request, stored, wall_ms);
  if (!written) return written;
  if (!request.document.empty() && is_listed(request.session)) recent_.write(request.session.text);
  for (const ListWrite& one : request.lists) {
    if (auto done = write_rows(one, wall_ms); !done) return std::unexpected(done.error());
  }
  return {};
}

Result<std::int64_t*> Database::size_of(const std::string& list) {
  if (const auto known = sizes_.find(list); known != sizes_.end()) return &known->second;
  Query query(statement(Sql::count_rows));
  if (const auto row = query.bind(list).next(); !row) return std::unexpected(row.error());
  if (sizes_.size() >= limits::kListsCounted) sizes_.clear();
  return &(sizes_[list] = query.number(0));
}

Result<std::size_t> Database::write_rows(const ListWrite& write, Millis wall_ms) {
  const auto size = size_of(write.list);
  if (!size) return std::unexpected(size.error());
  for (const ListRow& row : write.rows) {
    if (row.line.empty()) {
      if (auto done = Query(statement(Sql::drop_row)).bind(write.list).bind(row.name).run(); !done)
        return std::unexpected(done.error());
      if (changed()) --**size;
      continue;
    }
    if (!write.unless_in.empty()) {
      const auto there = Query(statement(Sql::row)).bind(write.unless_in).bind(row.name).bind(wall_ms).next();
      if (!there) return std::unexpected(there.error());
      if (*there) continue;
    }
    const Millis expires_ms = row.at_ms + std::max<Millis>(write.ttl_ms, 1);
    Query added(statement(Sql::add_row));
    const auto put = [&](Query& query) -> Query& {
      return query.bind(write.list).bind(row.name).bind(row.at_ms).bind(expires_ms).bind(row.line);
    };
    if (auto done = put(added).run(); !done) return std::unexpected(done.error());
    if (changed()) {
      ++**size;
      continue;
    }
    Query replaced(statement(Sql::replace_row));
    put(replaced).bind(std::int64_t{!row.first_stays}).bind(wall_ms);
    if (auto done = replaced.run(); !done) return std::unexpected(done.error());
  }
  const std::int64_t over = **size - static_cast<std::int64_t>(write.most);
  const bool only_drops = std::ranges::all_of(write.rows, [](const ListRow& row) { return row.line.empty(); });
  if (over <= 0 || only_drops) return 0;
  std::size_t trimmed = 0;  // those that somebody would still have read
  Query trim(statement(Sql::trim_rows));
  trim.bind(write.list).bind(std::min(over, static_cast<std::int64_t>(limits::kListTrim)));
  for (;; --**size) {
    const auto row = trim.next();
    if (!row) return std::unexpected(row.error());
    if (!*row) return trimmed;
    if (trim.number(0) > wall_ms) ++trimmed;
  }
}

Result<std::vector<ListRow>> Database::rows(const ListQuestion& question, Millis wall_ms) {
  std::vector<ListRow> rows;
  const bool one = !question.name.empty(), onwards = question.order == ListQuestion::Order::oldest_first;
  Query query(statement(one ? Sql::row : onwards ? Sql::rows_on : Sql::rows));
  query.bind(question.list);
  if (one) {
    query.bind(question.name).bind(wall_ms);
  } else {
    const auto count = static_cast<std::int64_t>(std::min(question.count, limits::kListLines));
    query.bind(question.since_ms).bind(question.until_ms).bind(wall_ms).bind(count);
  }
  for (;;) {
    const auto row = query.next();
    if (!row) return std::unexpected(row.error());
    if (!*row) return rows;
    rows.push_back({.name = query.text(0), .at_ms = query.number(1), .line = query.text(2)});
  }
}

Result<std::vector<SessionId>> Database::claim_due(Millis now_ms, std::size_t count, Millis claim_ms, Millis wall_ms) {
  std::vector<SessionId> sessions;
  std::vector<std::int64_t> at;
  {
    Query query(statement(Sql::due));
    query.bind(now_ms).bind(wall_ms).bind(static_cast<std::int64_t>(std::min(count, limits::kDueBatch)));
    for (;;) {
      const auto row = query.next();
      if (!row) return std::unexpected(row.error());
      if (!*row) break;
      sessions.push_back(SessionId{query.text(0)});
      at.push_back(query.number(1));
    }
  }
  for (const std::int64_t row : at) {
    const auto done = Query(statement(Sql::set_due)).bind(now_ms + claim_ms).bind(row).run();
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
  query.bind(session.text).bind(static_cast<std::int64_t>(limits::kLadderLines));
  for (;;) {
    const auto row = query.next();
    if (!row) return std::unexpected(row.error());
    if (!*row) break;
    lines.push_back(query.text(0));
  }
  std::ranges::reverse(lines);
  return lines;
}

Result<std::vector<CallListing>> Database::list(std::size_t count, Millis wall_ms) {
  std::vector<CallListing> calls;
  for (const std::string& name : recent_.newest_first()) {
    if (calls.size() >= count) break;
    SessionId session{name};
    auto stored = load(session, wall_ms);
    if (!stored) return std::unexpected(stored.error());
    if (stored->version == 0 || stored->document.empty()) continue;
    calls.push_back({std::move(session), stored->version, std::move(stored->document)});
  }
  return calls;
}

// Of the sessions that began last, not of those that were written last: that would be all of the file to read. One that
// began long before is listed again from its next event on.
Result<void> Database::read_recent() {
  std::vector<std::pair<std::int64_t, std::string>> begun_last;
  Query query(statement(Sql::recent));
  query.bind(static_cast<std::int64_t>(limits::kListedCalls));
  for (;;) {
    const auto row = query.next();
    if (!row) return std::unexpected(row.error());
    if (!*row) break;
    begun_last.emplace_back(query.number(1), query.text(0));
  }
  std::ranges::sort(begun_last);
  for (const auto& [written, session] : begun_last) recent_.write(session);
  if (!begun_last.empty()) written_ = begun_last.back().first;
  return {};
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
  std::int64_t last_step = 0;
  {
    Query query(statement(Sql::head));
    const auto row = query.bind(session).next();
    if (!row) return std::unexpected(row.error());
    if (*row) last_step = query.number(5);
  }
  if (auto done = drop_steps(last_step, 0); !done) return done;
  for (const Sql sql : {Sql::drop_session, Sql::drop_marks}) {
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
  for (const std::string& session : expired) {
    if (auto done = drop(session); !done) return std::unexpected(done.error());
  }
  auto rows = sweep_rows(wall_ms);
  if (rows) *rows = std::max(expired.size(), *rows);
  return rows;
}

// At a pace that goes round all rows in ten minutes, as many as there were the last time.
Result<std::size_t> Database::sweep_rows(Millis wall_ms) {
  std::vector<std::pair<std::int64_t, std::string>> expired;
  std::size_t seen = 0;
  {
    Query query(statement(Sql::rows_after));
    query.bind(swept_to_).bind(static_cast<std::int64_t>(sweep_rows_));
    for (;; ++seen) {
      const auto row = query.next();
      if (!row) return std::unexpected(row.error());
      if (!*row) break;
      swept_to_ = query.number(0);
      if (query.number(2) <= wall_ms) expired.emplace_back(swept_to_, query.text(1));
    }
  }
  swept_ += seen;
  if (seen < sweep_rows_) {
    sweep_rows_ = std::clamp(swept_ / limits::kStoreRoundSweeps, limits::kStoreSweep, limits::kStoreSweptRows);
    swept_to_ = 0;
    swept_ = 0;
  }
  for (const auto& [row, list] : expired) {
    if (auto done = Query(statement(Sql::sweep_row)).bind(row).run(); !done) return std::unexpected(done.error());
    if (const auto size = sizes_.find(list); size != sizes_.end()) --size->second;
  }
  return expired.size();
}

}  // namespace ringfence
