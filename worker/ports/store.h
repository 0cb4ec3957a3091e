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
#include <utility>
#include <vector>

#include "core/plan.h"
#include "shared/ids.h"
#include "shared/limits.h"
#include "shared/result.h"

namespace ringfence {

struct StoredSession {
  std::uint64_t version = 0;  // 0: there is none
  std::string document;
  bool begins_here = false;  // there is none, and what begins now lives on this machine for a while: see Store::home()
};

// What is known about the delivery of a call's first event, for a store that has to know whether another worker can
// have begun this call.
struct FirstEvent {
  Millis occurred_ms = 0;  // by the provider's clock; 0: it does not say
  int attempt = 1;         // the provider's, to deliver it
};

// One line of a list that is kept beside the sessions and outlives them: an event, a call that a device missed.
struct ListRow {
  std::string name;  // tells it from all others of its list, whichever session wrote them: one of this name replaces it
  Millis at_ms = 0;  // orders the list
  std::string line;  // empty: it does not belong there after all
  bool first_stays = false;  // one of this name that is there already stays as it is
  bool operator==(const ListRow&) const = default;
};

// What a commit writes into one list.
struct ListWrite {
  std::string list;
  std::vector<ListRow> rows;
  Millis ttl_ms = 0;           // they are forgotten this long after their at_ms
  std::size_t most = 0;        // the newest so many are kept; a store in shards may keep limits::kShardRows of each
  std::string unless_in = {};  // rows whose name stands in this list are not written
};

struct ListQuestion {
  enum class Order : std::uint8_t { newest_first, oldest_first };
  static constexpr Millis kNever = 9'007'199'254'740'991;  // 2^53 - 1: the last that every store can compare
  std::string list;
  std::size_t count = limits::kListLines;  // at most so many
  Millis since_ms = 0;                     // not those whose at_ms is this or older,
  Millis until_ms = kNever;                // nor newer ones than this
  std::string name;                        // not empty: only the row of this name, whenever it was
  Order order = Order::newest_first;
  bool copied = false;  // a store that keeps a copy of the fleet's for when that is away keeps one of these rows
};

struct CommitRequest {
  SessionId session;
  std::uint64_t expected_version = 0;
  EventId event;  // marked as applied in the same write (of what is no call, is_listed(), only the last stays marked);
                  // empty: nothing happened to the session, only the lists are written, beside it, and the answer is
                  // `committed`
  // Empty: never listed as a call. It is none, and its event's mark is all it is; or it is on its way here from a
  // worker's own machine, and may not be read yet.
  std::string document;
  Millis due_ms = 0;             // 0: nothing due
  Millis ttl_ms = 0;             // lifetime of the session in the store from now on; up to an eighth longer
  std::string ladder_line;       // appended to the session's ladder in the same write
  std::vector<ListWrite> lists;  // in the same write; a list may be named once
  bool takes_up = false;         // where there is nothing of the session, it begins at expected_version (LocalStore)
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
  std::size_t trimmed = 0;    // of a request without an event: rows that went because their list was full
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
  // The same for a caller who will begin the session with this event if there is none.
  virtual void load_to_begin(const SessionId& session, FirstEvent /*first*/,
                             std::function<void(Result<StoredSession>)> done) {
    load(session, std::move(done));
  }
  // One atomic step (of a request with an event): if it is marked -> duplicate; if the version differs -> conflict;
  // else write everything.
  virtual void commit(CommitRequest request, std::function<void(CommitResult)> done) = 0;
  // Sessions due at or before `now_ms`, at most `count`, each pushed back to now + claim_ms so that others leave them
  // alone for that long. A hint that saves work, never a lock.
  virtual void claim_due(Millis now_ms, std::size_t count, Millis claim_ms,
                         std::function<void(Result<std::vector<SessionId>>)> done) = 0;
  virtual void ladder(const SessionId& session, std::function<void(Result<std::vector<std::string>>)> done) = 0;
  // Calls written most recently first, at most `count`.
  virtual void list(std::size_t count, std::function<void(Result<std::vector<CallListing>>)> done) = 0;
  // The rows of a list; fewer than asked for are all. One that went while they were read has no line.
  virtual void list_rows(ListQuestion question, std::function<void(Result<std::vector<ListRow>>)> done) = 0;
  // The directory: one text, replaced whole; `revision` grows with every replacement, 0 = none yet.
  virtual void put_directory(std::string text, std::function<void(Result<std::uint64_t>)> done) = 0;
  struct DirectoryText {
    std::uint64_t revision = 0;
    std::string text;  // left empty when revision == known_revision
  };
  virtual void get_directory(std::uint64_t known_revision, std::function<void(Result<DirectoryText>)> done) = 0;

  [[nodiscard]] virtual std::string_view kind() const noexcept = 0;  // "embedded", "redis"
  [[nodiscard]] virtual bool ready() const noexcept = 0;
  // What the legs of calls that begin on this machine are marked with (ClientState::home); empty: none ever do.
  [[nodiscard]] virtual std::string_view home() const noexcept { return {}; }
};

}  // namespace ringfence
