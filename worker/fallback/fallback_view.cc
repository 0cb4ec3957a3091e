// See fallback_view.h.
#include "fallback/fallback_view.h"

namespace ringfence {

Json fallback_view(const FallbackStats& stats, FallbackPolicy policy, Millis now_ms) {
  Json view = json_object_new();
  set_text(view.get(), "policy", policy == FallbackPolicy::all ? "all" : "new_calls");
  set_text(view.get(), "mode", stats.away ? "away" : "normal");
  set_int(view.get(), "since_ms", stats.since_ms);
  set_int(view.get(), "for_ms", now_ms - stats.since_ms);
  if (policy == FallbackPolicy::all) set_bool(view.get(), "alone", stats.alone);
  set_int(view.get(), "changes", stats.changes);
  set_int(view.get(), "here", stats.here);
  set_int(view.get(), "notes", stats.notes);
  set_int(view.get(), "in_doubt", stats.in_doubt);
  set_int(view.get(), "begun", stats.begun);
  set_int(view.get(), "taken_up", stats.taken_up);
  set_int(view.get(), "journalled", stats.journalled);
  set_int(view.get(), "gone_home", stats.gone_home);
  set_int(view.get(), "sent_home", stats.sent_home);
  set_int(view.get(), "conflicts", stats.conflicts);
  set_int(view.get(), "stuck", stats.stuck);
  set_int(view.get(), "turned_away", stats.turned_away);
  return view;
}

}  // namespace ringfence
