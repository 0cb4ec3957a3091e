// The numbers of the parts that only the daemon knows, for `ringctl health` and Prometheus; see daemon.h.
#include <string>
#include <utility>

#include "adapters/redis/redis_store.h"
#include "daemon.h"
#include "fallback/fallback_view.h"

namespace ringfence {
namespace {

void add_socket(Measures& to, std::string_view name, const FrameServerCounters& counters) {
  to.group(name);
  to.gauge("connections", counters.open, "Connections that are open.");
  to.counter("accepted", counters.accepted, "Connections that were made.");
  to.counter("refused_peer", counters.refused_peer, "Connections of users who may not.");
  to.counter("refused_full", counters.refused_full, "Connections beyond the bound.");
  to.counter("broken", counters.broken, "Connections closed for what is no acceptable frame.");
  to.counter("stalled", counters.stalled, "Connections closed because they stopped in the middle.");
  to.counter("events", counters.events, "Events that came in.");
  to.counter("requests", counters.requests, "Requests that came in.");
  to.counter("replies_dropped", counters.replies_dropped, "Replies whose peer had gone.");
}

void add_redis(Measures& to, const RedisStore& redis) {
  to.group("redis");
  to.gauge("in_flight", redis.in_flight(), "Requests that Redis owes an answer.");
  for (RedisCount& count : redis.counters()) to.counter(count.name, count.value, std::move(count.help));
  to.text("masters", redis.masters(), "The servers that are talked to.");
}

void add_provider(Measures& to, const TelnyxCounters& counters) {
  to.group("telnyx");
  using State = Breaker::State;
  to.state("breaker", name_of(counters.breaker),
           {name_of(State::closed), name_of(State::open), name_of(State::probing)},
           "Open: the provider is away, and nothing leaves but a probe now and then.");
  to.counter("opened", counters.opened, "Times the breaker has opened.");
  to.counter("probes", counters.probes, "Commands that left to see whether the provider is back.");
  to.counter("kept_back", counters.kept_back, "Commands not sent because the breaker was open.");
  to.counter("failures", counters.failures, "Requests that say that the provider is away.");
  to.counter("too_many", counters.too_many, "Answers 429.");
  to.gauge("rate", counters.rate, "Requests a second that we allow ourselves now; 0: no limit of ours.");
  to.counter("requests", counters.requests, "Requests to the provider.");
  to.counter("refused_full", counters.refused_full, "Commands not sent because the queue was full.");
  to.counter("waited_out", counters.waited_out, "Commands not sent because their turn did not come in time.");
  to.counter("still_waiting", counters.still_waiting, "Commands not sent because a copy was waiting already.");
  to.gauge("queued", counters.queued, "Commands that wait to leave.");
  to.gauge("in_flight", counters.in_flight, "Requests that the provider owes an answer.");
}

void add_credentials(Measures& to, const CredentialsCounters& counters) {
  to.group("credentials");
  to.counter("requests", counters.requests, "Requests to the provider about devices' credentials.");
  to.counter("failures", counters.failures, "Of these, such as say that the provider is away.");
  to.counter("too_many", counters.too_many, "Answers 429.");
  to.counter("refused_full", counters.refused_full, "Requests not sent because too many waited.");
  to.counter("waited_out", counters.waited_out, "Requests not sent because their turn did not come in time.");
  to.gauge("queued", counters.queued, "Requests that wait to leave.");
  to.gauge("in_flight", counters.in_flight, "Requests that the provider owes an answer.");
}

void add_applications(Measures& to, const NotifyCounters& counters) {
  to.group("notify");
  to.counter("taken", counters.taken, "Outcomes that an application took.");
  to.counter("not_taken", counters.not_taken, "Outcomes that it did not take; they come again.");
  to.counter("gone", counters.gone, "Outcomes given up because the application said so.");
  to.gauge("queued", counters.queued, "Outcomes that wait to leave.");
  to.gauge("in_flight", counters.in_flight, "Outcomes that an application owes an answer.");
}

}  // namespace

bool Daemon::add_measures(Measures& measures) const {
  bool well = true;
  add_socket(measures, "ingest", ingest_->counters());
  measures.counter("requests_put_off", reading_ ? reading_->put_off() : 0,
                   "Requests over HTTP told to come again: others were being answered.");
  add_socket(measures, "control", control_socket_->counters());
  if (fallback_ != nullptr) {
    const FallbackStats stats = fallback_->stats();
    add_fallback_measures(measures, stats, fallback_->policy(), clock_.now_ms());
    well = !stats.away;
  }
  if (redis_ != nullptr) add_redis(measures, *redis_);
  const TelnyxCounters provider = provider_->counters();
  add_provider(measures, provider);
  if (provider.breaker != Breaker::State::closed) well = false;
  if (credentials_) add_credentials(measures, credentials_->counters());
  add_applications(measures, applications_->counters());
  return well;
}

}  // namespace ringfence
