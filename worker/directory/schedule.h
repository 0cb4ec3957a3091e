// Opening hours: a week in a time zone, and the days on which it does not hold. A value; asked without I/O.
// Used by directory.cc and ringctl. Must not know: files, what happens to a call inside or outside of the hours.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "directory/time_zone.h"

namespace ringfence {

// Minutes of the day it begins on: [from, until). Beyond 1440 it reaches into the next day, at most 24 h long.
struct OpenSpan {
  int from_min = 0, until_min = 0;
  bool operator==(const OpenSpan&) const = default;
};

// From one day to another, both included; days since 1970 or, when it comes back every year, month * 100 + day.
struct ScheduleException {
  std::int64_t first_day = 0, last_day = 0;
  std::vector<OpenSpan> spans;  // empty: closed
  bool operator==(const ScheduleException&) const = default;
};

struct Schedule {
  std::string name, zone_name;
  TimeZone zone;
  std::array<std::vector<OpenSpan>, 7> week;  // Monday first
  std::vector<ScheduleException> exceptions;  // of certain dates, in order, without overlap; before those of each year
  std::vector<ScheduleException> yearly;      // in order, one day each
};

struct ScheduleAnswer {
  bool open = false;
  bool exception = false;  // the day does not follow the week
  std::string day;         // the day that decided, mon to sun
  std::optional<OpenSpan> span;
};

// A span belongs to the day on which it begins, also with its hours after midnight: closing the next day does not end
// it. Its boundaries are TimeZone::first_moment, so none comes twice when the clocks change; the end is not in it.
[[nodiscard]] bool is_open(const Schedule& schedule, Millis at_ms);
[[nodiscard]] ScheduleAnswer ask(const Schedule& schedule, Millis at_ms);

inline constexpr std::array<const char*, 7> kWeekdays = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
[[nodiscard]] std::string span_text(const OpenSpan& span);          // 22:00-02:00
[[nodiscard]] std::string date_text(std::int64_t day);              // 2026-12-25
[[nodiscard]] std::int64_t yearly_key(std::int64_t day);            // month * 100 + day
[[nodiscard]] std::string yearly_text(std::int64_t month_and_day);  // 12-25

}  // namespace ringfence
