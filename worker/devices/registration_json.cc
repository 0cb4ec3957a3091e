// See registration_json.h.
#include "devices/registration_json.h"

#include <algorithm>
#include <utility>

#include "shared/json.h"

namespace ringfence {
namespace {

// Grows when the meaning of what is stored changes, not with a further field.
constexpr int kFormat = 1;

constexpr std::int64_t kMostFailures = 1000;  // beyond it a pause is as long as pauses get

constexpr CredentialVerb kVerbs[] = {CredentialVerb::create, CredentialVerb::remove, CredentialVerb::list};

std::string text_of(const json_t* object, const char* key) { return std::string(get_text(object, key)); }

void set_device(json_t* object, const DeviceKey& device) {
  set_text(object, "organisation", device.organisation);
  set_text(object, "user", device.user);
  set_text(object, "device", device.device);
}

DeviceKey device_of(const json_t* object) {
  return {text_of(object, "organisation"), text_of(object, "user"), text_of(object, "device")};
}

Json json_of(const Credential& one) {
  Json object = json_object_new();
  set_text(object.get(), "id", one.id);
  set_text(object.get(), "name", one.name);
  set_text(object.get(), "sip_username", one.sip_username);
  set_int(object.get(), "expires", one.expires_ms);
  return object;
}

Json json_of(const Registration::Asked& asked) {
  Json object = json_object_new();
  set_int(object.get(), "number", asked.number);
  set_text(object.get(), "verb", name_of(asked.request.verb));
  set_text(object.get(), "name", asked.request.name);
  set_text(object.get(), "tag", asked.request.tag);
  set_text(object.get(), "id", asked.request.id);
  set_int(object.get(), "expires", asked.request.expires_ms);
  set_int(object.get(), "until", asked.until_ms);
  return object;
}

std::uint64_t count_of(const json_t* object, const char* key) {
  return static_cast<std::uint64_t>(get_int(object, key));
}

// False: a verb of nobody's.
bool read_asked(const json_t* object, Registration::Asked& asked) {
  asked.number = count_of(object, "number");
  asked.request.name = text_of(object, "name");
  asked.request.tag = text_of(object, "tag");
  asked.request.id = text_of(object, "id");
  asked.request.expires_ms = get_int(object, "expires");
  asked.until_ms = get_int(object, "until");
  for (const CredentialVerb verb : kVerbs) {
    if (get_text(object, "verb") != name_of(verb)) continue;
    asked.request.verb = verb;
    return true;
  }
  return false;
}

}  // namespace

std::string encode_registration(const Registration& record) {
  Json root = json_object_new();
  json_t* object = root.get();
  set_int(object, "format", kFormat);
  set_device(object, record.device);
  set_text(object, "tag", record.tag);
  set_bool(object, "wanted", record.wanted);
  set_bool(object, "ordered", record.ordered);
  set_int(object, "serial", record.serial);
  set_int(object, "order_expires", record.order_expires_ms);
  if (record.live) set_json(object, "live", json_of(*record.live));
  Json retired = json_array_new();
  for (const std::string& id : record.retired) {
    append_json(retired.get(), Json(json_stringn(id.data(), id.size())));
  }
  set_json(object, "retired", std::move(retired));
  if (record.asked) set_json(object, "asked", json_of(*record.asked));
  set_int(object, "requests", record.requests);
  set_bool(object, "doubtful", record.doubtful);
  set_int(object, "look", record.look_ms);
  set_int(object, "looked", record.looked_ms);
  set_int(object, "failures", record.failures);
  set_int(object, "next", record.next_ms);
  set_int(object, "active", record.active_ms);
  set_int(object, "renew", record.renew_ms);
  set_text(object, "trouble", record.trouble);
  set_bool(object, "refused", record.refused);
  return dump_json(object);
}

Result<Registration> decode_registration(std::string_view document) {
  const Result<Json> root = parse_json(document);
  if (!root) return std::unexpected(root.error());
  const json_t* object = root->get();
  const std::int64_t format = get_int(object, "format");
  if (format > kFormat) return fail(ErrorCode::unavailable, "a newer ringd wrote this registration");
  Registration record;
  record.device = device_of(object);
  record.tag = text_of(object, "tag");
  const bool complete = json_is_boolean(json_object_get(object, "wanted")) &&
                        json_is_boolean(json_object_get(object, "ordered")) &&
                        json_is_integer(json_object_get(object, "serial"));
  const bool named = !record.device.organisation.empty() && !record.device.user.empty() &&
                     !record.device.device.empty() && !record.tag.empty();
  if (format != kFormat || !complete || !named) {
    return fail(ErrorCode::invalid, "this is no registration of a device");
  }
  record.wanted = get_bool(object, "wanted");
  record.ordered = get_bool(object, "ordered");
  record.serial = count_of(object, "serial");
  record.order_expires_ms = get_int(object, "order_expires");
  if (const json_t* live = get_object(object, "live")) {
    record.live = {.id = text_of(live, "id"),
                   .name = text_of(live, "name"),
                   .sip_username = text_of(live, "sip_username"),
                   .expires_ms = get_int(live, "expires")};
    if (record.live->id.empty() || record.live->sip_username.empty()) {
      return fail(ErrorCode::invalid, "a registration's `live` is no credential");
    }
  }
  const json_t* retired = get_array(object, "retired");
  for (std::size_t i = 0; i < json_array_size(retired); ++i) {
    const json_t* id = json_array_get(retired, i);
    if (!json_is_string(id)) return fail(ErrorCode::invalid, "a registration's `retired` holds what is no id");
    record.retired.emplace_back(json_string_value(id), json_string_length(id));
  }
  if (const json_t* asked = get_object(object, "asked")) {
    Registration::Asked request;
    if (!read_asked(asked, request)) return fail(ErrorCode::invalid, "a registration's `asked` is no request");
    record.asked = std::move(request);
  }
  record.requests = count_of(object, "requests");
  record.doubtful = get_bool(object, "doubtful");
  record.look_ms = get_int(object, "look");
  record.looked_ms = get_int(object, "looked");
  record.failures = static_cast<int>(std::clamp<std::int64_t>(get_int(object, "failures"), 0, kMostFailures));
  record.next_ms = get_int(object, "next");
  record.active_ms = get_int(object, "active");
  record.renew_ms = get_int(object, "renew");
  record.trouble = text_of(object, "trouble");
  record.refused = get_bool(object, "refused");
  return record;
}

RegisteredDevice published(const Registration& record) {
  RegisteredDevice device{.device = record.device};
  if (!record.live) return device;
  device.credential_id = record.live->id;
  device.sip_username = record.live->sip_username;
  device.expires_ms = record.live->expires_ms;
  device.active_ms = record.active_ms;
  return device;
}

std::string encode_device(const RegisteredDevice& device) {
  Json root = json_object_new();
  json_t* object = root.get();
  set_device(object, device.device);
  if (!device.sip_username.empty()) {
    set_text(object, "credential", device.credential_id);
    set_text(object, "sip_username", device.sip_username);
    set_int(object, "expires", device.expires_ms);
    set_int(object, "active", device.active_ms);
  }
  return dump_json(object);
}

std::optional<RegisteredDevice> decode_device(std::string_view line) {
  const Result<Json> root = parse_json(line);
  if (!root) return std::nullopt;
  const json_t* object = root->get();
  RegisteredDevice device{.device = device_of(object)};
  if (device.device.device.empty()) return std::nullopt;
  device.credential_id = text_of(object, "credential");
  device.sip_username = text_of(object, "sip_username");
  device.expires_ms = get_int(object, "expires");
  device.active_ms = get_int(object, "active");
  return device;
}

}  // namespace ringfence
