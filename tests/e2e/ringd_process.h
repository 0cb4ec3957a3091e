// The real ringd behind a socket that outlives it: this holds what systemd would hold, and starts one ringd after the
// other on it. Used by the tests of restarts. Must not know: nginx, webhooks.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "support/files.h"

namespace ringfence::test {

// In place of a signal: the process is ending, and only waited for.
inline constexpr int kAlreadyTold = 0;

class RingdProcess {
 public:
  // Listens at once; what connects before start() waits. `conf`: further lines of its configuration, {dir} its
  // directory.
  explicit RingdProcess(std::string_view conf = "store embedded; embedded { path {dir}/ringd.db; }");
  ~RingdProcess();  // ends it
  RingdProcess(const RingdProcess&) = delete;
  RingdProcess& operator=(const RingdProcess&) = delete;

  [[nodiscard]] const std::string& socket() const noexcept { return socket_; }
  bool start();
  // Sends the signal and waits for the end. True when that was as the signal means it: exit 0 unless killed.
  bool end(int signal);
  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  [[nodiscard]] std::string log() const { return read_text(log_); }  // of the one started last

 private:
  TempDir dir_;  // in memory where there is such a place: how long a disk takes to sync is not what is tested
  std::string socket_ = dir_.file("ingest.sock");
  std::string log_;
  int listener_ = -1;
  int starts_ = 0;
  pid_t pid_ = -1;
};

}  // namespace ringfence::test
