// `nginx -t` refuses what would not verify, and says where.
#include <gmock/gmock.h>
#include <jansson.h>
#include <sys/stat.h>

#include <algorithm>
#include <memory>

#include "edge/edge_test.h"
#include "shared/base64.h"

namespace ringfence::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class ConfigTest : public EdgeTest {
 protected:
  static NginxSetup with(std::string server, std::string http = "webhook_zone calls:1m;\n") {
    NginxSetup made;
    made.http = std::move(http);
    made.server = std::move(server);
    return made;
  }
  // Refused, with a message that holds `what` and the line on which `at` stands in nginx.conf.
  void expect_refused(const NginxSetup& setup, const std::string& at, const std::string& what) {
    const NginxFixture::Check check = nginx.check(setup);
    EXPECT_EQ(check.exit_code, 1) << at << check.output;
    const std::string conf = read_text(nginx.file("nginx.conf"));
    const std::size_t found = conf.find(at);
    ASSERT_NE(found, std::string::npos) << at;
    const auto line = 1 + std::count(conf.begin(), conf.begin() + static_cast<std::ptrdiff_t>(found), '\n');
    EXPECT_THAT(check.output, AllOf(HasSubstr("[emerg]"), HasSubstr(what),
                                    HasSubstr("in " + nginx.file("nginx.conf") + ":" + std::to_string(line))));
  }
  void expect_key_refused(const std::string& key, const std::string& what) {
    const std::string line = "webhook_key \"" + key + "\";";
    expect_refused(with("location /w {\n webhook telnyx;\n " + line + "\n webhook_pass worker;\n}"), line, what);
    write_text(nginx.file("keys"), "# telnyx, 2026\n\n" + signer.public_key() + "  # current\r\n" + key + " # next\n");
    const NginxSetup file = with("location /w {\n webhook telnyx;\n webhook_key_file keys;\n webhook_pass worker;\n}");
    if (key.empty()) return;  // an empty line of a file is no key
    expect_refused(file, "webhook_key_file", what);
    expect_refused(file, "webhook_key_file", nginx.file("keys") + ":4: ");
  }
};

std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

TEST_F(ConfigTest, KeysThatAreNoneAreRefusedWithTheirLine) {
  expect_key_refused("", "is empty");
  expect_key_refused("not base64 at all", "not padded standard base64");
  std::string unpadded = signer.public_key();
  unpadded.pop_back();
  expect_key_refused(unpadded, "not padded standard base64");
  std::string url = signer.public_key();
  url[3] = '-';
  expect_key_refused(url, "not padded standard base64");
  expect_key_refused(encode_base64(as_bytes(std::string(31, 'k'))), "wrong number of bytes");
  expect_key_refused(encode_base64(as_bytes(std::string(33, 'k'))), "wrong number of bytes");
  // What `openssl pkey -pubout -outform DER | base64` gives: 44 bytes, not 32.
  expect_key_refused(encode_base64(as_bytes(std::string(44, 'k'))), "wrong number of bytes");
}

