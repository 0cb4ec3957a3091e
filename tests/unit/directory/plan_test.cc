// Ring plans: what they compile to, what is refused and why, and what happens when nobody answers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "directory/directory.h"
#include "directory/plan_compiler.h"
#include "directory/plan_parser.h"
#include "directory/plan_timeline.h"

namespace ringfence {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

RingPlan good(const std::string& text, const PlanRules& rules = {}) {
  const Result<RingPlan> plan = compile_plan_text("p.conf", text, "example.com", rules);
  EXPECT_TRUE(plan) << (plan ? "" : plan.error().text);
  return plan ? *plan : RingPlan{};
}

std::string complaint(const std::string& text, const PlanRules& rules = {}) {
  const Result<RingPlan> plan = compile_plan_text("p.conf", text, "example.com", rules);
  return plan ? "accepted" : plan.error().text;
}

struct Row {
  std::string device;
  Millis from_ms, until_ms;
  bool operator==(const Row&) const = default;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.device << " " << row.from_ms << "-" << row.until_ms; }

std::vector<Row> rows(const RingPlan& plan, const PlanRules& rules = {}) {
  std::vector<Row> out;
  for (const TimelineRow& row : timeline(plan, rules).rows) {
    out.push_back({plan.destinations[row.destination].device, row.from_ms, row.until_ms});
  }
  return out;
}

TEST(Plan, WavesAndDelaysBecomeOneMomentForEachDevice) {
  const RingPlan plan = good(
      "plan day { wave { device a timeout=10s; device b delay=2s timeout=20s verify=press1 priority=1; } "
      "wave after=10s { device c verify=amd; device d delay=1500ms verify=press1_if_fast; } ring 45s; max_channels 3; "
      "on_decline stop; on_busy stop; on_winner_lost ring_again; on_unanswered hangup; hold_losers 2s; }");
  EXPECT_EQ(plan.ring_ms, 45'000);
  EXPECT_EQ(plan.max_channels, 3);
  EXPECT_EQ(plan.on_decline, OnRefusal::stop);
  EXPECT_EQ(plan.on_busy, OnRefusal::stop);
  EXPECT_EQ(plan.on_winner_lost, OnWinnerLost::ring_again);
  EXPECT_EQ(plan.on_unanswered, OnUnanswered::hangup);
  EXPECT_EQ(plan.hold_losers_ms, 2'000);
  const std::vector<Destination> expected{
      {.device = "a", .to = "sip:a@example.com", .timeout_ms = 10'000},
      {.device = "b",
       .to = "sip:b@example.com",
       .after_ms = 2'000,
       .timeout_ms = 20'000,
       .priority = 1,
       .verify = Verify::press1},
      // Until the end, less the time in which an answer proves itself.
      {.device = "c", .to = "sip:c@example.com", .after_ms = 10'000, .timeout_ms = 20'000, .verify = Verify::amd},
      {.device = "d",
       .to = "sip:d@example.com",
       .after_ms = 11'500,
       .timeout_ms = 33'500,
       .verify = Verify::press1_if_fast}};
  EXPECT_EQ(plan.destinations, expected);
}

TEST(Plan, SaysNothingMoreThanItsWaves) {
  const RingPlan plan = good("wave { device a; }");
  EXPECT_EQ(plan.ring_ms, 30'000);
  EXPECT_EQ(plan.destinations.at(0).timeout_ms, 30'000);
  EXPECT_EQ(plan.on_winner_lost, OnWinnerLost::voicemail);
  EXPECT_EQ(plan.on_unanswered, OnUnanswered::voicemail);
  EXPECT_EQ(good("wave { device a; }", {.ring_ms = 20'000}).ring_ms, 20'000);
}

TEST(Plan, AWaveWithoutAMomentFollowsTheOneBefore) {
  const RingPlan plan = good(
      "wave { device a timeout=10s; device b delay=3s timeout=12s; } wave { device c timeout=10s; } wave { device d; }"
      "ring 60s;");
  EXPECT_EQ(plan.destinations.at(2).after_ms, 15'000);
  EXPECT_EQ(plan.destinations.at(3).after_ms, 25'000);
  EXPECT_EQ(plan.destinations.at(3).timeout_ms, 35'000);
}

TEST(Plan, ADeviceThatCannotBeDialledIsLeftOut) {
  const Result<PlanSpec> spec = parse_plan_text("p", "wave { device a; } wave after=10s { device b; device c; }", {});
  ASSERT_TRUE(spec);
  RingPlan plan;
  const std::vector<PlanTarget> targets{{"c", "sip:c@d", Verify::none}};
  compile_plan(*spec, targets, 7, {}, plan);
  ASSERT_EQ(plan.destinations.size(), 1u);
  EXPECT_EQ(plan.destinations[0].device, "c");
  EXPECT_EQ(plan.destinations[0].after_ms, 10'000);
  EXPECT_EQ(plan.max_channels, 7);
}

struct Refusal {
  const char* text;
  int line;
  const char* reason;
};

TEST(Plan, WhatCannotWorkIsRefusedWithLineAndReason) {
  const Refusal refusals[] = {
      // Time.
      {"ring 45s;\nwave { device a timeout=50s; }", 2, "would ring until 50s, but the ringing is over after 45s"},
      {"ring 45s;\nwave { device a delay=10s timeout=40s; }", 2, "expected timeout=35s at most"},
      {"wave { device a timeout=4s; }", 1, "expected 5s to 600s"},
      {"wave { device a timeout=601s; }", 1, "at most 600s"},
      {"ring 30s;\nwave { device a; }\nwave after=30s { device b; }", 3,
       "this wave begins at 30s, but the ringing is over"},
      {"ring 30s;\nwave { device a; }\nwave after=26s { device b; }", 3, "less than 5s"},
      {"ring 30s;\nwave { device a;\ndevice b delay=26s; }", 3, "less than 5s"},
      {"ring 4s;\nwave { device a; }", 1, "nobody can be rung for 4s"},
      {"wave { device a; }\nring 601s;\non_unanswered hangup;", 2, "expected ring 5s to 600s"},
      {"wave { device a; }\nring 0s;", 2, "nobody can be rung for 0s"},
      {"wave after=10s { device a; }\nwave after=10s { device b; }", 2, "not later than the one before"},
      {"wave after=10s { device a; }\nwave after=5s { device b; }", 2, "expected waves in their order"},
      {"wave { device a; }\nwave { device b; }", 2, "its device a has no timeout and rings until the end"},
      {"wave { device a delay=601s; }", 1, "at most 600s"},
      // Voicemail.
      {"wave { device a; }\nring 200s;", 2, "caller's network has given up"},
      // Devices.
      {"wave { device a; }\nwave after=10s {\ndevice a; }", 3,
       "device a is here for the second time; the first is in line 1"},
      {"ring 30s;", 1, "rings nobody"},
      {"wave { }", 1, "rings nobody"},
      // Channels.
      {"wave { device a; }\nmax_channels 0;", 2, "expected a number from 1 to 64"},
      {"wave { device a; }\nmax_channels 65;", 2, "expected a number from 1 to 64"},
      {"wave { device a; }\nmax_channels 3;", 2, "more than the provider gives; expected at most 2"},
      {"max_channels 1;\nwave { device a;\ndevice b; }", 3, "device b would wait for a channel until it is too late"},
      {"wave { device a;\ndevice b priority=1;\ndevice c; }", 2, "device b would wait"},  // the provider's two
      // Holding.
      {"wave { device a; }\nhold_losers 11s;", 2, "expected at most 10s"},
      // Screening.
      {"ring 30s;\nwave { device a timeout=20s verify=press1; }", 2,
       "no time to prove itself (verify press1 takes up to 15s)"},
      {"ring 30s;\nwave { device a timeout=20s verify=amd; }", 2, "expected timeout=15s at most"},
      {"ring 19s;\nwave { device a verify=press1; }", 2, "no time to prove itself"},
      {"ring 30s;\nwave { device a delay=14s verify=press1_if_fast; }", 2, "leaves a fast answer no time"},
      {"ring 60s;\nmax_channels 1;\nwave { device a timeout=45s;\ndevice b verify=press1 timeout=20s; }", 4,
       "device b would wait"},
      // Words.
      {"wave { device a verify=press2; }", 1, "expected none, press1, amd, press1_if_fast"},
      {"wave { device a priority=-1; }", 1, "priority=0 to priority=1000"},
      {"wave { device a timeout=10s timeout=20s; }", 1, "second time"},
      {"wave { device a colour=red; }", 1, "expected delay=, timeout=, verify= or priority="},
      {"wave { device a timeout; }", 1, "is not a span of time"},
      {"wave { device a timeout=; }", 1, "is not a span of time"},
      {"wave { device a timeout=99999999999999999999s; }", 1, "is not a span of time"},
      {"wave before=3s { device a; }", 1, "expected after=10s"},
      {"wave after=3s after=4s { device a; }", 1, "once"},
      {"wave;", 1, "needs a block"},
      {"wave { user a; }", 1, "expected device"},
      {"wave { device a; }\non_decline never;", 2, "expected ring_on, stop"},
      {"wave { device a; }\non_winner_lost stop;", 2, "expected voicemail, ring_again, hangup"},
      {"wave { device a; }\non_unanswered ring;", 2, "expected voicemail, hangup"},
      {"wave { device a; }\non_declined stop;", 2, "did you mean \"on_decline\"?"},
      {"plan a { wave { device a; } }\nplan b { wave { device a; } }", 2, "one file is one plan"},
      {"plan a b { }", 1, "needs one name and a block"},
      {"", 1, "rings nobody"},
  };
  for (const Refusal& one : refusals) {
    EXPECT_THAT(complaint(one.text, {.channels = 2}),
                AllOf(StartsWith("p.conf:" + std::to_string(one.line) + ": "), HasSubstr(one.reason)))
        << one.text;
  }
}

TEST(Plan, WhatIsJustPossibleIsNotRefused) {
  for (const char* text :
       {"ring 45s; wave { device a timeout=45s; }", "ring 5s; wave { device a; }",
        "ring 600s; on_unanswered hangup; wave { device a timeout=600s; }", "ring 170s; wave { device a; }",
        "ring 30s; wave { device a; } wave after=25s { device b; }", "ring 20s; wave { device a verify=press1; }",
        "ring 30s; wave { device a timeout=15s verify=amd; }",
        "ring 30s; wave { device a delay=13500ms verify=press1_if_fast; }", "hold_losers 10s; wave { device a; }",
        "max_channels 1; wave { device a timeout=25s; device b; }"}) {
    EXPECT_EQ(complaint(text), "accepted") << text;
  }
}

TEST(Plan, MoreDevicesThanCanRingAreRefused) {
  std::string text = "wave {";
  for (int i = 0; i < 64; ++i) text += " device d" + std::to_string(i) + ";";
  EXPECT_EQ(complaint(text + "}"), "accepted");
  EXPECT_THAT(complaint(text + "\ndevice one_more; }"), AllOf(StartsWith("p.conf:2: "), HasSubstr("at most 64")));
}

TEST(Plan, ItsTextIsReadBackAsTheSamePlan) {
  const std::string text =
      "plan day { wave { device a timeout=10s; device b delay=1500ms timeout=1m verify=none priority=7; } wave { "
      "device "
      "c verify=amd; } wave after=80s { device d; } ring 2m; max_channels 3; on_decline stop; on_busy stop; "
      "on_winner_lost "
      "hangup; on_unanswered hangup; hold_losers 250ms; }";
  const Result<PlanSpec> first = parse_plan_text("p", text, {});
  ASSERT_TRUE(first) << first.error().text;
  const Result<PlanSpec> second = parse_plan_text("p", plan_text(*first, 0), {});
  ASSERT_TRUE(second) << second.error().text;
  EXPECT_EQ(plan_text(*second, 0), plan_text(*first, 0));
  EXPECT_EQ(good(plan_text(*first, 4)), good(text));
}

TEST(Plan, WhatWasCheckedIsWhatRunsElsewhere) {
  // Where the ring time of ringd.conf is another one, the text still says the one it was checked with.
  const Result<PlanSpec> spec = parse_plan_text("p", "plan a { wave { device a; } }", {.ring_ms = 20'000});
  ASSERT_TRUE(spec);
  EXPECT_THAT(plan_text(*spec, 0), HasSubstr("ring 20s;"));
}

TEST(Timeline, EverybodyAtTheirTime) {
  const RingPlan plan =
      good("ring 45s; wave { device a; device b delay=2s timeout=20s; } wave after=10s { device c; }");
  EXPECT_THAT(rows(plan), testing::ElementsAre(Row{"a", 0, 45'000}, Row{"b", 2'000, 22'000}, Row{"c", 10'000, 45'000}));
  EXPECT_EQ(timeline(plan, {}).over_ms, 45'000);
}

TEST(Timeline, NobodyWaitsWhenNothingRings) {
  const RingPlan plan = good(
      "ring 60s; wave after=5s { device a timeout=10s; } wave after=30s { device b timeout=10s; "
      "device c delay=4s timeout=10s; }");
  EXPECT_THAT(rows(plan),
              testing::ElementsAre(Row{"a", 0, 10'000}, Row{"b", 10'000, 20'000}, Row{"c", 14'000, 24'000}));
  EXPECT_EQ(timeline(plan, {}).over_ms, 24'000);
  EXPECT_EQ(timeline(plan, {}).rows.at(1).early_ms, 20'000);
}

TEST(Timeline, AFreeChannelGoesToTheSmallestPriority) {
  const RingPlan plan = good(
      "ring 60s; max_channels 1; wave { device a timeout=10s; device b timeout=10s priority=2; "
      "device c timeout=10s priority=1; }");
  EXPECT_THAT(rows(plan),
              testing::ElementsAre(Row{"a", 0, 10'000}, Row{"b", 20'000, 30'000}, Row{"c", 10'000, 20'000}));
  EXPECT_EQ(timeline(plan, {}).rows.at(1).waited_ms, 20'000);
}

TEST(Timeline, AnAnswerOfTheLastMomentHasTimeToProveItself) {
  const RingPlan plan = good("ring 45s; wave { device a verify=press1; device b verify=press1_if_fast timeout=20s; }");
  const Timeline time = timeline(plan, {});
  EXPECT_EQ(time.rows.at(0).until_ms, 30'000);
  EXPECT_EQ(time.rows.at(0).screened_ms, 45'000);
  EXPECT_EQ(time.rows.at(1).screened_ms, 20'000);
}

TEST(Timeline, AnEmptyPlanIsOverAtOnce) {
  EXPECT_EQ(timeline(RingPlan{}, {}).over_ms, 0);
  EXPECT_TRUE(timeline(RingPlan{}, {}).rows.empty());
}

std::string user(const std::string& body) {
  return "organisation acme {\n channels 2;\n user anna {\n device phone { sip_username a; }\n device web { "
         "sip_username b; "
         "verify press1; }\n" +
         body + "\n}\n}";
}

std::string refused(const std::string& text) {
  const Result<Directory> parsed = Directory::parse("d.conf", text);
  return parsed ? "accepted" : parsed.error().text;
}

TEST(PlanInTheDirectory, IsCheckedAgainstItsUserAndItsOrganisation) {
  EXPECT_EQ(refused(user("plan p { wave { device phone; device web; } } plan p;")), "accepted");
  EXPECT_THAT(refused(user("plan p { wave {\n device phon; } }")),
              AllOf(StartsWith("d.conf:7: "), HasSubstr("user anna has no device \"phon\"; did you mean \"phone\"?")));
  EXPECT_THAT(refused(user("plan p { wave { device phone; }\n max_channels 3; }")),
              AllOf(StartsWith("d.conf:7: "), HasSubstr("plan p cannot work: max_channels 3 is more")));
  EXPECT_THAT(refused(user("plan p { wave {\n device web timeout=20s; } }")),  // the device itself asks for press1
              AllOf(StartsWith("d.conf:7: "), HasSubstr("no time to prove itself")));
  EXPECT_EQ(refused(user("plan p { wave {\n device web timeout=20s verify=none; } }")), "accepted");
  EXPECT_THAT(refused(user("plan p { wave { device phone; } }\nplan q;")),
              AllOf(StartsWith("d.conf:7: "), HasSubstr("user anna has no plan \"q\"")));
  EXPECT_THAT(refused(user("plan p { wave { device phone; } }\nplan p { wave { device phone; } }")),
              HasSubstr("second time"));
  EXPECT_THAT(refused(user("plan p { wave { device phone; } } plan p;\nplan p;")), HasSubstr("second time"));
}

}  // namespace
}  // namespace ringfence
