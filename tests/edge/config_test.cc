// `nginx -t` refuses what would not verify, and says where.
#include "edge/config_test.h"

#include <algorithm>

namespace ringfence::test {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

NginxSetup ConfigTest::with(std::string server, std::string http) {
  NginxSetup made;
  made.http = std::move(http);
  made.server = std::move(server);
  return made;
}

std::string ConfigTest::line_of(const std::string& at) const {
  const std::string conf = read_text(nginx.file("nginx.conf"));
  const std::size_t found = conf.find(at);
  if (found == std::string::npos) return "nginx.conf has no \"" + at + "\"";
  const auto line = 1 + std::count(conf.begin(), conf.begin() + static_cast<std::ptrdiff_t>(found), '\n');
  return "in " + nginx.file("nginx.conf") + ":" + std::to_string(line);
}

void ConfigTest::expect_refused(const NginxSetup& setup, const std::string& at, const std::string& what) {
  const NginxFixture::Check check = nginx.check(setup);
  EXPECT_EQ(check.exit_code, 1) << at << check.output;
  EXPECT_THAT(check.output, AllOf(HasSubstr("[emerg]"), HasSubstr(what), HasSubstr(line_of(at) + "\n")));
}

void ConfigTest::expect_accepted(const NginxSetup& setup) {
  const NginxFixture::Check check = nginx.check(setup);
  EXPECT_EQ(check.exit_code, 0) << setup.server << check.output;
}

void ConfigTest::expect_told(const NginxSetup& setup, const std::string& level, const std::string& what,
                             const std::string& at) {
  const NginxFixture::Check check = nginx.check(setup);
  EXPECT_EQ(check.exit_code, 0) << check.output;
  const std::size_t found = check.output.find(what);
  ASSERT_NE(found, std::string::npos) << what << "\n" << check.output;
  const std::size_t begin = check.output.rfind('\n', found) + 1;
  const std::string line = check.output.substr(begin, check.output.find('\n', found) - begin);
  EXPECT_TRUE(line.starts_with("nginx: [" + level + "] ")) << line;
  EXPECT_TRUE(at.empty() || line.ends_with(" " + line_of(at))) << line << "\n" << line_of(at);
}

void ConfigTest::expect_not_told(const NginxSetup& setup, const std::string& what) {
  const NginxFixture::Check check = nginx.check(setup);
  EXPECT_EQ(check.exit_code, 0) << check.output;
  EXPECT_THAT(check.output, Not(HasSubstr(what)));
}

namespace {

TEST_F(ConfigTest, WebhookWithoutAKeyIsRefused) {
  const std::string none = "without a key would verify nothing; add \"webhook_key_file\"";
  expect_refused(with("location /w {\n webhook telnyx;\n webhook_pass worker;\n}"), "webhook telnyx", none);
  expect_refused(with("location /w {\n webhook telnyx;\n}"), "webhook telnyx", none);
  // Also where requests end up that no location matches.
  expect_refused(with("webhook telnyx;\nlocation /w { webhook_key " + signer.public_key() + "; }"), "webhook telnyx",
                 none);
  expect_refused(with("", "webhook telnyx;\n"), "webhook telnyx", none);
  expect_refused(with("location /w {\n webhook off;\n if ($arg_x) { webhook telnyx; }\n}"), "if ($arg_x)", none);
}

TEST_F(ConfigTest, PassWithoutVerificationIsRefused) {
  expect_refused(with("location /w {\n webhook_pass worker;\n}"), "webhook_pass worker", "without \"webhook\"");
  const std::string key = " webhook_key " + signer.public_key() + ";\n";
  expect_refused(with("location /w {\n webhook off;\n" + key + " webhook_pass worker;\n}"), "webhook_pass worker",
                 "without \"webhook\"");
  for (const char* block : {"if ($arg_x)", "limit_except POST"}) {
    expect_refused(with(gate() + "webhook_pass worker;\n" + block + " { webhook off; }\n}"), "webhook_pass worker",
                   "without \"webhook\"");
  }
}

TEST_F(ConfigTest, TwoContentHandlersInOneLocationAreRefused) {
  const std::string proxy = "proxy_pass http://127.0.0.1:1;\n";
  const std::string meets = "meets another content handler";
  expect_refused(with(gate() + "webhook_pass worker;\n" + proxy + "}"), "webhook_pass worker", meets);
  expect_refused(with(gate() + proxy + "webhook_pass worker;\n}"), "webhook_pass worker", meets);
  const std::string too_long = "unix:/" + std::string(120, 'x');
  for (const std::string& socket : {std::string("/run/ringd/control.sock"), std::string("unix:relative"), too_long}) {
    const std::string line = "ringd_reload " + socket;
    expect_refused(with("", line + ";\n"), line, "is not the control socket of a ringd");
  }
  expect_refused(with("", "ringd_reload unix:/a;\nringd_reload unix:/b;\n"), "ringd_reload unix:/b", "is duplicate");
  expect_refused(with("location /a {\n ringd_api worker;\n" + proxy + "}"), "ringd_api worker", meets);
  expect_refused(with("location /a {\n" + proxy + " ringd_api worker;\n}"), "ringd_api worker", meets);
  expect_refused(with(gate() + "webhook_pass worker;\nringd_api worker;\n}"), "ringd_api worker", meets);
  expect_refused(with("location /s {\n" + proxy + " webhook_status html;\n}"), "webhook_status html", meets);
}

TEST_F(ConfigTest, TheGateStandsInFrontOfAnything) {
  const std::string key = "webhook_key " + signer.public_key() + ";\n";
  for (const char* handler :
       {"", "proxy_pass http://127.0.0.1:1;", "fastcgi_pass 127.0.0.1:1;", "uwsgi_pass 127.0.0.1:1;", "empty_gif;"}) {
    expect_accepted(with(gate() + handler + "\n}"));
  }
  expect_accepted(with("webhook telnyx;\n" + key + "location /open { webhook off; }"));
  expect_accepted(with("", "webhook telnyx;\n" + key));
  expect_accepted(with("location /w {\n" + key + " if ($arg_x) { webhook telnyx; }\n}"));
  expect_accepted(with("location /w {\n" + key + " limit_except GET { webhook telnyx; }\n}"));
  const std::string pass = gate() + "webhook_pass worker;\n";
  expect_accepted(with(pass + "location /w/app { proxy_pass http://127.0.0.1:1; }\n}"));
  expect_accepted(with(pass + "if ($arg_app) { proxy_pass http://127.0.0.1:1; }\n}"));
  expect_accepted(with(pass + "limit_except POST { proxy_pass http://127.0.0.1:1; }\n}"));
  expect_accepted(
      with(gate() + "if ($arg_x) { webhook_pass worker; }\n limit_except POST { webhook_pass worker; }\n}"));
  // A server `if` is a place that no module of a location can stand in.
  expect_refused(with("if ($arg_x) {\n webhook telnyx;\n}"), "webhook telnyx", "is not allowed here");
}

TEST_F(ConfigTest, DedupThatCouldForgetTooEarlyIsRefused) {
  const std::string pass = gate() + "webhook_pass worker;\n";
  const std::string at = "webhook_dedup";
  expect_refused(with(pass + "webhook_dedup zone=other;\n}"), at, "names a zone that no");
  expect_refused(with("location / { return 204; }", "webhook_dedup zone=other;\n"), at,
                 "names a zone that no \"webhook_zone\" declares: \"other\"");
  for (const std::string& entry : {pass, gate()}) {
    expect_refused(with(entry + "webhook_dedup zone=calls window=9m;\n}"), at, "shorter than a request stays valid");
    // What the table would silently cut is not promised either.
    expect_refused(with(entry + "webhook_dedup zone=calls window=8d;\n}"), at, "window is longer than 7d");
    expect_refused(with(entry + "webhook_dedup zone=calls lease=11m;\n}"), at, "lease is longer than 10m");
    expect_accepted(with(entry + "webhook_dedup zone=calls window=7d lease=10m;\n}"));
    expect_accepted(with(entry + "webhook_dedup zone=calls window=10m;\n}"));
    expect_accepted(with(entry + "webhook_tolerance 1m future=30s;\n webhook_dedup zone=calls window=90s;\n}"));
    expect_refused(with(entry + "webhook_tolerance 1m future=30s;\n webhook_dedup zone=calls window=89s;\n}"), at,
                   "shorter than a request stays valid");
  }
  expect_refused(with(pass + "webhook_dedup zone=calls lease=1s;\n}"), at, "lease is shorter");
  // Two seconds for each of connect, send, read and the last attempt's late start.
  expect_refused(with(pass + "webhook_connect_timeout 2s;\nwebhook_dedup zone=calls lease=7s;\n}"), at,
                 "lease is shorter");
  expect_refused(with(pass + "webhook_read_timeout 20s;\nwebhook_dedup zone=calls;\n}"), at, "lease is shorter");
  // How long a backend behind the gate takes is known to nobody here.
  expect_accepted(with(gate() + "webhook_dedup zone=calls lease=1s;\n}"));
  // Without a timestamp nothing says how long a request stays valid.
  expect_accepted(with("location /w {\n webhook github;\n webhook_key " + std::string(kSecret) +
                       ";\n webhook_dedup zone=calls window=1m;\n}"));
  expect_refused(with(gate() + "webhook_dedup zone=calls window=soon;\n}"), at,
                 "cannot use the parameter \"window=soon\"");
  expect_refused(with(gate() + "webhook_dedup zone=calls color=red;\n}"), at, "expected zone=NAME [window=TIME]");
  expect_refused(with(gate() + "webhook_dedup window=1h;\n}"), at, "needs zone=<name>");
}

TEST_F(ConfigTest, ToleranceIsBounded) {
  const std::string at = "webhook_tolerance";
  for (const char* bad : {"0", "4d", "soon", "-1", "300ms"}) {
    expect_refused(with(gate() + "webhook_tolerance " + bad + ";\n}"), at, "is not a time from 1s to 3d");
    expect_refused(with(gate() + "webhook_tolerance 300 future=" + bad + ";\n}"), at, "is not a time from 1s to 3d");
  }
  expect_refused(with(gate() + "webhook_tolerance 300 past=5;\n}"), at, "expected TIME [future=TIME]");
  expect_refused(with(gate() + "webhook_tolerance 300;\n webhook_tolerance 10;\n}"), "webhook_tolerance 10",
                 "is duplicate");
  expect_accepted(with(gate() + "webhook_tolerance 1h30m future=1s;\n}"));
}

TEST_F(ConfigTest, ADryRunIsForTheGateOnly) {
  const std::string never = "\"webhook_dry_run\" where \"webhook_pass\" serves would pass unverified requests";
  expect_refused(with(gate() + "webhook_pass worker;\n webhook_dry_run on;\n}"), "webhook_dry_run on", never);
  expect_refused(with(gate() + "webhook_pass worker;\n}", "webhook_dry_run on;\n"), "webhook_dry_run on", never);
  expect_refused(with(gate() + "webhook_dry_run on;\n if ($arg_x) { webhook_pass worker; }\n}"), "webhook_dry_run on",
                 never);
  expect_accepted(with(gate() + "webhook_pass worker;\n webhook_dry_run off;\n}", "webhook_dry_run on;\n"));
  expect_accepted(with(gate() + "webhook_dry_run on;\n}"));
  expect_refused(with(gate() + "webhook_dry_run perhaps;\n}"), "webhook_dry_run", "invalid value \"perhaps\"");
}

TEST_F(ConfigTest, StatusCodesThatWouldLoseEventsAreRefused) {
  const std::string at = "webhook_status_code";
  for (const char* lost : {"in_flight 200", "later 204", "unavailable 299", "later 301"}) {
    expect_refused(with(gate() + "webhook_status_code " + lost + ";\n}"), at, "and it would be lost");
  }
  for (const char* again : {"duplicate 409", "duplicate 302"}) {
    expect_refused(with(gate() + "webhook_status_code " + again + ";\n}"), at, "would send the event again");
  }
  for (const char* wrong : {"forged 302", "forged 100", "forged 600", "forged 444", "forged 499", "stale four"}) {
    expect_refused(with(gate() + "webhook_status_code " + wrong + ";\n}"), at, "expected 2xx, 4xx or 5xx");
  }
  for (const char* not_ours : {"accepted 204", "failed 500", "none 400", "late 400"}) {
    expect_refused(with(gate() + "webhook_status_code " + not_ours + ";\n}"), at, "whose answer is ours to choose");
  }
  expect_refused(with(gate() + "webhook_status_code stale 400;\n webhook_status_code stale 401;\n}"),
                 "webhook_status_code stale 401", "is duplicate for this outcome");
  expect_accepted(with(gate() + "webhook_status_code forged 401;\n webhook_status_code malformed 204;\n"
                                "webhook_status_code in_flight 409;\n webhook_status_code duplicate 204;\n"
                                "webhook_status_code later 429;\n webhook_status_code unsigned 401;\n}"));
}

TEST_F(ConfigTest, ZonesAreChecked) {
  expect_refused(with("", "webhook_zone calls;\n"), "webhook_zone", "needs <name>:<size>");
  expect_refused(with("", "webhook_zone :1m;\n"), "webhook_zone", "needs <name>:<size>");
  expect_refused(with("", "webhook_zone calls:many;\n"), "webhook_zone", "needs <name>:<size>");
  expect_refused(with("", "webhook_zone calls:8k;\n"), "webhook_zone", "is too small");
  expect_refused(with("", "webhook_zone zone=calls:1m;\n"), "webhook_zone", "needs <name>:<size>");
  expect_refused(with("", "webhook_zone calls:1m;\nwebhook_zone calls:1m; # again\n"), "webhook_zone calls:1m; # again",
                 "is duplicate");
}

TEST_F(ConfigTest, RepeatedAndUnknownWordsAreRefused) {
  expect_refused(with(gate() + "webhook off; # again\n}"), "webhook off; # again", "is duplicate");
  expect_refused(with(gate() + "webhook_pass worker;\n webhook_pass unix:/other;\n}"), "webhook_pass unix",
                 "is duplicate");
  expect_refused(with(gate() + "webhook_log_level debug;\n}"), "webhook_log_level", "invalid value \"debug\"");
  expect_refused(with(gate() + "webhook_request_headers some;\n}"), "webhook_request_headers",
                 "invalid value \"some\"");
  EXPECT_EQ(nginx.check(with(gate() + "webhook_url $no_such_variable;\n}")).exit_code, 1);
  expect_refused(with("location /s {\n webhook_status yaml;\n}"), "webhook_status yaml",
                 "knows the formats json, prometheus and html");
  expect_accepted(
      with("location /j { webhook_status json; }\nlocation /p { webhook_status prometheus; }\n"
           "location /h { webhook_status html; }"));
}

TEST_F(ConfigTest, TheModuleLoadsWithoutAnHttpBlock) {
  NginxSetup none;
  none.with_http = false;
  expect_accepted(none);
  ASSERT_TRUE(nginx.start(none));
}

TEST_F(ConfigTest, TheSampleLoadsAndVerifies) {
  std::string sample = read_text(RINGFENCE_SOURCE_DIR "/conf/nginx/ringfence.conf");
  // Only what belongs to the machine it is meant for.
  for (const auto& [what, with] :
       {std::pair<std::string_view, std::string_view>{"listen 8080;", "listen unix:{dir}/sample.sock;"},
        {"/etc/nginx/webhook/telnyx.keys", "keys"},
        {"/run/ringd/ingest.sock", "{dir}/worker.sock"},
        {"/var/log/nginx/webhook.log webhook", "{dir}/sample.log sample"},
        {"log_format webhook", "log_format sample"},
        {"allow 127.0.0.1", "allow unix:"},
        {"calls:32m", "calls:1m"}}) {
    std::size_t at = sample.find(what);
    ASSERT_NE(at, std::string::npos) << what;
    for (; at != std::string::npos; at = sample.find(what, at + with.size())) sample.replace(at, what.size(), with);
  }
  write_text(nginx.file("keys"), signer.public_key());
  ASSERT_TRUE(start(with("", sample)));
  HttpClient client(nginx.file("sample.sock"));
  const std::string path = "/webhooks/cpaas/telnyx/call-control";
  EXPECT_EQ(client.send(signer.webhook(path, event_body("evt-1"))).status, 200);
  EXPECT_EQ(client.send(TelnyxSigner().webhook(path, event_body("evt-2"))).status, 403);
  EXPECT_EQ(worker.seen().size(), 1U);
  worker.set_request_script([](const SeenRequest&) { return answer_with(200, "ringd_up 1\n", "text/plain"); });
  EXPECT_EQ(client.get("/ringd_metrics").body, "ringd_up 1\n");
  ASSERT_EQ(worker.requests().size(), 1U);
  EXPECT_EQ(worker.requests()[0].method + " " + worker.requests()[0].target, "GET /metrics");
  const std::string telnyx = "/webhooks/cpaas/telnyx/";
  std::size_t taken = 1;
  for (const std::string_view route : {"call-control/failover", "credential", "credential/failover", "notifications",
                                       "sms", "messaging", "rcs", "a2p"}) {
    const std::string uri = telnyx + std::string(route);
    EXPECT_EQ(client.send(TelnyxSigner().webhook(uri, event_body("forged"))).status, 403) << route;
    EXPECT_EQ(client.send(signer.webhook(uri, event_body("evt-1"))).status, 200) << route;
    EXPECT_EQ(worker.seen().size(), taken) << "it came by call-control before";
    EXPECT_EQ(client.send(signer.webhook(uri, event_body("evt-" + std::string(route)))).status, 200) << route;
    EXPECT_EQ(worker.seen().size(), ++taken) << route;
    EXPECT_EQ(client.send(HttpRequest{.method = "GET", .path = uri}).status, 405) << route;
  }
  for (const std::string_view none : {"call-control/", "sms/failover", "", "call-controls"}) {
    EXPECT_EQ(client.send(signer.webhook(telnyx + std::string(none), event_body("evt-0"))).status, 404) << none;
  }
  // A connection that dies under an event, whether kept or new: ringd was killed and is back.
  worker.drop_connections();
  worker.set_script([](const SeenEvent& seen) {
    WorkerReply reply = reply_with(Verdict::accepted);
    if (seen.connection == 2) reply = {.bytes = "", .close = true, .hold = false};
    return reply;
  });
  EXPECT_EQ(client.send(signer.webhook(path, event_body("evt-3"))).status, 200);
  EXPECT_EQ(worker.connections_accepted(), 3);
  EXPECT_TRUE(wait_until(
      [&] { return read_text(nginx.file("sample.log")).find("200 \"accepted\" id=\"evt-1\"") != std::string::npos; }));
}

TEST_F(ConfigTest, KeysAndToleranceAreInherited) {
  NginxSetup inherited = with("webhook_tolerance 10s;\nlocation /w { webhook telnyx; webhook_pass worker; }\n",
                              "webhook_key " + signer.public_key() + ";\n");
  ASSERT_TRUE(start(inherited));
  EXPECT_EQ(send(event("evt-1")).status, 200);
  EXPECT_EQ(send(signer.webhook("/w", event_body("evt-2"), -20)).status, 403);
}

// A public key is known to everybody; as a secret it would let everybody sign.
TEST_F(ConfigTest, AnotherSchemeDoesNotInheritKeysOfAnotherKind) {
  const std::string refusal = "\"webhook\" inherits the keys of scheme \"telnyx\"";
  expect_refused(with(gate() + "location /w/in {\n webhook slack;\n}\n}"), "webhook slack", refusal);
  write_text(nginx.file("keys"), signer.public_key());
  expect_refused(with("webhook telnyx;\nwebhook_key_file keys;\nlocation /w {\n if ($arg_x) {\n webhook github;\n}\n}"),
                 "webhook github", refusal);
  expect_accepted(with(gate() + "location /w/in {\n webhook stripe;\n webhook_key whsec_" + kSecret + ";\n}\n}"));
  expect_accepted(with("location /w {\n webhook stripe;\n webhook_key whsec_" + std::string(kSecret) +
                       ";\n location /w/in {\n webhook slack;\n}\n}"));
}

TEST_F(ConfigTest, TheCountersAreNoDedupZone) {
  expect_refused(with(gate() + "webhook_dedup zone=webhook:counters;\n}"), "webhook_dedup zone=webhook:counters",
                 "names a zone that no \"webhook_zone\" declares");
}

}  // namespace
}  // namespace ringfence::test
