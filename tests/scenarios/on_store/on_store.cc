// See on_store.h.
#include "on_store.h"

#include <map>
#include <optional>
#include <utility>

#include "codec/session_json.h"
#include "engine/lanes.h"
#include "engine/output_gate.h"
#include "shared/limits.h"
#include "support/fake_clock.h"

namespace ringfence::scenario {
namespace {

// Provider and application at once: writes down what leaves, and gives the outcome when the scenario tells it.
class World final : public Telephony, public Notifier {
 public:
  using Done = std::function<void(CommandOutcome)>;

  void send(Command command, Done done) override {
    waiting_[{command.id.text, command.tries}] = std::move(done);
    left_.push_back(std::move(command));
  }
  bool tells(std::string_view) const override { return true; }
  bool tells_ringing(std::string_view) const override { return true; }

  std::vector<Command> take_left() { return std::exchange(left_, {}); }
  Done take_waiting(const CommandResult& result) {
    auto found = waiting_.extract({result.command.text, result.tries});
    return found.empty() ? Done{} : std::move(found.mapped());
  }
  void forget_waiting() { waiting_.clear(); }

 private:
  std::vector<Command> left_;
  std::map<std::pair<std::string, int>, Done> waiting_;
};

// What an Engine holds, without its doors: scenarios come as events, not as JSON.
struct Worker {
  Worker(Store& store, Clock& clock, Log& log, World& world, const Policy& policy)
      : timers(clock),
        watch(limits::kWatchLines, clock.now_ms()),
        gate(world, &world, nullptr, clock, log, stats,
             [this](Event event) { lanes.enqueue(std::move(event), VerdictSlip{}); }),
        events({.store = store, .clock = clock, .timers = timers, .log = log, .stats = stats}, {}),
        lanes({.store = store,
               .clock = clock,
               .log = log,
               .timers = timers,
               .cache = cache,
               .gate = gate,
               .watch = watch,
               .stats = stats,
               .events = events,
               .policy = policy,
               .judged_by = policy,
               .moved_ms = moved_ms,
               .due_changed = [] {}}) {}
  EngineStats stats;
  TimerQueue timers;
  SessionCache cache{limits::kLiveSessions, limits::kEndedSessions};
  WatchRing watch;
  Millis moved_ms = 0;
  OutputGate gate;
  EventLog events;
  Lanes lanes;
};

class OnStore final : public InVirtualTime {
 public:
  OnStore(test::Bench& bench, NewStore new_store, SessionId id, const Policy& policy, Transitions& seen)
      : InVirtualTime(seen), bench_(bench), new_store_(std::move(new_store)), policy_(policy), clock_(turns_, 0) {
    session_.id = std::move(id);
    forget();
  }

  const Session& session() const override { return session_; }
  void crash() override {
    worker_.reset();
    world_.forget_waiting();
    worker_.emplace(*store_, clock_, bench_.log, world_, policy_);
  }
  void forget() override {
    worker_.reset();
    store_ = new_store_();
    worker_.emplace(*store_, clock_, bench_.log, world_, policy_);
    session_ = Session{.id = session_.id};
  }
  std::vector<std::string> ladder() override { return *bench_.ladder(*store_, session_.id.text); }

 protected:
  std::vector<Command> happen(const Event& event) override {
    clock_.sleep(event.at_ms - clock_.now_ms());
    if (std::holds_alternative<Tick>(event.body)) {
      worker_->lanes.tick(event.session);
      settle();
    } else if (const auto* result = std::get_if<CommandResult>(&event.body)) {
      if (const auto done = world_.take_waiting(*result)) {
        done(result->outcome);
        settle();
      } else {
        trouble_ = "nobody waits for this answer";
      }
    } else {
      return deliver(event);
    }
    return world_.take_left();
  }

 private:
  // A webhook comes twice, always: the copy finds the mark of the first and does nothing.
  std::vector<Command> deliver(const Event& event) {
    const Verdict first = verdict_of(event);
    const std::uint64_t version = version_;
    const Session then = session_;
    std::vector<Command> left = world_.take_left();
    const Verdict copy = verdict_of(event);
    if (first != Verdict::accepted) trouble_ = "the event was not taken";
    if (copy != (version == 0 ? Verdict::accepted : Verdict::duplicate)) trouble_ = "its copy was no duplicate";
    if (version_ != version || session_ != then || !world_.take_left().empty()) trouble_ = "its copy did something";
    return left;
  }

  Verdict verdict_of(const Event& event) {
    std::optional<Verdict> said;
    worker_->lanes.enqueue(event, VerdictSlip([&said](const VerdictReply& reply) { said = reply.verdict; }));
    settle();
    if (!said) trouble_ = "the event was never answered";
    return said.value_or(Verdict::refused);
  }

  // Until everything is durable; then what the store has is what is true, and what the worker remembers is the same.
  void settle() {
    if (!bench_.run_until([this] { return worker_->lanes.empty(); })) trouble_ = "the store never answered";
    const Result<StoredSession> stored = bench_.load(*store_, session_.id.text);
    if (!stored) {
      trouble_ = stored.error().text;
      return;
    }
    version_ = stored->version;
    if (version_ == 0) return;
    Result<Session> session = decode_session(stored->document);
    const SessionCache::Entry* cached = worker_->cache.find(session_.id);
    if (!session) {
      trouble_ = session.error().text;
    } else if (cached != nullptr && (cached->session != *session || cached->version != version_)) {
      trouble_ = "the worker remembers something else than the store";
    } else {
      session_ = *std::move(session);
    }
  }

  test::Bench& bench_;
  NewStore new_store_;
  const Policy& policy_;
  test::FakeLoop turns_;
  test::FakeClock clock_;
  World world_;
  std::unique_ptr<Store> store_;
  std::optional<Worker> worker_;
  Session session_;  // as the store has it
  std::uint64_t version_ = 0;
};

}  // namespace

std::unique_ptr<Performer> perform_on_store(test::Bench& bench, const NewStore& store, const SessionId& session,
                                            const Policy& policy, Transitions& seen) {
  return std::make_unique<OnStore>(bench, store, session, policy, seen);
}

}  // namespace ringfence::scenario
