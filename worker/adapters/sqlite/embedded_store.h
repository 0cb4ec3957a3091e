// The store of a single machine: one SQLite file, durable at every answer. Built and owned by main; used by the engine
// through ports/store.h. Must not know: what a document means, that there is another store.
//
// Requests are served in the order they were made. On destruction everything queued is still written, and callbacks
// that have not run by then never will: whoever asked must not outlive the store expecting an answer.
#pragma once

#include <memory>
#include <string>

#include "adapters/uv/loop.h"
#include "ports/log.h"
#include "ports/store.h"

namespace ringfence {

class Database;
class GroupCommit;

class EmbeddedStore final : public Store {
 public:
  // Blocking, for the start of the process. The error is a sentence for the operator.
  [[nodiscard]] static Result<std::unique_ptr<EmbeddedStore>> open(UvLoop& loop, Log& log, const std::string& path);
  ~EmbeddedStore() override;

  void load(const SessionId& session, std::function<void(Result<StoredSession>)> done) override;
  void commit(CommitRequest request, std::function<void(CommitResult)> done) override;
  void claim_due(Millis now_ms, std::size_t count, Millis claim_ms,
                 std::function<void(Result<std::vector<SessionId>>)> done) override;
  void ladder(const SessionId& session, std::function<void(Result<std::vector<std::string>>)> done) override;
  void list(std::size_t count, std::function<void(Result<std::vector<CallListing>>)> done) override;
  void list_rows(ListQuestion question, std::function<void(Result<std::vector<ListRow>>)> done) override;
  void put_directory(std::string text, std::function<void(Result<std::uint64_t>)> done) override;
  void get_directory(std::uint64_t known_revision, std::function<void(Result<DirectoryText>)> done) override;
  [[nodiscard]] std::string_view kind() const noexcept override { return "embedded"; }
  [[nodiscard]] bool ready() const noexcept override;

 private:
  EmbeddedStore(UvLoop& loop, Log& log, std::unique_ptr<Database> database);

  UvClock clock_;
  std::unique_ptr<GroupCommit> group_;
};

}  // namespace ringfence
