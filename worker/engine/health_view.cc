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
    set_int(object.get(), std::string(name_of(static_cast<Enum>(i))).c_str(), static_cast<std::int64_t>(counts[i]));
  }
  return object;
}

// As Prometheus has it: how many took up to so many ms; the last is all of them.
Json times(const Histogram& histogram) {
  Json view = json_object_new(), up_to = json_object_new();
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < Histogram::kBoundsMs.size(); ++i) {
    sum += histogram.counts.at(i);
    set_int(up_to.get(), std::to_string(Histogram::kBoundsMs.at(i)).c_str(), static_cast<std::int64_t>(sum));
  }
  set_json(view.get(), "up_to_ms", std::move(up_to));
  set_int(view.get(), "count", static_cast<std::int64_t>(histogram.count));
  set_int(view.get(), "sum_ms", static_cast<std::int64_t>(histogram.sum_ms));
  return view;
}

}  // namespace

Json engine_view(const EngineStats& stats) {
  Json view = json_object_new();
  const auto number = [&](const char* key, std::uint64_t value) {
    set_int(view.get(), key, static_cast<std::int64_t>(value));
  };
  number("accepted", stats.accepted);
  number("duplicate", stats.duplicate);
  number("later", stats.later);
  number("refused", stats.refused);
  number("ignored", stats.ignored);
  number("bad", stats.bad);
  number("queue_full", stats.queue_full);
  number("new_calls_put_off", stats.new_calls_put_off);
  number("expired", stats.expired);
  number("elsewhere", stats.elsewhere);
  number("late", stats.late);
  number("dead", stats.dead);
  number("unlisted", stats.unlisted);
  number("commits", stats.commits);
  number("conflicts", stats.conflicts);
  number("unknown", stats.unknown);
  number("loads", stats.loads);
  number("unreadable", stats.unreadable);
  number("of_a_newer", stats.of_a_newer);
  number("results_dropped", stats.results_dropped);
  number("ticks", stats.ticks);
  number("recovered", stats.recovered);
  number("sweeps", stats.sweeps);
  number("strays", stats.strays);
  number("strays_left", stats.strays_left);
  number("recordings_missing", stats.recordings_missing);
  number("sessions_cached", stats.sessions_cached);
  number("queue_depth", stats.queue_depth);
  number("new_calls", stats.new_calls);
  number("commands_in_flight", stats.commands_in_flight);
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
