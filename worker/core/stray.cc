// See stray.h.
#include "core/stray.h"

#include <string>
#include <utility>

#include "core/client_state.h"
#include "core/facts.h"

namespace ringfence {

bool is_stray(const Session& session, const AuditedLeg& live) {
  const auto state = decode_client_state(live.client_state);
  if (!state || state->session != session.id) return false;
  const int known = rules::leg_of_ids(session, live.call_leg_id, live.call_control_id);
  if (known == kParent) return session.phase == Phase::none;
  // Proved ends stand: the list lags behind.
  if (known >= 0) return session.legs[static_cast<std::size_t>(known)].state == LegState::ended_inferred;
  if (state->leg == kParent) return false;
  const auto index = static_cast<std::size_t>(state->leg);
  if (index >= session.legs.size() || session.legs[index].call_control_id.empty()) return true;
  return live.call_session_id == session.parent.call_session_id;  // a second call to the device (facts.h)
}

bool is_lost(const Session& session) noexcept { return session.parent.from.empty() && session.parent.to.empty(); }

Event stray_event(const SessionId& session, std::uint64_t version, const AuditedLeg& live,
                  std::string_view connection_id) {
  WebhookFact fact{.type = WebhookType::initiated, .type_name = "call.seen"};
  fact.call_control_id = live.call_control_id;
  fact.call_leg_id = live.call_leg_id;
  fact.call_session_id = live.call_session_id;
  fact.connection_id = connection_id;
  fact.client_state = decode_client_state(live.client_state);
  Event event{.id = {"seen:" + short_hash(live.call_control_id) + ":" + std::to_string(version)}, .session = session};
  event.body = std::move(fact);
  return event;
}

}  // namespace ringfence
