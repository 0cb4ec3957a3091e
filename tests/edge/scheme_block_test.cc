// webhook_scheme { } in nginx.conf: what loads verifies, what does not load names its line and what was expected.
#include <sodium.h>

#include <sstream>

#include "edge/config_test.h"

namespace ringfence::test {
namespace {

std::string hmac_sha256_hex(std::string_view key, std::string_view text) {
  crypto_auth_hmacsha256_state state;
  unsigned char mac[crypto_auth_hmacsha256_BYTES];
  const auto bytes = [](std::string_view of) { return reinterpret_cast<const unsigned char*>(of.data()); };
  crypto_auth_hmacsha256_init(&state, bytes(key), key.size());
  crypto_auth_hmacsha256_update(&state, bytes(text), text.size());
  crypto_auth_hmacsha256_final(&state, mac);
  char hex[2 * sizeof mac + 1];
  return sodium_bin2hex(hex, sizeof hex, mac, sizeof mac);
}

class SchemeBlockTest : public ConfigTest {
 protected:
  static constexpr const char* kLines =
      " algorithm  hmac-sha256;\n"
      " key        raw;\n"
      " signature  header=acme-signature list=, separator== name=v1 encoding=hex;\n"
      " timestamp  field=t unit=s;\n"
      " tolerance  2m future=10s;\n"
      " content    \"{timestamp}.{body}\"; # the timestamp as it was sent\n"
      " id         json=/id;\n"
      " type       json=/kind;\n";

