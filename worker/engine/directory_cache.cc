// See directory_cache.h.
#include "engine/directory_cache.h"

#include <utility>

#include "shared/limits.h"

namespace ringfence {

void DirectoryCache::refresh() {
  if (refreshing_) return;
  refreshing_ = true;
  store_.get_directory(revision_, [this](Result<Store::DirectoryText> answer) {
    refreshing_ = false;
    if (!answer) {
      log_.write(LogLevel::warning, "directory_refresh_failed", {{"detail", answer.error().text}});
      return;
    }
    // Also false when an import of ours was answered meanwhile and this answer is older than it.
    if (answer->revision <= revision_) {
      loaded_ = true;
      return;
    }
    Result<Directory> parsed = Directory::parse("(stored directory)", answer->text);
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

void DirectoryCache::import(std::string_view file_name, std::string_view text,
                            std::function<void(Result<std::uint64_t>)> done) {
  if (text.size() > limits::kDirectoryBytes) {
    done(fail(ErrorCode::limit, std::string(file_name) + ": the file is larger than " +
                                    std::to_string(limits::kDirectoryBytes) + " bytes; split what it describes"));
    return;
  }
  Result<Directory> parsed = Directory::parse(file_name, text);
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
  directory_ = std::move(directory);
  revision_ = revision;
  loaded_ = true;
  log_.write(
      LogLevel::notice, "directory_loaded",
      {{"revision", std::to_string(revision)}, {"organisations", std::to_string(directory_.organisations().size())}});
}

}  // namespace ringfence
