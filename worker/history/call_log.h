// What a stored call tells of the people in it, apart from what we did: when each device began to ring after it was
// dialled, was answered, declined; when the caller left. Used by what_if.cc. Must not know: what else might have been.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/event.h"
#include "core/policy.h"
#include "core/session.h"
#include "shared/result.h"

namespace ringfence {

struct DeviceLog {
  struct Fact {
    Millis after_ms = 0;  // since it was dialled
    WebhookFact fact;
  };
  Destination destination;
  bool dialled = false;
  CommandOutcome dial;      // what the provider said to that,
  Millis dial_ms = 0;       // after so long
  std::vector<Fact> facts;  // what it did by itself; nothing that followed from our hanging it up
  bool silenced = false;    // we hung it up, or the log ends, and it had not ended by itself:
  Millis silenced_ms = 0;   // from then on nobody knows what it would have done
  bool talked = false;
  [[nodiscard]] bool said(WebhookType type) const;
};

struct CallLog {
  Event offer;  // with the plan of then
  std::vector<DeviceLog> devices;
  std::vector<Event> others;          // operators, and devices that woke up
  std::optional<WebhookFact> leaves;  // the caller, by himself,
  Millis leaves_ms = 0;               // at that time,
  bool leaves_talk = false;           // out of a conversation
  [[nodiscard]] const DeviceLog* find(std::string_view device) const;
};

// Error: the log does not begin with the call.
[[nodiscard]] Result<CallLog> read_call_log(const std::vector<Event>& events, const Policy& policy);

}  // namespace ringfence