  static std::string block(const std::string& lines, const std::string& name = "acme") {
    return "webhook_scheme " + name + " {\n" + lines + "}\n";
  }
  static std::string acme_location(const std::string& extra = "webhook_pass worker;") {
    return "location /w { webhook acme; webhook_key " + std::string(kSecret) + "; " + extra + " }\n";
  }
  // One line of the block instead of another, or after all of them.
  static std::string changed(const std::string& was, const std::string& is) {
    std::string lines = kLines;
    if (was.empty()) return lines + is;
    const std::size_t at = lines.find(was);
    EXPECT_NE(at, std::string::npos) << was;
    return lines.replace(at, was.size(), is);
  }
  void expect_line_refused(const std::string& lines, const std::string& at, const std::string& what) {
    expect_refused(with(acme_location(), block(lines)), at, what);
  }
  static HttpRequest acme_event(const std::string& body, std::int64_t offset_s = 0) {
    const std::string now = unix_seconds(offset_s);
    HttpRequest request;
    request.path = "/w";
    request.headers = {{"acme-signature", "t=" + now + ",v1=" + hmac_sha256_hex(kSecret, now + "." + body)}};
    request.body = body;
    return request;
  }
};

TEST_F(SchemeBlockTest, AnOwnSchemeVerifies) {
  // The block may stand below the location that names it.
  NginxSetup own = with(acme_location() + "}\nserver { listen unix:{dir}/spare.sock;", "webhook_zone calls:1m;\n");
  own.server += "}\n" + block(kLines) + "server { listen unix:{dir}/spare2.sock;";
  ASSERT_TRUE(start(own));
  EXPECT_EQ(send(acme_event(R"({"id":"evt-1","kind":"paid"})")).status, 200);
  ASSERT_EQ(worker.seen().size(), 1U);
  EXPECT_TRUE(logged("200 \"accepted\" \"evt-1\" \"paid\""));
  HttpRequest forged = acme_event(R"({"id":"evt-2"})");
  forged.body += " ";
  EXPECT_EQ(send(forged).status, 403);
  // The scheme's own tolerance, two minutes back and ten seconds ahead.
  EXPECT_EQ(send(acme_event(R"({"id":"evt-3"})", -100)).status, 200);
  EXPECT_EQ(send(acme_event(R"({"id":"evt-4"})", -130)).status, 403);
  EXPECT_EQ(send(acme_event(R"({"id":"evt-5"})", 60)).status, 403);
  EXPECT_EQ(worker.seen().size(), 2U);
}

TEST_F(SchemeBlockTest, ALocationsToleranceCountsInsteadOfTheSchemes) {
  ASSERT_TRUE(start(with("webhook_tolerance 10s future=2m;\n" + acme_location(), block(kLines))));
  EXPECT_EQ(send(acme_event(R"({"id":"evt-1"})", -100)).status, 403);
  EXPECT_EQ(send(acme_event(R"({"id":"evt-2"})", 60)).status, 200);
}

TEST_F(SchemeBlockTest, AnUnsignedIdCountsTogetherWithWhatWasSigned) {
  const std::string lines = changed(" id         json=/id;\n", " id header=x-id;\n");
  const std::string location = acme_location("webhook_dedup zone=calls; webhook_pass worker;");
  ASSERT_TRUE(start(with(location, block(lines) + "webhook_zone calls:1m;\n")));
  const HttpRequest first = acme_event("{}").set("x-id", "1");
  EXPECT_EQ(send(first).status, 200);
  EXPECT_EQ(send(first).status, 200);
  EXPECT_EQ(worker.seen().size(), 1U) << "the same again is a copy";
  EXPECT_EQ(send(acme_event("{ }").set("x-id", "1")).status, 200);
  EXPECT_EQ(worker.seen().size(), 2U) << "whoever sends the id first keeps nobody's event out";
  HttpRequest renamed = first;
  EXPECT_EQ(send(renamed.set("x-id", "2")).status, 200);
  EXPECT_EQ(worker.seen().size(), 3U) << "only a signed id stops a replay";
}

TEST_F(SchemeBlockTest, AnOwnSchemeWinsOverAPresetOfItsName) {
  std::string lines = kLines;
  NginxSetup own =
      with("location /w { webhook stripe; webhook_key " + std::string(kSecret) + "; webhook_pass worker; }",
           block(lines, "stripe"));
  ASSERT_TRUE(start(own));
  EXPECT_EQ(send(acme_event(R"({"id":"evt-1"})")).status, 200);
}

TEST_F(SchemeBlockTest, LinesThatAreWrongAreRefusedWhereTheyStand) {
  expect_line_refused(changed("hmac-sha256", "hmac-sha266"), "hmac-sha266", "did you mean \"hmac-sha256\"?");
  expect_line_refused(changed("raw", "rot13"), "rot13", "\"rot13\" is unknown");
  expect_line_refused(changed("encoding=hex", "encoding=hexx"), "encoding=hexx", "did you mean \"hex\"?");
  expect_line_refused(changed("list=,", "lst=,"), "lst=,", "did you mean \"list\"?");
  expect_line_refused(changed("unit=s", "unit=h"), "unit=h", "expected unit=s or unit=ms");
  expect_line_refused(changed("2m", "5d"), "tolerance", "is not a time from 1s to 3d");
  expect_line_refused(changed("{body}", "{bod}"), "{bod}", "did you mean \"body\"?");
  expect_line_refused(changed("", " id json=id;\n"), "json=id", "is not a JSON path; expected one like /data/id");
  expect_line_refused(changed("", " algorithm;\n"), "algorithm;", "expected algorithm NAME");
  expect_line_refused(changed("", " timestamp header=x;\n"), "timestamp header=x", "is repeated");
  expect_line_refused(changed("", " colour red;\n"), "colour", "directive \"colour\" is unknown");
  expect_line_refused(" key raw;\n", "key raw", "comes before \"algorithm\"");
  expect_line_refused(changed("", " media a b c d e f g h i j k l m n o p q r;\n"), "media", "too many words");
}

TEST_F(SchemeBlockTest, BlocksThatAreNotCompleteAreRefusedWhereTheyBegin) {
  const std::string at = "webhook_scheme acme";
  expect_line_refused("", at, "\"algorithm\" is missing");
  expect_line_refused(" algorithm hmac-sha256;\n key raw;\n", at, "\"signature\" is missing");
  expect_line_refused(changed(" content    \"{timestamp}.{body}\";", " "), at, "\"content\" is missing");
  expect_line_refused(changed("{timestamp}.", ""), at, "timestamp");
  expect_line_refused(changed(" timestamp  field=t unit=s;\n", ""), at, "timestamp");
}

TEST_F(SchemeBlockTest, NginxsOwnFaultsNameTheirLineToo) {
  expect_line_refused(" algorithm hmac-sha256 {\n }\n", "algorithm", "unexpected \"{\"");
  expect_refused(with("", "webhook_scheme acme {\n algorithm hmac-sha256\n} # here\n"), "} # here", "unexpected \"}\"");
  expect_refused(with("webhook_scheme acme { }\n"), "webhook_scheme acme", "is not allowed here");
  expect_refused(with("", "webhook_scheme acme;\n"), "webhook_scheme acme", "has no opening \"{\"");
  expect_refused(with("", "webhook_scheme { }\n"), "webhook_scheme", "invalid number of arguments");
}

TEST_F(SchemeBlockTest, NamesAreCheckedAndStandOnce) {
  const std::string expected = "expected 1 to 31 of a-z, 0-9, \"_\" and \"-\"";
  for (const std::string& name :
       {std::string("Acme"), std::string("acme.com"), std::string("\"\""), std::string(32, 'a')}) {
    expect_refused(with("", block(kLines, name)), "webhook_scheme", expected);
  }
  expect_refused(with("", block(kLines, "off")), "webhook_scheme off", "\"webhook off\" turns verification off");
  expect_refused(with("", block(kLines) + "webhook_scheme acme { # again\n" + kLines + "}\n"),
                 "webhook_scheme acme { # again", "is duplicate");
  expect_accepted(with("", block(kLines, std::string(31, 'a')) + block(kLines, "b_-9")));
}

TEST_F(SchemeBlockTest, UnknownSchemesAreRefusedWithWhatThereIs) {
  const NginxSetup typo = with("location /w {\n webhook stirpe;\n webhook_key " + signer.public_key() + ";\n}");
  expect_refused(typo, "webhook stirpe", "knows no scheme \"stirpe\"; did you mean \"stripe\"? there are telnyx, ");
  expect_refused(typo, "webhook stirpe", "one of your own goes into http as \"webhook_scheme stirpe { ... }\"");
  expect_refused(with("location /w {\n webhook acne;\n webhook_key " + signer.public_key() + ";\n}", block(kLines)),
                 "webhook acne", "did you mean \"acme\"?");
  expect_refused(with("location /w {\n webhook Stripe;\n}"), "webhook Stripe", "knows no scheme \"Stripe\"");
  expect_refused(with("location /w {\n webhook paypal;\n webhook_key " + signer.public_key() + ";\n}"),
                 "webhook paypal", "knows no scheme \"paypal\"; there are telnyx, ");
  expect_refused(with("location /w {\n webhook \"\";\n}"), "webhook \"\"", "needs the name of a scheme, or off");
}

// Each preset is a block like an operator's, read by the same road: it gets as far as its keys.
TEST_F(SchemeBlockTest, EveryPresetCompiles) {
  const NginxFixture::Check none = nginx.check(with("location /w { webhook no-such-scheme-at-all; }"));
  const std::string before = "there are ";
  const std::size_t begin = none.output.find(before) + before.size();
  std::istringstream names(none.output.substr(begin, none.output.find(';', begin) - begin));
  int count = 0;
  for (std::string name; names >> name; ++count) {
    if (name.ends_with(',')) name.pop_back();
    const NginxSetup empty = with("location /w {\n webhook " + name + ";\n webhook_key \"\";\n}");
    expect_refused(empty, "webhook_key", "\"webhook_key\": the key is empty; expected ");
  }
  EXPECT_GE(count, 20) << none.output;
}

}  // namespace
}  // namespace ringfence::test
