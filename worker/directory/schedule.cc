// See schedule.h.
#include "directory/schedule.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace ringfence {
namespace {

constexpr int kDayMin = 24 * 60;

const ScheduleException* exception_on(const std::vector<ScheduleException>& exceptions, std::int64_t day) {
  const auto after = std::upper_bound(exceptions.begin(), exceptions.end(), day,
                                      [](std::int64_t key, const auto& one) { return key < one.first_day; });
  if (after == exceptions.begin()) return nullptr;
  const ScheduleException& one = *std::prev(after);
  return day <= one.last_day ? &one : nullptr;
}

// 1970-01-01 was a Thursday.
std::size_t weekday_of(std::int64_t day) { return static_cast<std::size_t>((((day + 3) % 7) + 7) % 7); }

struct Day {
  const std::vector<OpenSpan>* spans;
  bool exception;
};

Day day_plan(const Schedule& schedule, std::int64_t day) {
  const ScheduleException* found = exception_on(schedule.exceptions, day);
  if (found == nullptr && !schedule.yearly.empty()) found = exception_on(schedule.yearly, yearly_key(day));
  if (found != nullptr) return {&found->spans, true};
  return {&schedule.week[weekday_of(day)], false};
}

const OpenSpan* span_at(const Schedule& schedule, std::int64_t day, Millis at_ms) {
  for (const OpenSpan& span : *day_plan(schedule, day).spans) {
    if (at_ms >= schedule.zone.first_moment(day, span.from_min) &&
        at_ms < schedule.zone.first_moment(day, span.until_min)) {
      return &span;
    }
  }
  return nullptr;
}

std::string digits(const char* form, int a, int b, int c = 0) {
  char text[48];
  const int length = std::snprintf(text, sizeof text, form, a, b, c);
  return {text, static_cast<std::size_t>(length)};
}

std::chrono::year_month_day civil(std::int64_t day) {
  return std::chrono::year_month_day(std::chrono::sys_days(std::chrono::days(day)));
}

}  // namespace

bool is_open(const Schedule& schedule, Millis at_ms) {
  const std::int64_t today = schedule.zone.day_of(at_ms);
  return span_at(schedule, today, at_ms) != nullptr || span_at(schedule, today - 1, at_ms) != nullptr ||
         span_at(schedule, today + 1, at_ms) != nullptr;
}

ScheduleAnswer ask(const Schedule& schedule, Millis at_ms) {
  const std::int64_t today = schedule.zone.day_of(at_ms);
  for (const std::int64_t day : {today, today - 1, today + 1}) {  // + 1: a clock put back from 00:01 to 23:01
    const OpenSpan* span = span_at(schedule, day, at_ms);
    if (span == nullptr) continue;
    return {true, day_plan(schedule, day).exception, kWeekdays[weekday_of(day)], *span};
  }
  return {false, day_plan(schedule, today).exception, kWeekdays[weekday_of(today)], std::nullopt};
}

std::string span_text(const OpenSpan& span) {
  // Midnight at the end is 24:00 of the same day, anything later belongs to the next.
  const int until = span.until_min > kDayMin ? span.until_min - kDayMin : span.until_min;
  return digits("%02d:%02d-", span.from_min / 60, span.from_min % 60) + digits("%02d:%02d", until / 60, until % 60);
}

std::string date_text(std::int64_t day) {
  const std::chrono::year_month_day date = civil(day);
  const auto small = [](auto part) { return static_cast<int>(static_cast<unsigned>(part)); };
  return digits("%04d-%02d-%02d", static_cast<int>(date.year()), small(date.month()), small(date.day()));
}

std::int64_t yearly_key(std::int64_t day) {
  const std::chrono::year_month_day date = civil(day);
  return static_cast<unsigned>(date.month()) * 100 + static_cast<unsigned>(date.day());
}

std::string yearly_text(std::int64_t month_and_day) {
  return digits("%02d-%02d", static_cast<int>(month_and_day / 100), static_cast<int>(month_and_day % 100));
}

}  // namespace ringfence
