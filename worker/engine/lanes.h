// One lane per session with work: its events wait in order, and at most one of them is between step() and the store's
// answer. Here load -> step -> commit happens, with what to do about each answer of the store:
//
//   committed  the gate opens; the result is the new cache entry
//   duplicate  the gate says so; a cache entry of another version is forgotten
//   conflict   the returned document is adopted and stepped again, at most limits::kCommitConflicts times
//   unknown    the cache entry is forgotten; load and try again after a pause that doubles
//
// A session that a newer ringd has stored in a way not known here is left to that one: its events are told `later`.
// Whom Admission has no room for is told `later`, too, and a new call waits for its turn there. An event that is not
// durable within limits::kVerdictMs is given up: its cause comes back by itself.
//
// Owned by the engine. Must not know: webhooks' JSON, sockets, the provider.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "core/event.h"
#include "core/policy.h"
#include "core/step.h"
#include "engine/admission.h"
#include "engine/engine_stats.h"
#include "engine/event_log.h"
#include "engine/output_gate.h"
#include "engine/session_cache.h"
#include "engine/timer_queue.h"
#include "engine/watch_ring.h"
#include "ports/clock.h"
#include "ports/log.h"
#include "ports/store.h"

namespace ringfence {

struct LaneParts {
  Store& store;
  Clock& clock;
  Log& log;
  TimerQueue& timers;
  SessionCache& cache;
  OutputGate& gate;
  WatchRing& watch;
  EngineStats& stats;
  EventLog& events;
  const Policy& policy;
  const Policy& judged_by;  // what promises are judged by: a call may have been stepped by longer times than those now
  const Millis& moved_ms;   // by how much the cached sessions' times have been moved back in all
  std::function<void()> due_changed;  // the earliest due time in the cache may have moved
};

class Lanes {
 public:
  explicit Lanes(LaneParts parts) : parts_(std::move(parts)) {}
  Lanes(const Lanes&) = delete;
  Lanes& operator=(const Lanes&) = delete;

  // `slip` may be closed for events nobody waits for. At a bound the verdict is `later` and the event is dropped.
  // `delivery` is what a webhook has and nothing else: it is logged.
  void enqueue(Event event, VerdictSlip slip, std::unique_ptr<Delivery> delivery = nullptr);
  // Lets a session look at its deadlines; ticks of one session do not pile up.
  void tick(const SessionId& session);
  [[nodiscard]] std::size_t depth() const noexcept { return admission_.events(); }
  [[nodiscard]] std::size_t new_calls() const noexcept { return admission_.new_calls(); }
  [[nodiscard]] bool empty() const noexcept { return lanes_.empty(); }

 private:
  struct Work {
    std::uint64_t serial = 0;
    Event event;
    VerdictSlip slip;
    std::unique_ptr<Delivery> delivery;
    TimerQueue::Id deadline;
    bool begins = false;    // a call that was not known
    bool given_up = false;  // its deadline passed while the store was being asked
  };
  struct Lane {
    SessionId session;
    std::deque<Work> queue;  // front: the one being worked on
    bool busy = false;       // a load, a commit or a pause is under way, or its answer is being acted on
    bool pausing = false;    // of busy: waiting to ask the store again
    bool waiting = false;    // a new call's: its turn has not come
    bool tick_queued = false;
    int conflicts = 0;    // of the front
    Millis pause_ms = 0;  // the last pause; 0: the store has answered since
    std::string trouble;  // why it paused, for whoever is given up because of it
  };

  [[nodiscard]] bool begins(const Event& event) const;
  void let_pass(Lane& lane);
  void give_turns();
  void advance(Lane& lane);  // may end the lane
  void load(Lane& lane);
  void on_loaded(Lane& lane, Result<StoredSession> loaded);
  enum class Adopted : std::uint8_t { yes, unreadable, of_a_newer };
  [[nodiscard]] Adopted adopt(Lane& lane, const StoredSession& stored);
  void leave_to_newer(Lane& lane);                                              // ends the lane
  [[nodiscard]] bool step_front(Lane& lane, const SessionCache::Entry& entry);  // false: nothing to commit, it is done
  [[nodiscard]] bool is_elsewhere(const Event& event) const;
  [[nodiscard]] bool leave_to_its_home(Lane& lane);               // false, as above
  [[nodiscard]] bool drop_front(Lane& lane, const Event& event);  // false, as above
  [[nodiscard]] bool ignore_front(Lane& lane);                    // as above
  void commit_front(Lane& lane, const SessionCache::Entry& entry, StepResult result);
  struct Asked {  // what a commit under way knows of itself
    StepResult result;
    std::string line;
    std::uint64_t expected_version = 0;
    std::uint64_t confirmed_version = 0;
    Millis stepped_ms = 0;  // when it was decided
    Millis moved_ms = 0;
    bool was_tombstone = false;      // what the store had confirmed: it may have expired there by now
    bool recording_missing = false;  // the call ends with it, and what should have been recorded was not
  };
  void on_ignored(Lane& lane, CommitStatus status);
  void tell_durable(const Work& work, CommitStatus status);
  void count_breach(Breach breach, const Event& event, std::uint64_t version);
  void count_missing_recording(const SessionId& session);
  void on_commit(Lane& lane, Asked asked, const CommitResult& commit);
  void on_conflict(Lane& lane, const StoredSession& current);
  void retry_later(Lane& lane, std::string trouble);
  void finish_front(Lane& lane);
  void expire(const SessionId& session, std::uint64_t serial);
  void leave(Lane& lane, const std::deque<Work>::iterator& place);
  void give_up(const Event& event, VerdictSlip slip, const Delivery* delivery, std::string reason);

  LaneParts parts_;
  std::unordered_map<SessionId, Lane> lanes_;  // its nodes do not move, so a lane may be referred to while it is busy
  Admission admission_;
  std::uint64_t serial_ = 0;
  bool giving_turns_ = false;
};

}  // namespace ringfence
