// See invariants.h.
#include "core/invariants.h"

#include <algorithm>

#include "core/outcome.h"
#include "core/phase_table.h"
#include "core/rules.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

Breach of_claim(const Session& before, const Session& next) {
  const Leg* was_winner = rules::winner_of(before);
  const auto index = static_cast<std::size_t>(before.winner);
  if (was_winner != nullptr && next.winner != before.winner && !next.legs[index].ended()) {
    return {Invariant::one_winner, "I1: the winner changed while the one before was there"};
  }
  const bool newly = next.claims > before.claims && static_cast<std::size_t>(next.winner) < before.legs.size();
  if (newly && before.legs[static_cast<std::size_t>(next.winner)].state == LegState::ended) {
    return {Invariant::facts_only_grow, "I4: a leg known to be dead was chosen"};
  }
  return {};
}

// Copies of a notice are made of these: they have to say the same.
bool is_as_told(const Leg& was, const Leg& is) {
  return is.dialled_ms == was.dialled_ms && is.answered_ms == was.answered_ms && is.ended_ms == was.ended_ms &&
         rang(is) == rang(was) && is.ending == was.ending;
}

bool is_as_told(const Parent& was, const Parent& is) {
  return is.answered_ms == was.answered_ms && is.bridged_ms == was.bridged_ms && is.ended_ms == was.ended_ms &&
         is.ending == was.ending;
}

Breach of_leg(const Leg& was, const Leg& is) {
  if (was.state == LegState::ended && is.state != LegState::ended) {
    return {Invariant::facts_only_grow, "I4: a proved end was revoked"};
  }
  if (was.state != LegState::ended_inferred && is.state < was.state) {
    return {Invariant::facts_only_grow, "I4: a leg's known state went back"};
  }
  if (!was.call_control_id.empty() && is.call_control_id != was.call_control_id) {
    return {Invariant::facts_only_grow, "I4: a leg changed its id"};
  }
  if (was.quit != Quit::none && is.quit != was.quit) {
    return {Invariant::dead_means_dead, "I3: a leg that was given up is wanted again"};
  }
  if (is.apology < was.apology) return {Invariant::dead_means_dead, "I3: an apology began again"};
  if (was.told != DeviceOutcome::none && is.told != was.told) {
    return {Invariant::one_outcome, "I16: a device's outcome changed after it was told"};
  }
  if (was.told != DeviceOutcome::none && !is_as_told(was, is)) {
    return {Invariant::one_outcome, "I16: what was told of a device is not so any more"};
  }
  return {};
}

bool is_open(const Session& next, const Command& command) {
  return std::ranges::any_of(next.outbox, [&](const OutboxEntry& e) {
    return e.verb == command.verb && e.leg == command.leg && e.attempt == command.attempt;
  });
}

Breach of_command(const Session& before, const Session& next, const Command& command) {
  const bool answering = next.phase == Phase::answering || next.phase == Phase::vm_answering;
  const bool dialled = command.verb == Verb::dial || command.verb == Verb::transfer;
  // A look has no effect: the same step may find that it is not needed.
  if (command.verb != Verb::audit && !is_open(next, command))
    return {Invariant::only_from_outbox, "I10: a command that is not in the outbox"};
  if (dialled && command.attempt != 1) return {Invariant::one_device_one_ring, "I5: a dial with a second command id"};
  if (dialled && (command.timeout_secs <= 0 || command.time_limit_secs <= 0)) {
    return {Invariant::bounded_by_provider, "I17: a dial without a limit"};
  }
  if (command.verb == Verb::dial && next.phase != Phase::ringing) {
    return {Invariant::dead_means_dead, "I3: a dial after the decision"};
  }
  if (command.verb == Verb::answer && !answering) {
    return {Invariant::claim_before_act, "I2: an answer that nobody claimed"};
  }
  if (command.verb == Verb::bridge && (next.phase != Phase::bridging || next.winner != command.leg)) {
    return {Invariant::claim_before_act, "I2: a bridge that nobody claimed"};
  }
  if (command.verb != Verb::hangup) return {};
  if (command.call_control_id.empty()) return {Invariant::dead_means_dead, "I3: a hang-up of nothing"};
  const bool talks = before.phase == Phase::connected && next.phase == Phase::connected;
  if (talks && (command.leg == kParent || command.leg == next.winner)) {
    return {Invariant::conversation_lives, "I7: a conversation is cut"};
  }
  return {};
}

