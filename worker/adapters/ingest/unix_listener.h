// The listening end of a Unix stream socket: made at a path, or inherited from systemd. Used by FrameServer.
// Must not know: libuv, frames, who may connect.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "shared/result.h"

namespace ringfence {

struct UnixListenerOptions {
  std::string path;
  mode_t mode = 0660;
  std::optional<gid_t> group;  // nginx's, so that its workers may connect
  int inherited_fd = -1;       // from systemd, already bound and listening; then nothing above is touched
};

// Owns the socket until release(), and the file at the path until it dies. A file that another process has since put
// there is left alone.
class UnixListener {
 public:
  // Errors are a sentence with the path and what to do. A socket file left by a crash is replaced, but only when
  // nobody answers there.
  [[nodiscard]] static Result<UnixListener> open(const UnixListenerOptions& options);
  ~UnixListener();
  UnixListener(UnixListener&& other) noexcept;
  UnixListener& operator=(UnixListener&&) = delete;

  // Hands the descriptor to libuv, which closes it from then on.
  [[nodiscard]] int release() noexcept;

 private:
  UnixListener() = default;
  [[nodiscard]] std::optional<Error> bind_at(const UnixListenerOptions& options);

  int fd_ = -1;
  std::string path_;  // empty: the file is not ours
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace ringfence
