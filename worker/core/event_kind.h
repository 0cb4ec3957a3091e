// Events by what they are, for tables that have a row for every kind. Used by phase_table.h, counters and tests.
// Must not know: what an event says.
#pragma once

#include "core/event.h"

namespace ringfence {

// First one for each WebhookType, then one for each Verb's result, each in the order of its enum.
enum class EventKind : std::uint8_t {
  initiated,
  answered,
  bridged,
  hangup,
  speak_ended,
  recording_saved,
  recording_error,
  gather_ended,
  machine_detected,
  other,
  dial_result,
  answer_result,
  bridge_result,
  hangup_result,
  speak_result,
  record_result,
  audit_result,
  transfer_result,
  reject_result,
  gather_result,
  notify_result,
  tick,
  device_ready,
  cancel
};
inline constexpr std::size_t kEventKinds = static_cast<std::size_t>(EventKind::cancel) + 1;
static_assert(static_cast<int>(EventKind::other) == static_cast<int>(WebhookType::other));
static_assert(static_cast<int>(EventKind::notify_result) - static_cast<int>(EventKind::dial_result) ==
              static_cast<int>(Verb::notify));

[[nodiscard]] std::string_view name_of(EventKind kind) noexcept;

[[nodiscard]] inline EventKind kind_of(const Event& event) noexcept {
  struct Kind {
    EventKind operator()(const WebhookFact& fact) const { return static_cast<EventKind>(fact.type); }
    EventKind operator()(const CommandResult& result) const {
      return static_cast<EventKind>(static_cast<int>(EventKind::dial_result) + static_cast<int>(result.verb));
    }
    EventKind operator()(const Tick&) const { return EventKind::tick; }
    EventKind operator()(const DeviceReady&) const { return EventKind::device_ready; }
    EventKind operator()(const Cancel&) const { return EventKind::cancel; }
  };
  return std::visit(Kind{}, event.body);
}

}  // namespace ringfence
