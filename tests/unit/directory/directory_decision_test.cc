// The decision tree over every combination of caller, hours and receiver, and what each end of it looks like (R-132,
// R-133, R-134, R-140, R-141).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/utc_time.h"
#include "directory/directory.h"
#include "shared/base64.h"
#include "shared/json.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Millis at(std::string_view text) {
  const auto parsed = parse_utc(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(-1);
}

Directory good(const std::string& text, const PlanRules& rules = {}) {
  Result<Directory> parsed = Directory::parse("d.conf", text, rules);
  EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().text);
  return parsed ? std::move(*parsed) : Directory{};
}

std::string complaint(const std::string& text) {
  const Result<Directory> parsed = Directory::parse("d.conf", text);
  return parsed ? "accepted" : parsed.error().text;
}

std::string sip(const std::string& name) {
  static int next = 0;
  return "device " + name + " { sip_username cred" + std::to_string(++next) +
         "; last_active_at 2026-11-23T07:00:00Z; credential_expires_at never; } ";
}

const char* const kEntries = R"(
  schedule office { zone Europe/Berlin; open mon-fri 09:00-17:00; except 2026-11-25 closed; }
  agent bot { to sip:bot@agents.example.com; }
  block +49900* +493012;
)";

std::string users(const std::string& hours) {
  return "user several { block +493077; " + sip("phone") + sip("web") + hours + "} user single { block +493077; " +
         sip("phone") + hours + "} user gone { block +493077; device phone { sip_username never_seen" +
         std::to_string(hours.size()) + "; } " + hours + "} user bare { block +493077; " + hours + "} ";
}

struct Caller {
  const char* number;
  bool by_organisation, by_user;
};
struct Moment {
  const char* when;
  bool open;
};
enum class Receiver { several, single, gone, bare, agent, nobody };

constexpr Caller kCallers[] = {
    {"+49301", false, false},  {"+493012", true, false},    {"+4930123", false, false},
    {"+499001", true, false},  {"+493077", false, true},    {"sip:+493077@10.0.0.1", false, true},
    {"00493012", true, false}, {"anonymous", false, false}, {"", false, false}};
constexpr Moment kMoments[] = {
    {"2026-11-23T07:59:59Z", false}, {"2026-11-23T08:00:00Z", true},   // 09:00 in Berlin: the start is in
    {"2026-11-23T15:59:59Z", true},  {"2026-11-23T16:00:00Z", false},  // 17:00: the end is not
    {"2026-11-22T10:00:00Z", false},                                   // a Sunday
    {"2026-11-25T10:00:00Z", false},                                   // an exception
};
constexpr std::pair<Receiver, const char*> kReceivers[] = {
    {Receiver::several, "ring several;"}, {Receiver::single, "ring single;"}, {Receiver::gone, "ring gone;"},
    {Receiver::bare, "ring bare;"},       {Receiver::agent, "agent bot;"},    {Receiver::nobody, "voicemail;"}};

// The tree once more, as a sentence of the requirement.
Route expected(const Caller& caller, bool open, Receiver receiver, bool closed_agent) {
  const bool person = receiver != Receiver::agent && receiver != Receiver::nobody;
  if (caller.by_organisation || (caller.by_user && person)) return Route::reject;
  if (!open) return closed_agent ? Route::agent : Route::voicemail;
  switch (receiver) {
    case Receiver::several:
      return Route::ring;
    case Receiver::single:
      return Route::transfer;
    case Receiver::agent:
      return Route::agent;
    default:
      return Route::voicemail;
  }
}

