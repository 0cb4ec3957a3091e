// The worker put together; see daemon.h.
#include "daemon.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <random>
#include <utility>

#include "adapters/redis/redis_store.h"
#include "adapters/sqlite/embedded_store.h"
#include "adapters/system/account.h"
#include "adapters/system/file.h"
#include "adapters/system/secret_file.h"
#include "settings/reload.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

constexpr Millis kHouseMs = 1000;
constexpr Millis kDrainLookMs = 20;
constexpr Millis kStartLookMs = 2;
// How long a start with store_fallback all waits for the register of a store that is there: one that has not answered
// within limits::kStoreReplyMs is away.
constexpr Millis kRegisterMs = limits::kStoreReplyMs + 500;

[[nodiscard]] std::string host_name() {
  char name[HOST_NAME_MAX + 1] = {};
  return ::gethostname(name, HOST_NAME_MAX) == 0 ? name : "localhost";
}

[[nodiscard]] std::unexpected<Error> pass_on(const Error& error, const std::string& context) {
  return fail(error.code, context + ": " + error.text);
}

[[nodiscard]] EventLogOptions event_log_options(const EventLogSettings& settings) {
  return {.keep_ms = settings.keep_ms,
          .most = settings.most,
          .payload = static_cast<EventPayload>(settings.payload),
          .late_ms = settings.late_ms,
          .tries = settings.tries};
}

void wipe(std::string& secret) noexcept {
  explicit_bzero(secret.data(), secret.size());
  secret.clear();
}

}  // namespace

Daemon::Daemon(StderrLog& log, Settings settings, std::function<Result<Settings>()> read)
    : log_(log),
      settings_(std::move(settings)),
      read_(std::move(read)),
      clock_(loop_),
      fallback_clock_(loop_),
      house_timer_(loop_),
      watchdog_timer_(loop_),
      drain_timer_(loop_),
      on_term_(loop_),
      on_int_(loop_),
      on_hup_(loop_) {}

Daemon::~Daemon() {
  // First those who call the engine later, then the engine, then the sockets its verdicts would go to.
  clock_.set_alarm(0, {});
  provider_.reset();
  credentials_.reset();
  applications_.reset();
  register_.reset();
  fleet_.reset();
  local_.reset();
  store_.reset();
  engine_.reset();  // what waits for it is told so, in control_
  reading_.reset();
  control_.reset();
  directory_.reset();
  control_socket_.reset();
  ingest_.reset();
}

Result<void> Daemon::start() {
  inherited_ = inherited_sockets();
  if (auto opened = open_store(); !opened) return opened;
  if (auto opened = open_provider(); !opened) return opened;
  if (auto opened = open_credentials(); !opened) return opened;
  if (auto opened = open_applications(); !opened) return opened;
  directory_.emplace(*store_, log_, plan_rules(settings_.policy), !settings_.telnyx.credential_connection.empty());
  engine_.emplace(EngineParts{.store = *store_,
                              .telephony = *provider_,
                              .clock = clock_,
                              .log = log_,
                              .directory = *directory_,
                              .notifier = applications_.get(),
                              .credentials = credentials_.get()},
                  EngineOptions{.policy = settings_.policy,
                                .sip_domain = settings_.telnyx.sip_domain,
                                .alone = settings_.store == StoreKind::embedded,
                                .sweep = {.every_ms = settings_.telnyx.sweep_ms,
                                          .stray_age_ms = settings_.telnyx.stray_age_ms,
                                          .connection = settings_.telnyx.connection},
                                .event_log = event_log_options(settings_.event_log),
                                .registrar = {.connection = settings_.telnyx.credential_connection,
                                              .policy = {.valid_ms = settings_.telnyx.credential_valid_ms}}});
  control_.emplace(ControlParts{.engine = *engine_,
                                .store = *store_,
                                .directory = *directory_,
                                .clock = clock_,
                                .version = RINGFENCE_VERSION,
                                .more_measures = [this](Measures& measures) { return add_measures(measures); },
                                .reload = [this] { return reload(); }});
  reading_.emplace(*control_);
  watch_signals();
  // Events wait in the listening socket meanwhile, or go to another worker; a call without a directory is told `later`.
  wait_a_moment_for(limits::kStartMs, [this] { return store_->ready(); });
  // Who must be alone and is not touches nothing: no event, no call that is due. A store that is away says nothing of
  // it.
  wait_a_moment_for(kRegisterMs, [this] { return !fallback_ || fallback_->has_looked() || !fleet_->ready(); });
  if (stopping_ || forbidden_) return {};
  engine_->start();
  wait_a_moment_for(limits::kStartMs, [this] { return directory_->loaded(); });
  if (stopping_ || forbidden_) return {};
  if (auto opened = open_sockets(); !opened) return opened;
  keep_house();
  if (const auto every_ms = service_.watchdog_ms()) feed_watchdog(*every_ms / 2);
  // Not waiting for Redis: until it is there, events are told `later` and come again.
  service_.send("READY=1");
  log_.write(LogLevel::notice, "started",
             {{"version", RINGFENCE_VERSION},
              {"store", store_->kind()},
              {"ingest", settings_.ingest.path},
              {"ingest_from", find_unix_listener(inherited_, settings_.ingest.path) >= 0 ? "systemd" : "ringd"},
              {"control", settings_.control.path},
              {"provider", settings_.telnyx.api}});
  return {};
}

