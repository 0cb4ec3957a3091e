// The directory in memory: looked up without I/O for every incoming call, refreshed from the store, replaced by an
// import once the store has it; and over its text the credentials that devices have registered for (registrar.h writes
// them, one row each). Owned by main, used by the engine and the control requests.
// Must not know: files, sockets, sessions, how a credential comes about.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "devices/registration_json.h"
#include "directory/directory.h"
#include "ports/log.h"
#include "ports/store.h"

namespace ringfence {

class DirectoryCache {
 public:
  // `rules`: what the plans of a directory are checked against and compiled with.
  // `devices`: they register, and their rows are read; a fleet has either all its workers so or none.
  DirectoryCache(Store& store, Log& log, const PlanRules& rules = {}, bool devices = false)
      : store_(store), log_(log), rules_(rules), reads_devices_(devices) {}
  DirectoryCache(const DirectoryCache&) = delete;
  DirectoryCache& operator=(const DirectoryCache&) = delete;

  // False until the store has answered once: a call that comes before is told `later`, not sent to voicemail.
  [[nodiscard]] bool loaded() const noexcept { return loaded_ && (devices_loaded_ || !reads_devices_); }
  // With the devices that have registered.
  [[nodiscard]] const Directory& current() const noexcept { return directory_; }
  // As it was imported.
  [[nodiscard]] const Directory& imported() const noexcept { return imported_; }
  [[nodiscard]] std::uint64_t revision() const noexcept { return revision_; }  // 0: none was ever imported

  // Other rules from now on, for the directory in use as well.
  void follow(const PlanRules& rules);

  using Devices = std::map<DeviceKey, RegisteredDevice>;
  [[nodiscard]] const Devices& devices() const noexcept { return devices_; }
  // Of a device that has just been written here; other workers read its row.
  void enrol(const RegisteredDevice& device);
  // Whether this device may register. Error: not_found, no such user; invalid, it is a phone line; limit.
  // `coming`: names of other devices of its user that are about to.
  [[nodiscard]] Result<void> has_room_for(const DeviceKey& device, const std::vector<std::string>& coming = {}) const;

  // Asks the store whether there is a newer one, and for devices; does nothing while a question is under way. The
  // engine calls it at its start and every limits::kDirectoryRefreshMs.
  void refresh(Millis now_ms);

  // Parses, stores, and takes it into use when it is stored. `file_name` is for the error texts. `done` gets the new
  // revision; it may run before this returns (parse errors), else later on the loop.
  void import(std::string_view file_name, std::string_view text, std::function<void(Result<std::uint64_t>)> done);

 private:
  [[nodiscard]] Result<Directory> read_stored(std::string_view text);
  void adopt(Directory directory, std::uint64_t revision);
  void note_loss(std::uint64_t revision);
  void rebuild();
  void note(const RegisteredDevice& device);
  void read_devices(Millis now_ms);
  void read_devices_since(Millis since_ms);
  void on_devices(const Result<std::vector<ListRow>>& rows, Millis since_ms);

  Store& store_;
  Log& log_;
  PlanRules rules_;
  Directory imported_, directory_;
  Devices devices_;
  Millis devices_seen_ms_ = 0;                   // the latest row
  std::set<DeviceKey> enrolled_;                 // while rows are being read
  Millis read_long_ms_ = 0, read_whole_ms_ = 0;  // when the longer looks began
  bool reads_devices_;
  bool devices_loaded_ = false, reading_devices_ = false, devices_failing_ = false;
  std::uint64_t revision_ = 0;
  bool loaded_ = false;
  bool refreshing_ = false;
  bool loss_noted_ = false;
};

}  // namespace ringfence
