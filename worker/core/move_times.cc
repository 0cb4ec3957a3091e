// A clock that was set back; see step.h. Every moment a session names must be here: one that is left behind keeps its
// call waiting for as long as the step.
#include "core/step.h"

namespace ringfence {

void move_times_back(Session& session, Millis by_ms) {
  const auto move = [by_ms](Millis& at_ms) {
    if (at_ms != 0) at_ms -= by_ms;
  };
  for (Leg& leg : session.legs) {
    move(leg.dial_quiet_ms);
    move(leg.hangup_next_ms);
  }
  move(session.parent.hangup_next_ms);
  for (OutboxEntry& entry : session.outbox) {
    move(entry.created_ms);
    move(entry.expires_ms);
    move(entry.next_try_ms);
  }
  for (Millis* at_ms : {&session.created_ms, &session.ring_deadline_ms, &session.bridge_retry_ms,
                        &session.bridge_deadline_ms, &session.bridge_quiet_ms, &session.bridge_quiet_before_ms,
                        &session.greeting_deadline_ms, &session.record_retry_ms, &session.recording_deadline_ms,
                        &session.audit_ms, &session.write_off_ms, &session.closed_ms}) {
    move(*at_ms);
  }
}

}  // namespace ringfence
