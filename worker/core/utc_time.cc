// See utc_time.h.
#include "core/utc_time.h"

#include <charconv>
#include <chrono>
#include <cstdio>

namespace ringfence {
namespace {

constexpr std::string_view kForm = "dddd-dd-ddTdd:dd:ddZ";

bool has_form(std::string_view text) {
  if (text.size() != kForm.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kForm[i] == 'd' ? !digit : text[i] != kForm[i]) return false;
  }
  return true;
}

int number(std::string_view text, std::size_t from, std::size_t count) {
  int value = 0;
  std::from_chars(text.data() + from, text.data() + from + count, value);
  return value;
}

}  // namespace

std::optional<Millis> parse_utc(std::string_view text) {
  namespace chrono = std::chrono;
  if (!has_form(text)) return std::nullopt;
  const chrono::year_month_day day{chrono::year(number(text, 0, 4)),
                                   chrono::month(static_cast<unsigned>(number(text, 5, 2))),
                                   chrono::day(static_cast<unsigned>(number(text, 8, 2)))};
  const int hour = number(text, 11, 2);
  const int minute = number(text, 14, 2);
  const int second = number(text, 17, 2);
  if (!day.ok() || day.year() < chrono::year(1970) || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const Millis days = chrono::sys_days(day).time_since_epoch().count();
  return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000;
}

std::string format_utc(Millis at_ms) {
  namespace chrono = std::chrono;
  const chrono::sys_time<chrono::milliseconds> at{chrono::milliseconds(at_ms)};
  const auto days = chrono::floor<chrono::days>(at);
  const chrono::year_month_day day{days};
  const chrono::hh_mm_ss<chrono::seconds> time{chrono::floor<chrono::seconds>(at - days)};
  char text[48];
  const int length = std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(day.year()),
                                   static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()),
                                   static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                                   static_cast<int>(time.seconds().count()));
  return {text, static_cast<std::size_t>(length)};
}

}  // namespace ringfence
