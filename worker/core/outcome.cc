// See outcome.h.
#include "core/outcome.h"

#include <algorithm>
#include <array>

#include "core/rules.h"
#include "core/stray.h"

namespace ringfence {
namespace {

// Before these nobody knows who will get the call.
bool is_decided(Phase phase) {
  return phase == Phase::connected || rules::is_voicemail(phase) || rules::is_over(phase);
}

// By its answer; the only leg of a transfer has a claim from the start. That it answered may be told by the caller's
// `bridged` alone.
bool was_claimed(const Session& session, std::size_t leg) {
  const bool transferred = session.plan.route == Route::transfer || session.plan.route == Route::agent;
  const bool answered = session.legs[leg].answered_ms != 0 || session.outcome == Outcome::answered;
  return session.legs[leg].claimed || (transferred && leg == 0 && answered);
}

bool never_dialled(const Leg& leg) { return leg.ending.cause == rules::kNeverDialled; }

bool ended_by_itself(const Leg& leg) { return leg.hangup_attempt == 0 && !never_dialled(leg); }

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> list) {
  return std::ranges::find(list, text) != list.end();
}

// What happened to the device itself, whatever became of the call. `none`: nothing of its own.
DeviceOutcome own_outcome(const Leg& leg) {
  switch (rules::refusal_of(leg)) {
    case rules::Refusal::declined:
      return DeviceOutcome::declined;
    case rules::Refusal::busy:
      return DeviceOutcome::failed;
    case rules::Refusal::none:
      break;
  }
  switch (leg.quit) {
    case Quit::expired:
      return DeviceOutcome::timed_out;
    case Quit::declined:
      return DeviceOutcome::declined_elsewhere;
    case Quit::screen_failed:
      return DeviceOutcome::failed;
    case Quit::none:
      break;
  }
  if (!ended_by_itself(leg)) return DeviceOutcome::none;
  if (is_one_of(leg.ending.cause, {"timeout", "no_answer", "no_user_response"})) return DeviceOutcome::timed_out;
  return DeviceOutcome::failed;
}

// What the call's own end means to a phone that rang, or would have.
DeviceOutcome shared_outcome(const Session& session) {
  switch (session.outcome) {
    case Outcome::abandoned:
      return DeviceOutcome::caller_cancelled;
    case Outcome::cancelled:
      return DeviceOutcome::cancelled;
    case Outcome::answered:
      return DeviceOutcome::answered_elsewhere;
    case Outcome::none:  // voicemail is being answered
    case Outcome::voicemail:
    case Outcome::unanswered:
      return DeviceOutcome::timed_out;
    case Outcome::failed:
    case Outcome::rejected:
      return DeviceOutcome::failed;
  }
  return DeviceOutcome::failed;
}

// Two were put through, one after the other, and the caller has left: which of them spoke with him may still be told.
bool speaker_is_open(const Session& session) {
  const Leg* winner = rules::winner_of(session);
  return session.phase == Phase::closing && session.bridge_before && winner != nullptr && !winner->bridged &&
         (session.outcome == Outcome::answered || session.outcome == Outcome::abandoned);
}

DeviceOutcome claimed_outcome(const Session& session, std::size_t index) {
  const Leg& leg = session.legs[index];
  const bool spoke = session.outcome == Outcome::answered;
  if (spoke && speaker(session) == static_cast<int>(index)) return DeviceOutcome::answered;
  if (session.winner != static_cast<int>(index)) return DeviceOutcome::failed;  // lost before the bridge
  const bool left = spoke || session.outcome == Outcome::abandoned;
  if (leg.hangup_attempt > 0 && left) return DeviceOutcome::caller_cancelled;
  if (leg.hangup_attempt > 0 && session.outcome == Outcome::cancelled) return DeviceOutcome::cancelled;
  return DeviceOutcome::failed;
}

}  // namespace

