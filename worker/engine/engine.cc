// See engine.h.
#include "engine/engine.h"

#include <utility>

#include "core/step.h"
#include "shared/limits.h"

namespace ringfence {

Engine::Engine(EngineParts parts, EngineOptions options)
    : parts_(parts),
      options_(std::move(options)),
      judged_by_(options_.policy),
      timers_(parts.clock),
      cache_(limits::kLiveSessions, limits::kEndedSessions),
      watch_(limits::kWatchLines, parts.clock.now_ms()),
      gate_(parts.telephony, parts.notifier, parts.credentials, parts.clock, parts.log, stats_,
            [this](Event event) { on_result(std::move(event)); }),
      events_({.store = parts.store, .clock = parts.clock, .timers = timers_, .log = parts.log, .stats = stats_},
              options_.event_log),
      kept_({.store = parts.store,
             .clock = parts.clock,
             .gate = gate_,
             .stats = stats_,
             .events = events_,
             .policy = options_.policy}),
      lanes_({.store = parts.store,
              .clock = parts.clock,
              .log = parts.log,
              .timers = timers_,
              .cache = cache_,
              .gate = gate_,
              .watch = watch_,
              .stats = stats_,
              .events = events_,
              .policy = options_.policy,
              .judged_by = judged_by_,
              .moved_ms = moved_ms_,
              .due_changed = [this] { arm_due(); }}),
      sweep_({.store = parts.store,
              .clock = parts.clock,
              .log = parts.log,
              .timers = timers_,
              .cache = cache_,
              .gate = gate_,
              .stats = stats_,
              .found = [this](Event event) { on_result(std::move(event)); }},
             options_.sweep),
      registrar_({.store = parts.store,
                  .clock = parts.clock,
                  .log = parts.log,
                  .timers = timers_,
                  .gate = gate_,
                  .stats = stats_,
                  .directory = parts.directory},
                 options_.registrar),
      forwarder_({.store = parts.store,
                  .clock = parts.clock,
                  .log = parts.log,
                  .gate = gate_,
                  .stats = stats_,
                  .events = events_,
                  .policy = options_.policy,
                  .notifier = parts.notifier}) {}

void Engine::start() {
  refresh_directory();
  scan_due();
  sweep_.start();
}

void Engine::follow(const Policy& policy, const EventLogOptions& event_log) {
  options_.policy = policy;
  options_.event_log = event_log;
  events_.follow(event_log);
  const Policy before = std::exchange(judged_by_, policy);
  judged_by_.dedupe_window_ms = std::max(policy.dedupe_window_ms, before.dedupe_window_ms);
  judged_by_.apology_ms = std::max(policy.apology_ms, before.apology_ms);
}

void Engine::on_event(const EventFrame& frame, std::function<void(VerdictReply)> done) {
  VerdictSlip slip(std::move(done));
  if (stopped_) {
    gate_.say_later(slip, "stopping");
    return;
  }
  look_at_clock();
  Envelope envelope;
  Result<Event> event = decode_webhook(frame.body, &envelope);
  const EventId id = event ? event->id : EventId{std::string(frame.id)};
  Delivery delivery = delivery_of(frame, std::move(envelope), id);
  if (!event) {
    // It would come again just as unreadable, so it is taken.
    parts_.log.write(LogLevel::warning, "event_bad", {{"event", frame.id}, {"detail", event.error().text}});
    kept_.keep(kBadEvents, frame, {.id = id, .body = Tick{}}, event.error().text, std::move(slip), std::move(delivery));
    return;
  }
  if (event->session.empty()) {
    keep_other(frame, std::move(*event), std::move(slip), std::move(delivery));
    return;
  }
  enqueue(std::move(*event), std::move(slip), std::make_unique<Delivery>(std::move(delivery)));
}

void Engine::keep_other(const EventFrame& frame, Event event, VerdictSlip slip, Delivery delivery) {
  const auto* fact = std::get_if<WebhookFact>(&event.body);
  if (fact != nullptr && forwarder_.wants(fact->type_name)) {
    if (frame.body.empty()) {  // it is put through again from its facts
      return gate_.say_refused(slip, "it has a consumer, and what would be handed on is not kept any more");
    }
    forwarder_.take(frame, std::move(event), std::move(slip), std::move(delivery));
    return;
  }
  parts_.log.write(LogLevel::info, "event_ignored", {{"event", frame.id}, {"type", frame.type}});
  kept_.keep(kOtherEvents, frame, std::move(event), "of no call", std::move(slip), std::move(delivery));
}

Delivery Engine::delivery_of(const EventFrame& frame, Envelope envelope, const EventId& event) const {
  Delivery delivery{.source = std::string(frame.scheme),
                    .type = std::string(frame.type),
                    .received_ms = frame.received_ms != 0 ? frame.received_ms : parts_.clock.now_ms(),
                    .occurred_ms = envelope.occurred_ms,
                    .attempt = envelope.attempt,
                    .delivered_to = std::move(envelope.delivered_to),
                    .bytes = frame.body.size()};
  events_.keep_body(delivery, event, frame.body);
  return delivery;
}

void Engine::enqueue(Event event, VerdictSlip slip, std::unique_ptr<Delivery> delivery) {
  const auto* fact = std::get_if<WebhookFact>(&event.body);
  if (fact != nullptr && fact->type == WebhookType::initiated && fact->incoming) {
    if (!parts_.directory.loaded()) {
      constexpr const char* kUnread = "the directory has not been read yet";
      events_.failed(event, *delivery, kUnread);
      gate_.say_later(slip, kUnread);
      return;
    }
    event.plan = plan_of(event, *fact);
    sweep_.learn(fact->connection_id);
    event.plan->notify = parts_.notifier != nullptr && parts_.notifier->tells(event.plan->organisation);
    event.plan->notify_ringing = event.plan->notify && parts_.notifier->tells_ringing(event.plan->organisation);
  }
  lanes_.enqueue(std::move(event), std::move(slip), std::move(delivery));
}

void Engine::put_again(LoggedEvent logged, std::function<void(VerdictReply)> done) {
  VerdictSlip slip(std::move(done));
  if (stopped_) {
    gate_.say_later(slip, "stopping");
    return;
  }
  look_at_clock();
  Delivery& delivery = logged.delivery;
  const Millis came_ms = delivery.occurred_ms != 0 ? delivery.occurred_ms : delivery.received_ms;
  delivery.again = true;
  delivery.begins = parts_.clock.now_ms() - came_ms < limits::kVoicemailByMs;
  if (logged.event.session.empty() || Forwarder::is_record(logged.event.session)) {
    const std::string id = logged.event.id.text, type = delivery.type, body = delivery.body;
    EventFrame frame{.id = id, .type = type, .body = as_bytes(body)};
    keep_other(frame, std::move(logged.event), std::move(slip), std::move(delivery));
    return;
  }
  enqueue(std::move(logged.event), std::move(slip), std::make_unique<Delivery>(std::move(delivery)));
}

RingPlan Engine::plan_of(const Event& event, const WebhookFact& fact) const {
  const Directory& directory = parts_.directory.current();
  const Millis now_ms = parts_.clock.now_ms();
  if (fact.outbound) {
    const std::string& credential = fact.from_uri.empty() ? fact.from : fact.from_uri;
    return directory.plan_outbound(credential, fact.to, now_ms, options_.sip_domain);
  }
  const IncomingCall call{.called = fact.to,
                          .caller = fact.from,
                          .caller_name = fact.caller_name,
                          .session = event.session.text,
                          .summary = summaries_.of(directory.organisation_of(fact.to), fact.from, now_ms)};
  return directory.plan(call, now_ms, options_.sip_domain);
}

EventId Engine::next_id(std::string_view what) {
  return EventId{std::string(what) + ":" + std::to_string(parts_.clock.now_ms()) + "." + std::to_string(++asked_)};
}

void Engine::cancel(const SessionId& session, std::string reason, std::function<void(VerdictReply)> done) {
  VerdictSlip slip(std::move(done));
  if (stopped_) {
    gate_.say_later(slip, "stopping");
    return;
  }
  look_at_clock();
  Event event{.id = next_id("cancel"), .session = session};
  event.body = Cancel{std::move(reason)};
  lanes_.enqueue(std::move(event), std::move(slip));
}

std::size_t Engine::remember_summary(std::string_view organisation, std::string_view caller, std::string text,
                                     Millis span_ms) {
  summaries_.put(organisation, caller, std::move(text), parts_.clock.now_ms() + span_ms);
  return summaries_.size();
}

std::vector<SessionId> Engine::device_ready(std::string_view organisation, std::string_view user,
                                            std::string_view device) {
  std::vector<SessionId> calls;
  if (stopped_) return calls;
  look_at_clock();
  const Millis now_ms = parts_.clock.now_ms();
  std::vector<Event> events;  // the cache must not change while it is looked at
  cache_.visit([&](const SessionId& id, const Session& session) {
    const RingPlan& plan = session.plan;
    if (session.phase != Phase::ringing || plan.organisation != organisation || plan.user != user) return;
    auto destination = parts_.directory.current().joining(plan, device, now_ms, options_.sip_domain);
    if (!destination) return;
    calls.push_back(id);
    events.push_back({.id = next_id("ready"), .session = id, .body = DeviceReady{std::move(*destination)}});
  });
  for (Event& event : events) lanes_.enqueue(std::move(event), VerdictSlip{});
  return calls;
}

void Engine::on_result(Event event) {
  look_at_clock();
  if (Forwarder::is_record(event.session)) return forwarder_.on_result(event);
  lanes_.enqueue(std::move(event), VerdictSlip{});
}

void Engine::look_at_clock() {
  const Millis by_ms = timers_.set_back_ms() - set_back_ms_;
  if (by_ms < limits::kClockStepMs) return;
  set_back_ms_ += by_ms;
  parts_.log.write(LogLevel::warning, "clock_set_back",
                   {{"by_ms", std::to_string(by_ms)},
                    {"detail", options_.alone ? "the deadlines of calls are moved with it"
                                              : "workers with a right clock keep the deadlines of calls"}});
  // In a fleet the other workers see what is due; and when it is our clock that is wrong now, moving would be, too.
  if (!options_.alone) return;
  moved_ms_ += by_ms;
  cache_.move_times_back(by_ms);
  arm_due();
}

void Engine::stop_accepting() {
  stopped_ = true;
  sweep_.stop();
  registrar_.stop();
  forwarder_.stop();
  timers_.cancel(due_timer_);
  parts_.log.write(LogLevel::notice, "draining", {{"queued", std::to_string(lanes_.depth())}});
}

EngineStats Engine::stats() const {
  EngineStats stats = stats_;
  stats.sessions_cached = cache_.size();
  stats.queue_depth = lanes_.depth();
  stats.new_calls = lanes_.new_calls();
  stats.commands_in_flight = gate_.commands_in_flight();
  return stats;
}

void Engine::arm_due() {
  const Millis due = cache_.earliest_due_ms();
  if (stopped_ || due == 0) return;
  if (due_timer_.serial != 0 && due_armed_ms_ <= due) return;  // rings early at worst, and looks again then
  timers_.cancel(due_timer_);
  due_armed_ms_ = due;
  due_timer_ = timers_.at(due, [this] { ring_due(); });
}

void Engine::ring_due() {
  due_timer_ = {};
  look_at_clock();
  // Ends: a tick that changes nothing is due again only after limits::kTickAgainMs.
  const Millis now_ms = parts_.clock.now_ms();
  while (const auto session = cache_.take_due(now_ms)) lanes_.tick(*session);
  arm_due();
}

void Engine::scan_due() {
  if (stopped_) return;
  look_at_clock();
  const Millis now_ms = parts_.clock.now_ms();
  const Millis until_ms = scanned_once_ ? now_ms - limits::kDueSlackMs : now_ms;
  parts_.store.claim_due(until_ms, limits::kDueBatch, limits::kDueClaimMs, [this](Result<std::vector<SessionId>> due) {
    if (!due) {
      if (!scan_failing_) parts_.log.write(LogLevel::warning, "due_scan_failed", {{"detail", due.error().text}});
      scan_failing_ = true;
      scan_again_in(limits::kDueScanMs);
      return;
    }
    scan_failing_ = false;
    if (due->size() < limits::kDueBatch) scanned_once_ = true;
    if (!stopped_) recover(*due);
    scan_again_in(due->size() < limits::kDueBatch ? scan_pause() : 1);
  });
}

// What we claimed and could only leave to a newer worker would else be claimed by us again before that one looks.
Millis Engine::scan_pause() {
  const std::uint64_t count = stats_.of_a_newer + stats_.left_alone;
  const bool left = std::exchange(left_, count) != count;
  return left ? limits::kDueClaimMs + 2 * limits::kDueScanMs : limits::kDueScanMs;
}

void Engine::recover(const std::vector<SessionId>& due) {
  const Millis now_ms = parts_.clock.now_ms();
  for (const SessionId& session : due) {
    if (Registrar::is_record(session)) {
      registrar_.wake(session);
      continue;
    }
    if (Forwarder::is_record(session)) {
      forwarder_.wake(session);
      continue;
    }
    const SessionCache::Entry* entry = cache_.find(session);
    // The store says due and our copy says not yet: another worker has written since. A tick on our copy would find
    // nothing to do, commit nothing, and so never learn of it.
    const bool stale = entry != nullptr && (due_ms(entry->session) == 0 || due_ms(entry->session) > now_ms);
    if (stale) cache_.forget(session);
    if (stale || entry == nullptr) {
      ++stats_.recovered;
      parts_.log.write(LogLevel::notice, "session_taken_over", {{"session", session.text}});
    }
    lanes_.tick(session);
  }
}

void Engine::scan_again_in(Millis pause_ms) {
  if (!stopped_) timers_.at(parts_.clock.now_ms() + pause_ms, [this] { scan_due(); });
}

void Engine::refresh_directory() {
  if (stopped_) return;
  parts_.directory.refresh(parts_.clock.now_ms());
  timers_.at(parts_.clock.now_ms() + limits::kDirectoryRefreshMs, [this] { refresh_directory(); });
}

}  // namespace ringfence
