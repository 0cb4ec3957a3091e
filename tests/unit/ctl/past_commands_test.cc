// The commands about what has been: explain, replay, a replay with another plan, missed, dead.
#include "scripted_ringd.h"

namespace ringfence::ctl {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

using PastCommandsTest = CommandsTest;

TEST_F(PastCommandsTest, ExplainPrintsOneSentenceALine) {
  ScriptedRingd ringd(options.socket);
  ringd.serve(
      {{"GET /calls/abc-1/explain", {ScriptedRingd::ok(R"({"lines":["phone rang.","It stopped.\u001b[2J"]})")}}});
  EXPECT_EQ(run([&] { return explain_call(options, "abc-1"); }), 0) << err;
  EXPECT_THAT(out, AllOf(testing::StartsWith("phone rang.\nIt stopped."), Not(HasSubstr("\x1b"))));
}

TEST_F(PastCommandsTest, ExplainTakesTheBeginningOfAnIdAndPassesOnANo) {
  ScriptedRingd ringd(options.socket);
  ringd.serve({{"GET /calls/ab/explain", {ScriptedRingd::no(404, "{}")}},
               {"GET /calls?limit=1000", {ScriptedRingd::ok(R"({"calls":[{"session":"abc-1"}]})")}},
               {"GET /calls/abc-1/explain", {ScriptedRingd::no(503, R"({"error":"Redis is away"})")}}});
  EXPECT_EQ(run([&] { return explain_call(options, "ab"); }), 1);
  EXPECT_EQ(err, "ringctl: Redis is away\n");
}

TEST_F(PastCommandsTest, AReplayThatEndsTheSameSaysSo) {
  ScriptedRingd ringd(options.socket);
  ringd.serve({{"GET /calls/abc-1/replay", {ScriptedRingd::ok(R"({"session":"abc-1","same":true,"ladder":[]})")}}});
  EXPECT_EQ(run([&] { return replay_call(options, "abc-1", ""); }), 0) << err;
  EXPECT_THAT(out, HasSubstr("Played again, it is the same call."));
}

TEST_F(PastCommandsTest, AReplayThatEndsDifferentlySaysWhere) {
  const std::string answer = R"({"session":"abc-1","same":false,"differs_at":7,"ladder":[]})";
  {
    ScriptedRingd ringd(options.socket);
    ringd.serve({{"GET /calls/abc-1/replay", {ScriptedRingd::ok(answer)}}});
    EXPECT_EQ(run([&] { return replay_call(options, "abc-1", ""); }), 1);
    EXPECT_THAT(out, HasSubstr("it ends DIFFERENTLY, first in line 7."));
  }
  std::filesystem::remove(options.socket);
  ScriptedRingd ringd(options.socket);
  ringd.serve({{"GET /calls/abc-1/replay", {ScriptedRingd::ok(answer)}}});
  options.json = true;
  EXPECT_EQ(run([&] { return replay_call(options, "abc-1", ""); }), 1) << "a script is told, too";
  EXPECT_EQ(out, answer + "\n");
}

TEST_F(PastCommandsTest, AReplayWithAPlanTellsWhatWouldHaveBeenAndWhatIsNotKnown) {
  const std::string file = write("evening.plan", "wave { web; }");
  const std::string target = "POST /calls/abc-1/replay?file=" + percent_encoded(file);
  ScriptedRingd ringd(options.socket);
  ringd.serve(
      {{"GET /calls?limit=1000", {ScriptedRingd::ok(R"({"calls":[{"session":"abc-1"}]})")}},
       {target,
        {ScriptedRingd::ok(R"({"session":"abc-1","lines":["web was rung."],"doubts":["+1.0 s: who knows."]})")}}});
  EXPECT_EQ(run([&] { return replay_call(options, "abc", file); }), 0) << err;
  EXPECT_THAT(out, AllOf(HasSubstr("  web was rung.\n"), HasSubstr("does not tell"), HasSubstr("who knows.")));
  EXPECT_EQ(ringd.asked().back(), target + " wave { web; }");
}

TEST_F(PastCommandsTest, AReplayWithAWrongPlanNamesTheLine) {
  const std::string file = write("bad.plan", "wav { }");
  ScriptedRingd ringd(options.socket);
  ringd.serve({{"GET /calls?limit=1000", {ScriptedRingd::ok(R"({"calls":[{"session":"abc-1"}]})")}},
               {"POST /calls/abc-1/replay?file=" + percent_encoded(file),
                {ScriptedRingd::no(422, R"({"error":"bad.plan:1: unknown directive"})")}}});
  EXPECT_EQ(run([&] { return replay_call(options, "abc-1", file); }), 1);
  EXPECT_EQ(err, "ringctl: bad.plan:1: unknown directive\n");
  EXPECT_EQ(run([&] { return replay_call(options, "abc-1", folder.file("none.plan")); }), 2);
  EXPECT_THAT(err, HasSubstr("cannot read"));
}

TEST_F(PastCommandsTest, MissedCallsAreATable) {
  ScriptedRingd ringd(options.socket);
  const std::string row =
      R"({"at_ms":1,"session":"abcdefgh-1","organisation":"acme","user":"anna","device":"phone",)"
      R"("from":"*******1222","to":"*******3456","call":"abandoned","outcome":"answered_elsewhere",)"
      R"("answered_by":"web","rang":true})";
  ringd.serve({{"GET /missed?limit=10&user=acme%2Fanna&all=yes", {ScriptedRingd::ok(R"({"missed":[)" + row + "]}")}}});
  EXPECT_EQ(run([&] { return list_missed(options, {.limit = 10, .user = "acme/anna", .all = true}); }), 0) << err;
  EXPECT_THAT(out, AllOf(HasSubstr("…1222"), HasSubstr("acme/anna"), HasSubstr("answered elsewhere (web)"),
                         HasSubstr("abcdefgh"), Not(HasSubstr("abcdefgh-1"))));
}

TEST_F(PastCommandsTest, MissedCallsOfEverybodyAndWhole) {
  ScriptedRingd ringd(options.socket);
  ringd.serve({{"GET /missed?limit=50&whole=yes", {ScriptedRingd::ok(R"({"missed":[]})")}}});
  EXPECT_EQ(run([&] { return list_missed(options, {.whole = true}); }), 0) << err;
  EXPECT_EQ(out, "no missed calls\n");
}

TEST_F(PastCommandsTest, DeadEventsAreListedWithWhyAndBodiesOnlyWhenAsked) {
  const std::string row = R"({"at_ms":1,"event":"0123abcd","why":"the webhook is not JSON","bytes":9,)";
  {
    ScriptedRingd ringd(options.socket);
    ringd.serve(
        {{"GET /events/dead?limit=50", {ScriptedRingd::ok(R"({"events":[)" + row + R"("type":"x","tries":3}]})")}}});
    EXPECT_EQ(run([&] { return list_dead(options, {}, false); }), 0) << err;
    EXPECT_THAT(out, AllOf(HasSubstr("0123abcd"), HasSubstr("TRIES"), HasSubstr(" 3 "),
                           HasSubstr("the webhook is not JSON"), HasSubstr(" 9")));
  }
  std::filesystem::remove(options.socket);
  ScriptedRingd ringd(options.socket);
  ringd.serve({{"GET /events/other?limit=50&whole=yes",
                {ScriptedRingd::ok(R"({"events":[)" + row + R"("body_base64":"eyJhIjobMX0="}]})")}}});
  EXPECT_EQ(run([&] { return list_dead(options, {.whole = true}, true); }), 0) << err;
  EXPECT_THAT(out, AllOf(HasSubstr("{\"a\":"), Not(HasSubstr("\x1b"))));
}

}  // namespace
}  // namespace ringfence::ctl
