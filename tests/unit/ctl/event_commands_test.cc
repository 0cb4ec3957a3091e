// The commands about events: the log, one event, and delivering them again.
#include "scripted_ringd.h"

namespace ringfence::ctl {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

using EventCommandsTest = CommandsTest;

TEST_F(EventCommandsTest, TheLogIsATable) {
  const std::string row =
      R"({"at_ms":1,"event":"ev-1","type":"call.answered","session":"abcdefgh-1","source":"telnyx","v":4,)"
      R"("leg":"phone","was":"ringing","phase":"answering","commands":[{"verb":"answer","leg":"caller","id":"c1"},)"
      R"({"verb":"hangup","leg":"web","id":"c2"},{"verb":"hangup","leg":"desk","id":"c3"}]})";
  const std::string other = R"({"at_ms":1,"event":"ev-0\u001b[2J","type":"message.received","why":"of no call"})";
  ScriptedRingd ringd(options.socket);
  ringd.serve({{"GET /events?limit=10&since=1795244400000&type=call.answered&call=abc&unapplied=yes",
                {ScriptedRingd::ok(R"({"events":[)" + row + "," + other + R"(],"more_until_ms":1795244400000})")}}});
  EventsQuestion question{.since = "2026-11-21T07:00:00Z", .type = "call.answered", .call = "abc", .limit = 10};
  question.unapplied = true;
  EXPECT_EQ(run([&] { return show_events(options, question); }), 0) << err;
  EXPECT_THAT(out, AllOf(HasSubstr("abcdefgh "), HasSubstr("ringing → answering; answer caller; hangup web, desk"),
                         HasSubstr("of no call"), HasSubstr("--until 2026-11-21T07:00:00Z"), Not(HasSubstr("\x1b"))));
}

TEST_F(EventCommandsTest, OneEventWithAllThatIsKnown) {
  ScriptedRingd ringd(options.socket);
  ringd.serve({{"GET /events/ev-1?whole=yes",
                {ScriptedRingd::ok(R"({"dead":[{"at_ms":1795244400123,"event":"ev-1","tries":4,"why":"no store",)"
                                   R"("delivered_to":"https://x/y","body_base64":"eyJhIjoxfQ=="}]})")}}});
  EXPECT_EQ(run([&] { return show_events(options, {.id = "ev-1", .whole = true}); }), 0) << err;
  EXPECT_THAT(out, AllOf(HasSubstr("last tried    2026-11-21T07:00:00.123Z"), HasSubstr("tries         4"),
                         HasSubstr("no store"), HasSubstr("https://x/y"), HasSubstr("{\"a\":1}")));
}

TEST_F(EventCommandsTest, ATimeThatIsNoneIsSaid) {
  EXPECT_EQ(run([&] { return show_events(options, {.since = "yesterday"}); }), 2);
  EXPECT_THAT(err, HasSubstr("yesterday is no time; expected 2026-11-21T07:00:00Z, or 10m"));
  EXPECT_EQ(run([&] { return redeliver(options, {}); }), 2);
  EXPECT_THAT(err, HasSubstr("which?"));
}

TEST_F(EventCommandsTest, ARangeIsDeliveredAgainToItsEnd) {
  ScriptedRingd ringd(options.socket);
  const auto answer = [](const std::string& event, const std::string& result, const std::string& rest) {
    return ScriptedRingd::ok(R"({"events":[{"event":")" + event + R"(","type":"call.hangup","result":")" + result +
                             "\"}]" + rest + "}");
  };
  ringd.serve(
      {{"POST /events/redeliver?since=1795244400000&until=1795244400999&call=abc",
        {answer("ev-1", "duplicate", R"(,"next_since_ms":1795244400500)")}},
       {"POST /events/redeliver?since=1795244400500&until=1795244400999&call=abc", {answer("ev-2", "applied", "")}}});
  const Redeliver what{.since = "1795244400000", .until = "1795244400999", .call = "abc"};
  EXPECT_EQ(run([&] { return redeliver(options, what); }), 0) << err;
  EXPECT_THAT(out, AllOf(HasSubstr("duplicate  ev-1"), HasSubstr("applied    ev-2"),
                         HasSubstr("1 applied, 1 had been, 0 of no call, 0 not taken")));
}

TEST_F(EventCommandsTest, WhatIsNotTakenEndsItAndIsAnExitCode) {
  ScriptedRingd ringd(options.socket);
  ringd.serve({{"POST /events/redeliver?dead=yes",
                {ScriptedRingd::ok(R"({"events":[{"event":"ev-1","result":"later","detail":"the store is away"}],)"
                                   R"("next_since_ms":5})")}}});
  EXPECT_EQ(run([&] { return redeliver(options, {.dead = true}); }), 1);
  EXPECT_THAT(out, HasSubstr("the store is away"));
  EXPECT_EQ(ringd.asked().size(), 1u);
}

}  // namespace
}  // namespace ringfence::ctl
