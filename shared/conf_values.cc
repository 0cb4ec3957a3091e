// The text of one value: durations, sizes, numbers, flags, choices as nginx writes them, and back for messages.
// Used by conf_table.cc. Must not know: tables, files.
#include "shared/conf_values.h"

#include <algorithm>
#include <array>
#include <limits>

namespace ringfence {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t scale;
};

constexpr std::int64_t kSecondMs = 1000;
constexpr std::int64_t kDayMs = 24 * 3600 * kSecondMs;
// Largest first: nginx wants the parts of a compound duration in this order, each at most once.
constexpr std::array<Unit, 8> kDurationUnits = {{{"y", 365 * kDayMs},
                                                 {"M", 30 * kDayMs},
                                                 {"w", 7 * kDayMs},
                                                 {"d", kDayMs},
                                                 {"h", 3600 * kSecondMs},
                                                 {"m", 60 * kSecondMs},
                                                 {"s", kSecondMs},
                                                 {"ms", 1}}};
constexpr std::array<Unit, 4> kSizeUnits = {{{"g", 1LL << 30}, {"m", 1LL << 20}, {"k", 1LL << 10}, {"", 1}}};

// Digits from the front of `text`; nullopt when there are none or they overflow.
std::optional<std::int64_t> take_integer(std::string_view& text) noexcept {
  std::int64_t value = 0;
  std::size_t digits = 0;
  for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
    if (__builtin_mul_overflow(value, 10, &value)) return std::nullopt;
    if (__builtin_add_overflow(value, text[digits] - '0', &value)) return std::nullopt;
  }
  if (digits == 0) return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

std::string_view take_letters(std::string_view& text) noexcept {
  const std::size_t length = std::min(text.find_first_of("0123456789"), text.size());
  const std::string_view letters = text.substr(0, length);
  text.remove_prefix(length);
  return letters;
}

}  // namespace

std::optional<std::int64_t> parse_duration_ms(std::string_view text) noexcept {
  std::int64_t total = 0;
  std::size_t next_unit = 0;
  do {
    const std::optional<std::int64_t> value = take_integer(text);
    if (!value) return std::nullopt;
    std::string_view unit = take_letters(text);
    if (unit.empty()) unit = "s";  // a bare number is seconds, and ends the text
    while (next_unit < kDurationUnits.size() && kDurationUnits[next_unit].name != unit) ++next_unit;
    if (next_unit == kDurationUnits.size()) return std::nullopt;
    std::int64_t part = 0;
    if (__builtin_mul_overflow(*value, kDurationUnits[next_unit].scale, &part)) return std::nullopt;
    if (__builtin_add_overflow(total, part, &total)) return std::nullopt;
    ++next_unit;
  } while (!text.empty());
  return total;
}

std::optional<std::int64_t> parse_size_bytes(std::string_view text) noexcept {
  const std::optional<std::int64_t> value = take_integer(text);
  if (!value || text.size() > 1) return std::nullopt;
  std::int64_t scale = 0;
  for (const Unit& unit : kSizeUnits) {
    const bool upper = text.size() == 1 && unit.name.size() == 1 && text[0] == unit.name[0] - 'a' + 'A';
    if (text == unit.name || upper) scale = unit.scale;
  }
  std::int64_t bytes = 0;
  if (scale == 0 || __builtin_mul_overflow(*value, scale, &bytes)) return std::nullopt;
  return bytes;
}

std::optional<std::int64_t> parse_number(std::string_view text) noexcept {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::optional<std::int64_t> value = take_integer(text);
  if (!value || !text.empty()) return std::nullopt;
  return negative ? -*value : *value;
}

bool is_choice(std::string_view text, std::string_view choices) noexcept {
  if (text.empty() || text.contains('|')) return false;
  while (!choices.empty()) {
    const std::size_t length = std::min(choices.find('|'), choices.size());
    if (choices.substr(0, length) == text) return true;
    choices.remove_prefix(std::min(length + 1, choices.size()));
  }
  return false;
}

std::string duration_text(std::int64_t ms) {
  for (const Unit& unit : kDurationUnits) {
    // Months and years of a fixed length would puzzle a reader; nobody writes weeks.
    if (unit.scale > kDayMs || ms % unit.scale != 0 || (ms == 0 && unit.scale != kSecondMs)) continue;
    return std::to_string(ms / unit.scale) + std::string(unit.name);
  }
  return std::to_string(ms) + "ms";
}

std::string size_text(std::int64_t bytes) {
  for (const Unit& unit : kSizeUnits) {
    if (bytes >= unit.scale && bytes % unit.scale == 0) {
      return std::to_string(bytes / unit.scale) + std::string(unit.name);
    }
  }
  return std::to_string(bytes);
}

}  // namespace ringfence
