// See lanes.h.
#include "engine/lanes.h"

#include <algorithm>
#include <utility>

#include "codec/session_json.h"
#include "core/invariants.h"
#include "core/outcome.h"
#include "engine/ledger.h"
#include "history/ladder.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

bool is_tick(const Event& event) { return std::holds_alternative<Tick>(event.body); }
bool is_result(const Event& event) { return std::holds_alternative<CommandResult>(event.body); }

void log_event(Log& log, LogLevel level, std::string_view what, const Event& event, std::uint64_t version) {
  const auto* fact = std::get_if<WebhookFact>(&event.body);
  log.write(level, what,
            {{"session", event.session.text},
             {"event", event.id.text},
             {"type", fact != nullptr  ? std::string_view(fact->type_name)
                      : is_tick(event) ? "tick"
                                       : "result"},
             {"leg", fact != nullptr ? std::string_view(fact->call_leg_id) : std::string_view{}},
             {"version", std::to_string(version)}});
}

}  // namespace

bool Lanes::begins(const Event& event) const {
  return event.plan && !lanes_.contains(event.session) && parts_.cache.find(event.session) == nullptr;
}

void Lanes::enqueue(Event event, VerdictSlip slip, std::unique_ptr<Delivery> delivery) {
  const bool begins_call = begins(event);
  const auto there = lanes_.find(event.session);
  if (!admission_.has_room(event, begins_call, there == lanes_.end() ? 0 : there->second.queue.size())) {
    if (slip.open()) ++parts_.stats.queue_full;
    if (begins_call) ++parts_.stats.new_calls_put_off;
    give_up(event, std::move(slip), delivery.get(), "queue full");
    return;
  }
  Lane& lane = lanes_[event.session];
  lane.session = event.session;
  if (is_tick(event)) lane.tick_queued = true;
  Work work{.serial = ++serial_,
            .event = std::move(event),
            .slip = std::move(slip),
            .delivery = std::move(delivery),
            .begins = begins_call};
  work.deadline = parts_.timers.at(parts_.clock.now_ms() + limits::kVerdictMs,
                                   [this, session = lane.session, serial = work.serial] { expire(session, serial); });
  lane.queue.push_back(std::move(work));
  if (!admission_.enter(lane.session, begins_call)) {
    lane.waiting = true;
    return;
  }
  let_pass(lane);  // more is heard of it: the caller leaves, say
  advance(lane);
}

void Lanes::let_pass(Lane& lane) {
  if (std::exchange(lane.waiting, false)) admission_.let_pass(lane.session);
}

void Lanes::give_turns() {
  if (std::exchange(giving_turns_, true)) return;  // a turn may be over at once
  while (const auto session = admission_.next()) {
    Lane& lane = lanes_.at(*session);
    lane.waiting = false;
    advance(lane);
  }
  giving_turns_ = false;
}

void Lanes::tick(const SessionId& session) {
  const auto found = lanes_.find(session);
  if (found != lanes_.end() && found->second.tick_queued) return;
  Event event;
  event.session = session;
  event.body = Tick{};
  enqueue(std::move(event), VerdictSlip{});
}

void Lanes::advance(Lane& lane) {
  // Bounded by the queue: every turn either starts something asynchronous or ends one event.
  while (!lane.busy && !lane.queue.empty()) {
    const SessionCache::Entry* entry = parts_.cache.find(lane.session);
    if (entry == nullptr) {
      load(lane);
      return;
    }
    if (!step_front(lane, *entry)) finish_front(lane);
  }
  if (!lane.busy && lane.queue.empty()) {
    const SessionId session = lane.session;  // erase() must not be handed a key that dies with the node
    lanes_.erase(session);
  }
}

void Lanes::load(Lane& lane) {
  lane.busy = true;
  ++parts_.stats.loads;
  auto loaded = [this, &lane](Result<StoredSession> stored) { on_loaded(lane, std::move(stored)); };
  const Work& work = lane.queue.front();
  if (!work.event.plan) return parts_.store.load(lane.session, std::move(loaded));
  FirstEvent first;  // the beginning of a call
  if (work.delivery != nullptr) {
    first = {.occurred_ms = work.delivery->occurred_ms, .attempt = work.delivery->again ? 2 : work.delivery->attempt};
  }
  parts_.store.load_to_begin(lane.session, first, std::move(loaded));
}