Result<std::string> Daemon::secret(const std::string& path) {
  auto read = read_secret(path);
  if (!read) return std::unexpected(std::move(read.error()));
  warn_if_readable(path, read->readable_by_all);
  return std::move(read->text);
}

void Daemon::warn_if_readable(const std::string& path, bool by_all) {
  if (!by_all) return;
  log_.write(LogLevel::warning, "secret_readable_by_all",
             {{"path", path}, {"detail", "every user of this machine can read it; chmod o= or use LoadCredential"}});
}

Result<void> Daemon::open_store() {
  if (settings_.store == StoreKind::embedded) {
    auto opened = EmbeddedStore::open(loop_, log_, settings_.embedded_path);
    if (!opened) return std::unexpected(std::move(opened.error()));
    store_ = *std::move(opened);
    return {};
  }
  const RedisSettings& redis = settings_.redis;
  RedisOptions options{.unix_path = redis.unix_path, .host = redis.host, .port = redis.port, .user = redis.user};
  if (!redis.password_file.empty()) {
    auto password = secret(redis.password_file);
    if (!password) return pass_on(password.error(), "password_file of Redis");
    options.password = *std::move(password);
  }
  for (const HostPort& server : redis.sentinels) options.sentinels.push_back({{}, server.host, server.port});
  for (const HostPort& server : redis.cluster) options.cluster.push_back({{}, server.host, server.port});
  options.master_name = redis.master;
  options.sentinel_login.user = redis.sentinel_user;
  if (!redis.sentinel_password_file.empty()) {
    auto password = secret(redis.sentinel_password_file);
    if (!password) return pass_on(password.error(), "sentinel_password_file of Redis");
    options.sentinel_login.password = *std::move(password);
  }
  options.wait_replicas = redis.wait_replicas;
  options.wait_ms = redis.wait_ms;
  options.key_prefix = redis.key_prefix;
  options.jitter_seed = std::random_device{}();
  auto opened = RedisStore::open(loop_, log_, std::move(options));
  if (!opened) return std::unexpected(std::move(opened.error()));
  redis_ = opened->get();
  const std::string worker = settings_.worker.empty() ? host_name() + ":" + settings_.ingest.path : settings_.worker;
  if (settings_.fallback == StoreFallback::none) {
    store_ = *std::move(opened);
    register_.emplace(*store_, worker);
    return {};
  }
  fleet_ = *std::move(opened);
  return open_fallback(worker);
}

Result<void> Daemon::open_fallback(const std::string& worker) {
  auto local = EmbeddedStore::open(loop_, log_, settings_.fallback_path);
  if (!local) {
    return fail(local.error().code,
                "fallback_path: " + local.error().text + "; store_fallback none; does without the file");
  }
  local_ = *std::move(local);
  const bool all = settings_.fallback == StoreFallback::all;
  auto fallback = std::make_unique<FallbackStore>(
      FallbackParts{.fleet = *fleet_, .local = *local_, .clock = fallback_clock_, .log = log_},
      FallbackOptions{.policy = all ? FallbackPolicy::all : FallbackPolicy::new_calls, .worker = worker},
      [this](const std::string& who) {
        log_.write(LogLevel::error, "store_fallback_all_refused",
                   {{"detail", who},
                    {"do",
                     "store_fallback new_calls; or stop that worker and wait a day, or give this one another "
                     "key_prefix; then start ringd again, which systemd does not do by itself"}});
        forbidden_ = true;
        loop_.stop();
      });
  fallback_ = fallback.get();
  fallback_->start();
  store_ = std::move(fallback);
  return {};
}

