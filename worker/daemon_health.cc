// What `ringctl health` shows of the parts that only the daemon knows; see daemon.h.
#include <string>
#include <utility>

#include "adapters/redis/redis_store.h"
#include "daemon.h"
#include "fallback/fallback_view.h"

namespace ringfence {
namespace {

Json provider_view(const TelnyxCounters& counters) {
  Json view = json_object_new();
  set_text(view.get(), "breaker", name_of(counters.breaker));
  set_int(view.get(), "opened", counters.opened);
  set_int(view.get(), "probes", counters.probes);
  set_int(view.get(), "kept_back", counters.kept_back);
  set_int(view.get(), "failures", counters.failures);
  set_int(view.get(), "too_many", counters.too_many);
  set_int(view.get(), "rate", counters.rate);
  set_int(view.get(), "requests", counters.requests);
  set_int(view.get(), "refused_full", counters.refused_full);
  set_int(view.get(), "waited_out", counters.waited_out);
  set_int(view.get(), "still_waiting", counters.still_waiting);
  set_int(view.get(), "queued", counters.queued);
  set_int(view.get(), "in_flight", counters.in_flight);
  return view;
}

}  // namespace

void Daemon::add_health(json_t* health) const {
  for (const auto& [name, server] : {std::pair{"ingest", ingest_.get()}, std::pair{"control", control_socket_.get()}}) {
    const FrameServerCounters& counters = server->counters();
    Json part = json_object_new();
    set_int(part.get(), "connections", counters.open);
    set_int(part.get(), "accepted", counters.accepted);
    set_int(part.get(), "refused_peer", counters.refused_peer);
    set_int(part.get(), "refused_full", counters.refused_full);
    set_int(part.get(), "broken", counters.broken);
    set_int(part.get(), "stalled", counters.stalled);
    set_int(part.get(), "events", counters.events);
    set_int(part.get(), "requests", counters.requests);
    set_int(part.get(), "replies_dropped", counters.replies_dropped);
    set_json(health, name, std::move(part));
  }
  set_int(json_object_get(health, "ingest"), "requests_put_off", reading_ ? reading_->put_off() : 0);
  if (fallback_ != nullptr) {
    set_json(health, "fallback", fallback_view(fallback_->stats(), fallback_->policy(), clock_.now_ms()));
    if (fallback_->stats().away) set_text(health, "status", "degraded");
  }
  if (redis_ != nullptr) {
    Json part = json_object_new();
    for (const auto& [name, value] : redis_->counters()) {
      set_int(part.get(), std::string(name).c_str(), value);
    }
    set_text(part.get(), "masters", redis_->masters());
    set_json(health, "redis", std::move(part));
  }
  const TelnyxCounters provider = provider_->counters();
  set_json(health, "telnyx", provider_view(provider));
  if (provider.breaker != Breaker::State::closed) set_text(health, "status", "degraded");
  const NotifyCounters told = applications_->counters();
  Json applications = json_object_new();
  set_int(applications.get(), "taken", told.taken);
  set_int(applications.get(), "not_taken", told.not_taken);
  set_int(applications.get(), "gone", told.gone);
  set_int(applications.get(), "queued", told.queued);
  set_int(applications.get(), "in_flight", told.in_flight);
  set_json(health, "notify", std::move(applications));
}

}  // namespace ringfence
