// The directory in memory: looked up without I/O for every incoming call, refreshed from the store, replaced by an
// import once the store has it. Owned by main, used by the engine and the control requests.
// Must not know: files, sockets, sessions.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "directory/directory.h"
#include "ports/log.h"
#include "ports/store.h"

namespace ringfence {

class DirectoryCache {
 public:
  // `rules`: what the plans of a directory are checked against and compiled with.
  DirectoryCache(Store& store, Log& log, const PlanRules& rules = {}) : store_(store), log_(log), rules_(rules) {}
  DirectoryCache(const DirectoryCache&) = delete;
  DirectoryCache& operator=(const DirectoryCache&) = delete;

  // False until the store has answered once: a call that comes before is told `later`, not sent to voicemail.
  [[nodiscard]] bool loaded() const noexcept { return loaded_; }
  [[nodiscard]] const Directory& current() const noexcept { return directory_; }
  [[nodiscard]] std::uint64_t revision() const noexcept { return revision_; }  // 0: none was ever imported

  // Other rules from now on, for the directory in use as well.
  void follow(const PlanRules& rules);

  // Asks the store whether there is a newer one; does nothing while a question is under way. The engine calls it at
  // its start and every limits::kDirectoryRefreshMs.
  void refresh();

  // Parses, stores, and takes it into use when it is stored. `file_name` is for the error texts. `done` gets the new
  // revision; it may run before this returns (parse errors), else later on the loop.
  void import(std::string_view file_name, std::string_view text, std::function<void(Result<std::uint64_t>)> done);

 private:
  [[nodiscard]] Result<Directory> read_stored(std::string_view text);
  void adopt(Directory directory, std::uint64_t revision);
  void note_loss(std::uint64_t revision);

  Store& store_;
  Log& log_;
  PlanRules rules_;
  Directory directory_;
  std::uint64_t revision_ = 0;
  bool loaded_ = false;
  bool refreshing_ = false;
  bool loss_noted_ = false;
};

}  // namespace ringfence
