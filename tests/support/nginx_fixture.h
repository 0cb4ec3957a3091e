// The distribution's nginx with our module, in a directory of its own, on Unix sockets only, so that tests run in
// parallel. Stopping it asserts a clean exit and a log without alerts. Used by the edge and the e2e tests.
// RINGFENCE_TEST_NGINX names another nginx to test with; the module must be built for it (RINGFENCE_NGINX_BUILD_DIR).
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/files.h"
#include "support/http_client.h"

namespace ringfence::test {

// Text placed in each context of the configuration. "{dir}" stands for the directory of the test.
struct NginxSetup {
  std::string main;           // e.g. more load_module lines
  std::string http;           // e.g. webhook_zone
  std::string server;         // locations; GET /webhook_status is there already
  std::string module;         // another build of the module; empty: the one of this build
  std::string status;         // more lines in that location
  std::string worker_socket;  // upstream "worker"; empty: {dir}/worker.sock
  std::string user;           // of the worker processes of a test run by root; empty: root
  int worker_processes = 1;
  bool with_http = true;                 // false: no http block at all
  std::vector<std::string> environment;  // NAME=value, besides the test's own
};

class NginxFixture {
 public:
  NginxFixture() = default;
  ~NginxFixture();  // stops
  NginxFixture(const NginxFixture&) = delete;
  NginxFixture& operator=(const NginxFixture&) = delete;

  // Records a test failure and returns false when nginx does not come up.
  bool start(const NginxSetup& setup);
  // A new configuration and SIGHUP; returns once the old worker processes are gone.
  bool reload(const NginxSetup& setup);
  // The same with one that nginx refuses; returns once it has. Say by expect_logged() why.
  bool reload_refused(const NginxSetup& setup);
  // SIGQUIT and the assertions. Idempotent.
  void stop();
  // A line of the error log that holds this text is part of the test and no failure.
  void expect_logged(std::string text) { expected_.push_back(std::move(text)); }
  // The worker processes started so far, oldest first, whether or not they still run.
  [[nodiscard]] std::vector<pid_t> worker_pids() const;

  struct Check {
    int exit_code = -1;
    std::string output;
  };
  // 1022001 for nginx 1.22.1, of the nginx under test.
  [[nodiscard]] static int version();
  // What `nginx -V` says: version, and the arguments it was configured with.
  [[nodiscard]] static std::string description();
  // Whether it was configured with this, such as "--with-threads".
  [[nodiscard]] static bool has(std::string_view argument);
  static constexpr std::string_view kHttp2 = "--with-http_v2_module";  // without it nothing listens on http2_socket()
  // Its file, for tests that read it.
  [[nodiscard]] static std::string program();
  // `nginx -t` on a configuration; nothing is started.
  [[nodiscard]] Check check(const NginxSetup& setup);

  [[nodiscard]] std::string file(std::string_view name) const { return dir_.file(name); }
  [[nodiscard]] std::string http_socket() const { return dir_.file("http.sock"); }
  [[nodiscard]] std::string http2_socket() const { return dir_.file("http2.sock"); }
  [[nodiscard]] std::string worker_socket() const { return dir_.file("worker.sock"); }
  [[nodiscard]] std::string error_log() const { return read_text(dir_.file("error.log")); }
  // Lines of: status "$webhook_status" "$webhook_id" "$webhook_type" "$webhook_age"
  [[nodiscard]] std::string access_log() const { return read_text(dir_.file("access.log")); }
  // One number of GET /webhook_status, by its path: "outcomes.accepted", "worker.bytes_sent", "zones.calls.entries".
  [[nodiscard]] long long counter(std::string_view path) const;
  [[nodiscard]] pid_t pid() const noexcept { return pid_; }

 private:
  void write_conf(const NginxSetup& setup) const;
  void assert_clean_logs() const;

  [[nodiscard]] bool is_expected(std::string_view line) const;

  TempDir dir_;
  std::vector<std::string> expected_;
  pid_t pid_ = -1;
};

}  // namespace ringfence::test