void Lanes::on_loaded(Lane& lane, Result<StoredSession> loaded) {
  lane.busy = false;
  if (!loaded) {
    parts_.log.write(LogLevel::warning, "load_failed",
                     {{"session", lane.session.text}, {"detail", loaded.error().text}});
    retry_later(lane, loaded.error().text);
    return;
  }
  const Adopted adopted = adopt(lane, *loaded);
  if (adopted == Adopted::yes) advance(lane);
  if (adopted == Adopted::unreadable) retry_later(lane, std::move(lane.trouble));
  if (adopted == Adopted::of_a_newer) leave_to_newer(lane);
}

Lanes::Adopted Lanes::adopt(Lane& lane, const StoredSession& stored) {
  if (stored.version == 0) {
    Session fresh;
    fresh.id = lane.session;
    if (stored.begins_here) fresh.plan.home = parts_.store.home();
    parts_.cache.put(lane.session, std::move(fresh), 0, 0);
    return Adopted::yes;
  }
  if (stored.document.empty()) {  // ours when all of it is there
    parts_.log.write(LogLevel::info, "session_on_its_way", {{"session", lane.session.text}});
    parts_.cache.forget(lane.session);
    lane.trouble = "the call is on its way from another worker's machine";
    return Adopted::unreadable;
  }
  Result<Session> session = decode_session(stored.document);
  if (!session) {
    const bool newer = session.error().code == ErrorCode::unavailable;
    ++(newer ? parts_.stats.of_a_newer : parts_.stats.unreadable);
    parts_.log.write(newer ? LogLevel::warning : LogLevel::error, newer ? "session_of_a_newer" : "session_unreadable",
                     {{"session", lane.session.text}, {"detail", session.error().text}});
    parts_.cache.forget(lane.session);
    lane.trouble = "the stored call cannot be read: " + session.error().text;
    return newer ? Adopted::of_a_newer : Adopted::unreadable;
  }
  const Millis due = due_ms(*session);
  parts_.cache.put(lane.session, std::move(*session), stored.version, due);
  parts_.due_changed();
  return Adopted::yes;
}

// At once, so that nginx's and the provider's next tries, which may meet the newer one, come soon.
void Lanes::leave_to_newer(Lane& lane) {
  lane.busy = true;  // a verdict may bring in the next event of this session before we are back
  for (std::size_t left = lane.queue.size(); left > 0; --left) {
    Work& work = lane.queue.front();
    const Event event = work.event;
    VerdictSlip slip = std::move(work.slip);
    const std::unique_ptr<Delivery> delivery = std::move(work.delivery);
    leave(lane, lane.queue.begin());
    // Of a tick nothing is lost: the newer one keeps the deadlines of its calls. Of the others it is, should there be
    // no newer one any more; one that takes them takes them off the list of the dead, too.
    if (!is_tick(event)) give_up(event, std::move(slip), delivery.get(), "the call is in the hands of a newer ringd");
  }
  lane.busy = false;
  advance(lane);
}

bool Lanes::step_front(Lane& lane, const SessionCache::Entry& entry) {
  Work& work = lane.queue.front();
  Event& event = work.event;
  // Stepped at the time of stepping: deadlines count from when the decision is made, not from a wait before it.
  event.at_ms = parts_.clock.now_ms();
  const bool of_ours = is_tick(event) || is_result(event);
  if (is_tick(event)) event.id = EventId{"tick:" + std::to_string(entry.version)};
  const bool begins_nothing = of_ours || (work.delivery != nullptr && work.delivery->again && !work.delivery->begins);
  if (begins_nothing && entry.version == 0) return drop_front(lane, event);
  if (entry.version == 0 && is_elsewhere(event)) return leave_to_its_home(lane);
  if (entry.version == 0 && event.plan) event.plan->home = entry.session.plan.home;
  if (is_tick(event)) ++parts_.stats.ticks;
  StepResult result = step(entry.session, event, parts_.policy);
  if (!result.changed && entry.version == 0) return ignore_front(lane);
  if (result.changed || !of_ours) {  // a webhook always commits: its mark makes the next copy a duplicate
    commit_front(lane, entry, std::move(result));
    return true;
  }
  if (is_tick(event)) {
    const Millis due = due_ms(entry.session);
    parts_.cache.set_due(lane.session, due == 0 ? 0 : std::max(due, event.at_ms + limits::kTickAgainMs));
    parts_.due_changed();
  }
  return false;
}

