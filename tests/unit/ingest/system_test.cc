// Files, secrets, accounts and systemd's protocol.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>

#include "adapters/system/account.h"
#include "adapters/system/file.h"
#include "adapters/system/notify.h"
#include "adapters/system/secret_file.h"
#include "shared/limits.h"
#include "support/temp_dir.h"

namespace ringfence {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class FileTest : public testing::Test {
 protected:
  void write(std::string_view text, mode_t mode = 0600) const {
    std::ofstream(path_) << text;
    ASSERT_EQ(::chmod(path_.c_str(), mode), 0);
  }
  test::TempDir directory_;
  std::string path_ = directory_.file("f");
};

TEST_F(FileTest, AFileIsReadWholeAndBounded) {
  write(std::string(10'000, 'x'));
  EXPECT_EQ(read_file(path_, 10'000)->text.size(), 10'000U);
  const auto longer = read_file(path_, 9'999);
  ASSERT_FALSE(longer);
  EXPECT_EQ(longer.error().code, ErrorCode::limit);
}

TEST_F(FileTest, WhatCannotBeReadIsNamed) {
  EXPECT_THAT(read_file(path_, 10).error().text, HasSubstr(path_ + ": No such file"));
  EXPECT_EQ(read_file(path_, 10).error().code, ErrorCode::not_found);
  EXPECT_THAT(read_file(directory_.path(), 10).error().text, HasSubstr("is a directory"));
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(read_file(path_, 10)->text, "") << "a FIFO nobody writes to must not hang the start";
}

TEST_F(FileTest, ASecretIsOneLine) {
  for (const std::string_view text : {"s3cret", "s3cret\n", "s3cret\r\n"}) {
    write(text);
    const auto secret = read_secret(path_);
    ASSERT_TRUE(secret);
    EXPECT_EQ(secret->text, "s3cret");
    EXPECT_FALSE(secret->readable_by_all);
  }
}

TEST_F(FileTest, AnythingElseIsNoSecretAndTheErrorDoesNotRepeatIt) {
  const std::string long_text(limits::kSecretFileBytes + 1, 'k');
  for (const std::string_view text :
       {std::string_view(""), std::string_view("\n"), std::string_view("key1\nkey2"), std::string_view("key key"),
        std::string_view("key\n\n"), std::string_view("key\0", 4), std::string_view(long_text)}) {
    write(text);
    const auto secret = read_secret(path_);
    ASSERT_FALSE(secret) << text;
    EXPECT_THAT(secret.error().text, HasSubstr(path_));
    EXPECT_THAT(secret.error().text, Not(HasSubstr("key")));
  }
}

TEST_F(FileTest, ASecretEverybodyCanReadIsToldSo) {
  write("s3cret", 0644);
  EXPECT_TRUE(read_secret(path_)->readable_by_all);
}

TEST(AccountTest, NamesAndNumbers) {
  EXPECT_EQ(find_user("root"), 0U);
  EXPECT_EQ(find_group("root"), 0U);
  EXPECT_EQ(find_user("4711"), 4711U);
  EXPECT_EQ(find_group("4711"), 4711U);
  EXPECT_THAT(find_user("no such user").error().text, HasSubstr("\"no such user\""));
  EXPECT_THAT(find_group("no such group").error().text, HasSubstr("\"no such group\""));
  EXPECT_FALSE(find_user("4294967296"));
}

class NotifyTest : public FileTest {
 protected:
  ~NotifyTest() override {
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID"}) {
      unsetenv(name);
    }
    if (manager_ >= 0) ::close(manager_);
  }
  // `address` as in $NOTIFY_SOCKET.
  void listen_at(std::string address) {
    setenv("NOTIFY_SOCKET", address.c_str(), 1);
    if (address[0] == '@') address[0] = '\0';
    manager_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    std::memcpy(at.sun_path, address.data(), address.size());
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address.size());
    ASSERT_EQ(::bind(manager_, reinterpret_cast<const sockaddr*>(&at), size), 0);
  }
  [[nodiscard]] std::string heard() const {
    pollfd ready{manager_, POLLIN, 0};
    if (poll(&ready, 1, 5000) != 1) return "(nothing)";
    char text[256];
    const ssize_t got = ::recv(manager_, text, sizeof text, 0);
    return {text, static_cast<std::size_t>(got < 0 ? 0 : got)};
  }
  int manager_ = -1;
};

TEST_F(NotifyTest, TheManagerHearsUsAtAPath) {
  listen_at(path_);
  ServiceNotifier().send("READY=1");
  EXPECT_EQ(heard(), "READY=1");
}

TEST_F(NotifyTest, TheManagerHearsUsInTheAbstractNamespace) {
  listen_at("@rf-notify-" + std::to_string(getpid()));
  ServiceNotifier().send("STOPPING=1");
  EXPECT_EQ(heard(), "STOPPING=1");
}

TEST_F(NotifyTest, WithoutAManagerNothingHappens) {
  ServiceNotifier notifier;
  notifier.send("READY=1");
  EXPECT_EQ(notifier.watchdog_ms(), std::nullopt);
  setenv("NOTIFY_SOCKET", directory_.file("nobody").c_str(), 1);
  ServiceNotifier().send("READY=1");
}

TEST_F(NotifyTest, TheWatchdogIsOursOnlyWhenItNamesUs) {
  setenv("WATCHDOG_USEC", "10000000", 1);
  EXPECT_EQ(ServiceNotifier().watchdog_ms(), 10'000);
  setenv("WATCHDOG_PID", std::to_string(getpid()).c_str(), 1);
  EXPECT_EQ(ServiceNotifier().watchdog_ms(), 10'000);
  setenv("WATCHDOG_PID", "1", 1);
  EXPECT_EQ(ServiceNotifier().watchdog_ms(), std::nullopt);
  unsetenv("WATCHDOG_PID");
  for (const char* wrong : {"", "abc", "-5", "0", "10s"}) {
    setenv("WATCHDOG_USEC", wrong, 1);
    EXPECT_EQ(ServiceNotifier().watchdog_ms(), std::nullopt) << wrong;
  }
}

TEST_F(NotifyTest, SocketsAreInheritedOnlyWhenTheyAreForUs) {
  EXPECT_TRUE(inherited_sockets().empty());
  setenv("LISTEN_FDS", "1", 1);
  EXPECT_TRUE(inherited_sockets().empty());
  setenv("LISTEN_PID", "1", 1);
  EXPECT_TRUE(inherited_sockets().empty());
  setenv("LISTEN_PID", std::to_string(getpid()).c_str(), 1);
  setenv("LISTEN_FDS", "100000", 1);
  EXPECT_TRUE(inherited_sockets().empty());
}

TEST_F(NotifyTest, TheListenerIsFoundByItsPath) {
  const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un at{};
  at.sun_family = AF_UNIX;
  std::memcpy(at.sun_path, path_.data(), path_.size());
  ASSERT_EQ(::bind(listener, reinterpret_cast<const sockaddr*>(&at), sizeof at), 0);
  EXPECT_EQ(find_unix_listener({0, 1, listener}, path_), -1) << "bound, but not listening";
  ASSERT_EQ(::listen(listener, 1), 0);
  EXPECT_EQ(find_unix_listener({0, 1, listener}, path_), listener);
  EXPECT_EQ(find_unix_listener({0, 1, listener}, path_ + "x"), -1);
  ::close(listener);
}

}  // namespace
}  // namespace ringfence
