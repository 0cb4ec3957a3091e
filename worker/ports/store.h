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

// One line of the list of missed calls: of one device of one user in one session.
struct LedgerRow {
  std::string device;
  Millis at_ms = 0;  // orders the list
  std::string line;  // empty: the device did not miss the call after all
  bool operator==(const LedgerRow&) const = default;
};

struct CommitRequest {
  SessionId session;
  std::uint64_t expected_version = 0;
  EventId event;  // marked as applied in the same write
  std::string document;
  Millis due_ms = 0;              // 0: nothing due
  Millis ttl_ms = 0;              // lifetime of the session in the store from now on
  std::string ladder_line;        // appended to the session's ladder in the same write
  std::string user;               // whose the ledger rows are, as ORGANISATION/USER
  std::vector<LedgerRow> missed;  // in the same write; one for each session and device, a further one replaces it
  Millis missed_ttl_ms = 0;       // rows are forgotten this long after their at_ms
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
  // Ledger rows of one user, or of everybody when `user` is empty, newest first, at most `count`; not those whose at_ms
  // is `since_ms` or older.
  virtual void missed(std::string user, std::size_t count, Millis since_ms,
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
