// Opening hours on a wall clock: edges, midnight, exceptions, both days on which the clocks change, zones that are not
// whole hours away, leap days; and what the file may say of them.
#include "directory/schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/utc_time.h"
#include "directory/directory.h"
#include "directory/schedule_parser.h"

namespace ringfence {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

Millis at(std::string_view text) {
  const auto parsed = parse_utc(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(-1);
}

Result<Schedule> parsed(const std::string& body) {
  const auto tree = parse_conf("s.conf", "schedule s {\n" + body + "\n}");
  if (!tree) return std::unexpected(tree.error());
  return parse_schedule(DirectoryReader("s.conf"), tree->at(0));
}

Schedule good(const std::string& body) {
  Result<Schedule> schedule = parsed(body);
  EXPECT_TRUE(schedule) << (schedule ? "" : schedule.error().text);
  return schedule ? std::move(*schedule) : Schedule{};
}

std::string complaint(const std::string& body) {
  const Result<Schedule> schedule = parsed(body);
  return schedule ? "accepted" : schedule.error().text;
}

struct Case {
  std::string_view when;
  bool open;
};

void expect(const Schedule& schedule, std::initializer_list<Case> cases) {
  for (const Case& one : cases) {
    EXPECT_EQ(is_open(schedule, at(one.when)), one.open) << one.when;
    EXPECT_EQ(ask(schedule, at(one.when)).open, one.open) << one.when;
  }
}

TEST(Schedule, TheStartIsInAndTheEndIsNot) {
  const Schedule office = good("zone UTC; open mon-fri 09:00-12:30 13:30-17:00;");
  expect(office, {{"2026-11-23T08:59:59Z", false},
                  {"2026-11-23T09:00:00Z", true},
                  {"2026-11-23T12:29:59Z", true},
                  {"2026-11-23T12:30:00Z", false},
                  {"2026-11-23T13:30:00Z", true},
                  {"2026-11-23T16:59:59Z", true},
                  {"2026-11-23T17:00:00Z", false},
                  {"2026-11-27T16:59:59Z", true},     // a Friday
                  {"2026-11-28T10:00:00Z", false},    // a Saturday
                  {"2026-11-29T10:00:00Z", false}});  // a Sunday
  EXPECT_FALSE(is_open(office, at("2026-11-23T09:00:00Z") - 1));
  EXPECT_TRUE(is_open(office, at("2026-11-23T17:00:00Z") - 1));
}

TEST(Schedule, OverMidnightBelongsToTheDayItBeginsOn) {
  const Schedule bar = good("zone UTC; open fri,sat 22:00-02:00; except 2026-11-28 closed;");
  expect(bar, {{"2026-11-20T21:59:59Z", false},
               {"2026-11-20T22:00:00Z", true},
               {"2026-11-21T00:00:00Z", true},
               {"2026-11-21T01:59:59Z", true},
               {"2026-11-21T02:00:00Z", false},
               {"2026-11-22T01:59:59Z", true},   // Saturday's
               {"2026-11-23T01:00:00Z", false},  // Sunday has none
               {"2026-11-28T01:00:00Z", true},   // Friday's, though Saturday is closed
               {"2026-11-28T22:30:00Z", false},  // Saturday itself
               {"2026-11-29T01:00:00Z", false}});
}

TEST(Schedule, AWholeDayAndAWeekWithoutAGap) {
  const Schedule always = good("zone Europe/Berlin; open mon-sun 00:00-24:00;");
  for (Millis t = at("2026-03-28T00:00:00Z"); t < at("2026-03-31T00:00:00Z"); t += 61'000)
    ASSERT_TRUE(is_open(always, t));
  for (Millis t = at("2026-10-24T00:00:00Z"); t < at("2026-10-27T00:00:00Z"); t += 61'000)
    ASSERT_TRUE(is_open(always, t));
  expect(good("zone UTC; open sat-mon 08:00-24:00;"), {{"2026-11-21T23:59:59Z", true},  // Saturday
                                                       {"2026-11-22T00:00:00Z", false},
                                                       {"2026-11-22T08:00:00Z", true},
                                                       {"2026-11-23T08:00:00Z", true},
                                                       {"2026-11-24T08:00:00Z", false}});
}

TEST(Schedule, SummerAndWinterTimeAreKept) {
  const Schedule office = good("zone Europe/Berlin; open mon-fri 09:00-17:00;");
  expect(office, {{"2026-07-01T06:59:59Z", false},
                  {"2026-07-01T07:00:00Z", true},
                  {"2026-07-01T15:00:00Z", false},
                  {"2026-12-01T07:59:59Z", false},
                  {"2026-12-01T08:00:00Z", true},
                  {"2026-12-01T15:59:59Z", true},
                  {"2026-12-01T16:00:00Z", false},
                  {"2036-07-01T07:00:00Z", true}});  // the system's tzdata reaches far enough
  // The other hemisphere, where it is the other way round.
  const Schedule sydney = good("zone Australia/Sydney; open mon-fri 09:00-17:00;");
  expect(sydney, {{"2026-01-05T22:00:00Z", true},
                  {"2026-01-05T21:59:59Z", false},
                  {"2026-07-01T23:00:00Z", true},
                  {"2026-07-01T22:59:59Z", false}});
}

// 2026-03-29, Berlin: 02:00 becomes 03:00.
TEST(Schedule, TheHourThatSpringSkips) {
  expect(good("zone Europe/Berlin; open sun 02:30-04:00;"), {{"2026-03-29T00:59:59Z", false},
                                                             {"2026-03-29T01:00:00Z", true},  // 03:00: 02:30 is over
                                                             {"2026-03-29T01:59:59Z", true},
                                                             {"2026-03-29T02:00:00Z", false}});
  // Wholly inside of the skipped hour: it does not happen.
  const Schedule never = good("zone Europe/Berlin; open sun 02:10-02:50;");
  for (Millis t = at("2026-03-28T23:00:00Z"); t < at("2026-03-29T22:00:00Z"); t += 60'000)
    ASSERT_FALSE(is_open(never, t));
  EXPECT_TRUE(is_open(never, at("2026-04-05T00:10:00Z")));
  // Over the change: an hour shorter.
  expect(good("zone Europe/Berlin; open sat 22:00-06:00;"), {{"2026-03-28T20:59:59Z", false},
                                                             {"2026-03-28T21:00:00Z", true},
                                                             {"2026-03-29T03:59:59Z", true},
                                                             {"2026-03-29T04:00:00Z", false}});
}

// 2026-10-25, Berlin: 03:00 becomes 02:00.
TEST(Schedule, TheHourThatAutumnRepeats) {
  expect(good("zone Europe/Berlin; open sun 02:00-03:00;"), {{"2026-10-24T23:59:59Z", false},
                                                             {"2026-10-25T00:00:00Z", true},
                                                             {"2026-10-25T01:30:00Z", true},  // 02:30 again
                                                             {"2026-10-25T01:59:59Z", true},
                                                             {"2026-10-25T02:00:00Z", false}});
  // What has closed does not open a second time.
  expect(good("zone Europe/Berlin; open sun 00:00-02:30;"), {{"2026-10-25T00:29:59Z", true},
                                                             {"2026-10-25T00:30:00Z", false},
                                                             {"2026-10-25T01:15:00Z", false},
                                                             {"2026-10-25T01:45:00Z", false}});
  // Neither a gap nor an overlap where one span follows the other.
  const Schedule both = good("zone Europe/Berlin; open sun 00:00-02:30 02:30-06:00;");
  for (Millis t = at("2026-10-24T22:00:00Z"); t < at("2026-10-25T05:00:00Z"); t += 60'000)
    ASSERT_TRUE(is_open(both, t));
  EXPECT_FALSE(is_open(both, at("2026-10-25T05:00:00Z")));
}

TEST(Schedule, AZoneThatIsHalfAnHourAway) {
  expect(good("zone Asia/Kolkata; open mon 09:00-17:00;"), {{"2026-11-23T03:29:59Z", false},
                                                            {"2026-11-23T03:30:00Z", true},
                                                            {"2026-11-23T11:29:59Z", true},
                                                            {"2026-11-23T11:30:00Z", false}});
  // 45 minutes, and a change of half an hour: Lord Howe, 2026-04-05, 02:00 becomes 01:30.
  expect(good("zone Asia/Kathmandu; open mon 09:00-10:00;"),
         {{"2026-11-23T03:14:59Z", false}, {"2026-11-23T03:15:00Z", true}});
  expect(good("zone Australia/Lord_Howe; open sun 01:30-02:00;"), {{"2026-04-04T14:29:59Z", false},
                                                                   {"2026-04-04T14:30:00Z", true},
                                                                   {"2026-04-04T15:29:59Z", true},
                                                                   {"2026-04-04T15:30:00Z", false}});
}

TEST(Schedule, TheDateIsThatOfThePlace) {
  const Schedule tokyo = good("zone Asia/Tokyo; open mon 00:00-24:00;");
  expect(tokyo, {{"2026-11-22T14:59:59Z", false}, {"2026-11-22T15:00:00Z", true}, {"2026-11-23T15:00:00Z", false}});
  const Schedule kiritimati = good("zone Pacific/Kiritimati; open mon 00:00-24:00;");
  expect(kiritimati, {{"2026-11-22T09:59:59Z", false}, {"2026-11-22T10:00:00Z", true}});
}

TEST(Schedule, ExceptionsReplaceTheDay) {
  const Schedule office = good(
      "zone UTC; open mon-fri 09:00-17:00; except 2026-12-24 09:00-12:00; except 2026-12-25..2027-01-01 closed;"
      "except 2026-12-20 10:00-11:00; except 12-24 closed; except 05-01 closed;");
  expect(office, {{"2026-12-24T11:59:59Z", true},
                  {"2026-12-24T12:00:00Z", false},
                  {"2026-12-25T10:00:00Z", false},
                  {"2026-12-31T10:00:00Z", false},
                  {"2027-01-01T10:00:00Z", false},
                  {"2027-01-04T10:00:00Z", true},
                  {"2026-12-20T10:30:00Z", true},   // a Sunday
                  {"2026-12-13T10:30:00Z", false},  // another
                  {"2025-12-24T10:00:00Z", false},  // of every year
                  {"2026-05-01T10:00:00Z", false},
                  {"2030-05-01T10:00:00Z", false},
                  {"2026-05-04T10:00:00Z", true}});
  EXPECT_TRUE(ask(office, at("2026-12-24T10:00:00Z")).exception);
  EXPECT_EQ(ask(office, at("2026-12-24T10:00:00Z")).day, "thu");
  EXPECT_FALSE(ask(office, at("2026-12-23T10:00:00Z")).exception);
}

TEST(Schedule, LeapDays) {
  const Schedule office = good("zone UTC; open mon-sun 09:00-17:00; except 02-29 closed; except 2027-02-28 closed;");
  expect(office, {{"2028-02-28T10:00:00Z", true},
                  {"2028-02-29T10:00:00Z", false},
                  {"2028-03-01T10:00:00Z", true},
                  {"2027-02-28T10:00:00Z", false},
                  {"2027-03-01T10:00:00Z", true}});
  expect(good("zone UTC; open mon-sun 22:00-02:00; except 2028-02-28 closed;"),
         {{"2028-02-29T01:00:00Z", false}, {"2028-02-29T23:00:00Z", true}, {"2028-03-01T01:00:00Z", true}});
}

TEST(Schedule, ABrokenClockIsNoTrouble) {
  const Schedule office = good("zone Europe/Berlin; open mon-sun 00:00-24:00;");
  for (const Millis t : {Millis{0}, Millis{-1}, INT64_MIN, INT64_MAX}) {
    (void)is_open(office, t);
    EXPECT_FALSE(office.zone.wall_clock(t).empty());
  }
}

TEST(ScheduleFile, RefusesWithTheReason) {
  const std::string berlin = "zone Europe/Berlin;\n";
  EXPECT_THAT(complaint("zone Europe/Berlim; open mon 09:00-10:00;"),
              AllOf(StartsWith("s.conf:2: "), HasSubstr("Europe/Berlim"), HasSubstr("not in this system's database")));
  for (const std::string zone : {"../../etc/passwd", "posixrules", "Europe", "GMT+25", "\"\""}) {
    EXPECT_THAT(complaint("zone " + zone + "; open mon 09:00-10:00;"), HasSubstr("database")) << zone;
  }
  EXPECT_THAT(complaint("open mon 09:00-10:00;"), HasSubstr("has no time zone"));
  EXPECT_THAT(complaint(berlin), HasSubstr("never opens"));
  EXPECT_THAT(complaint(berlin + "open montag 09:00-10:00;"), AllOf(StartsWith("s.conf:3: "), HasSubstr("no days")));
  EXPECT_THAT(complaint(berlin + "open mon;"), HasSubstr("days and hours"));
  for (const std::string hours : {"9:00-10:00", "09:00", "09:60-10:00", "24:00-25:00", "24:00-08:00", "09:00-09:00",
                                  "09:00-24:01", "-", "09:00-", "aa:bb-cc:dd", "09:00-10:00-11:00"}) {
    EXPECT_THAT(complaint(berlin + "open mon " + hours + ";"), HasSubstr("are no hours")) << hours;
  }
  EXPECT_THAT(complaint(berlin + "open mon 09:00-12:00;\nopen mon-fri 11:00-13:00;"),
              AllOf(StartsWith("s.conf:4: "), HasSubstr("overlap")));
  for (const std::string day : {"2026-02-29", "2026-13-01", "13-01", "02-30", "2026-12-31..2026-12-01",
                                "2026-01-01..2028-01-01", "tomorrow", "2026-12-24..", "..2026-12-24"}) {
    EXPECT_THAT(complaint(berlin + "open mon 09:00-10:00; except " + day + " closed;"), HasSubstr("is no day")) << day;
  }
  EXPECT_THAT(
      complaint(berlin + "open mon 09:00-10:00; except 2026-12-20..2026-12-30 closed;\nexcept 2026-12-24 closed;"),
      AllOf(StartsWith("s.conf:4: "), HasSubstr("already")));
  EXPECT_THAT(complaint(berlin + "close mon 09:00-10:00;"), HasSubstr("expected zone, open, except"));
}

TEST(ScheduleFile, IsReadBackAsItself) {
  const Schedule first = good(
      "zone Europe/Berlin; open mon-fri 13:30-17:00 09:00-12:30; open sat,sun 22:00-02:00; open wed 17:00-24:00;"
      "except 12-25 closed; except 2026-12-24..2026-12-26 10:00-11:00; except 2026-11-01 closed; except 02-29 "
      "00:00-24:00;");
  const std::string text = schedule_text(first);
  const auto tree = parse_conf("t", text);
  ASSERT_TRUE(tree) << text;
  const Result<Schedule> second = parse_schedule(DirectoryReader("t"), tree->at(0));
  ASSERT_TRUE(second) << second.error().text << "\n" << text;
  EXPECT_EQ(schedule_text(*second), text);
  EXPECT_EQ(second->week, first.week);
  EXPECT_EQ(second->exceptions, first.exceptions);
  EXPECT_EQ(second->yearly, first.yearly);
}

}  // namespace
}  // namespace ringfence