// What has to have a call, and the call is not there.
bool Lanes::drop_front(Lane& lane, const Event& event) {
  parts_.log.write(LogLevel::warning, "session_gone", {{"session", lane.session.text}, {"event", event.id.text}});
  parts_.cache.forget(lane.session);
  lane.busy = true;  // a verdict may bring in the next event of this session before we are back
  parts_.gate.say_refused(lane.queue.front().slip, "its call is not kept any more");
  lane.busy = false;
  return false;
}

bool Lanes::is_elsewhere(const Event& event) const {
  const auto* fact = std::get_if<WebhookFact>(&event.body);
  return fact != nullptr && fact->client_state &&
         lives_elsewhere(*fact->client_state, parts_.store.home(), parts_.clock.now_ms());
}

// Not lost, and no stray: its own worker has it, and tells the store as soon as that is back.
bool Lanes::leave_to_its_home(Lane& lane) {
  parts_.cache.forget(lane.session);
  ++parts_.stats.elsewhere;
  constexpr std::string_view kWhy = "the call lives on another worker";
  const Work& work = lane.queue.front();
  if (work.delivery != nullptr) parts_.events.failed(work.event, *work.delivery, std::string(kWhy));
  lane.busy = true;
  parts_.gate.say_later(lane.queue.front().slip, std::string(kWhy));
  lane.busy = false;
  return false;
}

// Of a call that was never offered to us: there is nothing to remember but that it came.
bool Lanes::ignore_front(Lane& lane) {
  parts_.cache.forget(lane.session);
  const Work& work = lane.queue.front();
  lane.busy = true;
  if (work.delivery == nullptr) {
    parts_.gate.say_ignored(lane.queue.front().slip);
    lane.busy = false;
    return false;
  }
  CommitRequest request;
  request.session = lane.session;
  parts_.events.add_other(request, work.event, *work.delivery, "of no call of ours");
  parts_.store.commit(std::move(request),
                      [this, &lane](const CommitResult& written) { on_ignored(lane, written.status); });
  return true;
}

void Lanes::on_ignored(Lane& lane, CommitStatus status) {
  if (status != CommitStatus::committed) {
    ++parts_.stats.unknown;
    retry_later(lane, "the store did not say whether it has it");
    return;
  }
  Work& work = lane.queue.front();
  tell_durable(work, status);
  parts_.gate.say_ignored(work.slip);
  lane.pause_ms = 0;
  lane.busy = false;
  finish_front(lane);
  advance(lane);
}

void Lanes::tell_durable(const Work& work, CommitStatus status) {
  if (work.delivery == nullptr) return;
  if (status == CommitStatus::committed) parts_.events.accepted(work.event.id, *work.delivery);
  if (status == CommitStatus::duplicate) parts_.events.duplicate(work.event.id);
}