// `with_schedule`: 0 none, 1 the number's, 2 the user's
void check_all(int with_schedule, bool closed_agent) {
  const std::string hours = with_schedule == 0 ? ""
                                               : std::string("schedule office; ") +
                                                     (closed_agent ? "closed agent bot; " : "closed voicemail; ");
  std::string text = std::string("organisation acme {") + kEntries + users(with_schedule == 2 ? hours : "");
  int last = 0;
  for (const auto& [receiver, words] : kReceivers) {
    text += "number +4910" + std::to_string(last++) + " { " + words + (with_schedule == 1 ? hours : "") + "}\n";
  }
  const Directory directory = good(text + "}");
  for (const Caller& caller : kCallers) {
    for (const Moment& moment : kMoments) {
      for (std::size_t i = 0; i < std::size(kReceivers); ++i) {
        const Receiver receiver = kReceivers[i].first;
        const bool person = receiver != Receiver::agent && receiver != Receiver::nobody;
        const bool scheduled = with_schedule == 1 || (with_schedule == 2 && person);
        // Devices were last seen at 07:00 of the 23rd: what is asked about other days needs them all the same.
        const RingPlan plan =
            directory.plan({.called = "+4910" + std::to_string(i), .caller = caller.number}, at(moment.when), "d");
        Route route = expected(caller, !scheduled || moment.open, receiver, closed_agent);
        const bool seen = at(moment.when) <= at("2026-11-24T07:00:00Z");
        if (!seen && (route == Route::ring || route == Route::transfer)) route = Route::voicemail;
        EXPECT_EQ(plan.route, route) << caller.number << " " << moment.when << " " << kReceivers[i].second << " "
                                     << hours;
        EXPECT_EQ(plan.destinations.empty(), route == Route::voicemail || route == Route::reject);
        EXPECT_EQ(plan.headers.empty(), route != Route::agent);
        if (route == Route::voicemail || route == Route::reject) {
          EXPECT_NE(plan.note, "");
        }
        EXPECT_FALSE(plan.greeting.empty());
      }
    }
  }
}

TEST(DirectoryDecision, EveryCombinationWithoutASchedule) { check_all(0, false); }
TEST(DirectoryDecision, EveryCombinationWithTheNumbersSchedule) {
  check_all(1, false);
  check_all(1, true);
}
TEST(DirectoryDecision, EveryCombinationWithTheUsersSchedule) {
  check_all(2, false);
  check_all(2, true);
}

TEST(DirectoryDecision, TheNumbersHoursReplaceTheUsers) {
  const Directory directory = good(
      "organisation a { schedule day { zone UTC; open mon-sun 08:00-20:00; } schedule night { zone UTC; open mon-sun "
      "20:00-08:00; } user u { schedule day; " +
      sip("p") + "} number +491 { ring u; } number +492 { ring u; schedule night; } }");
  EXPECT_EQ(directory.plan("+491", "+49", at("2026-11-23T10:00:00Z"), "d").route, Route::transfer);
  EXPECT_EQ(directory.plan("+492", "+49", at("2026-11-23T10:00:00Z"), "d").route, Route::voicemail);
  EXPECT_EQ(directory.plan("+492", "+49", at("2026-11-23T20:00:00Z"), "d").route, Route::transfer);
}

TEST(DirectoryDecision, BothDaysOnWhichTheClocksChange) {
  const Directory directory = good(
      "organisation a { schedule s { zone Europe/Berlin; open sun 09:00-10:00; } agent b { to sip:b@h; } "
      "number +491 { agent b; schedule s; } }");
  const auto route = [&](std::string_view when) { return directory.plan("+491", "+49", at(when), "d").route; };
  EXPECT_EQ(route("2026-03-29T06:59:59Z"), Route::voicemail);
  EXPECT_EQ(route("2026-03-29T07:00:00Z"), Route::agent);  // summer already
  EXPECT_EQ(route("2026-03-29T08:00:00Z"), Route::voicemail);
  EXPECT_EQ(route("2026-10-25T07:59:59Z"), Route::voicemail);
  EXPECT_EQ(route("2026-10-25T08:00:00Z"), Route::agent);  // winter already
  EXPECT_EQ(route("2026-10-25T09:00:00Z"), Route::voicemail);
}

TEST(DirectoryDecision, AnonymousCallersAreBlockedWhereItIsSaid) {
  const Directory directory = good("organisation a { block anonymous; reject_as busy; number +491 { voicemail; } }");
  for (const char* caller :
       {"", "anonymous", "Anonymous", "sip:anonymous@anonymous.invalid", "Restricted", "unavailable", "+"}) {
    const RingPlan plan = directory.plan("+491", caller, 1, "d");
    EXPECT_EQ(plan.route, Route::reject) << caller;
    EXPECT_TRUE(plan.busy);
  }
  EXPECT_EQ(directory.plan("+491", "+4930", 1, "d").route, Route::voicemail);
}

