// See lying_telnyx.h.
#include "lying_telnyx.h"

#include <utility>

#include "core/client_state.h"
#include "core/utc_time.h"

namespace ringfence::sim {
namespace {

constexpr Millis kDedupeMs = 60'000;
constexpr int kMostTries = 12;  // of a webhook; generous: by then the chaos is over
constexpr int kMostLost = 2;    // webhooks that never come, in one call

CommandOutcome ok() { return {.outcome = OutcomeClass::ok, .http_status = 200}; }
CommandOutcome refused(std::string code) {
  CommandOutcome outcome{.outcome = OutcomeClass::refused, .http_status = 422};
  outcome.error_code = std::move(code);
  return outcome;
}

}  // namespace

void LyingTelnyx::note(std::string line) {
  journal.push_back(std::to_string(stage_.now_ms() % 100'000'000) + "  " + std::move(line));
}

void LyingTelnyx::wrong(std::string what) {
  note("WRONG: " + what);
  if (violation_.empty()) violation_ = std::move(what);
}

void LyingTelnyx::notify(const std::string& call, const std::string& type, const std::string& extra) {
  // A call nobody hears of is not ours to save: its first webhook may only be late.
  const bool first = events_ == 0;
  if (chaos_ && !first && lost_ < kMostLost && dice_.one_in(20)) {
    ++lost_;
    note("LOST webhook " + type + " of " + call);
    return;
  }
  const std::string& state = calls_[call].client_state;
  std::string body = R"({"data":{"record_type":"event","id":"ev-)" + std::to_string(++events_) +
                     R"(","occurred_at":")" + format_utc(stage_.now_ms()) + R"(","event_type":")" + type +
                     R"(","payload":{"call_control_id":"cc-)" + call + R"(","call_leg_id":")" + call +
                     R"(","call_session_id":"cs","connection_id":"conn","from":"+4940111222","to":")" + number_ + "\"";
  if (!state.empty()) body += R"(,"client_state":")" + state + "\"";
  body += extra + "}}}";
  const int copies = chaos_ && dice_.one_in(12) ? 2 : 1;
  for (int i = 0; i < copies; ++i) {
    ++under_way_;
    const Millis delay = 5 + dice_.below(chaos_ && dice_.one_in(6) ? 4000 : 80);
    stage_.after(delay, [this, body, type, call] {
      note("webhook " + type + " of " + call);
      post(body, 1);
    });
  }
}

void LyingTelnyx::post(const std::string& body, int tries) {
  // Whoever takes it answers, or nobody does: then it is repeated like a refusal.
  const auto open = std::make_shared<bool>(true);
  const auto again = [this, body, tries] {
    if (tries == kMostTries) {
      --under_way_;
      return;
    }
    stage_.after(1000 * tries, [this, body, tries] { post(body, tries + 1); });
  };
  const std::string meta = R"(,"meta":{"attempt":)" + std::to_string(tries) + "}}";
  post_(body.substr(0, body.size() - 1) + meta, [this, open, again](Verdict verdict) {
    if (!std::exchange(*open, false)) return;
    if (verdict == Verdict::later) return again();
    --under_way_;
  });
  stage_.after(2500, [open, again] {
    if (std::exchange(*open, false)) again();
  });
}

void LyingTelnyx::call_in(std::string number) {
  number_ = std::move(number);
  calls_[std::string(kCaller)] = {};
  notify(std::string(kCaller), "call.initiated", R"(,"direction":"incoming")");
  if (dice_.one_in(3)) {
    stage_.after(dice_.below(40'000), [this] { hang_up(std::string(kCaller)); });
  }
}

void LyingTelnyx::hang_up(const std::string& call) {
  if (is(call, State::ended)) return;
  note(call + " hangs up");
  end(call, "normal_clearing");
}

void LyingTelnyx::end(const std::string& call, const std::string& cause) {
  Call& one = calls_[call];
  if (one.state == State::ended) return;
  one.state = State::ended;
  notify(call, "call.hangup", R"(,"hangup_cause":")" + cause + "\"");
  if (call == kCaller && recording_) {
    recording_ = false;
    recorded_ = true;
    notify(call, "call.recording.saved",
           R"(,"recording_id":"rec-1","recording_urls":{"wav":"https://records/rec-1.wav"})");
  }
  if (bridged_.empty() || (call != kCaller && call != bridged_)) return;
  const std::string other = call == kCaller ? std::exchange(bridged_, {}) : std::string(kCaller);
  bridged_.clear();
  end(other, "normal_clearing");
}

void LyingTelnyx::connect(const std::string& leg) {
  if (!ever_bridged_.empty() && ever_bridged_ != leg) wrong("I1: a second leg was bridged");
  if (calls_[leg].to.starts_with(kMustProve) && !calls_[leg].person)
    wrong("V1: bridged, and not proved to be a person");
  bridged_ = ever_bridged_ = leg;
  notify(std::string(kCaller), "call.bridged");
  notify(leg, "call.bridged");
}

// Most press the key, some press another, some nothing.
void LyingTelnyx::gather(const std::string& call) {
  stage_.after(300 + dice_.below(6000), [this, call] {
    if (!is(call, State::answered)) return;
    const std::string digits = dice_.one_in(4) ? (dice_.one_in(2) ? "5" : "") : "1";
    calls_[call].person |= digits == "1";
    notify(call, "call.gather.ended", R"(,"digits":")" + digits + "\"");
  });
}

void LyingTelnyx::detect(const std::string& call) {
  stage_.after(300 + dice_.below(4000), [this, call] {
    if (!is(call, State::answered)) return;
    static constexpr const char* kHeard[] = {"human", "human", "machine", "not_sure"};
    const std::string heard = kHeard[dice_.below(4)];
    calls_[call].person |= heard == "human";
    notify(call, "call.machine.detection.ended", R"(,"result":")" + heard + "\"");
  });
}

