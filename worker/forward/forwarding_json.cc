// See forwarding_json.h.
#include "forward/forwarding_json.h"

#include <algorithm>
#include <utility>

#include "core/utc_time.h"
#include "shared/json.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

// Grows when the meaning of what is stored changes, not with a further field. Far above those of calls: a ringd that
// does not know these records takes them for calls of a newer one, and leaves them alone.
constexpr int kFormat = 1'000'001;

std::string text_of(const json_t* object, const char* key) { return std::string(get_text(object, key)); }

Json json_of(const Notice& notice) {
  Json object = json_object_new();
  set_text(object.get(), "id", notice.id);
  set_int(object.get(), "sequence", notice.sequence);
  set_text(object.get(), "event", notice.event.id);
  set_text(object.get(), "type", notice.event.type);
  set_int(object.get(), "stage", notice.event.stage);
  set_bool(object.get(), "dated", notice.event.dated);
  set_int(object.get(), "at", notice.event.at_ms);
  set_text(object.get(), "data", notice.event.data);
  set_int(object.get(), "bytes", notice.event.bytes);
  set_int(object.get(), "since", notice.since_ms);
  return object;
}

Notice read_notice(const json_t* object, const std::string& subject) {
  Notice notice{.id = text_of(object, "id"), .event = {.id = text_of(object, "event"), .subject = subject}};
  notice.sequence = static_cast<std::uint64_t>(get_int(object, "sequence"));
  notice.event.type = text_of(object, "type");
  notice.event.stage = static_cast<int>(get_int(object, "stage"));
  notice.event.dated = get_bool(object, "dated");
  notice.event.at_ms = get_int(object, "at");
  notice.event.data = text_of(object, "data");
  notice.event.bytes = static_cast<std::size_t>(get_int(object, "bytes"));
  notice.since_ms = get_int(object, "since");
  return notice;
}

}  // namespace

std::string encode_forwarding(const Forwarding& record) {
  Json root = json_object_new();
  json_t* object = root.get();
  set_int(object, "format", kFormat);
  set_text(object, "subject", record.subject);
  Json events = json_array_new();
  for (const std::string& id : record.events) append_json(events.get(), Json(json_stringn(id.data(), id.size())));
  set_json(object, "events", std::move(events));
  set_text(object, "type", record.type);
  set_int(object, "stage", record.stage);
  set_int(object, "at", record.at_ms);
  set_int(object, "sequence", record.sequence);
  if (record.owed) set_json(object, "owed", json_of(*record.owed));
  set_int(object, "tries", record.tries);
  set_int(object, "next", record.next_ms);
  set_text(object, "on_wire", record.on_wire);
  set_int(object, "on_wire_try", record.on_wire_try);
  set_int(object, "on_wire_until", record.on_wire_until_ms);
  return dump_json(object);
}

Result<Forwarding> decode_forwarding(std::string_view document) {
  const Result<Json> root = parse_json(document);
  if (!root) return std::unexpected(root.error());
  const json_t* object = root->get();
  const std::int64_t format = get_int(object, "format");
  if (format > kFormat) return fail(ErrorCode::unavailable, "a newer ringd wrote this record of an event");
  Forwarding record{.subject = text_of(object, "subject")};
  const json_t* events = get_array(object, "events");
  for (std::size_t i = 0; i < std::min(json_array_size(events), limits::kForwardPeers); ++i) {
    const json_t* id = json_array_get(events, i);
    if (json_is_string(id)) record.events.emplace_back(json_string_value(id), json_string_length(id));
  }
  record.type = text_of(object, "type");
  record.sequence = static_cast<std::uint64_t>(get_int(object, "sequence"));
  if (format != kFormat || record.subject.empty() || record.events.empty() || record.sequence == 0) {
    return fail(ErrorCode::invalid, "this is no record of an event that is forwarded");
  }
  record.stage = static_cast<int>(get_int(object, "stage"));
  record.at_ms = get_int(object, "at");
  if (const json_t* owed = get_object(object, "owed"); owed != nullptr) record.owed = read_notice(owed, record.subject);
  record.tries = static_cast<int>(get_int(object, "tries"));
  record.next_ms = get_int(object, "next");
  record.on_wire = text_of(object, "on_wire");
  record.on_wire_try = static_cast<int>(get_int(object, "on_wire_try"));
  record.on_wire_until_ms = get_int(object, "on_wire_until");
  return record;
}

std::string notice_json(const Forwarding& record) {
  const Notice& notice = *record.owed;
  Json data = json_object_new();
  set_text(data.get(), "subject", record.subject);
  set_int(data.get(), "sequence", notice.sequence);
  set_text(data.get(), "event_id", notice.event.id);
  Result<Json> event = parse_json(notice.event.data);
  if (event && !notice.event.data.empty()) {
    set_json(data.get(), "event", *std::move(event));
  } else {
    set_int(data.get(), "bytes", notice.event.bytes);
  }
  Json document = json_object_new();
  set_text(document.get(), "type", notice.event.type);
  set_text(document.get(), "timestamp", format_utc(notice.event.at_ms));
  set_json(document.get(), "data", std::move(data));
  return dump_json(document.get());
}

}  // namespace ringfence
