// See forwarder.h.
#include "engine/forwarder.h"

#include <utility>
#include <vector>

#include "forward/forwarding_json.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

constexpr std::string_view kPrefix = "~forward/";

SessionId name_of(const OtherEvent& event) {
  return SessionId{std::string(kPrefix) + derived_uuid("subject", event.subject, "", "")};
}

// Why it is kept, for `ringctl dead --other`.
std::string why_of(const ForwardingStep& result) {
  if (result.end != ForwardingEnd::overtaken) return "of no call, for its consumer";
  return "of no call, and not for its consumer: there was a newer one of its subject, " + result.next.type;
}

}  // namespace

bool Forwarder::is_record(const SessionId& name) noexcept { return name.text.starts_with(kPrefix); }

bool Forwarder::wants(std::string_view type) const {
  return parts_.notifier != nullptr && !parts_.notifier->consumer_of(family_of(type)).empty();
}

void Forwarder::take(const EventFrame& frame, Event event, VerdictSlip slip, Delivery delivery) {
  const Millis now_ms = parts_.clock.now_ms();
  event.at_ms = now_ms;
  OtherEvent other = read_other(event, frame.body, now_ms);
  Work work{.name = name_of(other), .event = {}, .webhook = {}, .slip = std::move(slip), .mark = {}};
  // Beside its record, also when it is listed as dead: only there one write takes it off again.
  event.session = work.name;
  work.event = std::move(other);
  work.webhook = {.event = std::move(event), .delivery = std::move(delivery), .row = kept_row(frame, now_ms)};
  begin(std::move(work));
}

// Those that are due come again; webhooks have half of the room for themselves.
void Forwarder::wake(const SessionId& name) {
  if (stopped_ || under_way_.size() >= limits::kForwardInFlight / 2) return;
  begin({.name = name, .event = ForwardingTick{}, .webhook = {}, .slip = {}, .mark = {}});
}

void Forwarder::on_result(const Event& event) {
  const auto& result = std::get<CommandResult>(event.body);
  const NoticeAnswered answer{.id = result.command.text,
                              .tries = result.tries,
                              .outcome = result.outcome.outcome,
                              .http_status = result.outcome.http_status,
                              .retry_after_ms = result.outcome.retry_after_ms};
  begin({.name = event.session, .event = answer, .webhook = {}, .slip = {}, .mark = event.id.text});
}

// What finds no room comes again: a webhook by its provider, the rest by the due scan.
void Forwarder::begin(Work work) {
  if (under_way_.size() >= limits::kForwardInFlight) {
    return later(std::move(work), "too many events of no call at once");
  }
  const std::uint64_t number = ++count_;
  under_way_.emplace(number, std::move(work));
  load(number);
}

void Forwarder::load(std::uint64_t number) {
  parts_.store.load(under_way_.at(number).name,
                    [this, number](const Result<StoredSession>& stored) { on_load(number, stored); });
}

Result<Forwarding> Forwarder::read(const Work& work, const StoredSession& stored) {
  if (stored.version == 0) return Forwarding{};
  Result<Forwarding> record = decode_forwarding(stored.document);
  if (record) return record;
  if (record.error().code == ErrorCode::unavailable) {
    ++parts_.stats.left_alone;
    return record;
  }
  // Nobody can read it: its subject begins anew with its next event, and is left in peace until then.
  parts_.log.write(LogLevel::error, "forwarding_unreadable",
                   {{"record", work.name.text},
                    {"detail", record.error().text},
                    {"do", "nothing: what its subject's events say from now on is forwarded"}});
  return Forwarding{};
}

void Forwarder::on_load(std::uint64_t number, const Result<StoredSession>& stored) {
  if (!stored) return later(take_out(number), "the store was not there to ask: " + stored.error().text);
  Work& work = under_way_.at(number);
  const Result<Forwarding> record = read(work, *stored);
  if (!record) return later(take_out(number), record.error().text);
  if (auto* tick = std::get_if<ForwardingTick>(&work.event)) {
    tick->wanted = !record->owed || wants(record->owed->event.type);
  }
  ForwardingPolicy policy{.pause_ms = parts_.policy.notify_retry_ms,
                          .most_pause_ms = parts_.policy.notify_retry_max_ms};
  if (parts_.notifier != nullptr) policy.answer_ms = parts_.notifier->longest_ms() + limits::kForwardStartMs;
  const Millis now_ms = parts_.clock.now_ms();
  work.not_after_ms = now_ms + limits::kForwardStartMs;
  ForwardingStep result = step(*record, work.event, now_ms, policy);
  const bool unreadable = stored->version != 0 && record->sequence == 0;
  if (result.changed || unreadable) return commit(number, *stored, std::move(result));
  (void)take_out(number);
}

