// A time zone of the operating system's database, looked up once: between an instant and what the clock on the wall
// shows, summer time included. Wraps Howard Hinnant's date library, whose own types go no further than time_zone.cc.
// Used by schedule.cc. Must not know: opening hours.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/plan.h"
#include "shared/result.h"

namespace date {
class time_zone;
}

namespace ringfence {

class TimeZone {
 public:
  TimeZone() = default;  // UTC

  // Reads the zone's file, so that nothing is read later. Fails for a name that the database does not have.
  [[nodiscard]] static Result<TimeZone> find(std::string_view name);

  // The date on the wall, as days since 1970-01-01.
  [[nodiscard]] std::int64_t day_of(Millis at_ms) const noexcept;
  // The first instant at which the clock on the wall shows this minute of this day or a later one. A minute that the
  // spring change skips begins with the change; of a minute that autumn repeats, the first counts.
  // `minute` may lie beyond the day (1500 is 01:00 of the next).
  [[nodiscard]] Millis first_moment(std::int64_t day, int minute) const noexcept;
  [[nodiscard]] std::string wall_clock(Millis at_ms) const;  // Mon 2026-11-23 10:00:00 CET

 private:
  const date::time_zone* zone_ = nullptr;  // the library keeps them for as long as the program runs
};

}  // namespace ringfence
