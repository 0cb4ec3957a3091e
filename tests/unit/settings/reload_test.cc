// ringd.conf read again: what a running worker follows, and what it says of the rest.
#include "settings/reload.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace ringfence {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

[[nodiscard]] Settings parsed(const std::string& text) {
  const auto settings = parse_settings("t.conf", text);
  EXPECT_TRUE(settings) << settings.error().text;
  return settings.value_or(Settings{});
}

const std::string kLeast = "telnyx { api_key_file /k; }\n";

TEST(ReloadTest, WhatARunningWorkerFollowsIsInForce) {
  Settings running = parsed(kLeast);
  const Settings read = parsed(
      "log_level debug;\n\ntelnyx { api_key_file /k; rate 50; burst 60; }\nring { timeout 20s; bridge_attempts 1; }\n"
      "event_log { keep 1d; most 5000; payload none; late 20s; tries 5; }\n"
      "notify { organisation acme { url https://a.example; secret_file /s; } }\n");
  EXPECT_THAT(follow(running, read), IsEmpty()) << "a line that has moved is no change";
  EXPECT_EQ(running.log_level, 7);
  EXPECT_EQ(running.telnyx.rate, 50);
  EXPECT_EQ(running.telnyx.burst, 60);
  EXPECT_EQ(running.policy.ring_ms, 20'000);
  EXPECT_EQ(running.policy.bridge_attempts, 1);
  EXPECT_EQ(running.event_log.keep_ms, 24 * 3'600'000);
  EXPECT_EQ(running.event_log.most, 5000u);
  EXPECT_EQ(running.event_log.payload, EventLogSettings::Payload::none);
  EXPECT_EQ(running.event_log.late_ms, 20'000);
  EXPECT_EQ(running.event_log.tries, 5);
  ASSERT_EQ(running.notify.applications.size(), 1u);
  EXPECT_THAT(reload_sentence({}), HasSubstr("nothing else has changed"));
}

TEST(ReloadTest, WhatWaitsForARestartIsNamedUntilThen) {
  for (const auto& [line, name] : {std::pair<std::string, std::string_view>{"ingest unix:/i.sock;", "ingest"},
                                   {"ingest_user nobody;", "ingest"},
                                   {"control_group staff;", "control"},
                                   {"store redis;", "store"},
                                   {"store_fallback new_calls;", "store_fallback"},
                                   {"fallback_path /f.db;", "fallback_path"},
                                   {"worker_name me;", "worker_name"},
                                   {"embedded { path /e.db; }", "embedded"},
                                   {"redis { wait_replicas 1; }", "redis"},
                                   {"notify { deadline 5s; }", "notify"}}) {
    Settings running = parsed(kLeast);
    const Settings read = parsed(kLeast + line);
    EXPECT_THAT(follow(running, read), ElementsAre(name)) << line;
    EXPECT_THAT(follow(running, read), ElementsAre(name)) << "still, the next time: " << line;
    EXPECT_THAT(follow(running, parsed(kLeast)), IsEmpty()) << line;
  }
  Settings running = parsed(kLeast);
  const Settings read = parsed("telnyx { api_key_file /other; rate 7; }\nredis { wait 60ms; }\n");
  const auto waiting = follow(running, read);
  EXPECT_THAT(waiting, ElementsAre("redis", "telnyx"));
  EXPECT_EQ(running.telnyx.rate, 7) << "as far as it can be followed";
  EXPECT_EQ(running.telnyx.api_key_file, "/k");
  EXPECT_THAT(reload_sentence(waiting), HasSubstr("redis, telnyx have changed as well and need a restart"));
  EXPECT_THAT(reload_sentence(waiting), Not(HasSubstr("nothing else")));
}

}  // namespace
}  // namespace ringfence
