// Whole commands against a scripted ringd on a Unix socket: what is asked, printed, complained about and returned.
#include "ctl/commands.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "ctl/client.h"
#include "scripted_ringd.h"

namespace ringfence::ctl {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

TEST_F(CommandsTest, CancelNamesTheWholeCall) {
  ScriptedRingd ringd(options.socket);
  ringd.serve(
      {{"GET /calls/3f", {ScriptedRingd::no(404, R"({"error":"no such call"})")}},
       {"GET /calls?limit=1000", {ScriptedRingd::ok(R"({"calls":[{"session":"3f-one"},{"session":"4a-two"}]})")}},
       {"POST /calls/3f-one/cancel", {ScriptedRingd::ok(R"({"session":"3f-one","cancelled":true})")}}});
  EXPECT_EQ(run([&] { return cancel_call(options, "3f"); }), 0) << err;
  EXPECT_THAT(out, HasSubstr("3f-one"));
  EXPECT_EQ(ringd.asked().back(), "POST /calls/3f-one/cancel");
}

TEST_F(CommandsTest, CancelSaysThatACallHasEnded) {
  ScriptedRingd ringd(options.socket);
  ringd.serve({{"GET /calls/gone", {ScriptedRingd::ok(R"({"session":"gone"})")}},
               {"POST /calls/gone/cancel", {ScriptedRingd::no(409, R"({"error":"this call has ended: answered"})")}}});
  EXPECT_EQ(run([&] { return cancel_call(options, "gone"); }), 1);
  EXPECT_THAT(err, HasSubstr("has ended: answered"));
}

TEST_F(CommandsTest, ADeviceIsRegistered) {
  ScriptedRingd ringd(options.socket);
  const std::string answer = R"({"credential_id":"c-7","sip_username":"gencred7","expires_at":"2026-12-22T07:00:00Z"})";
  ringd.serve({{"PUT /devices/acme/anna/phone?anew=yes", {ScriptedRingd::ok(answer)}}});
  EXPECT_EQ(run([&] { return register_device(options, "acme/anna/phone", true); }), 0) << err;
  EXPECT_EQ(out, "acme/anna/phone is rung as gencred7 until 2026-12-22T07:00:00Z; credential c-7\n");
}

TEST_F(CommandsTest, ADeviceThatCannotBeRemovedNowIsToldWhy) {
  ScriptedRingd ringd(options.socket);
  ringd.serve({{"DELETE /devices/acme/anna/phone", {ScriptedRingd::no(503, R"({"error":"Redis is away"})")}}});
  EXPECT_EQ(run([&] { return unregister_device(options, "acme/anna/phone"); }), 1);
  EXPECT_EQ(err, "ringctl: Redis is away\n");
}

TEST_F(CommandsTest, WhatNamesNoDeviceAsksNobody) {
  EXPECT_EQ(run([&] { return register_device(options, "acme/anna", false); }), 2);
  EXPECT_THAT(err, HasSubstr("ORGANISATION/USER/DEVICE"));
}

TEST_F(CommandsTest, DevicesAreATable) {
  ScriptedRingd ringd(options.socket);
  ringd.serve(
      {{"GET /devices?whole=yes&limit=50&user=acme%2Fanna",
        {ScriptedRingd::ok(R"({"devices":[{"organisation":"acme","user":"anna","device":"phone","registered":true,)"
                           R"("sip_username":"gencred7","expires_at":"2026-12-22T07:00:00Z","rings":true},)"
                           R"({"organisation":"acme","user":"anna","device":"web","rings":false,)"
                           R"("why_not":"has no credential"}]})")}}});
  EXPECT_EQ(run([&] { return list_devices(options, "acme/anna", 50); }), 0) << err;
  EXPECT_THAT(out, HasSubstr("gencred7"));
  EXPECT_THAT(out, HasSubstr("no: it has no credential"));
}

TEST_F(CommandsTest, ReloadSaysWhatIsInForceNow) {
  ScriptedRingd ringd(options.socket);
  ringd.serve({{"POST /reload", {ScriptedRingd::ok(R"({"reloaded":true,"detail":"log_level is; redis waits"})")}}});
  EXPECT_EQ(run([&] { return reload(options); }), 0) << err;
  EXPECT_EQ(out, "read again; log_level is; redis waits\n");
}

TEST_F(CommandsTest, ReloadSaysWhatIsWrongWithTheFile) {
  ScriptedRingd ringd(options.socket);
  ringd.serve({{"POST /reload", {ScriptedRingd::no(422, R"({"error":"/etc/ringd.conf:3: unknown directive"})")}}});
  EXPECT_EQ(run([&] { return reload(options); }), 1);
  EXPECT_THAT(err, HasSubstr("ringd.conf:3"));
}

TEST_F(CommandsTest, ReadyTellsWhichCallsTheDeviceJoins) {
  ScriptedRingd ringd(options.socket);
  const std::string target = "POST /devices/ready?organisation=acme&user=anna%20b&device=phone";
  ringd.serve({{target, {ScriptedRingd::ok(R"({"calls":["3f-one"]})")}}});
  EXPECT_EQ(run([&] { return device_ready(options, "acme/anna b/phone"); }), 0) << err;
  EXPECT_EQ(out, "joins call 3f-one\n");
  EXPECT_THAT(ringd.asked(), ElementsAre(target));
}

TEST_F(CommandsTest, ReadyWantsAllThreeNames) {
  EXPECT_EQ(run([&] { return device_ready(options, "acme/anna"); }), 2);
  EXPECT_THAT(err, HasSubstr("ORGANISATION/USER/DEVICE"));
}

TEST_F(CommandsTest, ASummaryIsReadFromAFile) {
  ScriptedRingd ringd(options.socket);
  const std::string target = "PUT /summaries?organisation=acme&caller=%2B491&seconds=60";
  ringd.serve({{target, {ScriptedRingd::ok(R"({"summaries":1})")}}});
  const std::string file = write("summary", "asked for an invoice");
  EXPECT_EQ(run([&] { return remember_summary(options, "acme", "+491", 60, file); }), 0) << err;
  EXPECT_EQ(out, "remembered\n");
  EXPECT_THAT(ringd.asked(), ElementsAre(target + " asked for an invoice"));
}

TEST_F(CommandsTest, WithoutASocketTheErrorSaysWhatToDo) {
  EXPECT_EQ(run([&] { return list_calls(options, 5); }), 2);
  EXPECT_THAT(err, testing::AllOf(HasSubstr("there is no socket"), HasSubstr("systemctl status ringd"),
                                  HasSubstr("RINGD_CONTROL")));
  EXPECT_EQ(out, "");
}

TEST_F(CommandsTest, ASocketNobodyListensAtIsToldFromNone) {
  { const ScriptedRingd dead(options.socket); }
  EXPECT_EQ(run([&] { return show_health(options); }), 2);
  EXPECT_THAT(err, testing::AllOf(HasSubstr("nobody listens"), HasSubstr("systemctl restart ringd")));
}

TEST_F(CommandsTest, APathTooLongForASocketIsRefused) {
  options.socket = "/" + std::string(200, 'x');
  EXPECT_EQ(run([&] { return show_health(options); }), 2);
  EXPECT_THAT(err, HasSubstr("1 to 107 bytes"));
}

TEST_F(CommandsTest, AHangupInsteadOfAnAnswerIsExplained) {
  ScriptedRingd ringd(options.socket);
  ringd.serve({});
  EXPECT_EQ(run([&] { return show_health(options); }), 2);
  EXPECT_THAT(err, HasSubstr("hung up"));
}

TEST_F(CommandsTest, SomethingElseAtTheSocketIsNoticed) {
  ScriptedRingd ringd(options.socket);
  ringd.serve({{"GET /health", {"HTTP/1.1 200 OK\r\n\r\n"}}});
  EXPECT_EQ(run([&] { return show_health(options); }), 2);
  EXPECT_THAT(err, HasSubstr("is not ringd"));
}

TEST_F(CommandsTest, HealthExitsWithOneWhenDegraded) {
  ScriptedRingd ringd(options.socket);
  ringd.serve({{"GET /health", {ScriptedRingd::ok(R"({"status":"degraded"})")}}});
  EXPECT_EQ(run([&] { return show_health(options); }), 1);
  EXPECT_THAT(out, HasSubstr("degraded"));
}

TEST_F(CommandsTest, MetricsArePrintedAsTheyCame) {
  ScriptedRingd ringd(options.socket);
  ringd.serve({{"GET /metrics", {ScriptedRingd::ok("ringd_engine_late_total 0\n")}}});
  EXPECT_EQ(run([&] { return show_metrics(options); }), 0) << err;
  EXPECT_EQ(out, "ringd_engine_late_total 0\n");
}

TEST_F(CommandsTest, ARingdWithoutMetricsIsComplainedAbout) {
  ScriptedRingd ringd(options.socket);
  ringd.serve({{"GET /metrics", {ScriptedRingd::no(404, R"({"error":"there is only /health"})")}}});
  EXPECT_EQ(run([&] { return show_metrics(options); }), 1);
  EXPECT_THAT(err, HasSubstr("only /health"));
}

TEST_F(CommandsTest, JsonIsPrintedAsItCame) {
  ScriptedRingd ringd(options.socket);
  ringd.serve({{"GET /calls?limit=7", {ScriptedRingd::ok(R"({"calls":[]})")}}});
  options.json = true;
  EXPECT_EQ(run([&] { return list_calls(options, 7); }), 0);
  EXPECT_EQ(out, "{\"calls\":[]}\n");
}

TEST_F(CommandsTest, TheBeginningOfAnIdIsEnoughWhenOnlyOneCallBeginsSo) {
  const std::string listing =
      ScriptedRingd::ok(R"({"calls":[{"session":"abc-1"},{"session":"abd-2"},{"session":"abd-3"}]})");
  {
    ScriptedRingd ringd(options.socket);
    ringd.serve({{"GET /calls/abc", {ScriptedRingd::no(404, R"({"error":"no such call"})")}},
                 {"GET /calls?limit=1000", {listing}},
                 {"GET /calls/abc-1", {ScriptedRingd::ok(R"({"session":"abc-1","phase":"ringing"})")}}});
    EXPECT_EQ(run([&] { return show_call(options, "abc", false); }), 0);
    EXPECT_THAT(out, HasSubstr("abc-1"));
    EXPECT_THAT(ringd.asked(), ElementsAre("GET /calls/abc", "GET /calls?limit=1000", "GET /calls/abc-1"));
  }
  std::filesystem::remove(options.socket);
  {
    ScriptedRingd ringd(options.socket);
    ringd.serve({{"GET /calls/abd", {ScriptedRingd::no(404, "{}")}}, {"GET /calls?limit=1000", {listing}}});
    EXPECT_EQ(run([&] { return show_call(options, "abd", false); }), 1);
    EXPECT_THAT(err, testing::AllOf(HasSubstr("2 calls begin with abd"), HasSubstr("abd-2"), HasSubstr("abd-3")));
  }
  std::filesystem::remove(options.socket);
  ScriptedRingd ringd(options.socket);
  ringd.serve({{"GET /calls/x%2Fy?whole=yes", {ScriptedRingd::no(404, "{}")}}, {"GET /calls?limit=1000", {listing}}});
  EXPECT_EQ(run([&] { return show_call(options, "x/y", true); }), 1);
  EXPECT_THAT(err, HasSubstr("no call begins with x/y"));
}

TEST_F(CommandsTest, WatchFollowsUntilRingdIsGone) {
  const std::string line =
      R"({"session":"abc-1","v":1,"at_ms":5,"event":"call.initiated","leg":"caller","phase":"ringing"})";
  const std::string other =
      R"({"session":"zzz-1","v":1,"at_ms":5,"event":"call.initiated","leg":"caller","phase":"ringing"})";
  ScriptedRingd ringd(options.socket);
  ringd.serve(
      {{"GET /watch", {ScriptedRingd::ok(R"({"next":10,"lines":[]})")}},
       {"GET /watch?after=10", {ScriptedRingd::ok(R"({"next":12,"missed":3,"lines":[)" + line + "," + other + "]}")}}});
  EXPECT_EQ(run([&] { return watch(options, {.call = "abc", .away_s = 0}); }), 2);
  EXPECT_THAT(out, StartsWith("+0.000s     ◀ caller     initiated"));
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 1);
  EXPECT_THAT(err, testing::AllOf(HasSubstr("3 lines went by"), HasSubstr("hung up")));
}

