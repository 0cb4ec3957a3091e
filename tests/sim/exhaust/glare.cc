// See glare.h.
#include "glare.h"

#include "core/rules.h"
#include "machine.h"

namespace ringfence::exhaust {
namespace {

struct Rows {
  std::uint32_t bits = 0;
  void see(Glare row, bool seen) {
    if (seen) bits |= 1U << row;
  }
};

void see_leg_webhook(Rows& rows, const Session& before, const WebhookFact& fact, const Session& next) {
  if (!fact.client_state || fact.client_state->leg < 0) return;
  const auto index = static_cast<std::size_t>(fact.client_state->leg);
  if (index >= before.legs.size()) return;
  const Leg& was = before.legs[index];
  const Leg& is = next.legs[index];
  const bool unknown = was.call_control_id.empty();
  const bool over = rules::is_over(before.phase);
  const bool answered = fact.type == WebhookType::answered;
  const bool loses = static_cast<int>(index) != before.winner && before.winner >= 0;
  rows.see(kAnswerAfterCancel, answered && over && was.state < LegState::answered && before.winner < 0);
  rows.see(kTwoAnswers, answered && loses && before.phase >= Phase::answering && before.phase <= Phase::connected);
  rows.see(kAnsweredBeforeItsId, answered && unknown);
  rows.see(kHangupBeforeItsId, fact.type == WebhookType::hangup && unknown && was.state == LegState::dialing);
  rows.see(kLateLeg, fact.type == WebhookType::initiated && unknown && before.phase > Phase::ringing && !is.ended());
  rows.see(kInferredRevived, was.state == LegState::ended_inferred && !is.ended());
  rows.see(kBridgedAfterLeaving, fact.type == WebhookType::bridged && over);
  rows.see(kAnswerAfterRingTime, answered && rules::is_voicemail(before.phase) && was.state < LegState::answered);
}

void see_result(Rows& rows, const Session& before, const CommandResult& result, const Session& next) {
  const bool refused = result.outcome.outcome == OutcomeClass::refused;
  const bool unknown = result.outcome.outcome == OutcomeClass::unknown;
  const bool gone = refused && result.outcome.error_code == "90018";
  rows.see(kCancelBeforeAnswer,
           result.verb == Verb::answer && gone && before.phase == Phase::answering && next.phase == Phase::closing);
  rows.see(kDialUnknown, result.verb == Verb::dial && unknown);
  rows.see(kBridgeRefused, result.verb == Verb::bridge && refused && before.phase == Phase::bridging);
  rows.see(kHangupOfTheDead, result.verb == Verb::hangup && gone);
  rows.see(kNoChannel, result.verb == Verb::dial && result.outcome.error_code == "90041");
}

}  // namespace

std::uint32_t glare_of(const Session& before, const Event& event, const Session& next) {
  Rows rows;
  if (const auto* fact = std::get_if<WebhookFact>(&event.body)) {
    see_leg_webhook(rows, before, *fact, next);
    rows.see(kHangupInGreeting, before.phase == Phase::vm_greeting && next.phase >= Phase::closing);
    rows.see(kRecordingAfterEnd, fact->type == WebhookType::recording_saved && rules::is_over(before.phase));
    rows.see(kInitiatedTwice, fact->incoming && before.phase != Phase::none);
  } else if (const auto* result = std::get_if<CommandResult>(&event.body)) {
    see_result(rows, before, *result, next);
  }
  const bool bridging = before.phase == Phase::bridging;
  const bool claimed = before.phase == Phase::answering || bridging;
  rows.see(kCallerLeavesBridge, bridging && next.phase >= Phase::closing && next.outcome == Outcome::abandoned);
  const Leg* winner = claimed ? rules::winner_of(next) : nullptr;
  rows.see(kWinnerLost, winner != nullptr && winner->ended() && !rules::is_over(next.phase));
  rows.see(kBridgeUnproved, bridging && rules::wants_bridge_proof(next));
  rows.see(kRungAgain, next.round_first > before.round_first);
  for (std::size_t i = 0; i < before.legs.size(); ++i) {
    const Leg& was = before.legs[i];
    const Leg& is = next.legs[i];
    rows.see(kScreenFailed,
             was.quit != Quit::screen_failed && is.quit == Quit::screen_failed && next.phase == Phase::ringing);
    rows.see(kEarlyStart, was.state == LegState::planned && is.dial_at_ms < was.dial_at_ms &&
                              !std::holds_alternative<Tick>(event.body));
  }
  return rows.bits;
}

}  // namespace ringfence::exhaust
