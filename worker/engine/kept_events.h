// Genuine events that are of no call: those that cannot be read, and those of other families (messages, orders).
// Nothing happens because of them, but the provider is told 200, so they are made durable first, each with why it is
// there, in a bounded list (`ringctl dead`). Owned by the engine. Must not know: sessions, who reads the lists.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/policy.h"
#include "engine/engine_stats.h"
#include "engine/event_log.h"
#include "engine/output_gate.h"
#include "ports/clock.h"
#include "ports/store.h"

namespace ringfence {

inline constexpr std::string_view kBadEvents = "bad", kOtherEvents = "other";
[[nodiscard]] std::string kept_events_list(std::string_view kind);

// One of them as it is kept: as much of it as there is room for.
struct KeptRow {
  std::string event, type;
  Millis at_ms = 0;
  std::size_t bytes = 0;    // of the body,
  std::string body_base64;  // of which the beginning is here
};
[[nodiscard]] KeptRow kept_row(const EventFrame& frame, Millis now_ms);
[[nodiscard]] ListWrite kept_write(std::string_view kind, const KeptRow& row, std::string_view why);

struct KeptEventsParts {
  Store& store;
  const Clock& clock;
  OutputGate& gate;
  EngineStats& stats;
  EventLog& events;
  const Policy& policy;
};

class KeptEvents {
 public:
  explicit KeptEvents(KeptEventsParts parts) : parts_(parts) {}
  KeptEvents(const KeptEvents&) = delete;
  KeptEvents& operator=(const KeptEvents&) = delete;

  // Once it is durable: accepted, or duplicate when it was kept before.
  // `event` is as much as could be read of it.
  void keep(std::string_view kind, const EventFrame& frame, Event event, std::string_view why, VerdictSlip slip,
            Delivery delivery);
  [[nodiscard]] bool idle() const noexcept { return waiting_.empty(); }

 private:
  struct Waiting {
    Event event;
    VerdictSlip slip;
    Delivery delivery;
  };
  void later(Waiting waiting, std::string reason);
  void on_commit(std::uint64_t number, bool bad, CommitStatus status);

  KeptEventsParts parts_;
  std::uint64_t count_ = 0;
  std::unordered_map<std::uint64_t, Waiting> waiting_;  // on their way into the store
};

}  // namespace ringfence
