// A ladder as people read it: order, columns, signs, and nothing that could steer a terminal.
#include "ctl/ladder_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ctl/views.h"

namespace ringfence::ctl {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr Look kPlain{.colour = false, .utf8 = true};

std::string render(LadderText& ladder, const std::string& json) {
  const Result<Json> line = parse_json(json);
  return line ? ladder.render(line->get()) : "not JSON: " + json;
}

const std::string kInitiated =
    R"({"session":"428c31b6-1","v":1,"at_ms":1000,"id":"e1","event":"call.initiated","leg":"caller",)"
    R"("detail":"*******1222 calls *******3456","was":"none","phase":"ringing",)"
    R"("commands":[{"verb":"dial","leg":"phone","id":"c1"},{"verb":"dial","leg":"web","id":"c2"}]})";
const std::string kAnswered =
    R"({"session":"428c31b6-1","v":4,"at_ms":1812,"id":"e2","event":"call.answered","leg":"phone",)"
    R"("was":"ringing","phase":"answering","winner":"phone",)"
    R"("commands":[{"verb":"answer","leg":"caller","id":"c3"},{"verb":"hangup","leg":"web","id":"c4"}]})";

TEST(LadderText, TellsACallInTimeOrder) {
  LadderText ladder(kPlain, false);
  EXPECT_EQ(render(ladder, kInitiated),
            "+0.000s     ◀ caller     initiated, …1222 calls …3456   → ▶ dial phone, web   [ringing]");
  EXPECT_EQ(render(ladder, kAnswered),
            "+0.812s     ◀ phone      answered                       → claim phone; ▶ answer caller; hangup web   "
            "[answering]");
}

TEST(LadderText, ALocaleWithoutUtf8GetsAscii) {
  LadderText ladder({.colour = false, .utf8 = false}, true);
  const std::string line = render(ladder, kInitiated);
  EXPECT_THAT(line, HasSubstr("428c31b6  < caller"));
  EXPECT_THAT(line, HasSubstr("-> > dial phone, web"));
  for (const char c : line) EXPECT_LT(static_cast<unsigned char>(c), 0x80u);
}

TEST(LadderText, ACallJoinedHalfwayShowsTheClockAndClaimsNothing) {
  LadderText ladder(kPlain, false);
  const std::string line = render(ladder, kAnswered);
  EXPECT_THAT(line, StartsWith("00:00:01.812"));
  EXPECT_THAT(line, Not(HasSubstr("claim")));
}

TEST(LadderText, AClaimIsSaidOnce) {
  LadderText ladder(kPlain, false);
  render(ladder, kInitiated);
  EXPECT_THAT(render(ladder, kAnswered), HasSubstr("claim phone"));
  EXPECT_THAT(render(ladder, kAnswered), Not(HasSubstr("claim")));
}

TEST(LadderText, ResultsHaveASignEach) {
  LadderText ladder(kPlain, false);
  const auto result = [&](const std::string& detail) {
    return render(ladder,
                  R"({"session":"s","v":2,"at_ms":1,"event":"result","verb":"record_start","leg":"caller","detail":")" +
                      detail + R"(","phase":"connected","commands":[]})");
  };
  EXPECT_THAT(result("ok 200"), HasSubstr("✓ caller     record start: ok 200"));
  EXPECT_THAT(result("refused 422 90018"), HasSubstr("✗ caller"));
  EXPECT_THAT(result("unknown"), HasSubstr("? caller"));
  EXPECT_THAT(result("not_sent: queue full"), HasSubstr("– caller     record start: not sent: queue full"));
  EXPECT_THAT(result("ok 200"), Not(EndsWith(" ")));
}

TEST(LadderText, TriesAndAttemptsAreShownWhenThereAreMoreThanOne) {
  LadderText ladder(kPlain, false);
  const std::string line =
      render(ladder,
             R"({"session":"s","v":1,"at_ms":1,"event":"tick","phase":"bridging","commands":[)"
             R"({"verb":"bridge","leg":"phone","id":"a","attempt":2},{"verb":"hangup","leg":"web","id":"b","tries":3},)"
             R"({"verb":"audit","leg":"caller","id":"c"}]})");
  EXPECT_THAT(line, HasSubstr("◷"));
  EXPECT_THAT(line, HasSubstr("bridge phone (attempt 2); hangup web (try 3); audit the provider's records"));
}