int speaker(const Session& session) {
  const Leg* winner = rules::winner_of(session);
  if (winner == nullptr || winner->bridged || !session.bridge_before || session.outcome != Outcome::answered)
    return session.winner;
  // The bridge of somebody before, or the caller's own word while the winner's bridge was refused for certain.
  const auto spoke = [&](int leg) {
    const Leg& l = session.legs[static_cast<std::size_t>(leg)];
    return leg != session.winner && l.claimed && !l.rung_again && (l.bridged || !session.bridge_maybe);
  };
  for (int leg = static_cast<int>(session.legs.size()) - 1; leg >= 0; --leg) {
    if (spoke(leg)) return leg;
  }
  return session.winner;
}

DeviceOutcome device_outcome(const Session& session, std::size_t leg) {
  const Leg& l = session.legs[leg];
  if (l.told != DeviceOutcome::none) return l.told;
  if (!l.ended() || l.rung_again || !is_decided(session.phase) || speaker_is_open(session)) return DeviceOutcome::none;
  if (was_claimed(session, leg)) {
    // Who left first, and whether the two did talk after all, may be told until the proofs are in.
    if (session.phase == Phase::closing && session.outcome == Outcome::abandoned) return DeviceOutcome::none;
    return claimed_outcome(session, leg);
  }
  const DeviceOutcome own = own_outcome(l);
  if (own != DeviceOutcome::none) return own;
  return l.outrun ? DeviceOutcome::answered_elsewhere : shared_outcome(session);
}

bool rang(const Leg& leg) { return leg.ringing_ms != 0 || leg.answered_ms != 0; }

std::string_view reason_of(const Session& session, std::size_t leg) {
  const Leg& l = session.legs[leg];
  if (l.told != DeviceOutcome::none) return l.told_reason;
  if (device_outcome(session, leg) != DeviceOutcome::failed) return {};
  if (was_claimed(session, leg)) return l.hangup_attempt == 0 ? "left" : "bridge";
  if (rules::refusal_of(l) == rules::Refusal::busy) return "busy";
  if (l.quit == Quit::screen_failed) return l.machine ? "machine" : "unproved";
  if (l.ending.cause.starts_with("dial refused") || l.ending.cause.starts_with("transfer refused")) {
    const auto is = [&l](const char* code) { return l.ending.cause.ends_with(code); };
    const bool full = is("90041") || is("90042") || is("90043") || is("90103");  // channels; dials of the hour
    return full ? "capacity" : "refused";
  }
  if (ended_by_itself(l) && l.answered_ms != 0) return "unproved";
  return ended_by_itself(l) ? "unreachable" : "lost";
}

std::string_view answered_by(const Session& session, std::size_t leg) {
  const int by = speaker(session);
  if (device_outcome(session, leg) != DeviceOutcome::answered_elsewhere || by < 0) return {};
  return session.legs[static_cast<std::size_t>(by)].destination.device;
}

bool misses_recording(const Session& session) {
  if (session.phase != Phase::closed || session.recording_saved) return false;
  return session.outcome == Outcome::voicemail ? session.recording_lost
                                               : session.outcome == Outcome::answered && !session.plan.no_record;
}

std::vector<LedgerEntry> ledger_entries(const Session& session) {
  std::vector<LedgerEntry> entries;
  if (session.phase != Phase::closed || session.plan.route == Route::reject || session.plan.outbound) return entries;
  const Parent& parent = session.parent;
  // A call that was never offered, or whose session was lost: nobody knows who called whom.
  if (parent.call_control_id.empty() || is_lost(session)) return entries;
  LedgerEntry call{.session = session.id, .organisation = session.plan.organisation, .user = session.plan.user};
  call.from = parent.from;
  call.caller_name = parent.caller_name;
  call.to = parent.to;
  call.at_ms = session.created_ms;
  call.call = session.outcome;
  for (std::size_t i = 0; i < session.legs.size(); ++i) {
    const Leg& leg = session.legs[i];
    const DeviceOutcome outcome = device_outcome(session, i);
    if (leg.rung_again || outcome == DeviceOutcome::answered) continue;
    LedgerEntry entry = call;
    entry.device = leg.destination.device;
    entry.outcome = outcome;
    entry.reason = reason_of(session, i);
    entry.answered_by = answered_by(session, i);
    entry.rang = ringfence::rang(leg);
    entries.push_back(std::move(entry));
  }
  if (session.legs.empty() && session.outcome != Outcome::answered) entries.push_back(std::move(call));
  return entries;
}

}  // namespace ringfence
