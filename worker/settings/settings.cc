// From the checked table to values, and the rules between directives; see settings.h.
#include "settings/settings.h"

#include <algorithm>
#include <array>
#include <utility>

#include "settings/notify_settings.h"
#include "settings/redis_settings.h"
#include "settings/settings_table.h"
#include "shared/conf_grammar.h"
#include "shared/conf_table.h"

namespace ringfence {
namespace {

constexpr std::size_t kUnixPathBytes = 107;  // of sockaddr_un, less its NUL
constexpr std::size_t kWorkerNameBytes = 200;
constexpr std::string_view kUnixPrefix = "unix:";

// Reads values and keeps the first thing that is wrong, with its place in the file.
class Reader {
 public:
  Reader(std::string_view file_name, const std::vector<ConfDirective>& directives, const ConfValues& values,
         const RedisServers& servers)
      : file_name_(file_name), directives_(directives), values_(values), servers_(servers) {}

  [[nodiscard]] Result<Settings> read() {
    Settings settings;
    settings.ingest = socket("ingest");
    settings.control = socket("control");
    if (settings.ingest.path == settings.control.path) complain("control", "is the same socket as ingest");
    settings.store = values_.text("store") == "redis" ? StoreKind::redis : StoreKind::embedded;
    settings.embedded_path = values_.text("embedded.path");
    settings.redis = redis();
    settings.fallback = fallback();
    settings.fallback_path = values_.text("fallback_path");
    settings.worker = values_.text("worker_name");
    if (settings.worker.size() > kWorkerNameBytes) complain("worker_name", "is longer than 200 bytes");
    settings.telnyx = telnyx();
    settings.notify = {.ca_file = text("notify.ca_file"),
                       .connect_ms = values_.number("notify.connect"),
                       .deadline_ms = values_.number("notify.deadline"),
                       .applications = {}};
    settings.event_log = event_log();
    settings.policy = policy();
    check_against_provider(settings);
    settings.log_level = log_level();
    if (error_.empty()) return settings;
    return fail(ErrorCode::invalid, error_);
  }

 private:
  // FILE:LINE of a directive; of the enclosing block, or of the file, when it is a default.
  [[nodiscard]] std::string place(std::string_view key) const {
    const auto dot = key.find('.');
    int line = 1;
    const std::vector<ConfDirective>* scope = &directives_;
    if (dot != std::string_view::npos) {
      for (const auto& directive : directives_) {
        if (directive.name != key.substr(0, dot)) continue;
        line = directive.line;
        scope = &directive.block;
      }
    }
    const auto name = dot == std::string_view::npos ? key : key.substr(dot + 1);
    for (const auto& directive : *scope) {
      if (directive.name == name) line = directive.line;
    }
    return std::string(file_name_) + ":" + std::to_string(line);
  }

  void complain(std::string_view key, const std::string& what) {
    if (!error_.empty()) return;
    error_ = place(key) + ": directive \"" + std::string(key.substr(key.find('.') + 1)) + "\" " + what;
  }

  void complain_at(int line, const std::string& name, const std::string& what) {
    if (!error_.empty()) return;
    error_ = std::string(file_name_) + ":" + std::to_string(line) + ": directive \"" + name + "\" " + what;
  }

  // Written in the file, not a default.
  [[nodiscard]] bool is_given(std::string_view key) const {
    const auto dot = key.find('.');
    const auto named = [](std::string_view name) {
      return [name](const ConfDirective& directive) { return directive.name == name; };
    };
    const auto block = std::ranges::find_if(directives_, named(key.substr(0, dot)));
    return block != directives_.end() && std::ranges::any_of(block->block, named(key.substr(dot + 1)));
  }

  [[nodiscard]] std::string text(std::string_view key) const { return std::string(values_.text(key)); }

  [[nodiscard]] std::string unix_path(std::string_view key) {
    const std::string_view value = values_.text(key).substr(kUnixPrefix.size());
    if (!value.starts_with('/')) complain(key, "needs an absolute path after unix:");
    if (value.size() > kUnixPathBytes) {
      complain(key, "has a path of " + std::to_string(value.size()) + " bytes; a Unix socket can have " +
                        std::to_string(kUnixPathBytes));
    }
    return std::string(value);
  }

  [[nodiscard]] SocketSettings socket(const std::string& key) {
    SocketSettings socket{.path = {}, .user = text(key + "_user"), .group = text(key + "_group")};
    if (values_.text(key).starts_with(kUnixPrefix)) {
      socket.path = unix_path(key);
    } else {
      complain(key, "must be unix:PATH; ringd listens on Unix sockets only, nginx is its HTTP server");
    }
    return socket;
  }

