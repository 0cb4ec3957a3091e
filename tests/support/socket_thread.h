// A Unix socket served on a thread of its own: the lower half of the scripted worker and the scripted backend. Accepts,
// receives, closes, and tells its user. Must not know: what the bytes mean.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace ringfence::test {

class SocketThread {
 public:
  // Called with lock() held, one at a time: on the thread, and `closed` also by whoever calls one of the below.
  struct User {
    std::function<void(int fd)> opened;
    std::function<void(int fd, std::string_view bytes)> received;
    std::function<void(int fd)> closed;
  };

  SocketThread(std::string path, User user);
  ~SocketThread();
  SocketThread(const SocketThread&) = delete;
  SocketThread& operator=(const SocketThread&) = delete;

  bool start();  // listens; true at once when it already does
  void stop();   // closes every connection and the socket
  void drop_connections();

  // Guards these three, and whatever the user's functions touch.
  [[nodiscard]] std::unique_lock<std::mutex> lock() const { return std::unique_lock(mutex_); }
  void send(int fd, std::string_view bytes);
  void close(int fd);
  void deafen(int fd);  // nothing more is read from it

 private:
  void run();
  void accept_one();
  void receive(int fd);
  void close_all();
  void poke() const;

  mutable std::mutex mutex_;
  std::string path_;
  User user_;
  int listener_ = -1;
  int wake_;
  bool quit_ = false;
  std::map<int, short> connections_;  // and what poll() waits for
  std::thread thread_;
};

}  // namespace ringfence::test
