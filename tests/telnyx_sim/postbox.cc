// See postbox.h.
#include "telnyx_sim/postbox.h"

#include "shared/json.h"
#include "telnyx_sim/payloads.h"

namespace ringfence::sim {

void Postbox::post(Leg& leg, std::string_view type, const json_t* payload) {
  Session& session = *leg.session;
  if (session.webhooks.size() >= kWebhooksPerSession) {
    ++journal_.counters.webhooks_dropped;
    return;
  }
  auto record = std::make_unique<WebhookRecord>();
  record->session = &session;
  record->id = random_.uuid();
  record->type = type;
  record->leg_id = leg.leg_id;
  record->control_id = leg.control_id;
  record->to = who(leg);
  record->occurred_us = scheduler_.now_us();
  record->data = R"({"event_type":")" + record->type + R"(","id":")" + record->id + R"(","occurred_at":")" +
                 iso_time(record->occurred_us) + R"(","payload":)" + dump_json(payload) + R"(,"record_type":"event"})";
  const std::string id = record->id;
  WebhookRecord& kept = *record;
  session.webhooks.push_back(&kept);
  records_.emplace(id, std::move(record));
  ++journal_.counters.webhook_events;
  const auto fault = faults_.for_webhook(session.id, type, leg.inbound ? "parent" : leg.to);
  if (!fault) {
    send(id);
    return release(session.id);
  }
  kept.fault = fault_name(fault->kind);
  switch (fault->kind) {
    case FaultKind::lose:
      ++journal_.counters.webhooks_lost;
      kept.finished = true;
      return;
    case FaultKind::delay:
      scheduler_.after_ms(fault->ms, [this, id] { send(id); });
      return;
    case FaultKind::reorder:
      held_[session.id].push_back(id);
      scheduler_.after_ms(kReorderPatienceMs, [this, call = session.id] { release(call); });
      return;
    case FaultKind::duplicate:
      for (std::int64_t copy = 0; copy <= fault->copies; ++copy) send(id);
      return release(session.id);
    default:
      send(id);
      scheduler_.after_ms(fault->ms, [this, id] {
        if (carrier_ != nullptr) carrier_->replay(id);
      });
      return release(session.id);
  }
}

void Postbox::release(const std::string& session_id) {
  if (held_.empty()) return;
  const auto found = held_.find(session_id);
  if (found == held_.end()) return;
  const std::vector<std::string> waiting = std::move(found->second);
  held_.erase(found);
  for (const std::string& id : waiting) send(id);
}

WebhookRecord* Postbox::find(const std::string& id) {
  const auto found = records_.find(id);
  return found == records_.end() ? nullptr : found->second.get();
}

void Postbox::forget(const Session& session) {
  for (const WebhookRecord* record : session.webhooks) records_.erase(std::string(record->id));
  held_.erase(session.id);
}

void Postbox::clear() {
  records_.clear();
  held_.clear();
}

}  // namespace ringfence::sim
