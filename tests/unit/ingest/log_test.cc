// Log lines: always one JSON object of bounded length, whatever is put in, and never a storm of them.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <random>
#include <string>

#include "adapters/system/json_line.h"
#include "adapters/system/stderr_log.h"
#include "shared/json.h"
#include "shared/json_escape.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class LogTest : public testing::Test {
 protected:
  LogTest() { EXPECT_EQ(pipe2(ends_, O_NONBLOCK | O_CLOEXEC), 0); }
  ~LogTest() override {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }
  [[nodiscard]] StderrLog log(LogLevel level = LogLevel::info, bool journal = false) {
    return StderrLog({.level = level, .journal_prefix = journal, .fd = ends_[1]}, [this] { return now_ms_; });
  }
  [[nodiscard]] std::string written() {
    std::string text;
    char chunk[4096];
    ssize_t got = 0;
    while ((got = ::read(ends_[0], chunk, sizeof chunk)) > 0) text.append(chunk, static_cast<std::size_t>(got));
    return text;
  }
  [[nodiscard]] static std::size_t lines_in(std::string_view text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }
  int ends_[2] = {-1, -1};
  Millis now_ms_ = 1'700'000'000'007;
};

TEST_F(LogTest, OneLineWithTimeLevelWhatAndFields) {
  auto out = log();
  out.write(LogLevel::warning, "commit_conflict", {{"session", "s1"}, {"detail", "again"}});
  EXPECT_EQ(written(),
            "{\"ts\":\"2023-11-14T22:13:20.007Z\",\"level\":\"warning\",\"what\":\"commit_conflict\","
            "\"session\":\"s1\",\"detail\":\"again\"}\n");
}

TEST_F(LogTest, TheJournalGetsTheLevelInFront) {
  auto out = log(LogLevel::debug, true);
  out.write(LogLevel::error, "a", {});
  out.write(LogLevel::debug, "b", {});
  const std::string text = written();
  EXPECT_THAT(text, StartsWith("<3>{"));
  EXPECT_THAT(text, HasSubstr("\n<7>{"));
}

TEST_F(LogTest, LessImportantLinesAreNotWrittenUntilTheLevelChanges) {
  auto out = log(LogLevel::notice);
  out.write(LogLevel::info, "a", {});
  EXPECT_EQ(written(), "");
  out.set_level(LogLevel::info);
  out.write(LogLevel::info, "a", {});
  EXPECT_EQ(lines_in(written()), 1U);
}

TEST_F(LogTest, AStormOfOneKindIsCutAndCountedAndOthersGoOn) {
  auto out = log();
  for (std::uint32_t i = 0; i < limits::kLogLinesPerSecond + 50; ++i) out.write(LogLevel::info, "storm", {});
  out.write(LogLevel::info, "other", {});
  std::string text = written();
  EXPECT_EQ(lines_in(text), limits::kLogLinesPerSecond + 1);
  EXPECT_THAT(text, HasSubstr("\"what\":\"other\""));
  out.report_suppressed();
  EXPECT_EQ(written(), "") << "the second is not over yet";
  now_ms_ += 1000;
  out.report_suppressed();
  text = written();
  EXPECT_THAT(text, HasSubstr("\"what\":\"log_suppressed\",\"of\":\"storm\",\"count\":\"50\""));
  out.report_suppressed();
  EXPECT_EQ(written(), "");
  out.write(LogLevel::info, "storm", {});
  EXPECT_EQ(lines_in(written()), 1U);
}

TEST_F(LogTest, AClockSteppedBackDoesNotSilenceTheLog) {
  auto out = log();
  for (std::uint32_t i = 0; i < limits::kLogLinesPerSecond; ++i) out.write(LogLevel::info, "a", {});
  static_cast<void>(written());
  now_ms_ -= 3'600'000;
  out.write(LogLevel::info, "a", {});
  EXPECT_EQ(lines_in(written()), 1U);
}

TEST_F(LogTest, TheTableOfKindsIsBounded) {
  auto out = log();
  for (int i = 0; i < 5000; ++i) {
    out.write(LogLevel::info, "kind" + std::to_string(i), {});
    if (i % 20 == 0) static_cast<void>(written());
  }
  static_cast<void>(written());
  now_ms_ += 1000;
  out.report_suppressed();
  // All kinds past the bound share one rate.
  EXPECT_THAT(written(), HasSubstr("\"of\":\"(other)\""));
}

TEST_F(LogTest, AReaderThatStoppedReadingCostsLinesAndNoTime) {
  auto out = log();
  const std::string filler(2000, 'f');
  for (int i = 0; i < 100; ++i) out.write(LogLevel::info, "w" + std::to_string(i % 3), {{"detail", filler}});
  const std::string first = written();
  EXPECT_LT(lines_in(first), 100U);
  EXPECT_EQ(first.back(), '\n') << "a line was cut in the middle";
  out.write(LogLevel::info, "after", {});
  EXPECT_THAT(written(), HasSubstr("\"lines_lost_before\":\"" + std::to_string(100 - lines_in(first)) + "\""));
}

TEST(JsonLineTest, EscapesWhatJsonWantsEscaped) {
  std::string out;
  EXPECT_TRUE(append_json_escaped(out, std::string_view("a\"b\\c\n\t\r\0\x1f\x7f/\xc3\xa9", 14), 1000));
  EXPECT_EQ(out, "a\\\"b\\\\c\\n\\t\\u000d?\\u001f\\u007f/\xc3\xa9");
}

TEST(JsonLineTest, WhatIsNotUtf8BecomesAQuestionMark) {
  for (const std::string_view bad : {"\xff", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                                     "\xf8\x88\x80\x80\x80", "\x80", "\xe2\x82", "\xf0\x9f\x98"}) {
    std::string out;
    EXPECT_TRUE(append_json_escaped(out, bad, 1000));
    EXPECT_EQ(out.find_first_not_of('?'), std::string::npos) << out;
  }
  std::string out;
  EXPECT_TRUE(append_json_escaped(out, "\xf0\x9f\x98\x80\xe2\x82\xac", 1000));
  EXPECT_EQ(out, "\xf0\x9f\x98\x80\xe2\x82\xac");
}

TEST(JsonLineTest, RandomBytesAlwaysMakeOneValidBoundedLine) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    JsonLine line(limits::kLogLineBytes);
    for (int field = 0; field < 4; ++field) {
      std::string value(random() % 3000, '\0');
      for (char& c : value) c = static_cast<char>(random() % (round % 2 == 0 ? 256 : 40));
      line.add("f" + std::to_string(field), value);
    }
    const std::string_view text = line.finish();
    ASSERT_LE(text.size(), limits::kLogLineBytes);
    ASSERT_EQ(text.find('\n'), text.size() - 1);
    const auto json = parse_json(text.substr(0, text.size() - 1));
    ASSERT_TRUE(json) << json.error().text << text;
  }
}

TEST(JsonLineTest, ALineThatLeavesSomethingOutSaysSo) {
  JsonLine line(limits::kLogLineBytes);
  line.add("long", std::string(10'000, 'x'));
  line.add("more", "y");
  EXPECT_TRUE(line.finish().ends_with("x\",\"cut\":\"true\"}\n"));
  EXPECT_EQ(JsonLine(100).finish(), "{}\n");
}

TEST(JsonLineTest, TimesBeforeTheEpochAndLeapDays) {
  EXPECT_EQ(iso8601(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(iso8601(-1), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(iso8601(1'709'164'800'000), "2024-02-29T00:00:00.000Z");
}

}  // namespace
}  // namespace ringfence