// What is to be over soon, and is not. The bounds are far beyond what a lost webhook or a restart costs.
Breach of_waiting(const Session& before, const Event& event, const Session& next, const Policy& policy) {
  for (std::size_t i = 0; i < before.legs.size(); ++i) {
    const bool newly =
        before.legs[i].hangup_attempt < limits::kHangups && next.legs[i].hangup_attempt >= limits::kHangups;
    if (!newly || next.legs[i].ended()) continue;
    if (next.legs[i].state < LegState::answered) {
      return {Invariant::no_orphan_ring, "I11: a device may ring on, however often it is hung up"};
    }
    return {Invariant::no_silent_leg, "I12: somebody answered and is alone, however often the leg is hung up"};
  }
  const Millis waits_ms = event.at_ms - std::max(before.claimed_ms, before.parent.answered_ms);
  const bool answered = before.parent.state == ParentState::answered;
  if (before.phase == Phase::bridging && answered && waits_ms > limits::kSilentCallerMs) {
    return {Invariant::no_silent_caller, "I13: the caller was answered and hears nobody"};
  }
  if (before.phase == Phase::transferring && waits_ms > rules::transfer_ms(before, policy) + limits::kSilentCallerMs) {
    if (answered) return {Invariant::no_silent_caller, "I13: the caller was answered and transferred to nobody"};
    return {Invariant::no_endless_ringing, "I14: the caller hears ringing beyond the time of the transfer"};
  }
  const bool lives = next.phase != Phase::none && next.phase != Phase::closed;
  if (lives && due_ms(next) == 0) return {Invariant::no_endless_ringing, "I14: a live session waits for nothing"};
  if (next.phase != Phase::ringing) return {};
  if (std::ranges::all_of(next.legs, [](const Leg& leg) { return leg.ended(); })) {
    return {Invariant::no_endless_ringing, "I14: nobody is rung any more, and the caller hears ringing"};
  }
  if (next.ring_deadline_ms != 0 && next.ring_deadline_ms < event.at_ms) {
    return {Invariant::no_endless_ringing, "I14: the caller hears ringing beyond the ring time"};
  }
  return {};
}

// Every leg that should not be and whose id is known is being hung up, or will be at a known time.
Breach of_the_unwanted(const Session& next, Millis now_ms, const Policy& policy) {
  for (std::size_t i = 0; i < next.legs.size(); ++i) {
    const Leg& leg = next.legs[i];
    if (leg.ended() || leg.call_control_id.empty() || !want_dead(next, i)) continue;
    const bool open = rules::find_open(next, Verb::hangup, static_cast<int>(i)) != nullptr;
    const bool spoken_to = leg.apology == Apology::wanted && leg.apology_until_ms > now_ms &&
                           leg.apology_until_ms <= now_ms + policy.apology_ms;
    if (!open && !spoken_to && leg.hangup_next_ms <= now_ms) {
      return {Invariant::dead_means_dead, "I3: a leg that should not be is not being hung up"};
    }
  }
  return {};
}

Breach of_outbox(const Session& next, Millis now_ms, const Policy& policy) {
  if (next.outbox.size() > limits::kOutbox) return {Invariant::only_from_outbox, "I10: the outbox is over its limit"};
  for (const OutboxEntry& entry : next.outbox) {
    if (entry.verb == Verb::notify) continue;
    if (entry.expires_ms > entry.created_ms + policy.dedupe_window_ms || entry.expires_ms <= now_ms) {
      return {Invariant::one_device_one_ring, "I5: an id is resent after its window"};
    }
  }
  return {};
}