void LyingTelnyx::answer_leg(const std::string& call, bool transfer) {
  if (!is(call, State::ringing)) return;
  note(call + " answers");
  calls_[call].state = State::answered;
  notify(call, "call.answered");
  if (calls_[call].detects) detect(call);
  if (!transfer || is(std::string(kCaller), State::ended)) return;
  if (is(std::string(kCaller), State::ringing)) notify(std::string(kCaller), "call.answered");
  calls_[std::string(kCaller)].state = State::answered;
  connect(call);
}

CommandOutcome LyingTelnyx::new_leg(const Command& command, bool transfer) {
  const std::string leg = "leg-" + std::to_string(++legs_);
  calls_[leg] = {.client_state = transfer ? command.target_client_state : command.client_state,
                 .to = command.to,
                 .began_ms = stage_.now_ms(),
                 .detects = command.detect_machine};
  if (++dialled_[command.to + (command.leg >= 2 ? "again" : "")] > 1) wrong("I5: the same device was dialled twice");
  notify(leg, "call.initiated", R"(,"direction":"outgoing")");
  const Millis timeout_ms = command.timeout_secs * 1000;
  stage_.after(timeout_ms, [this, leg] {
    if (is(leg, State::ringing)) end(leg, "timeout");
  });
  const Millis when_ms = 200 + dice_.below(dice_.one_in(3) ? 45'000 : 6000);
  switch (dice_.below(5)) {
    case 0:
      stage_.after(when_ms, [this, leg] {
        if (is(leg, State::ringing)) end(leg, "call_rejected");
      });
      break;
    case 1:
      break;  // nobody is there
    default:
      stage_.after(when_ms, [this, leg, transfer] { answer_leg(leg, transfer); });
      if (dice_.one_in(4)) stage_.after(when_ms + dice_.below(3000), [this, leg] { hang_up(leg); });
      break;
  }
  CommandOutcome outcome = ok();
  if (!transfer) {
    outcome.call_control_id = "cc-" + leg;
    outcome.call_leg_id = leg;
  }
  return outcome;
}

CommandOutcome LyingTelnyx::audit(bool live_calls) const {
  CommandOutcome outcome = ok();
  outcome.events_read = true;
  outcome.audit_complete = live_calls;
  for (const auto& [name, call] : calls_) {
    AuditedLeg leg{.call_control_id = "cc-" + name, .call_leg_id = name, .client_state = call.client_state};
    leg.ended = call.state == State::ended;
    leg.alive = !leg.ended;
    leg.answered = call.state == State::answered;
    leg.bridged = !bridged_.empty() && (name == kCaller || name == bridged_);
    leg.recording_saved = name == kCaller && recorded_;
    outcome.legs.push_back(std::move(leg));
  }
  return outcome;
}

// What a sweep is told.
CommandOutcome LyingTelnyx::live_calls() const {
  CommandOutcome outcome = ok();
  outcome.audit_complete = outcome.events_read = true;
  for (const auto& [name, call] : calls_) {
    if (call.state == State::ended || call.client_state.empty()) continue;
    AuditedLeg leg{.call_control_id = "cc-" + name, .call_leg_id = name, .client_state = call.client_state};
    leg.alive = true;
    leg.call_session_id = "cs";
    leg.age_ms = (stage_.now_ms() - call.began_ms) / 1000 * 1000;
    outcome.legs.push_back(std::move(leg));
  }
  return outcome;
}

CommandOutcome LyingTelnyx::perform(const Command& command) {
  const std::string caller(kCaller);
  const auto call_of = [](const std::string& control) { return control.size() > 3 ? control.substr(3) : control; };
  const std::string target = call_of(command.call_control_id);
  if (command.verb == Verb::audit)
    return command.call_session_id == kEverySession ? live_calls() : audit(command.live_calls);
  if (command.verb == Verb::dial) return new_leg(command, false);
  if (!is(target, State::ringing) && !is(target, State::answered)) return refused("90018");
  // What the call's later webhooks bring back.
  if (!command.client_state.empty() && command.verb != Verb::hangup) calls_[target].client_state = command.client_state;
  switch (command.verb) {
    case Verb::transfer:
      return new_leg(command, true);
    case Verb::answer:
      if (is(target, State::answered)) return refused("90053");
      calls_[target].state = State::answered;
      notify(target, "call.answered");
      return ok();
    case Verb::bridge: {
      const std::string peer = call_of(command.peer);
      if (!is(peer, State::ringing) && !is(peer, State::answered)) return refused("90018");
      if (!is(peer, State::answered) || !is(target, State::answered)) return refused("90034");
      if (bridged_ == peer) return refused("90054");
      if (!chaos_ || !dice_.one_in(15)) connect(peer);
      return ok();
    }
    case Verb::hangup:
    case Verb::reject:
      if (!may_be_cut_ && !bridged_.empty() && (target == caller || target == bridged_))
        wrong("I7: a live conversation was cut by us");
      end(target, "normal_clearing");
      return ok();
    case Verb::speak: {
      if (!is(target, State::answered)) return refused("90034");
      if (target == bridged_) wrong("I7: a live conversation was spoken into");
      notify(target, "call.speak.ended");
      return ok();
    }
    case Verb::gather:
      if (!is(target, State::answered)) return refused("90034");
      gather(target);
      return ok();
    case Verb::record_start:
      if (!is(target, State::answered)) return refused("90034");
      recording_ = true;
      return ok();
    default:
      return refused("10015");
  }
}

void LyingTelnyx::go_away() {
  if (!std::exchange(away_, true)) away_since_ms_ = stage_.now_ms();
}

void LyingTelnyx::come_back() {
  if (std::exchange(away_, false)) away_ms_ += stage_.now_ms() - away_since_ms_;
}

void LyingTelnyx::execute(const Command& command, const std::function<void(CommandOutcome)>& done) {
  ++under_way_;
  const std::string what = std::string(name_of(command.verb)) + " " + std::to_string(command.leg) + " #" +
                           std::to_string(command.attempt) + "." + std::to_string(command.tries);
  enum class Fault : std::uint8_t { none, request_lost, answer_lost, late, not_sent };
  const Fault fault = chaos_ && dice_.one_in(15) ? static_cast<Fault>(1 + dice_.below(4)) : Fault::none;
  const Millis travel_ms = 10 + dice_.below(fault == Fault::late ? 4500 : 250);
  if (fault == Fault::not_sent || away_) {
    // Kept back by the breaker, until a probe is due.
    const Millis retry_after_ms = away_ ? 1 + dice_.below(5000) : 0;
    stage_.after(1, [this, what, retry_after_ms, done] {
      --under_way_;
      note("NOT SENT " + what);
      CommandOutcome outcome{.outcome = OutcomeClass::not_sent};
      outcome.retry_after_ms = retry_after_ms;
      done(std::move(outcome));
    });
    return;
  }
  stage_.after(travel_ms, [this, command, what, fault, done] {
    if (fault == Fault::request_lost) {
      note("LOST request " + what);
    } else {
      const auto known = ids_.find(command.id.text);
      const bool again = known != ids_.end() && stage_.now_ms() < known->second + kDedupeMs;
      CommandOutcome outcome = again ? answers_[command.id.text] : perform(command);
      if (!again && outcome.outcome == OutcomeClass::ok && command.verb != Verb::audit) {
        ids_[command.id.text] = stage_.now_ms();
        answers_[command.id.text] = outcome;
      }
      note((again ? "again " : "") + what + ": " + std::string(name_of(outcome.outcome)) + " " + outcome.error_code);
      if (fault == Fault::none) {
        stage_.after(10, [this, outcome, done] {
          --under_way_;
          done(outcome);
        });
        return;
      }
    }
    // The client gave up, before or after the request was executed.
    stage_.after(fault == Fault::late ? 1 : 300, [this, done] {
      --under_way_;
      done({});
    });
  });
}

std::string LyingTelnyx::wrong_end() const {
  for (const auto& [name, call] : calls_) {
    if (name == kCaller) continue;
    if (call.state == State::ringing) return "I11: " + name + " rings for ever";
    if (call.state == State::answered && bridged_ != name) return "I12: " + name + " answered and nobody is on it";
  }
  const std::string caller(kCaller);
  if (is(caller, State::ringing)) return "I14: the caller hears ringing for ever";
  if (is(caller, State::answered) && bridged_.empty()) return "I13: the caller sits in silence for ever";
  return {};
}

}  // namespace ringfence::sim
