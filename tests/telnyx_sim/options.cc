// See options.h.
#include "telnyx_sim/options.h"

#include <charconv>

namespace ringfence::sim {
namespace {

template <class Number>
Result<void> read_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size())
    return fail(ErrorCode::invalid, std::string(text) + " is not a number");
  return {};
}

Result<void> read_listen(std::string_view text, Options& options) {
  const std::size_t colon = text.rfind(':');
  if (colon == text.npos) return fail(ErrorCode::invalid, "--listen takes ADDRESS:PORT");
  options.listen_address = text.substr(0, colon);
  return read_number(text.substr(colon + 1), options.listen_port);
}

Result<void> read_value(std::string_view name, std::string_view value, Options& options) {
  const std::pair<std::string_view, std::string*> texts[] = {
      {"--webhook-url", &options.webhook_url},         {"--failover-url", &options.failover_url},
      {"--api-key-file", &options.api_key_file},       {"--key-seed-file", &options.key_seed_file},
      {"--public-key-file", &options.public_key_file}, {"--port-file", &options.port_file},
      {"--connection-id", &options.connection_id}};
  for (const auto& [known, text] : texts) {
    if (known != name) continue;
    *text = value;
    return {};
  }
  const std::pair<std::string_view, std::int64_t*> numbers[] = {{"--webhook-timeout-ms", &options.webhook_timeout_ms},
                                                                {"--speak-ms", &options.speak_ms},
                                                                {"--ring-timeout-ms", &options.ring_timeout_ms}};
  for (const auto& [known, number] : numbers)
    if (known == name) return read_number(value, *number);
  if (name == "--listen") return read_listen(value, options);
  if (name == "--seed") return read_number(value, options.seed);
  return fail(ErrorCode::invalid, "unknown option " + std::string(name) + "; try --help");
}

}  // namespace

Result<Options> parse_options(std::span<char*> arguments) {
  Options options;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string_view name = arguments[i];
    if (name == "--help" || name == "-h") {
      options.help = true;
      return options;
    }
    if (name == "--exit-with-parent") {
      options.exit_with_parent = true;
      continue;
    }
    if (i + 1 == arguments.size()) return fail(ErrorCode::invalid, std::string(name) + " needs a value; try --help");
    if (auto read = read_value(name, arguments[++i], options); !read) return std::unexpected(read.error());
  }
  return options;
}

std::string usage() {
  return R"(telnyx_sim: a stateful stand-in for Telnyx's Call Control API, for tests, the demo and benchmarks.

  telnyx_sim --listen 127.0.0.1:0 --webhook-url http://127.0.0.1:8080/webhooks/cpaas/telnyx/call-control

  --listen ADDRESS:PORT     where the API and /_sim/ are served; port 0 takes a free one   (127.0.0.1:0)
  --webhook-url URL         where signed webhooks go; none: nothing is sent
  --failover-url URL        tried after two failed attempts
  --webhook-timeout-ms N    how long an attempt waits for its answer                       (2000)
  --api-key-file FILE       the bearer token the API accepts; none: any token
  --key-seed-file FILE      base64 of the 32-byte seed of the signing key; none: a random key
  --public-key-file FILE    the public key is written here, base64, one line
  --port-file FILE          the port is written here
  --connection-id ID        the only connection_id that dial accepts; none: any
  --speak-ms N              how long a speak or playback lasts                             (150)
  --ring-timeout-ms N       replaces dial's timeout_secs, so that tests need not wait      (off)
  --seed N                  ids are drawn from this seed                                   (random)
  --exit-with-parent        ends when the process that started it ends, or its stdin closes

One JSON line on stdout says it is ready: {"ready":true,"port":N,"public_key":"..."}.
SIGTERM and SIGINT end it. Play with it:

  curl -s -d '{"from":"+12025550133","to":"+12025550131"}' http://127.0.0.1:PORT/_sim/calls
  curl -s http://127.0.0.1:PORT/_sim/calls/CALL_SESSION_ID
  curl -s http://127.0.0.1:PORT/_sim/log?after=0

The whole control interface is in tests/telnyx_sim/README.md.
)";
}

}  // namespace ringfence::sim
