// See directory_cache.h.
#include "engine/directory_cache.h"

#include <utility>

#include "shared/limits.h"

namespace ringfence {

void DirectoryCache::refresh() {
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
  if (Result<Directory> parsed = read_stored(directory_.text())) directory_ = std::move(*parsed);
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
  directory_ = std::move(directory);
  revision_ = revision;
  loaded_ = true;
  loss_noted_ = false;
  log_.write(
      LogLevel::notice, "directory_loaded",
      {{"revision", std::to_string(revision)}, {"organisations", std::to_string(directory_.organisations().size())}});
}

}  // namespace ringfence