TEST(DirectoryDecision, OnlyAPlainSingleDeviceIsTransferred) {
  const Millis now = at("2026-11-23T08:00:00Z");
  const auto route = [&](const std::string& organisation, const std::string& user) {
    const Directory directory =
        good("organisation a { " + organisation + " user u { " + user + " } number +491 { ring u; } }");
    return directory.plan("+491", "+49", now, "d").route;
  };
  const std::string one = sip("p");
  EXPECT_EQ(route("", one), Route::transfer);
  EXPECT_EQ(route("", one + "device old { sip_username gone; }"), Route::transfer);  // only one can be rung
  EXPECT_EQ(route("single_device ring;", one), Route::ring);
  EXPECT_EQ(route("", one + "single_device ring;"), Route::ring);
  EXPECT_EQ(route("single_device ring;", one + "single_device transfer;"), Route::transfer);
  EXPECT_EQ(route("", "device p { number +4917012345; verify press1_if_fast; }"), Route::ring);
  EXPECT_EQ(route("", "device p { number +4917012345; }"), Route::transfer);
  EXPECT_EQ(route("", one + "plan x { wave { device p timeout=20s; } } plan x;"), Route::transfer);
  EXPECT_EQ(route("", one + "plan x { wave { device p verify=press1; } } plan x;"), Route::ring);
  EXPECT_EQ(route("", one + "plan x { wave { device p; } on_winner_lost ring_again; } plan x;"), Route::ring);
  EXPECT_EQ(route("", one + "plan x { wave { device p; } hold_losers 1s; } plan x;"), Route::ring);
}

