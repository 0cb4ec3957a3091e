// See what_if.h.
#include "history/what_if.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/step.h"
#include "core/utc_time.h"
#include "directory/plan_compiler.h"
#include "directory/plan_parser.h"
#include "history/call_log.h"
#include "history/ladder.h"
#include "history/replay.h"

namespace ringfence {
namespace {

constexpr Millis kAnswerMs = 100;   // what the provider takes to answer, and to say what came of it
constexpr Millis kPromptMs = 3000;  // a sentence, spoken
constexpr Millis kKeyMs = 2000;     // finding the key
constexpr Millis kTalkMs = 60'000;  // a conversation or a message of which nothing is known
constexpr std::size_t kMostSteps = 5000;

// The provider and the people, as far as the log knows them.
class Stage {
 public:
  Stage(const CallLog& log, const Policy& policy) : log_(log), policy_(policy) {}

  WhatIf play(RingPlan plan) {
    Event offer = log_.offer;
    offer.plan = std::move(plan);
    now_ms_ = offer.at_ms;
    queue_.emplace(now_ms_, Due{.event = std::move(offer)});
    for (const Event& other : log_.others) queue_.emplace(other.at_ms, Due{.event = other});
    if (log_.leaves) queue_.emplace(log_.leaves_ms, Due{.event = Event{.body = *log_.leaves}, .leaves = true});
    while (made_.ladder.size() < kMostSteps && advance()) {
    }
    made_.session = std::move(session_);
    return std::move(made_);
  }

 private:
  struct Due {
    Event event;
    int leg = kUnknownLeg;  // goes with it when it is hung up
    bool leaves = false;    // the caller, by himself
    bool silence = false;   // no event: from here on the log is silent about the leg
  };

  bool advance() {
    const Millis due = due_ms(session_);
    const Millis next = queue_.empty() ? 0 : queue_.begin()->first;
    if (due == 0 && next == 0) return false;
    if (next == 0 || (due != 0 && due < next)) {
      // A tombstone has nothing to wait for but itself.
      if (session_.phase == Phase::closed) return false;
      now_ms_ = std::max(now_ms_, due);
      happen(Event{.body = Tick{}});
      return true;
    }
    Due what = std::move(queue_.begin()->second);
    queue_.erase(queue_.begin());
    now_ms_ = std::max(now_ms_, next);
    if (what.silence) {
      fall_silent(what.leg);
    } else {
      if (what.leaves) leave();
      happen(std::move(what.event));
    }
    return true;
  }

  void happen(Event event) {
    event.id.text = "what-if:" + std::to_string(made_.ladder.size() + 1);
    event.session = log_.offer.session;
    event.at_ms = now_ms_;
    if (auto* fact = std::get_if<WebhookFact>(&event.body)) fact->occurred_ms = now_ms_;
    StepResult result = step(session_, event, policy_);
    made_.ladder.push_back(ladder_line(session_, event, result, made_.ladder.size() + 1));
    const Phase was = session_.phase;
    const bool was_there = session_.parent.state != ParentState::ended;
    session_ = std::move(result.next);
    if (was_there && session_.parent.state == ParentState::ended && recording_) {
      soon(kAnswerMs, about(kParent, WebhookType::recording_saved));
    }
    if (was != session_.phase) stay_a_while();
    for (const Command& command : result.commands) react(command);
  }

  // --- the provider ---
  void react(const Command& command) {
    const bool transfer = command.verb == Verb::transfer;
    if (command.verb == Verb::dial || transfer) return dial(command);
    answer(command, {.outcome = OutcomeClass::ok, .http_status = 200}, kAnswerMs);
    switch (command.verb) {
      case Verb::answer:
        return soon(kAnswerMs, about(kParent, WebhookType::answered));
      case Verb::bridge:
        soon(kAnswerMs, about(kParent, WebhookType::bridged));
        return soon(kAnswerMs, about(command.leg, WebhookType::bridged));
      case Verb::hangup:
      case Verb::reject:
        return end(command.leg);
      case Verb::speak: {
        WebhookFact fact = about(command.leg, WebhookType::speak_ended);
        fact.client_state->generation = command.leg == kParent ? command.attempt : 1;
        return soon(kPromptMs, std::move(fact));
      }
      case Verb::gather:
        return press(command.leg);
      case Verb::record_start:
        recording_ = true;
        return;
      case Verb::dial:
      case Verb::transfer:
      case Verb::audit:
      case Verb::notify:
        return;
    }
  }

  void answer(const Command& command, CommandOutcome outcome, Millis after_ms) {
    Event event;
    event.body = CommandResult{command.id, command.tries, std::move(outcome), command.verb, command.leg};
    queue_.emplace(now_ms_ + std::max<Millis>(after_ms, 1), Due{.event = std::move(event)});
  }

