// The state of one call, as a value.
//
// Glossary
//   session   one inbound call being rung, from the first webhook to the proof that nothing of it is left
//   parent    the caller's call; leg: an outbound call to one device
//   claim     the commit in which a session names its winner; no bridge exists without one
//   winner    the leg the claim names; another one only after its end was seen (ring_again)
//   accepted  an answer that counts: by a person, as far as Destination::verify asks for it
//   screening answered and not yet accepted
//   quit      why we gave a leg up while the others ring on
//   round     a time of ringing: the first, and one more when everybody is rung again
//   held      a loser that may ring on until the bridge is up, for a bounded time
//   want-dead derived, never stored: this leg should not exist in this phase
//   proved    a leg's end that the provider stated; inferred: an end we concluded, which evidence may revoke
//   outbox    commands whose result has not been committed; they survive a crash here and are resent from here
//   tombstone a closed session, kept to catch what is late
//   audit     a look at the provider's own records when its webhooks leave something unproved
//
// Owned by the engine's cache and the store; changed by step() alone. Must not know: how it is stored or sent.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/command.h"
#include "core/plan.h"
#include "core/provider_words.h"
#include "shared/ids.h"

namespace ringfence {

enum class Phase : std::uint8_t {
  none,          // no event yet
  ringing,       // devices ring, the caller hears ringback
  answering,     // a winner is claimed, the parent is being answered
  bridging,      // the parent is answered, the bridge is being made
  transferring,  // the provider rings and bridges the only destination by itself
  connected,     // conversation
  vm_answering,  // voicemail wanted, the parent is being answered
  vm_greeting,   // the greeting is spoken
  vm_recording,  // the caller speaks
  closing,       // decided to end; waiting for proofs
  closed         // tombstone
};
[[nodiscard]] std::string_view name_of(Phase phase) noexcept;

// Only ever moves to the right, but for ended_inferred, which positive evidence may revoke (I4).
enum class LegState : std::uint8_t { planned, dialing, ringing, answered, accepted, bridged, ended_inferred, ended };
[[nodiscard]] std::string_view name_of(LegState state) noexcept;

enum class ParentState : std::uint8_t { ringing, answered, ended };
[[nodiscard]] std::string_view name_of(ParentState state) noexcept;

// How the call went, for people. Set once, but that `abandoned` becomes `answered` by a bridge told of late.
enum class Outcome : std::uint8_t { none, answered, voicemail, abandoned, failed, unanswered, rejected, cancelled };
[[nodiscard]] std::string_view name_of(Outcome outcome) noexcept;

// Decided once, never taken back.
enum class Quit : std::uint8_t { none, expired, declined, screen_failed };
[[nodiscard]] std::string_view name_of(Quit quit) noexcept;

// The person who answered too late hears why, before the leg is hung up. Moves to the right only.
enum class Apology : std::uint8_t { none, wanted, over };
[[nodiscard]] std::string_view name_of(Apology apology) noexcept;

// What became of the call for one device (outcome.h says when each is true). Told once.
enum class DeviceOutcome : std::uint8_t {
  none,                // not known yet
  answered,            // this device spoke with the caller
  answered_elsewhere,  // another one took the call
  caller_cancelled,
  timed_out,
  declined,
  declined_elsewhere,  // another one refused for all
  failed,              // see reason_of()
  cancelled            // by an operator
};
[[nodiscard]] std::string_view name_of(DeviceOutcome outcome) noexcept;

struct Leg {
  Destination destination;
  LegState state = LegState::planned;
  std::string call_control_id, call_leg_id;  // learnt from the dial response or from any webhook
  Ending ending;
  Quit quit = Quit::none;
  Apology apology = Apology::none;
  Millis dial_at_ms = 0;       // when it is to be dialled
  Millis dialled_ms = 0;       // when it was, first
  Millis ringing_ms = 0;       // when we learnt that it exists, unless it was answered by then
  Millis expires_ms = 0;       // the provider's own ringing timeout has passed by then
  Millis answered_ms = 0;      // when we learnt of it
  Millis picked_up_ms = 0;     // when it was, by the provider's word, at the latest answered_ms; 0: no word
  Millis screen_until_ms = 0;  // accepted by then, or not at all
  Millis apology_until_ms = 0;
  Millis ended_ms = 0;
  bool machine = false;                      // the provider heard one
  bool unsure = false;                       // the provider could not tell
  bool unproved = false;                     // the prompt is over, or could not be played, and the key was not pressed
  bool claimed = false;                      // was the winner, and is unless its end was seen
  bool bridged = false;                      // the provider said so, also of one that had ended by then
  bool rung_again = false;                   // a later leg stands for its device
  bool outrun = false;                       // another one was claimed, and this one given up for it
  DeviceOutcome told = DeviceOutcome::none;  // to the organisation's application: from then on its facts stand
  std::string told_reason;
  int gather_attempt = 0;
  Millis dial_quiet_ms = 0;   // until then a dial may still be executing: an audit before it proves life, not death
  int hangup_attempt = 0;     // hang-ups decided so far; a repeat is a look as well: "already ended" is the proof
  Millis hangup_next_ms = 0;  // not before; 0 = at once
  [[nodiscard]] bool ended() const noexcept { return state >= LegState::ended_inferred; }
  bool operator==(const Leg&) const = default;
};

struct Parent {
  std::string call_control_id, call_leg_id, call_session_id, connection_id;
  std::string from, to, caller_name;
  ParentState state = ParentState::ringing;
  Ending ending;
  Millis answered_ms = 0, bridged_ms = 0, ended_ms = 0;  // when we learnt of it
  bool bridged = false;                                  // the provider said so
  int answer_attempt = 0;
  int hangup_attempt = 0;
  Millis hangup_next_ms = 0;
  bool operator==(const Parent&) const = default;
};

// What an entry is about where its verb and leg alone may mean more than one thing. Stored: a ringd that does not know
// one of these leaves the call to those that do.
enum class About : std::uint8_t {
  usual,
  recording,    // notify
  please_hold,  // speak
  live_calls,   // audit: of everything that lives on the connection, too, which is long; only absence needs it
  ringing       // notify: that the phones of a user ring now, of no use when they do not any more
};
[[nodiscard]] std::string_view name_of(About about) noexcept;

struct OutboxEntry {
  Verb verb = Verb::hangup;
  int leg = kParent;
  About about = About::usual;
  int attempt = 1;         // makes the command id: no two entries of a verb and leg have the same
  int tries = 0;           // 0: decided, not yet handed over
  int not_sent = 0;        // of these tries, how many certainly never reached the provider
  Millis created_ms = 0;   // the decision
  Millis expires_ms = 0;   // from then on the provider may not recognise the command_id: never resent
  Millis next_try_ms = 0;  // when it is handed over (again)
  [[nodiscard]] bool is_single() const noexcept { return tries - not_sent <= 1; }  // no other copy is on its way
  [[nodiscard]] bool maybe_executed() const noexcept { return tries > not_sent; }
  bool operator==(const OutboxEntry&) const = default;
};

struct Session {
  SessionId id;
  Phase phase = Phase::none;
  Outcome outcome = Outcome::none;
  Parent parent;
  RingPlan plan;          // as resolved at the start; its destinations are in the legs
  std::vector<Leg> legs;  // a device that is rung again gets a further one
  int winner = -1;        // index into legs; set by the claim, given to another leg only after its end (I1)
  int claims = 0;         // made so far: one, and one more for each winner that was lost
  Millis claimed_ms = 0;
  int round_first = 0;     // the first leg of the current round; those before it are want-dead
  bool cancelled = false;  // an operator ended the call

