// Two stores as one: that of the fleet, and while it is away the one of this machine. Its whole point is that a call
// has one authority at any time:
//
//   a call that begins while the fleet's store is away begins here, and lives here until it has gone home. What its
//     legs are marked with (home) tells other workers to keep their hands off.
//   a call that lives in the fleet's store is `unavailable` meanwhile: of a store that cannot be asked nobody knows
//     that a call is not in it. Only with policy `all`, for a worker that has the store for itself, it goes on here,
//     from the version that was confirmed last (CommitRequest::takes_up).
//   a call whose first commit may be in the fleet's store begins no second life here.
//   what is here goes home as soon as the store is back (homecoming.h); while it does, whoever asks for it waits.
//
//                      away                    back, its journal sent
//   fleet ─ begins or is taken up ─► here ────────────────────────────► fleet
//
// Built and owned by main, over ports only. Must not know: what a document means, which stores these are.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/timer_queue.h"
#include "fallback/homecoming.h"
#include "fallback/remembered.h"
#include "fallback/store_health.h"
#include "fallback/worker_register.h"
#include "ports/clock.h"
#include "ports/local_store.h"
#include "ports/log.h"

namespace ringfence {

enum class FallbackPolicy : std::uint8_t { new_calls, all };

struct FallbackParts {
  Store& fleet;
  LocalStore& local;
  Clock& clock;  // its one alarm belongs to the fallback
  Log& log;
};

struct FallbackOptions {
  FallbackPolicy policy = FallbackPolicy::new_calls;
  std::string worker;  // see WorkerRegister
};

struct FallbackStats {
  bool away = false;
  Millis since_ms = 0;  // when it last changed
  std::uint64_t changes = 0;
  std::uint64_t begun = 0;     // calls that began here
  std::uint64_t taken_up = 0;  // calls that went on here
  std::uint64_t journalled = 0;
  std::uint64_t gone_home = 0;
  std::uint64_t sent_home = 0;    // commits
  std::uint64_t conflicts = 0;    // of these: somebody else had written
  std::uint64_t stuck = 0;        // attempts to go home that failed for a reason of this machine
  std::uint64_t turned_away = 0;  // requests for what lives in the fleet's store while that was away
  std::size_t here = 0;           // sessions, now
  std::size_t notes = 0;          // of these: no calls, as far as is known
  std::size_t in_doubt = 0;       // of these: they may be in the fleet's store, whole
  bool alone = false;             // no other worker has signed the register
};

class FallbackStore final : public Store {
 public:
  // `refused`: with policy `all`, another worker was found at the start; the text says which.
  FallbackStore(FallbackParts parts, FallbackOptions options, std::function<void(std::string)> refused);
  // What is here from before this start is found first; until then everything is `unavailable`.
  void start();

  void load(const SessionId& session, std::function<void(Result<StoredSession>)> done) override;
  void load_to_begin(const SessionId& session, FirstEvent first,
                     std::function<void(Result<StoredSession>)> done) override;
  void commit(CommitRequest request, std::function<void(CommitResult)> done) override;
  void claim_due(Millis now_ms, std::size_t count, Millis claim_ms,
                 std::function<void(Result<std::vector<SessionId>>)> done) override;
  void ladder(const SessionId& session, std::function<void(Result<std::vector<std::string>>)> done) override;
  // Away: those that are here.
  void list(std::size_t count, std::function<void(Result<std::vector<CallListing>>)> done) override;
  void list_rows(ListQuestion question, std::function<void(Result<std::vector<ListRow>>)> done) override;
  void put_directory(std::string text, std::function<void(Result<std::uint64_t>)> done) override;
  // Away: the copy of the last one that was read.
  void get_directory(std::uint64_t known_revision, std::function<void(Result<DirectoryText>)> done) override;
  [[nodiscard]] std::string_view kind() const noexcept override { return parts_.fleet.kind(); }
  [[nodiscard]] bool ready() const noexcept override {
    return health_.away() ? parts_.local.ready() : parts_.fleet.ready();
  }
  [[nodiscard]] std::string_view home() const noexcept override { return home_; }

  [[nodiscard]] FallbackStats stats() const;
  // False: with policy `all`, whether another worker shares the store has not been read yet.
  [[nodiscard]] bool has_looked() const noexcept { return looked_ || options_.policy != FallbackPolicy::all; }
  [[nodiscard]] FallbackPolicy policy() const noexcept { return options_.policy; }