void Lanes::commit_front(Lane& lane, const SessionCache::Entry& entry, StepResult result) {
  const Event& event = lane.queue.front().event;
  if (const Breach breach = breach_of(entry.session, event, result, parts_.judged_by)) {
    count_breach(breach, event, entry.version);
  }
  std::string line = ladder_line(entry.session, event, result, entry.version + 1);
  CommitRequest request;
  request.session = lane.session;
  request.expected_version = entry.version;
  request.event = event.id;
  request.document = encode_session(result.next);
  request.due_ms = due_ms(result.next);
  request.ttl_ms = is_tombstone(result.next) ? parts_.policy.tombstone_ms : parts_.policy.session_ttl_ms;
  request.ladder_line = line;
  request.lists = ledger_changes(entry.session, result.next);
  if (const Delivery* delivery = lane.queue.front().delivery.get()) {
    parts_.events.add_applied(request, entry.session, event, result, *delivery);
  }
  lane.busy = true;
  Asked asked{.result = std::move(result),
              .line = std::move(line),
              .expected_version = entry.version,
              .confirmed_version = entry.confirmed,
              .stepped_ms = event.at_ms,
              .moved_ms = parts_.moved_ms};
  asked.was_tombstone = is_tombstone(entry.session);
  asked.recording_missing = entry.session.phase != Phase::closed && misses_recording(asked.result.next);
  auto answered = [this, &lane, asked = std::move(asked)](const CommitResult& commit) mutable {
    on_commit(lane, std::move(asked), commit);
  };
  parts_.store.commit(std::move(request), std::move(answered));
}

void Lanes::count_breach(Breach breach, const Event& event, std::uint64_t version) {
  ++parts_.stats.broken[static_cast<std::size_t>(breach.invariant)];
  parts_.log.write(LogLevel::error, "invariant_broken",
                   {{"invariant", name_of(breach.invariant)},
                    {"session", event.session.text},
                    {"detail", breach.what},
                    {"event", event.id.text},
                    {"version", std::to_string(version)},
                    {"do", advice_on(breach.invariant)}});
}

void Lanes::count_missing_recording(const SessionId& session) {
  ++parts_.stats.recordings_missing;
  parts_.log.write(
      LogLevel::warning, "recording_missing",
      {{"session", session.text},
       {"detail", "the call has ended and its recording is not saved"},
       {"do", "ringctl call " + session.text +
                  " shows what the provider said to record_start; check its recordings and their storage"}});
}

void Lanes::on_commit(Lane& lane, Asked asked, const CommitResult& commit) {
  StepResult& result = asked.result;
  const std::uint64_t expected = asked.expected_version;
  // Still busy: giving a verdict may bring in the next event of this session before we are back.
  Work& work = lane.queue.front();
  if (commit.status == CommitStatus::conflict) {
    // A tombstone may have expired in the store before it left our memory; nothing else ever goes back.
    if (commit.current.version < asked.confirmed_version && !asked.was_tombstone) {
      count_breach({Invariant::atomic_step, "I9: the store has an older version than it confirmed"}, work.event,
                   asked.confirmed_version);
    }
    on_conflict(lane, commit.current);
    return;
  }
  if (commit.status == CommitStatus::unknown) {
    ++parts_.stats.unknown;
    log_event(parts_.log, LogLevel::warning, "commit_unknown", work.event, expected);
    parts_.cache.forget(lane.session);
    retry_later(lane, "the store did not say whether it has it");
    return;
  }
  tell_durable(work, commit.status);
  bool look_again = false;
  if (commit.status == CommitStatus::committed) {
    ++parts_.stats.commits;
    log_event(parts_.log, LogLevel::info, "event_applied", work.event, expected + 1);
    if (asked.recording_missing) count_missing_recording(lane.session);
    if (parts_.moved_ms != asked.moved_ms) move_times_back(result.next, parts_.moved_ms - asked.moved_ms);
    const Millis due = due_ms(result.next);
    parts_.cache.put(lane.session, std::move(result.next), expected + 1, due, SessionCache::Known::confirmed);
    parts_.due_changed();
    parts_.watch.push(std::move(asked.line));
    // This process was stopped, or the store was: others have resent the commands meanwhile, and the provider may not
    // know their ids any more. What is still wanted comes out of the outbox, with the tick that is due by now.
    if (parts_.clock.now_ms() - asked.stepped_ms > limits::kGateMs && !result.commands.empty()) {
      log_event(parts_.log, LogLevel::warning, "commands_too_late", work.event, expected + 1);
      result.commands.clear();
    }
  } else if (commit.version != expected) {
    parts_.cache.forget(lane.session);
    // Our own commit of unknown outcome landed after we had reloaded: nobody has its due time in memory.
    look_again = lane.pause_ms != 0;
  }
  parts_.gate.open(commit.status, lane.session, work.slip, std::move(result.commands));
  lane.pause_ms = 0;
  finish_front(lane);
  if (look_again) tick(lane.session);  // unless one waits already, or there is no room: whatever waits goes on
  lane.busy = false;
  advance(lane);
}

