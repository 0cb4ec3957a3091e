// A store in memory with the semantics of ports/store.h, that can be told to be slow, to lose writes, to lose answers,
// or to be away. Several engines may share one. Used by tests/unit/engine and tests/sim.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ports/local_store.h"
#include "support/fake_clock.h"

namespace ringfence::test {

enum class CommitFault : std::uint8_t {
  none,
  lost,     // unknown, and nothing was written
  refused,  // the same, and the store says so: CommitResult::not_written
  landed,   // unknown, but it was written
  late      // unknown, and written only with the next write_late()
};

using StoredLists = std::map<std::string, std::map<std::string, ListRow>>;

// How many rows went because their list was full.
inline std::size_t write_lists(StoredLists& lists, const CommitRequest& request) {
  std::size_t trimmed = 0;
  for (const ListWrite& write : request.lists) {
    auto& list = lists[write.list];
    bool put = false;
    for (const ListRow& row : write.rows) {
      if (row.line.empty()) {
        list.erase(row.name);
      } else if ((!row.first_stays || !list.contains(row.name)) && !lists[write.unless_in].contains(row.name)) {
        list[row.name] = row;
        put = true;
      }
    }
    for (std::size_t left = limits::kListTrim; put && left > 0 && list.size() > write.most; --left, ++trimmed) {
      list.erase(std::ranges::min_element(list, {}, [](const auto& one) { return one.second.at_ms; }));
    }
  }
  return trimmed;
}

inline std::vector<ListRow> listed(StoredLists& lists, const ListQuestion& question) {
  std::vector<ListRow> rows;
  for (const auto& [name, row] : lists[question.list]) {
    const bool in_time = row.at_ms > question.since_ms && row.at_ms <= question.until_ms;
    if (question.name.empty() ? in_time : name == question.name) rows.push_back(row);
  }
  const bool onwards = question.order == ListQuestion::Order::oldest_first;
  std::ranges::stable_sort(rows, {}, [onwards](const ListRow& row) { return onwards ? row.at_ms : -row.at_ms; });
  if (rows.size() > question.count) rows.resize(question.count);
  return rows;
}

class FakeStore final : public LocalStore {
 public:
  struct Row {
    std::uint64_t version = 0, written = 0;
    std::string document;
    std::set<std::string> applied;
    std::vector<std::string> ladder;
    Millis due_ms = 0, ttl_ms = 0;
  };

  explicit FakeStore(FakeLoop& loop) : loop_(loop) {}

  // --- script ---
  std::deque<CommitFault> faults;  // for the next commits, in order; none when empty
  bool away = false;               // nothing is written, loads and scans fail, commits are unknown
  bool hold_commits = false;       // commits are neither written nor answered until release()
  bool hold_answers = false;       // commits are written at once and answered with release()
  bool hold_loads = false;
  int unreadable_directory_answers = 0;

  // Lets everything held go on. The loop must run after it.
  void release() {
    for (auto& work : std::exchange(held_, {})) work();
  }
  // The same for the oldest of them: a slow store.
  void release(std::size_t count) {
    for (; count > 0 && !held_.empty(); --count) {
      const auto work = std::move(held_.front());
      held_.pop_front();
      work();
    }
  }
  void forget_held() { held_.clear(); }
  void write_late() {
    for (const CommitRequest& request : std::exchange(late_, {})) (void)apply(request);
  }
  [[nodiscard]] std::size_t held() const { return held_.size(); }

  // --- what is true ---
  std::map<std::string, Row> rows;
  std::vector<CommitRequest> commits;  // every one asked for
  StoredLists lists;                   // by list, then by the row's name
  std::size_t loads = 0, scans = 0;
  std::vector<Millis> scan_until_ms;
  DirectoryText directory;

  // --- the port ---
  void load(const SessionId& session, std::function<void(Result<StoredSession>)> done) override {
    ++loads;
    auto work = [this, session, done = std::move(done)] {
      loop_.post([this, session, done] {
        if (away) {
          done(fail(ErrorCode::unavailable, "the store is away"));
          return;
        }
        const auto row = rows.find(session.text);
        done(row == rows.end() ? StoredSession{} : StoredSession{row->second.version, row->second.document});
      });
    };
    hold_loads ? held_.push_back(std::move(work)) : work();
  }

  void commit(CommitRequest request, std::function<void(CommitResult)> done) override {
    commits.push_back(request);
    if (hold_commits) {
      held_.push_back([this, request = std::move(request), done = std::move(done)] { answer(request, done); });
    } else {
      answer(request, done);
    }
  }

  void claim_due(Millis now_ms, std::size_t count, Millis claim_ms,
                 std::function<void(Result<std::vector<SessionId>>)> done) override {
    ++scans;
    scan_until_ms.push_back(now_ms);
    if (away) {
      loop_.post([done = std::move(done)] { done(fail(ErrorCode::unavailable, "the store is away")); });
      return;
    }
    std::vector<SessionId> due;
    for (auto& [id, row] : rows) {
      if (row.due_ms == 0 || row.due_ms > now_ms || due.size() == count) continue;
      row.due_ms = now_ms + claim_ms;
      due.push_back(SessionId{id});
    }
    loop_.post([due = std::move(due), done = std::move(done)] { done(due); });
  }

