// The sweep: at the start and then from time to time the provider is asked for every call that lives on our
// connections, and each that carries our client_state is looked up. One that its session does not know as alive is a
// stray; it enters by the one door, as an event of its session, and is adopted or hung up by step().
//
//   list -> ours, and old enough -> its session -> knows it: nothing
//                                               -> does not: event
//                                               -> is not in the store: look at its records; in conversation: left
//                                               alone
//                                                                                            else: event
//
// Sessions look after their own unproved legs (Verb::audit, much sooner); this is for what no session looks for any
// more. Calls of others on the same connection carry no state of ours and are never touched.
// Owned by the engine. Must not know: what a session makes of an event.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/command.h"
#include "core/event.h"
#include "engine/engine_stats.h"
#include "engine/output_gate.h"
#include "engine/session_cache.h"
#include "engine/timer_queue.h"
#include "ports/clock.h"
#include "ports/log.h"
#include "ports/store.h"

namespace ringfence {

struct SweepOptions {
  Millis every_ms = 0;           // 0: never
  Millis stray_age_ms = 60'000;  // a younger call may be on its way into its session by itself
  std::string connection;        // empty: those of the calls that come in
};

struct SweepParts {
  Store& store;
  const Clock& clock;
  Log& log;
  TimerQueue& timers;
  SessionCache& cache;
  OutputGate& gate;
  EngineStats& stats;
  std::function<void(Event)> found;
};

class Sweep {
 public:
  Sweep(SweepParts parts, const SweepOptions& options) : parts_(std::move(parts)), options_(options) {}
  Sweep(const Sweep&) = delete;
  Sweep& operator=(const Sweep&) = delete;

  void start();
  void stop() { stopped_ = true; }
  // A connection of ours, told by a call that came in.
  void learn(std::string_view connection_id);
  [[nodiscard]] bool idle() const noexcept { return !busy_; }

 private:
  struct Find {
    SessionId session;
    AuditedLeg leg;
    std::string connection;
  };
  void begin();
  void list_next();
  void on_list(std::size_t connection, const CommandOutcome& outcome);
  void look_up_next();
  void on_load(const Find& find, const Result<StoredSession>& stored);
  [[nodiscard]] bool judge(const Find& find, const Session& session, std::uint64_t version);
  void look_into(const Find& find, std::uint64_t version);
  void on_look(const Find& find, std::uint64_t version, const CommandOutcome& outcome);
  void adopt(const Find& find, std::uint64_t version);
  void finish();

  SweepParts parts_;
  const SweepOptions& options_;
  struct Connection {
    std::string id;
    std::string cursor;  // where its list goes on
  };
  std::vector<Connection> connections_;
  std::size_t next_connection_ = 0;
  std::deque<Find> finds_;  // still to be looked up
  std::size_t looks_ = 0;   // into records, in this sweep
  bool busy_ = false;
  bool stopped_ = false;
};

}  // namespace ringfence
