// TCP that refuses and resets: with the adapter that comes with hiredis 0.14 these are silent for ever.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>

#include <map>

#include "adapters/redis/redis_store.h"
#include "bench.h"
#include "redis_server.h"

namespace ringfence::test {
namespace {

// A listener on the test's own loop that plays a Redis far enough to be believed, and resets connections as told.
class ResettingServer {
 public:
  enum class When : std::uint8_t { at_once, at_first_script };

  ResettingServer(UvLoop& loop, When when) : loop_(loop), when_(when) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 16) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      std::abort();
    }
    port_ = ntohs(address.sin_port);
    watch(listener_);
  }
  ~ResettingServer() {
    for (auto& [fd, poll] : polls_) {
      poll.reset();
      ::close(fd);
    }
  }
  ResettingServer(const ResettingServer&) = delete;
  ResettingServer& operator=(const ResettingServer&) = delete;
  [[nodiscard]] int port() const { return port_; }
  int accepted = 0;
  int resets = 0;

 private:
  void watch(int fd) {
    auto& poll = polls_[fd];
    poll = std::make_unique<UvHandle<uv_poll_t>>();
    uv_poll_init(loop_.get(), poll->get(), fd);
    poll->get()->data = this;
    uv_poll_start(poll->get(), UV_READABLE, [](uv_poll_t* handle, int, int) noexcept {
      int ready = -1;
      uv_fileno(reinterpret_cast<uv_handle_t*>(handle), &ready);
      static_cast<ResettingServer*>(handle->data)->on_readable(ready);
    });
  }
  void on_readable(int fd) {
    if (fd == listener_) {
      const int peer = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
      if (peer < 0) return;
      ++accepted;
      watch(peer);
      if (when_ == When::at_once) reset(peer);
      return;
    }
    char buffer[65536];
    const ssize_t size = ::recv(fd, buffer, sizeof(buffer), 0);
    if (size <= 0) {
      reset(fd);
      return;
    }
    std::string& heard = heard_[fd];
    const bool first = heard.empty();
    heard.append(buffer, static_cast<std::size_t>(size));
    if (heard.find("EVALSHA") != std::string::npos) {
      reset(fd);
    } else if (first) {
      std::string replies = "+OK\r\n*1\r\n$6\r\nmaster\r\n";
      for (int i = 0; i < 6; ++i) replies += "$40\r\n" + std::string(40, 'a') + "\r\n";
      static_cast<void>(::send(fd, replies.data(), replies.size(), MSG_NOSIGNAL));
    }
  }
  void reset(int fd) {
    ++resets;
    const linger now{1, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    heard_.erase(fd);
    polls_.erase(fd);
    ::close(fd);
  }

  UvLoop& loop_;
  When when_;
  int listener_ = -1;
  int port_ = 0;
  std::map<int, std::unique_ptr<UvHandle<uv_poll_t>>> polls_;
  std::map<int, std::string> heard_;
};

class RedisSocket : public testing::Test {
 protected:
  void SetUp() override { ::signal(SIGPIPE, SIG_IGN); }
  std::unique_ptr<RedisStore> open(int port) {
    RedisOptions options;
    options.host = "127.0.0.1";
    options.port = port;
    auto opened = RedisStore::open(bench_.loop, bench_.log, options);
    EXPECT_TRUE(opened);
    return std::move(*opened);
  }
  void expect_answers(Store& store) {
    EXPECT_EQ(bench_.commit(store, request("s1", 0, "e1")).status, CommitStatus::unknown);
    EXPECT_EQ(bench_.load(store, "s1").error().code, ErrorCode::unavailable);
    EXPECT_EQ(bench_.claim(store, 1, 1, 1).error().code, ErrorCode::unavailable);
    EXPECT_EQ(bench_.list(store, 1).error().code, ErrorCode::unavailable);
    EXPECT_EQ(bench_.ladder(store, "s1").error().code, ErrorCode::unavailable);
    EXPECT_EQ(bench_.put_directory(store, "x").error().code, ErrorCode::unavailable);
    EXPECT_EQ(bench_.get_directory(store, 0).error().code, ErrorCode::unavailable);
  }
  Bench bench_;
};

TEST_F(RedisSocket, ARefusedConnectIsNoticedAndTriedAgain) {
  const auto store = open(free_port());
  ASSERT_TRUE(bench_.run_until([&] { return bench_.log.count("Connection refused") >= 2; }));
  EXPECT_FALSE(store->ready());
  expect_answers(*store);
}

TEST_F(RedisSocket, AResetDuringSetUpIsNoticedAndTriedAgain) {
  ResettingServer server(bench_.loop, ResettingServer::When::at_once);
  const auto store = open(server.port());
  ASSERT_TRUE(bench_.run_until([&] { return server.accepted >= 6; }));  // two connections, three times
  EXPECT_FALSE(store->ready());
  EXPECT_GE(bench_.log.count("redis_away"), 2U);
  expect_answers(*store);
}

TEST_F(RedisSocket, AResetWithCommitsInFlightMakesThemUnknown) {
  ResettingServer server(bench_.loop, ResettingServer::When::at_first_script);
  const auto store = open(server.port());
  ASSERT_TRUE(bench_.run_until([&] { return store->ready(); }));
  int unknown = 0;
  int answers = 0;
  for (int i = 0; i < 40; ++i) {
    store->commit(request("s" + std::to_string(i), 0, "e"), [&](CommitResult result) {
      ++answers;
      unknown += result.status == CommitStatus::unknown ? 1 : 0;
    });
  }
  ASSERT_TRUE(bench_.run_until([&] { return answers == 40; }, std::chrono::milliseconds(800)))
      << "only the watchdog noticed";
  EXPECT_EQ(unknown, 40);
  EXPECT_EQ(bench_.get_directory(*store, 0).error().code, ErrorCode::unavailable);
  EXPECT_TRUE(bench_.run_until([&] { return store->ready(); })) << "it did not come back";
}

TEST_F(RedisSocket, ASilentServerIsGivenUpAtSetUp) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(listener, 16), 0);  // the kernel accepts; nobody ever answers
  ASSERT_EQ(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), 0);
  const auto store = open(ntohs(address.sin_port));
  EXPECT_TRUE(bench_.run_until([&] { return bench_.log.count("no connection within") >= 2; }));
  EXPECT_FALSE(store->ready());
  ::close(listener);
}

}  // namespace
}  // namespace ringfence::test