  [[nodiscard]] StoreFallback fallback() const {
    const std::string_view chosen = values_.text("store_fallback");
    if (chosen == "none") return StoreFallback::none;
    return chosen == "all" ? StoreFallback::all : StoreFallback::new_calls;
  }

  [[nodiscard]] RedisSettings redis() {
    RedisSettings redis;
    constexpr std::string_view kServer = "redis.server";
    const std::string_view server = values_.text(kServer);
    if (server.starts_with(kUnixPrefix)) {
      redis.unix_path = unix_path(kServer);
    } else if (auto parsed = parse_host_port(server)) {
      redis.host = std::move(parsed->host);
      redis.port = parsed->port;
    } else {
      complain(kServer,
               (server.find(':') == std::string_view::npos ? "must be unix:PATH or HOST:PORT" : parsed.error().text));
    }
    find_redis_by_others(redis);
    redis.user = text("redis.user");
    redis.password_file = text("redis.password_file");
    if (!redis.user.empty() && redis.password_file.empty()) complain("redis.user", "needs password_file as well");
    redis.key_prefix = text("redis.key_prefix");
    if (redis.key_prefix.empty() || redis.key_prefix.find_first_of("{} \t") != std::string::npos) {
      complain("redis.key_prefix", "must not be empty nor hold white space or braces, which mark a key's slot");
    }
    redis.wait_replicas = static_cast<int>(values_.number("redis.wait_replicas"));
    redis.wait_ms = values_.number("redis.wait");
    return redis;
  }

  // Sentinels or a cluster instead of one server.
  void find_redis_by_others(RedisSettings& redis) {
    redis.sentinels = servers_.sentinels;
    redis.cluster = servers_.cluster;
    redis.master = text("redis.master");
    redis.sentinel_user = text("redis.sentinel_user");
    redis.sentinel_password_file = text("redis.sentinel_password_file");
    const bool by_sentinels = !redis.sentinels.empty();
    if (by_sentinels && !redis.cluster.empty()) {
      complain_at(servers_.cluster_line, "cluster", "and sentinel exclude each other: a cluster finds its own masters");
    }
    if (!redis.cluster.empty() && fallback() != StoreFallback::none) {
      complain("store_fallback",
               "must be none with redis { cluster ...; }: a single master of it can be away, and ringd only sees the "
               "store as a whole; with Sentinels it may be " +
                   text("store_fallback"));
    }
    if ((by_sentinels || !redis.cluster.empty()) && is_given("redis.server")) {
      complain("redis.server", std::string("is not asked when there is ") + (by_sentinels ? "sentinel" : "cluster") +
                                   "; leave one of them out");
    }
    if (by_sentinels && redis.master.empty()) {
      complain_at(servers_.sentinel_line, "sentinel", "needs master NAME as well, as in `sentinel monitor NAME ...`");
    }
    for (const char* key : {"redis.master", "redis.sentinel_user", "redis.sentinel_password_file"}) {
      if (!by_sentinels && is_given(key)) complain(key, "is of no use without sentinel HOST:PORT");
    }
    if (!redis.sentinel_user.empty() && redis.sentinel_password_file.empty()) {
      complain("redis.sentinel_user", "needs sentinel_password_file as well");
    }
  }

  [[nodiscard]] TelnyxSettings telnyx() {
    if (!values_.has("telnyx")) {
      complain("telnyx", "is missing; expected telnyx { api_key_file PATH; }");
    }
    TelnyxSettings telnyx{.api = text("telnyx.api"),
                          .api_where = place("telnyx.api"),
                          .api_key_file = text("telnyx.api_key_file"),
                          .sip_domain = text("telnyx.sip_domain"),
                          .voice = text("telnyx.voice"),
                          .ca_file = text("telnyx.ca_file"),
                          .connect_ms = values_.number("telnyx.connect"),
                          .deadline_ms = values_.number("telnyx.deadline"),
                          .keep_warm_ms = values_.number("telnyx.keep_warm"),
                          .rate = static_cast<int>(values_.number("telnyx.rate")),
                          .burst = static_cast<int>(values_.number("telnyx.burst")),
                          .connection = text("telnyx.connection"),
                          .sweep_ms = values_.number("telnyx.sweep"),
                          .stray_age_ms = values_.number("telnyx.stray_age"),
                          .credential_connection = text("telnyx.credential_connection"),
                          .credential_valid_ms = values_.number("telnyx.credential_valid")};
    // Into URIs of the form sip:NAME@DOMAIN; whatever could end the domain does not belong into it.
    if (telnyx.sip_domain.empty() || telnyx.sip_domain.find_first_of("@;:/?<> \t\"'") != std::string::npos) {
      complain("telnyx.sip_domain", "must be a host name such as sip.telnyx.com");
    }
    if (telnyx.voice.empty()) complain("telnyx.voice", "must not be empty");
    return telnyx;
  }

