// ringd's command line, in nginx's manner: -c, -t, -T, -v, -h. The worker itself is daemon.h.
// Exit status: 0 stopped on request; 1 whatever kept it from starting, said in one sentence on stderr; 78 it must not
// run as it is configured, and starting it again is of no use (RestartPreventExitStatus= in conf/systemd).
#include <getopt.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <string>

#include "adapters/http/base_url.h"
#include "adapters/notify/webhook_notifier.h"
#include "adapters/system/file.h"
#include "adapters/system/stderr_log.h"
#include "daemon.h"
#include "settings/settings.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

constexpr int kForbidden = 78;  // EX_CONFIG of sysexits.h
constexpr const char* kDefaultConfig = "/etc/ringfence/ringd.conf";

constexpr const char* kHelp = R"(ringd - rings every device of a user at once; the first answer wins, exactly once

usage: ringd [-c FILE]             run in the foreground, log to stderr (default FILE: /etc/ringfence/ringd.conf)
       ringd [-c FILE] -t          check the configuration and leave; opens nothing
       ringd -T                    print every directive with its help, range and default, as a configuration
       ringd -v                    print the version

  -c, --config FILE   -t, --test   -T, --defaults   -v, --version   -h, --help

signals:  TERM, INT  stop: finish what is in flight (5 s at most); the second one ends at once
          HUP        read the configuration again; the log says what is in force now and what needs a restart

A first configuration needs one line:

  telnyx { api_key_file /etc/ringfence/telnyx.key; }

nginx hands events over with `webhook_pass` to unix:/run/ringd/ingest.sock; `ringctl health` shows what ringd is
doing and `ringctl directory import FILE` tells it who to ring.
)";

struct Arguments {
  std::string config = kDefaultConfig;
  enum class Act : unsigned char { run, test, defaults, version, help, wrong } act = Act::run;
};

[[nodiscard]] Arguments parse_arguments(int count, char** values) {
  constexpr option kOptions[] = {{"config", required_argument, nullptr, 'c'}, {"test", no_argument, nullptr, 't'},
                                 {"defaults", no_argument, nullptr, 'T'},     {"version", no_argument, nullptr, 'v'},
                                 {"help", no_argument, nullptr, 'h'},         {nullptr, 0, nullptr, 0}};
  using Act = Arguments::Act;
  Arguments arguments;
  int found = 0;
  while ((found = getopt_long(count, values, "c:tTvh", kOptions, nullptr)) != -1) {
    if (found == 'c') arguments.config = optarg;
    if (found == 't') arguments.act = Act::test;
    if (found == 'T') arguments.act = Act::defaults;
    if (found == 'v') arguments.act = Act::version;
    if (found == 'h') arguments.act = Act::help;
    if (found == '?') return {.config = {}, .act = Act::wrong};  // getopt has said what
  }
  if (optind < count) {
    std::fprintf(stderr, "ringd: unexpected argument \"%s\"\n", values[optind]);
    arguments.act = Act::wrong;
  }
  return arguments;
}

[[nodiscard]] Result<Settings> load(const std::string& path) {
  const auto file = read_file(path, limits::kConfigBytes);
  if (!file) return fail(file.error().code, file.error().text + "; name the configuration with -c, ringd -T shows one");
  auto settings = parse_settings(path, file->text);
  if (!settings) return settings;
  if (const auto url = parse_base_url(settings->telnyx.api); !url) {
    return fail(ErrorCode::invalid, settings->telnyx.api_where + ": directive \"api\": " + url.error().text);
  }
  for (const ApplicationSettings& application : settings->notify.applications) {
    if (const auto url = check_notify_url(application.url); !url) {
      return fail(ErrorCode::invalid, application.where + ": directive \"url\": " + url.error().text);
    }
  }
  return settings;
}

[[nodiscard]] int give_up(const Error& error) {
  std::fprintf(stderr, "%sringd: %s\n", stderr_is_the_journal() ? "<3>" : "", error.text.c_str());
  return 1;
}

[[nodiscard]] Millis wall_clock_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

[[nodiscard]] int run(const std::string& config) {
  auto settings = load(config);
  if (!settings) return give_up(settings.error());
  std::signal(SIGPIPE, SIG_IGN);
  StderrLog log({.level = static_cast<LogLevel>(settings->log_level), .journal_prefix = stderr_is_the_journal()},
                wall_clock_ms);
  Daemon daemon(log, *std::move(settings), [&config] { return load(config); });
  if (const auto started = daemon.start(); !started) return give_up(started.error());
  return daemon.run() ? 0 : kForbidden;
}

[[nodiscard]] int test(const std::string& config) {
  const auto settings = load(config);
  if (!settings) return give_up(settings.error());
  std::fprintf(stderr, "%s: ok\n", config.c_str());
  return 0;
}

}  // namespace
}  // namespace ringfence

int main(int count, char** values) {
  using namespace ringfence;
  const Arguments arguments = parse_arguments(count, values);
  switch (arguments.act) {
    case Arguments::Act::run:
      return run(arguments.config);
    case Arguments::Act::test:
      return test(arguments.config);
    case Arguments::Act::defaults:
      std::fputs(describe_settings().c_str(), stdout);
      return 0;
    case Arguments::Act::version:
      std::puts("ringd " RINGFENCE_VERSION);
      return 0;
    case Arguments::Act::help:
      std::fputs(kHelp, stdout);
      return 0;
    case Arguments::Act::wrong:
      std::fputs("Try: ringd -h\n", stderr);
      return 1;
  }
  return 1;
}
