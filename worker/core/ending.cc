// How a call ends: voicemail, closing and the tombstone. See rules.h.
#include <algorithm>

#include "core/facts.h"
#include "core/rules.h"
#include "shared/limits.h"

namespace ringfence::rules {
namespace {

// A recording that was begun is waited for, but not for ever.
bool recording_settled(Session& s, Millis at_ms, const Policy& policy) {
  const bool begun = s.record_started || s.record_maybe;
  if (!begun || s.recording_saved || s.recording_lost) {
    s.recording_deadline_ms = 0;
    return true;
  }
  if (s.parent.state != ParentState::ended) return false;  // it is still being made
  if (s.recording_deadline_ms == 0) s.recording_deadline_ms = at_ms + policy.recording_wait_ms;
  if (!passed(s.recording_deadline_ms, at_ms)) return false;
  if (!s.recording_looked) {  // silence on the webhooks' side alone does not lose a caller's message
    s.recording_deadline_ms = at_ms + policy.recording_wait_ms;
    return false;
  }
  s.recording_lost = true;
  s.recording_deadline_ms = 0;
  return true;
}

// The longest that a voice takes for a text; a message is not recorded over its greeting.
Millis spoken_ms(std::string_view text) { return static_cast<Millis>(text.size()) * limits::kSpokenByteMs; }

// What neither a webhook nor a hang-up nor an audit could settle has ended by the provider's own time limits.
void write_off(Session& s, Millis at_ms) {
  for (Leg& leg : s.legs) {
    if (!leg.ended()) infer_end(leg, "its time limit has passed", at_ms);
  }
  s.parent.state = ParentState::ended;
  s.recording_lost |= !s.recording_saved;
  std::erase_if(s.outbox, [](const OutboxEntry& entry) { return entry.verb != Verb::notify; });
}

// Once every proof is in, what the application has not yet been told holds nothing up.
bool is_settled(const Session& s) {
  return std::ranges::all_of(s.outbox, [](const OutboxEntry& entry) { return entry.verb == Verb::notify; });
}

}  // namespace

void enter_closing(Session& s, Outcome outcome) {
  s.phase = Phase::closing;
  if (s.outcome == Outcome::none) s.outcome = outcome;
  s.ring_deadline_ms = s.bridge_retry_ms = s.bridge_deadline_ms = s.greeting_deadline_ms = s.record_retry_ms = 0;
  s.hold_until_ms = 0;
  s.audit_backoff = 0;          // looks for something else now
  s.recording_deadline_ms = 0;  // decide_over() sets it when there is something to wait for
}

// Voicemail is the end of every road on which nobody took the call, and of a bridge that could not be made.
void enter_voicemail(Session& s) {
  s.phase = Phase::vm_answering;
  s.ring_deadline_ms = s.bridge_retry_ms = s.bridge_deadline_ms = s.hold_until_ms = 0;
}

bool cannot_answer(const Session& s, const Policy& policy) {
  return s.parent.state == ParentState::ringing && s.parent.answer_attempt >= policy.answer_attempts &&
         find_open(s, Verb::answer, kParent) == nullptr;
}

bool decide_voicemail(Session& s, Millis at_ms, const Policy& policy) {
  if (s.phase == Phase::vm_answering) {
    if (s.parent.state == ParentState::answered) {
      s.phase = Phase::vm_greeting;
      s.outcome = Outcome::voicemail;
      s.greeting_deadline_ms = at_ms + std::max(policy.greeting_ms, spoken_ms(s.plan.greeting));
      return true;
    }
    if (!cannot_answer(s, policy)) return false;
    enter_closing(s, Outcome::failed);
    return true;
  }
  if (s.phase == Phase::vm_greeting) {
    if (!s.greeting_done && !passed(s.greeting_deadline_ms, at_ms)) return false;
    s.greeting_deadline_ms = 0;
    s.phase = Phase::vm_recording;
    s.recording_deadline_ms = at_ms + policy.voicemail_limit_ms + policy.voicemail_slack_ms;
    return true;
  }
  // Recording: it ends with the caller, with its own maximum, or because it cannot be had. Never in silence.
  const bool given_up = !s.record_started && s.record_attempt >= policy.record_attempts &&
                        find_open(s, Verb::record_start, kParent) == nullptr;
  s.recording_lost |= given_up && !s.record_maybe;
  const bool over = s.recording_saved || s.recording_lost || given_up || passed(s.recording_deadline_ms, at_ms);
  if (!over) return false;
  enter_closing(s, Outcome::voicemail);
  return true;
}

// closing and closed: the tombstone of a session may have a late leg to end, too.
bool decide_over(Session& s, Millis at_ms, const Policy& policy) {
  // Webhooks come in any order: that the two did talk may be told after the caller had left, and after the end. The
  // list of missed calls follows; what an application was told stands.
  if (!s.told && s.outcome == Outcome::abandoned && s.parent.bridged) s.outcome = Outcome::answered;
  const bool legs_ended = std::ranges::all_of(s.legs, [](const Leg& leg) { return leg.ended(); });
  const Millis waited_until_ms = s.recording_deadline_ms;
  const bool recorded = recording_settled(s, at_ms, policy);
  if (s.recording_deadline_ms != waited_until_ms) return true;  // derive looks for the recording meanwhile
  if (!legs_ended || s.parent.state != ParentState::ended || !is_settled(s) || !recorded) {
    if (s.write_off_ms == 0) s.write_off_ms = at_ms + policy.call_limit_ms;
    if (!passed(s.write_off_ms, at_ms)) return false;
    write_off(s, at_ms);
    return true;
  }
  s.write_off_ms = 0;
  if (s.phase == Phase::closed) return false;
  s.phase = Phase::closed;
  s.closed_ms = at_ms;
  return true;
}

}  // namespace ringfence::rules
