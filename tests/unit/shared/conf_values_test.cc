// Durations, sizes and numbers as nginx writes them.
#include "shared/conf_values.h"

#include <gtest/gtest.h>

namespace ringfence {
namespace {

TEST(ConfDuration, ReadsWhatNginxReads) {
  const std::pair<std::string_view, std::int64_t> cases[] = {
      {"0", 0},          {"500ms", 500},     {"30s", 30'000},       {"30", 30'000},         {"5m", 300'000},
      {"2h", 7'200'000}, {"1d", 86'400'000}, {"1w", 604'800'000},   {"1h30m", 5'400'000},   {"1d12h", 129'600'000},
      {"1m5", 65'000},   {"1s500ms", 1'500}, {"1M", 2'592'000'000}, {"1y", 31'536'000'000}, {"007s", 7'000},
  };
  for (const auto& [text, ms] : cases) EXPECT_EQ(parse_duration_ms(text), ms) << text;
  for (const std::string_view text : {"",
                                      "s",
                                      "ms",
                                      "-1s",
                                      "+1s",
                                      "1 s",
                                      " 1s",
                                      "1s ",
                                      "1.5s",
                                      "1S",
                                      "1x",
                                      "1sec",
                                      "1m1h",
                                      "1s1s",
                                      "5 5",
                                      "1ms1",
                                      "30m5h",
                                      "9223372036854775807s",
                                      "99999999999999999999",
                                      "1s-",
                                      "0x5s"}) {
    EXPECT_EQ(parse_duration_ms(text), std::nullopt) << text;
  }
}

TEST(ConfSize, ReadsWhatNginxReads) {
  const std::pair<std::string_view, std::int64_t> cases[] = {
      {"0", 0},
      {"512", 512},
      {"64k", 65'536},
      {"64K", 65'536},
      {"32m", 33'554'432},
      {"32M", 33'554'432},
      {"1g", 1'073'741'824},
      {"1G", 1'073'741'824},
  };
  for (const auto& [text, bytes] : cases) EXPECT_EQ(parse_size_bytes(text), bytes) << text;
  for (const std::string_view text : {"", "k", "-1k", "1kb", "1 k", "1t", "1.5m", "9223372036854775807k", "1k1"}) {
    EXPECT_EQ(parse_size_bytes(text), std::nullopt) << text;
  }
}

TEST(ConfNumber, ReadsDecimals) {
  EXPECT_EQ(parse_number("0"), 0);
  EXPECT_EQ(parse_number("-5"), -5);
  EXPECT_EQ(parse_number("9223372036854775807"), INT64_MAX);
  for (const std::string_view text : {"", "-", "--1", "+1", "1e3", "0x1", "1 ", "9223372036854775808", "1_000"}) {
    EXPECT_EQ(parse_number(text), std::nullopt) << text;
  }
}

TEST(ConfChoice, WantsExactlyOne) {
  EXPECT_TRUE(is_choice("b", "a|b|c"));
  EXPECT_TRUE(is_choice("a", "a"));
  for (const std::string_view text : {"", "d", "a|b", "|", "ab", "A"}) EXPECT_FALSE(is_choice(text, "a|b|c")) << text;
  EXPECT_FALSE(is_choice("", ""));
}

TEST(ConfText, IsShortAndReadsBack) {
  EXPECT_EQ(duration_text(0), "0s");
  EXPECT_EQ(duration_text(1'500), "1500ms");
  EXPECT_EQ(duration_text(90'000), "90s");
  EXPECT_EQ(duration_text(3'600'000), "1h");
  EXPECT_EQ(duration_text(86'400'000), "1d");
  EXPECT_EQ(size_text(0), "0");
  EXPECT_EQ(size_text(1'000), "1000");
  EXPECT_EQ(size_text(65'536), "64k");
  EXPECT_EQ(size_text(33'554'432), "32m");
  for (std::int64_t value = 1; value < 100'000'000'000; value = value * 3 + 7) {
    EXPECT_EQ(parse_duration_ms(duration_text(value)), value);
    EXPECT_EQ(parse_size_bytes(size_text(value)), value);
  }
}

}  // namespace
}  // namespace ringfence
