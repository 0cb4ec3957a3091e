// See health_view.h.
#include "engine/health_view.h"

#include <string>

#include "core/command.h"
#include "core/invariants.h"

namespace ringfence {
namespace {

template <class Enum, std::size_t kCount>
Json by_name(const std::array<std::uint64_t, kCount>& counts, Enum first = {}) {
  Json object = json_object_new();
  for (auto i = static_cast<std::size_t>(first); i < kCount; ++i) {
    set_int(object.get(), std::string(name_of(static_cast<Enum>(i))).c_str(), counts[i]);
  }
  return object;
}

// As Prometheus has it: how many took up to so many ms; the last is all of them.
Json times(const Histogram& histogram) {
  Json view = json_object_new(), up_to = json_object_new();
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < Histogram::kBoundsMs.size(); ++i) {
    sum += histogram.counts.at(i);
    set_int(up_to.get(), std::to_string(Histogram::kBoundsMs.at(i)).c_str(), sum);
  }
  set_json(view.get(), "up_to_ms", std::move(up_to));
  set_int(view.get(), "count", histogram.count);
  set_int(view.get(), "sum_ms", histogram.sum_ms);
  return view;
}

}  // namespace

Json engine_view(const EngineStats& stats) {
  Json view = json_object_new();
  set_int(view.get(), "accepted", stats.accepted);
  set_int(view.get(), "duplicate", stats.duplicate);
  set_int(view.get(), "later", stats.later);
  set_int(view.get(), "refused", stats.refused);
  set_int(view.get(), "ignored", stats.ignored);
  set_int(view.get(), "bad", stats.bad);
  set_int(view.get(), "queue_full", stats.queue_full);
  set_int(view.get(), "new_calls_put_off", stats.new_calls_put_off);
  set_int(view.get(), "expired", stats.expired);
  set_int(view.get(), "elsewhere", stats.elsewhere);
  set_int(view.get(), "late", stats.late);
  set_int(view.get(), "dead", stats.dead);
  set_int(view.get(), "unlisted", stats.unlisted);
  set_int(view.get(), "commits", stats.commits);
  set_int(view.get(), "conflicts", stats.conflicts);
  set_int(view.get(), "unknown", stats.unknown);
  set_int(view.get(), "loads", stats.loads);
  set_int(view.get(), "unreadable", stats.unreadable);
  set_int(view.get(), "of_a_newer", stats.of_a_newer);
  set_int(view.get(), "results_dropped", stats.results_dropped);
  set_int(view.get(), "ticks", stats.ticks);
  set_int(view.get(), "recovered", stats.recovered);
  set_int(view.get(), "sweeps", stats.sweeps);
  set_int(view.get(), "strays", stats.strays);
  set_int(view.get(), "strays_left", stats.strays_left);
  set_int(view.get(), "recordings_missing", stats.recordings_missing);
  set_int(view.get(), "sessions_cached", stats.sessions_cached);
  set_int(view.get(), "queue_depth", stats.queue_depth);
  set_int(view.get(), "new_calls", stats.new_calls);
  set_int(view.get(), "commands_in_flight", stats.commands_in_flight);
  Json timing = json_object_new();
  set_json(timing.get(), "occurred_to_received", times(stats.occurred_to_received));
  set_json(timing.get(), "received_to_accepted", times(stats.received_to_accepted));
  set_json(timing.get(), "accepted_to_sent", times(stats.accepted_to_sent));
  set_json(view.get(), "timing", std::move(timing));
  set_json(view.get(), "broken", by_name(stats.broken, Invariant::one_winner));
  set_json(view.get(), "commands", by_name<Verb>(stats.commands_by_verb));
  set_json(view.get(), "results", by_name<OutcomeClass>(stats.results_by_class));
  return view;
}

}  // namespace ringfence
