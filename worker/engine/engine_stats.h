// What the engine counts, for `GET /health` and the log. Plain numbers since the start of the process.
// Must not know: how they are printed (health_view.cc).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/command.h"
#include "core/invariants.h"
#include "devices/credential.h"
#include "engine/histogram.h"
#include "forward/forwarding.h"

namespace ringfence {

inline constexpr std::size_t kVerbs = static_cast<std::size_t>(Verb::notify) + 1;
inline constexpr std::size_t kCredentialVerbs = static_cast<std::size_t>(CredentialVerb::list) + 1;
inline constexpr std::size_t kOutcomeClasses = static_cast<std::size_t>(OutcomeClass::unknown) + 1;

struct EngineStats {
  // Verdicts given to the edge; their sum is the number of events that came in.
  std::uint64_t accepted = 0, duplicate = 0, later = 0, refused = 0;
  std::uint64_t ignored = 0;     // of accepted: of no call of ours; those of other families are kept as they came
  std::uint64_t bad = 0;         // of accepted: genuine but unreadable, kept as they came
  std::uint64_t queue_full = 0;  // of later: a bound of limits.h was met
  std::uint64_t new_calls_put_off = 0;  // of queue_full: calls that would have begun
  std::uint64_t expired = 0;            // of later: not durable within limits::kVerdictMs
  std::uint64_t elsewhere = 0;          // of later: of a call that began on another worker while the store was away

  std::uint64_t late = 0;      // events that were not applied within event_log's `late`, whether they were then or not
  std::uint64_t dead = 0;      // events that were told `later` so often that they are listed as dead
  std::uint64_t unlisted = 0;  // told `later` and not listed as dead, or not any more: others fill the room
  Histogram occurred_to_received, received_to_accepted;  // of webhooks
  Histogram accepted_to_sent;  // of commands: from the durable decision until they left for the provider, once answered

  std::uint64_t commits = 0, conflicts = 0, unknown = 0;
  std::uint64_t loads = 0;               // sessions read from the store because they were not in memory
  std::uint64_t unreadable = 0;          // stored documents that could not be decoded
  std::uint64_t of_a_newer = 0;          // stored documents left to a newer ringd (codec/README.md)
  std::uint64_t results_dropped = 0;     // command results that found no room or no store; the outbox asks again
  std::uint64_t ticks = 0;               // times a session was asked to look at its deadlines
  std::uint64_t recovered = 0;           // sessions taken over from the store's due index
  std::uint64_t sweeps = 0;              // times the provider was asked for every live call
  std::uint64_t strays = 0;              // found by them: calls of ours that their session did not know as alive
  std::uint64_t strays_left = 0;         // found in conversation, their session lost: left to talk
  std::uint64_t recordings_missing = 0;  // calls that ended without the recording they should have; target zero
  std::array<std::uint64_t, kInvariants> broken{};  // by Invariant, the target is zero; [none] stays 0
  std::array<std::uint64_t, kVerbs> commands_by_verb{};
  std::array<std::uint64_t, kOutcomeClasses> results_by_class{};

  // Records of devices and forwarded events left to another worker: a newer one, or one that may ask or tell.
  std::uint64_t left_alone = 0;
  std::uint64_t registrations = 0;      // devices that asked for a credential, or gave it back
  std::uint64_t credentials_found = 0;  // at the provider and not in use, found by a look: removed
  std::array<std::uint64_t, kCredentialVerbs> credentials_by_verb{};
  std::array<std::uint64_t, kOutcomeClasses> credentials_by_outcome{};

  std::array<std::uint64_t, kForwardingEnds> forwarding_ends{};  // by ForwardingEnd; [none] stays 0

  // Now, not since the start.
  std::size_t sessions_cached = 0, queue_depth = 0, new_calls = 0, commands_in_flight = 0;
};

}  // namespace ringfence
