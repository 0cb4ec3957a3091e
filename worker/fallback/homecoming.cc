// See homecoming.h.
#include "fallback/homecoming.h"

#include <optional>
#include <utility>

#include "fallback/journal_entry.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

std::optional<SessionId> beside_of(const SessionId& noted) {
  if (!noted.text.starts_with(kNoted)) return std::nullopt;
  return SessionId{noted.text.substr(noted.text.find(':', kNoted.size()) + 1)};
}

}  // namespace

SessionId noted_beside(const CommitRequest& request) {
  std::string names;
  for (const ListWrite& write : request.lists) {
    names += write.list + "/";
    for (const ListRow& row : write.rows) names += row.name + "/" + std::to_string(row.at_ms) + "/" + row.line + "/";
  }
  return SessionId{std::string(kNoted) + short_hash(names) + ":" + request.session.text};
}

void Homecoming::start() {
  local_.load(session_, [this](Result<StoredSession> stored) { on_document(std::move(stored)); });
}

void Homecoming::on_document(Result<StoredSession> stored) {
  if (!stored) return fail_with(false, stored.error().text);
  if (stored->version == 0) return leave();  // nothing of it ever became true here
  document_ = std::move(stored->document);
  report_.is_call = !document_.empty();
  local_.ladder(session_, [this](Result<std::vector<std::string>> lines) { on_journal(std::move(lines)); });
}

void Homecoming::on_journal(Result<std::vector<std::string>> lines) {
  if (!lines) return fail_with(false, lines.error().text);
  for (const std::string& line : *lines) {
    auto entry = decode_entry(session_, line);
    if (!entry) return fail_with(false, entry.error().text);
    if (auto beside = beside_of(session_)) {
      entry->session = *std::move(beside);
      entry->event = {};
    }
    journal_.push_back(*std::move(entry));
  }
  if (journal_.empty()) return fail_with(false, "the session has no journal");
  send();
}

void Homecoming::leave_note() {
  CommitRequest note;
  note.session = SessionId{std::string(kLeavingNote) + session_.text};
  note.event = EventId{"leaving"};
  note.ttl_ms = limits::kFallbackKeepMs;
  local_.commit(std::move(note), [this](const CommitResult& result) {
    noted_ = result.status == CommitStatus::committed || result.status == CommitStatus::duplicate;
    noted_ ? send() : fail_with(false, "the note that it is leaving could not be written");
  });
}

void Homecoming::send() {
  if (at_last() && !noted_) return leave_note();
  CommitRequest request = journal_[place_];
  expected_ = static_cast<std::uint64_t>(static_cast<std::int64_t>(request.expected_version) + shift_);
  request.expected_version = expected_;
  if (at_last()) {
    request.document = document_;
  } else {
    request.due_ms = 0;
  }
  if (under_own_mark_) {
    request.event.text = "again:" + std::to_string(journal_[place_].expected_version) + ":" + request.event.text;
  }
  fleet_.commit(std::move(request), [this](const CommitResult& result) { on_answer(result); });
}

void Homecoming::on_answer(const CommitResult& result) {
  switch (result.status) {
    case CommitStatus::committed:
      ++report_.sent;
      return next();
    case CommitStatus::duplicate: {
      if (under_own_mark_) return next();
      // After a conflict the versions no longer say whether the last one, which carries the due time, is ours.
      const bool not_ours = result.version <= expected_ || (report_.conflicts > 0 && at_last());
      if (not_ours) return send_under_own_mark(result.version);
      return at_last() && !document_.empty() ? look() : next();
    }
    case CommitStatus::conflict:
      ++report_.conflicts;
      if (++tries_ > limits::kCommitConflicts) return fail_with(false, "another worker keeps writing this session");
      shift_ += static_cast<std::int64_t>(result.current.version) - static_cast<std::int64_t>(expected_);
      return send();
    case CommitStatus::unknown:
      report_.in_doubt = at_last() && !result.not_written;
      return fail_with(true, "the store is away again");
  }
}

void Homecoming::send_under_own_mark(std::uint64_t version) {
  under_own_mark_ = true;
  shift_ += static_cast<std::int64_t>(version) - static_cast<std::int64_t>(expected_);
  send();
}

// There may have been a conflict before a crash or a lost answer. But for the last one, ours carry no document.
void Homecoming::look() {
  fleet_.load(session_, [this](const Result<StoredSession>& there) {
    if (!there) {
      report_.in_doubt = true;
      return fail_with(true, "the store is away again");
    }
    there->document.empty() ? send_under_own_mark(there->version) : next();
  });
}

void Homecoming::next() {
  under_own_mark_ = false;
  tries_ = 0;
  ++place_;
  place_ < journal_.size() ? send() : leave();
}

void Homecoming::leave() {
  const bool was_there = noted_;
  local_.forget(session_, [this, was_there](Result<void> gone) {
    if (!gone) {
      report_.in_doubt = was_there;
      return fail_with(false, gone.error().text);
    }
    // Without its session a note means nothing, should it stay.
    local_.forget(SessionId{std::string(kLeavingNote) + session_.text}, [this](const Result<void>&) {
      report_.home = true;
      finish();
    });
  });
}

void Homecoming::fail_with(bool store_failed, std::string detail) {
  report_.store_failed = store_failed;
  report_.detail = std::move(detail);
  finish();
}

void Homecoming::finish() {
  const auto done = std::move(done_);
  done(std::move(report_));
}

}  // namespace ringfence
