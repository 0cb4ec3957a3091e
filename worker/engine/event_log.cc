// See event_log.h.
#include "engine/event_log.h"

#include <algorithm>
#include <utility>

#include "shared/limits.h"

namespace ringfence {

void EventLog::keep_body(Delivery& delivery, const EventId& event, ByteView body) const {
  const auto known = failing_.find(event.text);
  const int tries = std::max(known == failing_.end() ? 1 : known->second.tries + 1, delivery.attempt);
  if (options_.payload != EventPayload::body && tries < options_.tries) return;
  delivery.body = as_text(body).substr(0, limits::kKeptBodyBytes);
}

void EventLog::put(CommitRequest& request, const Event& event, std::string line, bool first_stays) const {
  request.lists.push_back(
      {.list = std::string(kEventLog),
       .rows = {{.name = event.id.text, .at_ms = event.at_ms, .line = std::move(line), .first_stays = first_stays}},
       .ttl_ms = options_.keep_ms,
       .most = options_.most});
  request.lists.push_back({.list = std::string(kDeadEvents),
                           .rows = {{.name = event.id.text}},
                           .ttl_ms = limits::kKeptEventsMs,
                           .most = limits::kDeadRows});
}

void EventLog::add_applied(CommitRequest& request, const Session& before, const Event& event, const StepResult& result,
                           const Delivery& delivery) const {
  const std::uint64_t version = request.expected_version + 1;
  put(request, event, applied_row(before, event, result, version, delivery, options_.payload), false);
}

void EventLog::add_other(CommitRequest& request, const Event& event, const Delivery& delivery,
                         std::string_view why) const {
  // A late copy of an event whose call is forgotten: what it did then is what there is to know.
  put(request, event, other_row(event, delivery, why, 0, options_.payload), true);
}

void EventLog::accepted(const EventId& event, const Delivery& delivery) {
  const auto known = failing_.find(event.text);
  const bool told = known != failing_.end() && known->second.late;
  forget(event);
  if (delivery.again) return;  // it is as late as the operator was
  const Millis took_ms = parts_.clock.now_ms() - delivery.received_ms;
  parts_.stats.received_to_accepted.add(took_ms);
  if (delivery.occurred_ms != 0) {
    parts_.stats.occurred_to_received.add(delivery.received_ms - delivery.occurred_ms);
  }
  if (took_ms > options_.late_ms && !told) count_late(event.text, "applied late");
}

void EventLog::forget(const EventId& event) {
  const auto known = failing_.find(event.text);
  if (known == failing_.end()) return;
  waiting_.erase(known->second.turn);
  failing_.erase(known);
  full_ = told_full_ = false;
}

void EventLog::count_late(const std::string& event, std::string_view detail) {
  ++parts_.stats.late;
  parts_.log.write(LogLevel::warning, "event_late", {{"event", event}, {"detail", detail}});
}

// The provider's count of its attempts stands in for what is forgotten here, and for a row that is to be written
// nothing does: the others make room.
bool EventLog::has_room() {
  if (failing_.size() < limits::kFailingEvents) return true;
  if (full_) return false;
  const auto spare =
      std::ranges::find_if(failing_, [](const auto& one) { return !one.second.writing && !has_row(one.second); });
  full_ = spare == failing_.end();
  if (!full_) failing_.erase(spare);
  return !full_;
}

void EventLog::leave_out(const std::string& event, std::string_view detail) {
  ++parts_.stats.unlisted;
  if (std::exchange(told_full_, true)) return;
  parts_.log.write(LogLevel::error, "events_unlisted",
                   {{"event", event},
                    {"detail", detail},
                    {"do", "bring the store back, then have the provider deliver again what it gave up"}});
}

// Whoever pushed them out cannot say which they were: as many are gone as rows went.
void EventLog::made_room(const std::string& event, std::size_t trimmed) {
  parts_.stats.unlisted += trimmed;
  const bool told = std::exchange(told_trimmed_, trimmed != 0);
  if (trimmed == 0 || told) return;
  parts_.log.write(LogLevel::error, "events_unlisted",
                   {{"event", event},
                    {"detail", "the list of dead events is full: the oldest of them make room"},
                    {"do", "bring back what their calls wait for, then `ringctl redeliver --dead`"}});
}

void EventLog::failed(const Event& event, const Delivery& delivery, std::string_view why) {
  if (delivery.again) return;  // the operator is told
  if (!failing_.contains(event.id.text) && !has_room()) {
    leave_out(event.id.text, "more events wait to be listed as dead than are remembered: those after them are not");
    return;
  }
  Failing& failing = failing_[event.id.text];
  const Millis now_ms = parts_.clock.now_ms();
  if (failing.tries == 0) failing.first_ms = now_ms;
  failing.last_ms = now_ms;
  failing.tries = std::max(failing.tries + 1, delivery.attempt);
  if (failing.tries >= options_.tries) {
    if (!std::exchange(failing.dead, true)) ++parts_.stats.dead;
    Event at = event;
    at.at_ms = now_ms;
    CommitRequest& row = failing.unwritten;
    // Beside its call: only there one write can take it off again and apply it.
    row.session = event.session.empty() ? SessionId{"event-" + short_hash(event.id.text)} : event.session;
    row.lists = {{.list = std::string(kDeadEvents),
                  .rows = {{.name = event.id.text,
                            .at_ms = now_ms,
                            .line = other_row(at, delivery, why, failing.tries, EventPayload::body)}},
                  .ttl_ms = limits::kKeptEventsMs,
                  .most = limits::kDeadRows,
                  .unless_in = std::string(kEventLog)}};
    wait_for_turn(event.id.text, failing);
    write_waiting();
  }
  look_again();
}

void EventLog::wait_for_turn(const std::string& event, Failing& failing) {
  if (failing.writing || failing.turn != 0) return;
  failing.turn = ++turns_;
  waiting_.emplace(failing.turn, event);
}

void EventLog::write_waiting() {
  while (writing_ < writers_ && !waiting_.empty()) {
    const std::string event = std::move(waiting_.begin()->second);
    waiting_.erase(waiting_.begin());
    write(event, failing_.at(event));
  }
}

void EventLog::write(const std::string& event, Failing& failing) {
  failing.turn = 0;
  failing.writing = true;
  ++writing_;
  const Millis at_ms = failing.last_ms;
  parts_.store.commit(failing.unwritten, [this, event, at_ms](const CommitResult& result) {
    --writing_;
    const bool taken = result.status == CommitStatus::committed;
    writers_ = taken ? limits::kDeadRowsAtOnce : 0;
    if (taken) made_room(event, result.trimmed);
    // Or it was applied meanwhile, and the store knows not to list it.
    if (const auto known = failing_.find(event); known != failing_.end()) {
      on_written(known->second, taken, at_ms);
      if (has_row(known->second)) wait_for_turn(event, known->second);
    }
    write_waiting();
  });
}

void EventLog::on_written(Failing& failing, bool taken, Millis at_ms) {
  failing.writing = false;
  if (!taken || failing.last_ms != at_ms) return;  // a newer failure waits with its own row
  failing.unwritten = {};
  waiting_.erase(std::exchange(failing.turn, 0));
  full_ = told_full_ = false;
}

void EventLog::look_again() {
  if (looking_ || failing_.empty()) return;
  looking_ = true;
  parts_.timers.at(parts_.clock.now_ms() + limits::kFailingLookMs, [this] {
    looking_ = false;
    look();
    look_again();
  });
}

void EventLog::look() {
  const Millis now_ms = parts_.clock.now_ms();
  for (auto& [event, failing] : failing_) {
    if (!failing.late && now_ms - failing.first_ms >= options_.late_ms) {
      failing.late = true;
      count_late(event, "not applied yet");
    }
  }
  writers_ = std::max<std::size_t>(writers_, 1);
  write_waiting();
  const auto is_over = [&](const auto& one) {
    const Millis quiet_ms = now_ms - one.second.last_ms;
    if (!has_row(one.second)) return quiet_ms > limits::kFailingMs;
    if (quiet_ms <= limits::kKeptEventsMs) return false;  // as long as it would stand in the list
    waiting_.erase(one.second.turn);
    leave_out(one.first, "the store took no row of the events that are to be listed as dead for too long");
    return true;
  };
  if (std::erase_if(failing_, is_over) != 0) full_ = false;
}

}  // namespace ringfence
