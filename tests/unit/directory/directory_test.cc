// The directory file: what it accepts, what it refuses and where it points, and whom a call rings (R-047, R-051,
//
#include "directory/directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "core/utc_time.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr Millis kHourMs = 3'600'000;

Millis at(std::string_view text) { return parse_utc(text).value_or(-1); }

Directory good(const std::string& text) {
  Result<Directory> parsed = Directory::parse("d.conf", text);
  EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().text);
  return parsed ? std::move(*parsed) : Directory{};
}

std::string complaint(const std::string& text) {
  const Result<Directory> parsed = Directory::parse("d.conf", text);
  return parsed ? "accepted" : parsed.error().text;
}

std::string device(const std::string& name, const std::string& sip, const std::string& active,
                   const std::string& expires) {
  return "device " + name + " { sip_username " + sip + "; last_active_at " + active + "; credential_expires_at " +
         expires + "; }";
}

std::string acme(const std::string& devices) {
  return "organisation acme { sip_username gencredORG; user anna { " + devices +
         " } number +4930123456 { ring anna; } }";
}

const std::string kActive = "2026-11-21T07:00:00Z";
const std::string kExpires = "2026-12-21T07:00:00Z";

TEST(DirectoryPlan, RingsEveryDeviceThatMayBeDialled) {
  const Directory directory = good(acme(device("phone", "gencredA", kActive, kExpires) +  //
                                        device("web", "gencredB", kActive, "never")));
  const RingPlan plan = directory.plan("+4930123456", "+4915112345", at("2026-11-21T08:00:00Z"), "sip.telnyx.com");
  EXPECT_EQ(plan.organisation, "acme");
  EXPECT_EQ(plan.user, "anna");
  EXPECT_EQ(plan.note, "");
  ASSERT_EQ(plan.destinations.size(), 2u);
  EXPECT_EQ(plan.destinations[0].device, "phone");
  EXPECT_EQ(plan.destinations[0].to, "sip:gencredA@sip.telnyx.com");
  EXPECT_EQ(plan.destinations[1].to, "sip:gencredB@sip.telnyx.com");
}

TEST(DirectoryPlan, ExpiryIsABoundaryThatCountsAsExpired) {
  const Directory directory = good(acme(device("phone", "gencredA", kActive, "2026-11-21T09:00:00Z")));
  const Millis expiry = at("2026-11-21T09:00:00Z");
  EXPECT_EQ(directory.plan("+4930123456", "+4915112345", expiry - 1, "d").destinations.size(), 1u);
  EXPECT_EQ(directory.plan("+4930123456", "+4915112345", expiry, "d").destinations.size(), 0u);
  EXPECT_EQ(directory.plan("+4930123456", "+4915112345", expiry, "d").note, "phone has an expired credential");
}

TEST(DirectoryPlan, ActiveExactlyADayAgoIsStillDialled) {
  const Directory directory = good(acme(device("phone", "gencredA", kActive, kExpires)));
  const Millis limit = at(kActive) + 24 * kHourMs;
  EXPECT_EQ(directory.plan("+4930123456", "+4915112345", limit, "d").destinations.size(), 1u);
  EXPECT_EQ(directory.plan("+4930123456", "+4915112345", limit + 1, "d").destinations.size(), 0u);
}

TEST(DirectoryPlan, WhatWasNeverSaidIsNotDialled) {
  const Millis now = at("2026-11-21T08:00:00Z");
  const auto count = [&](const std::string& body) {
    return good(acme("device phone { " + body + " }")).plan("+4930123456", "+4915112345", now, "d").destinations.size();
  };
  EXPECT_EQ(count("sip_username a; last_active_at " + kActive + "; credential_expires_at " + kExpires + ";"), 1u);
  EXPECT_EQ(count("last_active_at " + kActive + "; credential_expires_at " + kExpires + ";"), 0u);
  EXPECT_EQ(count("sip_username a; credential_expires_at " + kExpires + ";"), 0u);
  EXPECT_EQ(count("sip_username a; last_active_at never; credential_expires_at " + kExpires + ";"), 0u);
  EXPECT_EQ(count("sip_username a; last_active_at " + kActive + ";"), 0u);
}

TEST(DirectoryPlan, UnknownNumberIsVoicemailAndItsNoteIsMasked) {
  const RingPlan plan = good(acme("")).plan("+4930777777", "+4915112345", 1, "d");
  EXPECT_TRUE(plan.destinations.empty());
  EXPECT_FALSE(plan.greeting.empty());
  EXPECT_THAT(plan.note, HasSubstr("7777 is not in the directory"));
  EXPECT_THAT(plan.note, Not(HasSubstr("+4930777777")));
}

