// `ringctl plan`: the picture, the steps of a decision, what is refused, and that no ringd is asked.
#include "ctl/plan_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "shared/json.h"
#include "support/temp_dir.h"

namespace ringfence::ctl {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class PlanCommand : public testing::Test {
 protected:
  void SetUp() override {
    options.socket = "/nobody/listens/here";
    options.look = {.colour = false, .utf8 = false};
  }
  int run(const std::string& text, PlanQuestion question = {}) {
    question.file = folder.file("p.conf");
    std::ofstream(question.file) << text;
    return show(question);
  }
  int show(const PlanQuestion& question) {
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int code = show_plan(options, question);
    out = testing::internal::GetCapturedStdout();
    err = testing::internal::GetCapturedStderr();
    return code;
  }
  int sample(PlanQuestion question) {
    question.file = RINGFENCE_SOURCE_DIR "/conf/directory.conf.sample";
    return show(question);
  }
  test::TempDir folder;
  Options options;
  std::string out, err;
};

TEST_F(PlanCommand, DrawsOnePlan) {
  EXPECT_EQ(run("plan p { wave { device desk timeout=10s; device cell timeout=20s verify=press1; } ring 50s; }"), 0)
      << err;
  EXPECT_EQ(
      out,
      "  -> rings by plan p\n"
      "\n"
      "           0s            10s            20s           30s\n"
      "desk       ##############                                      0s to 10s\n"
      "cell       #############################:::::::::::::::::::::  0s to 20s, an answer counts with a key pressed "
      "(15s for that)\n"
      "voicemail                               >                      after 20s, when nobody has answered\n"
      "           ## rings  :: an answer proves itself\n");
}

TEST_F(PlanCommand, DrawsWaitingAndHangingUp) {
  EXPECT_EQ(
      run("wave { device a timeout=10s; device b timeout=10s; } max_channels 1; on_unanswered hangup; hold_losers 2s;"
          "on_decline stop; on_busy stop; on_winner_lost hangup;"),
      0);
  EXPECT_THAT(
      out, AllOf(HasSubstr("b          .........................#########################  10s to 20s, after 10s "
                           "without a free channel"),
                 HasSubstr("hang up"), HasSubstr("at most 1 call to devices at once"), HasSubstr("one device declines"),
                 HasSubstr("one device is busy"), HasSubstr("up to 2s"), HasSubstr("the call ends")));
  options.look.utf8 = true;
  EXPECT_EQ(run("wave { device a timeout=10s; }"), 0);
  EXPECT_THAT(out, AllOf(HasSubstr("█"), HasSubstr("▶"), HasSubstr("→")));
}

TEST_F(PlanCommand, SaysWhatIsRefusedAndWhy) {
  EXPECT_EQ(run("wave {\n device a timeout=50s; }\nring 45s;"), 1);
  EXPECT_EQ(out, "");
  EXPECT_THAT(err, AllOf(StartsWith("ringctl: " + folder.file("p.conf") + ":2: "), HasSubstr("would ring until 50s")));
  EXPECT_EQ(run("organisation a {\n user u { device d { }\n plan p { wave { device e; } } } }"), 1);
  EXPECT_THAT(err, AllOf(HasSubstr(":3: "), HasSubstr("no device \"e\"")));
  EXPECT_EQ(run("organization a { }"), 1);
  EXPECT_THAT(err, HasSubstr("did you mean \"organisation\"?"));
  EXPECT_EQ(run("wave { device a; "), 1);
  EXPECT_THAT(err, HasSubstr("unexpected end of file"));
  EXPECT_EQ(run("wave { device a; }", {.who = "anna"}), 1);
  EXPECT_THAT(err, HasSubstr("one plan"));
  EXPECT_EQ(show({.file = folder.file("absent")}), 2);
  EXPECT_EQ(run("wave { device a; }", {.at = "noon"}), 2);
  EXPECT_THAT(err, HasSubstr("expected UTC"));
}

TEST_F(PlanCommand, ExplainsTheDecision) {
  EXPECT_EQ(sample({.who = "+4930123456", .at = "2026-11-23T08:00:00Z", .every_device = true}), 0);
  EXPECT_THAT(out, AllOf(HasSubstr("number +4930123456 at 2026-11-23T08:00:00Z"), HasSubstr("is not blocked"),
                         HasSubstr("Mon 2026-11-23 09:00:00 CET is within mon 09:00-12:30"),
                         HasSubstr("rings by plan day"), HasSubstr("15s to 40s")));
  EXPECT_EQ(sample({.who = "anna", .at = "2026-12-25T10:00:00Z"}), 0);
  EXPECT_THAT(out, AllOf(HasSubstr("(an exception of the week)"), HasSubstr("given to agent reception"),
                         HasSubstr("X-Org-Id: acme")));
  EXPECT_EQ(sample({.who = "acme/anna", .at = "2026-11-23T08:00:00Z", .caller = "+49900123"}), 0);
  EXPECT_THAT(out, HasSubstr("blocked by organisation acme: rejected as busy"));
  EXPECT_EQ(sample({.who = "acme/anna", .at = "2027-11-23T08:00:00Z"}), 0);
  EXPECT_THAT(out, AllOf(HasSubstr("device web is not rung: it was not active for 24 h"), HasSubstr("mobile")));
  EXPECT_EQ(sample({.who = "anna", .dials = "+49900123456"}), 0);
  EXPECT_THAT(out, AllOf(HasSubstr("hung up"), HasSubstr("blocked by organisation acme")));
  EXPECT_EQ(sample({.who = "anna", .dials = "+4917099"}), 0);
  EXPECT_THAT(out, HasSubstr("shows +4930123456"));
}

TEST_F(PlanCommand, ShowsEveryNumberWhenNobodyIsNamed) {
  EXPECT_EQ(sample({.at = "2026-11-23T08:00:00Z"}), 0);
  for (const char* number : {"+4930123456", "+4930123457", "+4930123400", "+49309999"})
    EXPECT_THAT(out, HasSubstr(number));
  std::string many = "organisation a {";
  for (int i = 100; i < 150; ++i) many += " number +4930" + std::to_string(i) + " { voicemail; }";
  EXPECT_EQ(run(many + " }"), 0);
  EXPECT_THAT(out, HasSubstr("and 30 more"));
  EXPECT_EQ(run("# nothing"), 0);
  EXPECT_THAT(out, HasSubstr("no numbers"));
}

TEST_F(PlanCommand, UnknownAndAmbiguousNamesAreErrors) {
  EXPECT_EQ(sample({.who = "nobody"}), 1);
  EXPECT_THAT(err, HasSubstr("there is no user nobody"));
  EXPECT_EQ(sample({.who = "+491"}), 1);
  EXPECT_THAT(out, HasSubstr("is not in the directory"));
  const std::string two = "organisation a { user u { } } organisation b { user u { } }";
  EXPECT_EQ(run(two, {.who = "u"}), 1);
  EXPECT_THAT(err, HasSubstr("say ORGANISATION/u"));
  EXPECT_EQ(run(two, {.who = "b/u"}), 0);
}

TEST_F(PlanCommand, JsonIsForScripts) {
  options.json = true;
  EXPECT_EQ(sample({.who = "anna", .at = "2026-11-23T08:00:00Z", .every_device = true}), 0);
  const Result<Json> json = parse_json(out.substr(0, out.size() - 1));
  ASSERT_TRUE(json) << out;
  EXPECT_EQ(get_text(json->get(), "route"), "ring");
  EXPECT_EQ(json_array_size(get_array(json->get(), "devices")), 3u);
}

}  // namespace
}  // namespace ringfence::ctl
