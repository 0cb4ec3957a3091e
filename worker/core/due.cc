// When a session wants its next tick. Whatever decide and derive wait for must be here, and nothing that has already
// passed: a deadline that stays behind is a busy loop. See step.h.
#include "core/rules.h"

namespace ringfence {
namespace {

// The earliest of some moments; 0 is none.
class Earliest {
 public:
  void want(Millis at_ms) {
    if (at_ms != 0 && (due_ms_ == 0 || at_ms < due_ms_)) due_ms_ = at_ms;
  }
  [[nodiscard]] Millis value() const { return due_ms_; }

 private:
  Millis due_ms_ = 0;
};

// What a ringing leg waits for; `channel`: a further one may be dialled.
void want_ringing(Earliest& due, const Session& session, std::size_t index, bool channel) {
  const Leg& leg = session.legs[index];
  if (static_cast<int>(index) < session.round_first || leg.quit != Quit::none || leg.ended()) return;
  if (leg.state == LegState::planned) {
    if (channel && rules::has_room(session, index)) due.want(leg.dial_at_ms);
  } else if (leg.state == LegState::answered) {
    due.want(leg.screen_until_ms);
  } else if (leg.state < LegState::answered) {
    due.want(leg.expires_ms);
  }
}

void want_hangup(Earliest& due, const Session& session, std::size_t index) {
  const Leg& leg = session.legs[index];
  if (leg.ended() || leg.call_control_id.empty() || !want_dead(session, index)) return;
  if (leg.apology == Apology::wanted) {
    due.want(leg.apology_until_ms);
  } else if (rules::find_open(session, Verb::hangup, static_cast<int>(index)) == nullptr) {
    due.want(leg.hangup_next_ms);
  }
}

}  // namespace

Millis due_ms(const Session& session) {
  Earliest due;
  // An entry that nobody wants any more is only waited for.
  for (const OutboxEntry& entry : session.outbox) {
    due.want(entry.expires_ms);
    if (rules::still_wanted(session, entry)) due.want(entry.next_try_ms);
  }
  for (const Millis at_ms : {session.ring_deadline_ms, session.hold_until_ms, session.bridge_retry_ms,
                             session.bridge_deadline_ms, session.please_hold_ms, session.greeting_deadline_ms,
                             session.record_retry_ms, session.recording_deadline_ms, session.write_off_ms}) {
    due.want(at_ms);
  }
  if (rules::find_open(session, Verb::audit, kParent) == nullptr) due.want(session.audit_ms);
  const bool ringing = session.phase == Phase::ringing;
  const bool channel = ringing && rules::has_channel(session);
  for (std::size_t i = 0; i < session.legs.size(); ++i) {
    if (ringing) want_ringing(due, session, i, channel);
    want_hangup(due, session, i);
  }
  const bool parent_repeats = session.phase == Phase::closing && session.parent.state != ParentState::ended &&
                              rules::find_open(session, Verb::hangup, kParent) == nullptr;
  if (parent_repeats) due.want(session.parent.hangup_next_ms);
  return due.value();
}

}  // namespace ringfence
