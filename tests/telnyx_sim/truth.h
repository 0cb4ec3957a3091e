// What really happened, as JSON for tests, demo and benchmarks. Read-only over the simulation.
// Used by control.cc. Must not know: HTTP.
#pragma once

#include <cstdint>
#include <string>

#include "shared/json.h"
#include "telnyx_sim/simulation.h"

namespace ringfence::sim {

[[nodiscard]] Json call_truth(const Session& session);
// Every credential, those that were removed included, and every request about one, in their order.
[[nodiscard]] Json credentials_truth(const Credentials& credentials);
[[nodiscard]] Json stats_truth(const Simulation& simulation);
// {"entries":[...],"last":N}: at most `limit` entries with a number above `after`.
[[nodiscard]] std::string log_truth(const Journal& journal, std::uint64_t after, std::size_t limit);

// Answered parent, neither bridged nor spoken to nor recorded: a caller in silence.
[[nodiscard]] bool is_silent(const Session& session) noexcept;
[[nodiscard]] std::size_t ringing_now(const Session& session) noexcept;

}  // namespace ringfence::sim
