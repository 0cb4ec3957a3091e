// Mutants of the rules that came with plans, screening, transfers and recordings. See mutants.h.
#include "mutants.h"

#include "core/rules.h"

namespace ringfence::explore {
namespace {

// Steps a session that reads otherwise, and gives the result the truth back.
template <class Blind, class Heal>
StepResult blinded(const Session& session, const Event& event, const Policy& policy, Blind blind, Heal heal) {
  Session before = session;
  blind(before);
  StepResult result = step(before, event, policy);
  heal(result.next);
  return result;
}

// A dial is repeated under a new id.
StepResult new_id_on_retry(const Session& session, const Event& event, const Policy& policy) {
  StepResult result = step(session, event, policy);
  for (Command& command : result.commands) {
    if (command.verb == Verb::dial && command.tries > 1) command.attempt = command.tries;
  }
  return result;
}

// What is saved after the end is not taken.
StepResult recording_too_late(const Session& session, const Event& event, const Policy& policy) {
  StepResult result = step(session, event, policy);
  const bool over = session.phase == Phase::closing || session.phase == Phase::closed;
  if (over && !session.recording_saved) result.next.recording_saved = false;
  return result;
}

// Closing does not wait for the recording.
StepResult closes_without_recording(const Session& session, const Event& event, const Policy& policy) {
  StepResult result = step(session, event, policy);
  if (result.next.phase != Phase::closing || result.next.recording_saved) return result;
  result.next.recording_lost = true;
  return result;
}

// An answer counts whatever the plan asks for.
StepResult every_answer_counts(const Session& session, const Event& event, const Policy& policy) {
  const auto blind = [](Session& s) {
    for (Leg& leg : s.legs) leg.destination.verify = Verify::none;
  };
  const auto heal = [&](Session& s) {
    for (std::size_t i = 0; i < session.legs.size(); ++i) {
      s.legs[i].destination.verify = session.legs[i].destination.verify;
    }
  };
  return blinded(session, event, policy, blind, heal);
}

// A machine is as good as a person.
StepResult machines_win(const Session& session, const Event& event, const Policy& policy) {
  Event changed = event;
  auto* fact = std::get_if<WebhookFact>(&changed.body);
  if (fact != nullptr) fact->detection = WebhookFact::Detection::person;
  return step(session, changed, policy);
}

StepResult channels_ignored(const Session& session, const Event& event, const Policy& policy) {
  return blinded(
      session, event, policy, [](Session& s) { s.plan.max_channels = 0; },
      [&](Session& s) {
        if (session.phase != Phase::none) s.plan.max_channels = session.plan.max_channels;
      });
}

// The next wave waits for its moment although nobody rings.
StepResult no_early_start(const Session& session, const Event& event, const Policy& policy) {
  StepResult result = step(session, event, policy);
  for (std::size_t i = 0; i < session.legs.size(); ++i) {
    Leg& leg = result.next.legs[i];
    if (session.legs[i].state != LegState::planned || session.legs[i].dial_at_ms <= event.at_ms) continue;
    if (leg.state != LegState::dialing && leg.state != LegState::planned) continue;
    leg = session.legs[i];
    const auto of_leg = [i](const auto& e) { return e.verb == Verb::dial && e.leg == static_cast<int>(i); };
    std::erase_if(result.commands, of_leg);
    std::erase_if(result.next.outbox, of_leg);
  }
  return result;
}

// One device's "no" does not reach the others.
StepResult refusal_for_one(const Session& session, const Event& event, const Policy& policy) {
  return blinded(
      session, event, policy, [](Session& s) { s.plan.on_decline = OnRefusal::ring_on; },
      [&](Session& s) {
        if (session.phase != Phase::none) s.plan.on_decline = session.plan.on_decline;
      });
}

StepResult cancel_ignored(const Session& session, const Event& event, const Policy& policy) {
  if (std::holds_alternative<Cancel>(event.body)) return {.next = session, .changed = true};
  return step(session, event, policy);
}

// Who is spoken to is spoken to until the provider says that it is over.
StepResult endless_apology(const Session& session, const Event& event, const Policy& policy) {
  StepResult result = step(session, event, policy);
  for (Leg& leg : result.next.legs) {
    if (leg.apology == Apology::wanted) leg.apology_until_ms = event.at_ms + 2 * policy.apology_ms;
  }
  return result;
}

// Losers are held in the conversation as well.
StepResult holds_in_conversation(const Session& session, const Event& event, const Policy& policy) {
  StepResult result = step(session, event, policy);
  Session& next = result.next;
  if (next.phase != Phase::connected || next.plan.hold_losers_ms == 0) return result;
  const auto of_leg = [](const auto& e) { return e.verb == Verb::hangup && e.leg >= 0; };
  std::erase_if(result.commands, of_leg);
  std::erase_if(next.outbox, of_leg);
  return result;
}

// A rejection that was refused is left at that.
StepResult reject_is_trusted(const Session& session, const Event& event, const Policy& policy) {
  StepResult result = step(session, event, policy);
  if (result.next.outcome != Outcome::rejected) return result;
  std::erase_if(result.commands, [](const Command& c) { return c.verb == Verb::hangup; });
  return result;
}

// A second `initiated` begins the call again.
StepResult initiated_begins_again(const Session& session, const Event& event, const Policy& policy) {
  const auto* fact = std::get_if<WebhookFact>(&event.body);
  if (fact == nullptr || !fact->incoming || !event.plan) return step(session, event, policy);
  Session fresh;
  fresh.id = session.id;
  return step(fresh, event, policy);
}

// That the winner is gone is not seen before the bridge.
StepResult winner_loss_unseen(const Session& session, const Event& event, const Policy& policy) {
  StepResult result = step(session, event, policy);
  const bool claimed = session.phase == Phase::answering || session.phase == Phase::bridging;
  const Leg* winner = rules::winner_of(result.next);
  const bool falls_back = result.next.phase == Phase::vm_answering || result.next.phase == Phase::ringing;
  if (!claimed || winner == nullptr || !winner->ended() || !falls_back) return result;
  return {.next = session, .changed = true};
}

// "Already ended" says nothing.
StepResult gone_is_no_proof(const Session& session, const Event& event, const Policy& policy) {
  Event changed = event;
  auto* result = std::get_if<CommandResult>(&changed.body);
  const bool gone = result != nullptr && result->outcome.error_code == "90018" && result->verb == Verb::hangup;
  if (gone) result->outcome.outcome = OutcomeClass::ok;
  return step(session, changed, policy);
}

// What was committed and not answered is not sent again: a crash loses it.
StepResult never_resent(const Session& session, const Event& event, const Policy& policy) {
  StepResult result = step(session, event, policy);
  std::erase_if(result.commands, [](const Command& c) { return c.tries > 1; });
  return result;
}

// The ring time does not end the ringing.
StepResult endless_ringing(const Session& session, const Event& event, const Policy& policy) {
  const auto blind = [&](Session& s) {
    if (s.phase != Phase::ringing) return;
    s.ring_deadline_ms = 0;
    for (Leg& leg : s.legs) leg.expires_ms = 0;
  };
  StepResult result = blinded(session, event, policy, blind, [](Session&) {});
  blind(result.next);
  return result;
}

}  // namespace

const std::vector<Mutant>& more_mutants() {
  static const std::vector<Mutant> all{{"new_id_on_retry", new_id_on_retry},
                                       {"recording_too_late", recording_too_late},
                                       {"closes_without_recording", closes_without_recording},
                                       {"every_answer_counts", every_answer_counts},
                                       {"machines_win", machines_win},
                                       {"channels_ignored", channels_ignored},
                                       {"no_early_start", no_early_start},
                                       {"refusal_for_one", refusal_for_one},
                                       {"cancel_ignored", cancel_ignored},
                                       {"endless_apology", endless_apology},
                                       {"holds_in_conversation", holds_in_conversation},
                                       {"reject_is_trusted", reject_is_trusted},
                                       {"initiated_begins_again", initiated_begins_again},
                                       {"winner_loss_unseen", winner_loss_unseen},
                                       {"gone_is_no_proof", gone_is_no_proof},
                                       {"never_resent", never_resent},
                                       {"endless_ringing", endless_ringing}};
  return all;
}

}  // namespace ringfence::explore
