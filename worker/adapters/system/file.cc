// Bounded reading of whole files; see file.h.
#include "adapters/system/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace ringfence {
namespace {

struct Fd {
  int number;
  explicit Fd(int fd) : number(fd) {}
  ~Fd() {
    if (number >= 0) ::close(number);
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
};

[[nodiscard]] std::unexpected<Error> system_failure(const std::string& path, const char* doing) {
  const int reason = errno;
  return fail(reason == ENOENT ? ErrorCode::not_found : ErrorCode::unavailable,
              std::string("cannot ") + doing + " " + path + ": " + std::strerror(reason));
}

}  // namespace

Result<FileText> read_file(const std::string& path, std::size_t max_bytes) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));  // a FIFO must not hang the start
  if (file.number < 0) return system_failure(path, "open");
  struct stat facts {};
  if (fstat(file.number, &facts) != 0) return system_failure(path, "look at");
  if (S_ISDIR(facts.st_mode)) return fail(ErrorCode::invalid, path + " is a directory; a file was expected");

  FileText read{.text = {}, .readable_by_all = (facts.st_mode & S_IROTH) != 0};
  char chunk[4096];
  while (true) {
    const ssize_t got = ::read(file.number, chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_failure(path, "read");
    if (got == 0) return read;
    read.text.append(chunk, static_cast<std::size_t>(got));
    if (read.text.size() > max_bytes) {
      return fail(ErrorCode::limit,
                  path + " is longer than " + std::to_string(max_bytes) + " bytes; is it the right file?");
    }
  }
}

}  // namespace ringfence
