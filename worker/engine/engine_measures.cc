// See engine_measures.h.
#include "engine/engine_measures.h"

#include "core/command.h"
#include "core/invariants.h"

namespace ringfence {
namespace {

template <class Enum, std::size_t kCount>
Measure::Counts by_name(std::string_view of_what, const std::array<std::uint64_t, kCount>& counts, Enum first = {}) {
  Measure::Counts named{.of_what = of_what, .values = {}};
  for (auto i = static_cast<std::size_t>(first); i < kCount; ++i) {
    named.values.emplace_back(name_of(static_cast<Enum>(i)), counts[i]);
  }
  return named;
}

}  // namespace

void add_engine_measures(Measures& to, const EngineStats& stats) {
  to.group("engine");
  to.counter("accepted", stats.accepted, "Events that were applied or kept, and are durable.");
  to.counter("duplicate", stats.duplicate, "Events that had been applied before.");
  to.counter("later", stats.later, "Events that were told to come again.");
  to.counter("refused", stats.refused, "Events that will never be taken.");
  to.counter("ignored", stats.ignored, "Of the accepted: of no call of ours.");
  to.counter("bad", stats.bad, "Of the accepted: genuine but unreadable, kept as they came (ringctl dead).");
  to.counter("queue_full", stats.queue_full, "Of those told later: there was no room.");
  to.counter("new_calls_put_off", stats.new_calls_put_off, "Of those without room: calls that would have begun.");
  to.counter("expired", stats.expired, "Of those told later: not durable in time.");
  to.counter("elsewhere", stats.elsewhere, "Of those told later: of a call that lives on another worker.");
  to.counter("late", stats.late, "Events that were not applied within the event log's late.");
  to.counter("dead", stats.dead, "Events told later so often that the provider may have given up (ringctl dead).");
  to.counter("unlisted", stats.unlisted, "Events told later that found no room in the list of the dead.");
  to.counter("commits", stats.commits, "Writes that are durable.");
  to.counter("conflicts", stats.conflicts, "Writes that met another worker's.");
  to.counter("unknown", stats.unknown, "Writes of which nobody knows whether they were made; they are made again.");
  to.counter("loads", stats.loads, "Calls read from the store because they were not in memory.");
  to.counter("unreadable", stats.unreadable, "Stored calls that could not be decoded.");
  to.counter("of_a_newer", stats.of_a_newer, "Stored calls left to a newer ringd.");
  to.counter("results_dropped", stats.results_dropped, "Results of commands without room or store; asked for again.");
  to.counter("ticks", stats.ticks, "Times a call was asked to look at its deadlines.");
  to.counter("recovered", stats.recovered, "Calls taken over because their worker did not go on.");
  to.counter("sweeps", stats.sweeps, "Times the provider was asked for every live call.");
  to.counter("strays", stats.strays, "Live calls of ours that no call knew of, found so and taken in.");
  to.counter("strays_left", stats.strays_left, "Strays found in conversation and left to talk.");
  to.counter("recordings_missing", stats.recordings_missing,
             "Calls that ended without the recording they should have.");
  to.counter("registrations", stats.registrations, "Devices that asked for a credential, or gave it back.");
  to.counter("credentials_found", stats.credentials_found,
             "Credentials at the provider that no device uses, found by a look; they are removed.");
  to.gauge("sessions_cached", stats.sessions_cached, "Calls in memory.");
  to.gauge("queue_depth", stats.queue_depth, "Events that wait for their call.");
  to.gauge("new_calls", stats.new_calls, "Calls that are about to begin.");
  to.gauge("commands_in_flight", stats.commands_in_flight, "Commands whose result is owed.");
  to.times("timing",
           {.of_what = "stage",
            .values = {{"occurred_to_received", stats.occurred_to_received},
                       {"received_to_accepted", stats.received_to_accepted},
                       {"accepted_to_sent", stats.accepted_to_sent}}},
           "How long webhooks took: from the provider to us, until they were durable, until their commands left.");
  to.counts("broken", by_name("invariant", stats.broken, Invariant::one_winner),
            "Promises that were not kept; the log's invariant_broken names the call.");
  to.counts("commands", by_name<Verb>("verb", stats.commands_by_verb), "Commands handed to the provider.");
  to.counts("results", by_name<OutcomeClass>("outcome", stats.results_by_class), "What became of commands.");
  to.counts("credential_requests", by_name<CredentialVerb>("verb", stats.credentials_by_verb),
            "What the provider was asked about devices' credentials.");
  to.counts("credential_results", by_name<OutcomeClass>("outcome", stats.credentials_by_outcome),
            "What became of that.");
  to.counts("forwarded", by_name("end", stats.forwarding_ends, ForwardingEnd::taken),
            "What became of events of other families, and of notices about them, that have a consumer.");
}

}  // namespace ringfence