TEST_F(CommandsTest, WatchGoesOnWhereItWasWhenRingdComesBack) {
  auto first = std::make_unique<ScriptedRingd>(options.socket);
  first->serve({{"GET /watch", {ScriptedRingd::ok(R"({"next":10,"lines":[]})")}}});
  std::unique_ptr<ScriptedRingd> second;
  std::thread restart([&] {
    (void)first->asked();  // returns once it has hung up
    first.reset();
    std::filesystem::remove(options.socket);
    second = std::make_unique<ScriptedRingd>(options.socket);
    second->serve({{"GET /watch?after=10", {ScriptedRingd::no(503, R"({"error":"enough"})")}}});
  });
  EXPECT_EQ(run([&] { return watch(options, {.away_s = 10}); }), 1);
  restart.join();
  EXPECT_THAT(second->asked(), testing::Contains("GET /watch?after=10"));
  EXPECT_THAT(err, HasSubstr("waiting for it to come back"));
}

TEST_F(CommandsTest, ImportSendsTheFileUnderTheNameItWasGiven) {
  const std::string file = write("my dir.conf", "organisation a { number +4930123 { voicemail; } }");
  const std::string target = "PUT /directory?file=" + percent_encoded(file);
  ScriptedRingd ringd(options.socket);
  ringd.serve({{target, {ScriptedRingd::ok(R"({"revision":4})")}}});
  EXPECT_EQ(run([&] { return import_directory(options, file); }), 0);
  EXPECT_EQ(out, "directory revision 4 is in use: 1 organisation, 1 number, 0 users, 0 devices\n");
  EXPECT_THAT(ringd.asked(), ElementsAre(target + " organisation a { number +4930123 { voicemail; } }"));
}

TEST_F(CommandsTest, ARefusedDirectoryIsExplainedAsRingdSaysIt) {
  const std::string file = write("bad.conf", "nonsense;");
  ScriptedRingd ringd(options.socket);
  ringd.serve({{"PUT /directory?file=" + percent_encoded(file),
                {ScriptedRingd::no(422, R"({"error":"bad.conf:1: unknown directive"})")}}});
  EXPECT_EQ(run([&] { return import_directory(options, file); }), 1);
  EXPECT_EQ(err, "ringctl: bad.conf:1: unknown directive\n");
}

TEST_F(CommandsTest, CheckNeedsNoRingd) {
  EXPECT_EQ(run([&] { return check_directory(options, write("good.conf", "organisation a { }")); }), 0);
  const std::string bad = write("bad.conf", "organisation a {\n usr b { }\n}");
  EXPECT_EQ(run([&] { return check_directory(options, bad); }), 1);
  EXPECT_THAT(err, HasSubstr(bad + ":2: "));
  EXPECT_EQ(run([&] { return check_directory(options, folder.file("nothing")); }), 2);
}

}  // namespace
}  // namespace ringfence::ctl
