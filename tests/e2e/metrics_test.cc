// What Prometheus gets of ringd through nginx: well-formed, with every number the alert rules of conf/ ask for.
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <sstream>

#include "ringd_process.h"
#include "support/exposition.h"
#include "support/http_client.h"
#include "support/nginx_fixture.h"

namespace ringfence::test {
namespace {

// Every number there is: with Redis and a fallback, and so with Redis away.
constexpr std::string_view kAway = R"(store redis;
redis { server unix:{dir}/nobody.sock; }
store_fallback new_calls;
fallback_path {dir}/fallback.db;
)";

TEST(MetricsTest, PrometheusReadsWhatTheAlertsAskFor) {
  RingdProcess ringd(kAway);
  NginxFixture nginx;
  NginxSetup setup;
  setup.http = "webhook_read_timeout 15s;\n";  // however busy this machine is
  setup.server = "location = /ringd_metrics { rewrite ^ /metrics break; ringd_api worker; }\n";
  setup.worker_socket = ringd.socket();
  ASSERT_TRUE(ringd.start() && nginx.start(setup));
  const HttpResponse response = HttpClient(nginx.http_socket()).get("/ringd_metrics");
  ASSERT_EQ(response.status, 200) << response.error << ringd.log();
  EXPECT_EQ(response.headers.at("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  const Exposition metrics(response.body);
  EXPECT_EQ(metrics.error(), "");
  EXPECT_EQ(metrics.value("ringd_telnyx_breaker{breaker=\"closed\"}"), 1);
  EXPECT_GT(metrics.size(), 150U);

  std::istringstream rules(read_text(RINGFENCE_SOURCE_DIR "/conf/prometheus-alerts.yml"));
  std::set<std::string> asked;
  const std::regex name("ringd_[a-z_]+(\\{[a-z_]+=\"[a-z_]+\"\\})?");
  for (std::string line; std::getline(rules, line);) {
    if (!line.contains("expr:")) continue;
    for (std::sregex_iterator at(line.begin(), line.end(), name), end; at != end; ++at) asked.insert(at->str());
  }
  EXPECT_GE(asked.size(), 9U);
  for (const std::string& sample : asked) {
    // A family with labels that the rule leaves out is known by its TYPE.
    EXPECT_TRUE(metrics.value(sample) >= 0 || response.body.contains("# TYPE " + sample + " ")) << sample;
  }
}

}  // namespace
}  // namespace ringfence::test