Result<void> Daemon::open_provider() {
  const TelnyxSettings& telnyx = settings_.telnyx;
  auto key = secret(telnyx.api_key_file);
  if (!key) return pass_on(key.error(), "api_key_file of Telnyx");
  auto created = TelnyxClient::create(loop_, log_,
                                      {.base_url = telnyx.api,
                                       .api_key = *std::move(key),
                                       .voice = telnyx.voice,
                                       .ca_file = telnyx.ca_file,
                                       .connect_ms = telnyx.connect_ms,
                                       .deadline_ms = telnyx.deadline_ms,
                                       .keep_warm_ms = telnyx.keep_warm_ms,
                                       .rate = telnyx.rate,
                                       .burst = telnyx.burst});
  if (!created) return pass_on(created.error(), telnyx.api_where);
  provider_ = *std::move(created);
  return {};
}

Result<void> Daemon::open_credentials() {
  const TelnyxSettings& telnyx = settings_.telnyx;
  if (telnyx.credential_connection.empty()) return {};
  auto key = secret(telnyx.api_key_file);
  if (!key) return pass_on(key.error(), "api_key_file of Telnyx");
  auto created = CredentialsClient::create(loop_, log_,
                                           {.base_url = telnyx.api,
                                            .api_key = *std::move(key),
                                            .connection_id = telnyx.credential_connection,
                                            .ca_file = telnyx.ca_file,
                                            .connect_ms = telnyx.connect_ms});
  if (!created) return pass_on(created.error(), telnyx.api_where);
  credentials_ = *std::move(created);
  return {};
}

Result<std::vector<NotifyEndpoint>> Daemon::endpoints(const NotifySettings& settings) {
  std::vector<NotifyEndpoint> endpoints;
  for (const ApplicationSettings& application : settings.applications) {
    auto file = read_file(application.secret_file, limits::kSecretFileBytes);
    if (!file) return pass_on(file.error(), application.where);
    warn_if_readable(application.secret_file, file->readable_by_all);
    auto secrets = WebhookSecrets::parse(file->text);
    wipe(file->text);
    if (!secrets) return pass_on(secrets.error(), application.where + ": secret_file " + application.secret_file);
    endpoints.push_back({.organisation = application.organisation,
                         .url = application.url,
                         .ringing = application.ringing,
                         .families = application.families,
                         .secrets = *std::move(secrets)});
  }
  return endpoints;
}

Result<void> Daemon::open_applications() {
  const NotifySettings& notify = settings_.notify;
  auto told = endpoints(notify);
  if (!told) return std::unexpected(std::move(told.error()));
  auto created = WebhookNotifier::create(
      loop_, clock_, log_,
      {.ca_file = notify.ca_file, .connect_ms = notify.connect_ms, .deadline_ms = notify.deadline_ms},
      *std::move(told));
  if (!created) return pass_on(created.error(), "notify");
  applications_ = *std::move(created);
  return {};
}

Result<FrameServerOptions> Daemon::socket_options(const char* name, const SocketSettings& socket) {
  FrameServerOptions options{.name = name, .listener = {.path = socket.path}};
  options.listener.inherited_fd = find_unix_listener(inherited_, socket.path);
  if (!socket.user.empty()) {
    const auto uid = find_user(socket.user);
    if (!uid) return pass_on(uid.error(), std::string(name) + "_user");
    options.peers.users.push_back(*uid);
  }
  if (!socket.group.empty()) {
    const auto gid = find_group(socket.group);
    if (!gid) return pass_on(gid.error(), std::string(name) + "_group");
    options.listener.group = *gid;
  }
  return options;
}

Result<void> Daemon::open_sockets() {
  auto ingest = socket_options("ingest", settings_.ingest);
  if (!ingest) return std::unexpected(std::move(ingest.error()));
  auto control = socket_options("control", settings_.control);
  if (!control) return std::unexpected(std::move(control.error()));
  control->max_connections = limits::kControlConnections;
  control->max_payload_bytes = limits::kDirectoryBytes;  // `ringctl directory import`
  control_socket_ = std::make_unique<FrameServer>(loop_, log_, *std::move(control));
  if (auto started = control_socket_->start({.requests = &*control_}); !started) return started;
  // nginx last: once it can connect, everything behind is there.
  ingest_ = std::make_unique<FrameServer>(loop_, log_, *std::move(ingest));
  return ingest_->start({.events = &*engine_, .requests = &*reading_});
}

