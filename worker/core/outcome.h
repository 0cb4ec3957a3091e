// What became of a call, for each device that was to ring: a pure function of the session, final as soon as it is not
// `none`, and the same for ever once it was told. Used by derive (who is told when), the ladder, the ledger and
// `ringctl explain`. Must not know: how anybody is told.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/session.h"

namespace ringfence {

// Who took the call: the winner, unless one who was lost before is known to have been bridged instead. -1: nobody.
[[nodiscard]] int speaker(const Session& session);

// `none` while it may still change, and for a leg whose device was rung again: its later leg stands for the device.
[[nodiscard]] DeviceOutcome device_outcome(const Session& session, std::size_t leg);

// Why DeviceOutcome::failed: capacity, refused, unreachable, busy, machine, unproved, left, bridge, lost. Else empty.
[[nodiscard]] std::string_view reason_of(const Session& session, std::size_t leg);

// The device made itself heard, as far as anybody told us.
[[nodiscard]] bool rang(const Leg& leg);

// Who took the call from a device that was answered_elsewhere; empty otherwise.
[[nodiscard]] std::string_view answered_by(const Session& session, std::size_t leg);

// The call is over and should have left a recording, which there is not: a conversation that was to be recorded, or a
// message that was begun or could not be. Who hangs up before the recording begins leaves none.
[[nodiscard]] bool misses_recording(const Session& session);

// One line of the list of missed calls.
struct LedgerEntry {
  SessionId session;
  std::string organisation, user, device;  // device empty: the user had none to ring
  std::string from, caller_name, to;
  Millis at_ms = 0;  // the call came in
  Outcome call = Outcome::none;
  DeviceOutcome outcome = DeviceOutcome::none;
  std::string reason;  // of `failed`
  std::string answered_by;
  bool rang = false;  // the phone made itself heard
  bool operator==(const LedgerEntry&) const = default;
};

// Exactly one entry for each device that did not get the call, also when the caller hangs up in the first second. Empty
// until the session is closed; a blocked caller and a call of our own leave none.
[[nodiscard]] std::vector<LedgerEntry> ledger_entries(const Session& session);

}  // namespace ringfence
