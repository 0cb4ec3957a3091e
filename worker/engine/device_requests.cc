// See device_requests.h.
#include "engine/device_requests.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/utc_time.h"
#include "directory/directory_reader.h"
#include "engine/control_reply.h"
#include "shared/json.h"

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
  engine_.remove_device(*key, [done = std::move(done)](const Result<RegisteredDevice>& device) {
    if (!device) return done(not_registered(device.error()));
    Json body = json_of(*device);
    set_bool(body.get(), "removed", true);
    done(answer(body));
  });
}

// What a device can be reached by, and its token asked for, only where it is asked for: over HTTP it is kept back.
void DeviceRequests::list(const RequestTarget& target, const Done& done) const {
  const std::string* whose = target.parameter("user");
  const bool whole = target.parameter("whole") != nullptr;
  const Millis now_ms = clock_.now_ms();
  Json rows = json_array_new();
  for (const Organisation& organisation : directory_.current().organisations()) {
    for (const User& user : organisation.users) {
      if (whose != nullptr && *whose != organisation.name + "/" + user.name) continue;
      for (const Device& device : user.devices) {
        const DeviceKey key{organisation.name, user.name, device.name};
        const auto registered = directory_.devices().find(key);
        Json row = registered == directory_.devices().end() ? json_of(RegisteredDevice{.device = key})
                                                            : json_of(registered->second);
        if (!whole) json_object_del(row.get(), "credential_id");
        if (!whole) json_object_del(row.get(), "sip_username");
        set_bool(row.get(), "registered", registered != directory_.devices().end());
        if (device.last_active_ms != 0) set_text(row.get(), "last_active_at", format_utc(device.last_active_ms));
        const std::string_view why = hindrance(device, now_ms);
        set_bool(row.get(), "rings", why.empty());
        if (!why.empty()) set_text(row.get(), "why_not", why);
        append_json(rows.get(), std::move(row));
      }
    }
  }
  Json body = json_object_new();
  set_json(body.get(), "devices", std::move(rows));
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
  const auto& known = directory_.current().organisations();
  const auto place = std::ranges::find(known, *organisation, &Organisation::name);
  const User* who = place == known.end() ? nullptr : find_user(*place, *user);
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