Breach of_ends(const Session& before, const Event& event, const Session& next) {
  const bool told_late = before.outcome == Outcome::abandoned && next.outcome == Outcome::answered &&
                         rules::is_over(before.phase) && !before.told;
  if (before.outcome != Outcome::none && next.outcome != before.outcome && !told_late) {
    return {Invariant::one_outcome, "I16: the outcome changed"};
  }
  if (before.told && !is_as_told(before.parent, next.parent)) {
    return {Invariant::one_outcome, "I16: what was told of the call is not so any more"};
  }
  if (before.phase == Phase::closed && next.phase != Phase::closed) {
    return {Invariant::same_event_once, "I8: a tombstone came back to life"};
  }
  const bool closes = next.phase == Phase::closed && before.phase != Phase::closed;
  const bool all_ended = std::ranges::all_of(next.legs, [](const Leg& leg) { return leg.ended(); });
  if (closes && (!all_ended || next.parent.state != ParentState::ended)) {
    return {Invariant::closes_with_proofs, "I15: closed while somebody may be there"};
  }
  if (closes && next.outcome == Outcome::none) return {Invariant::one_outcome, "I16: no outcome"};
  const auto* result = std::get_if<CommandResult>(&event.body);
  const bool unknown = result != nullptr && result->verb == Verb::dial && result->leg >= 0 &&
                       result->outcome.outcome == OutcomeClass::unknown;
  if (!unknown || static_cast<std::size_t>(result->leg) >= before.legs.size()) return {};
  const auto index = static_cast<std::size_t>(result->leg);
  if (!before.legs[index].ended() && next.legs[index].ended()) {
    return {Invariant::unknown_is_not_no, "I6: a dial without an answer was taken for one that failed"};
  }
  return {};
}

struct Meaning {
  std::string_view name, advice;
};

constexpr std::string_view kFault =
    "a fault of ringd: keep what `ringctl --json call SESSION --whole` prints and report it; `ringctl cancel SESSION` "
    "ends a call that goes on wrongly";
constexpr std::string_view kProvider =
    "the provider does not do what it is asked: see `results` in `ringctl health` and the provider's status; "
    "`ringctl cancel SESSION` ends the call";
constexpr std::string_view kStore =
    "the store lost what it had confirmed: look for a fail-over or an old copy; Redis needs appendfsync always";

const Meaning& meaning_of(Invariant invariant) noexcept {
  static constexpr std::array<Meaning, kInvariants> kMeanings{{{"none", ""},
                                                               {"I1_two_winners", kFault},
                                                               {"I2_acted_without_claim", kFault},
                                                               {"I3_loser_not_hung_up", kFault},
                                                               {"I4_fact_taken_back", kFault},
                                                               {"I5_device_rung_twice", kFault},
                                                               {"I6_unknown_taken_for_no", kFault},
                                                               {"I7_conversation_cut", kFault},
                                                               {"I8_ended_call_acted_again", kFault},
                                                               {"I9_store_forgot", kStore},
                                                               {"I10_unrecorded_command", kFault},
                                                               {"I11_device_rings_on", kProvider},
                                                               {"I12_answered_and_alone", kProvider},
                                                               {"I13_caller_in_silence", kProvider},
                                                               {"I14_caller_rings_for_ever", kFault},
                                                               {"I15_closed_too_early", kFault},
                                                               {"I16_outcome_changed", kFault},
                                                               {"I17_dial_without_limit", kFault},
                                                               {"outside_the_phase_table", kFault}}};
  return kMeanings[static_cast<std::size_t>(invariant)];
}

}  // namespace

std::string_view name_of(Invariant invariant) noexcept { return meaning_of(invariant).name; }
std::string_view advice_on(Invariant invariant) noexcept { return meaning_of(invariant).advice; }

Breach breach_of(const Session& before, const Event& event, const StepResult& result, const Policy& policy) {
  const Session& next = result.next;
  Breach breach = of_claim(before, next);
  for (std::size_t i = 0; !breach && i < before.legs.size() && i < next.legs.size(); ++i) {
    breach = of_leg(before.legs[i], next.legs[i]);
  }
  for (std::size_t i = 0; !breach && i < result.commands.size(); ++i) {
    breach = of_command(before, next, result.commands[i]);
  }
  if (!breach) breach = of_outbox(next, event.at_ms, policy);
  if (!breach) breach = of_the_unwanted(next, event.at_ms, policy);
  if (!breach) breach = of_ends(before, event, next);
  if (!breach) breach = of_waiting(before, event, next, policy);
  if (!breach && !keeps_to_table(before, event, next)) {
    breach = {Invariant::in_the_table, "a transition that is not in the phase table"};
  }
  return breach;
}

}  // namespace ringfence