  [[nodiscard]] EventLogSettings event_log() const {
    const std::string_view payload = values_.text("event_log.payload");
    using Payload = EventLogSettings::Payload;
    return {.keep_ms = values_.number("event_log.keep"),
            .most = static_cast<std::size_t>(values_.number("event_log.most")),
            .payload = payload == "body"   ? Payload::body
                       : payload == "none" ? Payload::none
                                           : Payload::facts,
            .late_ms = values_.number("event_log.late"),
            .tries = static_cast<int>(values_.number("event_log.tries"))};
  }

  [[nodiscard]] Policy policy() {
    Policy policy;
    for (const auto& [key, field] : policy_times()) policy.*field = values_.number(key);
    for (const auto& [key, field] : policy_counts()) policy.*field = static_cast<int>(values_.number(key));
    if (policy.command_retry_max_ms < policy.command_retry_ms) {
      complain("ring.command_retry_max", "is shorter than command_retry");
    }
    if (policy.notify_retry_max_ms < policy.notify_retry_ms) {
      complain("ring.notify_retry_max", "is shorter than notify_retry");
    }
    if (policy.audit_max_ms < policy.audit_first_ms) complain("ring.audit_max", "is shorter than audit_first");
    if (policy.session_ttl_ms <= policy.call_limit_ms) {
      complain("ring.session_ttl", "is not longer than call_limit: a long call would be forgotten while it goes on");
    }
    return policy;
  }

  // What the ring rules take for granted about the provider, and what each would break.
  void check_against_provider(const Settings& settings) {
    constexpr Millis kProviderRemembersMs = 60'000;  // a repeated command_id
    const Policy& policy = settings.policy;
    const Millis deadline_ms = settings.telnyx.deadline_ms;
    if (policy.quiesce_ms <= deadline_ms) {
      complain("ring.quiesce", "is not longer than telnyx deadline: a dial still on its way would count as dead");
    }
    if (policy.dedupe_window_ms + deadline_ms > kProviderRemembersMs) {
      complain("ring.dedupe_window", "and telnyx deadline are longer than 60s together: a resend could ring twice");
    }
    if (settings.telnyx.connect_ms > deadline_ms) complain("telnyx.connect", "is longer than deadline");
    if (policy.tombstone_ms <= policy.ring_ms) {
      complain("ring.tombstone", "is not longer than timeout: a phone that rings late would be stopped by nobody");
    }
    if (policy.tombstone_ms <= policy.leg_ms + policy.leg_margin_ms) {
      complain("ring.tombstone",
               "is not longer than leg and leg_margin: a phone that rings late would be stopped by nobody");
    }
  }

  [[nodiscard]] std::uint8_t log_level() const {
    constexpr std::array<std::string_view, 5> kNames = {"error", "warning", "notice", "info", "debug"};
    constexpr std::uint8_t kFirst = 3;
    for (std::size_t i = 0; i < kNames.size(); ++i) {
      if (values_.text("log_level") == kNames[i]) return static_cast<std::uint8_t>(kFirst + i);
    }
    return kFirst;
  }

  std::string_view file_name_;
  const std::vector<ConfDirective>& directives_;
  const ConfValues& values_;
  const RedisServers& servers_;
  std::string error_;
};

}  // namespace

Result<Settings> parse_settings(std::string_view file_name, std::string_view text) {
  auto directives = parse_conf(file_name, text);
  if (!directives) return std::unexpected(directives.error());
  auto applications = take_applications(file_name, *directives);
  if (!applications) return std::unexpected(std::move(applications.error()));
  const auto servers = take_redis_servers(file_name, *directives);
  if (!servers) return std::unexpected(servers.error());
  const auto values = check_conf(file_name, *directives, settings_table());
  if (!values) return std::unexpected(values.error());
  auto settings = Reader(file_name, *directives, *values, *servers).read();
  if (settings) settings->notify.applications = *std::move(applications);
  return settings;
}

std::string describe_settings() { return describe_conf(settings_table()); }

}  // namespace ringfence
