// All numbers of webhook_status at one moment, as plain data: what the renderers turn into text.
// Filled by nginx_module/observe from shared memory, or by a test. Must not know: nginx, shared memory, text formats.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "scheme/verdict.h"
#include "shared/dedup_table.h"

namespace ringfence::observe {

using scheme::kOutcomes;
using scheme::Outcome;

using PerOutcome = std::array<std::uint64_t, kOutcomes>;
[[nodiscard]] inline std::uint64_t of(const PerOutcome& numbers, Outcome outcome) noexcept {
  return numbers[static_cast<std::size_t>(outcome)];
}

inline constexpr std::size_t kVerifyBounds = 16;  // room for the upper bounds of the histogram

struct SchemeNumbers {
  std::string_view name;
  PerOutcome outcomes{};
  PerOutcome dry_run{};
  std::array<std::uint64_t, kVerifyBounds + 1> verify_times{};  // not cumulated; one more than there are bounds
  std::uint64_t verify_ns = 0;
};

struct ZoneNumbers {
  std::string_view name;
  std::uint64_t bytes = 0;
  DedupStats table;
};

struct Snapshot {
  std::string_view version, server_version;  // of the module, of nginx
  std::string_view taken_at;                 // for people; "" when not known
  std::span<const std::uint32_t> verify_bounds_us;
  std::span<const SchemeNumbers> schemes;
  std::span<const ZoneNumbers> zones;
  PerOutcome handovers{};  // accepted, duplicate, refused, later, unavailable
  std::uint64_t frames_sent = 0, bytes_sent = 0, retries = 0, broken_replies = 0;
  std::uint64_t api_requests = 0, log_suppressed = 0;
};

// What a hand-over can end in, in the order it is told.
inline constexpr std::array<Outcome, 5> kHandoverResults{Outcome::accepted, Outcome::duplicate, Outcome::refused,
                                                         Outcome::later, Outcome::unavailable};

[[nodiscard]] std::uint64_t sum(const PerOutcome& numbers) noexcept;
[[nodiscard]] std::uint64_t verify_count(const SchemeNumbers& scheme) noexcept;

}  // namespace ringfence::observe