TEST(LadderText, NothingFromOutsideSteersTheTerminal) {
  LadderText ladder(kPlain, true);
  const std::string line =
      render(ladder, R"({"session":"\u001b[2Jxxxxxxxx","v":1,"at_ms":1,"event":"call.hangup","leg":"a\u009bb",)"
                     R"("detail":"busy\r\n\u001b]0;title\u0007","phase":"closing","note":"x\ty","commands":[]})");
  for (const char c : line) EXPECT_GE(static_cast<unsigned char>(c), 0x20u);
  EXPECT_THAT(line, Not(HasSubstr("\xc2\x9b")));
}

TEST(LadderText, ColourIsAddedAroundTheSameText) {
  LadderText plain(kPlain, false), colour({.colour = true, .utf8 = true}, false);
  std::string line = render(colour, kInitiated);
  EXPECT_THAT(line, HasSubstr("\x1b["));
  for (std::size_t at = line.find('\x1b'); at != std::string::npos; at = line.find('\x1b')) {
    line.erase(at, line.find('m', at) - at + 1);
  }
  EXPECT_EQ(line, render(plain, kInitiated));
}

TEST(LadderText, AnEmptyOrForeignLineIsHarmless) {
  LadderText ladder(kPlain, true);
  EXPECT_FALSE(render(ladder, "{}").empty());
  EXPECT_FALSE(render(ladder, R"({"session":7,"commands":{},"at_ms":"x"})").empty());
}

TEST(Terminal, Durations) {
  EXPECT_EQ(duration(-5), "0ms");
  EXPECT_EQ(duration(850), "850ms");
  EXPECT_EQ(duration(12'300), "12s");
  EXPECT_EQ(duration(200'000), "3m 20s");
  EXPECT_EQ(duration(14'700'000), "4h 05m");
  EXPECT_EQ(duration(183'600'000), "2d 03h");
}

TEST(Views, TheCallsTableTellsCallsApartByTheShortestBeginning) {
  const Result<Json> answer =
      parse_json(R"({"calls":[{"session":"abcdefgh-11","phase":"vm_greeting","outcome":"voicemail","from":"*****1222",)"
                 R"("to":"*****3456",)"
                 R"("organisation":"acme","user":"anna","legs":2,"legs_alive":1,"created_ms":1000},)"
                 R"({"session":"abcdefgh-12","phase":"ringing","outcome":"none","legs":0,"legs_alive":0}]})");
  ASSERT_TRUE(answer);
  EXPECT_EQ(calls_text(kPlain, answer->get(), 13'000),
            "CALL         BEGAN    STATE        RESULT     FROM   TO     FOR        BY  LEGS\n"
            "abcdefgh-11  12s ago  vm greeting  voicemail  …1222  …3456  acme/anna  -   1/2\n"
            "abcdefgh-12  -        ringing      -          -      -      -          -   0/0\n");
  EXPECT_THAT(calls_text(kPlain, nullptr, 0), HasSubstr("no calls yet"));
}

TEST(Views, HealthShowsBrokenPromisesAndWhereToLook) {
  const Result<Json> none = parse_json(R"({"engine":{"broken":{"I1_two_winners":0,"I7_conversation_cut":0}}})");
  EXPECT_THAT(health_text(kPlain, none->get()), HasSubstr("broken      none\n"));
  const Result<Json> one = parse_json(R"({"engine":{"broken":{"I1_two_winners":0,"I7_conversation_cut":2}}})");
  EXPECT_THAT(health_text(kPlain, one->get()), HasSubstr("broken      I7 conversation cut 2; the log says"));
}

TEST(Views, HealthShowsWhatMainAddedAndSurvivesAnEmptyAnswer) {
  const Result<Json> answer =
      parse_json(R"({"status":"degraded","version":"1","uptime_ms":61000,"store":{"kind":"redis","ready":false},)"
                 R"("directory":{"loaded":true,"revision":3,"numbers":1},"engine":{"commands":{"dial":4,"answer":0}},)"
                 R"("ingest":{"connections":2,"refused_peer":0}})");
  ASSERT_TRUE(answer);
  const std::string text = health_text(kPlain, answer->get());
  EXPECT_THAT(text, HasSubstr("degraded, up 1m 01s"));
  EXPECT_THAT(text, HasSubstr("redis, AWAY"));
  EXPECT_THAT(text, HasSubstr("revision 3, 1 number\n"));
  EXPECT_THAT(text, HasSubstr("dial 4\n"));
  EXPECT_THAT(text, HasSubstr("ingest      connections 2, refused peer 0"));
  const Result<Json> empty = parse_json("{}");
  EXPECT_FALSE(health_text(kPlain, empty->get()).empty());
  EXPECT_FALSE(call_text(kPlain, empty->get()).empty());
}

}  // namespace
}  // namespace ringfence::ctl
