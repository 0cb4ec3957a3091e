// derive, its part about applications: that a call rings, what each device and each call came to, and the recording,
// told once. See rules.h.
#include <algorithm>

#include "core/outcome.h"
#include "core/rules.h"
#include "shared/limits.h"

namespace ringfence::rules {
namespace {

OutboxEntry& tell(Session& s, int whom, int attempt, Millis at_ms, const Policy& policy) {
  ask(s, Verb::notify, whom, attempt, at_ms, policy);
  s.outbox.back().expires_ms = at_ms + limits::kNotifyMs;
  return s.outbox.back();
}

// Once, while it can still wake a phone up: it leaves with the dials.
void tell_of_ringing(Session& s, Millis at_ms, const Policy& policy) {
  if (s.ringing_told || !is_heard_ringing(s)) return;
  s.ringing_told = true;
  tell(s, kParent, kRingingNotice, at_ms, policy).about = About::ringing;
}

// As soon as what became of a device cannot change.
void tell_of_legs(Session& s, Millis at_ms, const Policy& policy) {
  for (std::size_t i = 0; i < s.legs.size(); ++i) {
    Leg& leg = s.legs[i];
    if (leg.told != DeviceOutcome::none) continue;
    const DeviceOutcome outcome = device_outcome(s, i);
    if (outcome == DeviceOutcome::none) continue;
    leg.told_reason = reason_of(s, i);
    leg.told = outcome;
    tell(s, static_cast<int>(i), kEndedNotice, at_ms, policy);
  }
}

void tell_of_call(Session& s, Millis at_ms, const Policy& policy) {
  if (s.phase != Phase::closed || s.told) return;
  s.told = true;
  s.told_recorded = s.recording_saved;
  tell(s, kParent, kEndedNotice, at_ms, policy);
}

// When it is there, also after the end (row 16), but not before it is known what was recorded. Where only the
// provider's records showed it, its webhook is late: that one has the URL, and is given time.
void tell_of_recording(Session& s, Millis at_ms, const Policy& policy) {
  const bool known = s.told || s.outcome == Outcome::answered || s.outcome == Outcome::voicemail;
  if (s.recording_saved && !s.recording_told && known) {
    s.recording_told = true;
    OutboxEntry& notice = tell(s, kParent, kRecordingNotice, at_ms, policy);
    notice.about = About::recording;
    notice.next_try_ms += policy.recording_wait_ms;
  }
  const auto notice = std::ranges::find_if(s.outbox, is_of_recording);
  const bool complete = notice != s.outbox.end() && notice->tries == 0 && !s.recording.url.empty();
  if (complete) notice->next_try_ms = std::min(notice->next_try_ms, at_ms);
}

// It is a key to what was said: kept for telling it and no longer.
void forget_recording_url(Session& s) {
  const bool to_be_told = s.plan.notify && !s.recording_told;
  if (!to_be_told && std::ranges::none_of(s.outbox, is_of_recording)) s.recording.url.clear();
}

}  // namespace

void derive_notices(Session& session, Millis at_ms, const Policy& policy) {
  if (session.plan.notify) {
    if (session.plan.notify_ringing) tell_of_ringing(session, at_ms, policy);
    tell_of_legs(session, at_ms, policy);
    tell_of_call(session, at_ms, policy);
    tell_of_recording(session, at_ms, policy);
  }
  forget_recording_url(session);
}

}  // namespace ringfence::rules
