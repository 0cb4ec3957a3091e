// The log of every webhook that was accepted, and the list of those that could not be applied. A row of the log is
// written by the commit that applies the event, so it is there exactly when the event was; the same write takes the
// event off the other list, and nothing that is in the log gets onto that one again.
//
//   events/log   accepted: answered 200. What came, what it changed, which commands followed
//   events/dead  told `later` so often that the provider may have given up: why, how often, and the body
//
// A failure is counted here in memory; the provider's own count of its attempts stands in for what another worker, or
// this one before its restart, has seen of it. Owned by the engine, used by the lanes. Must not know: who reads.
#pragma once

#include <cstdint>
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
  };
  [[nodiscard]] static bool has_row(const Failing& failing) noexcept { return !failing.unwritten.session.empty(); }
  [[nodiscard]] bool has_room();
  void leave_out(const std::string& event, std::string_view detail);
  void put(CommitRequest& request, const Event& event, std::string line, bool first_stays) const;
  void forget(const EventId& event);
  void count_late(const std::string& event, std::string_view detail);
  void write(const std::string& event, Failing& failing);
  void look();
  void look_again();

  EventLogParts parts_;
  EventLogOptions options_;
  std::unordered_map<std::string, Failing> failing_;
  std::size_t writing_ = 0;
  bool looking_ = false;
  bool full_ = false, told_full_ = false;  // with rows that cannot be written; until one of them is
};

}  // namespace ringfence
