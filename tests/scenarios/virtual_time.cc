// Ticks when they are due, and the phase table; and step() itself as a performer. See virtual_time.h.
#include "virtual_time.h"

#include <algorithm>
#include <utility>

#include "codec/session_json.h"
#include "history/ladder.h"

namespace ringfence::scenario {
namespace {

// Ticks between two events: 12 resends of a few commands. More is a loop.
constexpr int kMostTicks = 2000;

class ByStep final : public InVirtualTime {
 public:
  ByStep(SessionId id, const Policy& policy, Transitions& seen) : InVirtualTime(seen), policy_(policy) {
    session_.id = std::move(id);
  }

  const Session& session() const override { return session_; }
  void crash() override {
    auto restored = decode_session(encode_session(session_));
    if (!restored || !(*restored == session_)) {
      trouble_ = "the document does not hold the whole session";
    } else {
      session_ = *std::move(restored);
    }
  }
  void forget() override {
    session_ = Session{.id = session_.id};
    ladder_.clear();
  }
  std::vector<std::string> ladder() override { return ladder_; }

 protected:
  std::vector<Command> happen(const Event& event) override {
    StepResult result = step(session_, event, policy_);
    ladder_.push_back(ladder_line(session_, event, result, ladder_.size() + 1));
    session_ = std::move(result.next);
    return std::move(result.commands);
  }

 private:
  const Policy& policy_;
  Session session_;
  std::vector<std::string> ladder_;  // as ringd would have stored it
};

}  // namespace

std::vector<Command> InVirtualTime::take(const Event& event) {
  const bool tick = std::holds_alternative<Tick>(event.body);
  ticks_ = tick ? ticks_ + 1 : 0;
  const Session before = session();
  std::vector<Command> commands = happen(event);
  const Phase was = before.phase;
  seen_[static_cast<std::size_t>(was)][static_cast<std::size_t>(kind_of(event))] |= bit_of(session().phase);
  if (!keeps_to_table(before, event, session())) {
    trouble_ = "the phase table does not let " + std::string(name_of(kind_of(event))) + " lead from " +
               std::string(name_of(was)) + " to " + std::string(name_of(session().phase));
  }
  return commands;
}

std::optional<Performer::Happened> InVirtualTime::pass(Millis at_ms) {
  const Millis due = due_ms(session());
  if (due == 0 || due > at_ms || !trouble_.empty()) {
    now_ms_ = at_ms;
    return std::nullopt;
  }
  now_ms_ = std::max(now_ms_, due);
  Event tick{.id = {"tick-" + std::to_string(++all_ticks_)}, .session = session().id, .at_ms = now_ms_};
  tick.body = Tick{};
  Happened happened{now_ms_, take(tick)};
  if (const Millis next = due_ms(session()); next != 0 && next <= now_ms_) {
    trouble_ = "the tick after this one is due at once: a busy loop";
  }
  if (ticks_ > kMostTicks) trouble_ = "ticks without end";
  return happened;
}

std::unique_ptr<Performer> perform_by_step(const SessionId& session, const Policy& policy, Transitions& seen) {
  return std::make_unique<ByStep>(session, policy, seen);
}

}  // namespace ringfence::scenario
