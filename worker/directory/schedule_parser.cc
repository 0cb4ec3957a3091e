// See schedule_parser.h.
#include "directory/schedule_parser.h"

#include <algorithm>
#include <chrono>
#include <optional>

#include "core/utc_time.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

constexpr int kDayMin = 24 * 60;
constexpr std::int64_t kLongestExceptionDays = 366;

using Done = DirectoryReader::Done;

int two_digits(std::string_view text) {
  if (text.size() != 2 || text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9') return -1;
  return (text[0] - '0') * 10 + (text[1] - '0');
}

// HH:MM, and 24:00 for an end.
int minute_of(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return -1;
  const int hour = two_digits(text.substr(0, 2)), minute = two_digits(text.substr(3));
  if (hour < 0 || minute < 0 || minute > 59 || hour > 24 || (hour == 24 && minute > 0)) return -1;
  return hour * 60 + minute;
}

std::optional<OpenSpan> span_of(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const int from = minute_of(text.substr(0, dash)), until = minute_of(text.substr(dash + 1));
  if (from < 0 || until < 0 || from == kDayMin || from == until) return std::nullopt;
  return OpenSpan{from, until > from ? until : until + kDayMin};
}

int weekday_of(std::string_view text) {
  const auto found = std::find(kWeekdays.begin(), kWeekdays.end(), text);
  return found == kWeekdays.end() ? -1 : static_cast<int>(found - kWeekdays.begin());
}

// "mon-fri,sun" as a mark for each day; nullopt: not that.
std::optional<std::array<bool, 7>> days_of(std::string_view text) {
  std::array<bool, 7> days{};
  for (;;) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view one = text.substr(0, comma);
    const std::size_t dash = std::min(one.find('-'), one.size());
    const int first = weekday_of(one.substr(0, dash));
    const int last = dash == one.size() ? first : weekday_of(one.substr(dash + 1));
    if (first < 0 || last < 0) return std::nullopt;
    for (int day = first;; day = (day + 1) % 7) {  // sat-mon goes over Sunday
      days[static_cast<std::size_t>(day)] = true;
      if (day == last) break;
    }
    if (comma == text.size()) return days;
    text.remove_prefix(comma + 1);
  }
}

std::optional<std::int64_t> date_of(std::string_view text) {
  if (text.size() != 10) return std::nullopt;
  const std::optional<Millis> at = parse_utc(std::string(text) + "T00:00:00Z");
  if (!at) return std::nullopt;
  return *at / 86'400'000;
}

// MM-DD of any year, the leap day included.
std::optional<std::int64_t> month_and_day(std::string_view text) {
  if (text.size() != 5) return std::nullopt;
  const std::optional<std::int64_t> leap = date_of("2024-" + std::string(text));
  if (!leap) return std::nullopt;
  return yearly_key(*leap);
}

class Parser {
 public:
  explicit Parser(const DirectoryReader& reader) : reader_(reader) {}

  Result<Schedule> run(const ConfDirective& block) {
    schedule_.name = block.args[0];
    DirectoryReader::Lines seen;
    bool opens = false;
    for (const ConfDirective& directive : block.block) {
      Done done;
      if (directive.name == "zone") {
        done = zone(directive, seen);
      } else if (directive.name == "open") {
        opens = true;
        done = open(directive);
      } else if (directive.name == "except") {
        done = except(directive);
      } else {
        return reader_.unknown(directive, "schedule", {"zone", "open", "except"});
      }
      if (!done) return std::unexpected(done.error());
    }
    if (schedule_.zone_name.empty()) {
      return reader_.error(
          block.line, "schedule " + schedule_.name + " has no time zone; expected one such as zone Europe/Berlin;");
    }
    if (!opens) {
      return reader_.error(
          block.line, "schedule " + schedule_.name + " never opens; expected hours such as open mon-fri 09:00-17:00;");
    }
    return std::move(schedule_);
  }

 private:
  Done zone(const ConfDirective& directive, DirectoryReader::Lines& seen) {
    if (auto done = reader_.value(directive, seen, schedule_.zone_name); !done) return done;
    Result<TimeZone> found = TimeZone::find(schedule_.zone_name);
    if (found) {
      schedule_.zone = *found;
      return {};
    }
    // When not even UTC is known, it is not the name that is wrong.
    if (!TimeZone::find("UTC")) {
      return reader_.error(directive.line, "this system has no time zones; install Debian's package tzdata (" +
                                               found.error().text + ")");
    }
    return reader_.error(directive.line, "time zone " + in_quotes(schedule_.zone_name) +
                                             " is not in this system's database; expected a name such as "
                                             "Europe/Berlin, America/New_York, Asia/Kolkata or UTC");
  }

  Result<std::vector<OpenSpan>> spans(const ConfDirective& directive) const {
    std::vector<OpenSpan> spans;
    for (std::size_t i = 1; i < directive.args.size(); ++i) {
      const std::optional<OpenSpan> span = span_of(directive.args[i]);
      if (!span) {
        return reader_.error(directive.line, in_quotes(directive.args[i]) +
                                                 " are no hours; expected such as 09:00-17:30, 22:00-02:00 over "
                                                 "midnight, or 00:00-24:00");
      }
      spans.push_back(*span);
    }
    return spans;
  }

