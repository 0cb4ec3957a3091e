// The replay window over a timestamp header. Used by nginx_module. Must not know: what time it is.
#include "shared/timestamp.h"

namespace ringfence {

namespace {

// Twelve digits of seconds reach the year 33658, and neither can ever overflow.
constexpr std::size_t kSecondsDigits = 12;
constexpr std::size_t kMillisDigits = kSecondsDigits + 3;

std::optional<std::int64_t> parse_digits(std::string_view digits, std::size_t most) noexcept {
  if (digits.empty() || digits.size() > most) return std::nullopt;
  // The signed text is the header's own, so a second spelling of one instant is refused rather than normalised.
  if (digits.front() == '0' && digits.size() > 1) return std::nullopt;
  std::int64_t value = 0;
  for (const char digit : digits) {
    if (digit < '0' || digit > '9') return std::nullopt;
    value = value * 10 + (digit - '0');
  }
  return value;
}

}  // namespace

std::optional<std::int64_t> parse_unix_seconds(std::string_view digits) noexcept {
  return parse_digits(digits, kSecondsDigits);
}

std::optional<std::int64_t> parse_unix_millis(std::string_view digits) noexcept {
  return parse_digits(digits, kMillisDigits);
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