  int bridge_attempt = 0;       // attempts decided
  int bridge_asked = 0;         // of these, put into the outbox
  bool bridge_refused = false;  // the current attempt was refused for certain
  bool bridge_maybe = false;    // some attempt may have been executed: only a look proves that it is not up (I7)
  bool bridge_disproved = false;
  bool bridge_before = false;  // one was asked for a winner that was lost: the caller's `bridged` may be about that one
  bool transfer_asked = false, reject_asked = false;
  bool please_hold_asked = false;
  int please_hold_repeats = 0;  // decided after the first
  bool greeting_asked = false, greeting_done = false;
  int record_attempt = 0;
  bool record_maybe = false;      // some record_start may have been executed
  bool recording_looked = false;  // the provider's records were read after the end, and had none
  bool record_started = false, recording_saved = false, recording_lost = false;
  Recording recording;          // what is known of it
  bool told = false;            // as Leg::told, for the whole call
  bool told_recorded = false;   // and in it that there is a recording
  bool ringing_told = false;    // that it rings, where an application wants to hear that, too
  bool recording_told = false;  // the recording, in a notice of its own: what is known of it when that leaves stands

  std::vector<OutboxEntry> outbox;
  int audit_attempt = 0;  // never reset: it makes the command id, and an id names one look
  int audit_backoff = 0;  // looks of the current search

  // Deadlines, Unix ms, 0 = none. due_ms() in step.h is the earliest of these and the outbox.
  Millis created_ms = 0;
  Millis ring_started_ms = 0;  // of the current round
  Millis ring_deadline_ms = 0;
  Millis hold_until_ms = 0;  // losers are held
  Millis bridge_retry_ms = 0;
  Millis bridge_deadline_ms = 0;
  Millis bridge_quiet_ms = 0;         // as Leg::dial_quiet_ms, for the current bridge attempt
  Millis bridge_quiet_before_ms = 0;  // and for the attempts before it
  Millis please_hold_ms = 0;          // the caller is asked again to hold the line
  Millis greeting_deadline_ms = 0;
  Millis record_retry_ms = 0;
  Millis recording_deadline_ms = 0;  // vm_recording: the message is over; closing: recording.saved will not come
  Millis audit_ms = 0;
  Millis write_off_ms = 0;  // the provider's own time limits have ended everything by then (I17)
  Millis closed_ms = 0;

  // Fields that a newer ringd stored and this one does not know: taken along from event to event, looked into by the
  // codec alone. Empty but in a rolling upgrade.
  std::string carried;

  bool operator==(const Session&) const = default;
};

}  // namespace ringfence
