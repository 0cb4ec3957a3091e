// The port's calls as Redis commands; see redis_store.h.
#include "adapters/redis/redis_store.h"

#include <list>
#include <utility>

#include "adapters/redis/commit.h"
#include "adapters/redis/completions.h"
#include "adapters/redis/gather.h"
#include "adapters/redis/keys.h"
#include "adapters/redis/nodes.h"
#include "adapters/redis/replies.h"
#include "shared/limits.h"

namespace ringfence {

class RedisStore::Parts {
 public:
  Parts(UvLoop& loop, Log& log, RedisOptions given)
      : options(std::move(given)),
        keys(options.key_prefix),
        completions(loop),
        nodes(loop, log, options, keys, counts, completions) {}

  template <class T>
  void post(std::function<void(Result<T>)> done, Result<T> result) {
    completions.post([done = std::move(done), result = std::move(result)]() mutable { done(std::move(result)); });
  }
  // Answers `done` later with what `read` makes of the reply, or says at once that there will be none.
  template <class T>
  void ask(std::size_t place, Question question, Result<T> (*read)(const redisReply*),
           std::function<void(Result<T>)> done) {
    if (auto refused = nodes.refusal()) return post<T>(std::move(done), std::unexpected(std::move(*refused)));
    question.answered = [this, read, done = std::move(done)](const redisReply* reply) mutable {
      post(std::move(done), read(reply));
    };
    nodes.ask(place, std::move(question));
  }
  // Starts a question to all shards; its answer is fetched in the next turn, when nothing of it is running any more.
  template <class GatherKind, class T, class... Arguments>
  void ask_all(std::list<std::unique_ptr<GatherKind>>& questions, std::function<void(Result<T>)> done,
               Arguments... arguments) {
    if (auto refused = nodes.refusal()) return post<T>(std::move(done), std::unexpected(std::move(*refused)));
    const auto place = questions.emplace(questions.end());
    *place = std::make_unique<GatherKind>(nodes, keys, std::move(arguments)...,
                                          [this, &questions, place, done = std::move(done)]() mutable {
                                            completions.post([&questions, place, done = std::move(done)] {
                                              auto result = (*place)->take_result();
                                              questions.erase(place);
                                              done(std::move(result));
                                            });
                                          });
    (*place)->start();
  }

