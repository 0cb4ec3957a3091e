// A clock that was set back; see step.h. Every moment a session names must be here: one that is left behind keeps its
// call waiting for as long as the step.
#include "core/step.h"

namespace ringfence {

void move_times_back(Session& session, Millis by_ms) {
  const auto move = [by_ms](Millis& at_ms) {
    if (at_ms != 0) at_ms -= by_ms;
  };
  for (Leg& leg : session.legs) {
    for (Millis* at_ms :
         {&leg.dial_at_ms, &leg.dialled_ms, &leg.ringing_ms, &leg.expires_ms, &leg.answered_ms, &leg.picked_up_ms,
          &leg.screen_until_ms, &leg.apology_until_ms, &leg.ended_ms, &leg.dial_quiet_ms, &leg.hangup_next_ms}) {
      move(*at_ms);
    }
  }
  Parent& parent = session.parent;
  for (Millis* at_ms : {&parent.answered_ms, &parent.bridged_ms, &parent.ended_ms, &parent.hangup_next_ms}) {
    move(*at_ms);
  }
  for (OutboxEntry& entry : session.outbox) {
    move(entry.created_ms);
    move(entry.expires_ms);
    move(entry.next_try_ms);
  }
  for (Millis* at_ms : {&session.created_ms, &session.claimed_ms, &session.ring_started_ms, &session.ring_deadline_ms,
                        &session.hold_until_ms, &session.bridge_retry_ms, &session.bridge_deadline_ms,
                        &session.bridge_quiet_ms, &session.bridge_quiet_before_ms, &session.please_hold_ms,
                        &session.greeting_deadline_ms, &session.record_retry_ms, &session.recording_deadline_ms,
                        &session.audit_ms, &session.write_off_ms, &session.closed_ms}) {
    move(*at_ms);
  }
}

}  // namespace ringfence
