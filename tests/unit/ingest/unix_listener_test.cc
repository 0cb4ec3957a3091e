// Where the socket file comes from, and whom it is never taken from.
#include "adapters/ingest/unix_listener.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>

#include "socket_fixture.h"

namespace ringfence::testing_ingest {
namespace {

using ::testing::HasSubstr;

TEST_F(SocketTest, TheSocketFileHasItsModeAndGroup) {
  auto mine = options();
  mine.listener.group = getegid();
  ASSERT_TRUE(start(mine));
  struct stat facts {};
  ASSERT_EQ(stat(path_.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 07777, 0660U);
  EXPECT_EQ(facts.st_gid, getegid());
}

TEST_F(SocketTest, AStaleSocketFileIsReplaced) {
  {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path_.data(), path_.size());
    ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ::close(fd);  // as a crash would: the file stays
  }
  ASSERT_TRUE(std::filesystem::exists(path_));
  started();
  EXPECT_TRUE(Peer(path_).connected);
}

TEST_F(SocketTest, ASocketSomebodyListensAtIsLeftAlone) {
  started();
  FrameServer second(loop_, log_, options());
  const auto result = second.start({.events = &events_});
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().text, HasSubstr("another process already listens at " + path_));
  EXPECT_TRUE(Peer(path_).connected);
}

TEST_F(SocketTest, AFileThatIsNoSocketIsLeftAlone) {
  std::ofstream(path_) << "precious";
  const auto result = start(options());
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().text, HasSubstr("is not a socket"));
  EXPECT_EQ(std::filesystem::file_size(path_), 8U);
}

TEST_F(SocketTest, AMissingDirectoryIsNamedWithAdvice) {
  auto nowhere = options();
  nowhere.listener.path = directory_.file("no/such/s");
  const auto result = start(nowhere);
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().text, HasSubstr("/no/such/s: No such file or directory; create its directory"));
}

TEST_F(SocketTest, ALongPathIsRefusedInsteadOfCut) {
  auto longer = options();
  longer.listener.path = "/tmp/" + std::string(103, 'x');
  const auto result = start(longer);
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().text, HasSubstr("108 bytes; 1 to 107"));
}

TEST_F(SocketTest, AFailedStartLeavesNoFileBehind) {
  auto foreign = options();
  foreign.listener.group = static_cast<gid_t>(54321);
  if (geteuid() == 0) GTEST_SKIP() << "root may give a file to any group";
  ASSERT_FALSE(start(foreign));
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(SocketTest, AFileAnotherProcessHasSincePutThereSurvivesOurEnd) {
  started();
  std::filesystem::remove(path_);
  std::ofstream(path_) << "somebody else's";
  server_.reset();
  EXPECT_TRUE(std::filesystem::exists(path_));
}

TEST_F(SocketTest, AnInheritedListenerIsUsedAndItsFileIsNotOurs) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path_.data(), path_.size());
  ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(fd, 5), 0);
  Peer early(path_);  // waits in the backlog until we are up
  ASSERT_TRUE(early.connected);
  early.send(event_bytes("early"));
  auto inherited = options();
  inherited.listener.inherited_fd = fd;
  ASSERT_TRUE(start(inherited));
  events_.at_once = true;
  EXPECT_EQ(verdict_at(early), Verdict::accepted);
  server_.reset();
  EXPECT_TRUE(std::filesystem::exists(path_));
}

}  // namespace
}  // namespace ringfence::testing_ingest
