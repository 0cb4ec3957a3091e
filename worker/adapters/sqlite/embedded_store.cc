// The port's calls as jobs for the store's thread; see embedded_store.h.
#include "adapters/sqlite/embedded_store.h"

#include <optional>
#include <utility>

#include "adapters/sqlite/database.h"
#include "adapters/sqlite/group_commit.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

template <class T>
class Job final : public StoreJob {
 public:
  using Step = std::function<Result<T>(Database&)>;
  using Done = std::function<void(Result<T>)>;

  Job(std::size_t bytes, Step step, Done done) : bytes_(bytes), step_(std::move(step)), done_(std::move(done)) {}

  [[nodiscard]] std::size_t bytes() const noexcept override { return bytes_; }
  [[nodiscard]] Result<void> run(Database& database) override {
    result_ = step_(database);
    if (!result_) return std::unexpected(result_.error());
    return {};
  }
  void fail(const Error& error) override { result_ = std::unexpected(error); }
  void answer() override { done_(std::move(result_)); }

 private:
  std::size_t bytes_;
  Step step_;
  Done done_;
  Result<T> result_ = ringfence::fail(ErrorCode::internal, "the store has not run this request");
};

template <class T>
std::unique_ptr<StoreJob> job(std::size_t bytes, typename Job<T>::Step step, typename Job<T>::Done done) {
  return std::make_unique<Job<T>>(bytes, std::move(step), std::move(done));
}

}  // namespace

EmbeddedStore::EmbeddedStore(UvLoop& loop, Log& log, std::unique_ptr<Database> database)
    : clock_(loop), group_(std::make_unique<GroupCommit>(loop, log, clock_, std::move(database))) {}

EmbeddedStore::~EmbeddedStore() = default;

Result<std::unique_ptr<EmbeddedStore>> EmbeddedStore::open(UvLoop& loop, Log& log, const std::string& path) {
  auto database = Database::open(path);
  if (!database) return std::unexpected(std::move(database.error()));
  if (const auto from = (*database)->brought_from(); from != 0) {
    log.write(LogLevel::notice, "store_upgraded",
              {{"path", path},
               {"from_format", std::to_string(from)},
               {"do", "an older ringd needs a file of its own now, or its copy from before"}});
  }
  log.write(LogLevel::info, "store_open", {{"store", "embedded"}, {"path", path}});
  return std::unique_ptr<EmbeddedStore>(new EmbeddedStore(loop, log, std::move(*database)));
}

bool EmbeddedStore::ready() const noexcept { return group_->healthy(); }

void EmbeddedStore::load(const SessionId& session, std::function<void(Result<StoredSession>)> done) {
  auto step = [session, wall_ms = clock_.now_ms()](Database& database) { return database.load(session, wall_ms); };
  group_->submit(job<StoredSession>(session.text.size(), std::move(step), std::move(done)));
}

void EmbeddedStore::commit(CommitRequest request, std::function<void(CommitResult)> done) {
  std::size_t bytes = request.document.size() + request.ladder_line.size() + request.session.text.size();
  for (const ListWrite& write : request.lists) {
    for (const ListRow& row : write.rows) bytes += row.line.size();
  }
  auto step = [request = std::move(request), wall_ms = clock_.now_ms()](Database& database) {
    return database.apply(request, wall_ms);
  };
  auto answer = [done = std::move(done)](Result<CommitResult> result) {
    // Whatever went wrong, nobody can say whether the disk has it.
    done(result ? std::move(*result) : CommitResult{});
  };
  auto commit = job<CommitResult>(bytes, std::move(step), std::move(answer));
  if (bytes > 2 * limits::kDocumentBytes) {
    // Refused on its own, so that it cannot spoil the transaction of others.
    group_->refuse(std::move(commit), {ErrorCode::limit, "the session's document is too large for the store"});
  } else {
    group_->submit(std::move(commit));
  }
}

void EmbeddedStore::claim_due(Millis now_ms, std::size_t count, Millis claim_ms,
                              std::function<void(Result<std::vector<SessionId>>)> done) {
  auto step = [now_ms, count, claim_ms, wall_ms = clock_.now_ms()](Database& database) {
    return database.claim_due(now_ms, count, claim_ms, wall_ms);
  };
  group_->submit(job<std::vector<SessionId>>(0, std::move(step), std::move(done)));
}

void EmbeddedStore::ladder(const SessionId& session, std::function<void(Result<std::vector<std::string>>)> done) {
  auto step = [session, wall_ms = clock_.now_ms()](Database& database) { return database.ladder(session, wall_ms); };
  group_->submit(job<std::vector<std::string>>(session.text.size(), std::move(step), std::move(done)));
}

void EmbeddedStore::list(std::size_t count, std::function<void(Result<std::vector<CallListing>>)> done) {
  auto step = [count, wall_ms = clock_.now_ms()](Database& database) { return database.list(count, wall_ms); };
  group_->submit(job<std::vector<CallListing>>(0, std::move(step), std::move(done)));
}

void EmbeddedStore::list_rows(ListQuestion question, std::function<void(Result<std::vector<ListRow>>)> done) {
  auto step = [question = std::move(question), wall_ms = clock_.now_ms()](Database& database) {
    return database.rows(question, wall_ms);
  };
  group_->submit(job<std::vector<ListRow>>(0, std::move(step), std::move(done)));
}

void EmbeddedStore::sessions(SessionId after, std::size_t count,
                             std::function<void(Result<std::vector<SessionId>>)> done) {
  auto step = [after = std::move(after), count, wall_ms = clock_.now_ms()](Database& database) {
    return database.sessions(after, count, wall_ms);
  };
  group_->submit(job<std::vector<SessionId>>(0, std::move(step), std::move(done)));
}

void EmbeddedStore::forget(const SessionId& session, std::function<void(Result<void>)> done) {
  auto step = [session](Database& database) { return database.forget(session); };
  group_->submit(job<void>(session.text.size(), std::move(step), std::move(done)));
}

void EmbeddedStore::put_directory(std::string text, std::function<void(Result<std::uint64_t>)> done) {
  const std::size_t bytes = text.size();
  auto step = [text = std::move(text)](Database& database) { return database.put_directory(text); };
  auto put = job<std::uint64_t>(bytes, std::move(step), std::move(done));
  if (bytes > limits::kDirectoryBytes) {
    group_->refuse(std::move(put), {ErrorCode::limit, "the directory is larger than 16 MB"});
  } else {
    group_->submit(std::move(put));
  }
}

void EmbeddedStore::get_directory(std::uint64_t known_revision, std::function<void(Result<DirectoryText>)> done) {
  auto step = [known_revision](Database& database) { return database.get_directory(known_revision); };
  group_->submit(job<DirectoryText>(0, std::move(step), std::move(done)));
}

}  // namespace ringfence
