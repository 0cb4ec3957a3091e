// Keys as the configuration has them: what is no key does not load, files are read by the master alone, several live
// at once, and nothing of a secret stays behind when its configuration is gone.
#include <fcntl.h>
#include <grp.h>
#include <jansson.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <sstream>

#include "edge/config_test.h"
#include "shared/base64.h"

namespace ringfence::test {
namespace {

std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

class KeyTest : public ConfigTest {
 protected:
  static constexpr const char* kFromFile = "location /w {\n webhook telnyx;\n webhook_key_file keys;\n}";

  void expect_key_refused(const std::string& key, const std::string& what) {
    const std::string line = "webhook_key \"" + key + "\";";
    expect_refused(with("location /w {\n webhook telnyx;\n " + line + "\n}"), line, what);
    if (key.empty()) return;  // an empty line of a file is no key
    write_text(nginx.file("keys"), "# telnyx, 2026\n\n" + signer.public_key() + "  # current\r\n" + key + " # next\n");
    expect_refused(with(kFromFile), "webhook_key_file", what);
    expect_refused(with(kFromFile), "webhook_key_file", nginx.file("keys") + ":4: ");
  }
  void expect_file_refused(std::string_view text, const std::string& what) {
    write_text(nginx.file("keys"), text);
    expect_refused(with(kFromFile), "webhook_key_file keys", what);
  }
};

TEST_F(KeyTest, KeysThatAreNoneAreRefusedWithTheirLine) {
  const std::string expected =
      "expected 44 characters of base64: the raw 32 bytes of the provider's Ed25519 public key";
  expect_key_refused("", "is empty");
  expect_key_refused("not*base64", "is not base64");
  std::string unpadded = signer.public_key();
  unpadded.pop_back();
  expect_key_refused(unpadded, "without its padding");
  std::string url = signer.public_key();
  url[3] = '-';
  expect_key_refused(url, "is base64url");
  expect_key_refused(encode_base64(as_bytes(std::string(31, 'k'))), "has the wrong number of bytes; " + expected);
  expect_key_refused(encode_base64(as_bytes(std::string(33, 'k'))), "has the wrong number of bytes; " + expected);
  // What `openssl pkey -pubout -outform DER | base64` gives: 44 bytes, not 32.
  expect_key_refused("MCowBQYDK2VwAyEA" + encode_base64(as_bytes(std::string(32, 'k'))),
                     "is an Ed25519 public key in DER");
  expect_key_refused("KEY0123456789ABCDEF_abcdefghijkl", "is a Telnyx API key");
  expect_key_refused("YOUR_PUBLIC_KEY", "is a placeholder");
}

// A refusal says what was expected; it never repeats what stood there.
TEST_F(KeyTest, ARefusedSecretIsNotRepeated) {
  const std::string secret = "sk_live_51Habcdefghijklmnop";
  write_text(nginx.file("keys"), secret + "\n");
  const NginxFixture::Check check = nginx.check(with("location /w {\n webhook stripe;\n webhook_key_file keys;\n}"));
  EXPECT_EQ(check.exit_code, 1);
  EXPECT_THAT(check.output, testing::HasSubstr("is a Stripe API key"));
  EXPECT_THAT(check.output, testing::Not(testing::HasSubstr(secret)));
  EXPECT_THAT(check.output, testing::Not(testing::HasSubstr("51Habc")));
}

TEST_F(KeyTest, WellKnownSmallOrderKeysAreRefused) {
  for (const char* hex : {"0100000000000000000000000000000000000000000000000000000000000000",
                          "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                          "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"}) {
    expect_key_refused(encode_base64(as_bytes(from_hex(hex))), "small order");
  }
}

TEST_F(KeyTest, AllFourteenSmallOrderEncodingsAreRefused) {
  const std::string path = RINGFENCE_SOURCE_DIR "/../shared/vectors/small_order_public_keys.json";
  const std::unique_ptr<json_t, void (*)(json_t*)> root(json_load_file(path.c_str(), 0, nullptr), json_decref);
  if (!root) GTEST_SKIP() << "the public vectors are not beside the sources";
  const json_t* list = json_object_get(root.get(), "hex");
  ASSERT_EQ(json_array_size(list), 14U);
  for (std::size_t i = 0; i < 14; ++i) {
    const std::string key = encode_base64(as_bytes(from_hex(json_string_value(json_array_get(list, i)))));
    const NginxFixture::Check check =
        nginx.check(with("location /w {\n webhook telnyx;\n webhook_key " + key + ";\n}"));
    EXPECT_EQ(check.exit_code, 1) << key;
    EXPECT_THAT(check.output, testing::HasSubstr("[emerg] \"webhook_key\": the key is ")) << key;
  }
}

TEST_F(KeyTest, FilesThatCannotBeUsedAreRefused) {
  const std::string gate = "location /w {\n webhook telnyx;\n";
  expect_refused(with(gate + "webhook_key_file absent;\n}"), "webhook_key_file absent", "could not be opened");
  expect_refused(with(gate + "webhook_key_file {dir};\n}"), "webhook_key_file /", "is not a regular file");
  ASSERT_EQ(::mkfifo(nginx.file("fifo").c_str(), 0600), 0);
  expect_refused(with(gate + "webhook_key_file fifo;\n}"), "webhook_key_file fifo", "is not a regular file");
  expect_file_refused("", "holds no key");
  expect_file_refused("# nothing\n\n \t\r\n", "holds no key");
  expect_file_refused(std::string(17000, '#'), "is larger than 16384 bytes");
  expect_file_refused("\xEF\xBB\xBF" + signer.public_key(),
                      "begins with a UTF-8 byte order mark; save it as plain text");
  expect_file_refused(signer.public_key() + std::string("\n\0\n", 3), "holds a zero byte");
  // As some editors save: every second byte of UTF-16 is zero.
  expect_file_refused(std::string("\xFF\xFE"
                                  "A\0B\0",
                                  6),
                      "holds a zero byte");
}

TEST_F(KeyTest, MoreKeysThanTheBoundAreRefused) {
  std::string keys;
  for (int i = 0; i < 16; ++i) keys += TelnyxSigner().public_key() + "\n";
  const std::string again = keys.substr(0, keys.find('\n') + 1);
  expect_file_refused(keys + TelnyxSigner().public_key() + "\n", ":17: more than 16 keys");
  write_text(nginx.file("keys"), keys + again);  // one of the sixteen
  expect_accepted(with(kFromFile));
}

TEST_F(KeyTest, EveryKeyOfALocationIsTrusted) {
  const TelnyxSigner next;
  const TelnyxSigner other_file;
  const TelnyxSigner inline_one;
  write_text(nginx.file("keys"), "# rotation\r\n" + signer.public_key() + " # old\r\n\r\n" + next.public_key());
  write_text(nginx.file("more"),
             "\t" + other_file.public_key() + "\t# the other account\n" + signer.public_key() + "\n");
  ASSERT_TRUE(start(with("location /w { webhook telnyx; webhook_key_file keys; webhook_key " + inline_one.public_key() +
                         "; webhook_key_file more; webhook_pass worker; }")));
  for (const TelnyxSigner* one : {static_cast<const TelnyxSigner*>(&signer), &next, &inline_one, &other_file}) {
    EXPECT_EQ(send(one->webhook("/w", event_body("evt"))).status, 200);
  }
  EXPECT_EQ(send(TelnyxSigner().webhook("/w", event_body("evt"))).status, 403);
}

// The label of a key, or its number among those of the location, tells which one an event came by.
TEST_F(KeyTest, LabelsTellKeysApart) {
  const TelnyxSigner second;
  const TelnyxSigner third;
  write_text(nginx.file("keys"),
             signer.public_key() + "\n" + second.public_key() + " # since 2026-11\r\n" + third.public_key() + "\n");
  NginxSetup labels = with(
      "location /w { webhook telnyx; webhook_key_file keys; webhook_pass worker; access_log {dir}/keys.log keys; }",
      "log_format keys '<$webhook_key>';\n");
  ASSERT_TRUE(start(labels));
  for (const TelnyxSigner* one : {static_cast<const TelnyxSigner*>(&signer), &second, &third}) {
    EXPECT_EQ(send(one->webhook("/w", event_body("evt"))).status, 200);
  }
  const std::string expected = "<1>\n<since 2026-11>\n<3>\n";
  EXPECT_TRUE(wait_until([&] { return read_text(nginx.file("keys.log")) == expected; }))
      << read_text(nginx.file("keys.log"));
}

TEST_F(KeyTest, AKeyTakenOutByAReloadIsNoLongerTrusted) {
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

TEST_F(KeyTest, AnInnerLevelReplacesTheOuterKeys) {
  const TelnyxSigner inner;
  ASSERT_TRUE(start(with("webhook_key " + signer.public_key() +
                         ";\nlocation /w { webhook telnyx; webhook_pass worker; "
                         "location /w/in { webhook_key " +
                         inner.public_key() + "; webhook_pass worker; } }")));
  EXPECT_EQ(send(signer.webhook("/w", event_body("evt-1"))).status, 200);
  EXPECT_EQ(send(signer.webhook("/w/in", event_body("evt-2"))).status, 403);
  EXPECT_EQ(send(inner.webhook("/w/in", event_body("evt-3"))).status, 200);
}

TEST_F(KeyTest, ASecretInNginxConfItselfIsWarnedOf) {
  const std::string warning = "\"webhook_key\" holds a secret of scheme \"github\", which \"nginx -T\" prints";
  const std::string line = "webhook_key " + std::string(kSecret) + ";";
  const NginxSetup secret = with("location /w {\n webhook github;\n " + line + "\n}");
  expect_told(secret, "warn", warning, line);
  expect_not_told(with(gate() + "}"), "holds a secret");
  write_text(nginx.file("keys"), kSecret);
  expect_not_told(with("location /w {\n webhook github;\n webhook_key_file keys;\n}"), "holds a secret");
}

TEST_F(KeyTest, OnlyTheMasterHasToReadKeyFiles) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can start worker processes of another user";
  write_text(nginx.file("keys"), signer.public_key());
  ASSERT_EQ(::chmod(nginx.file("keys").c_str(), 0600), 0);
  NginxSetup file = with("location /w { webhook telnyx; webhook_key_file keys; }");
  const passwd* nobody = ::getpwnam("nobody");
  const group* its_group = nobody == nullptr ? nullptr : ::getgrgid(nobody->pw_gid);
  if (its_group == nullptr) GTEST_SKIP() << "this machine has no user called nobody";
  file.user = std::string("nobody ") + its_group->gr_name;
  for (const bool again : {false, true}) {
    ASSERT_TRUE(again ? nginx.reload(file) : nginx.start(file));
    const std::string status = "/proc/" + std::to_string(nginx.worker_pids().front()) + "/status";
    const std::string uid = "Uid:\t" + std::to_string(nobody->pw_uid) + "\t";
    EXPECT_TRUE(wait_until([&] { return read_text(status).contains(uid); })) << read_text(status);
    EXPECT_EQ(send(event("evt-1")).status, 404);  // verified; there is no such file
    EXPECT_EQ(send(TelnyxSigner().webhook("/w", event_body("evt-2"))).status, 403);
  }
}

#ifdef RINGFENCE_FAILING_MEMORY_LIBRARY  // without sanitizers, whose shadow is terabytes to search

// Whether `text` is anywhere in what a process may write to.
bool remembers(pid_t pid, std::string_view text) {
  const std::string proc = "/proc/" + std::to_string(pid);
  const int memory = ::open((proc + "/mem").c_str(), O_RDONLY | O_CLOEXEC);
  EXPECT_GE(memory, 0) << "the memory of our own child cannot be read";
  std::istringstream maps(read_text(proc + "/maps"));
  bool found = false;
  for (std::string line; !found && std::getline(maps, line);) {
    std::istringstream fields(line);
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    std::string mode;
    fields >> std::hex >> begin;
    fields.ignore();  // the dash
    fields >> end >> mode;
    if (!mode.starts_with("rw")) continue;
    std::string bytes(end - begin, '\0');
    const ssize_t got = ::pread(memory, bytes.data(), bytes.size(), static_cast<off_t>(begin));
    found = got > 0 && std::string_view(bytes).substr(0, static_cast<std::size_t>(got)).contains(text);
  }
  ::close(memory);
  return found;
}

TEST_F(KeyTest, NothingOfASecretStaysBehind) {
  const std::string old_secret = "b1f0c3e29d8a47560e1d2c3b4a5968778695a4b3c2d1e0f1";
  const std::string new_secret = "c2e1d4f38e9b56471f2e3d4c5b6a79889706b5c4d3e2f102";
  const NginxSetup file = with("location /w { webhook github; webhook_key_file keys; }");
  write_text(nginx.file("keys"), old_secret + " # before\n");
  ASSERT_TRUE(nginx.start(file));
  ASSERT_TRUE(remembers(nginx.pid(), old_secret)) << "the search finds nothing, so it proves nothing";
  EXPECT_FALSE(remembers(nginx.pid(), old_secret + " #")) << "the text of the file is still there";
  write_text(nginx.file("keys"), new_secret + " # after\n");
  ASSERT_TRUE(nginx.reload(file));
  EXPECT_TRUE(remembers(nginx.pid(), new_secret));
  EXPECT_TRUE(wait_until([&] { return !remembers(nginx.pid(), old_secret); }));
  EXPECT_FALSE(remembers(nginx.worker_pids().front(), old_secret));
}

// One that does not load leaves nothing behind either, and the running one goes on.
TEST_F(KeyTest, NothingOfARefusedConfigurationStaysBehind) {
  const std::string secret = "d3f2e5a49fac67582a3f4e5d6c7b8a99a817c6d5e4f30213";
  write_text(nginx.file("keys"), kSecret);
  ASSERT_TRUE(nginx.start(with("location /w { webhook github; webhook_key_file keys; }")));
  nginx.expect_logged("more_keys:2: the key is too short");
  write_text(nginx.file("more_keys"), secret + " # new\nshort\n");
  ASSERT_TRUE(nginx.reload_refused(with("location /w { webhook github; webhook_key_file more_keys; }")));
  EXPECT_TRUE(wait_until([&] { return !remembers(nginx.pid(), secret); }));
}

#endif

}  // namespace
}  // namespace ringfence::test