  const RedisOptions options;
  const RedisKeys keys;
  RedisCounters counts;
  std::list<std::unique_ptr<DueClaim>> claims;
  std::list<std::unique_ptr<Listing>> listings;
  std::list<std::unique_ptr<ListRows>> rows;
  Completions completions;
  RedisNodes nodes;  // last: goes first, and with it every handler
};

RedisStore::RedisStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
RedisStore::~RedisStore() = default;

Result<std::unique_ptr<RedisStore>> RedisStore::open(UvLoop& loop, Log& log, RedisOptions options) {
  constexpr std::size_t kLongestPath = 107;  // what fits into sockaddr_un; hiredis would cut it silently
  const bool found_by_others = !options.sentinels.empty() || !options.cluster.empty();
  if (options.unix_path.size() > kLongestPath) {
    return fail(ErrorCode::invalid, "the path of the Redis socket is longer than 107 bytes");
  }
  if (!options.sentinels.empty() && options.master_name.empty()) {
    return fail(ErrorCode::invalid, "Sentinels are asked for a master by its name");
  }
  if (!found_by_others && options.unix_path.empty() &&
      (options.host.empty() || options.port <= 0 || options.port > 65535)) {
    return fail(ErrorCode::invalid, "Redis needs a Unix socket, or a host and a port from 1 to 65535");
  }
  if (options.wait_replicas < 0 || options.wait_ms <= 0 || options.wait_ms > limits::kStoreReplyMs) {
    return fail(ErrorCode::invalid, "waiting for replicas takes a count from 0 and a time from 1 to 1000 ms");
  }
  return std::unique_ptr<RedisStore>(new RedisStore(std::make_unique<Parts>(loop, log, std::move(options))));
}

bool RedisStore::ready() const noexcept { return parts_->nodes.ready(); }
std::string RedisStore::masters() const { return parts_->nodes.masters(); }

std::size_t RedisStore::in_flight() const noexcept { return parts_->nodes.in_flight(); }

std::vector<RedisCount> RedisStore::counters() const {
  const RedisCounters& counts = parts_->counts;
  std::vector<RedisCount> named = {
      {"reconnects", counts.reconnects, "Connections to Redis that were made again."},
      {"switches", counts.switches, "Times another server was found to be the master."},
      {"redirects", counts.redirects, "Requests that a cluster sent elsewhere."},
      {"no_answer", counts.no_answer, "Requests whose connection was lost."},
      {"too_few_replicas", counts.too_few_replicas, "Batches of writes that the replicas did not have in time."}};
  for (std::size_t i = 0; i < kTroubles; ++i) {
    const TroubleRule& rule = trouble_rules()[i];
    const std::string code = rule.code.empty() ? "anything else" : std::string(rule.code);
    named.push_back({rule.counter, counts.troubles[i], "Times Redis answered " + code + "; the log says what to do."});
  }
  return named;
}

void RedisStore::load(const SessionId& session, std::function<void(Result<StoredSession>)> done) {
  parts_->ask(shard_of(session), {.words = {"HMGET", parts_->keys.session(session), "v", "d"}}, &stored_session,
              std::move(done));
}

void RedisStore::commit(CommitRequest request, std::function<void(CommitResult)> done) {
  std::size_t bytes = request.document.size() + request.ladder_line.size();
  for (const ListWrite& write : request.lists) {
    for (const ListRow& row : write.rows) bytes += row.line.size();
  }
  if (bytes > 2 * limits::kDocumentBytes) {
    parts_->completions.post([done = std::move(done)] { done({.not_written = true}); });
    return;
  }
  parts_->nodes.submit(make_commit(parts_->keys, std::move(request), std::move(done)));
}

void RedisStore::claim_due(Millis now_ms, std::size_t count, Millis claim_ms,
                           std::function<void(Result<std::vector<SessionId>>)> done) {
  parts_->ask_all(parts_->claims, std::move(done), now_ms, count, claim_ms);
}

void RedisStore::ladder(const SessionId& session, std::function<void(Result<std::vector<std::string>>)> done) {
  parts_->ask(shard_of(session), {.words = {"LRANGE", parts_->keys.ladder(session), "0", "-1"}}, &text_list,
              std::move(done));
}

void RedisStore::list(std::size_t count, std::function<void(Result<std::vector<CallListing>>)> done) {
  parts_->ask_all(parts_->listings, std::move(done), count);
}

void RedisStore::list_rows(ListQuestion question, std::function<void(Result<std::vector<ListRow>>)> done) {
  parts_->ask_all(parts_->rows, std::move(done), std::move(question));
}

void RedisStore::put_directory(std::string text, std::function<void(Result<std::uint64_t>)> done) {
  auto refused = parts_->nodes.refusal();
  if (text.size() > limits::kDirectoryBytes) refused = Error{ErrorCode::limit, "the directory is larger than 16 MB"};
  if (refused) {
    parts_->post<std::uint64_t>(std::move(done), std::unexpected(std::move(*refused)));
    return;
  }
  auto write = std::make_unique<Commit>();
  write->place = kDirectoryPlace;
  write->call = {Script::put_directory, {parts_->keys.directory()}, {std::move(text)}};
  write->done = [done = std::move(done)](const CommitResult& result) { done(revision_of(result)); };
  parts_->nodes.submit(std::move(write));
}

void RedisStore::get_directory(std::uint64_t known_revision, std::function<void(Result<DirectoryText>)> done) {
  ScriptCall call{Script::get_directory, {parts_->keys.directory()}, {std::to_string(known_revision)}};
  parts_->ask(kDirectoryPlace, {.script = std::move(call)}, &directory_text, std::move(done));
}

}  // namespace ringfence
