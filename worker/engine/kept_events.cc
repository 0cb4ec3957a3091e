// See kept_events.h.
#include "engine/kept_events.h"

#include <utility>

#include "shared/base64.h"
#include "shared/json.h"
#include "shared/limits.h"

namespace ringfence {

std::string kept_events_list(std::string_view kind) { return "events/" + std::string(kind); }

KeptRow kept_row(const EventFrame& frame, Millis now_ms) {
  const std::string_view kept = as_text(frame.body).substr(0, limits::kKeptBodyBytes);
  return {.event = std::string(frame.id),
          .type = std::string(frame.type),
          .at_ms = now_ms,
          .bytes = frame.body.size(),
          .body_base64 = encode_base64(as_bytes(kept))};
}

ListWrite kept_write(std::string_view kind, const KeptRow& row, std::string_view why) {
  Json line = json_object_new();
  set_int(line.get(), "at_ms", row.at_ms);
  set_text(line.get(), "event", row.event);
  if (!row.type.empty()) set_text(line.get(), "type", row.type);
  set_text(line.get(), "why", why);
  set_int(line.get(), "bytes", row.bytes);
  set_text(line.get(), "body_base64", row.body_base64);
  return {.list = kept_events_list(kind),
          .rows = {{.name = row.event, .at_ms = row.at_ms, .line = dump_json(line.get()), .first_stays = true}},
          .ttl_ms = limits::kKeptEventsMs,
          .most = limits::kKeptEvents};
}

void KeptEvents::keep(std::string_view kind, const EventFrame& frame, Event event, std::string_view why,
                      VerdictSlip slip, Delivery delivery) {
  const Millis now_ms = parts_.clock.now_ms();
  event.at_ms = now_ms;
  Waiting waiting{.event = std::move(event), .slip = std::move(slip), .delivery = std::move(delivery)};
  if (waiting_.size() >= limits::kKeptInFlight) {
    later(std::move(waiting), "too many events of no call at once");
    return;
  }
  CommitRequest request;
  request.session = SessionId{"event-" + short_hash(frame.id)};
  request.event = EventId{std::string(frame.id)};
  request.ttl_ms = parts_.policy.session_ttl_ms;
  request.lists = {kept_write(kind, kept_row(frame, now_ms), why)};
  parts_.events.add_other(request, waiting.event, waiting.delivery, why);
  // std::function wants copies and a slip has none: it waits here.
  const std::uint64_t number = ++count_;
  waiting_.emplace(number, std::move(waiting));
  parts_.store.commit(std::move(request), [this, number, bad = kind == kBadEvents](const CommitResult& result) {
    on_commit(number, bad, result.status);
  });
}

void KeptEvents::later(Waiting waiting, std::string reason) {
  parts_.events.failed(waiting.event, waiting.delivery, reason);
  parts_.gate.say_later(waiting.slip, std::move(reason));
}

void KeptEvents::on_commit(std::uint64_t number, bool bad, CommitStatus status) {
  Waiting waiting = std::move(waiting_.extract(number).mapped());
  if (status == CommitStatus::unknown) {
    later(std::move(waiting), "the store did not take an event of no call");
    return;
  }
  if (status == CommitStatus::committed) ++(bad ? parts_.stats.bad : parts_.stats.ignored);
  // A conflict is another event whose name has the same hash: one of the two is kept, and both are taken.
  if (status == CommitStatus::conflict) status = CommitStatus::duplicate;
  if (status == CommitStatus::committed) {
    parts_.events.accepted(waiting.event.id, waiting.delivery);
  } else {
    parts_.events.duplicate(waiting.event.id);
  }
  parts_.gate.open(status, {}, waiting.slip, {});
}

}  // namespace ringfence
