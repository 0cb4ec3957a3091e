// See output_gate.h.
#include "engine/output_gate.h"

#include <string>
#include <utility>

namespace ringfence {

static_assert(kVerbs == static_cast<std::size_t>(Verb::notify) + 1);

VerdictSlip& VerdictSlip::operator=(VerdictSlip&& other) noexcept {
  if (this != &other) {
    give({.verdict = Verdict::later, .reason = "dropped"});
    done_ = std::exchange(other.done_, nullptr);
  }
  return *this;
}

VerdictSlip::~VerdictSlip() { give({.verdict = Verdict::later, .reason = "dropped"}); }

void VerdictSlip::give(VerdictReply reply) {
  if (const auto done = std::exchange(done_, nullptr)) done(std::move(reply));
}

OutputGate::OutputGate(Telephony& telephony, Notifier* notifier, Credentials* credentials, const Clock& clock, Log& log,
                       EngineStats& stats, std::function<void(Event)> on_result)
    : telephony_(telephony),
      notifier_(notifier),
      credentials_(credentials),
      clock_(clock),
      log_(log),
      stats_(stats),
      on_result_(std::move(on_result)) {}

void OutputGate::open(CommitStatus status, const SessionId& session, VerdictSlip& slip, std::vector<Command> commands) {
  if (status == CommitStatus::duplicate && slip.open()) {
    ++stats_.duplicate;
    slip.give({.verdict = Verdict::duplicate, .retry_after_s = 0});
  }
  if (status != CommitStatus::committed) return;
  const Millis accepted_ms = commands.empty() ? 0 : clock_.now_ms();
  if (slip.open()) {
    ++stats_.accepted;
    slip.give({.verdict = Verdict::accepted, .retry_after_s = 0});
  }
  for (Command& command : commands) send(session, std::move(command), accepted_ms);
}

void OutputGate::open(CommitStatus status, CredentialRequest request, std::function<void(CredentialAnswer)> done) {
  if (status != CommitStatus::committed || credentials_ == nullptr) return;
  ++in_flight_;
  ++stats_.credentials_by_verb[static_cast<std::size_t>(request.verb)];
  credentials_->send(std::move(request), [this, done = std::move(done)](CredentialAnswer answer) {
    --in_flight_;
    ++stats_.credentials_by_outcome[static_cast<std::size_t>(answer.outcome)];
    done(std::move(answer));
  });
}

void OutputGate::say_later(VerdictSlip& slip, std::string reason) {
  if (!slip.open()) return;
  ++stats_.later;
  slip.give({.verdict = Verdict::later, .reason = std::move(reason)});
}

void OutputGate::say_refused(VerdictSlip& slip, std::string reason) {
  if (!slip.open()) return;
  ++stats_.refused;
  slip.give({.verdict = Verdict::refused, .retry_after_s = 0, .reason = std::move(reason)});
}

void OutputGate::say_ignored(VerdictSlip& slip) {
  if (!slip.open()) return;
  ++stats_.accepted;
  ++stats_.ignored;
  slip.give({.verdict = Verdict::accepted, .retry_after_s = 0, .reason = "ignored"});
}

void OutputGate::look(Command command, std::function<void(CommandOutcome)> done) {
  ++in_flight_;
  ++stats_.commands_by_verb[static_cast<std::size_t>(Verb::audit)];
  telephony_.send(std::move(command), [this, done = std::move(done)](CommandOutcome outcome) {
    --in_flight_;
    ++stats_.results_by_class[static_cast<std::size_t>(outcome.outcome)];
    done(std::move(outcome));
  });
}

void OutputGate::send(const SessionId& session, Command command, Millis accepted_ms) {
  // Not an outcome: the entry stays in the stored outbox, for a worker that has a notifier.
  if (command.verb == Verb::notify && notifier_ == nullptr) return;
  ++in_flight_;
  ++stats_.commands_by_verb[static_cast<std::size_t>(command.verb)];
  log_.write(LogLevel::info, "command_sent",
             {{"session", session.text},
              {"command", command.id.text},
              {"verb", name_of(command.verb)},
              {"leg", std::to_string(command.leg)},
              {"tries", std::to_string(command.tries)}});
  const Millis handed_after_ms = clock_.now_ms() - accepted_ms;
  auto answered = [this, session, id = command.id, tries = command.tries, verb = command.verb, leg = command.leg,
                   handed_after_ms](CommandOutcome outcome) {
    --in_flight_;
    if (outcome.waited_ms) stats_.accepted_to_sent.add(handed_after_ms + *outcome.waited_ms);
    ++stats_.results_by_class[static_cast<std::size_t>(outcome.outcome)];
    log_.write(LogLevel::info, "command_result",
               {{"session", session.text},
                {"command", id.text},
                {"outcome", name_of(outcome.outcome)},
                {"status", std::to_string(outcome.http_status)},
                {"error_code", outcome.error_code}});
    Event event;
    event.id = EventId{"result:" + id.text + "." + std::to_string(tries)};
    event.session = session;
    event.body = CommandResult{id, tries, std::move(outcome), verb, leg};
    on_result_(std::move(event));
  };
  if (command.verb == Verb::notify) {
    notifier_->send(std::move(command), std::move(answered));
  } else {
    telephony_.send(std::move(command), std::move(answered));
  }
}

}  // namespace ringfence
