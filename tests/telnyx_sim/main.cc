// telnyx_sim: wiring only. Owns the loop and every part; ends on SIGTERM, SIGINT or with its parent.
#include <event2/event.h>
#include <signal.h>
#include <sodium.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <sstream>

#include "telnyx_sim/api.h"
#include "telnyx_sim/control.h"
#include "telnyx_sim/http_server.h"
#include "telnyx_sim/load.h"
#include "telnyx_sim/loop_clock.h"
#include "telnyx_sim/options.h"
#include "telnyx_sim/webhooks.h"

namespace ringfence::sim {
namespace {

struct BaseFree {
  void operator()(event_base* base) const noexcept { event_base_free(base); }
};
struct EventFree {
  void operator()(event* watched) const noexcept { event_free(watched); }
};
using EventPtr = std::unique_ptr<event, EventFree>;

Result<std::string> read_line_of(const std::string& file) {
  std::ifstream in(file);
  std::string line;
  if (!in || !std::getline(in, line)) return fail(ErrorCode::not_found, "cannot read " + file);
  return line;
}

Result<void> write_line_to(const std::string& file, const std::string& line) {
  if (file.empty()) return {};
  std::ofstream out(file, std::ios::trunc);
  out << line << '\n';
  if (!out.flush()) return fail(ErrorCode::unavailable, "cannot write " + file);
  return {};
}

Result<Signer> signer_of(const Options& options) {
  if (options.key_seed_file.empty()) return Signer::random();
  const auto seed = read_line_of(options.key_seed_file);
  if (!seed) return std::unexpected(seed.error());
  return Signer::from_seed(*seed);
}

Result<void> apply(const Options& options, Simulation& simulation, Webhooks& webhooks) {
  simulation.world.settings.speak_ms = options.speak_ms;
  simulation.world.settings.ring_timeout_ms = options.ring_timeout_ms;
  if (!options.connection_id.empty()) {
    simulation.world.settings.connection_id = options.connection_id;
    simulation.world.settings.any_connection = false;
  }
  webhooks.settings.timeout_ms = options.webhook_timeout_ms;
  const std::pair<const std::string*, Endpoint*> urls[] = {{&options.webhook_url, &webhooks.settings.primary},
                                                           {&options.failover_url, &webhooks.settings.failover}};
  for (const auto& [url, endpoint] : urls) {
    if (url->empty()) continue;
    auto parsed = parse_endpoint(*url);
    if (!parsed) return std::unexpected(parsed.error());
    *endpoint = std::move(*parsed);
  }
  return {};
}

void stop(evutil_socket_t, short, void* base) noexcept { event_base_loopbreak(static_cast<event_base*>(base)); }

void stop_when_closed(evutil_socket_t fd, short, void* base) noexcept {
  char ignored[256];
  if (read(fd, ignored, sizeof ignored) <= 0) event_base_loopbreak(static_cast<event_base*>(base));
}

Result<void> run(const Options& options) {
  auto signer = signer_of(options);
  if (!signer) return std::unexpected(signer.error());
  std::string api_key;
  if (!options.api_key_file.empty()) {
    auto key = read_line_of(options.api_key_file);
    if (!key) return std::unexpected(key.error());
    api_key = std::move(*key);
  }
  std::uint64_t seed = options.seed;
  if (seed == 0) randombytes_buf(&seed, sizeof seed);

  const std::unique_ptr<event_base, BaseFree> base(event_base_new());
  const std::int64_t started_us = wall_now_us();
  Simulation simulation(seed, started_us);
  LoopClock clock(base.get(), simulation.scheduler, started_us);
  HttpClient client(base.get(), clock);
  Webhooks webhooks(simulation, client, std::move(*signer));
  Load load(simulation);
  webhooks.on_first_attempt = [&load](const WebhookRecord& record) { load.first_attempt(record); };
  simulation.postbox.connect(webhooks);
  if (auto applied = apply(options, simulation, webhooks); !applied) return applied;
  Api api(simulation, std::move(api_key));
  Control control(simulation, webhooks, load);
  HttpServer server(base.get(), clock, [&](const HttpRequest& request, ReplyFn reply) {
    const bool ours = request.path.starts_with("/_sim/");
    return ours ? control.handle(request, std::move(reply)) : api.handle(request, std::move(reply));
  });
  const auto port = server.listen(options.listen_address, options.listen_port);
  if (!port) return std::unexpected(port.error());
  const std::string public_key = webhooks.signer().public_key();
  if (auto written = write_line_to(options.public_key_file, public_key); !written) return written;
  if (auto written = write_line_to(options.port_file, std::to_string(*port)); !written) return written;

  EventPtr watched[3];
  for (const int signal_number : {SIGTERM, SIGINT}) {
    EventPtr& slot = watched[signal_number == SIGTERM ? 0 : 1];
    slot.reset(event_new(base.get(), signal_number, EV_SIGNAL | EV_PERSIST, stop, base.get()));
    event_add(slot.get(), nullptr);
  }
  // Only a pipe or socket tells that its other end has gone; for anything else the death signal has to do.
  struct stat input {};
  if (options.exit_with_parent && fstat(STDIN_FILENO, &input) == 0 &&
      (S_ISFIFO(input.st_mode) || S_ISSOCK(input.st_mode))) {
    watched[2].reset(event_new(base.get(), STDIN_FILENO, EV_READ | EV_PERSIST, stop_when_closed, base.get()));
    event_add(watched[2].get(), nullptr);
  }
  std::printf("{\"ready\":true,\"port\":%u,\"public_key\":\"%s\"}\n", static_cast<unsigned>(*port), public_key.c_str());
  std::fflush(stdout);
  event_base_dispatch(base.get());
  // Answer what is held, so that every request is given back before the server goes.
  simulation.desk.clear();
  simulation.credentials.clear();
  return {};
}

}  // namespace
}  // namespace ringfence::sim

int main(int argc, char** argv) {
  using namespace ringfence::sim;
  const auto options = parse_options({argv, static_cast<std::size_t>(argc)});
  if (!options) {
    std::fprintf(stderr, "telnyx_sim: %s\n", options.error().text.c_str());
    return 2;
  }
  if (options->help) {
    std::fputs(usage().c_str(), stdout);
    return 0;
  }
  if (sodium_init() < 0) return 1;
  signal(SIGPIPE, SIG_IGN);
  if (options->exit_with_parent) prctl(PR_SET_PDEATHSIG, SIGTERM);
  const auto done = run(*options);
  if (!done) std::fprintf(stderr, "telnyx_sim: %s\n", done.error().text.c_str());
  return done ? 0 : 1;
}
