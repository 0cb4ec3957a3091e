// Binding a Unix socket without stealing it from anybody; see unix_listener.h.
#include "adapters/ingest/unix_listener.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "shared/limits.h"

namespace ringfence {
namespace {

[[nodiscard]] sockaddr_un address_of(const std::string& path) noexcept {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

[[nodiscard]] int new_socket() noexcept { return ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0); }

[[nodiscard]] Error failure(const std::string& doing, const std::string& path, int reason) {
  std::string advice;
  if (reason == ENOENT) advice = "; create its directory first, owned by the user ringd runs as";
  if (reason == EACCES) advice = "; the user ringd runs as must be allowed to write to its directory";
  if (reason == EPERM) advice = "; the user ringd runs as must be a member of the group";
  return {ErrorCode::unavailable, "cannot " + doing + " " + path + ": " + std::strerror(reason) + advice};
}

// What stands in the way at `path`, or nullopt when it was a dead socket and is gone now.
[[nodiscard]] std::optional<Error> clear_stale(const std::string& path) {
  struct stat facts {};
  if (lstat(path.c_str(), &facts) != 0) {
    return errno == ENOENT ? std::nullopt : std::optional(failure("look at", path, errno));
  }
  if (!S_ISSOCK(facts.st_mode)) {
    return Error{ErrorCode::invalid, path + " exists and is not a socket; move it away or configure another path"};
  }
  const int probe = new_socket();
  if (probe < 0) return failure("make a socket for", path, errno);
  const sockaddr_un address = address_of(path);
  const int connected = ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const int reason = errno;
  ::close(probe);
  if (connected != 0 && reason == ECONNREFUSED) {
    return ::unlink(path.c_str()) == 0 || errno == ENOENT
               ? std::nullopt
               : std::optional(failure("remove the stale socket", path, errno));
  }
  if (connected != 0 && reason == ENOENT) return std::nullopt;
  if (connected != 0 && reason != EAGAIN) return failure("find out who listens at", path, reason);
  return Error{ErrorCode::unavailable, "another process already listens at " + path + "; stop it first"};
}

}  // namespace

Result<UnixListener> UnixListener::open(const UnixListenerOptions& options) {
  UnixListener listener;
  if (options.inherited_fd >= 0) {
    listener.fd_ = options.inherited_fd;
    return listener;
  }
  if (options.path.empty() || options.path.size() >= sizeof(sockaddr_un::sun_path)) {
    return fail(ErrorCode::limit, "the socket path \"" + options.path + "\" has " +
                                      std::to_string(options.path.size()) + " bytes; 1 to " +
                                      std::to_string(sizeof(sockaddr_un::sun_path) - 1) + " are possible");
  }
  if (auto error = listener.bind_at(options)) return std::unexpected(*std::move(error));
  return listener;
}

std::optional<Error> UnixListener::bind_at(const UnixListenerOptions& options) {
  const std::string& path = options.path;
  fd_ = new_socket();
  if (fd_ < 0) return failure("make a socket for", path, errno);
  const sockaddr_un address = address_of(path);
  const auto* as_base = reinterpret_cast<const sockaddr*>(&address);
  if (::bind(fd_, as_base, sizeof address) != 0) {
    if (errno != EADDRINUSE) return failure("bind", path, errno);
    if (auto obstacle = clear_stale(path)) return obstacle;
    if (::bind(fd_, as_base, sizeof address) != 0) return failure("bind", path, errno);
  }
  path_ = path;
  struct stat facts {};
  if (lstat(path.c_str(), &facts) != 0) return failure("look at", path, errno);
  device_ = facts.st_dev;
  inode_ = facts.st_ino;
  // Nobody can connect before listen(), so the umask's first choice of mode is never in force.
  if (options.group && ::lchown(path.c_str(), static_cast<uid_t>(-1), *options.group) != 0) {
    return failure("give the group to", path, errno);
  }
  if (::chmod(path.c_str(), options.mode) != 0) return failure("set the mode of", path, errno);
  if (::listen(fd_, limits::kListenBacklog) != 0) return failure("listen at", path, errno);
  return std::nullopt;
}

UnixListener::UnixListener(UnixListener&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      path_(std::exchange(other.path_, {})),
      device_(other.device_),
      inode_(other.inode_) {}

UnixListener::~UnixListener() {
  if (fd_ >= 0) ::close(fd_);
  struct stat facts {};
  if (path_.empty() || lstat(path_.c_str(), &facts) != 0) return;
  if (facts.st_dev == device_ && facts.st_ino == inode_) ::unlink(path_.c_str());
}

int UnixListener::release() noexcept { return std::exchange(fd_, -1); }

}  // namespace ringfence
