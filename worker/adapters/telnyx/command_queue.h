// Commands waiting for the wire, in lanes by urgency. Pure. Owned by TelnyxClient.
// Must not know: curl, JSON.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_set>

#include "adapters/telnyx/audit.h"
#include "core/command.h"

namespace ringfence {

// One command on its way, and everything owed to it.
struct Job {
  Command command;
  std::function<void(CommandOutcome)> done;
  Millis came_ms = 0;                 // monotonic
  Millis started_ms = 0;              // monotonic; when curl got it, or its latest page
  Millis send_by_ms = 0;              // monotonic; later than this it is not sent any more
  Millis give_up_ms = 0;              // monotonic; the outcome is owed by then
  std::unique_ptr<Audit> audit;       // audits only: where the walk stands
  bool probe = false;                 // its answer says whether the provider is back
  std::uint64_t left_at = 0;          // how often the breaker had opened when it, or its latest page, left
  std::optional<Millis> waited_ms{};  // CommandOutcome::waited_ms, once it is known
};

// 0 leaves first: hangup; answer, bridge and reject; speak, gather and record_start; dial and transfer; audit.
[[nodiscard]] std::size_t lane_of(Verb verb) noexcept;
// A burst of these may fill its share of a bound, never all of it.
[[nodiscard]] bool is_patient(Verb verb) noexcept;

class CommandQueue {
 public:
  // False: full, the job is untouched.
  [[nodiscard]] bool push(Job& job);
  // A copy of this command waits here.
  [[nodiscard]] bool holds(const CommandId& id) const { return waiting_.contains(id); }
  // The most urgent, oldest first within its lane; null when there is none.
  [[nodiscard]] const Job* front() const noexcept;
  [[nodiscard]] Job pop();  // that one; there must be one
  // One past its send_by_ms.
  [[nodiscard]] std::optional<Job> pop_late(Millis now_ms);
  // When the next one will be late; 0 = the queue is empty.
  [[nodiscard]] Millis next_late_ms() const;
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  static constexpr std::size_t kLanes = 5;
  [[nodiscard]] Job take_front(std::deque<Job>& lane);

  // send_by_ms is a constant after arrival within a lane, so each front is its lane's earliest.
  std::array<std::deque<Job>, kLanes> lanes_;
  std::unordered_set<CommandId> waiting_;
  std::size_t size_ = 0;
};

}  // namespace ringfence
