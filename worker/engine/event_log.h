// The log of every webhook that was accepted, and the list of those that could not be applied. A row of the log is
// written by the commit that applies the event, so it is there exactly when the event was; the same write takes the
// event off the other list, and nothing that is in the log gets onto that one again.
//
//   events/log   accepted: answered 200. What came, what it changed, which commands followed
//   events/dead  told `later` so often that the provider may have given up: why, how often, and the body. Bounded; what
//                goes because of that is counted (EngineStats::unlisted), but not what goes when rows that were kept on
//                this machine (worker/fallback) come home
//
// Rows of dead events belong to no lane, so they are written a few at a time; and while the store takes none, one a
// look asks whether it does again.
//
// A failure is counted here in memory; the provider's own count of its attempts stands in for what another worker, or
// this one before its restart, has seen of it. Owned by the engine, used by the lanes. Must not know: who reads.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/step.h"
#include "engine/engine_stats.h"
#include "engine/timer_queue.h"
#include "history/event_row.h"
#include "ports/clock.h"
#include "ports/log.h"
#include "ports/store.h"
#include "shared/bytes.h"
#include "shared/limits.h"

namespace ringfence {

inline constexpr std::string_view kEventLog = "events/log", kDeadEvents = "events/dead";

struct EventLogOptions {
  Millis keep_ms = 7LL * 24 * 3'600'000;
  std::size_t most = 100'000;
  EventPayload payload = EventPayload::facts;
  Millis late_ms = 10'000;  // an event that is not applied by then is counted and told of
  int tries = 3;            // so often told `later`: listed as dead
};

struct EventLogParts {
  Store& store;
  const Clock& clock;
  TimerQueue& timers;
  Log& log;
  EngineStats& stats;
};

class EventLog {
 public:
  EventLog(EventLogParts parts, EventLogOptions options) : parts_(parts), options_(options) {}
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;

  // Other bounds from now on; what is there beyond them goes with the next write.
  void follow(const EventLogOptions& options) noexcept { options_ = options; }

  // Copies of the body what may have to be written of this event.
  void keep_body(Delivery& delivery, const EventId& event, ByteView body) const;

  // Into the commit that applies the event; into that of one that changes nothing, with why.
  void add_applied(CommitRequest& request, const Session& before, const Event& event, const StepResult& result,
                   const Delivery& delivery) const;
  void add_other(CommitRequest& request, const Event& event, const Delivery& delivery, std::string_view why) const;

  // It is durable; a duplicate was before.
  void accepted(const EventId& event, const Delivery& delivery);
  void duplicate(const EventId& event) { forget(event); }
  // It was told `later`.
  void failed(const Event& event, const Delivery& delivery, std::string_view why);

  [[nodiscard]] bool idle() const noexcept { return writing_ == 0; }

 private:
  struct Failing {
    int tries = 0;
    Millis first_ms = 0, last_ms = 0;
    bool late = false, dead = false;  // counted as that
    bool writing = false;
    CommitRequest unwritten;  // without a session: nothing
    std::uint64_t turn = 0;   // while that waits to be written
  };
  [[nodiscard]] static bool has_row(const Failing& failing) noexcept { return !failing.unwritten.session.empty(); }
  [[nodiscard]] bool has_room();
  void leave_out(const std::string& event, std::string_view detail);
  void made_room(const std::string& event, std::size_t trimmed);
  void put(CommitRequest& request, const Event& event, std::string line, bool first_stays) const;
  void forget(const EventId& event);
  void count_late(const std::string& event, std::string_view detail);
  void wait_for_turn(const std::string& event, Failing& failing);
  void write_waiting();
  void write(const std::string& event, Failing& failing);
  void on_written(Failing& failing, bool taken, Millis at_ms);
  void look();
  void look_again();

  EventLogParts parts_;
  EventLogOptions options_;
  std::unordered_map<std::string, Failing> failing_;
  std::map<std::uint64_t, std::string> waiting_;  // rows to be written, by their turn
  std::uint64_t turns_ = 0;
  std::size_t writing_ = 0, writers_ = limits::kDeadRowsAtOnce;  // now, and at most; 0: the store takes none now
  bool looking_ = false;
  bool full_ = false, told_full_ = false;  // with rows that cannot be written; until one of them is
  bool told_trimmed_ = false;              // until a row finds room again
};

}  // namespace ringfence
