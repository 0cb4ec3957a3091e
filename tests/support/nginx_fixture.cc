// See nginx_fixture.h.
#include "support/nginx_fixture.h"

#include <gtest/gtest.h>
#include <jansson.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <sstream>

#include "support/process.h"
#include "support/wait.h"

namespace ringfence::test {
namespace {

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size()) {
    text.replace(at, what.size(), with);
  }
  return text;
}

constexpr std::string_view kHead = R"(load_module {module};
daemon off;
worker_processes {processes};
pid {dir}/nginx.pid;
error_log {dir}/error.log info;
{user}{main}
events { worker_connections 512; }
)";

constexpr std::string_view kHttp = R"(http {
  log_format webhook '$status "$webhook_status" "$webhook_id" "$webhook_type" "$webhook_age"';
  access_log {dir}/access.log webhook;
  client_body_temp_path {dir}/body;
  proxy_temp_path {dir}/proxy;
  fastcgi_temp_path {dir}/fastcgi;
  uwsgi_temp_path {dir}/uwsgi;
  scgi_temp_path {dir}/scgi;
  upstream worker { server unix:{worker}; keepalive 8; }
{http}
  server {
    listen unix:{dir}/http.sock;
    listen unix:{dir}/http2.sock{http2};
    location = /webhook_status { webhook_status; {status} }
{server}
  }
}
)";

std::vector<std::string> environment(std::vector<std::string> more = {}) {
#ifdef RINGFENCE_SANITIZER_PRELOAD
  for (const char* one :
       {"LD_PRELOAD=" RINGFENCE_SANITIZER_PRELOAD, "ASAN_OPTIONS=detect_leaks=0", "UBSAN_OPTIONS=print_stacktrace=1"}) {
    more.emplace_back(one);
  }
#endif
  return more;
}

struct JsonDeleter {
  void operator()(json_t* json) const noexcept { json_decref(json); }
};

}  // namespace

void NginxFixture::write_conf(const NginxSetup& setup) const {
  std::string text{kHead};
  if (setup.with_http) text += kHttp;
  text = replaced(std::move(text), "{http2}", has(kHttp2) ? " http2" : "");
  text = replaced(std::move(text), "{main}", setup.main);
  text = replaced(std::move(text), "{http}", setup.http);
  text = replaced(std::move(text), "{server}", setup.server);
  text = replaced(std::move(text), "{status}", setup.status);
  text = replaced(std::move(text), "{worker}", setup.worker_socket.empty() ? worker_socket() : setup.worker_socket);
  text = replaced(std::move(text), "{module}", setup.module.empty() ? RINGFENCE_NGINX_MODULE : setup.module);
  text = replaced(std::move(text), "{processes}", std::to_string(setup.worker_processes));
  const std::string user = setup.user.empty() ? "root" : setup.user;
  // A worker process of another user could not reach the sockets of a test run by root.
  text = replaced(std::move(text), "{user}", ::geteuid() == 0 ? "user " + user + ";\n" : "");
  text = replaced(std::move(text), "{dir}", dir_.path());
  write_text(file("nginx.conf"), text);
}

NginxFixture::~NginxFixture() { stop(); }

std::string NginxFixture::program() {
  const char* other = std::getenv("RINGFENCE_TEST_NGINX");
  return other != nullptr ? other : "/usr/sbin/nginx";
}

std::string NginxFixture::description() {
  const TempDir dir;
  int status = 0;
  ::waitpid(spawn({program(), "-V"}, {}, dir.file("description")), &status, 0);
  return read_text(dir.file("description"));
}

bool NginxFixture::has(std::string_view argument) {
  static const std::string text = description();  // one nginx a process
  const std::size_t at = text.find(argument);
  return at != std::string::npos && std::isspace(static_cast<unsigned char>((text + "\n")[at + argument.size()])) != 0;
}

int NginxFixture::version() {
  const std::string text = description();
  const std::size_t slash = text.find('/');
  int numbers[3] = {};
  if (slash == std::string::npos) return 0;
  const char* at = text.data() + slash;
  for (int& number : numbers) {
    if (at == text.data() + text.size()) break;
    at = std::from_chars(at + 1, text.data() + text.size(), number).ptr;
  }
  return numbers[0] * 1000000 + numbers[1] * 1000 + numbers[2];
}

