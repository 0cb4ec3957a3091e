// See time_zone.h.
#include "directory/time_zone.h"

#include <date/tz.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>

namespace ringfence {
namespace {

namespace chrono = std::chrono;

// The years that four digits can name: what a broken clock says beyond them is no date.
constexpr Millis kLatestMs = 253'402'300'799'000;

date::sys_seconds instant(Millis at_ms) {
  return date::sys_seconds(chrono::seconds(std::clamp<Millis>(at_ms, 0, kLatestMs) / 1000));
}

chrono::seconds offset_at(const date::time_zone* zone, date::sys_seconds at) {
  return zone == nullptr ? chrono::seconds(0) : zone->get_info(at).offset;
}

}  // namespace

// The library reports with exceptions, so they end here. It scans the database's folder with the first question and
// reads a zone's file with the first question about that zone.
Result<TimeZone> TimeZone::find(std::string_view name) {
  try {
    TimeZone found;
    found.zone_ = date::locate_zone(name);
    (void)found.zone_->get_info(date::sys_seconds{});
    return found;
  } catch (const std::exception& error) {
    return fail(ErrorCode::invalid, error.what());
  }
}

std::int64_t TimeZone::day_of(Millis at_ms) const noexcept {
  const date::sys_seconds at = instant(at_ms);
  return chrono::floor<date::days>(at + offset_at(zone_, at)).time_since_epoch().count();
}

Millis TimeZone::first_moment(std::int64_t day, int minute) const noexcept {
  const date::local_seconds wall{date::days(day) + chrono::minutes(minute)};
  if (zone_ == nullptr) return wall.time_since_epoch().count() * 1000;
  const date::local_info info = zone_->get_info(wall);
  const chrono::seconds at = info.result == date::local_info::nonexistent ? info.first.end.time_since_epoch()
                                                                          : wall.time_since_epoch() - info.first.offset;
  return at.count() * 1000;
}

std::string TimeZone::wall_clock(Millis at_ms) const {
  constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  const date::sys_seconds at = instant(at_ms);
  const date::sys_seconds wall = at + offset_at(zone_, at);
  const auto days = chrono::floor<date::days>(wall);
  const date::year_month_day day{days};
  const long long second = (wall - days).count();
  char text[64];
  const int length = std::snprintf(text, sizeof text, "%s %04d-%02u-%02u %02lld:%02lld:%02lld ",
                                   kDays[date::weekday(days).c_encoding()], static_cast<int>(day.year()),
                                   static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()), second / 3600,
                                   second / 60 % 60, second % 60);
  return std::string(text, static_cast<std::size_t>(length)) + (zone_ == nullptr ? "UTC" : zone_->get_info(at).abbrev);
}

}  // namespace ringfence
