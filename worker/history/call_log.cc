// See call_log.h.
#include "history/call_log.h"

#include <algorithm>
#include <utility>

#include "core/facts.h"
#include "core/step.h"

namespace ringfence {
namespace {

class Reader {
 public:
  explicit Reader(const Policy& policy) : policy_(policy) {}

  void take(const Event& event) {
    const Session before = session_;
    session_ = step(session_, event, policy_).next;
    for (std::size_t i = logs_.size(); i < session_.legs.size(); ++i) add_device(session_.legs[i]);
    if (const auto* fact = std::get_if<WebhookFact>(&event.body)) {
      take_fact(before, *fact, event.at_ms);
    } else if (const auto* result = std::get_if<CommandResult>(&event.body)) {
      take_result(*result, event.at_ms);
    } else if (!std::holds_alternative<Tick>(event.body)) {
      log.others.push_back(event);
    }
    for (std::size_t i = 0; i < session_.legs.size(); ++i) {
      if (session_.legs[i].hangup_attempt > 0) silence(i, event.at_ms);
    }
    DeviceLog* winner = log_of(session_.winner);
    if (winner != nullptr && session_.phase == Phase::connected) winner->talked = true;
    last_ms_ = event.at_ms;
  }
  void finish() {
    for (std::size_t i = 0; i < session_.legs.size(); ++i) {
      if (!session_.legs[i].ended()) silence(i, last_ms_);
    }
  }

  CallLog log;

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  // A device that is rung again does so after all that is told of it here: its first time counts.
  void add_device(const Leg& leg) {
    const bool known = log.find(leg.destination.device) != nullptr;
    logs_.push_back(known ? kNone : log.devices.size());
    if (!known) log.devices.push_back({.destination = leg.destination});
  }
  DeviceLog* log_of(int leg) {
    const auto index = static_cast<std::size_t>(leg);
    return leg < 0 || index >= logs_.size() || logs_[index] == kNone ? nullptr : &log.devices[logs_[index]];
  }

  void take_fact(const Session& before, const WebhookFact& fact, Millis at_ms) {
    const int target = rules::leg_of_ids(session_, fact.call_leg_id, fact.call_control_id);
    const bool ours_to_end = before.parent.hangup_attempt > 0 || before.reject_asked;
    if (target == kParent && fact.type == WebhookType::hangup && !ours_to_end && !log.leaves) {
      log.leaves = fact;
      log.leaves_ms = at_ms;
      log.leaves_talk = before.phase == Phase::connected;
    }
    DeviceLog* device = log_of(target);
    if (device == nullptr || device->silenced) return;
    const Leg& leg = session_.legs[static_cast<std::size_t>(target)];
    if (fact.type == WebhookType::bridged || fact.type == WebhookType::speak_ended) return;  // ours
    device->facts.push_back({std::max<Millis>(at_ms - leg.dialled_ms, 0), fact});
  }

  void take_result(const CommandResult& result, Millis at_ms) {
    DeviceLog* device = log_of(result.leg);
    const bool dial = result.verb == Verb::dial || result.verb == Verb::transfer;
    if (device == nullptr || !dial || device->dialled) return;
    const Leg& leg = session_.legs[static_cast<std::size_t>(result.leg)];
    device->dialled = true;
    device->dial = result.outcome;
    device->dial_ms = std::max<Millis>(at_ms - leg.dialled_ms, 0);
  }

  void silence(std::size_t leg, Millis at_ms) {
    DeviceLog* device = log_of(static_cast<int>(leg));
    if (device == nullptr || device->silenced || session_.legs[leg].dialled_ms == 0) return;
    device->dialled = true;
    device->silenced = true;
    device->silenced_ms = at_ms - session_.legs[leg].dialled_ms;
  }

  const Policy& policy_;
  Session session_;
  std::vector<std::size_t> logs_;  // of each leg: its place among the devices
  Millis last_ms_ = 0;
};

}  // namespace

bool DeviceLog::said(WebhookType type) const {
  return std::ranges::any_of(facts, [type](const Fact& one) { return one.fact.type == type; });
}

const DeviceLog* CallLog::find(std::string_view device) const {
  const auto at = std::ranges::find(devices, device, [](const DeviceLog& one) { return one.destination.device; });
  return at == devices.end() ? nullptr : &*at;
}

Result<CallLog> read_call_log(const std::vector<Event>& events, const Policy& policy) {
  const auto* fact = events.empty() ? nullptr : std::get_if<WebhookFact>(&events.front().body);
  if (fact == nullptr || !fact->incoming || !events.front().plan) {
    return fail(ErrorCode::invalid, "the log does not begin with the call");
  }
  Reader reader(policy);
  for (const Event& event : events) reader.take(event);
  reader.finish();
  reader.log.offer = events.front();
  return std::move(reader.log);
}

}  // namespace ringfence
