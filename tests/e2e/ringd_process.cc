// See ringd_process.h.
#include "ringd_process.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "shared/limits.h"
#include "support/process.h"
#include "support/wait.h"

namespace ringfence::test {
namespace {

// Nobody is called: the events of these tests cause no command.
constexpr std::string_view kConf = R"(ingest unix:{dir}/ingest.sock;
control unix:{dir}/control.sock;
telnyx { api http://127.0.0.1:9/v2; api_key_file {dir}/api.key; keep_warm 0; }
log_level notice;
)";

constexpr const char* kMemory = "/dev/shm";

int listen_at(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return -1;
  std::memcpy(address.sun_path, path.data(), path.size());
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      ::listen(fd, limits::kListenBacklog) == 0) {
    return fd;
  }
  ::close(fd);
  return -1;
}

}  // namespace

RingdProcess::RingdProcess(std::string_view more)
    : dir_(::access(kMemory, W_OK) == 0 ? kMemory : "/tmp"), listener_(listen_at(socket_)) {
  std::string conf = std::string(kConf) + std::string(more) + "\n";
  constexpr std::string_view kDir = "{dir}";
  for (std::size_t at = 0; (at = conf.find(kDir, at)) != std::string::npos;) {
    conf.replace(at, kDir.size(), dir_.path());
  }
  write_text(dir_.file("ringd.conf"), conf);
  write_text(dir_.file("api.key"), "KEYnobody\n");
  ::chmod(dir_.file("api.key").c_str(), 0600);
}

RingdProcess::~RingdProcess() {
  if (pid_ >= 0) (void)end(SIGTERM);
  if (listener_ >= 0) ::close(listener_);
}

bool RingdProcess::start() {
  log_ = dir_.file("ringd-" + std::to_string(++starts_) + ".log");
  if (listener_ >= 0) pid_ = spawn({RINGFENCE_RINGD, "-c", dir_.file("ringd.conf")}, {}, log_, listener_);
  return pid_ >= 0;
}

bool RingdProcess::end(int signal) {
  ::kill(pid_, signal);
  int status = 0;
  const bool ended = wait_until([&] { return ::waitpid(pid_, &status, WNOHANG) == pid_; });
  if (!ended) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, &status, 0);
  }
  pid_ = -1;
  return ended && (signal == SIGKILL || (WIFEXITED(status) && WEXITSTATUS(status) == 0));
}

}  // namespace ringfence::test
