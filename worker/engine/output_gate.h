// The output gate. Everything that leaves the worker because of an event leaves through here, in one order:
//
//   step() decides  ->  commit is asked for  ->  the store says "durable"  ->  the gate opens for that one event:
//   its verdict goes to the edge (which answers the provider 200) and its commands go to the provider, or, when they
//     tell an application what became of a call, to the notifier.
//
// Before that answer nothing leaves, whatever happens: the commands exist only as a value held beside the commit, and
// are destroyed unsent when the commit conflicts, is a duplicate or has an unknown outcome. So
//   - a 200 is never given for something a crash can lose                      (P2),
//   - a command is never sent by a worker that lost the race to decide         (P4),
//   - a crash after "durable" and before the sending loses nothing: the commands are in the stored outbox, and the due
//     scan hands them over again with the same ids                             (P7).
// The gate never decides to resend and never waits: closed effects are dropped, because their cause comes back (the
// provider's retry, the due scan).
//
// Owned by the engine; the only caller of Telephony, Notifier and Credentials. Must not know: stores, sessions'
// contents, the edge's frames.
#pragma once

#include <functional>
#include <vector>

#include "core/event.h"
#include "engine/engine_stats.h"
#include "ports/clock.h"
#include "ports/credentials.h"
#include "ports/ingress.h"
#include "ports/log.h"
#include "ports/notifier.h"
#include "ports/store.h"
#include "ports/telephony.h"

namespace ringfence {

// The right to answer one event, once. A slip that is dropped unanswered says `later`, so no path can forget it.
class VerdictSlip {
 public:
  VerdictSlip() = default;  // for events nobody waits for: results and ticks
  explicit VerdictSlip(std::function<void(VerdictReply)> done) : done_(std::move(done)) {}
  VerdictSlip(VerdictSlip&& other) noexcept : done_(std::exchange(other.done_, nullptr)) {}
  VerdictSlip& operator=(VerdictSlip&& other) noexcept;
  ~VerdictSlip();

  [[nodiscard]] bool open() const noexcept { return static_cast<bool>(done_); }

 private:
  friend class OutputGate;
  void give(VerdictReply reply);
  std::function<void(VerdictReply)> done_;
};

class OutputGate {
 public:
  // `on_result` gets the outcome of every command that was sent, as an Event of its session.
  // `notifier` may be null: then nobody is told anything, and what other workers left to be told stays theirs.
  // `credentials` may be null where no device registers.
  OutputGate(Telephony& telephony, Notifier* notifier, Credentials* credentials, const Clock& clock, Log& log,
             EngineStats& stats, std::function<void(Event)> on_result);
  OutputGate(const OutputGate&) = delete;
  OutputGate& operator=(const OutputGate&) = delete;

  // The store has answered. committed: `accepted`, and the commands leave. duplicate: `duplicate`, the commands are
  // dropped. Anything else: nothing leaves, and the slip stays open.
  void open(CommitStatus status, const SessionId& session, VerdictSlip& slip, std::vector<Command> commands);

  // Verdicts that promise nothing, so they need no commit.
  void say_later(VerdictSlip& slip, std::string reason);
  void say_refused(VerdictSlip& slip, std::string reason);
  void say_ignored(VerdictSlip& slip);  // accepted: an event that has no effect has nothing to lose

  // The same for what a device's registration asks of the provider: its answer comes back to `done`, once.
  void open(CommitStatus status, CredentialRequest request, std::function<void(CredentialAnswer)> done);

  // An audit that no session asked for (sweep.h). It has no effect, so it waits for nothing; its answer is no event.
  void look(Command command, std::function<void(CommandOutcome)> done);

  [[nodiscard]] std::size_t commands_in_flight() const noexcept { return in_flight_; }

 private:
  void send(const SessionId& session, Command command, Millis accepted_ms);

  Telephony& telephony_;
  Notifier* notifier_;
  Credentials* credentials_;
  const Clock& clock_;
  Log& log_;
  EngineStats& stats_;
  std::function<void(Event)> on_result_;
  std::size_t in_flight_ = 0;
};

}  // namespace ringfence
