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
  const auto number = [&view](const char* key, std::uint64_t value) {
    set_int(view.get(), key, static_cast<std::int64_t>(value));
  };
  number("changes", stats.changes);
  number("here", stats.here);
  number("in_doubt", stats.in_doubt);
  number("begun", stats.begun);
  number("taken_up", stats.taken_up);
  number("journalled", stats.journalled);
  number("gone_home", stats.gone_home);
  number("sent_home", stats.sent_home);
  number("conflicts", stats.conflicts);
  number("stuck", stats.stuck);
  number("turned_away", stats.turned_away);
  return view;
}

}  // namespace ringfence
