// The replay window, at and around its edges.
#include "shared/timestamp.h"

#include <gtest/gtest.h>

#include <limits>

namespace ringfence {
namespace {

TEST(ParseUnixSeconds, ReadsDecimalDigits) {
  EXPECT_EQ(parse_unix_seconds("0"), 0);
  EXPECT_EQ(parse_unix_seconds("1700000000"), 1700000000);
  EXPECT_EQ(parse_unix_seconds("999999999999"), 999999999999);
}

TEST(ParseUnixSeconds, RefusesEveryOtherSpelling) {
  for (const std::string_view text : {"", " ", "-1", "+1", " 1700000000", "1700000000 ", "1700000000\n", "1700000000\r",
                                      "01700000000", "00", "1e9", "0x10", "1700000000.0", "1,700", "1700000000|",
                                      "1000000000000", "99999999999999999999999999", "1 7", "\xd9\xa1"}) {
    EXPECT_EQ(parse_unix_seconds(text), std::nullopt) << text;
  }
  EXPECT_EQ(parse_unix_seconds(std::string_view("17\0", 3)), std::nullopt);
}

TEST(IsFresh, TakesExactlyTheTolerance) {
  constexpr std::int64_t kNow = 1700000000;
  EXPECT_TRUE(is_fresh(kNow - 300, kNow, 300));
  EXPECT_TRUE(is_fresh(kNow + 300, kNow, 300));
  EXPECT_TRUE(is_fresh(kNow, kNow, 300));
  EXPECT_FALSE(is_fresh(kNow - 301, kNow, 300));
  EXPECT_FALSE(is_fresh(kNow + 301, kNow, 300));
  EXPECT_TRUE(is_fresh(kNow, kNow, 0));
  EXPECT_FALSE(is_fresh(kNow - 1, kNow, 0));
}

TEST(IsFresh, SurvivesTheEndsOfTheNumberLine) {
  constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  EXPECT_FALSE(is_fresh(kMin, kMax, 300));
  EXPECT_FALSE(is_fresh(kMax, kMin, 300));
  EXPECT_FALSE(is_fresh(kMin, kMax, kMax));
  EXPECT_TRUE(is_fresh(kMin, kMin, 300));
  EXPECT_TRUE(is_fresh(kMin, kMin + 300, 300));
  EXPECT_TRUE(is_fresh(kMax, kMax - 300, 300));
  EXPECT_TRUE(is_fresh(-1, kMax - 1, kMax));
  EXPECT_FALSE(is_fresh(0, 0, -1)) << "a negative tolerance accepts nothing";
  EXPECT_FALSE(is_fresh(0, 0, kMin));
}

TEST(ParseUnixMillis, HasTheRulesOfSecondsAndThreeDigitsMore) {
  EXPECT_EQ(parse_unix_millis("1700000000123"), 1'700'000'000'123);
  EXPECT_EQ(parse_unix_millis("0"), 0);
  EXPECT_EQ(parse_unix_millis("999999999999999"), 999'999'999'999'999);
  for (const char* text : {"", "1000000000000000", "01700000000123", "+1", "-1", " 1", "1 ", "1.5", "1e3"}) {
    EXPECT_FALSE(parse_unix_millis(text)) << text;
  }
}

}  // namespace
}  // namespace ringfence
