// See lying_store.h.
#include "lying_store.h"

#include <algorithm>
#include <ranges>

namespace ringfence::sim {

namespace {

void write_lists(StoredRow& row, const CommitRequest& request) {
  for (const ListWrite& write : request.lists) {
    auto& list = row.lists[write.list];
    for (const ListRow& one : write.rows) {
      if (one.line.empty()) {
        list.erase(one.name);
      } else if ((!one.first_stays || !list.contains(one.name)) && !row.lists[write.unless_in].contains(one.name)) {
        list[one.name] = one;
      }
    }
  }
}

}  // namespace

CommitResult LyingStore::apply(Truth& truth, const CommitRequest& request) {
  StoredRow& row = truth.rows[request.session.text];
  if (request.event.empty()) {
    write_lists(row, request);
    return {.status = CommitStatus::committed};
  }
  if (row.applied.contains(request.event.text)) return {.status = CommitStatus::duplicate, .version = row.version};
  if (row.version != request.expected_version) {
    return {.status = CommitStatus::conflict, .version = row.version, .current = {row.version, row.document}};
  }
  truth.before[request.session.text] = row;
  row.version += 1;
  row.document = request.document;
  row.applied.insert(request.event.text);
  row.ladder.push_back(request.ladder_line);
  row.due_ms = request.due_ms;
  write_lists(row, request);
  return {.status = CommitStatus::committed, .version = row.version};
}

void LyingStore::commit(CommitRequest request, std::function<void(CommitResult)> done) {
  enum class Fault : std::uint8_t { none, lost, landed, late };
  Fault fault = truth_.away ? Fault::lost : Fault::none;
  if (fault == Fault::none && truth_.chaos && dice_.one_in(25)) fault = static_cast<Fault>(1 + dice_.below(3));
  CommitResult result{.status = CommitStatus::unknown};
  if (fault == Fault::none) result = apply(truth_, request);
  if (fault == Fault::landed) static_cast<void>(apply(truth_, request));
  if (fault == Fault::late) {
    // Written by the store whatever becomes of the worker.
    stage_.after(dice_.below(300), [&truth = truth_, request] { static_cast<void>(apply(truth, request)); });
  }
  later([result = std::move(result), done = std::move(done)] { done(result); });
}

void LyingStore::claim_due(Millis now_ms, std::size_t count, Millis claim_ms,
                           std::function<void(Result<std::vector<SessionId>>)> done) {
  later([this, now_ms, count, claim_ms, done = std::move(done)] {
    if (truth_.away) return done(fail(ErrorCode::unavailable, "away"));
    std::vector<SessionId> due;
    for (auto& [id, row] : truth_.rows) {
      if (row.due_ms == 0 || row.due_ms > now_ms || due.size() == count) continue;
      row.due_ms = now_ms + claim_ms;
      due.push_back(SessionId{id});
    }
    done(due);
  });
}

void LyingStore::list_rows(ListQuestion question, std::function<void(Result<std::vector<ListRow>>)> done) {
  later([this, question = std::move(question), done = std::move(done)] {
    std::vector<ListRow> rows;
    for (const auto& [session, row] : truth_.rows) {
      const auto list = row.lists.find(question.list);
      if (list == row.lists.end()) continue;
      for (const auto& [name, one] : list->second) {
        const bool in_time = one.at_ms > question.since_ms && one.at_ms <= question.until_ms;
        if (question.name.empty() ? in_time : name == question.name) rows.push_back(one);
      }
    }
    std::ranges::sort(rows, std::ranges::greater{}, &ListRow::at_ms);
    if (rows.size() > question.count) rows.resize(question.count);
    done(std::move(rows));
  });
}

}  // namespace ringfence::sim
