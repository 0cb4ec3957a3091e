// Calls without sense: any plan, any event at any time, also such as no provider would send. What holds here holds for
// every order of events. Used by phase_table_test.cc and storm_test.cc.
#pragma once

#include <array>
#include <random>
#include <string>
#include <vector>

#include "core/phase_table.h"
#include "core/step.h"

namespace ringfence::test {

class Storm {
 public:
  explicit Storm(std::uint64_t seed) : random_(seed) { session_.id = {"P"}; }

  // What happens next, and what it led to.
  struct Turn {
    Session before;
    Event event;
    StepResult result;
  };
  Turn next() {
    Event event = any_event();
    event.id = {"e" + std::to_string(++events_)};
    event.session = session_.id;
    event.at_ms = now_ms_;
    Turn turn{.before = session_, .event = event, .result = step(session_, event, policy)};
    session_ = turn.result.next;
    for (const Command& command : turn.result.commands) {
      if (sent_.size() == kRemembered) sent_.erase(sent_.begin());
      sent_.push_back(command);
    }
    return turn;
  }
  [[nodiscard]] Millis now_ms() const { return now_ms_; }

  Policy policy;

 private:
  static constexpr std::size_t kRemembered = 40;

  int below(int bound) { return static_cast<int>(random_() % static_cast<std::uint64_t>(bound)); }
  bool once_in(int times) { return below(times) == 0; }
  template <class Enum>
  Enum any(Enum last) {
    return static_cast<Enum>(below(static_cast<int>(last) + 1));
  }

  Destination any_destination() {
    static constexpr std::array<const char*, 5> kDevices{"A", "B", "C", "D", "E"};
    Destination to{.device = kDevices[static_cast<std::size_t>(below(5))]};
    to.to = "sip:" + to.device;
    if (once_in(3)) to.after_ms = below(10'000);
    if (once_in(3)) to.timeout_ms = 5000 + below(20'000);
    to.priority = below(3);
    if (once_in(2)) to.verify = any(Verify::press1_if_fast);
    return to;
  }

  RingPlan any_plan() {
    RingPlan plan{.route = once_in(3) ? any(Route::reject) : Route::ring, .organisation = "o", .greeting = "g"};
    for (int i = below(4); i > 0; --i) plan.destinations.push_back(any_destination());
    if (once_in(3)) plan.ring_ms = 5000 + below(20'000);
    if (once_in(3)) plan.max_channels = 1 + below(2);
    plan.on_decline = any(OnRefusal::stop);
    plan.on_busy = any(OnRefusal::stop);
    plan.on_winner_lost = any(OnWinnerLost::hangup);
    plan.on_unanswered = any(OnUnanswered::hangup);
    if (once_in(2)) plan.hold_losers_ms = 500 + below(4000);
    plan.no_record = once_in(4);
    plan.notify = once_in(2);
    return plan;
  }

  WebhookFact any_webhook() {
    static constexpr std::array<const char*, 5> kCauses{"call_rejected", "user_busy", "normal_clearing", "timeout", ""};
    // The caller's end ends the story, so it comes seldom.
    const int leg = below(static_cast<int>(session_.legs.size()) + 1) - 1;
    WebhookFact fact{.type = any(WebhookType::other)};
    if (fact.type == WebhookType::hangup && leg == kParent && !once_in(6)) fact.type = WebhookType::answered;
    const std::string name = leg == kParent ? "P" : "L" + std::to_string(leg);
    if (!once_in(8)) fact.call_control_id = name + "-call";
    if (leg == kParent) fact.call_leg_id = "P";
    if (leg != kParent || once_in(3)) {
      fact.client_state = ClientState{.session = session_.id, .leg = leg, .generation = 1 + below(2)};
    }
    fact.ending.cause = kCauses[static_cast<std::size_t>(below(5))];
    if (once_in(2)) fact.digits = "1";
    fact.detection = any(WebhookFact::Detection::unsure);
    return fact;
  }

  std::vector<AuditedLeg> any_records() {
    std::vector<AuditedLeg> records;
    for (int leg = kParent; leg < static_cast<int>(session_.legs.size()); ++leg) {
      if (once_in(4)) continue;
      AuditedLeg seen{.client_state = encode_client_state({.session = session_.id, .leg = leg})};
      seen.call_control_id = leg == kParent ? "P-call" : "L" + std::to_string(leg) + "-call";
      seen.ended = once_in(leg == kParent ? 8 : 3);
      seen.answered = once_in(2);
      seen.bridged = once_in(3);
      seen.recording_saved = once_in(8);
      records.push_back(std::move(seen));
    }
    return records;
  }

  CommandResult any_result() {
    static constexpr std::array<const char*, 4> kCodes{"90018", "10015", "90034", "90041"};
    const auto at = sent_.begin() + below(static_cast<int>(sent_.size()));
    const Command command = *at;
    if (!once_in(4)) sent_.erase(at);  // else it is answered once more, and not in the same way
    CommandResult result{.command = command.id, .tries = command.tries, .verb = command.verb, .leg = command.leg};
    CommandOutcome& outcome = result.outcome;
    outcome.outcome = once_in(2) ? OutcomeClass::ok : any(OutcomeClass::unknown);
    if (outcome.outcome == OutcomeClass::refused) outcome.error_code = kCodes[static_cast<std::size_t>(below(4))];
    if (command.verb == Verb::dial && outcome.outcome == OutcomeClass::ok) {
      outcome.call_control_id = "L" + std::to_string(command.leg) + "-call";
    }
    if (command.verb == Verb::audit) {
      outcome.legs = any_records();
      outcome.audit_complete = !once_in(4);
      outcome.events_read = outcome.audit_complete || once_in(2);
    }
    return result;
  }

  Event any_event() {
    pass_time();
    if (session_.phase == Phase::none && !once_in(10)) {
      WebhookFact offer{.type = WebhookType::initiated, .call_control_id = "P-call", .call_leg_id = "P"};
      offer.incoming = true;
      return {.body = std::move(offer), .plan = any_plan()};
    }
    if (!sent_.empty() && once_in(2)) return {.body = any_result()};
    if (once_in(4)) return {.body = Tick{}};
    if (once_in(12)) return {.body = DeviceReady{any_destination()}};
    if (once_in(60)) return {.body = Cancel{}};
    if (session_.phase == Phase::none) return {.body = stray_webhook()};
    return {.body = any_webhook()};
  }

  // About a leg of a session that the store has lost.
  WebhookFact stray_webhook() {
    WebhookFact fact = any_webhook();
    if (once_in(2)) return fact;
    const int leg = below(3);
    fact.call_control_id = "L" + std::to_string(leg) + "-call";
    fact.call_leg_id.clear();
    fact.client_state = ClientState{.session = session_.id, .leg = leg};
    return fact;
  }

  void pass_time() {
    const Millis due = due_ms(session_);
    if (once_in(3)) return;
    if (due != 0 && once_in(2)) {
      now_ms_ = std::max(now_ms_, due);
    } else {
      now_ms_ += below(3000);
    }
  }

  std::mt19937_64 random_;
  Session session_;
  Millis now_ms_ = 1'000'000;
  int events_ = 0;
  std::vector<Command> sent_;
};

}  // namespace ringfence::test