TEST(DirectoryDecision, TheNumberMayChooseAnotherPlan) {
  const Directory directory =
      good("organisation a { channels 4; user u { " + sip("p") + sip("w") +
           "plan x { wave { device p; device w; } ring 40s; } plan y { wave { device w timeout=10s; } "
           "wave { device p; } } plan x; } number +491 { ring u; } number +492 { ring u; plan y; } }");
  const Millis now = at("2026-11-23T08:00:00Z");
  const RingPlan x = directory.plan("+491", "+49", now, "d");
  EXPECT_EQ(x.name, "x");
  EXPECT_EQ(x.ring_ms, 40'000);
  EXPECT_EQ(x.max_channels, 4);
  const RingPlan y = directory.plan("+492", "+49", now, "d");
  EXPECT_EQ(y.name, "y");
  EXPECT_EQ(y.destinations.at(0).device, "w");
  EXPECT_EQ(y.destinations.at(1).after_ms, 10'000);
}

TEST(DirectoryDecision, EachStepIsSaidInWords) {
  const Directory directory = good(std::string("organisation acme {") + kEntries +
                                   users("schedule office; closed agent bot;") + "number +491 { ring several; } }");
  Directory::Why why;
  (void)directory.plan({.called = "+491", .caller = "+4917012345"}, at("2026-11-23T16:00:00Z"), "d", &why);
  EXPECT_THAT(why, testing::ElementsAre(HasSubstr("rings user several"), "caller *******2345 is not blocked",
                                        "schedule office: Mon 2026-11-23 17:00:00 CET is outside of the hours",
                                        "agent bot takes the call, as the hours are over"));
}

std::string header(const RingPlan& plan, std::string_view name) {
  for (const SipHeader& one : plan.headers) {
    if (one.name == name) return one.value;
  }
  return "(absent)";
}

Directory with_agent(const std::string& settings, const std::string& agent = "") {
  return good("organisation acme { " + settings +
              " agent bot { to sip:bot@agents.example.com; base_url https://api.example.com; "
              "introduction \"Grüß Gott\"; voice alloy; " +
              agent + " } number +4930123 { agent bot; } }");
}

const IncomingCall kCall{.called = "+4930123",
                         .caller = "+4917012345",
                         .caller_name = "Erika Mustermann",
                         .session = "s1",
                         .summary = "asked for an invoice"};

TEST(DirectoryAgent, IsToldWhatTheOrganisationShares) {
  const auto data = [](const RingPlan& plan) { return decode_base64(header(plan, "X-User-Data")).value_or("?"); };
  const RingPlan masked = with_agent("").plan(kCall, 1, "d");
  EXPECT_EQ(masked.route, Route::agent);
  EXPECT_EQ(masked.destinations.at(0).to, "sip:bot@agents.example.com");
  EXPECT_EQ(header(masked, "X-Org-Id"), "acme");
  EXPECT_EQ(header(masked, "X-Base-Url"), "https://api.example.com");
  EXPECT_EQ(header(masked, "X-User-Status"), "available");
  EXPECT_EQ(header(masked, "X-Agent-Voice"), "alloy");
  EXPECT_EQ(header(masked, "X-Agent-Introduction"), "=?UTF-8?B?R3LDvMOfIEdvdHQ=?=");
  EXPECT_EQ(header(masked, "X-Agent-Personality"), "(absent)");
  EXPECT_EQ(header(masked, "X-Conversation-Summary"), "(absent)");
  EXPECT_THAT(data(masked), AllOf(HasSubstr("*******2345"), HasSubstr("+4930123"), Not(HasSubstr("Erika"))));
  const RingPlan none = with_agent("share_with_agents none;").plan(kCall, 1, "d");
  EXPECT_THAT(data(none), AllOf(Not(HasSubstr("2345")), Not(HasSubstr("Erika"))));
  const RingPlan full = with_agent("share_with_agents full;").plan(kCall, 1, "d");
  EXPECT_THAT(data(full), AllOf(HasSubstr("+4917012345"), HasSubstr("Erika Mustermann")));
  EXPECT_EQ(header(full, "X-Conversation-Summary"), "asked for an invoice");
  // The transfer itself shows no more than the headers tell.
  EXPECT_EQ(none.caller_id, "+4930123");
  EXPECT_EQ(masked.caller_id, "+4930123");
  EXPECT_EQ(full.caller_id, "");
}

TEST(DirectoryAgent, AThreadIsOneConversation) {
  const Directory directory = with_agent("");
  IncomingCall other = kCall;
  other.session = "s2";
  const std::string thread = header(directory.plan(kCall, 1, "d"), "X-Thread-Id");
  EXPECT_EQ(thread.size(), 36u);
  EXPECT_EQ(thread, header(directory.plan(kCall, 2, "d"), "X-Thread-Id"));
  EXPECT_NE(thread, header(directory.plan(other, 1, "d"), "X-Thread-Id"));
  EXPECT_THAT(thread, Not(HasSubstr("2345")));
}

TEST(DirectoryAgent, HeadersAreAsciiAndBoundedWhateverTheCallerSends) {
  const Directory directory = with_agent("share_with_agents full;", "personality \"" + std::string(700, 'p') + "\";");
  const std::string names[] = {std::string(5000, 'x'), std::string(3000, '"'),    std::string(3000, '\x01'),
                               "a\r\nX-Evil: 1",       std::string(2000, '\xff'), "Ж" + std::string(500, '\xd0')};
  for (const std::string& name : names) {
    IncomingCall call = kCall;
    call.caller_name = name;
    call.summary = name;
    call.caller = name;
    const RingPlan plan = directory.plan(call, 1, "d");
    std::size_t total = 0;
    for (const SipHeader& one : plan.headers) {
      EXPECT_LE(one.value.size(), limits::kSipHeaderBytes);
      EXPECT_TRUE(std::all_of(one.value.begin(), one.value.end(), [](char c) { return c >= 0x20 && c < 0x7f; }))
          << one.name;
      total += one.name.size() + one.value.size();
    }
    EXPECT_LE(total, limits::kSipHeadersBytes);
    EXPECT_TRUE(parse_json(decode_base64(header(plan, "X-User-Data")).value_or("")));
  }
}

TEST(DirectoryAgent, AnEncodedValueNeverEndsInsideOfACharacter) {
  std::string text;
  for (int i = 0; i < 600; ++i) text += "ü";
  for (std::size_t most = 16; most < 80; ++most) {
    const std::string value = header_value(text, most);
    ASSERT_LE(value.size(), most);
    ASSERT_THAT(value, AllOf(StartsWith("=?UTF-8?B?"), testing::EndsWith("?=")));
    const auto decoded = decode_base64(std::string_view(value).substr(10, value.size() - 12));
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->size() % 2, 0u);
  }
}

Directory calling_out() {
  return good(
      "organisation acme { sip_username acmeown; outbound { caller_id +4930123; block +49900*; do_not_call +4917099; } "
      "user anna { device phone { sip_username annaphone; } outbound { caller_id +4930124; block +1*; } record off; } "
      "user bert { device phone { sip_username bertphone; } } number +4930123 { ring anna; } number +4930124 { ring "
      "bert; } } "
      "organisation other { user eve { device phone { sip_username evephone; } } }");
}

TEST(DirectoryDecision, ATransferRingsNoLongerThanSeveralDevicesWould) {
  const auto timeout_ms = [](const std::string& plan, const PlanRules& rules) {
    const auto directory = Directory::parse(
        "d.conf", "organisation a { user u { device p { number +4917012345; } " + plan + " } number +491 { ring u; } }",
        rules);
    const RingPlan found = directory.value().plan("+491", "+49", 1, "d");
    EXPECT_EQ(found.route, Route::transfer);
    return found.destinations.at(0).timeout_ms;
  };
  EXPECT_EQ(timeout_ms("", {.ring_ms = 20'000, .leg_ms = 30'000}), 20'000);
  EXPECT_EQ(timeout_ms("", {.ring_ms = 30'000, .leg_ms = 12'000}), 12'000);
  EXPECT_EQ(timeout_ms("", {.ring_ms = 2'000, .leg_ms = 2'000}), 5'000);  // the provider's least
  EXPECT_EQ(timeout_ms("plan x { wave { device p timeout=25s; } ring 40s; } plan x;", {.ring_ms = 20'000}), 25'000);
}

TEST(DirectoryOutbound, TransfersWithTheOrganisationsNumber) {
  const Directory directory = calling_out();
  const RingPlan plan = directory.plan_outbound("bertphone", "+4917012345", 1, "sip.example.com");
  EXPECT_EQ(plan.route, Route::transfer);
  EXPECT_TRUE(plan.outbound);
  EXPECT_EQ(plan.organisation, "acme");
  EXPECT_EQ(plan.user, "bert");
  EXPECT_EQ(plan.caller_id, "+4930123");
  EXPECT_EQ(plan.on_unanswered, OnUnanswered::hangup);
  EXPECT_FALSE(plan.no_record);
  EXPECT_EQ(plan.destinations.at(0).to, "+4917012345");
  const RingPlan anna = directory.plan_outbound("sip:annaphone@sip.example.com", "sip:+4917012345@x", 1, "d");
  EXPECT_EQ(anna.route, Route::transfer);
  EXPECT_EQ(anna.caller_id, "+4930124");
  EXPECT_TRUE(anna.no_record);
  EXPECT_EQ(directory.plan_outbound("acmeown", "112", 1, "d").destinations.at(0).to, "112");
}

TEST(DirectoryOutbound, WhatIsBlockedIsHungUp) {
  const Directory directory = calling_out();
  const auto note = [&](std::string_view from, std::string_view to) {
    const RingPlan plan = directory.plan_outbound(from, to, 1, "sip.example.com");
    EXPECT_EQ(plan.route, Route::reject) << to;
    EXPECT_TRUE(plan.outbound);
    EXPECT_TRUE(plan.destinations.empty());
    return plan.note;
  };
  EXPECT_THAT(note("bertphone", "+49900123"), HasSubstr("blocked by organisation acme"));
  EXPECT_THAT(note("bertphone", "0049900123"), HasSubstr("blocked by organisation acme"));
  EXPECT_THAT(note("bertphone", "49900123"), HasSubstr("blocked by organisation acme"));
  EXPECT_THAT(note("bertphone", "+4917099"), HasSubstr("not to be called"));
  EXPECT_THAT(note("annaphone", "+12025550123"), HasSubstr("blocked by user anna"));
  EXPECT_THAT(note("annaphone", "+49900123"), HasSubstr("blocked by organisation acme"));
  EXPECT_THAT(note("nobody", "+4930"), HasSubstr("not in the directory"));
  EXPECT_THAT(note("bertphone", "sip:someone@example.com"), HasSubstr("neither a number nor a device"));
  EXPECT_THAT(note("bertphone", ""), HasSubstr("neither a number"));
  // Credentials: colleagues may be called, other organisations' and one's own organisation's may not (P9, R-051).
  EXPECT_THAT(note("bertphone", "sip:evephone@sip.example.com"), HasSubstr("not a device of organisation acme"));
  EXPECT_THAT(note("bertphone", "sip:acmeown@sip.example.com"), HasSubstr("not a device of organisation acme"));
  EXPECT_EQ(directory.plan_outbound("bertphone", "sip:annaphone@elsewhere", 1, "sip.example.com").destinations.at(0).to,
            "sip:annaphone@sip.example.com");
}

TEST(DirectoryJoining, ADeviceThatWakesUpRingsAsItsPlanSays) {
  const Millis now = at("2026-11-23T08:00:00Z");
  const Directory directory =
      good("organisation a { user u { " + sip("p") + sip("w") + sip("x") +
           "device old { sip_username old; } device back { sip_username back; last_active_at 2026-11-01T07:00:00Z; "
           "credential_expires_at never; } plan x { wave { device p timeout=10s; } wave { device w "
           "verify=press1 priority=3 timeout=12s; } ring 45s; } plan x; } number +491 { ring u; } }");
  const RingPlan plan = directory.plan("+491", "+49", now, "d");
  const auto joined = directory.joining(plan, "w", now, "d");
  ASSERT_TRUE(joined);
  EXPECT_EQ(joined->after_ms, 0);
  EXPECT_EQ(joined->timeout_ms, 12'000);
  EXPECT_EQ(joined->verify, Verify::press1);
  EXPECT_EQ(joined->priority, 3);
  EXPECT_FALSE(directory.joining(plan, "x", now, "d"));    // the plan does not ring it
  EXPECT_FALSE(directory.joining(plan, "old", now, "d"));  // R-047
  EXPECT_FALSE(directory.joining(plan, "none", now, "d"));
  RingPlan plain = plan;
  plain.name.clear();
  EXPECT_TRUE(directory.joining(plain, "x", now, "d"));
  EXPECT_TRUE(directory.joining(plain, "back", now, "d"));  // that it registers is what it was missing
  EXPECT_FALSE(directory.joining(plain, "old", now, "d"));  // a credential without an expiry stays one
}

TEST(DirectoryFile, NewEntriesAreCheckedWithTheirLines) {
  const auto in = [](const std::string& body) { return complaint("organisation a {\n" + body + "\n}"); };
  EXPECT_THAT(in("number +491 { ring u;\nschedule s; }\nuser u { }"),
              AllOf(StartsWith("d.conf:3: "), HasSubstr("no schedule \"s\"")));
  EXPECT_THAT(in("schedule office { zone UTC; open mon 09:00-10:00; }\nuser u { schedule offce; }"),
              HasSubstr("did you mean \"office\"?"));
  EXPECT_THAT(in("number +491 { agent b; }"), HasSubstr("no agent \"b\""));
  EXPECT_THAT(in("number +491 { voicemail; closed agent b; }"), HasSubstr("no agent \"b\""));
  EXPECT_THAT(in("agent b { to sip:b@h; }\nnumber +491 { voicemail;\nclosed agent b; }"),
              AllOf(StartsWith("d.conf:4: "), HasSubstr("without a schedule")));
  EXPECT_THAT(in("number +491 { voicemail; closed maybe; }"), HasSubstr("closed voicemail; or closed agent NAME;"));
  EXPECT_THAT(in("number +491 { voicemail; plan p; }"), HasSubstr("expected ring USER; with it"));
  EXPECT_THAT(in("user u { }\nnumber +491 { ring u;\nplan p; }"),
              AllOf(StartsWith("d.conf:4: "), HasSubstr("no plan \"p\"")));
  EXPECT_THAT(in("number +491 { ring u; agent b; }"), HasSubstr("exactly one receiver"));
  for (const char* pattern : {"49900", "+", "+*", "*", "+0*", "+49a", "nobody", "+49**"}) {
    EXPECT_THAT(in(std::string("block ") + pattern + ";"), HasSubstr("is not a number")) << pattern;
  }
  EXPECT_THAT(in("block;"), HasSubstr("takes numbers"));
  EXPECT_THAT(in("channels 0;"), HasSubstr("expected a number from 1"));
  EXPECT_THAT(in("single_device both;"), HasSubstr("expected transfer, ring"));
  EXPECT_THAT(in("record maybe;"), HasSubstr("expected on, off"));
  EXPECT_THAT(in("reject_as gone;"), HasSubstr("expected rejected, busy"));
  EXPECT_THAT(in("share_with_agents all;"), HasSubstr("expected none, masked, full"));
  EXPECT_THAT(in("outbound { caller_id +4930; }"), HasSubstr("no number \"+4930\""));
  EXPECT_THAT(in("outbound { caller_id +4930; }\nnumber +4930 { voicemail; }"), "accepted");
  EXPECT_THAT(in("outbound { }\noutbound { }"), HasSubstr("second time"));
  for (const char* to : {"b@h", "sip:b", "sip:@h", "sip:b@", "\"sip:b@h x\"", "\"sip:b@h>\"", "https://b@h"}) {
    EXPECT_THAT(in(std::string("agent b { to ") + to + "; }"), HasSubstr("is not a SIP address")) << to;
  }
  EXPECT_THAT(in("agent b { voice x; }"), HasSubstr("has no address"));
  EXPECT_THAT(in("agent b { to sip:b@h; introduction \"" + std::string(701, 'x') + "\"; }"),
              HasSubstr("1 to 700 bytes"));
  EXPECT_THAT(in("user u { device d { number 0170; } }"), HasSubstr("international"));
  EXPECT_THAT(in("user u { device d { number +49170; sip_username x; } }"), HasSubstr("one of both"));
  EXPECT_THAT(in("user u { device d {\nnumber +4930; } }\nnumber +4930 { ring u; }"),
              AllOf(StartsWith("d.conf:3: "), HasSubstr("the call would come back")));
}

TEST(DirectoryFile, EverythingIsReadBackAsTheSameDirectory) {
  const Directory first = good(
      "organisation acme { channels 7; record off; single_device ring; share_with_agents none; reject_as busy; block "
      "+49900* "
      "anonymous +491; outbound { caller_id +4930; do_not_call +492; } schedule s { zone Asia/Kolkata; open mon-fri "
      "09:00-17:00; except 12-25 closed; } agent b { to sip:b@h; base_url http://x; introduction \"Say \\\"hi\\\"\"; } "
      "user u { device p { number +4917012345; verify amd; } " +
      sip("w") +
      "plan x { wave { device p; } wave after=5s { device "
      "w delay=1s verify=none; } ring 40s; } plan x; schedule s; closed agent b; block +493; single_device transfer; "
      "record on; "
      "outbound { caller_id +4930; block +1*; } } number +4930 { ring u; plan x; schedule s; closed agent b; } number "
      "+4931 { "
      "agent b; } number +4932 { voicemail; schedule s; closed voicemail; } }");
  const Directory second = good(first.text());
  EXPECT_EQ(second.text(), first.text());
  const IncomingCall call{.called = "+4930", .caller = "+495", .every_device = true};
  for (const char* when : {"2026-11-23T08:00:00Z", "2026-11-23T18:00:00Z"}) {
    EXPECT_EQ(second.plan(call, at(when), "d"), first.plan(call, at(when), "d"));
  }
  EXPECT_EQ(second.plan(call, at("2026-11-23T08:00:00Z"), "d").destinations.size(), 2u);
}

}  // namespace
}  // namespace ringfence