  Done add(int line, std::vector<OpenSpan>& day, const std::vector<OpenSpan>& more) const {
    day.insert(day.end(), more.begin(), more.end());
    std::sort(day.begin(), day.end(), [](const auto& a, const auto& b) { return a.from_min < b.from_min; });
    for (std::size_t i = 1; i < day.size(); ++i) {
      if (day[i].from_min < day[i - 1].until_min) {
        return reader_.error(line, "the hours " + span_text(day[i - 1]) + " and " + span_text(day[i]) +
                                       " of one day overlap; expected each minute once");
      }
    }
    return {};
  }

  Done open(const ConfDirective& directive) {
    if (directive.has_block || directive.args.size() < 2) {
      return reader_.error(directive.line,
                           "open needs days and hours; expected such as open mon-fri 09:00-12:30 "
                           "13:30-17:00;");
    }
    const auto days = days_of(directive.args[0]);
    if (!days) {
      return reader_.error(directive.line, in_quotes(directive.args[0]) +
                                               " are no days; expected such as mon-fri or sat,sun (mon tue wed thu fri "
                                               "sat sun)");
    }
    const auto more = spans(directive);
    if (!more) return std::unexpected(more.error());
    for (std::size_t day = 0; day < days->size(); ++day) {
      if (!(*days)[day]) continue;
      if (auto done = add(directive.line, schedule_.week[day], *more); !done) return done;
    }
    return {};
  }

  Done except(const ConfDirective& directive) {
    if (directive.has_block || directive.args.size() < 2) {
      return reader_.error(directive.line,
                           "except needs a day and its hours; expected such as except 2026-12-24 "
                           "09:00-12:00; or except 12-25 closed;");
    }
    ScheduleException exception;
    if (directive.args.size() != 2 || directive.args[1] != "closed") {
      auto hours = spans(directive);
      if (!hours) return std::unexpected(hours.error());
      if (auto done = add(directive.line, exception.spans, *hours); !done) return done;
    }
    const std::string& when = directive.args[0];
    if (const auto every_year = month_and_day(when)) {
      exception.first_day = exception.last_day = *every_year;
      return keep(directive, schedule_.yearly, std::move(exception));
    }
    const std::size_t dots = when.find("..");
    const auto first = date_of(std::string_view(when).substr(0, dots));
    const auto last = dots == std::string::npos ? first : date_of(std::string_view(when).substr(dots + 2));
    if (!first || !last || *last < *first || *last - *first >= kLongestExceptionDays) {
      return reader_.error(directive.line, in_quotes(when) +
                                               " is no day; expected 2026-12-25, 2026-12-24..2027-01-01 (at most a "
                                               "year), or 12-25 for every year");
    }
    exception.first_day = *first;
    exception.last_day = *last;
    return keep(directive, schedule_.exceptions, std::move(exception));
  }

  Done keep(const ConfDirective& directive, std::vector<ScheduleException>& list, ScheduleException exception) const {
    const auto after = std::upper_bound(list.begin(), list.end(), exception.first_day,
                                        [](std::int64_t day, const auto& one) { return day < one.first_day; });
    const bool overlaps = (after != list.end() && after->first_day <= exception.last_day) ||
                          (after != list.begin() && std::prev(after)->last_day >= exception.first_day);
    if (list.size() == limits::kScheduleExceptions) {
      return reader_.error(directive.line, "schedule " + schedule_.name +
                                               " has more exceptions than expected; at most " +
                                               std::to_string(limits::kScheduleExceptions));
    }
    if (overlaps) {
      return reader_.error(directive.line, in_quotes(directive.args[0]) +
                                               " has an exception already; expected each day once, with all its hours");
    }
    list.insert(after, std::move(exception));
    return {};
  }

  const DirectoryReader& reader_;
  Schedule schedule_;
};

std::string hours_text(const std::vector<OpenSpan>& spans) {
  std::string out;
  for (const OpenSpan& span : spans) out += " " + span_text(span);
  return (out.empty() ? " closed" : out) + ";\n";
}

}  // namespace

Result<Schedule> parse_schedule(const DirectoryReader& reader, const ConfDirective& block) {
  return Parser(reader).run(block);
}

std::string schedule_text(const Schedule& schedule) {
  const std::string indent(8, ' ');
  std::string out = "    schedule " + schedule.name + " {\n" + indent + "zone " + schedule.zone_name + ";\n";
  for (std::size_t day = 0; day < schedule.week.size(); ++day) {
    if (schedule.week[day].empty()) continue;
    out += indent + "open " + kWeekdays[day] + hours_text(schedule.week[day]);
  }
  for (const ScheduleException& one : schedule.exceptions) {
    out += indent + "except " + date_text(one.first_day);
    if (one.last_day != one.first_day) out += ".." + date_text(one.last_day);
    out += hours_text(one.spans);
  }
  for (const ScheduleException& one : schedule.yearly) {
    out += indent + "except " + yearly_text(one.first_day) + hours_text(one.spans);
  }
  return out + "    }\n";
}

}  // namespace ringfence
