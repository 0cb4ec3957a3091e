// Where sessions become true. Implemented by adapters/sqlite and adapters/redis with the same semantics (one contract
// test runs on both), and by a lying one in tests/sim. Must not know: what a document means, who the provider is.
//
// All calls are asynchronous: the callback runs later on the loop, exactly once, never from inside the call.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/plan.h"
#include "shared/ids.h"
#include "shared/result.h"

namespace ringfence {

struct StoredSession {
  std::uint64_t version = 0;  // 0: there is none
  std::string document;
};

// One line of a list that is kept beside the sessions and outlives them: a call that a device missed, an event that
// could not be read.
struct ListRow {
  std::string name;  // of one session; a further row of this name replaces it
  Millis at_ms = 0;  // orders the list
  std::string line;  // empty: it does not belong there after all
  bool operator==(const ListRow&) const = default;
};

struct CommitRequest {
  SessionId session;
  std::uint64_t expected_version = 0;
  EventId event;                   // marked as applied in the same write
  std::string document;            // empty: this is no call, and is never listed as one; its event's mark is all it is
  Millis due_ms = 0;               // 0: nothing due
  Millis ttl_ms = 0;               // lifetime of the session in the store from now on
  std::string ladder_line;         // appended to the session's ladder in the same write
  std::vector<ListRow> rows;       // put in the same write
  std::vector<std::string> lists;  // into each of these
  Millis rows_ttl_ms = 0;          // they are forgotten this long after their at_ms
  std::size_t rows_most = 0;       // of a list the newest so many are kept; a store may keep that many of each shard
};

enum class CommitStatus : std::uint8_t {
  committed,  // durable, as promised by the store's configuration
  duplicate,  // this event was applied before; that too is durable
  conflict,   // another writer was first: `current` is what it wrote
  unknown     // the write may or may not exist: nothing may leave the process because of it
};

struct CommitResult {
  CommitStatus status = CommitStatus::unknown;
  std::uint64_t version = 0;  // after a commit: expected + 1
  StoredSession current;      // on conflict
  bool not_written = false;   // with unknown: not by this attempt, for certain; maybe by an earlier one
};

struct CallListing {
  SessionId session;
  std::uint64_t version = 0;
  std::string document;
};

class Store {
 public:
  virtual ~Store() = default;
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  virtual void load(const SessionId& session, std::function<void(Result<StoredSession>)> done) = 0;
  // One atomic step: if `event` is marked -> duplicate; if the version differs -> conflict; else write everything.
  virtual void commit(CommitRequest request, std::function<void(CommitResult)> done) = 0;
  // Sessions due at or before `now_ms`, at most `count`, each pushed back to now + claim_ms so that others leave them
  // alone for that long. A hint that saves work, never a lock.
  virtual void claim_due(Millis now_ms, std::size_t count, Millis claim_ms,
                         std::function<void(Result<std::vector<SessionId>>)> done) = 0;
  virtual void ladder(const SessionId& session, std::function<void(Result<std::vector<std::string>>)> done) = 0;
  // Sessions written most recently first, at most `count`.
  virtual void list(std::size_t count, std::function<void(Result<std::vector<CallListing>>)> done) = 0;
  // The lines of a list, newest first, at most `count`; not those whose at_ms is `since_ms` or older.
  virtual void lines(std::string list, std::size_t count, Millis since_ms,
                     std::function<void(Result<std::vector<std::string>>)> done) = 0;
  // The directory: one text, replaced whole; `revision` grows with every replacement, 0 = none yet.
  virtual void put_directory(std::string text, std::function<void(Result<std::uint64_t>)> done) = 0;
  struct DirectoryText {
    std::uint64_t revision = 0;
    std::string text;  // left empty when revision == known_revision
  };
  virtual void get_directory(std::uint64_t known_revision, std::function<void(Result<DirectoryText>)> done) = 0;

  [[nodiscard]] virtual std::string_view kind() const noexcept = 0;  // "embedded", "redis"
  [[nodiscard]] virtual bool ready() const noexcept = 0;
};

}  // namespace ringfence