  void dial(const Command& command) {
    const DeviceLog* then = log_.find(device(command.leg));
    CommandOutcome outcome{.outcome = OutcomeClass::ok, .http_status = 200};
    Millis after_ms = kAnswerMs;
    if (then != nullptr && then->dialled) {
      if (then->dial.outcome == OutcomeClass::refused) outcome = then->dial;
      if (then->dial_ms != 0) after_ms = then->dial_ms;
    } else {
      doubt(device(command.leg) +
            " was not rung in that call: nothing is known of it, and it is taken to ring until its time is over");
    }
    if (outcome.outcome == OutcomeClass::ok && command.verb == Verb::dial) {
      outcome.call_control_id = about(command.leg, WebhookType::other).call_control_id;
      outcome.call_leg_id = about(command.leg, WebhookType::other).call_leg_id;
    }
    const bool rings = outcome.outcome == OutcomeClass::ok;
    answer(command, std::move(outcome), after_ms);
    if (!rings) return;
    WebhookFact timeout = about(command.leg, WebhookType::hangup);
    timeout.ending.cause = "timeout";
    if (then != nullptr) behave(command, *then);
    const bool ends = then != nullptr && (then->said(WebhookType::hangup) || then->said(WebhookType::answered));
    if (!ends) soon(command.timeout_secs * Millis{1000}, std::move(timeout), command.leg);
  }

  void behave(const Command& command, const DeviceLog& then) {
    for (const DeviceLog::Fact& one : then.facts) {
      WebhookFact fact = one.fact;
      const WebhookFact names = about(command.leg, fact.type);
      fact.call_control_id = names.call_control_id;
      fact.call_leg_id = names.call_leg_id;
      fact.client_state = names.client_state;
      soon(std::max<Millis>(one.after_ms, 1), std::move(fact), command.leg);
      if (command.verb == Verb::transfer && one.fact.type == WebhookType::answered) {
        soon(one.after_ms + kAnswerMs, about(command.leg, WebhookType::bridged), command.leg);
        soon(one.after_ms + kAnswerMs, about(kParent, WebhookType::bridged));
      }
    }
    const bool told = then.said(WebhookType::hangup) || then.said(WebhookType::answered);
    if (!told && then.silenced) {
      queue_.emplace(now_ms_ + std::max<Millis>(then.silenced_ms, 1), Due{.leg = command.leg, .silence = true});
    }
  }

  void end(int leg) {
    std::erase_if(queue_, [leg](const auto& due) { return due.second.leg == leg && leg != kParent; });
    WebhookFact fact = about(leg, WebhookType::hangup);
    const bool answered = leg == kParent ? session_.parent.answered_ms != 0
                                         : session_.legs[static_cast<std::size_t>(leg)].answered_ms != 0;
    fact.ending.cause = answered ? "normal_clearing" : "originator_cancel";
    soon(kAnswerMs, std::move(fact));
  }

  // --- the people ---
  void press(int leg) {
    const DeviceLog* then = log_.find(device(leg));
    if (then != nullptr && then->said(WebhookType::gather_ended)) return;
    const bool person = then != nullptr && then->talked;
    WebhookFact fact = about(leg, WebhookType::gather_ended);
    if (person) fact.digits = "1";
    doubt("nobody at " + device(leg) + " was asked for a key in that call; " +
          (person ? "who took it then is taken to press it" : "none is taken to be pressed"));
    soon(person ? kKeyMs : policy_.screen_ms / 2, std::move(fact), leg);
  }

  void fall_silent(int leg) {
    const auto index = static_cast<std::size_t>(leg);
    const Leg& now = session_.legs[index];
    if (now.ended() || now.state >= LegState::answered || want_dead(session_, index)) return;
    const DeviceLog* then = log_.find(device(leg));
    doubt(device(leg) + " rang for " + seconds(then->silenced_ms) +
          " in that call, and was then stopped by us: that somebody would have answered later is not known, and it is "
          "taken to ring on");
  }

  void leave() {
    const bool talks = session_.phase == Phase::connected;
    if (log_.leaves_talk && !talks && session_.parent.state != ParentState::ended) {
      doubt(
          "the caller hangs up here because in that call a conversation was over then; how long he would have waited "
          "is not known");
    }
    if (!log_.leaves_talk && talks) {
      doubt("the caller hangs up here because in that call he gave up waiting then; here he is in a conversation");
    }
  }

