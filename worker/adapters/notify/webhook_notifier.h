// Notifier over HTTP: signed webhooks in the Standard Webhooks format to the URL of each organisation, a few at once
// for each, so that an application that does not answer delays nobody else's. Created by the daemon, used by the engine
// through ports/notifier.h. One loop, one thread. It never resends. Must not know: sessions, stores, where secrets are
// kept.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "adapters/notify/webhook_secret.h"
#include "adapters/uv/loop.h"
#include "ports/clock.h"
#include "ports/log.h"
#include "ports/notifier.h"
#include "shared/result.h"

namespace ringfence {

class CurlLoop;
struct HttpReply;

struct NotifyEndpoint {
  std::string organisation;
  std::string url;                         // https; http only to this machine
  bool ringing = false;                    // told of that, too
  std::vector<std::string> families = {};  // a consumer's: events of no call that it wants
  WebhookSecrets secrets;
};

struct NotifyOptions {
  std::string ca_file;  // empty: the system's certificates
  Millis connect_ms = 2'000;
  Millis deadline_ms = 10'000;  // of one request, from its first byte to the end of the answer
};

struct NotifyCounters {
  std::uint64_t taken = 0;      // 2xx
  std::uint64_t gone = 0;       // 410: given up
  std::uint64_t not_taken = 0;  // anything else; it comes again
  std::size_t queued = 0, in_flight = 0;
};

// For the check of a configuration: what create() and replace() would say of a URL.
[[nodiscard]] Result<void> check_notify_url(std::string_view url);

class WebhookNotifier final : public Notifier {
 public:
  // Error: a sentence for the operator. The process must ignore SIGPIPE. `clock` is asked for the time of signatures.
  [[nodiscard]] static Result<std::unique_ptr<WebhookNotifier>> create(UvLoop& loop, const Clock& clock, Log& log,
                                                                       NotifyOptions options,
                                                                       std::vector<NotifyEndpoint> endpoints);
  ~WebhookNotifier() override;  // outcomes still owed are never delivered

  // Other URLs and secrets from now on; what waits goes to the new ones. On an error nothing has changed.
  [[nodiscard]] Result<void> replace(std::vector<NotifyEndpoint> endpoints);

  [[nodiscard]] bool tells(std::string_view organisation) const override;
  [[nodiscard]] bool tells_ringing(std::string_view organisation) const override;
  [[nodiscard]] std::string consumer_of(std::string_view family) const override;
  [[nodiscard]] Millis longest_ms() const override { return options_.deadline_ms; }
  void send(Command command, std::function<void(CommandOutcome)> done) override;
  [[nodiscard]] NotifyCounters counters() const;

 private:
  using Done = std::function<void(CommandOutcome)>;
  struct Job {
    Command command;
    Done done;
    bool on_wire = false;
  };
  struct Application {
    std::string url;
    bool ringing = false;
    std::vector<std::string> families;
    WebhookSecrets secrets;
    std::deque<std::string> waiting;  // command ids
    std::size_t in_flight = 0;
    bool has_turn = false;  // stands in turns_
  };

  WebhookNotifier(UvLoop& loop, const Clock& clock, Log& log, NotifyOptions options, std::unique_ptr<CurlLoop> curl);
  void take_turn(const std::string& organisation, Application& application);
  void pump();
  void put_on_wire(Job& job, const Application& application);
  void on_reply(const std::string& id, const HttpReply& reply);
  void settle(Done done, OutcomeClass outcome, std::string detail);  // later, on the loop

  const Clock& clock_;
  Log& log_;
  NotifyOptions options_;
  std::map<std::string, Application, std::less<>> applications_;
  std::deque<std::string> turns_;  // organisations that may send one more
  std::unordered_map<std::string, Job> jobs_;
  std::size_t in_flight_ = 0;
  NotifyCounters counters_;
  UvDeferred later_;
  std::unique_ptr<CurlLoop> curl_;  // last: goes first, and with it every callback
};

}  // namespace ringfence
