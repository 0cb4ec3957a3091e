// See mutants.h.
#include "mutants.h"

#include <algorithm>

namespace ringfence::explore {
namespace {

bool is_over(Phase phase) { return phase == Phase::closing || phase == Phase::closed; }

// A leg that shows up after the decision is not hung up.
StepResult late_legs_ring_on(const Session& session, const Event& event, const Policy& policy) {
  StepResult result = step(session, event, policy);
  const auto late = [&](int leg) {
    return leg >= 0 && session.phase != Phase::ringing && static_cast<std::size_t>(leg) < session.legs.size() &&
           session.legs[static_cast<std::size_t>(leg)].call_control_id.empty();
  };
  std::erase_if(result.commands, [&](const Command& c) { return c.verb == Verb::hangup && late(c.leg); });
  for (OutboxEntry& entry : result.next.outbox) {
    if (entry.verb == Verb::hangup && late(entry.leg))
      result.next.legs[static_cast<std::size_t>(entry.leg)].state = LegState::ended;
  }
  return result;
}

// The last answer wins, not the first.
StepResult second_answer_wins(const Session& session, const Event& event, const Policy& policy) {
  StepResult result = step(session, event, policy);
  Session& next = result.next;
  if (next.phase != Phase::answering) return result;
  for (std::size_t i = 0; i < next.legs.size(); ++i) {
    const bool newly = session.winner >= 0 && session.legs[i].state < LegState::answered;
    if (newly && next.legs[i].state == LegState::answered) next.winner = static_cast<int>(i);
  }
  return result;
}

// No tombstone: the document goes when the caller goes, and whatever comes later meets nothing.
StepResult no_tombstone(const Session& session, const Event& event, const Policy& policy) {
  if (session.phase == Phase::closed) return {.next = session, .changed = true};
  StepResult result = step(session, event, policy);
  if (!is_over(result.next.phase) || result.next.parent.state != ParentState::ended) return result;
  for (Leg& leg : result.next.legs) leg.state = LegState::ended;
  result.next.phase = Phase::closed;
  result.next.outbox.clear();
  result.next.audit_ms = result.next.write_off_ms = result.next.recording_deadline_ms = 0;
  result.commands.clear();
  return result;
}

// Nobody looks at the provider's records.
StepResult no_audit(const Session& session, const Event& event, const Policy& policy) {
  StepResult result = step(session, event, policy);
  std::erase_if(result.commands, [](const Command& c) { return c.verb == Verb::audit; });
  return result;
}

// A late `answered` revives a leg whose end is proved.
StepResult the_dead_answer(const Session& session, const Event& event, const Policy& policy) {
  Session before = session;
  const auto* fact = std::get_if<WebhookFact>(&event.body);
  if (fact != nullptr && fact->type == WebhookType::answered && fact->client_state && fact->client_state->leg >= 0) {
    Leg& leg = before.legs[static_cast<std::size_t>(fact->client_state->leg)];
    if (leg.state == LegState::ended) leg.state = LegState::ringing;
  }
  return step(before, event, policy);
}

// The bridge falls back to voicemail without proof that it is not up.
StepResult fallback_without_proof(const Session& session, const Event& event, const Policy& policy) {
  Session before = session;
  if (before.phase == Phase::bridging && before.bridge_deadline_ms == 0 && before.bridge_retry_ms == 0) {
    before.bridge_disproved = true;
  }
  return step(before, event, policy);
}

// A dial without an answer counts as a dial that failed.
StepResult unknown_is_no(const Session& session, const Event& event, const Policy& policy) {
  Event changed = event;
  auto* result = std::get_if<CommandResult>(&changed.body);
  if (result != nullptr && result->outcome.outcome == OutcomeClass::unknown) {
    for (std::size_t i = 0; i < session.legs.size(); ++i) {
      const OutboxEntry dial{.verb = Verb::dial, .leg = static_cast<int>(i)};
      if (command_id(session, dial) == result->command) result->outcome.outcome = OutcomeClass::refused;
    }
  }
  return step(session, changed, policy);
}

// A hang-up is asked for once. (Resends of other commands are about speed: the deadlines repair their loss. They are
// tested as such in tests/scenarios.)
StepResult hangup_once(const Session& session, const Event& event, const Policy& policy) {
  StepResult result = step(session, event, policy);
  std::erase_if(result.commands,
                [](const Command& c) { return c.verb == Verb::hangup && (c.tries > 1 || c.attempt > 1); });
  return result;
}

// An audit is believed although a request may still be on its way.
StepResult impatient_audit(const Session& session, const Event& event, const Policy& policy) {
  Session before = session;
  for (Leg& leg : before.legs) leg.dial_quiet_ms = 0;
  before.bridge_quiet_ms = before.bridge_quiet_before_ms = 0;
  return step(before, event, policy);
}

}  // namespace

const std::vector<Mutant>& mutants() {
  static const std::vector<Mutant> all{
      {"late_legs_ring_on", late_legs_ring_on}, {"second_answer_wins", second_answer_wins},
      {"no_tombstone", no_tombstone},           {"no_audit", no_audit},
      {"the_dead_answer", the_dead_answer},     {"fallback_without_proof", fallback_without_proof},
      {"unknown_is_no", unknown_is_no},         {"hangup_once", hangup_once},
      {"impatient_audit", impatient_audit}};
  return all;
}

StepFunction step_named(std::string_view name) {
  if (name == "design") return step;
  for (const std::vector<Mutant>* some : {&mutants(), &more_mutants(), &fact_mutants()}) {
    const auto at = std::ranges::find(*some, name, &Mutant::name);
    if (at != some->end()) return at->step;
  }
  return nullptr;
}

}  // namespace ringfence::explore