void Forwarder::commit(std::uint64_t number, const StoredSession& stored, ForwardingStep result) {
  const Work& work = under_way_.at(number);
  CommitRequest request;
  request.session = work.name;
  request.expected_version = stored.version;
  request.document = result.next.sequence == 0 ? stored.document : encode_forwarding(result.next);
  request.due_ms = due_ms(result.next);
  request.ttl_ms = limits::kForwardedMs;
  if (work.webhook) {
    const Webhook& webhook = *work.webhook;
    request.event = webhook.event.id;
    if (result.end != ForwardingEnd::known) {
      const std::string why = why_of(result);
      request.lists.push_back(kept_write(kOtherEvents, webhook.row, why));
      Event logged = webhook.event;
      logged.session = {};  // it is of no call
      parts_.events.add_other(request, logged, webhook.delivery, why);
    }
  } else {
    request.event = EventId{work.mark.empty() ? "v" + std::to_string(stored.version + 1) : work.mark};
  }
  parts_.store.commit(std::move(request), [this, number, result = std::move(result)](const CommitResult& commit) {
    on_commit(number, result, commit);
  });
}

void Forwarder::on_commit(std::uint64_t number, const ForwardingStep& result, const CommitResult& commit) {
  if (commit.status == CommitStatus::conflict) {
    if (++under_way_.at(number).conflicts <= limits::kCommitConflicts) return load(number);
    return later(take_out(number), "other workers write this event's record all the time");
  }
  Work work = take_out(number);
  // Written or not: what was stored and not sent is sent when the time for its answer is over.
  if (commit.status == CommitStatus::unknown) {
    return later(std::move(work), "the store did not take an event of no call");
  }
  // Known, though its mark has gone with a later event of its subject.
  const bool duplicate = commit.status == CommitStatus::duplicate || result.end == ForwardingEnd::known;
  if (commit.status == CommitStatus::committed) tell(result.next, work, result.end);
  if (work.webhook) {
    const Event& event = work.webhook->event;
    if (duplicate) {
      parts_.events.duplicate(event.id);
    } else {
      ++parts_.stats.ignored;
      parts_.events.accepted(event.id, work.webhook->delivery);
    }
  }
  if (duplicate) parts_.gate.open(CommitStatus::duplicate, work.name, work.slip, {});
  send(work, result, commit.status);
}

// The gate lets nothing out of what was a duplicate.
void Forwarder::send(Work& work, const ForwardingStep& result, CommitStatus status) {
  std::vector<Command> commands;
  if (result.send && parts_.notifier != nullptr) {
    const Notice& notice = *result.next.owed;
    commands.push_back({.id = CommandId{notice.id},
                        .verb = Verb::notify,
                        .tries = result.next.tries,
                        .organisation = parts_.notifier->consumer_of(family_of(notice.event.type)),
                        .body = notice_json(result.next),
                        .not_after_ms = work.not_after_ms});
  }
  parts_.gate.open(status, work.name, work.slip, std::move(commands));
}

Forwarder::Work Forwarder::take_out(std::uint64_t number) { return std::move(under_way_.extract(number).mapped()); }

void Forwarder::tell(const Forwarding& record, const Work& work, ForwardingEnd end) {
  if (end == ForwardingEnd::none) return;
  ++parts_.stats.forwarding_ends[static_cast<std::size_t>(end)];
  if (end != ForwardingEnd::gone && end != ForwardingEnd::given_up) return;
  parts_.log.write(
      LogLevel::error, "event_not_forwarded",
      {{"event", record.events.back()},
       {"type", record.type},
       {"record", work.name.text},
       {"detail", end == ForwardingEnd::gone ? "its consumer answered 410: it does not want it"
                                             : "its consumer has not taken it for a day"},
       {"do", "what is kept of it is in `ringctl --json dead --other --whole`, as long as there is room"}});
}

void Forwarder::later(Work work, std::string reason) {
  if (!work.webhook) return;
  parts_.events.failed(work.webhook->event, work.webhook->delivery, reason);
  parts_.gate.say_later(work.slip, std::move(reason));
}

}  // namespace ringfence