bool NginxFixture::start(const NginxSetup& setup) {
  write_conf(setup);
  pid_ = spawn({program(), "-p", dir_.path(), "-c", file("nginx.conf"), "-e", file("error.log")},
               environment(setup.environment), file("stderr.log"));
  const bool up = wait_until([&] {
    if (::waitpid(pid_, nullptr, WNOHANG) != 0) {
      pid_ = -1;
      return true;
    }
    // The master listens before anybody serves, and forgets a signal that comes before its first child.
    if (read_text(file("nginx.pid")).empty() || std::ssize(worker_pids()) < setup.worker_processes) return false;
    return !setup.with_http || RawClient(http_socket()).connected();
  });
  if (!up || pid_ < 0) {
    ADD_FAILURE() << "nginx did not start: " << error_log() << read_text(file("stderr.log"));
    return false;
  }
  return true;
}

bool NginxFixture::reload(const NginxSetup& setup) {
  const std::vector<pid_t> old_processes = worker_pids();
  write_conf(setup);
  ::kill(pid_, SIGHUP);
  const bool done = wait_until([&] {
    const std::vector<pid_t> now = worker_pids();
    return !now.empty() && std::ranges::none_of(old_processes, [&](pid_t old) { return std::ranges::count(now, old); });
  });
  if (!done) ADD_FAILURE() << "nginx did not reload: " << error_log();
  return done;
}

bool NginxFixture::reload_refused(const NginxSetup& setup) {
  const auto refusals = [this] {
    std::istringstream log(error_log());
    std::ptrdiff_t count = 0;
    for (std::string line; std::getline(log, line);) count += line.contains("[emerg]") ? 1 : 0;
    return count;
  };
  const auto before = refusals();
  write_conf(setup);
  ::kill(pid_, SIGHUP);
  const bool refused = wait_until([&] { return refusals() > before; });
  if (!refused) ADD_FAILURE() << "nginx did not refuse: " << error_log();
  return refused;
}

void NginxFixture::stop() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGQUIT);
  int status = 0;
  if (!wait_until([&] { return ::waitpid(pid_, &status, WNOHANG) == pid_; })) {
    ADD_FAILURE() << "nginx did not stop when asked to";
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, &status, 0);
  }
  pid_ = -1;
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "nginx ended with wait status " << status;
  assert_clean_logs();
}

void NginxFixture::assert_clean_logs() const {
  std::istringstream log(error_log() + read_text(file("stderr.log")));
  for (std::string line; std::getline(log, line);) {
    if (is_expected(line)) continue;
    for (const std::string_view bad : {"[alert]", "[emerg]", "Sanitizer", "runtime error", "exited on signal"}) {
      EXPECT_EQ(line.find(bad), std::string::npos) << "nginx logged: " << log.str();
    }
  }
}

bool NginxFixture::is_expected(std::string_view line) const {
  return std::ranges::any_of(expected_, [&](const std::string& text) { return line.contains(text); });
}

// Asked of the kernel: nginx's log names a worker process only after it may have served its first request.
std::vector<pid_t> NginxFixture::worker_pids() const {
  const std::string master = std::to_string(pid_);
  std::istringstream children(read_text("/proc/" + master + "/task/" + master + "/children"));
  return {std::istream_iterator<pid_t>(children), {}};
}

NginxFixture::Check NginxFixture::check(const NginxSetup& setup) {
  write_conf(setup);
  const pid_t pid = spawn({program(), "-t", "-p", dir_.path(), "-c", file("nginx.conf"), "-e", file("check-error.log")},
                          environment(), file("check.log"));
  int status = 0;
  ::waitpid(pid, &status, 0);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_text(file("check.log"))};
}

long long NginxFixture::counter(std::string_view path) const {
  const HttpResponse response = HttpClient(http_socket()).get("/webhook_status");
  const std::unique_ptr<json_t, JsonDeleter> root(json_loads(response.body.c_str(), JSON_REJECT_DUPLICATES, nullptr));
  const json_t* at = root.get();
  while (at != nullptr && !path.empty()) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    at = json_object_get(at, std::string(path.substr(0, dot)).c_str());
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  if (!json_is_integer(at)) {
    ADD_FAILURE() << "webhook_status has no such counter: " << response.body << response.error;
    return -1;
  }
  return json_integer_value(at);
}

}  // namespace ringfence::test
