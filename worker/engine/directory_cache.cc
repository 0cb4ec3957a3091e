// See directory_cache.h.
#include "engine/directory_cache.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "shared/limits.h"

namespace ringfence {

namespace {

Device device_of(const RegisteredDevice& registered) {
  return {.name = registered.device.device,
          .sip_username = registered.sip_username,
          .last_active_ms = registered.active_ms,
          .credential_expires_ms = registered.expires_ms};
}

}  // namespace

void DirectoryCache::refresh(Millis now_ms) {
  read_devices(now_ms);
  if (refreshing_) return;
  refreshing_ = true;
  store_.get_directory(revision_, [this, asked = revision_](Result<Store::DirectoryText> answer) {
    refreshing_ = false;
    if (!answer) {
      log_.write(LogLevel::warning, "directory_refresh_failed", {{"detail", answer.error().text}});
      return;
    }
    const bool overtaken = revision_ != asked;  // an import of ours was answered meanwhile; the next question tells
    if (answer->revision == revision_ || overtaken) {
      loaded_ = true;
      return;
    }
    if (answer->revision < revision_) note_loss(answer->revision);
    if (answer->revision == 0) return;
    Result<Directory> parsed = read_stored(answer->text);
    if (!parsed) {
      // Written by a newer version of ours. The old directory stays; the revision is taken so that the log is not
      // filled with the same complaint every second.
      log_.write(LogLevel::error, "directory_unreadable", {{"detail", parsed.error().text}});
      revision_ = answer->revision;
      return;
    }
    adopt(std::move(*parsed), answer->revision);
  });
}

Result<Directory> DirectoryCache::read_stored(std::string_view text) {
  Result<Directory> parsed = Directory::parse("(stored directory)", text, rules_);
  if (parsed) return parsed;
  // It was imported under other times of ringd.conf: a plan that has become too long is better than none.
  log_.write(LogLevel::warning, "directory_does_not_fit", {{"detail", parsed.error().text}});
  return Directory::parse("(stored directory)", text);
}

void DirectoryCache::follow(const PlanRules& rules) {
  if (rules == rules_) return;
  rules_ = rules;
  if (Result<Directory> parsed = read_stored(imported_.text())) {
    imported_ = *std::move(parsed);
    rebuild();
  }
}

void DirectoryCache::note_loss(std::uint64_t revision) {
  if (loss_noted_) return;
  loss_noted_ = true;
  log_.write(
      LogLevel::error, "directory_lost",
      {{"revision", std::to_string(revision_)},
       {"detail", revision == 0 ? "the store has none any more; this worker goes on with what it knows, a new one "
                                  "has nothing: import it again"
                                : "the store has lost its data and has another directory now, which is taken"}});
}

void DirectoryCache::import(std::string_view file_name, std::string_view text,
                            std::function<void(Result<std::uint64_t>)> done) {
  if (text.size() > limits::kDirectoryBytes) {
    done(fail(ErrorCode::limit, std::string(file_name) + ": the file is larger than " +
                                    std::to_string(limits::kDirectoryBytes) + " bytes; split what it describes"));
    return;
  }
  Result<Directory> parsed = Directory::parse(file_name, text, rules_);
  if (!parsed) {
    done(std::unexpected(std::move(parsed.error())));
    return;
  }
  std::string canonical = parsed->text();
  store_.put_directory(std::move(canonical), [this, directory = std::move(*parsed),
                                              done = std::move(done)](Result<std::uint64_t> stored) mutable {
    if (stored && *stored > revision_) adopt(std::move(directory), *stored);
    done(std::move(stored));
  });
}

void DirectoryCache::adopt(Directory directory, std::uint64_t revision) {
  imported_ = std::move(directory);
  rebuild();
  revision_ = revision;
  loaded_ = true;
  loss_noted_ = false;
  log_.write(
      LogLevel::notice, "directory_loaded",
      {{"revision", std::to_string(revision)}, {"organisations", std::to_string(directory_.organisations().size())}});
}

void DirectoryCache::rebuild() {
  directory_ = imported_;
  for (const auto& [key, device] : devices_) directory_.enrol(key.organisation, key.user, device_of(device));
}

void DirectoryCache::enrol(const RegisteredDevice& device) {
  if (reading_devices_) enrolled_.insert(device.device);
  note(device);
}

void DirectoryCache::note(const RegisteredDevice& device) {
  const DeviceKey& key = device.device;
  if (device.sip_username.empty()) {
    if (devices_.erase(key) > 0) directory_.withdraw(key.organisation, key.user, key.device, imported_);
    return;
  }
  const auto known = devices_.find(key);
  if (known != devices_.end() && known->second == device) return;
  if (known == devices_.end() && devices_.size() >= limits::kDevices) return;
  devices_[key] = device;
  directory_.enrol(key.organisation, key.user, device_of(device));
}

Result<void> DirectoryCache::has_room_for(const DeviceKey& device, const std::vector<std::string>& coming) const {
  const User* user = directory_.user(device.organisation, device.user);
  if (user == nullptr) {
    return fail(ErrorCode::not_found, "the directory has no user " + device.user + " of organisation " +
                                          device.organisation + "; `ringctl directory show` prints it");
  }
  const auto is_there = [user](const std::string& name) {
    return std::ranges::find(user->devices, name, &Device::name) != user->devices.end();
  };
  const auto there = std::ranges::find(user->devices, device.device, &Device::name);
  if (there != user->devices.end() && !there->number.empty()) {
    return fail(ErrorCode::invalid, "device " + device.device + " is a phone line, which has no credential");
  }
  const auto more = static_cast<std::size_t>(
      std::ranges::count_if(coming, [&](const std::string& name) { return name != device.device && !is_there(name); }));
  if (!is_there(device.device) && user->devices.size() + more >= limits::kLegs) {
    return fail(ErrorCode::limit, "the user has " + std::to_string(limits::kLegs) +
                                      " devices, as many as can ring; `ringctl devices " + device.organisation + "/" +
                                      device.user +
                                      "` shows which are not used any more, `ringctl unregister` removes one");
  }
  if (devices_.size() >= limits::kDevices && !devices_.contains(device)) {
    return fail(ErrorCode::limit,
                "as many devices have registered as are kept; remove some that are not used any more");
  }
  return {};
}

// Rows that came since, and again those of a while before: another worker's clock may be behind, its commit late.
void DirectoryCache::read_devices(Millis now_ms) {
  if (!reads_devices_ || reading_devices_) return;
  reading_devices_ = true;
  enrolled_.clear();
  const auto passed = [now_ms](Millis& last_ms, Millis every_ms) {
    if (last_ms <= now_ms && now_ms - last_ms < every_ms) return false;
    last_ms = now_ms;
    return true;
  };
  const bool whole = passed(read_whole_ms_, limits::kDevicesWholeMs) || !devices_loaded_;
  const bool wide = passed(read_long_ms_, limits::kDevicesLongMs);
  const Millis back_ms = wide ? limits::kDevicesLongOverlapMs : limits::kDevicesOverlapMs;
  // A row whose writer's clock was ahead must not hide those of the others.
  const Millis seen_ms = std::min(devices_seen_ms_, now_ms);
  read_devices_since(whole ? 0 : std::max<Millis>(seen_ms - back_ms, 0));
}

void DirectoryCache::read_devices_since(Millis since_ms) {
  store_.list_rows({.list = std::string(kDevicesList),
                    .count = limits::kListLines,
                    .since_ms = since_ms,
                    .order = ListQuestion::Order::oldest_first,
                    .copied = true},
                   [this, since_ms](const Result<std::vector<ListRow>>& rows) { on_devices(rows, since_ms); });
}

void DirectoryCache::on_devices(const Result<std::vector<ListRow>>& rows, Millis since_ms) {
  if (!rows) {
    reading_devices_ = false;
    if (std::exchange(devices_failing_, true)) return;
    log_.write(LogLevel::warning, "devices_refresh_failed",
               {{"detail", rows.error().text},
                {"do", devices_loaded_ ? "those known are rung; who registers elsewhere meanwhile is not"
                                       : "calls are told to come again until it is known which devices there are"}});
    return;
  }
  devices_failing_ = false;
  for (const ListRow& row : *rows) {
    devices_seen_ms_ = std::max(devices_seen_ms_, row.at_ms);
    if (row.line.empty()) continue;
    if (const auto device = decode_device(row.line)) {
      // What was written here while the store was being asked is newer than its answer.
      if (!enrolled_.contains(device->device)) note(*device);
    } else {
      log_.write(LogLevel::error, "device_unreadable", {{"device", row.name}});
    }
  }
  if (rows->size() == limits::kListLines) {
    // Again those of the last moment: there may be more of it than came. Unless it fills all there was.
    const Millis last_ms = rows->back().at_ms;
    return read_devices_since(last_ms - 1 > since_ms ? last_ms - 1 : last_ms);
  }
  reading_devices_ = false;
  devices_loaded_ = true;
}

}  // namespace ringfence
