// A real redis-server as a child of the test, on a Unix socket in a folder of its own. Ended with the test.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "bench.h"

namespace ringfence::test {

[[nodiscard]] bool have_redis_server();
// A loopback port that was free a moment ago.
[[nodiscard]] int free_port();

class RedisServer {
 public:
  explicit RedisServer(std::vector<std::string> extra_arguments = {}, std::string config = "");
  ~RedisServer();
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  void start();
  void kill_now();  // SIGKILL, and waited for
  void pause();     // SIGSTOP, and waited for
  void resume();
  // One inline command over the socket, e.g. "SCRIPT FLUSH"; the raw reply, empty when there is none.
  [[nodiscard]] std::string command(const std::string& line) const;
  // The same without waiting for a reply: the connection stays open until the next of its kind.
  void send_only(const std::string& line);
  [[nodiscard]] const std::string& socket_path() const { return socket_path_; }
  [[nodiscard]] int port() const { return port_; }

 private:
  TempDir folder_;
  std::string socket_path_;
  std::string config_;
  std::vector<std::string> extra_;
  int port_;
  pid_t pid_ = 0;
  int open_fd_ = -1;  // of send_only()
};

}  // namespace ringfence::test