TEST(DirectoryPlan, VoicemailNumberRingsNobody) {
  const Directory directory = good("organisation acme { greeting \"Hallo.\"; number +49309999 { voicemail; } }");
  const RingPlan plan = directory.plan("+49309999", "+4915112345", 1, "d");
  EXPECT_TRUE(plan.destinations.empty());
  EXPECT_EQ(plan.user, "");
  EXPECT_EQ(plan.greeting, "Hallo.");
}

TEST(DirectoryPlan, SameUserNameInTwoOrganisationsStaysApart) {
  const Directory directory = good("organisation a { user anna { " + device("phone", "credA", kActive, kExpires) +
                                   " } number +491 { ring anna; } }" + "organisation b { user anna { " +
                                   device("phone", "credB", kActive, kExpires) + " } number +492 { ring anna; } }");
  const Millis now = at("2026-11-21T08:00:00Z");
  EXPECT_EQ(directory.plan("+491", "+4915112345", now, "d").destinations.at(0).to, "sip:credA@d");
  EXPECT_EQ(directory.plan("+492", "+4915112345", now, "d").destinations.at(0).to, "sip:credB@d");
}

TEST(DirectoryFile, TheOrganisationsOwnCredentialIsRefusedForADevice) {
  const std::string dev = device("phone", "gencredORG", kActive, kExpires);
  EXPECT_THAT(complaint("organisation acme {\n sip_username gencredORG;\n user anna {\n" + dev + "\n}\n}"),
              AllOf(StartsWith("d.conf:4: "), HasSubstr("line 2"), HasSubstr("never dialled")));
  // Also when the organisation says so after the device, or is another one.
  EXPECT_THAT(complaint("organisation acme {\n user anna {\n" + dev + "\n}\n sip_username gencredORG;\n}"),
              AllOf(StartsWith("d.conf:3: "), HasSubstr("line 5")));
  EXPECT_THAT(complaint("organisation a { user anna { " + dev + " } }\norganisation b { sip_username gencredORG; }"),
              StartsWith("d.conf:1: "));
}

TEST(DirectoryFile, DuplicatesAreRefusedNamingBothLines) {
  EXPECT_THAT(
      complaint(
          "organisation a { number +4930123 { voicemail; } }\norganisation b {\n number +4930123 { voicemail; } }"),
      AllOf(StartsWith("d.conf:3: "), HasSubstr("line 1")));
  EXPECT_THAT(complaint("organisation a { }\norganisation a { }"),
              AllOf(StartsWith("d.conf:2: "), HasSubstr("line 1")));
  EXPECT_THAT(complaint("organisation a { user u { }\nuser u { } }"),
              AllOf(StartsWith("d.conf:2: "), HasSubstr("line 1")));
  EXPECT_THAT(complaint(acme("device p { }\ndevice p { }")), AllOf(StartsWith("d.conf:2: "), HasSubstr("line 1")));
  EXPECT_THAT(complaint("organisation a { greeting x;\ngreeting y; }"),
              AllOf(StartsWith("d.conf:2: "), HasSubstr("line 1")));
  EXPECT_THAT(complaint(acme(device("p", "credX", kActive, kExpires) + "\n" + device("w", "credX", kActive, kExpires))),
              AllOf(StartsWith("d.conf:2: "), HasSubstr("line 1"), HasSubstr("one device for each credential")));
}

TEST(DirectoryFile, UnknownDirectivesSayWhatWasMeant) {
  EXPECT_THAT(complaint("organization acme { }"), HasSubstr("did you mean \"organisation\"?"));
  EXPECT_THAT(complaint("organisation a {\n greetings x; }"),
              AllOf(StartsWith("d.conf:2: "), HasSubstr("\"greeting\"?")));
  EXPECT_THAT(complaint(acme("device p { sip_user a; }")), HasSubstr("did you mean \"sip_username\"?"));
  EXPECT_THAT(complaint(acme("device p { colour red; }")),
              HasSubstr("expected sip_username, last_active_at, credential_expires_at"));
  EXPECT_THAT(complaint("organisation a { user anna { } number +4930123 { ring ana; } }"),
              HasSubstr("did you mean \"anna\"?"));
}

TEST(DirectoryFile, AUserMayComeAfterTheNumberThatRingsIt) {
  EXPECT_EQ(complaint("organisation a { number +4930123 { ring anna; } user anna { } }"), "accepted");
}

TEST(DirectoryFile, NumbersAreInternationalAndHaveOneReceiver) {
  for (const std::string number : {"4930123", "+0301234", "+49 30", "+49x", "+4930123456789012345", "+4"}) {
    EXPECT_THAT(complaint("organisation a { number \"" + number + "\" { voicemail; } }"), HasSubstr("international"))
        << number;
  }
  EXPECT_THAT(complaint("organisation a { number +4930123 { } }"), HasSubstr("exactly one receiver"));
  EXPECT_THAT(complaint("organisation a { number +4930123 { voicemail; voicemail; } }"), HasSubstr("exactly one"));
  EXPECT_THAT(complaint("organisation a { number +4930123 { voicemail now; } }"), HasSubstr("voicemail;"));
}

