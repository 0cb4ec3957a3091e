// Which of the two stores a request goes to; see fallback_store.h. What happens when the mode changes: modes.cc.
#include "fallback/fallback_store.h"

#include <utility>

#include "fallback/journal_entry.h"
#include "shared/limits.h"

namespace ringfence {

using Way = StoreHealth::Way;

FallbackStore::FallbackStore(FallbackParts parts, FallbackOptions options, std::function<void(std::string)> refused)
    : parts_(parts),
      options_(std::move(options)),
      home_(short_hash(options_.worker)),
      refused_(std::move(refused)),
      timers_(parts.clock),
      started_ms_(parts.clock.now_ms()),
      health_(started_ms_),
      register_(parts.fleet, options_.worker) {}

void FallbackStore::load(const SessionId& session, LoadDone done) { route_load(session, {}, std::move(done)); }

void FallbackStore::load_to_begin(const SessionId& session, FirstEvent first, LoadDone done) {
  route_load(session, first, std::move(done));
}

void FallbackStore::route_load(const SessionId& session, std::optional<FirstEvent> first, LoadDone done) {
  if (!found_) {
    // Of one that was found, the note that it may be home already may still come.
    turn_away(session, first);
    return refuse_load(std::move(done));
  }
  const auto resident = residents_.find(session);
  if (resident != residents_.end() && resident->second.leaving) {
    resident->second.waiting.push_back(
        [this, session, first, done = std::move(done)]() mutable { route_load(session, first, std::move(done)); });
    return;
  }
  const bool waiting = resident != residents_.end() && waits(resident->second);
  if (resident != residents_.end() && !waiting) return load_here(session, first.has_value(), std::move(done));
  if (!waiting && !health_.away()) return load_there(session, first, std::move(done));
  if (!waiting && first && may_begin(session, *first) && move_in(session, Kind::call, true) != nullptr) {
    return load_here(session, true, std::move(done));
  }
  refuse_load(std::move(done));
}

void FallbackStore::refuse_load(LoadDone done) {
  ++stats_.turned_away;
  later([done = std::move(done)] { done(fail(ErrorCode::unavailable, "the store of the fleet is away")); });
}

void FallbackStore::refuse_commit(CommitDone done) {
  ++stats_.turned_away;
  later([done = std::move(done)] { done(CommitResult{}); });
}

// Not when it may have begun in the fleet's store: by this worker, since its start or before, or by another one. The
// provider's first attempt to tell us since we started is a good one, and so is one whose predecessors came to nothing
// at this worker.
bool FallbackStore::may_begin(const SessionId& session, const FirstEvent& first) const {
  if (begun_there_.contains(session) || begun_there_.size() >= limits::kFallbackBegun) return false;
  if (turned_away_.contains(session)) return true;
  return first.attempt <= 1 && (first.occurred_ms == 0 || first.occurred_ms >= started_ms_);
}

// Until it is known to have begun somewhere, a later attempt to tell us is as good as this one.
void FallbackStore::turn_away(const SessionId& session, const std::optional<FirstEvent>& first) {
  if (!first || !may_begin(session, *first) || turned_away_.size() >= limits::kFallbackTurnedAway) return;
  turned_away_.add(session, parts_.clock.now_ms());
}

void FallbackStore::load_here(const SessionId& session, bool to_begin, LoadDone done) {
  ++residents_[session].under_way;
  parts_.local.load(session, [this, session, to_begin, done = std::move(done)](Result<StoredSession> stored) {
    Resident& resident = residents_[session];
    --resident.under_way;
    if (stored && stored->version == 0) {
      // It is to begin here and has not yet; or it lives in the fleet's store and nothing of it could be written here.
      if (!to_begin || !resident.began_here) {
        return done(fail(ErrorCode::unavailable, "the store of the fleet is away, and the call is not here yet"));
      }
      stored->begins_here = true;
    }
    done(std::move(stored));
  });
}

void FallbackStore::load_there(const SessionId& session, std::optional<FirstEvent> first, LoadDone done) {
  parts_.fleet.load(session, [this, session, first, done = std::move(done)](Result<StoredSession> stored) {
    if (stored && stored->version > 0) {
      turned_away_.forget(session);
      if (first) begun_there_.add(session, parts_.clock.now_ms());
    } else {
      turn_away(session, first);
    }
    note(stored.has_value(), Way::read);
    done(std::move(stored));
  });
}

// What is no call has room of its own, so that it leaves the rest to calls.
FallbackStore::Resident* FallbackStore::move_in(const SessionId& session, Kind kind, bool began_here) {
  if (residents_.size() >= limits::kFallbackSessions) return nullptr;
  if (kind == Kind::note && notes_ >= limits::kFallbackNotes) return nullptr;
  Resident& resident = residents_[session];
  become(resident, kind);
  resident.began_here = began_here;
  return &resident;
}

void FallbackStore::become(Resident& resident, Kind kind) noexcept {
  if (resident.kind == Kind::note) --notes_;
  if (kind == Kind::note) ++notes_;
  resident.kind = kind;
}

// Lists only, beside any session: here they are a session of their own, so that they have a journal.
CommitRequest FallbackStore::note_of(CommitRequest request) {
  request.session = noted_beside(request);
  request.event = EventId{"noted"};
  request.expected_version = 0;
  request.document.clear();
  request.due_ms = 0;
  request.ttl_ms = limits::kFallbackDoubtMs;
  return request;
}

void FallbackStore::commit(CommitRequest request, CommitDone done) {
  if (request.event.empty()) {
    if (!found_ || !health_.away()) return commit_there(std::move(request), std::move(done), false);
    return commit(note_of(std::move(request)), [done = std::move(done)](CommitResult result) {
      if (result.status == CommitStatus::duplicate) result.status = CommitStatus::committed;
      done(result);
    });
  }
  if (!found_) return refuse_commit(std::move(done));
  const auto resident = residents_.find(request.session);
  if (resident != residents_.end()) {
    if (!resident->second.leaving && waits(resident->second)) return refuse_commit(std::move(done));
    if (!resident->second.leaving) return commit_here(std::move(request), std::move(done));
    resident->second.waiting.push_back([this, request = std::move(request), done = std::move(done)]() mutable {
      commit(std::move(request), std::move(done));
    });
    return;
  }
  if (!health_.away()) return commit_there(std::move(request), std::move(done), false);
  // What is no call (a genuine event that cannot be read) has no authority to double.
  const bool begins = request.expected_version == 0;
  const bool welcome = begins ? request.document.empty() : takes_up();
  if (welcome && move_in(request.session, kind_of(request), begins) != nullptr) {
    if (!begins) ++stats_.taken_up;
    return commit_here(std::move(request), std::move(done));
  }
  refuse_commit(std::move(done));
}

void FallbackStore::commit_here(CommitRequest request, CommitDone done) {
  const SessionId session = request.session;
  const bool begins = request.expected_version == 0;
  const bool is_call = !request.document.empty();
  request.takes_up = true;
  request.ladder_line = encode_entry(request);
  request.ttl_ms = limits::kFallbackKeepMs;  // its own counts from when it is home
  Resident& here = residents_[session];
  if (is_call) become(here, Kind::call);  // an event of no call may be followed by the beginning of its call
  ++here.under_way;
  parts_.local.commit(std::move(request),
                      [this, session, begins, is_call, done = std::move(done)](const CommitResult& result) {
                        Resident& resident = residents_[session];
                        --resident.under_way;
                        if (result.status == CommitStatus::committed) {
                          ++stats_.journalled;
                          if (begins && is_call) ++stats_.begun;
                        }
                        done(result);
                      });
}

void FallbackStore::commit_there(CommitRequest request, CommitDone done, bool again) {
  std::optional<CommitRequest> kept;
  const bool beside = request.event.empty();
  if (!beside && (takes_up() || again)) kept = request;
  const std::uint64_t expected = request.expected_version;
  const bool is_call = !request.document.empty() && is_listed(request.session);
  const SessionId begins = expected == 0 && !beside && is_call ? request.session : SessionId{};
  const bool only_this_one = !begins.empty() && begun_there_.add(begins, parts_.clock.now_ms());
  parts_.fleet.commit(std::move(request), [this, kept = std::move(kept), again, expected, begins, only_this_one,
                                           done = std::move(done)](const CommitResult& result) mutable {
    if (!begins.empty()) on_first_commit(begins, only_this_one, result);
    on_fleet_commit(std::move(kept), again, expected, result, done);
  });
}

void FallbackStore::on_first_commit(const SessionId& session, bool only_this_one, const CommitResult& result) {
  if (result.status != CommitStatus::unknown) turned_away_.forget(session);
  // Refused before anything was written (Redis' disk is full, its replicas are gone): it may begin here in a second.
  const bool nothing_there = result.not_written && only_this_one;
  if (nothing_there) {
    begun_there_.forget(session);
  } else {
    begun_there_.add(session, parts_.clock.now_ms());
  }
}

void FallbackStore::on_fleet_commit(std::optional<CommitRequest> kept, bool again, std::uint64_t expected,
                                    const CommitResult& result, const CommitDone& done) {
  if (result.status != CommitStatus::unknown) {
    note(true, Way::write);
    CommitResult answer = result;
    // Nobody else writes, and the first time nobody heard the answer: this very commit is there, and nothing has left
    // because of it yet.
    if (again && result.status == CommitStatus::duplicate && result.version == expected + 1) {
      answer.status = CommitStatus::committed;
    }
    return done(answer);
  }
  if (!kept) {
    note(false, Way::write);
    return done(result);
  }
  // For a worker that has the store for itself an unknown outcome is none: the same commit is made again until it is
  // known, or made here.
  if (health_.away()) return take_up(*std::move(kept), done);
  held_.push_back({*std::move(kept), done});
  note(false, Way::write);
}

void FallbackStore::claim_due(Millis now_ms, std::size_t count, Millis claim_ms,
                              std::function<void(Result<std::vector<SessionId>>)> done) {
  if (!found_) {
    later([done = std::move(done)] { done(fail(ErrorCode::unavailable, "the store of this machine is being read")); });
    return;
  }
  if (health_.away()) return parts_.local.claim_due(now_ms, count, claim_ms, std::move(done));
  if (residents_.empty()) return claim_there({}, now_ms, count, claim_ms, std::move(done));
  auto with_these = [this, now_ms, count, claim_ms, done = std::move(done)](Result<std::vector<SessionId>> here) {
    if (here && here->size() >= count) return done(std::move(here));
    claim_there(here ? *std::move(here) : std::vector<SessionId>{}, now_ms, count, claim_ms, done);
  };
  parts_.local.claim_due(now_ms, count, claim_ms, std::move(with_these));
}

void FallbackStore::claim_there(std::vector<SessionId> here, Millis now_ms, std::size_t count, Millis claim_ms,
                                std::function<void(Result<std::vector<SessionId>>)> done) {
  const std::size_t rest = count - here.size();
  auto with_those = [this, here = std::move(here),
                     done = std::move(done)](Result<std::vector<SessionId>> there) mutable {
    note(there.has_value(), Way::read);
    if (!there && here.empty()) return done(std::move(there));
    if (there) here.insert(here.end(), there->begin(), there->end());
    done(std::move(here));
  };
  parts_.fleet.claim_due(now_ms, rest, claim_ms, std::move(with_those));
}

void FallbackStore::ladder(const SessionId& session, std::function<void(Result<std::vector<std::string>>)> done) {
  if (!residents_.contains(session)) return parts_.fleet.ladder(session, std::move(done));
  parts_.local.ladder(session, [session, done = std::move(done)](Result<std::vector<std::string>> journal) {
    if (!journal) return done(std::move(journal));
    std::vector<std::string> lines;
    for (const std::string& line : *journal) {
      auto entry = decode_entry(session, line);
      if (entry && !entry->ladder_line.empty()) lines.push_back(std::move(entry->ladder_line));
    }
    done(std::move(lines));
  });
}

void FallbackStore::list(std::size_t count, std::function<void(Result<std::vector<CallListing>>)> done) {
  health_.away() ? parts_.local.list(count, std::move(done)) : parts_.fleet.list(count, std::move(done));
}

void FallbackStore::list_rows(ListQuestion question, std::function<void(Result<std::vector<ListRow>>)> done) {
  if (health_.away()) return parts_.local.list_rows(std::move(question), std::move(done));
  if (!question.copied) return parts_.fleet.list_rows(std::move(question), std::move(done));
  auto answered = [this, list = question.list, done = std::move(done)](Result<std::vector<ListRow>> rows) {
    if (rows) copy_rows(list, *rows);
    done(std::move(rows));
  };
  parts_.fleet.list_rows(std::move(question), std::move(answered));
}

// Those that are new since the last time: most questions are asked again and again.
void FallbackStore::copy_rows(const std::string& list, const std::vector<ListRow>& rows) {
  Millis& until_ms = copied_until_ms_[list];
  CommitRequest copy;
  copy.lists = {{.list = list, .ttl_ms = limits::kFallbackKeepMs, .most = limits::kFallbackRows}};
  const Millis before_ms = until_ms;
  for (const ListRow& row : rows) {
    if (row.at_ms <= before_ms || row.line.empty()) continue;
    copy.lists[0].rows.push_back(row);
    until_ms = std::max(until_ms, row.at_ms);
  }
  if (copy.lists[0].rows.empty()) return;
  parts_.local.commit(std::move(copy), [this, list](const CommitResult& result) {
    if (result.status == CommitStatus::committed) return;
    copied_until_ms_.erase(list);
    parts_.log.write(LogLevel::warning, "rows_not_copied",
                     {{"list", list}, {"do", "without a copy, a restart while Redis is away knows none of them"}});
  });
}

void FallbackStore::put_directory(std::string text, std::function<void(Result<std::uint64_t>)> done) {
  auto stored = [this, text, done = std::move(done)](Result<std::uint64_t> revision) {
    if (revision) copy_directory(*revision, text);
    done(std::move(revision));
  };
  parts_.fleet.put_directory(std::move(text), std::move(stored));
}

void FallbackStore::get_directory(std::uint64_t known_revision, std::function<void(Result<DirectoryText>)> done) {
  if (health_.away()) {
    return directory_copy(known_revision, {ErrorCode::unavailable, "the store of the fleet is away"}, std::move(done));
  }
  parts_.fleet.get_directory(known_revision,
                             [this, known_revision, done = std::move(done)](Result<DirectoryText> answer) mutable {
                               note(answer.has_value(), Way::read);
                               if (!answer)
                                 return directory_copy(known_revision, std::move(answer.error()), std::move(done));
                               // 0: it has lost its data, our copy may be the last one
                               if (answer->revision != 0 && answer->revision != known_revision)
                                 copy_directory(answer->revision, answer->text);
                               done(std::move(answer));
                             });
}

// "REVISION\nTEXT": the revision is the fleet's, so that nothing is read twice.
void FallbackStore::copy_directory(std::uint64_t revision, const std::string& text) {
  parts_.local.put_directory(std::to_string(revision) + "\n" + text, [this](const Result<std::uint64_t>& stored) {
    if (stored) return;
    parts_.log.write(
        LogLevel::warning, "directory_not_copied",
        {{"detail", stored.error().text}, {"do", "without a copy, a restart while Redis is away knows no numbers"}});
  });
}

void FallbackStore::directory_copy(std::uint64_t known_revision, Error error,
                                   std::function<void(Result<DirectoryText>)> done) {
  parts_.local.get_directory(
      0, [known_revision, error = std::move(error), done = std::move(done)](Result<DirectoryText> copy) {
        if (!copy || copy->text.empty()) return done(std::unexpected(error));
        const auto end = copy->text.find('\n');
        if (end == std::string::npos) return done(std::unexpected(error));
        DirectoryText answer{.revision = std::strtoull(copy->text.c_str(), nullptr, 10)};
        if (answer.revision != known_revision) answer.text = copy->text.substr(end + 1);
        done(std::move(answer));
      });
}

}  // namespace ringfence
