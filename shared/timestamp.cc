// The replay window over a timestamp header. Used by nginx_module. Must not know: what time it is.
#include "shared/timestamp.h"

namespace ringfence {

// Twelve digits reach the year 33658 and can never overflow.
constexpr std::size_t kDigits = 12;

std::optional<std::int64_t> parse_unix_seconds(std::string_view digits) noexcept {
  if (digits.empty() || digits.size() > kDigits) return std::nullopt;
  // The signed text is the header's own, so a second spelling of one instant is refused rather than normalised.
  if (digits.front() == '0' && digits.size() > 1) return std::nullopt;
  std::int64_t seconds = 0;
  for (const char digit : digits) {
    if (digit < '0' || digit > '9') return std::nullopt;
    seconds = seconds * 10 + (digit - '0');
  }
  return seconds;
}

bool is_fresh(std::int64_t timestamp_s, std::int64_t now_s, std::int64_t tolerance_s) noexcept {
  if (tolerance_s < 0) return false;
  const bool past = timestamp_s <= now_s;
  // The distance of two int64 always fits an uint64; the subtraction is done there, where it cannot overflow.
  const std::uint64_t distance = past ? static_cast<std::uint64_t>(now_s) - static_cast<std::uint64_t>(timestamp_s)
                                      : static_cast<std::uint64_t>(timestamp_s) - static_cast<std::uint64_t>(now_s);
  return distance <= static_cast<std::uint64_t>(tolerance_s);
}

}  // namespace ringfence