void Daemon::wait_a_moment_for(Millis span_ms, const std::function<bool()>& there) {
  for (Millis left_ms = span_ms; left_ms > 0 && !stopping_ && !forbidden_ && !there(); left_ms -= kStartLookMs) {
    drain_timer_.start(kStartLookMs, [this] { loop_.stop(); });
    loop_.run();
  }
}

bool Daemon::run() {
  if (!stopping_ && !forbidden_) loop_.run();
  return !forbidden_;
}

void Daemon::sign_register() {
  const Millis now_ms = clock_.now_ms();
  sign_ms_ = std::min(sign_ms_, now_ms + limits::kFallbackSignMs);  // the clock may have been set back
  if (!register_ || register_->signing() || now_ms < sign_ms_ || !store_->ready()) return;
  sign_ms_ = now_ms + limits::kFallbackSignMs;
  register_->sign(now_ms, [](bool) {});  // the next one comes whatever became of it
}

void Daemon::watch_signals() {
  on_term_.start(SIGTERM, [this] { begin_stop(); });
  on_int_.start(SIGINT, [this] { begin_stop(); });
  on_hup_.start(SIGHUP, [this] { (void)reload(); });
}

// What is refused changes nothing: all that can fail comes first.
Result<std::string> Daemon::reload() {
  const auto refuse = [this](const Error& error) {
    log_.write(LogLevel::error, "reload_refused", {{"detail", error.text}});
    return std::unexpected(error);
  };
  const auto read = read_();
  if (!read) return refuse(read.error());
  auto told = endpoints(read->notify);
  if (!told) return refuse(told.error());
  if (const auto replaced = applications_->replace(*std::move(told)); !replaced) return refuse(replaced.error());
  const std::string sentence = reload_sentence(follow(settings_, *read));
  provider_->follow(settings_.telnyx.rate, settings_.telnyx.burst);
  directory_->follow(plan_rules(settings_.policy));
  engine_->follow(settings_.policy, event_log_options(settings_.event_log));
  // Said at whichever level shows it: the old one may have been quieter, the new one may be.
  log_.set_level(LogLevel::debug);
  log_.write(LogLevel::notice, "reloaded", {{"detail", sentence}});
  log_.set_level(static_cast<LogLevel>(settings_.log_level));
  return sentence;
}

void Daemon::begin_stop() {
  if (std::exchange(stopping_, true) || ingest_ == nullptr) return loop_.stop();
  service_.send("STOPPING=1");
  log_.write(LogLevel::notice, "stopping", {});
  sockets_draining_ = 2;
  // An event that has begun to arrive is still taken; one that has not waits where the next worker finds it.
  ingest_->stop([this] {
    --sockets_draining_;
    engine_->stop_accepting();
  });
  control_socket_->stop([this] { --sockets_draining_; });
  watch_drain(static_cast<int>(limits::kDrainMs / kDrainLookMs));
}

void Daemon::watch_drain(int looks_left) {
  const bool drained = sockets_draining_ == 0 && engine_->idle();
  if (drained || looks_left == 0) {
    log_.write(
        LogLevel::notice, "stopped",
        {{"detail", drained ? "nothing was left in flight" : "cut short; what was due is taken up at the start"}});
    return loop_.stop();
  }
  drain_timer_.start(kDrainLookMs, [this, looks_left] { watch_drain(looks_left - 1); });
}

void Daemon::keep_house() {
  log_.report_suppressed();
  sign_register();
  const Store& watched = fleet_ ? *fleet_ : *store_;
  const bool ready = watched.ready();
  const char* away = fallback_ != nullptr ? "after a second calls live on this machine: fallback_away will say so"
                                          : "events are told later and come again; see the store's own lines";
  if (store_was_ready_ != ready) {
    store_was_ready_ = ready;
    log_.write(ready ? LogLevel::notice : LogLevel::warning, ready ? "store_ready" : "store_away",
               {{"store", watched.kind()}, {"detail", ready ? "events are taken" : away}});
    service_.send(ready                  ? "STATUS=taking events"
                  : fallback_ != nullptr ? "STATUS=the store is away; new calls live on this machine"
                                         : "STATUS=waiting for the store; events are told later");
  }
  house_timer_.start(kHouseMs, [this] { keep_house(); });
}

void Daemon::feed_watchdog(Millis every_ms) {
  service_.send("WATCHDOG=1");
  watchdog_timer_.start(every_ms, [this, every_ms] { feed_watchdog(every_ms); });
}

}  // namespace ringfence
