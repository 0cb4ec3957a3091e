// See admission.h.
#include "engine/admission.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "shared/limits.h"

namespace ringfence {
namespace {

// Somebody leaves, or is on the phone.
bool is_urgent(const Event& event) {
  if (std::holds_alternative<Cancel>(event.body)) return true;
  const auto* fact = std::get_if<WebhookFact>(&event.body);
  return fact != nullptr && (fact->type == WebhookType::hangup || fact->type == WebhookType::answered);
}

}  // namespace

bool Admission::has_room(const Event& event, bool begins, std::size_t of_its_session) const {
  // Of a call that only begins nobody is on the phone with us, and the provider tells of it again.
  if (begins) return new_calls_ < limits::kNewCalls && events_ < limits::kEngineQueue / 2;

  // Results have room of their own, in the engine as in each lane: we asked for them, and to drop one means to send its
  // command again, which is the last thing an overloaded engine needs.
  const bool result = std::holds_alternative<CommandResult>(event.body);
  const std::size_t bound = result             ? 2 * limits::kEngineQueue
                            : is_urgent(event) ? limits::kEngineQueue
                                               : limits::kEngineQueue - limits::kUrgentEvents;
  // There are at most as many as we sent commands, and 64 dials answer together.
  const std::size_t room = limits::kSessionQueue + (result ? limits::kOutbox : 0);
  return events_ < bound && of_its_session < room;
}

bool Admission::enter(const SessionId& session, bool begins) {
  ++events_;
  if (!begins || ++new_calls_ - waiting_.size() <= limits::kNewCallsAtOnce) return true;
  waiting_.push_back(session);
  return false;
}

void Admission::let_pass(const SessionId& waiting) {
  // Nearly always the first: it has waited in vain.
  if (const auto place = std::ranges::find(waiting_, waiting); place != waiting_.end()) waiting_.erase(place);
}

void Admission::leave(bool began) {
  --events_;
  if (began) --new_calls_;
}

std::optional<SessionId> Admission::next() {
  if (waiting_.empty() || new_calls_ - waiting_.size() >= limits::kNewCallsAtOnce) return std::nullopt;
  // The youngest: whoever has waited long would be durable too late, and be told to come again after all the work.
  SessionId youngest = std::move(waiting_.back());
  waiting_.pop_back();
  return youngest;
}

}  // namespace ringfence