  // Somebody must end a call that nobody in the log ends.
  void stay_a_while() {
    const bool talk = session_.phase == Phase::connected, message = session_.phase == Phase::vm_recording;
    if (!talk && !message) return;
    const auto ends = [&](const auto& due) {
      const auto* fact = std::get_if<WebhookFact>(&due.second.event.body);
      const bool winner = talk && due.second.leg == session_.winner;
      return due.second.leaves || (winner && fact != nullptr && fact->type == WebhookType::hangup);
    };
    if (std::ranges::any_of(queue_, ends)) return;
    doubt(std::string(talk ? "how long the two would have talked" : "how long the message would have been") +
          " is not known; " + seconds(kTalkMs) + " are assumed");
    WebhookFact fact = about(kParent, WebhookType::hangup);
    fact.ending.cause = "normal_clearing";
    soon(kTalkMs, std::move(fact));
  }

  // --- words and names ---
  void soon(Millis after_ms, WebhookFact fact, int leg = kUnknownLeg) {
    Due due{.leg = leg};
    due.event.body = std::move(fact);
    queue_.emplace(now_ms_ + after_ms, std::move(due));
  }

  [[nodiscard]] WebhookFact about(int leg, WebhookType type) const {
    WebhookFact fact{.type = type, .type_name = std::string(name_of(type))};
    const bool parent = leg == kParent;
    const std::string name = "what-if-" + std::to_string(leg);
    fact.call_control_id = parent ? session_.parent.call_control_id : name;
    fact.call_leg_id = parent ? session_.parent.call_leg_id : name;
    fact.call_session_id = session_.parent.call_session_id;
    fact.client_state = ClientState{.session = log_.offer.session, .leg = leg};
    return fact;
  }

  [[nodiscard]] std::string device(int leg) const {
    return session_.legs[static_cast<std::size_t>(leg)].destination.device;
  }
  [[nodiscard]] static std::string seconds(Millis span_ms) {
    const std::string tenths = std::to_string((span_ms + 50) / 100);
    return (tenths.size() > 1 ? tenths.substr(0, tenths.size() - 1) : "0") + "." + tenths.back() + " s";
  }
  void doubt(const std::string& sentence) {
    std::string said = "+" + seconds(now_ms_ - log_.offer.at_ms) + ": " + sentence + ".";
    if (std::ranges::find(made_.doubts, said) == made_.doubts.end()) made_.doubts.push_back(std::move(said));
  }

  const CallLog& log_;
  const Policy& policy_;
  Session session_;
  Millis now_ms_ = 0;
  std::multimap<Millis, Due> queue_;
  bool recording_ = false;
  WhatIf made_;
};

Result<RingPlan> other_plan(const CallLog& log, std::string_view file_name, std::string_view text,
                            const PlanRules& rules) {
  const Result<PlanSpec> spec = parse_plan_text(file_name, text, rules);
  if (!spec) return std::unexpected(spec.error());
  std::vector<PlanTarget> targets;
  for (const DeviceLog& one : log.devices) {
    targets.push_back({one.destination.device, one.destination.to, one.destination.verify});
  }
  for (const PlanWave& wave : spec->waves) {
    for (const PlanDevice& device : wave.devices) {
      if (log.find(device.name) == nullptr) targets.push_back({device.name, device.name, Verify::none});
    }
  }
  if (const auto fault = check_plan(*spec, targets, rules.channels, rules)) {
    return DirectoryReader(file_name).error(fault->line, fault->text);
  }
  RingPlan plan = *log.offer.plan;
  plan.route = Route::ring;
  plan.note.clear();
  plan.notify = false;
  plan.destinations.clear();
  compile_plan(*spec, targets, rules.channels, rules, plan);
  return plan;
}

}  // namespace

Result<WhatIf> what_if(const std::vector<std::string>& ladder, std::string_view file_name, std::string_view plan_text,
                       const PlanRules& rules, const Policy& policy) {
  const Result<std::vector<Event>> events = stored_events(ladder);
  if (!events) return std::unexpected(events.error());
  const Result<CallLog> log = read_call_log(*events, policy);
  if (!log) return std::unexpected(log.error());
  Result<RingPlan> plan = other_plan(*log, file_name, plan_text, rules);
  if (!plan) return std::unexpected(plan.error());
  WhatIf made = Stage(*log, policy).play(std::move(*plan));
  for (const DeviceLog& one : log->devices) {
    const auto same = [&](const Leg& leg) { return leg.destination.device == one.destination.device; };
    if (std::ranges::any_of(made.session.legs, same)) continue;
    made.doubts.push_back(one.destination.device +
                          " was rung in that call and is not in this plan: what it did is left "
                          "out.");
  }
  return made;
}

}  // namespace ringfence
