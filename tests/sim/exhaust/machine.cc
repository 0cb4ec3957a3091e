// See machine.h.
#include "machine.h"

#include <cstring>

#include "core/client_state.h"
#include "core/rules.h"

namespace ringfence::exhaust {
namespace {

class Mixer {
 public:
  template <class... Numbers>
  void add(Numbers... numbers) {
    ((state_ = mixed(state_, static_cast<std::uint64_t>(static_cast<std::int64_t>(numbers)))), ...);
  }
  [[nodiscard]] std::uint64_t value() const { return finished(state_); }

 private:
  std::uint64_t state_ = 0x243f6a8885a308d3ULL;
};

std::uint64_t hash_of(const Session& s) {
  Mixer mix;
  mix.add(s.phase, s.outcome, s.winner, s.claims, s.round_first, s.cancelled, s.bridge_attempt, s.bridge_asked,
          s.bridge_refused, s.bridge_maybe, s.bridge_disproved, s.bridge_before, s.transfer_asked, s.reject_asked,
          s.please_hold_asked, s.please_hold_repeats, s.greeting_asked, s.greeting_done, s.record_attempt,
          s.record_maybe, s.recording_looked, s.record_started, s.recording_saved, s.recording_lost, s.told,
          s.ringing_told, s.recording_told, s.recording.url.size(), s.audit_attempt, s.audit_backoff);
  mix.add(s.ring_started_ms, s.ring_deadline_ms, s.hold_until_ms, s.bridge_retry_ms, s.bridge_deadline_ms,
          s.bridge_quiet_ms, s.bridge_quiet_before_ms, s.greeting_deadline_ms, s.record_retry_ms,
          s.recording_deadline_ms, s.audit_ms, s.write_off_ms, s.created_ms, s.closed_ms);
  const Parent& p = s.parent;
  mix.add(p.state, p.bridged, p.answer_attempt, p.hangup_attempt, p.hangup_next_ms, p.answered_ms, p.bridged_ms,
          p.ended_ms);
  for (const Leg& l : s.legs) {
    mix.add(l.state, l.quit, l.apology, l.machine, l.unsure, l.unproved, l.claimed, l.bridged, l.rung_again,
            l.gather_attempt, l.hangup_attempt, l.call_control_id.size(), l.ending.cause.size(),
            l.destination.device.size());
    mix.add(l.dial_at_ms, l.dialled_ms, l.ringing_ms, l.expires_ms, l.answered_ms, l.screen_until_ms,
            l.apology_until_ms, l.ended_ms, l.dial_quiet_ms, l.hangup_next_ms);
  }
  for (const OutboxEntry& e : s.outbox) {
    mix.add(e.verb, e.leg, e.attempt, e.tries, e.not_sent, e.created_ms, e.expires_ms, e.next_try_ms);
  }
  return mix.value();
}

WebhookFact fact_of(const Session& session, Said said, int leg, Millis now_ms) {
  WebhookFact fact{.call_control_id = control_id_of(leg), .call_leg_id = leg_id_of(leg)};
  if (leg != kParent) fact.client_state = ClientState{.session = session.id, .leg = leg};
  static constexpr WebhookType kTypes[] = {
      WebhookType::initiated,       WebhookType::answered,         WebhookType::bridged,
      WebhookType::hangup,          WebhookType::hangup,           WebhookType::speak_ended,
      WebhookType::speak_ended,     WebhookType::recording_saved,  WebhookType::gather_ended,
      WebhookType::gather_ended,    WebhookType::machine_detected, WebhookType::machine_detected,
      WebhookType::machine_detected};
  fact.type = kTypes[static_cast<std::size_t>(said)];
  fact.occurred_ms = now_ms;
  if (said == Said::declined) fact.ending.cause = "call_rejected";
  if (said == Said::pressed) fact.digits = "1";
  if (said == Said::person) fact.detection = WebhookFact::Detection::person;
  if (said == Said::machine) fact.detection = WebhookFact::Detection::machine;
  if (said == Said::hold_ended) fact.client_state = ClientState{.session = session.id, .leg = kParent, .generation = 2};
  if (fact.type == WebhookType::recording_saved) fact.recording.url = "url";  // its being there is what matters
  fact.incoming = said == Said::initiated && leg == kParent;
  return fact;
}

CommandOutcome outcome_of(Reply reply) {
  CommandOutcome outcome;
  switch (reply) {
    case Reply::waiting:
    case Reply::lost:
      return outcome;
    case Reply::failed:
      outcome.http_status = 500;
      return outcome;
    case Reply::not_sent:
      outcome.outcome = OutcomeClass::not_sent;
      return outcome;
    case Reply::ok:
      outcome.outcome = OutcomeClass::ok;
      outcome.http_status = 200;
      return outcome;
    default:
      break;
  }
  static constexpr const char* kCodes[] = {"", "", "90018", "90034", "90053", "90054", "90020", "90041"};
  outcome.outcome = OutcomeClass::refused;
  outcome.http_status = 422;
  outcome.error_code = kCodes[static_cast<std::size_t>(reply)];
  return outcome;
}

CommandOutcome audit_outcome(const Session& session, Snapshot seen) {
  CommandOutcome outcome = outcome_of(Reply::ok);
  outcome.events_read = true;
  const OutboxEntry* look = rules::find_open(session, Verb::audit, kParent);
  outcome.audit_complete = look != nullptr && look->about == About::live_calls;
  for (int leg = kParent; leg < static_cast<int>(session.legs.size()); ++leg) {
    const Truth truth = seen.truth(leg);
    if (truth == Truth::nothing) continue;
    AuditedLeg one{.call_control_id = control_id_of(leg), .call_leg_id = leg_id_of(leg)};
    one.client_state = encode_client_state({.session = session.id, .leg = leg});
    one.ended = truth == Truth::ended;
    one.alive = !one.ended;
    one.answered = truth == Truth::answered;
    one.bridged = seen.bridged() >= 0 && (leg == kParent || leg == seen.bridged());
    one.recording_saved = leg == kParent && seen.recorded();
    outcome.legs.push_back(std::move(one));
  }
  return outcome;
}

Request request_of(Verb verb, int leg, int attempt) {
  Request request;
  request.verb = static_cast<std::uint8_t>(static_cast<unsigned>(verb) & 15U);
  request.place = static_cast<std::uint8_t>(static_cast<unsigned>(leg + 1) & 15U);
  request.attempt = static_cast<std::int8_t>(attempt);
  return request;
}

}  // namespace

Policy coarse_policy() {
  Policy policy;
  policy.ring_ms = 3000;
  policy.leg_ms = 3000;
  policy.leg_margin_ms = 1000;
  policy.screen_ms = 1000;
  policy.fast_answer_ms = 500;
  policy.apology_ms = 0;
  policy.late_join_ms = 1000;
  policy.transfer_margin_ms = 2000;
  policy.bridge_retry_ms = 1000;
  policy.bridge_watch_ms = 1000;
  policy.command_retry_ms = 1000;
  policy.command_retry_max_ms = 1000;
  policy.command_jitter_percent = 0;
  policy.notify_retry_ms = policy.notify_retry_max_ms = 1000;
  policy.dedupe_window_ms = 2000;
  policy.please_hold_ms = 60'000;
  policy.greeting_ms = 2000;
  policy.record_retry_ms = 1000;
  policy.audit_first_ms = 1000;
  policy.audit_hurry_ms = 1000;
  policy.audit_max_ms = 1000;
  policy.audit_ringing_ms = 0;  // nobody rings so long here
  policy.quiesce_ms = 1500;
  policy.recording_wait_ms = 4000;
  policy.voicemail_limit_ms = 2000;
  policy.voicemail_slack_ms = 1000;
  policy.call_limit_ms = 60'000;
  policy.record_attempts = 1;
  return policy;
}

Snapshot Snapshot::of(const World& world) {
  std::uint32_t bits = static_cast<std::uint32_t>(world.parent);
  for (std::size_t i = 0; i < kMostLegs; ++i) bits |= static_cast<std::uint32_t>(world.leg[i]) << (2 * (i + 1));
  return {bits | static_cast<std::uint32_t>(world.bridged) << 16 | static_cast<std::uint32_t>(world.recorded) << 20};
}

Machine::Machine(Setup setup) : setup_(std::move(setup)) {
  const Event event = first_event();
  Session none;
  none.id = event.session;
  intern(none);
  transitions_.push_back(take_step(none, event));
  start_ = transitions_.front().next;
}

Event Machine::first_event() const {
  Session none;
  none.id = {"P-leg"};
  Event event{.plan = setup_.plan};
  WebhookFact fact = fact_of(none, Said::initiated, kParent, kNow);
  fact.call_session_id = "S";
  fact.connection_id = "C";
  event.body = std::move(fact);
  event.at_ms = kNow;
  event.session = none.id;
  return event;
}

std::uint16_t Machine::note(std::string violation) {
  if (violation.empty()) return 0;
  for (std::size_t i = 1; i < violations_.size(); ++i) {
    if (violations_[i] == violation) return static_cast<std::uint16_t>(i);
  }
  violations_.push_back(std::move(violation));
  return static_cast<std::uint16_t>(violations_.size() - 1);
}

Event Machine::event_of(const Session& session, Stimulus stimulus, Millis now_ms) const {
  Event event;
  event.id = {"e"};
  event.session = session.id;
  event.at_ms = now_ms;
  const int leg = static_cast<int>(stimulus.place) - 1;
  switch (stimulus.kind) {
    case Stimulus::Kind::tick:
      event.at_ms = std::max(due_ms(session), now_ms);
      event.body = Tick{};
      break;
    case Stimulus::Kind::webhook:
      event.body = fact_of(session, static_cast<Said>(stimulus.what), leg, now_ms);
      if (leg == kParent && static_cast<Said>(stimulus.what) == Said::initiated) event.plan = setup_.plan;
      break;
    case Stimulus::Kind::result: {
      const Verb verb = static_cast<Verb>(stimulus.what);
      const OutboxEntry entry{.verb = verb, .leg = leg, .attempt = stimulus.attempt};
      CommandResult result{.command = command_id(session, entry), .verb = verb, .leg = leg};
      const bool heard_audit = verb == Verb::audit && (stimulus.more >> 31) != 0;
      result.outcome = heard_audit ? audit_outcome(session, {stimulus.more & 0x7fffffffU})
                                   : outcome_of(static_cast<Reply>(stimulus.more));
      if (verb == Verb::dial && result.outcome.outcome == OutcomeClass::ok) {
        result.outcome.call_control_id = control_id_of(leg);
        result.outcome.call_leg_id = leg_id_of(leg);
      }
      event.body = std::move(result);
      break;
    }
    case Stimulus::Kind::cancel:
      event.body = Cancel{};
      break;
    case Stimulus::Kind::join:
      event.body = DeviceReady{.destination = {.device = "late", .to = "late"}};
      break;
  }
  return event;
}

Transition Machine::take_step(const Session& before, const Event& event) {
  StepResult result = setup_.step(before, event, setup_.policy);
  Transition made;
  made.wrong = note(wrong_step(before, event, result, setup_.policy, setup_.checks));
  made.glare = glare_of(before, event, result.next);
  made.tells_late = before.outcome == Outcome::abandoned && result.next.outcome == Outcome::answered;
  if (result.next.claims > before.claims) made.claimed = static_cast<std::int8_t>(result.next.winner);
  made.later = static_cast<std::uint16_t>((event.at_ms - kNow) / kGrain);
  made.lowered = canonicalise(result.next, event.at_ms, setup_.policy);
  made.lowers = !(made.lowered == Lowered{});
  for (const Command& command : result.commands) {
    if (made.commands == made.command.size()) {
      made.wrong = note("the model: more commands in one step than it has room for");
      break;
    }
    const int attempt = command.attempt - made.lowered.of(command.verb, command.leg);
    made.command[made.commands++] = request_of(command.verb, command.leg, attempt);
  }
  if (result.next.legs.size() > kMostLegs) made.wrong = note("the model: more legs than it has room for");
  if (made.wrong == 0) made.next = intern(std::move(result.next));
  return made;
}

const Transition& Machine::step(std::uint32_t session, Stimulus stimulus) {
  std::uint64_t packed = 0;
  std::memcpy(&packed, &stimulus, sizeof packed);
  const std::uint64_t key = finished(mixed(mixed(0x9e3779b97f4a7c15ULL, session), packed));
  std::uint32_t at = steps_.find(key);
  if (at == FlatTable::kNone) {
    const Session& before = *sessions_[session];
    Transition made = take_step(before, event_of(before, stimulus));
    at = static_cast<std::uint32_t>(transitions_.size());
    transitions_.push_back(made);
    steps_.put(key, at);
  }
  return transitions_[at];
}

std::uint32_t Machine::aged(std::uint32_t session, int grains) {
  if (grains == 0) return session;
  const std::uint64_t key = finished(mixed(mixed(7, session), static_cast<std::uint64_t>(grains)));
  std::uint32_t at = ages_.find(key);
  if (at == FlatTable::kNone) {
    Session older = *sessions_[session];
    static_cast<void>(canonicalise(older, kNow + grains * kGrain, setup_.policy));
    at = intern(std::move(older));
    ages_.put(key, at);
  }
  return at;
}

std::uint32_t Machine::intern(Session session) {
  std::uint64_t key = hash_of(session);
  for (;; ++key) {
    const std::uint32_t at = numbers_.find(key);
    if (at == FlatTable::kNone) break;
    if (*sessions_[at] == session) return at;
  }
  const auto number = static_cast<std::uint32_t>(sessions_.size());
  numbers_.put(key, number);
  infos_.push_back(info_of(session));
  sessions_.push_back(std::make_unique<Session>(std::move(session)));
  return number;
}

Info Machine::info_of(const Session& s) const {
  Info info{
      .phase = s.phase, .legs = static_cast<std::int8_t>(s.legs.size()), .winner = static_cast<std::int8_t>(s.winner)};
  for (std::size_t i = 0; i < s.legs.size(); ++i) {
    const auto bit = static_cast<std::uint8_t>(1U << i);
    if (s.legs[i].ended()) info.ended |= bit;
    if (s.legs[i].state == LegState::ended) info.proved |= bit;
    const Verify verify = s.legs[i].destination.verify;
    if (verify == Verify::press1 || verify == Verify::amd) info.screened |= bit;
  }
  info.cancelled = s.cancelled;
  info.quiet = s.outbox.empty();
  info.recording_saved = s.recording_saved;
  info.no_outcome = s.outcome == Outcome::none;
  if (s.plan.notify) info.to_tell = 1;
  for (std::size_t i = 0; i < s.legs.size(); ++i) {
    if (s.plan.notify && !s.legs[i].rung_again) info.to_tell |= static_cast<std::uint8_t>(2U << i);
  }
  const Millis due = due_ms(s);
  info.gives_up_transfer = s.phase == Phase::transferring && due == s.bridge_deadline_ms;
  if (due != 0) info.due = static_cast<std::int32_t>(due <= kNow ? 0 : (due - kNow) / kGrain);
  for (const OutboxEntry& e : s.outbox) {
    if (info.open < info.outbox.size()) info.outbox[info.open++] = request_of(e.verb, e.leg, e.attempt);
  }
  return info;
}

}  // namespace ringfence::exhaust
