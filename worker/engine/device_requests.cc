// See device_requests.h.
#include "engine/device_requests.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/utc_time.h"
#include "directory/directory_reader.h"
#include "engine/control_reply.h"
#include "shared/json.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

std::optional<DeviceKey> key_of(const std::vector<std::string>& path) {
  for (std::size_t i = 1; i < path.size(); ++i) {
    if (!is_directory_name(path[i])) return std::nullopt;
  }
  return DeviceKey{path[1], path[2], path[3]};
}

ControlReply no_name() {
  return sentence(400, "expected /devices/ORGANISATION/USER/DEVICE, each of 1 to 64 letters, digits or ._-@");
}

ControlReply not_registered(const Error& error) {
  return error.code == ErrorCode::not_found ? sentence(404, error.text) : failed(error);
}

Json json_of(const RegisteredDevice& device) {
  Json body = json_object_new();
  set_text(body.get(), "organisation", device.device.organisation);
  set_text(body.get(), "user", device.device.user);
  set_text(body.get(), "device", device.device.device);
  if (device.sip_username.empty()) return body;
  set_text(body.get(), "credential_id", device.credential_id);
  set_text(body.get(), "sip_username", device.sip_username);
  if (device.expires_ms != 0) set_text(body.get(), "expires_at", format_utc(device.expires_ms));
  return body;
}

}  // namespace

void DeviceRequests::put(const std::vector<std::string>& path, const RequestTarget& target, Done done) {
  const auto key = key_of(path);
  if (!key) return done(no_name());
  engine_.enrol(*key, target.parameter("anew") != nullptr,
                [done = std::move(done)](const Result<RegisteredDevice>& device) {
                  if (!device) return done(not_registered(device.error()));
                  done(answer(json_of(*device)));
                });
}

void DeviceRequests::remove(const std::vector<std::string>& path, Done done) {
  const auto key = key_of(path);
  if (!key) return done(no_name());
  engine_.remove_device(*key, [this, key = *key, done = std::move(done)](const Result<RegisteredDevice>& device) {
    if (!device) return done(not_registered(device.error()));
    Json body = json_of(*device);
    set_bool(body.get(), "removed", true);
    // What the text says of it holds again.
    if (rings_by_the_text(key)) set_bool(body.get(), "rings_by_the_text", true);
    done(answer(body));
  });
}

bool DeviceRequests::rings_by_the_text(const DeviceKey& key) const {
  const User* user = directory_.imported().user(key.organisation, key.user);
  if (user == nullptr) return false;
  const auto device = std::ranges::find(user->devices, key.device, &Device::name);
  return device != user->devices.end() && hindrance(*device, clock_.now_ms()).empty();
}

// What a device can be reached by, and its token asked for, only where it is asked for: over HTTP it is kept back.
void DeviceRequests::list(const RequestTarget& target, const Done& done) const {
  const auto limit = target.number("limit", kDefaultRows);
  if (!limit) return done(sentence(400, "limit must be a decimal number"));
  const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(*limit, limits::kListLines));
  const std::string* whose = target.parameter("user");
  const bool whole = target.parameter("whole") != nullptr;
  const Directory& directory = directory_.current();
  Json rows = json_array_new();
  bool more = false;
  const auto add = [&](const RegisteredDevice& known, const Device& device, std::string_view why, bool registered) {
    if (json_array_size(rows.get()) >= most) {
      more = true;
      return;
    }
    Json row = json_of(known);
    if (!whole) json_object_del(row.get(), "credential_id");
    if (!whole) json_object_del(row.get(), "sip_username");
    set_bool(row.get(), "registered", registered);
    if (device.last_active_ms != 0) set_text(row.get(), "last_active_at", format_utc(device.last_active_ms));
    set_bool(row.get(), "rings", why.empty());
    if (!why.empty()) set_text(row.get(), "why_not", why);
    append_json(rows.get(), std::move(row));
  };
  const auto is_asked_for = [whose](const std::string& organisation, const std::string& user) {
    return whose == nullptr || *whose == organisation + "/" + user;
  };
  for (const Organisation& organisation : directory.organisations()) {
    for (const User& user : organisation.users) {
      if (more || !is_asked_for(organisation.name, user.name)) continue;
      for (const Device& device : user.devices) {
        const DeviceKey key{organisation.name, user.name, device.name};
        const auto registered = directory_.devices().find(key);
        const bool is = registered != directory_.devices().end();
        add(is ? registered->second : RegisteredDevice{.device = key}, device, hindrance(device, clock_.now_ms()), is);
      }
    }
  }
  // Whoever has left the directory may still have one, until it is removed or ends.
  for (const auto& [key, device] : directory_.devices()) {
    if (more || !is_asked_for(key.organisation, key.user)) continue;
    if (directory.user(key.organisation, key.user) != nullptr) continue;
    add(device, {.last_active_ms = device.active_ms}, "has a user who is not in the directory any more", true);
  }
  Json body = json_object_new();
  set_json(body.get(), "devices", std::move(rows));
  if (more) set_bool(body.get(), "more", true);
  done(answer(body));
}

void DeviceRequests::ready(const RequestTarget& target, const Done& done) {
  const std::string* organisation = target.parameter("organisation");
  const std::string* user = target.parameter("user");
  const std::string* device = target.parameter("device");
  if (organisation == nullptr || user == nullptr || device == nullptr) {
    done(sentence(400, "expected /devices/ready?organisation=O&user=U&device=D"));
    return;
  }
  const User* who = directory_.current().user(*organisation, *user);
  const bool exists = who != nullptr && std::ranges::find(who->devices, *device, &Device::name) != who->devices.end();
  if (!exists) {
    done(sentence(404, "the directory has no such device; `ringctl devices` lists them"));
    return;
  }
  Json calls = json_array_new();
  for (const SessionId& session : engine_.device_ready(*organisation, *user, *device)) {
    append_json(calls.get(), Json(json_string(session.text.c_str())));
  }
  Json body = json_object_new();
  set_json(body.get(), "calls", std::move(calls));
  done(answer(body));
}

}  // namespace ringfence
