// See forwarding.h.
#include "forward/forwarding.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "shared/ids.h"

namespace ringfence {
namespace {

constexpr int kGone = 410;
constexpr int kDoublings = 20;  // beyond it a pause is as long as pauses get

bool waits_for_answer(const Forwarding& record, Millis now_ms) {
  return !record.on_wire.empty() && now_ms < record.on_wire_until_ms;
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
  if (now_ms - next.owed->since_ms >= policy.try_ms) return settle(result, ForwardingEnd::given_up);
  next.on_wire = next.owed->id;
  next.on_wire_until_ms = now_ms + policy.answer_ms;
  ++next.tries;
  result.send = result.changed = true;
}

// Of two that say the same both are told: only what is older for certain is not.
bool is_overtaken(const Forwarding& record, const OtherEvent& event) {
  if (record.sequence == 0) return false;
  if (event.id == record.event) return true;
  return std::tie(event.stage, event.at_ms) < std::tie(record.stage, record.at_ms);
}

void on_event(ForwardingStep& result, const OtherEvent& event, Millis now_ms) {
  result.changed = true;  // it is kept, whatever becomes of it
  Forwarding& next = result.next;
  if (is_overtaken(next, event)) {
    result.end = ForwardingEnd::overtaken;
    return;
  }
  if (next.owed) settle(result, ForwardingEnd::replaced);
  next.subject = event.subject;
  next.event = event.id;
  next.type = event.type;
  next.stage = event.stage;
  next.at_ms = event.at_ms;
  ++next.sequence;
  next.owed = Notice{.id = derived_uuid("forward", event.subject, event.id, ""),
                     .sequence = next.sequence,
                     .event = event,
                     .since_ms = now_ms};
}

void on_answer(ForwardingStep& result, const NoticeAnswered& answer, Millis now_ms, const ForwardingPolicy& policy) {
  Forwarding& next = result.next;
  if (next.on_wire == answer.id) {
    next.on_wire.clear();
    next.on_wire_until_ms = 0;
    result.changed = true;
  }
  if (!next.owed || next.owed->id != answer.id) return;  // a newer one waits, and goes now
  if (answer.outcome == OutcomeClass::ok) return settle(result, ForwardingEnd::taken);
  if (answer.http_status == kGone) return settle(result, ForwardingEnd::gone);
  const Millis asked_ms = std::min(answer.retry_after_ms, policy.most_pause_ms);
  next.next_ms = now_ms + std::max(pause_after(next.tries, policy), asked_ms);
  result.changed = true;
}

}  // namespace

std::string_view name_of(ForwardingEnd end) noexcept {
  constexpr std::array<std::string_view, kForwardingEnds> kNames{"none",     "taken",     "gone",
                                                                 "given_up", "overtaken", "replaced"};
  return kNames.at(static_cast<std::size_t>(end));
}

ForwardingStep step(const Forwarding& record, const ForwardingEvent& event, Millis now_ms,
                    const ForwardingPolicy& policy) {
  ForwardingStep result{.next = record};
  if (const auto* came = std::get_if<OtherEvent>(&event)) on_event(result, *came, now_ms);
  if (const auto* answer = std::get_if<NoticeAnswered>(&event)) on_answer(result, *answer, now_ms, policy);
  send_if_due(result, now_ms, policy);
  return result;
}

Millis due_ms(const Forwarding& record) {
  return record.owed
             ? std::max(record.next_ms, record.on_wire.empty() ? record.owed->since_ms : record.on_wire_until_ms)
             : 0;
}

}  // namespace ringfence
