// Events of no call that somebody wants are handed on here: load -> step (forward/forwarding.h) -> commit -> gate ->
// the consumer's answer as an event, on any worker:
//
//   an event         -> its subject's record -> committed: its verdict, and the notice leaves
//   any worker       -> the same record: what loses the race to commit is stepped again on what the other wrote
//   a worker dies    -> its notice's time passes, the due scan gives the record to another, which sends it again
//
// Records live in the store beside calls, under names that no call has, and are never kept in memory. The event itself
// is kept with those that nobody wants (kept_events.h), in the same write. Owned by the engine. Must not know: HTTP,
// webhooks' JSON, who the consumers are.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "core/policy.h"
#include "engine/engine_stats.h"
#include "engine/event_log.h"
#include "engine/kept_events.h"
#include "engine/output_gate.h"
#include "forward/forwarding.h"
#include "ports/clock.h"
#include "ports/log.h"
#include "ports/notifier.h"
#include "ports/store.h"

namespace ringfence {

struct ForwarderParts {
  Store& store;
  const Clock& clock;
  Log& log;
  OutputGate& gate;
  EngineStats& stats;
  EventLog& events;
  const Policy& policy;
  const Notifier* notifier;  // null: nothing is forwarded here
};

class Forwarder {
 public:
  explicit Forwarder(ForwarderParts parts) : parts_(parts) {}
  Forwarder(const Forwarder&) = delete;
  Forwarder& operator=(const Forwarder&) = delete;

  // There is a consumer of events of this type.
  [[nodiscard]] bool wants(std::string_view type) const;
  // Once it is durable: accepted, or duplicate when it was taken before. `frame` as kept_events.h has it.
  void take(const EventFrame& frame, Event event, VerdictSlip slip, Delivery delivery);

  // A name of the due scan, or of a result, that is a record's and not a call's.
  [[nodiscard]] static bool is_record(const SessionId& name) noexcept;
  void wake(const SessionId& name);
  void on_result(const Event& event);

  void stop() noexcept { stopped_ = true; }
  [[nodiscard]] bool idle() const noexcept { return under_way_.empty(); }

 private:
  struct Webhook {
    Event event;
    Delivery delivery;
    KeptRow row;
  };
  // One event of one record, from load to commit.
  struct Work {
    SessionId name;
    ForwardingEvent event;
    std::optional<Webhook> webhook;  // where it is one, and
    VerdictSlip slip;                // whoever waits for its verdict
    std::string mark;                // of an answer
    Millis not_after_ms = 0;         // what follows leaves until then
    int conflicts = 0;
  };
  void begin(Work work);
  void load(std::uint64_t number);
  void on_load(std::uint64_t number, const Result<StoredSession>& stored);
  void commit(std::uint64_t number, const StoredSession& stored, ForwardingStep result);
  void on_commit(std::uint64_t number, const ForwardingStep& result, const CommitResult& commit);
  [[nodiscard]] Result<Forwarding> read(const Work& work, const StoredSession& stored);
  void send(Work& work, const ForwardingStep& result, CommitStatus status);
  void tell(const Forwarding& record, const Work& work, ForwardingEnd end);
  void later(Work work, std::string reason);
  [[nodiscard]] Work take_out(std::uint64_t number);

  ForwarderParts parts_;
  std::uint64_t count_ = 0;
  std::unordered_map<std::uint64_t, Work> under_way_;  // std::function wants copies and a slip has none: they wait here
  bool stopped_ = false;
};

}  // namespace ringfence
