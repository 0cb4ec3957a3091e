// ringd.conf as values: defaults, every rule between directives, and errors that name FILE:LINE.
#include "settings/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <string>

#include "settings/settings_table.h"

namespace ringfence {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::string_view kLeast = "telnyx { api_key_file /k; }\n";

[[nodiscard]] Settings parsed(const std::string& text) {
  const auto settings = parse_settings("t.conf", text);
  EXPECT_TRUE(settings) << settings.error().text;
  return settings.value_or(Settings{});
}

[[nodiscard]] std::string error_of(const std::string& text) {
  const auto settings = parse_settings("t.conf", text);
  EXPECT_FALSE(settings) << text;
  return settings ? "" : settings.error().text;
}

TEST(SettingsTest, TheLeastFileGivesTheDefaultsOfThePolicy) {
  const Settings settings = parsed(std::string(kLeast));
  const Policy defaults;
  for (const auto& [key, field] : policy_times()) EXPECT_EQ(settings.policy.*field, defaults.*field) << key;
  for (const auto& [key, field] : policy_counts()) EXPECT_EQ(settings.policy.*field, defaults.*field) << key;
  // A new field of Policy must get a directive: its size is known to this test.
  EXPECT_EQ(sizeof(Policy),
            (policy_times().size() * sizeof(Millis) + policy_counts().size() * sizeof(int) + 7) / 8 * 8);
}

TEST(SettingsTest, DefaultsOfTheRest) {
  const Settings settings = parsed(std::string(kLeast));
  EXPECT_EQ(settings.ingest.path, "/run/ringd/ingest.sock");
  EXPECT_EQ(settings.ingest.user, "www-data");
  EXPECT_EQ(settings.ingest.group, "");
  EXPECT_EQ(settings.control.path, "/run/ringd/control.sock");
  EXPECT_EQ(settings.store, StoreKind::embedded);
  EXPECT_EQ(settings.embedded_path, "/var/lib/ringd/ringd.db");
  EXPECT_EQ(settings.telnyx.api, "https://api.telnyx.com/v2");
  EXPECT_EQ(settings.telnyx.sip_domain, "sip.telnyx.com");
  EXPECT_EQ(settings.telnyx.deadline_ms, 2500);
  EXPECT_EQ(settings.telnyx.credential_connection, "") << "devices register only where it is said on which connection";
  EXPECT_EQ(settings.log_level, 6);
  EXPECT_EQ(settings.fallback, StoreFallback::none);
  EXPECT_EQ(settings.fallback_path, "/var/lib/ringd/fallback.db");
  EXPECT_EQ(settings.worker, "");
}

TEST(SettingsTest, Fallback) {
  EXPECT_EQ(parsed(std::string(kLeast) + "store_fallback none;").fallback, StoreFallback::none);
  const Settings all = parsed(std::string(kLeast) + "store_fallback all; fallback_path /x.db; worker_name one;");
  EXPECT_EQ(all.fallback, StoreFallback::all);
  EXPECT_EQ(all.fallback_path, "/x.db");
  EXPECT_EQ(all.worker, "one");
  EXPECT_THAT(error_of(std::string(kLeast) + "store_fallback some;"), HasSubstr("store_fallback"));
  EXPECT_THAT(error_of(std::string(kLeast) + "worker_name " + std::string(201, 'w') + ";"), HasSubstr("worker_name"));
}

TEST(SettingsTest, AFallbackIsForAStoreThatIsAwayAsAWhole) {
  const std::string cluster = std::string(kLeast) + "redis { cluster 10.0.0.1:6379; }\n";
  EXPECT_EQ(parsed(cluster + "store_fallback none;").fallback, StoreFallback::none);
  for (const char* chosen : {"new_calls", "all"}) {
    const std::string error = error_of(cluster + "store_fallback " + chosen + ";");
    EXPECT_THAT(error, HasSubstr("store_fallback"));
    EXPECT_THAT(error, HasSubstr("cluster"));
    EXPECT_THAT(error, testing::MatchesRegex("[^ ]+:[0-9]+: .*"));
    EXPECT_EQ(
        parsed(std::string(kLeast) + "redis { sentinel 10.0.0.1:26379; master calls; }\nstore_fallback " + chosen + ";")
            .redis.master,
        "calls");
  }
}

TEST(SettingsTest, ApplicationsByOrganisation) {
  EXPECT_TRUE(parsed(std::string(kLeast)).notify.applications.empty());
  const Settings settings = parsed(std::string(kLeast) + R"(
notify {
    deadline 5s;
    organisation acme { url https://a.example/hooks?x=1; secret_file /run/acme; }
    organisation other { secret_file /run/other; url http://127.0.0.1:3000; ringing on; }
})");
  EXPECT_EQ(settings.notify.deadline_ms, 5000);
  EXPECT_EQ(settings.notify.connect_ms, 2000);
  ASSERT_EQ(settings.notify.applications.size(), 2u);
  EXPECT_EQ(settings.notify.applications[0].organisation, "acme");
  EXPECT_EQ(settings.notify.applications[0].url, "https://a.example/hooks?x=1");
  EXPECT_EQ(settings.notify.applications[1].secret_file, "/run/other");
  EXPECT_FALSE(settings.notify.applications[0].ringing);
  EXPECT_TRUE(settings.notify.applications[1].ringing);
}

TEST(SettingsTest, ConsumersByFamily) {
  const Settings settings = parsed(std::string(kLeast) + R"(
notify {
    organisation acme { url https://a.example; secret_file /run/acme; }
    consumer acme { url https://b.example; families message 10dlc; secret_file /run/b; }
    consumer orders { url https://c.example; families number_order; secret_file /run/c; }
})");
  ASSERT_EQ(settings.notify.applications.size(), 3u);
  EXPECT_TRUE(settings.notify.applications[0].families.empty());
  EXPECT_EQ(settings.notify.applications[1].organisation, "~acme") << "no organisation is called so";
  EXPECT_EQ(settings.notify.applications[1].families, (std::vector<std::string>{"message", "10dlc"}));
  EXPECT_EQ(settings.notify.applications[1].url, "https://b.example");
  EXPECT_EQ(settings.notify.applications[2].secret_file, "/run/c");
}

TEST(SettingsTest, MistakesInConsumersAreToldWhereTheyAre) {
  const std::pair<const char*, const char*> mistakes[] = {
      {"consumer a { url u; secret_file /a; }", "f.conf:4: a consumer says once whose events it wants"},
      {"consumer a { url u; secret_file /a; families; }", "a consumer says once"},
      {"consumer a { url u; secret_file /a; families message; families 10dlc; }", "a consumer says once"},
      {"consumer a;", "a consumer says once"},
      {"consumer { url u; secret_file /a; families message; }", "needs one name"},
      {"consumer a { url u; secret_file /a; families call; }", "events of calls are not forwarded"},
      {"consumer a { url u; secret_file /a; families message.sent; }", "this is no family of events"},
      {"consumer a { url u; secret_file /a; families message message; }", "is there twice"},
      {"consumer a { url u; families message; }", "\"secret_file\" is missing in block \"consumer\""},
      {"consumer a { url u; secret_file /a; families message; ringing on; }", "unknown directive"},
      {"consumer a { url u; secret_file /a; families message; }\nconsumer a { url u; secret_file /a; families x; }",
       "f.conf:5: consumer \"a\" is there already"},
      {"consumer a { url u; secret_file /a; families message; }\n"
       "consumer b { url u; secret_file /a; families x message; }",
       "f.conf:5: family \"message\" has a consumer already, at f.conf:4"},
      {"organisation ~a { url u; secret_file /a; }", "cannot begin with ~"},
  };
  for (const auto& [block, error] : mistakes) {
    const auto settings = parse_settings("f.conf", std::string(kLeast) + "\nnotify {\n" + block + "\n}");
    ASSERT_FALSE(settings) << block;
    EXPECT_NE(settings.error().text.find(error), std::string::npos) << block << ": " << settings.error().text;
  }
}

TEST(SettingsTest, MistakesInApplicationsAreToldWhereTheyAre) {
  const auto error_of = [](std::string_view block) {
    const auto settings = parse_settings("f.conf", std::string(kLeast) + "\nnotify {\n" + std::string(block) + "\n}");
    return settings ? std::string() : settings.error().text;
  };
  EXPECT_NE(
      error_of("organisation acme { url https://a; }").find("\"secret_file\" is missing in block \"organisation\""),
      std::string::npos);
  EXPECT_NE(error_of("organisation { url https://a; secret_file /a; }").find("needs one name"), std::string::npos);
  EXPECT_NE(error_of("organisation a b { url https://a; secret_file /a; }").find("needs one name"), std::string::npos);
  EXPECT_NE(error_of("organisation acme;").find("has no block"), std::string::npos);
  EXPECT_NE(error_of("organisation acme { uri https://a; secret_file /a; }").find("did you mean \"url\""),
            std::string::npos);
  EXPECT_NE(error_of("organisation a { url u; secret_file /a; }\norganisation a { url u; secret_file /a; }")
                .find("is there already"),
            std::string::npos);
  EXPECT_NE(error_of("application acme { }").find("unknown directive"), std::string::npos);
}

TEST(SettingsTest, EveryDirectiveIsTaken) {
  const Settings settings = parsed(R"(
ingest unix:/tmp/i.sock; ingest_user nobody; ingest_group adm;
control unix:/tmp/c.sock; control_user bob; control_group 7;
log_level debug; store redis;
embedded { path /d/x.db; }
redis { server [::1]:6380; user ring; password_file /p; key_prefix x; wait_replicas 2; wait 80ms; }
telnyx { api http://127.0.0.1:9/v2; api_key_file /k; sip_domain s.example; voice male; ca_file /ca; deadline 1s; }
ring { timeout 3s; record_attempts 5; leg 20s; screen 9s; fast_answer 0s; apology 0s; late_join 2s; }
)");
  EXPECT_EQ(settings.ingest.path, "/tmp/i.sock");
  EXPECT_EQ(settings.ingest.user, "nobody");
  EXPECT_EQ(settings.ingest.group, "adm");
  EXPECT_EQ(settings.control.path, "/tmp/c.sock");
  EXPECT_EQ(settings.control.user, "bob");
  EXPECT_EQ(settings.control.group, "7");
  EXPECT_EQ(settings.log_level, 7);
  EXPECT_EQ(settings.store, StoreKind::redis);
  EXPECT_EQ(settings.embedded_path, "/d/x.db");
  EXPECT_EQ(settings.redis.host, "::1");
  EXPECT_EQ(settings.redis.port, 6380);
  EXPECT_EQ(settings.redis.unix_path, "");
  EXPECT_EQ(settings.redis.user, "ring");
  EXPECT_EQ(settings.redis.password_file, "/p");
  EXPECT_EQ(settings.redis.key_prefix, "x");
  EXPECT_EQ(settings.redis.wait_replicas, 2);
  EXPECT_EQ(settings.redis.wait_ms, 80);
  EXPECT_EQ(settings.telnyx.api, "http://127.0.0.1:9/v2");
  EXPECT_EQ(settings.telnyx.api_where, "t.conf:7");
  EXPECT_EQ(settings.telnyx.api_key_file, "/k");
  EXPECT_EQ(settings.telnyx.sip_domain, "s.example");
  EXPECT_EQ(settings.telnyx.voice, "male");
  EXPECT_EQ(settings.telnyx.ca_file, "/ca");
  EXPECT_EQ(settings.telnyx.deadline_ms, 1000);
  EXPECT_EQ(settings.policy.ring_ms, 3000);
  EXPECT_EQ(settings.policy.leg_ms, 20'000);
  EXPECT_EQ(settings.policy.screen_ms, 9000);
  EXPECT_EQ(settings.policy.fast_answer_ms, 0);
  EXPECT_EQ(settings.policy.apology_ms, 0);
  EXPECT_EQ(settings.policy.late_join_ms, 2000);
  EXPECT_EQ(settings.policy.record_attempts, 5);
}

struct Wrong {
  std::string_view text, place, says;
};

class WrongSettingsTest : public testing::TestWithParam<Wrong> {};

TEST_P(WrongSettingsTest, SaysWhereAndWhat) {
  const std::string error = error_of(std::string(kLeast) + std::string(GetParam().text));
  EXPECT_THAT(error, StartsWith(std::string(GetParam().place)));
  EXPECT_THAT(error, HasSubstr(std::string(GetParam().says)));
}

INSTANTIATE_TEST_SUITE_P(
    Rules, WrongSettingsTest,
    testing::Values(
        Wrong{"\ningest 127.0.0.1:80;", "t.conf:3: ", "unix:PATH"},
        Wrong{"ingest unix:run/x;", "t.conf:2: ", "absolute path"},
        Wrong{"ingest unix:/a;\ncontrol unix:/a;", "t.conf:3: ", "same socket"},
        Wrong{"redis {\n server localhost; }", "t.conf:3: ", "HOST:PORT"},
        Wrong{"redis {\n server :6379; }", "t.conf:3: ", "HOST:PORT"},
        Wrong{"redis {\n server a:0; }", "t.conf:3: ", "port"},
        Wrong{"redis {\n server a:65536; }", "t.conf:3: ", "port"},
        Wrong{"redis {\n server a:12x; }", "t.conf:3: ", "port"},
        Wrong{"redis {\n user u; }", "t.conf:3: ", "password_file"},
        Wrong{"redis {\n sentinel; }", "t.conf:3: ", "one or more servers"},
        Wrong{"redis { master m;\n sentinel a:1 b; }", "t.conf:3: ", "HOST:PORT: b"},
        Wrong{"redis { master m;\n sentinel unix:/s; }", "t.conf:3: ", "HOST:PORT"},
        Wrong{"redis { master m; sentinel a:1;\n sentinel a:1; }", "t.conf:3: ", "a:1 twice"},
        Wrong{"redis {\n sentinel a:1; }", "t.conf:3: ", "needs master NAME"},
        Wrong{"redis { sentinel a:1; master m;\n server b:2; }", "t.conf:3: ", "sentinel; leave one"},
        Wrong{"redis { sentinel a:1; master m;\n cluster b:2; }", "t.conf:3: ", "exclude each other"},
        Wrong{"redis { sentinel a:1; master m;\n sentinel_user u; }", "t.conf:3: ", "sentinel_password_file"},
        Wrong{"redis {\n master m; }", "t.conf:3: ", "without sentinel"},
        Wrong{"redis { cluster a:1;\n server b:2; }", "t.conf:3: ", "cluster; leave one"},
        Wrong{"redis { cluster a:1;\n sentinel_password_file /p; }", "t.conf:3: ", "without sentinel"},
        Wrong{"redis {\n cluster a:99999; }", "t.conf:3: ", "port"},
        Wrong{"redis {\n sentinell a:1; }", "t.conf:3: ", "did you mean \"sentinel\""},
        Wrong{"redis {\n key_prefix \"{a}\"; }", "t.conf:3: ", "slot"},
        Wrong{"redis {\n wait_replicas -1; }", "t.conf:3: ", "from 0 to 8"},
        Wrong{"ring {\n command_retry 2s; command_retry_max 1s; }", "t.conf:3: ", "shorter"},
        Wrong{"ring {\n audit_max 1s; }", "t.conf:3: ", "shorter"},
        Wrong{"ring {\n session_ttl 3h; }", "t.conf:3: ", "call_limit"},
        Wrong{"ring {\n session_ttl 1h; }", "t.conf:3: ", "from 2h"},
        Wrong{"ring {\n quiesce 2s; }", "t.conf:3: ", "telnyx deadline"},
        Wrong{"ring {\n tombstone 30s; }", "t.conf:3: ", "timeout"},
        Wrong{"ring {\n leg 4s; }", "t.conf:3: ", "from 5s"}, Wrong{"ring {\n leg 601s; }", "t.conf:3: ", "to 10m"},
        Wrong{"ring {\n screen 1s; }", "t.conf:3: ", "from 2s"},
        Wrong{"ring {\n leg 9m; timeout 1s; tombstone 8m; }", "t.conf:3: ", "leg_margin"},
        Wrong{"ring {\n notify_retry 2m; notify_retry_max 1m; }", "t.conf:3: ", "shorter than notify_retry"},
        Wrong{"ring {\n timout 1s; }", "t.conf:3: ", "did you mean \"timeout\""},
        Wrong{"log_level loud;", "t.conf:2: ", "error|warning|notice|info|debug"}, Wrong{"ring {", "t.conf:", ""}));

TEST(Settings, RedisCanBeFoundByOthers) {
  const auto sentinel = parse_settings("t.conf", R"(telnyx { api_key_file /k; } store redis;
redis { sentinel one:26379 [::1]:26380; sentinel three:1; master calls;
        sentinel_user s; sentinel_password_file /s; })");
  ASSERT_TRUE(sentinel) << sentinel.error().text;
  EXPECT_EQ(sentinel->redis.sentinels, (std::vector<HostPort>{{"one", 26379}, {"::1", 26380}, {"three", 1}}));
  EXPECT_EQ(sentinel->redis.master, "calls");
  EXPECT_EQ(sentinel->redis.sentinel_user, "s");
  EXPECT_EQ(sentinel->redis.sentinel_password_file, "/s");
  const auto cluster = parse_settings("t.conf", "telnyx { api_key_file /k; } redis { cluster a:1 b:2; }");
  ASSERT_TRUE(cluster) << cluster.error().text;
  EXPECT_EQ(cluster->redis.cluster, (std::vector<HostPort>{{"a", 1}, {"b", 2}}));
}

TEST(SettingsTest, WhatTheRingRulesTakeForGrantedOfTheProviderIsChecked) {
  const auto with = [](const std::string& telnyx, const std::string& ring) {
    return "telnyx { api_key_file /k;\n" + telnyx + " }\nring {\n" + ring + " }";
  };
  EXPECT_THAT(error_of(with("deadline 6s;", "dedupe_window 55s; quiesce 7s;")), HasSubstr("60s together"));
  EXPECT_THAT(error_of(with("deadline 5s;", "")), HasSubstr("quiesce"));
  EXPECT_THAT(error_of(with("deadline 1s; connect 2s;", "")), StartsWith("t.conf:2: directive \"connect\""));
  EXPECT_EQ(parsed(with("deadline 5s;", "dedupe_window 55s; quiesce 6s;")).telnyx.deadline_ms, 5000);
}

TEST(SettingsTest, TelnyxAndItsKeyFileMustBeThere) {
  EXPECT_THAT(error_of(""), HasSubstr("api_key_file"));
  EXPECT_THAT(error_of("telnyx { voice male; }"), HasSubstr("\"api_key_file\" is missing"));
  EXPECT_THAT(error_of("telnyx { api_key_file /k;\n sip_domain a@b; }"), StartsWith("t.conf:2: "));
}

TEST(SettingsTest, ASocketPathLongerThanTheKernelTakesIsRefused) {
  const std::string fits = "/" + std::string(106, 'a');
  EXPECT_EQ(parsed(std::string(kLeast) + "ingest unix:" + fits + ";").ingest.path, fits);
  EXPECT_THAT(error_of(std::string(kLeast) + "ingest unix:" + fits + "a;"), HasSubstr("107"));
}

TEST(SettingsTest, TheDescriptionNamesEveryDirectiveWithItsHelp) {
  const std::string text = describe_settings();
  for (const auto& entry : settings_table()) {
    EXPECT_THAT(text, HasSubstr(std::string(entry.name)));
    EXPECT_THAT(text, HasSubstr(std::string(entry.help).substr(0, 20)));
    EXPECT_FALSE(entry.help.empty()) << entry.name;
  }
}

TEST(SettingsTest, TheDescriptionIsAConfigurationOnceTheKeyFileIsNamed) {
  std::string text = describe_settings();
  const auto key = text.find("api_key_file");
  ASSERT_NE(key, std::string::npos);
  const auto line_start = text.rfind('\n', key) + 1;
  text.replace(line_start, text.find('\n', key) - line_start, "api_key_file /k;");
  EXPECT_EQ(parsed(text).embedded_path, "/var/lib/ringd/ringd.db");
}

TEST(SettingsTest, TheSampleIsTakenAsItIsAndWithEveryCommentedDirectiveInForce) {
  std::ifstream file(RINGFENCE_SOURCE_DIR "/conf/ringd.conf.sample");
  ASSERT_TRUE(file);
  std::string as_it_is, in_force, line;
  const std::regex commented(R"(^\s*#([a-z_]+\s+\S+;).*)");
  int directives = 0;
  while (std::getline(file, line)) {
    as_it_is += line + "\n";
    std::smatch match;
    const bool is_directive =
        std::regex_match(line, match, commented) && match[1].str().find("...") == std::string::npos;
    in_force += (is_directive ? match[1].str() : line) + "\n";
    directives += is_directive ? 1 : 0;
  }
  EXPECT_GT(directives, 10);
  (void)parsed(as_it_is);
  (void)parsed(in_force);
  // The other ways to find Redis, which go with neither `server` nor each other.
  const std::regex sentinel(R"(# ((sentinel|master|sentinel_user|sentinel_password_file)\s+\S[^;]*;))");
  EXPECT_EQ(parsed(std::regex_replace(as_it_is, sentinel, "$1")).redis.sentinels.size(), 3U);
  EXPECT_EQ(parsed(std::regex_replace(as_it_is, std::regex(R"(# (cluster\s+\S[^;]*;))"), "$1")).redis.cluster.size(),
            2U);
}

}  // namespace
}  // namespace ringfence
