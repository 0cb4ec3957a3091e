// See forwarder.h.
#include "engine/forwarder.h"

#include <optional>
#include <utility>

#include "forward/forwarding_json.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

constexpr std::string_view kPrefix = "~forward/";

SessionId name_of(const OtherEvent& event) {
  return SessionId{std::string(kPrefix) + derived_uuid("subject", event.subject, "", "")};
}

// Why it is kept, for `ringctl dead --other`.
std::string why_of(const Forwarding& record, const ForwardingStep& result) {
  if (result.end != ForwardingEnd::overtaken) return "of no call, forwarded";
  return "of no call, not forwarded: there was a newer one of its subject, " + record.type;
}

}  // namespace

// One event of one record, from load to commit. Of a webhook there is `logged`, and whoever waits for its verdict.
struct Forwarder::Work {
  SessionId name;
  ForwardingEvent event;
  struct Webhook {
    Event event;
    Delivery delivery;
    KeptRow row;
  };
  std::optional<Webhook> webhook;
  VerdictSlip slip;
  std::string mark;  // of a result
  int conflicts = 0;
};

bool Forwarder::is_record(const SessionId& name) noexcept { return name.text.starts_with(kPrefix); }

bool Forwarder::wants(std::string_view type) const {
  return parts_.notifier != nullptr && !parts_.notifier->consumer_of(family_of(type)).empty();
}

void Forwarder::take(const EventFrame& frame, Event event, VerdictSlip slip, Delivery delivery) {
  const Millis now_ms = parts_.clock.now_ms();
  event.at_ms = now_ms;
  OtherEvent other = read_other(event, frame.body, now_ms);
  auto work = std::make_shared<Work>();
  work->name = name_of(other);
  // Beside its record, also when it is listed as dead: only there one write takes it off again.
  event.session = work->name;
  work->event = std::move(other);
  work->webhook = {.event = std::move(event), .delivery = std::move(delivery), .row = kept_row(frame, now_ms)};
  work->slip = std::move(slip);
  begin(work);
}

void Forwarder::wake(const SessionId& name) {
  if (stopped_) return;
  auto work = std::make_shared<Work>();
  work->name = name;
  work->event = ForwardingTick{};
  begin(work);
}

void Forwarder::on_result(const Event& event) {
  const auto& result = std::get<CommandResult>(event.body);
  auto work = std::make_shared<Work>();
  work->name = event.session;
  work->event = NoticeAnswered{.id = result.command.text,
                               .outcome = result.outcome.outcome,
                               .http_status = result.outcome.http_status,
                               .retry_after_ms = result.outcome.retry_after_ms};
  work->mark = event.id.text;
  begin(work);
}

// What finds no room comes again: a webhook by its provider, the rest by the due scan.
void Forwarder::begin(const Handle& work) {
  ++under_way_;
  if (under_way_ > limits::kForwardInFlight) return later(work, "too many events of no call at once");
  load(work);
}

void Forwarder::load(const Handle& work) {
  parts_.store.load(work->name, [this, work](const Result<StoredSession>& stored) { on_load(work, stored); });
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

void Forwarder::on_load(const Handle& work, const Result<StoredSession>& stored) {
  if (!stored) return later(work, "the store was not there to ask: " + stored.error().text);
  const Result<Forwarding> record = read(*work, *stored);
  if (!record) return later(work, record.error().text);
  if (std::holds_alternative<ForwardingTick>(work->event) && record->owed && !wants(record->owed->event.type)) {
    ++parts_.stats.left_alone;  // for a worker that knows its consumer
    return finish();
  }
  const ForwardingPolicy policy{.pause_ms = parts_.policy.notify_retry_ms,
                                .most_pause_ms = parts_.policy.notify_retry_max_ms};
  ForwardingStep result = step(*record, work->event, parts_.clock.now_ms(), policy);
  const bool unreadable = stored->version != 0 && record->sequence == 0;
  if (!result.changed && !unreadable) return finish();
  commit(work, *stored, std::move(result));
}

void Forwarder::commit(const Handle& work, const StoredSession& stored, ForwardingStep result) {
  CommitRequest request;
  request.session = work->name;
  request.expected_version = stored.version;
  request.document = result.next.sequence == 0 ? stored.document : encode_forwarding(result.next);
  request.due_ms = due_ms(result.next);
  request.ttl_ms = limits::kForwardedMs;
  if (work->webhook) {
    const Work::Webhook& webhook = *work->webhook;
    const std::string why = why_of(result.next, result);
    request.event = webhook.event.id;
    request.lists.push_back(kept_write(kOtherEvents, webhook.row, why));
    parts_.events.add_other(request, webhook.event, webhook.delivery, why);
  } else {
    request.event = EventId{work->mark.empty() ? "v" + std::to_string(stored.version + 1) : work->mark};
  }
  parts_.store.commit(std::move(request), [this, work, result = std::move(result)](const CommitResult& commit) {
    on_commit(work, result, commit);
  });
}

void Forwarder::on_commit(const Handle& work, const ForwardingStep& result, const CommitResult& commit) {
  switch (commit.status) {
    case CommitStatus::committed:
      break;
    case CommitStatus::duplicate:
      if (work->webhook) {
        parts_.events.duplicate(work->webhook->event.id);
        parts_.gate.open(commit.status, work->name, work->slip, {});
      }
      return finish();
    case CommitStatus::conflict:
      if (++work->conflicts > limits::kCommitConflicts) {
        return later(work, "other workers write this event's record all the time");
      }
      return load(work);
    case CommitStatus::unknown:
      // Written or not: what was stored and not sent is sent when the time for its answer is over.
      return later(work, "the store did not take an event of no call");
  }
  tell(result.next, *work, result.end);
  if (work->webhook) {
    ++parts_.stats.ignored;
    parts_.events.accepted(work->webhook->event.id, work->webhook->delivery);
  }
  send(work, result, commit.status);
  finish();
}

void Forwarder::send(const Handle& work, const ForwardingStep& result, CommitStatus status) {
  std::vector<Command> commands;
  if (result.send && parts_.notifier != nullptr) {
    const Notice& notice = *result.next.owed;
    commands.push_back({.id = CommandId{notice.id},
                        .verb = Verb::notify,
                        .tries = result.next.tries,
                        .organisation = parts_.notifier->consumer_of(family_of(notice.event.type)),
                        .body = notice_json(result.next)});
  }
  parts_.gate.open(status, work->name, work->slip, std::move(commands));
}

void Forwarder::tell(const Forwarding& record, const Work& work, ForwardingEnd end) {
  if (end == ForwardingEnd::none) return;
  ++parts_.stats.forwarding_ends[static_cast<std::size_t>(end)];
  if (end != ForwardingEnd::gone && end != ForwardingEnd::given_up) return;
  parts_.log.write(LogLevel::error, "event_not_forwarded",
                   {{"event", record.event},
                    {"type", record.type},
                    {"record", work.name.text},
                    {"detail", end == ForwardingEnd::gone ? "its consumer answered 410: it does not want it"
                                                          : "its consumer has not taken it for a day"},
                    {"do", "what it said is in `ringctl events` and, for a while, in `ringctl dead --other --whole`"}});
}

void Forwarder::later(const Handle& work, std::string reason) {
  if (work->webhook) {
    parts_.events.failed(work->webhook->event, work->webhook->delivery, reason);
    parts_.gate.say_later(work->slip, std::move(reason));
  }
  finish();
}

}  // namespace ringfence
