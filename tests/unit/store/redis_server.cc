// Starting, stopping and asking a redis-server; see redis_server.h.
#include "redis_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <cstring>
#include <thread>

namespace ringfence::test {
namespace {

int connected(const std::string& path) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) return fd;
  ::close(fd);
  return -1;
}

}  // namespace

bool have_redis_server() {
  for (const char* folder : {"/usr/bin/", "/usr/local/bin/"}) {
    if (::access((std::string(folder) + "redis-server").c_str(), X_OK) == 0) return true;
  }
  return false;
}

int free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    std::abort();
  }
  ::close(fd);
  return ntohs(address.sin_port);
}

RedisServer::RedisServer(std::vector<std::string> extra_arguments, std::string config)
    : socket_path_(folder_.file("redis.sock")),
      config_(std::move(config)),
      extra_(std::move(extra_arguments)),
      port_(free_port()) {
  start();
}

RedisServer::~RedisServer() {
  kill_now();
  if (open_fd_ >= 0) ::close(open_fd_);
}

void RedisServer::start() {
  std::vector<std::string> words = {"redis-server"};
  if (!config_.empty()) words.push_back(config_);
  for (const std::string word : {"--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--daemonize", "no",
                                 "--logfile", "", "--loglevel", "warning", "--repl-diskless-sync-delay", "0"}) {
    words.push_back(word);
  }
  words.insert(words.end(), {"--port", std::to_string(port_), "--unixsocket", socket_path_, "--dir", folder_.path()});
  words.insert(words.end(), extra_.begin(), extra_.end());
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::filesystem::remove(socket_path_);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int quiet = ::open("/dev/null", O_WRONLY);
    ::dup2(quiet, STDOUT_FILENO);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
  }
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (command("PING").empty() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
}

void RedisServer::kill_now() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

void RedisServer::pause() {
  ::kill(pid_, SIGSTOP);
  int status = 0;
  ::waitpid(pid_, &status, WUNTRACED);
}

void RedisServer::resume() { ::kill(pid_, SIGCONT); }

void RedisServer::send_only(const std::string& line) {
  if (open_fd_ >= 0) ::close(open_fd_);
  open_fd_ = connected(socket_path_);
  const std::string words = line + "\r\n";
  if (::send(open_fd_, words.data(), words.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(words.size())) std::abort();
}

std::string RedisServer::command(const std::string& line) const {
  const int fd = connected(socket_path_);
  if (fd < 0) return {};
  const std::string words = line + "\r\n";
  std::string reply;
  if (::send(fd, words.data(), words.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(words.size())) {
    pollfd wait{fd, POLLIN, 0};
    char buffer[4096];
    if (::poll(&wait, 1, 5000) == 1) {
      const ssize_t size = ::recv(fd, buffer, sizeof(buffer), 0);
      if (size > 0) reply.assign(buffer, static_cast<std::size_t>(size));
    }
  }
  ::close(fd);
  return reply;
}

}  // namespace ringfence::test