  void ladder(const SessionId& session, std::function<void(Result<std::vector<std::string>>)> done) override {
    const auto row = rows.find(session.text);
    std::vector<std::string> lines = row == rows.end() ? std::vector<std::string>{} : row->second.ladder;
    loop_.post([lines = std::move(lines), done = std::move(done)] { done(lines); });
  }

  void list(std::size_t count, std::function<void(Result<std::vector<CallListing>>)> done) override {
    if (away) {
      loop_.post([done = std::move(done)] { done(fail(ErrorCode::unavailable, "the store is away")); });
      return;
    }
    std::vector<std::pair<std::uint64_t, CallListing>> all;
    for (const auto& [id, row] : rows) {
      if (!row.document.empty() && is_listed(SessionId{id}))
        all.push_back({row.written, {SessionId{id}, row.version, row.document}});
    }
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    std::vector<CallListing> listing;
    for (auto& [written, call] : all) {
      if (listing.size() < count) listing.push_back(std::move(call));
    }
    loop_.post([listing = std::move(listing), done = std::move(done)] { done(listing); });
  }

  void list_rows(ListQuestion question, std::function<void(Result<std::vector<ListRow>>)> done) override {
    if (away) {
      loop_.post([done = std::move(done)] { done(fail(ErrorCode::unavailable, "the store is away")); });
      return;
    }
    loop_.post([found = listed(lists, question), done = std::move(done)] { done(found); });
  }

  void put_directory(std::string text, std::function<void(Result<std::uint64_t>)> done) override {
    if (away) {
      loop_.post([done = std::move(done)] { done(fail(ErrorCode::unavailable, "the store is away")); });
      return;
    }
    directory = {directory.revision + 1, std::move(text)};
    loop_.post([revision = directory.revision, done = std::move(done)] { done(revision); });
  }

  void get_directory(std::uint64_t known_revision, std::function<void(Result<DirectoryText>)> done) override {
    if (away) {
      loop_.post([done = std::move(done)] { done(fail(ErrorCode::unavailable, "the store is away")); });
      return;
    }
    DirectoryText answer = directory;
    if (answer.revision == known_revision) answer.text.clear();
    loop_.post([answer = std::move(answer), done = std::move(done)] { done(answer); });
  }

  void sessions(SessionId after, std::size_t count, std::function<void(Result<std::vector<SessionId>>)> done) override {
    std::vector<SessionId> names;
    for (auto row = rows.upper_bound(after.text); row != rows.end() && names.size() < count; ++row) {
      if (row->second.version > 0) names.push_back(SessionId{row->first});
    }
    loop_.post([this, names = std::move(names), done = std::move(done)] {
      away ? done(fail(ErrorCode::unavailable, "the store is away")) : done(names);
    });
  }
  void forget(const SessionId& session, std::function<void(Result<void>)> done) override {
    if (!away) rows.erase(session.text);
    auto work = [this, done = std::move(done)] {
      loop_.post([this, done] { away ? done(fail(ErrorCode::unavailable, "the store is away")) : done({}); });
    };
    hold_answers ? held_.push_back(std::move(work)) : work();
  }

  [[nodiscard]] std::string_view kind() const noexcept override { return "fake"; }
  [[nodiscard]] bool ready() const noexcept override { return !away; }

 private:
  CommitResult apply(const CommitRequest& request) {
    if (request.event.empty()) {
      return {.status = CommitStatus::committed, .trimmed = write_lists(lists, request)};
    }
    Row& row = rows[request.session.text];
    if (row.applied.contains(request.event.text)) return {.status = CommitStatus::duplicate, .version = row.version};
    if (row.version == 0 && request.takes_up) row.version = request.expected_version;
    if (row.version != request.expected_version) {
      return {.status = CommitStatus::conflict, .version = row.version, .current = {row.version, row.document}};
    }
    row.version += 1;
    row.written = ++writes_;
    row.document = request.document;
    if (!is_listed(request.session)) row.applied.clear();
    row.applied.insert(request.event.text);
    row.ladder.push_back(request.ladder_line);
    write_lists(lists, request);
    row.due_ms = request.due_ms;
    row.ttl_ms = request.ttl_ms;
    return {.status = CommitStatus::committed, .version = row.version};
  }

  void answer(const CommitRequest& request, const std::function<void(CommitResult)>& done) {
    CommitFault fault = away ? CommitFault::lost : CommitFault::none;
    if (fault == CommitFault::none && !faults.empty()) {
      fault = faults.front();
      faults.pop_front();
    }
    CommitResult result{.status = CommitStatus::unknown, .not_written = fault == CommitFault::refused};
    if (fault == CommitFault::none) result = apply(request);
    if (fault == CommitFault::landed) (void)apply(request);
    if (fault == CommitFault::late) late_.push_back(request);
    auto work = [this, result = std::move(result), done] { loop_.post([result, done] { done(result); }); };
    hold_answers ? held_.push_back(std::move(work)) : work();
  }

  FakeLoop& loop_;
  std::deque<std::function<void()>> held_;
  std::vector<CommitRequest> late_;
  std::uint64_t writes_ = 0;
};

}  // namespace ringfence::test
