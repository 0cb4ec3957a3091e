// webhook_status in its three formats, from made-up numbers: what a program reads of it, and that nothing is cut off.
#include "observe/render.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "observe/words.h"
#include "shared/json.h"
#include "support/exposition.h"
#include "support/markup.h"

namespace ringfence::observe {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::array<std::uint32_t, 3> kBounds{10, 50, 5000};

// A busy day: one scheme at work, one in dry run, one that has seen nothing; one zone short of memory.
class Render : public ::testing::Test {
 protected:
  Render() {
    schemes[0].name = "telnyx";
    set(schemes[0].outcomes, {{Outcome::accepted, 12'345}, {Outcome::duplicate, 67}, {Outcome::forged, 8}});
    schemes[0].verify_times = {12'000, 400, 15, 5};
    schemes[0].verify_ns = 1'234'567'890;
    schemes[1].name = "stripe";
    set(schemes[1].dry_run, {{Outcome::accepted, 40}, {Outcome::stale, 2}});
    schemes[2].name = "github";
    zones[0] = {.name = "calls", .bytes = 32 << 20, .table = {.capacity = 1'000'000, .entries = 250'000, .claims = 9}};
    zones[1] = {.name = "small", .bytes = 65'536, .table = {.evictions_early = 3, .full = 2}};
    snapshot.version = "1.2.3";
    snapshot.server_version = "1.22.1";
    snapshot.taken_at = "Sat, 21 Nov 2026 11:00:00 GMT";
    snapshot.verify_bounds_us = kBounds;
    snapshot.schemes = schemes;
    snapshot.zones = zones;
    set(snapshot.handovers, {{Outcome::accepted, 12'340}, {Outcome::later, 5}});
    snapshot.frames_sent = 12'350;
    snapshot.bytes_sent = 9'000'000;
    snapshot.retries = 5;
    snapshot.broken_replies = 1;
    snapshot.api_requests = 77;
    snapshot.log_suppressed = 4;
  }
  static void set(PerOutcome& numbers, std::initializer_list<std::pair<Outcome, std::uint64_t>> values) {
    for (const auto& [outcome, number] : values) numbers[static_cast<std::size_t>(outcome)] = number;
  }
  [[nodiscard]] std::string text(StatusFormat format) const {
    std::string out(render(format, snapshot, {}), '\0');
    EXPECT_EQ(render(format, snapshot, out), out.size());
    return out;
  }
  // One number by its path.
  [[nodiscard]] static std::int64_t number(const Json& json, std::initializer_list<const char*> path) {
    const json_t* at = json.get();
    for (const char* key : path) at = json_object_get(at, key);
    return json_is_integer(at) ? json_integer_value(at) : -1;
  }

  std::vector<SchemeNumbers> schemes{3};
  std::vector<ZoneNumbers> zones{2};
  Snapshot snapshot;
};

constexpr std::array kFormats{StatusFormat::json, StatusFormat::prometheus, StatusFormat::html};

TEST_F(Render, WritesNotABytePastTheRoomItHas) {
  for (const StatusFormat format : kFormats) {
    const std::string whole = text(format);
    for (const std::size_t room : {std::size_t{0}, std::size_t{1}, whole.size() / 2, whole.size() - 1}) {
      std::string out(room + 1, '#');
      EXPECT_EQ(render(format, snapshot, std::span(out).first(room)), whole.size());
      EXPECT_EQ(out, whole.substr(0, room) + "#");
    }
  }
}

TEST_F(Render, IsCompleteForAsManySchemesAsThereAreSlots) {
  const std::string name(31, 'n');
  std::vector<std::string> names;
  for (int i = 0; i < 64; ++i) names.push_back(name.substr(3) + std::to_string(100 + i));
  schemes.assign(64, {});
  for (std::size_t i = 0; i < 64; ++i) {
    schemes[i].name = names[i];
    schemes[i].outcomes.fill(~std::uint64_t{0} / 1'000'000);
    schemes[i].dry_run.fill(7);
    schemes[i].verify_times.fill(1);
  }
  snapshot.schemes = schemes;
  EXPECT_TRUE(parse_json(text(StatusFormat::json)).has_value());
  EXPECT_EQ(test::Exposition(text(StatusFormat::prometheus)).error(), "");
  EXPECT_EQ(test::Markup(text(StatusFormat::html)).error(), "");
}

TEST_F(Render, SaysSomethingUsefulBeforeAnythingIsConfigured) {
  snapshot = {};
  EXPECT_EQ(dump_json(parse_json(text(StatusFormat::json)).value().get()).substr(0, 13), "{\"outcomes\":{");
  EXPECT_EQ(test::Exposition(text(StatusFormat::prometheus)).error(), "");
  const test::Markup page(text(StatusFormat::html));
  EXPECT_EQ(page.error(), "");
  EXPECT_THAT(page.text(), HasSubstr("No location verifies webhooks yet."));
  EXPECT_THAT(page.text(), HasSubstr("Nothing needs attention."));
}

TEST_F(Render, JsonKeepsItsShapeAndAddsSchemes) {
  const Json json = parse_json(text(StatusFormat::json)).value();
  EXPECT_EQ(number(json, {"outcomes", "accepted"}), 12'345);
  EXPECT_EQ(number(json, {"outcomes", "unsigned"}), 0);
  EXPECT_EQ(number(json, {"worker", "frames_sent"}), 12'350);
  EXPECT_EQ(number(json, {"worker", "bytes_sent"}), 9'000'000);
  EXPECT_EQ(number(json, {"worker", "retries"}), 5);
  EXPECT_EQ(number(json, {"worker", "broken_replies"}), 1);
  EXPECT_EQ(number(json, {"worker", "api_requests"}), 77);
  EXPECT_EQ(number(json, {"handovers", "later"}), 5);
  EXPECT_EQ(number(json, {"zones", "calls", "capacity"}), 1'000'000);
  EXPECT_EQ(number(json, {"zones", "calls", "bytes"}), 32 << 20);
  EXPECT_EQ(number(json, {"zones", "small", "evictions_early"}), 3);
  EXPECT_EQ(number(json, {"schemes", "telnyx", "outcomes", "forged"}), 8);
  EXPECT_EQ(number(json, {"schemes", "telnyx", "verify", "count"}), 12'420);
  EXPECT_EQ(number(json, {"schemes", "telnyx", "verify", "sum_us"}), 1'234'567);
  EXPECT_EQ(number(json, {"schemes", "telnyx", "verify", "at_most_us", "50"}), 12'400);
  EXPECT_EQ(number(json, {"schemes", "stripe", "dry_run", "stale"}), 2);
  EXPECT_EQ(number(json, {"schemes", "stripe", "outcomes", "stale"}), 0);
  EXPECT_EQ(number(json, {"log_suppressed"}), 4);
}

TEST_F(Render, PrometheusTellsEachFamilyOnceAndAddsUp) {
  const test::Exposition metrics(text(StatusFormat::prometheus));
  ASSERT_EQ(metrics.error(), "");
  EXPECT_EQ(metrics.value(R"(nginx_webhook_info{version="1.2.3",nginx="1.22.1"})"), 1);
  EXPECT_EQ(metrics.value(R"(nginx_webhook_requests_total{scheme="telnyx",result="accepted"})"), 12'345);
  EXPECT_EQ(metrics.value(R"(nginx_webhook_requests_total{scheme="github",result="unsigned"})"), 0);
  EXPECT_EQ(metrics.value(R"(nginx_webhook_requests_total{scheme="stripe",result="stale_dry_run"})"), 2);
  EXPECT_EQ(metrics.value(R"(nginx_webhook_requests_total{scheme="telnyx",result="stale_dry_run"})"), -1);
  EXPECT_EQ(metrics.value(R"(nginx_webhook_verify_seconds_bucket{scheme="telnyx",le="0.00001"})"), 12'000);
  EXPECT_EQ(metrics.value(R"(nginx_webhook_verify_seconds_bucket{scheme="telnyx",le="0.005"})"), 12'415);
  EXPECT_EQ(metrics.value(R"(nginx_webhook_verify_seconds_bucket{scheme="telnyx",le="+Inf"})"), 12'420);
  EXPECT_EQ(metrics.value(R"(nginx_webhook_verify_seconds_count{scheme="telnyx"})"), 12'420);
  EXPECT_DOUBLE_EQ(metrics.value(R"(nginx_webhook_verify_seconds_sum{scheme="telnyx"})"), 1.23456789);
  EXPECT_EQ(metrics.value(R"(nginx_webhook_dedup_entries{zone="calls"})"), 250'000);
  EXPECT_EQ(metrics.value(R"(nginx_webhook_dedup_capacity{zone="calls"})"), 1'000'000);
  EXPECT_EQ(metrics.value(R"(nginx_webhook_dedup_claims_total{zone="calls"})"), 9);
  EXPECT_EQ(metrics.value(R"(nginx_webhook_dedup_evictions_early_total{zone="small"})"), 3);
  EXPECT_EQ(metrics.value(R"(nginx_webhook_dedup_full_total{zone="small"})"), 2);
  EXPECT_EQ(metrics.value(R"(nginx_webhook_zone_bytes{zone="small"})"), 65'536);
  EXPECT_EQ(metrics.value(R"(nginx_webhook_handover_total{result="later"})"), 5);
  EXPECT_EQ(metrics.value("nginx_webhook_handover_retries_total"), 5);
  EXPECT_EQ(metrics.value("nginx_webhook_api_requests_total"), 77);
  EXPECT_EQ(metrics.value("nginx_webhook_log_suppressed_total"), 4);
}

TEST_F(Render, EscapesNamesForWhereTheyStand) {
  schemes[0].name = "a\"b\\c<d>&'e";
  zones[0].name = "z\n\x01\xff\xc3\xa9";  // a line feed, a control character, no UTF-8, and an e with an accent
  EXPECT_EQ(number(parse_json(text(StatusFormat::json)).value(), {"schemes", "a\"b\\c<d>&'e", "outcomes", "forged"}),
            8);
  EXPECT_EQ(number(parse_json(text(StatusFormat::json)).value(), {"zones", "z???\xc3\xa9", "claims"}), 9);
  const test::Exposition metrics(text(StatusFormat::prometheus));
  EXPECT_EQ(metrics.error(), "");
  EXPECT_EQ(metrics.value(R"(nginx_webhook_requests_total{scheme="a\"b\\c<d>&'e",result="forged"})"), 8);
  const std::string html = text(StatusFormat::html);
  EXPECT_EQ(test::Markup(html).error(), "");
  EXPECT_THAT(html, HasSubstr("<h2>a&quot;b\\c&lt;d&gt;&amp;&#39;e</h2>"));
}

TEST_F(Render, ThePageNeedsNothingButItself) {
  const std::string html = text(StatusFormat::html);
  const test::Markup page(html);
  ASSERT_EQ(page.error(), "");
  for (const char* element : {"script", "img", "link", "iframe", "form", "object", "embed"}) {
    EXPECT_FALSE(page.has(element)) << element;
  }
  for (const char* attribute : {"src", "href", "onclick", "onload", "action"}) {
    EXPECT_FALSE(page.has_attribute(attribute)) << attribute;
  }
  EXPECT_THAT(html, Not(HasSubstr("url(")));
  EXPECT_THAT(html, Not(HasSubstr("@import")));
}

TEST_F(Render, ThePageSaysInPlainWordsWhatHappenedAndWhatToDo) {
  const test::Markup page(text(StatusFormat::html));
  for (const Outcome outcome : {Outcome::accepted, Outcome::duplicate, Outcome::forged}) {
    EXPECT_THAT(page.text(), HasSubstr(std::string(words_for(outcome).meaning)));
    EXPECT_THAT(page.text(), HasSubstr(std::string(words_for(outcome).advice)));
  }
  EXPECT_THAT(page.text(), Not(HasSubstr(std::string(words_for(Outcome::too_large).meaning)))) << "there was none";
  EXPECT_THAT(page.text(), HasSubstr("stale_dry_run"));
  EXPECT_THAT(page.text(), HasSubstr("No request yet."));
  EXPECT_THAT(page.text(), HasSubstr("12,345"));
  EXPECT_THAT(page.text(), HasSubstr("250,000 of 1,000,000"));
}

TEST_F(Render, ThePagePointsAtWhatIsWrong) {
  EXPECT_THAT(test::Markup(text(StatusFormat::html)).text(), HasSubstr(" forgot 3 ids before their window was over"));
  EXPECT_THAT(test::Markup(text(StatusFormat::html)).text(), HasSubstr(" turned away 2 events for want of room"));
  EXPECT_THAT(test::Markup(text(StatusFormat::html)).text(), HasSubstr("1 replies of a worker were no verdicts"));
  EXPECT_THAT(test::Markup(text(StatusFormat::html)).text(), HasSubstr("dry run: 42 of its requests"));
  EXPECT_THAT(test::Markup(text(StatusFormat::html)).text(), Not(HasSubstr("a wrong key, a wrong scheme")));
  set(schemes[0].outcomes, {{Outcome::forged, 99'999}});
  EXPECT_THAT(test::Markup(text(StatusFormat::html)).text(), HasSubstr("a wrong key, a wrong scheme"));
}

TEST(Words, ThereAreSomeForEveryOutcome) {
  for (std::size_t i = 1; i < kOutcomes; ++i) {
    const Words& words = words_for(static_cast<Outcome>(i));
    for (const std::string_view text : {words.meaning, words.advice}) {
      EXPECT_FALSE(text.empty());
      EXPECT_TRUE(text.ends_with('.') || text.ends_with('?')) << text;
      EXPECT_EQ(text.find_first_of("<>&"), std::string_view::npos) << text;
    }
  }
}

TEST(TextWriter, RoundsQuotients) {
  const auto text = [](std::uint64_t number, std::uint64_t divisor, unsigned digits) {
    char room[64];
    TextWriter out(room);
    out.quotient(number, divisor, digits);
    return std::string(room, out.size());
  };
  EXPECT_EQ(text(1, 3, 2), "0.33");
  EXPECT_EQ(text(2, 3, 2), "0.67");
  EXPECT_EQ(text(1999, 1000, 2), "2.00");
  EXPECT_EQ(text(5, 1'000'000, 6), "0.000005");
  EXPECT_EQ(text(7, 0, 3), "0");
  EXPECT_EQ(text(~std::uint64_t{0}, 1'000'000'000, 9), "18446744073.709551615");
}

TEST(TextWriter, GroupsDigitsByThree) {
  const auto text = [](std::uint64_t number) {
    char room[64];
    TextWriter out(room);
    out.grouped(number);
    return std::string(room, out.size());
  };
  EXPECT_EQ(text(0), "0");
  EXPECT_EQ(text(999), "999");
  EXPECT_EQ(text(1'000), "1,000");
  EXPECT_EQ(text(12'345), "12,345");
  EXPECT_EQ(text(123'456'789), "123,456,789");
}

}  // namespace
}  // namespace ringfence::observe