void Lanes::on_conflict(Lane& lane, const StoredSession& current) {
  ++parts_.stats.conflicts;
  log_event(parts_.log, LogLevel::info, "commit_conflict", lane.queue.front().event, current.version);
  lane.busy = false;
  const Adopted adopted = adopt(lane, current);
  if (adopted == Adopted::of_a_newer) return leave_to_newer(lane);
  if (adopted == Adopted::yes && ++lane.conflicts <= limits::kCommitConflicts && !lane.queue.front().given_up) {
    advance(lane);
  } else {
    retry_later(lane, lane.conflicts > limits::kCommitConflicts ? "other workers were first again and again"
                                                                : std::move(lane.trouble));
  }
}

void Lanes::retry_later(Lane& lane, std::string trouble) {
  lane.conflicts = 0;
  lane.trouble = std::move(trouble);
  lane.pause_ms = std::clamp(lane.pause_ms * 2, limits::kStoreRetryMs, limits::kStoreRetryMaxMs);
  if (lane.queue.front().given_up) finish_front(lane);
  lane.busy = true;
  lane.pausing = true;
  parts_.timers.at(parts_.clock.now_ms() + lane.pause_ms, [this, &lane] {
    lane.busy = false;
    lane.pausing = false;
    advance(lane);
  });
}

void Lanes::finish_front(Lane& lane) {
  leave(lane, lane.queue.begin());
  lane.conflicts = 0;
}

void Lanes::leave(Lane& lane, const std::deque<Work>::iterator& place) {
  if (is_tick(place->event)) lane.tick_queued = false;
  parts_.timers.cancel(place->deadline);
  const bool began = place->begins;
  lane.queue.erase(place);
  admission_.leave(began);
  if (!began) return;
  let_pass(lane);
  give_turns();
}

void Lanes::expire(const SessionId& session, std::uint64_t serial) {
  const auto found = lanes_.find(session);
  if (found == lanes_.end()) return;
  Lane& lane = found->second;
  const auto place =
      std::find_if(lane.queue.begin(), lane.queue.end(), [&](const Work& work) { return work.serial == serial; });
  if (place == lane.queue.end()) return;
  place->given_up = true;
  VerdictSlip slip = std::move(place->slip);
  const Event event = place->event;
  const bool being_stored = place == lane.queue.begin() && lane.busy && !lane.pausing;
  // Where it is being stored the store's answer ends it, and needs to know how it came.
  std::unique_ptr<Delivery> delivery;
  if (place->delivery != nullptr) delivery = std::make_unique<Delivery>(*place->delivery);
  std::string reason = "not durable in time";
  if (lane.pause_ms != 0 && !lane.trouble.empty()) reason += ": " + lane.trouble;
  const bool waited = lane.waiting;
  if (!being_stored) leave(lane, place);
  if (waited) advance(lane);  // which ends it when there is nothing else
  if (slip.open()) ++parts_.stats.expired;
  give_up(event, std::move(slip), delivery.get(), std::move(reason));
}

void Lanes::give_up(const Event& event, VerdictSlip slip, const Delivery* delivery, std::string reason) {
  if (is_result(event)) ++parts_.stats.results_dropped;
  if (delivery != nullptr) parts_.events.failed(event, *delivery, reason);
  parts_.log.write(LogLevel::warning, "event_given_up",
                   {{"session", event.session.text}, {"event", event.id.text}, {"detail", reason}});
  parts_.gate.say_later(slip, std::move(reason));
}

}  // namespace ringfence
