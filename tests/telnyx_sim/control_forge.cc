// Forged and replayed webhooks: what a stranger, or somebody with an old recording of the wire, would send.
// Part of Control (control.h). Must not know: whether anybody is fooled; it reports the HTTP status received.
#include "telnyx_sim/control.h"
#include "telnyx_sim/payloads.h"

namespace ringfence::sim {
namespace {

Reply wrong(int status, const std::string& text) {
  Json body = json_object_new();
  set_text(body.get(), "error", text);
  return {status, dump_json(body.get()), 0};
}

Reply received(int status, std::string_view text, std::string_view id) {
  Json body = json_object_new();
  set_int(body.get(), "status", status);
  set_text(body.get(), "body", text.substr(0, 1000));
  set_text(body.get(), "id", id);
  return {200, dump_json(body.get()), 0};
}

// The leg as it would be had the event been true.
Json payload_of(Leg leg, std::string_view type, std::int64_t now_us) {
  if (type == "call.initiated") return initiated_payload(leg);
  if (type == "call.answered") return answered_payload(leg);
  if (type != "call.hangup") return bridged_payload(leg);
  leg.ended_us = now_us;
  leg.hangup_cause = "normal_clearing";
  leg.hangup_source = "caller";
  leg.sip_hangup_cause = "200";
  return hangup_payload(leg);
}

// As the provider is known to send a few: no wrapper, no id.
std::string bare_body(std::string_view type, Json payload, std::int64_t now_us) {
  Json bare = json_object_new();
  set_text(bare.get(), "created_at", iso_time(now_us));
  set_text(bare.get(), "event_type", type);
  set_json(bare.get(), "payload", std::move(payload));
  return dump_json(bare.get());
}

const Leg* leg_named(const Session& session, std::string_view name) {
  if (name.empty() || name == "parent" || name == "caller") return session.parent;
  for (const Leg* leg : session.legs)
    if (leg->to == name || leg->control_id == name) return leg;
  return nullptr;
}

}  // namespace

void Control::forge(const json_t* body, ReplyFn reply) {
  const Session* session = simulation_.world.find_session(get_text(body, "call"));
  const Leg* leg = session == nullptr ? nullptr : leg_named(*session, get_text(body, "leg"));
  if (leg == nullptr) return reply(wrong(404, "no such call or leg"));
  const std::string type(get_text(body, "event_type").empty() ? "call.hangup" : get_text(body, "event_type"));
  const std::string how(get_text(body, "how").empty() ? "unsigned" : get_text(body, "how"));
  const std::int64_t now_us = simulation_.scheduler.now_us();
  Json payload = payload_of(*leg, type, now_us);
  if (const json_t* more = get_object(body, "payload")) json_object_update(payload.get(), const_cast<json_t*>(more));
  const std::string id(get_text(body, "id").empty() ? simulation_.random.uuid() : std::string(get_text(body, "id")));
  const std::string bare = get_bool(body, "bare") ? bare_body(type, Json(json_deep_copy(payload.get())), now_us) : "";
  Json data = json_object_new();
  set_text(data.get(), "event_type", type);
  set_text(data.get(), "id", id);
  set_text(data.get(), "occurred_at", iso_time(now_us));
  set_json(data.get(), "payload", std::move(payload));
  set_text(data.get(), "record_type", "event");
  Envelope envelope;
  envelope.body = webhooks_.envelope_body(dump_json(data.get()), 1, webhooks_.settings.primary.url);
  if (!bare.empty()) envelope.body = bare;
  if (const json_t* raw = json_object_get(body, "raw"); json_is_string(raw)) envelope.body = json_string_value(raw);
  envelope.timestamp = std::to_string(now_us / 1'000'000 + get_int(body, "timestamp_offset_s"));
  if (how == "valid")
    envelope.signature = webhooks_.signer().sign(envelope.timestamp, envelope.body);
  else if (how == "wrong_key")
    envelope.signature = webhooks_.stranger().sign(envelope.timestamp, envelope.body);
  else if (how == "tampered")  // a genuine signature of something else
    envelope.signature = webhooks_.signer().sign(envelope.timestamp, envelope.body + " ");
  else if (how != "unsigned")
    return reply(wrong(400, "how is one of unsigned, wrong_key, tampered, valid"));
  ++simulation_.journal.counters.forged;
  LogEntry entry;
  entry.call = session->id;
  entry.what = "forged";
  entry.who = who(*leg);
  entry.leg = leg->control_id;
  entry.detail = type;
  entry.id = id;
  entry.code = how;
  entry.attempt = 1;
  webhooks_.send_once(std::move(envelope),
                      [this, entry, reply = std::move(reply)](int status, const std::string& text) {
                        LogEntry answered = entry;
                        answered.at_us = simulation_.scheduler.now_us();
                        answered.status = status;
                        simulation_.journal.add(std::move(answered));
                        reply(received(status, text, entry.id));
                      });
}

void Control::replay(const json_t* body, ReplyFn reply) {
  const std::string id(get_text(body, "webhook"));
  const bool sent =
      webhooks_.replay_to(id, [id, reply](int status, const std::string& text) { reply(received(status, text, id)); });
  if (!sent) reply(wrong(404, "no such webhook, or not sent yet"));
}

}  // namespace ringfence::sim
