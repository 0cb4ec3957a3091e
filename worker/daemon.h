// The worker put together: every part once, in the order in which they need each other, and taken apart in the order
// in which they may still call each other. Wiring only. Used by main.cc.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/ingest/frame_server.h"
#include "adapters/notify/webhook_notifier.h"
#include "adapters/redis/redis_store.h"
#include "adapters/system/notify.h"
#include "adapters/system/stderr_log.h"
#include "adapters/telnyx/client.h"
#include "adapters/telnyx/credentials_client.h"
#include "adapters/uv/loop.h"
#include "engine/control.h"
#include "engine/directory_cache.h"
#include "engine/engine.h"
#include "engine/measures.h"
#include "engine/reading_requests.h"
#include "fallback/fallback_store.h"
#include "fallback/worker_register.h"
#include "ports/local_store.h"
#include "settings/settings.h"
#include "shared/result.h"

namespace ringfence {

class Daemon {
 public:
  // `read` reads the configuration again: at SIGHUP, and when the operator or nginx asks for it.
  Daemon(StderrLog& log, Settings settings, std::function<Result<Settings>()> read);
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  // Opens everything, or nothing when run() would say at once that it is forbidden. The error is a sentence for the
  // operator.
  [[nodiscard]] Result<void> start();
  // Until SIGTERM or SIGINT and the end of what was in flight, at most limits::kDrainMs; a second signal ends at once.
  // False: something that no look at the configuration shows forbids it to run, however often; the log says what.
  [[nodiscard]] bool run();

 private:
  [[nodiscard]] Result<std::string> secret(const std::string& path);
  void warn_if_readable(const std::string& path, bool by_all);
  [[nodiscard]] Result<void> open_store();
  [[nodiscard]] Result<void> open_fallback(const std::string& worker);
  void sign_register();
  [[nodiscard]] Result<void> open_provider();
  [[nodiscard]] Result<void> open_credentials();
  [[nodiscard]] Result<std::vector<NotifyEndpoint>> endpoints(const NotifySettings& settings);
  [[nodiscard]] Result<void> open_applications();
  [[nodiscard]] Result<FrameServerOptions> socket_options(const char* name, const SocketSettings& socket);
  [[nodiscard]] Result<void> open_sockets();
  void wait_a_moment_for(Millis span_ms, const std::function<bool()>& there);
  [[nodiscard]] bool add_measures(Measures& measures) const;
  void watch_signals();
  Result<std::string> reload();
  void begin_stop();
  void watch_drain(int looks_left);
  void keep_house();
  void feed_watchdog(Millis every_ms);

  StderrLog& log_;
  Settings settings_;  // in force
  std::function<Result<Settings>()> read_;
  ServiceNotifier service_;
  std::vector<int> inherited_;
  UvLoop loop_;
  UvClock clock_, fallback_clock_;
  UvTimer house_timer_, watchdog_timer_, drain_timer_;
  UvSignal on_term_, on_int_, on_hup_;
  std::unique_ptr<FrameServer> ingest_, control_socket_;
  std::unique_ptr<Store> fleet_;            // Redis, behind store_ when there is a fallback
  std::unique_ptr<LocalStore> local_;       // the fallback's own
  std::unique_ptr<Store> store_;            // what the engine sees
  RedisStore* redis_ = nullptr;             // fleet_ or store_, when it is one
  FallbackStore* fallback_ = nullptr;       // store_, when it is one
  std::optional<WorkerRegister> register_;  // without a fallback, which has its own
  Millis sign_ms_ = 0;
  std::unique_ptr<TelnyxClient> provider_;
  std::unique_ptr<CredentialsClient> credentials_;  // null: devices do not register here
  std::unique_ptr<WebhookNotifier> applications_;
  std::optional<DirectoryCache> directory_;
  std::optional<Engine> engine_;
  std::optional<Control> control_;
  std::optional<ReadingRequests> reading_;
  int sockets_draining_ = 0;
  bool stopping_ = false;
  bool forbidden_ = false;
  std::optional<bool> store_was_ready_;  // nothing said yet
};

}  // namespace ringfence
