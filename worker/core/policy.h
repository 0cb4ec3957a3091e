// The ring rules as numbers, all from ringd.conf (worker/settings), passed into step(). All times in milliseconds.
// Must not know: where the numbers come from.
#pragma once

#include "core/plan.h"

namespace ringfence {

struct Policy {
  Millis ring_ms = 30'000;              // T_ring: nobody answered by then -> voicemail
  Millis leg_ms = 30'000;               // T_leg: each dial's timeout_secs; a plan may say otherwise (5 to 600 s)
  Millis leg_margin_ms = 2'000;         // after T_leg the leg is given up even if no webhook says that it ended
  Millis screen_ms = 15'000;            // T_screen: an answer that has to prove itself does so in this time
  Millis fast_answer_ms = 1'500;        // press1_if_fast: nobody takes a phone out of a pocket faster than this
  Millis apology_ms = 4'000;            // the longest that a leg lives on to hear that somebody else took the call
  Millis late_join_ms = 5'000;          // a device that registers later than so long before T_ring is not rung any more
  Millis transfer_margin_ms = 5'000;    // T_transfer: after the destination's timeout, before the records are read
  Millis bridge_retry_ms = 500;         // pause before the second and last bridge attempt
  Millis bridge_watch_ms = 2'000;       // T_bridge: accepted bridge without `call.bridged` -> look, retry, fall back
  Millis command_retry_ms = 600;        // T_cmd: first resend of an unanswered command, same command_id, then doubling
  Millis command_retry_max_ms = 5'000;  // the doubling stops here
  Millis notify_retry_ms = 2'000;       // first resend of an outcome that was not taken, then doubling,
  Millis notify_retry_max_ms = 3'600'000;  // up to this; it ends after limits::kNotifyMs
  Millis dedupe_window_ms = 45'000;        // resends end here: the provider honours a command_id for 60 s, less margin
  Millis please_hold_ms = 10'000;          // an answered caller is asked so often to hold the line while others ring
  Millis greeting_ms = 30'000;             // speak.ended lost: record anyway, or when a long greeting is over
  Millis record_retry_ms = 5'000;
  Millis audit_first_ms = 5'000;           // first look at the provider's own records while something is unproved,
  Millis audit_hurry_ms = 1'000;           // the same while a phone may ring that should not (P5)
  Millis audit_max_ms = 60'000;            // then doubling up to this
  Millis audit_ringing_ms = 60'000;        // between looks while devices ring: the caller's hangup may be lost
  Millis quiesce_ms = 5'000;             // a request older than this cannot still be executed: an audit may prove death
  Millis recording_wait_ms = 60'000;     // after the caller left voicemail: how long recording.saved may take
  Millis voicemail_limit_ms = 300'000;   // the longest message; the provider stops the recording then
  Millis voicemail_slack_ms = 30'000;    // record attempts and a late recording.saved, before we end the call ourselves
  Millis call_limit_ms = 4 * 3'600'000;  // time_limit_secs of every dialled leg (I17)
  Millis tombstone_ms = 15 * 60'000;     // a closed session still merges and derives for this long
  Millis session_ttl_ms = 6 * 3'600'000;  // store lifetime of a live session, refreshed by every event (R-048: >= 2 h)
  int record_attempts = 3;
  int bridge_attempts = 2;
  int answer_attempts = 2;
  int command_jitter_percent = 25;  // each pause before a resend is longer by up to this: many calls do not ask in step
};

}  // namespace ringfence