 private:
  using LoadDone = std::function<void(Result<StoredSession>)>;
  using CommitDone = std::function<void(CommitResult)>;
  enum class Kind : std::uint8_t { call, note };  // a note: what has no document
  struct Resident {                               // a session that is here
    Kind kind = Kind::call;
    bool in_doubt = false;   // may be in the fleet's store, whole: nothing happens to it here until that is known
    bool began_here = true;  // else nothing is known of it but what is here
    std::size_t under_way = 0;
    std::unique_ptr<Homecoming> leaving;
    std::vector<std::function<void()>> waiting;  // until it has left or stays
  };
  struct Held {  // a commit of unknown outcome, which must not be told: see on_fleet_commit()
    CommitRequest request;
    CommitDone done;
  };

  void find_residents(const SessionId& after);
  void tend();
  void follow_the_clock(Millis now_ms);
  [[nodiscard]] bool is_too_early() const noexcept;
  void sign();
  void on_probe(bool well);
  void read_register();
  void note(bool answered, StoreHealth::Way way);
  void go_away();
  void come_back();

  void route_load(const SessionId& session, std::optional<FirstEvent> first, LoadDone done);
  void refuse_load(LoadDone done);
  void refuse_commit(CommitDone done);
  void load_here(const SessionId& session, bool to_begin, LoadDone done);
  void load_there(const SessionId& session, std::optional<FirstEvent> first, LoadDone done);
  void turn_away(const SessionId& session, const std::optional<FirstEvent>& first);
  [[nodiscard]] bool may_begin(const SessionId& session, const FirstEvent& first) const;

  [[nodiscard]] static CommitRequest note_of(CommitRequest request);
  void commit_here(CommitRequest request, CommitDone done);
  void commit_there(CommitRequest request, CommitDone done, bool again);
  void on_first_commit(const SessionId& session, bool only_this_one, const CommitResult& result);
  void on_fleet_commit(std::optional<CommitRequest> kept, bool again, std::uint64_t expected,
                       const CommitResult& result, const CommitDone& done);
  void retry_held();
  void take_up(CommitRequest request, CommitDone done);
  void claim_there(std::vector<SessionId> here, Millis now_ms, std::size_t count, Millis claim_ms,
                   std::function<void(Result<std::vector<SessionId>>)> done);
  // Alone with the store, nobody else can have taken up what arrived there.
  [[nodiscard]] bool waits(const Resident& resident) const noexcept { return resident.in_doubt && !takes_up(); }
  [[nodiscard]] bool takes_up() const noexcept { return options_.policy == FallbackPolicy::all && alone_; }
  Resident* move_in(const SessionId& session, Kind kind, bool began_here);  // null: no room
  void become(Resident& resident, Kind kind) noexcept;
  [[nodiscard]] static Kind kind_of(const CommitRequest& request) noexcept {
    return request.document.empty() ? Kind::note : Kind::call;
  }

  void send_home();
  void on_left(const SessionId& session, const Homecoming::Report& report);

  void copy_rows(const std::string& list, const std::vector<ListRow>& rows);
  void copy_directory(std::uint64_t revision, const std::string& text);
  void directory_copy(std::uint64_t known_revision, Error error, std::function<void(Result<DirectoryText>)> done);
  template <class Work>
  void later(Work work) {
    timers_.at(parts_.clock.now_ms(), std::move(work));
  }

  FallbackParts parts_;
  const FallbackOptions options_;
  const std::string home_;
  std::function<void(std::string)> refused_;
  TimerQueue timers_;
  Millis started_ms_;
  StoreHealth health_;
  WorkerRegister register_;
  Millis sign_ms_ = 0;                             // the next signature
  bool found_ = false;                             // what is here from before
  std::map<std::string, Millis> copied_until_ms_;  // by list; two of them are asked for so
  bool looked_ = false;                            // into the register, since the start
  bool alone_ = false;
  bool ever_alone_ = false;
  std::unordered_map<SessionId, Resident> residents_;
  std::size_t notes_ = 0;          // of them
  std::deque<SessionId> leavers_;  // are to be sent home
  std::size_t leaving_ = 0;
  Millis stay_until_ms_ = 0;  // after a failure nobody is sent home for a while
  std::vector<Held> held_;
  // Both for as long as a copy of a call's first event may still come.
  Remembered begun_there_;  // their first commit was sent to the fleet's store, and is there or may be
  Remembered turned_away_;  // they may begin here: of their first event, told later or not, nothing is there or may be
  FallbackStats stats_;
};

}  // namespace ringfence
