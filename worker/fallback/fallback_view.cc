// See fallback_view.h.
#include "fallback/fallback_view.h"

namespace ringfence {

void add_fallback_measures(Measures& to, const FallbackStats& stats, FallbackPolicy policy, Millis now_ms) {
  to.group("fallback");
  to.state("policy", policy == FallbackPolicy::all ? "all" : "new_calls", {"new_calls", "all"},
           "What store_fallback says.");
  to.state("mode", stats.away ? "away" : "normal", {"normal", "away"}, "Away: calls live on this machine meanwhile.");
  to.milliseconds("since_ms", stats.since_ms, "When the mode last changed, as Unix time.");
  to.milliseconds("for_ms", now_ms - stats.since_ms, "How long the mode has been what it is.");
  if (policy == FallbackPolicy::all) {
    to.flag("alone", stats.alone, "Whether no other worker has used the store in the last day.");
  }
  to.counter("changes", stats.changes, "Times the store went away or came back.");
  to.gauge("here", stats.here, "Calls that live on this machine.");
  to.gauge("notes", stats.notes, "Events of no call, and dead ones, that live on this machine.");
  to.gauge("in_doubt", stats.in_doubt, "Of these: may have reached the store already.");
  to.counter("begun", stats.begun, "Calls that began on this machine.");
  to.counter("taken_up", stats.taken_up, "Calls in progress that went on on this machine.");
  to.counter("journalled", stats.journalled, "Writes kept for the way home.");
  to.counter("gone_home", stats.gone_home, "Calls that have gone home to the store.");
  to.counter("sent_home", stats.sent_home, "Writes sent home.");
  to.counter("conflicts", stats.conflicts, "Writes sent home that met somebody else's.");
  to.counter("stuck", stats.stuck, "Attempts to go home that failed for a reason of this machine.");
  to.counter("turned_away", stats.turned_away, "Events told later because their call lives in the store that is away.");
}

}  // namespace ringfence