TEST_F(ConfigTest, WellKnownSmallOrderKeysAreRefused) {
  for (const char* hex : {"0000000000000000000000000000000000000000000000000000000000000000",
                          "0100000000000000000000000000000000000000000000000000000000000000",
                          "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                          "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"}) {
    expect_key_refused(encode_base64(as_bytes(from_hex(hex))), "small order");
  }
}

TEST_F(ConfigTest, AllFourteenSmallOrderEncodingsAreRefused) {
  const std::string path = RINGFENCE_SOURCE_DIR "/../shared/vectors/small_order_public_keys.json";
  const std::unique_ptr<json_t, void (*)(json_t*)> root(json_load_file(path.c_str(), 0, nullptr), json_decref);
  if (!root) GTEST_SKIP() << "the public vectors are not beside the sources";
  const json_t* list = json_object_get(root.get(), "hex");
  ASSERT_EQ(json_array_size(list), 14U);
  for (std::size_t i = 0; i < 14; ++i) {
    expect_key_refused(encode_base64(as_bytes(from_hex(json_string_value(json_array_get(list, i))))), "small order");
  }
}

TEST_F(ConfigTest, KeyFilesThatCannotBeUsedAreRefused) {
  const std::string gate = "location /w {\n webhook telnyx;\n webhook_pass worker;\n";
  expect_refused(with(gate + "webhook_key_file absent;\n}"), "webhook_key_file absent", "could not be opened");
  expect_refused(with(gate + "webhook_key_file {dir};\n}"), "webhook_key_file /", "is not a regular file");
  ASSERT_EQ(::mkfifo(nginx.file("fifo").c_str(), 0600), 0);
  expect_refused(with(gate + "webhook_key_file fifo;\n}"), "webhook_key_file fifo", "is not a regular file");
  write_text(nginx.file("empty"), "# nothing\n\n");
  expect_refused(with(gate + "webhook_key_file empty;\n}"), "webhook_key_file empty", "holds no key");
  write_text(nginx.file("large"), std::string(5000, '#'));
  expect_refused(with(gate + "webhook_key_file large;\n}"), "webhook_key_file large", "is larger than 4096 bytes");
}

TEST_F(ConfigTest, MoreKeysThanTheBoundAreRefused) {
  std::string keys;
  for (int i = 0; i < 17; ++i) keys += TelnyxSigner().public_key() + "\n";
  write_text(nginx.file("keys"), keys);
  expect_refused(with("location /w {\n webhook telnyx;\n webhook_key_file keys;\n webhook_pass worker;\n}"),
                 "webhook_key_file keys", ":17: more than 16 keys");
}

TEST_F(ConfigTest, WebhookWithoutAKeyIsRefused) {
  expect_refused(with("location /w {\n webhook telnyx;\n webhook_pass worker;\n}"), "webhook telnyx",
                 "without \"webhook_key\"");
}

TEST_F(ConfigTest, PassWithoutVerificationIsRefused) {
  expect_refused(with("location /w {\n webhook_pass worker;\n}"), "webhook_pass worker", "without \"webhook\"");
  expect_refused(
      with("location /w {\n webhook off;\n webhook_key " + signer.public_key() + ";\n webhook_pass worker;\n}"),
      "webhook_pass worker", "without \"webhook\"");
}

TEST_F(ConfigTest, VerificationWhereNothingOfOursServesIsRefused) {
  const std::string key = "webhook_key " + signer.public_key() + ";\n";
  const std::string nothing = "no \"webhook_pass\" serves";
  expect_refused(with("location /w {\n webhook telnyx;\n" + key + "}"), "webhook telnyx", nothing);
  expect_refused(with("location /w {\n webhook telnyx;\n" + key + "proxy_pass http://127.0.0.1:1;\n}"),
                 "webhook telnyx", nothing);
  const std::string pass = "location /w {\n webhook telnyx;\n" + key + "webhook_pass worker;\n";
  expect_refused(with(pass + "location /w/app { proxy_pass http://127.0.0.1:1; }\n}"), "webhook telnyx", nothing);
  expect_refused(with(pass + "if ($arg_app) { proxy_pass http://127.0.0.1:1; }\n}"), "webhook telnyx", nothing);
  expect_refused(with(pass + "limit_except POST { proxy_pass http://127.0.0.1:1; }\n}"), "webhook telnyx", nothing);
  EXPECT_EQ(nginx.check(with(pass + "location /w/app { webhook off; proxy_pass http://127.0.0.1:1; }\n}")).exit_code,
            0);
}

TEST_F(ConfigTest, DedupThatCouldForgetTooEarlyIsRefused) {
  const std::string gate =
      "location /w {\n webhook telnyx;\n webhook_key " + signer.public_key() + ";\n webhook_pass worker;\n";
  const std::string at = "webhook_dedup";
  expect_refused(with(gate + "webhook_dedup zone=other;\n}"), at, "names a zone that no");
  expect_refused(with("location / { return 204; }", "webhook_dedup zone=other;\n"), at, "names a zone that no");
  expect_refused(with(gate + "webhook_dedup zone=calls window=9m;\n}"), at, "shorter than twice");
  expect_refused(with(gate + "webhook_dedup zone=calls lease=1s;\n}"), at, "lease is shorter");
  // Two seconds for each of connect, send, read and the last attempt's late start.
  expect_refused(with(gate + "webhook_connect_timeout 2s;\nwebhook_dedup zone=calls lease=7s;\n}"), at,
                 "lease is shorter");
  // What the table would silently cut is not promised either.
  expect_refused(with(gate + "webhook_dedup zone=calls window=8d;\n}"), at, "window is longer than 7d");
  expect_refused(with(gate + "webhook_dedup zone=calls lease=11m;\n}"), at, "lease is longer than 10m");
  EXPECT_EQ(nginx.check(with(gate + "webhook_dedup zone=calls window=7d lease=10m;\n}")).exit_code, 0);
  expect_refused(with(gate + "webhook_dedup zone=calls window=soon;\n}"), at,
                 "cannot use the parameter \"window=soon\"");
  expect_refused(with(gate + "webhook_dedup zone=calls color=red;\n}"), at, "cannot use the parameter");
  expect_refused(with(gate + "webhook_dedup window=1h;\n}"), at, "needs zone=<name>");
  expect_refused(with(gate + "webhook_tolerance 0;\n}"), "webhook telnyx", "not between 1s and 1d");
}

TEST_F(ConfigTest, ZonesAreChecked) {
  expect_refused(with("", "webhook_zone calls;\n"), "webhook_zone", "needs <name>:<size>");
  expect_refused(with("", "webhook_zone :1m;\n"), "webhook_zone", "needs <name>:<size>");
  expect_refused(with("", "webhook_zone calls:many;\n"), "webhook_zone", "needs <name>:<size>");
  expect_refused(with("", "webhook_zone calls:8k;\n"), "webhook_zone", "is too small");
  expect_refused(with("", "webhook_zone calls:1m;\nwebhook_zone calls:1m; # again\n"), "webhook_zone calls:1m; # again",
                 "is duplicate");
}

TEST_F(ConfigTest, RepeatedAndUnknownDirectivesAreRefused) {
  const std::string key = "webhook_key " + signer.public_key() + ";\n";
  expect_refused(with("location /w {\n webhook stripe;\n}"), "webhook stripe", "knows \"telnyx\" and \"off\"");
  expect_refused(with("location /w {\n webhook telnyx;\nwebhook off;\n}"), "webhook off", "is duplicate");
  expect_refused(
      with("location /w {\n webhook telnyx;\n" + key + "webhook_pass worker;\nproxy_pass http://127.0.0.1:1;\n}"),
      "webhook telnyx", "no \"webhook_pass\" serves");
  expect_refused(
      with("location /w {\n webhook telnyx;\n" + key + "proxy_pass http://127.0.0.1:1;\nwebhook_pass worker;\n}"),
      "webhook_pass worker", "meets another content handler");
}

TEST_F(ConfigTest, TheModuleLoadsWithoutAnHttpBlock) {
  NginxSetup none;
  none.with_http = false;
  const NginxFixture::Check check = nginx.check(none);
  EXPECT_EQ(check.exit_code, 0) << check.output;
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

TEST_F(ConfigTest, EveryKeyOfALocationIsTrusted) {
  const TelnyxSigner next;
  const TelnyxSigner inline_one;
  write_text(nginx.file("keys"), "# rotation\n" + signer.public_key() + " # old\n\n" + next.public_key());
  ASSERT_TRUE(start(with("location /w { webhook telnyx; webhook_key_file keys; webhook_key " + inline_one.public_key() +
                         "; webhook_pass worker; }")));
  for (const TelnyxSigner* one : {static_cast<const TelnyxSigner*>(&signer), &next, &inline_one}) {
    EXPECT_EQ(send(one->webhook("/w", event_body("evt"))).status, 200);
  }
  EXPECT_EQ(send(TelnyxSigner().webhook("/w", event_body("evt"))).status, 403);
}

TEST_F(ConfigTest, AKeyTakenOutByAReloadIsNoLongerTrusted) {
  const TelnyxSigner next;
  const NginxSetup file = with("location /w { webhook telnyx; webhook_key_file keys; webhook_pass worker; }");
  write_text(nginx.file("keys"), signer.public_key());
  ASSERT_TRUE(start(file));
  EXPECT_EQ(send(event("evt-1")).status, 200);
  write_text(nginx.file("keys"), next.public_key());
  ASSERT_TRUE(nginx.reload(file));
  EXPECT_EQ(send(event("evt-2")).status, 403);
  EXPECT_EQ(send(next.webhook("/w", event_body("evt-3"))).status, 200);
}

TEST_F(ConfigTest, KeysAndToleranceAreInherited) {
  NginxSetup inherited = with("webhook_tolerance 10s;\nlocation /w { webhook telnyx; webhook_pass worker; }\n",
                              "webhook_key " + signer.public_key() + ";\n");
  ASSERT_TRUE(start(inherited));
  EXPECT_EQ(send(event("evt-1")).status, 200);
  EXPECT_EQ(send(signer.webhook("/w", event_body("evt-2"), -20)).status, 403);
}

}  // namespace
}  // namespace ringfence::test
