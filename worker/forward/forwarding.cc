// See forwarding.h.
#include "forward/forwarding.h"

#include <algorithm>
#include <array>
#include <utility>

#include "shared/ids.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

constexpr int kGone = 410;
constexpr int kDoublings = 20;  // beyond it a pause is as long as pauses get

bool waits_for_answer(const Forwarding& record, Millis now_ms) {
  return !record.on_wire.empty() && now_ms < record.on_wire_until_ms;
}

bool is_too_old(const Forwarding& record, Millis now_ms, const ForwardingPolicy& policy) {
  return record.owed && now_ms - record.owed->since_ms >= policy.try_ms;
}

Millis pause_after(int tries, const ForwardingPolicy& policy) {
  const Millis doubled = policy.pause_ms << std::clamp(tries - 1, 0, kDoublings);
  return std::min(doubled, policy.most_pause_ms);
}

void settle(ForwardingStep& result, ForwardingEnd end) {
  result.next.owed.reset();
  result.next.tries = 0;
  result.next.next_ms = 0;
  result.end = end;
  result.changed = true;
}

void send_if_due(ForwardingStep& result, Millis now_ms, const ForwardingPolicy& policy) {
  Forwarding& next = result.next;
  if (!next.owed || waits_for_answer(next, now_ms) || now_ms < next.next_ms) return;
  if (is_too_old(next, now_ms, policy)) {
    // What became of an event that has just come is told first: this one stays due.
    if (result.end == ForwardingEnd::none) settle(result, ForwardingEnd::given_up);
    return;
  }
  next.on_wire = next.owed->id;
  next.on_wire_try = ++next.tries;
  next.on_wire_until_ms = now_ms + policy.answer_ms;
  result.send = result.changed = true;
}

// Positive: `event` is further than what is known. What it says decides, where both are known to us; else when.
int compare(const OtherEvent& event, const Forwarding& record) {
  if (event.stage != 0 && record.stage != 0 && event.stage != record.stage) return event.stage - record.stage;
  if (!event.dated || event.at_ms == record.at_ms) return 0;
  return event.at_ms < record.at_ms ? -1 : 1;
}

// Of two that are as far both are told: only what is older for certain is not.
void on_event(ForwardingStep& result, const OtherEvent& event, Millis now_ms) {
  Forwarding& next = result.next;
  result.changed = true;  // it is kept, whatever becomes of it
  if (std::ranges::find(next.events, event.id) != next.events.end()) {
    result.end = ForwardingEnd::known;
    return;
  }
  const bool first = next.sequence == 0;
  const int further = first ? 1 : compare(event, next);
  if (further < 0) {
    result.end = ForwardingEnd::overtaken;
    return;
  }
  if (next.owed) settle(result, ForwardingEnd::replaced);
  if (further > 0) next.events.clear();
  if (next.events.size() < limits::kForwardPeers) next.events.push_back(event.id);
  next.subject = event.subject;
  next.type = event.type;
  if (further > 0 || event.stage != 0) next.stage = event.stage;
  next.at_ms = first ? event.at_ms : std::max(next.at_ms, event.at_ms);
  next.sequence = std::max(next.sequence + 1, static_cast<std::uint64_t>(now_ms));
  next.owed = Notice{.id = derived_uuid("forward", event.subject, event.id, ""),
                     .sequence = next.sequence,
                     .event = event,
                     .since_ms = now_ms};
}

void on_answer(ForwardingStep& result, const NoticeAnswered& answer, Millis now_ms, const ForwardingPolicy& policy) {
  Forwarding& next = result.next;
  if (next.on_wire == answer.id && next.on_wire_try == answer.tries) {
    next.on_wire.clear();
    next.on_wire_try = 0;
    next.on_wire_until_ms = 0;
    result.changed = true;
  }
  if (!next.owed || next.owed->id != answer.id) return;  // a newer one waits, and goes now
  if (answer.outcome == OutcomeClass::ok) return settle(result, ForwardingEnd::taken);
  if (answer.http_status == kGone) return settle(result, ForwardingEnd::gone);
  if (answer.tries != next.tries) return;  // a later try is on the wire
  const Millis asked_ms = std::min(answer.retry_after_ms, policy.most_pause_ms);
  next.next_ms = now_ms + std::max(pause_after(next.tries, policy), asked_ms);
  result.changed = true;
}

}  // namespace

std::string_view name_of(ForwardingEnd end) noexcept {
  constexpr std::array<std::string_view, kForwardingEnds> kNames{"none",  "taken",     "gone",    "given_up",
                                                                 "known", "overtaken", "replaced"};
  return kNames.at(static_cast<std::size_t>(end));
}

ForwardingStep step(const Forwarding& record, const ForwardingEvent& event, Millis now_ms,
                    const ForwardingPolicy& policy) {
  ForwardingStep result{.next = record};
  if (const auto* came = std::get_if<OtherEvent>(&event)) on_event(result, *came, now_ms);
  if (const auto* answer = std::get_if<NoticeAnswered>(&event)) on_answer(result, *answer, now_ms, policy);
  const auto* tick = std::get_if<ForwardingTick>(&event);
  const bool wanted = tick == nullptr || tick->wanted || is_too_old(record, now_ms, policy);
  if (wanted) {
    send_if_due(result, now_ms, policy);
  } else if (record.owed && due_ms(record) <= now_ms) {
    result.next.next_ms = now_ms + policy.aside_ms;
    result.changed = true;
  }
  return result;
}

Millis due_ms(const Forwarding& record) {
  if (!record.owed) return 0;
  return std::max(record.next_ms, record.on_wire.empty() ? record.owed->since_ms : record.on_wire_until_ms);
}

}  // namespace ringfence
