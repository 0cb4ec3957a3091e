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
  for (const auto& [name, value] : {std::pair{"opened", counters.opened},
                                    {"probes", counters.probes},
                                    {"kept_back", counters.kept_back},
                                    {"failures", counters.failures},
                                    {"too_many", counters.too_many},
                                    {"rate", static_cast<std::uint64_t>(counters.rate)},
                                    {"requests", counters.requests},
                                    {"refused_full", counters.refused_full},
                                    {"waited_out", counters.waited_out},
                                    {"still_waiting", counters.still_waiting},
                                    {"queued", static_cast<std::uint64_t>(counters.queued)},
                                    {"in_flight", static_cast<std::uint64_t>(counters.in_flight)}}) {
    set_int(view.get(), name, static_cast<std::int64_t>(value));
  }
  return view;
}

}  // namespace

void Daemon::add_health(json_t* health) const {
  for (const auto& [name, server] : {std::pair{"ingest", ingest_.get()}, std::pair{"control", control_socket_.get()}}) {
    const FrameServerCounters& counters = server->counters();
    Json part = json_object_new();
    const auto put = [&part](const char* key, std::uint64_t value) {
      set_int(part.get(), key, static_cast<std::int64_t>(value));
    };
    put("connections", counters.open);
    put("accepted", counters.accepted);
    put("refused_peer", counters.refused_peer);
    put("refused_full", counters.refused_full);
    put("broken", counters.broken);
    put("stalled", counters.stalled);
    put("events", counters.events);
    put("requests", counters.requests);
    put("replies_dropped", counters.replies_dropped);
    set_json(health, name, std::move(part));
  }
  if (fallback_ != nullptr) {
    set_json(health, "fallback", fallback_view(fallback_->stats(), fallback_->policy(), clock_.now_ms()));
    if (fallback_->stats().away) set_text(health, "status", "degraded");
  }
  if (redis_ != nullptr) {
    Json part = json_object_new();
    for (const auto& [name, value] : redis_->counters()) {
      set_int(part.get(), std::string(name).c_str(), static_cast<std::int64_t>(value));
    }
    set_text(part.get(), "masters", redis_->masters());
    set_json(health, "redis", std::move(part));
  }
  const TelnyxCounters provider = provider_->counters();
  set_json(health, "telnyx", provider_view(provider));
  if (provider.breaker != Breaker::State::closed) set_text(health, "status", "degraded");
  const NotifyCounters told = applications_->counters();
  Json applications = json_object_new();
  set_int(applications.get(), "taken", static_cast<std::int64_t>(told.taken));
  set_int(applications.get(), "not_taken", static_cast<std::int64_t>(told.not_taken));
  set_int(applications.get(), "gone", static_cast<std::int64_t>(told.gone));
  set_int(applications.get(), "queued", static_cast<std::int64_t>(told.queued));
  set_int(applications.get(), "in_flight", static_cast<std::int64_t>(told.in_flight));
  set_json(health, "notify", std::move(applications));
}

}  // namespace ringfence