TEST(DirectoryFile, TimesAreStrict) {
  for (const std::string time :
       {"2026-11-21", "2026-11-21T07:00:00", "2026-11-21T07:00:00+01:00", "2026-11-21 07:00:00Z",
        "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-21T24:00:00Z", "2026-11-21T07:60:00Z",
        "2026-11-21T07:00:60Z", "1969-12-31T23:59:59Z", "now", "0"}) {
    EXPECT_THAT(complaint(acme("device p { last_active_at \"" + time + "\"; }")), HasSubstr("is not a time")) << time;
  }
  EXPECT_EQ(at("1970-01-01T00:00:01Z"), 1000);
  EXPECT_EQ(at("2026-11-21T07:00:00Z"), 1795244400000);
  EXPECT_EQ(at("2024-02-29T23:59:59Z"), 1709251199000);
  EXPECT_EQ(format_utc(1709251199000), "2024-02-29T23:59:59Z");
}

TEST(DirectoryFile, DevicesOfOneUserAreBounded) {
  std::string devices;
  for (std::size_t i = 0; i < limits::kLegs; ++i) {
    devices += device("d" + std::to_string(i), "cred" + std::to_string(i), kActive, kExpires);
  }
  EXPECT_EQ(good(acme(devices)).plan("+4930123456", "+4915112345", at(kActive), "d").destinations.size(),
            limits::kLegs);
  EXPECT_THAT(complaint(acme(devices + "\n" + device("more", "credmore", kActive, kExpires))),
              AllOf(StartsWith("d.conf:2: "), HasSubstr("at most 64")));
}

TEST(DirectoryFile, SyntaxErrorsNameTheLine) {
  EXPECT_THAT(complaint("organisation a {\n greeting \"x\"\n}"), StartsWith("d.conf:"));
  EXPECT_THAT(complaint("organisation a b { }"), StartsWith("d.conf:1: "));
  EXPECT_THAT(complaint("organisation \"a b\" { }"), HasSubstr("is not a name"));
  EXPECT_THAT(complaint("organisation a;"), HasSubstr("needs one name and a block"));
  EXPECT_THAT(complaint(acme("device p { sip_username sip:a@b; }")), HasSubstr("without sip:"));
}

TEST(DirectoryFile, TextIsReadBackAsTheSameDirectory) {
  const Directory first = good(
      "organisation acme { greeting \"Say \\\"hi\\\" \\\\ to $x ${y} {};# 'all'\tnow\nplease\"; sip_username org; user "
      "anna { " +
      device("phone", "credA", kActive, "never") + "device bare { } } user empty { } " +
      "number +4930123 { ring anna; } number +4930124 { voicemail; } }");
  const Directory second = good(first.text());
  EXPECT_EQ(second.text(), first.text());
  EXPECT_EQ(second.organisations().at(0).greeting, first.organisations().at(0).greeting);
  EXPECT_EQ(first.organisations().at(0).greeting, "Say \"hi\" \\ to $x ${y} {};# 'all'\tnow\nplease");
  EXPECT_EQ(second.organisations().at(0).users.at(0).devices.at(0).credential_expires_ms, kNeverExpires);
}

TEST(DirectoryFile, AnEmptyFileIsAnEmptyDirectory) { EXPECT_TRUE(good("# nothing yet\n").organisations().empty()); }

TEST(DirectoryFile, TheSampleIsAccepted) {
  std::ifstream file(RINGFENCE_SOURCE_DIR "/conf/directory.conf.sample");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  ASSERT_FALSE(text.empty());
  const Directory directory = good(text);
  // A Saturday: the hours are over.
  EXPECT_EQ(directory.plan("+4930123456", "+4915112345", at("2026-11-21T08:00:00Z"), "d").route, Route::agent);
  const RingPlan plan = directory.plan({.called = "+4930123456", .caller = "+4915112345", .every_device = true},
                                       at("2026-11-23T08:00:00Z"), "d");
  EXPECT_EQ(plan.route, Route::ring);
  EXPECT_EQ(plan.destinations.size(), 3u);
  EXPECT_EQ(directory.plan("+4930123456", "anonymous", at("2026-11-23T08:00:00Z"), "d").route, Route::reject);
  const std::string text_again = directory.text();
  EXPECT_EQ(good(text_again).text(), text_again);
}

}  // namespace
}  // namespace ringfence
