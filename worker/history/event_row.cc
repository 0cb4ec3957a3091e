// See event_row.h.
#include "history/event_row.h"

#include <utility>

#include "codec/event_json.h"
#include "codec/json_fields.h"
#include "codec/webhook_event.h"
#include "history/ladder.h"
#include "shared/base64.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

void write_delivery(JsonFieldWriter& row, const Event& event, const Delivery& delivery) {
  const auto* fact = std::get_if<WebhookFact>(&event.body);
  const bool read = fact != nullptr && !fact->type_name.empty();
  row.number("at_ms", event.at_ms);
  row.text("event", event.id.text);
  row.text("type", read ? std::string_view(fact->type_name) : std::string_view(delivery.type));
  if (!event.session.empty()) row.text("session", event.session.text);
  row.text("source", delivery.source);
  row.number("received_ms", delivery.received_ms);
  if (delivery.occurred_ms != 0) row.number("occurred_ms", delivery.occurred_ms);
  if (delivery.attempt != 0) row.number("attempt", delivery.attempt);
  if (!delivery.delivered_to.empty()) row.text("delivered_to", delivery.delivered_to);
  row.number("bytes", static_cast<std::int64_t>(delivery.bytes));
}

void write_payload(JsonFieldWriter& row, const Event& event, const Delivery& delivery, EventPayload payload) {
  if (payload == EventPayload::none) return;
  if (payload == EventPayload::body) {
    row.text("body_base64", encode_base64(as_bytes(delivery.body)));
    if (delivery.body.size() >= delivery.bytes) return;  // else its beginning is there to look at, no more
  }
  if (!std::holds_alternative<WebhookFact>(event.body)) return;
  Event stored;  // without the plan: whoever offers the call again asks for one of that day
  stored.body = event.body;
  if (const std::string text = encode_event(stored); !text.empty()) row.part("e", text);
}

constexpr std::size_t kUsualBytes = 1536;

}  // namespace

std::string applied_row(const Session& before, const Event& event, const StepResult& result, std::uint64_t version,
                        const Delivery& delivery, EventPayload payload) {
  std::string text;
  text.reserve(kUsualBytes);
  JsonFieldWriter row(text);
  write_delivery(row, event, delivery);
  row.number("v", static_cast<std::int64_t>(version));
  if (const auto* fact = std::get_if<WebhookFact>(&event.body)) describe_fact(row, result.next, *fact);
  describe_step(row, before, result);
  write_payload(row, event, delivery, payload);
  row.close();
  return text;
}

std::string other_row(const Event& event, const Delivery& delivery, std::string_view why, int tries,
                      EventPayload payload) {
  std::string text;
  text.reserve(kUsualBytes);
  JsonFieldWriter row(text);
  write_delivery(row, event, delivery);
  if (tries != 0) row.number("tries", tries);
  row.text("why", why);
  write_payload(row, event, delivery, payload);
  row.close();
  return text;
}

Result<LoggedEvent> read_row(std::string_view row) {
  const Result<Json> json = parse_json(row);
  if (!json) return fail(ErrorCode::invalid, "its row cannot be read");
  const json_t* fields = json->get();
  LoggedEvent logged;
  Delivery& delivery = logged.delivery;
  delivery.source = get_text(fields, "source");
  delivery.type = get_text(fields, "type");
  delivery.received_ms = get_int(fields, "received_ms");
  delivery.occurred_ms = get_int(fields, "occurred_ms");
  delivery.attempt = static_cast<int>(get_int(fields, "attempt"));
  delivery.delivered_to = get_text(fields, "delivered_to");
  delivery.bytes = static_cast<std::size_t>(get_int(fields, "bytes"));
  const bool has_facts = json_object_get(fields, "e") != nullptr;
  const auto body = decode_base64(get_text(fields, "body_base64"));
  if (body && !body->empty() && !has_facts) {
    if (body->size() < delivery.bytes) return fail(ErrorCode::invalid, "only the beginning of its body was kept");
    delivery.body = *body;
    Result<Event> event = decode_webhook(as_bytes(delivery.body));
    if (!event) return std::unexpected(std::move(event.error()));
    logged.event = std::move(*event);
    return logged;
  }
  if (!has_facts) return fail(ErrorCode::invalid, "nothing of its contents was kept");
  Result<Event> event = decode_event(get_object(fields, "e"));
  if (!event) return std::unexpected(std::move(event.error()));
  logged.event = std::move(*event);
  logged.event.id.text = get_text(fields, "event");
  logged.event.session.text = get_text(fields, "session");
  return logged;
}

void mask_row(json_t* row) {
  json_object_del(row, "e");
  json_object_del(row, "body_base64");
}

}  // namespace ringfence
