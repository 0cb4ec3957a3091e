// The port's calls as Redis commands; see redis_store.h.
#include "adapters/redis/redis_store.h"

#include <list>
#include <optional>
#include <utility>

#include "adapters/redis/commit_lane.h"
#include "adapters/redis/completions.h"
#include "adapters/redis/connection.h"
#include "adapters/redis/gather.h"
#include "adapters/redis/keys.h"
#include "adapters/redis/replies.h"
#include "shared/limits.h"

namespace ringfence {

class RedisStore::Parts {
 public:
  Parts(UvLoop& loop, Log& log, RedisOptions given)
      : options(std::move(given)),
        keys(options.key_prefix),
        complaints(loop, log, counts,
                   options.unix_path.empty() ? options.host + ":" + std::to_string(options.port) : options.unix_path),
        completions(loop),
        lane(loop, log, options, keys, complaints, completions),
        reader(loop, log, options, complaints, "reads", [] {}) {}

  // Answers `done` later with what `read` makes of the reply, or says at once that there will be none.
  template <class T>
  ReplyHandler answer(Result<T> (*read)(const redisReply*), std::function<void(Result<T>)> done) {
    return
        [this, read, done = std::move(done)](const redisReply* reply) mutable { post(std::move(done), read(reply)); };
  }
  template <class T>
  void post(std::function<void(Result<T>)> done, Result<T> result) {
    completions.post([done = std::move(done), result = std::move(result)]() mutable { done(std::move(result)); });
  }
  [[nodiscard]] std::optional<Error> refusal() const {
    if (!reader.ready()) return Error{ErrorCode::unavailable, "Redis is away"};
    if (reader.in_flight() >= limits::kStoreQueue) {
      return Error{ErrorCode::limit, "too many requests wait for Redis"};
    }
    return std::nullopt;
  }
  // Starts a question to all shards; its answer is fetched in the next turn, when nothing of it is running any more.
  template <class Question, class T, class... Arguments>
  void ask_all(std::list<std::unique_ptr<Question>>& questions, std::function<void(Result<T>)> done,
               Arguments... arguments) {
    const auto place = questions.emplace(questions.end());
    *place = std::make_unique<Question>(reader, keys, arguments...,
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
  Complaints complaints;
  std::list<std::unique_ptr<DueClaim>> claims;
  std::list<std::unique_ptr<Listing>> listings;
  std::list<std::unique_ptr<ListRows>> rows;
  Completions completions;
  CommitLane lane;
  RedisConnection reader;  // last: goes first, and with it every handler
};

RedisStore::RedisStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
RedisStore::~RedisStore() = default;

Result<std::unique_ptr<RedisStore>> RedisStore::open(UvLoop& loop, Log& log, RedisOptions options) {
  constexpr std::size_t kLongestPath = 107;  // what fits into sockaddr_un; hiredis would cut it silently
  if (options.unix_path.size() > kLongestPath) {
    return fail(ErrorCode::invalid, "the path of the Redis socket is longer than 107 bytes");
  }
  if (options.unix_path.empty() && (options.host.empty() || options.port <= 0 || options.port > 65535)) {
    return fail(ErrorCode::invalid, "Redis needs a Unix socket, or a host and a port from 1 to 65535");
  }
  if (options.wait_replicas < 0 || options.wait_ms <= 0 || options.wait_ms > limits::kStoreReplyMs) {
    return fail(ErrorCode::invalid, "waiting for replicas takes a count from 0 and a time from 1 to 1000 ms");
  }
  return std::unique_ptr<RedisStore>(new RedisStore(std::make_unique<Parts>(loop, log, std::move(options))));
}

bool RedisStore::ready() const noexcept { return parts_->reader.ready() && parts_->lane.ready(); }

std::vector<std::pair<std::string_view, std::uint64_t>> RedisStore::counters() const {
  const RedisCounters& counts = parts_->counts;
  std::vector<std::pair<std::string_view, std::uint64_t>> named = {
      {"in_flight", parts_->reader.in_flight() + parts_->lane.in_flight()},
      {"reconnects", counts.reconnects},
      {"no_answer", counts.no_answer},
      {"too_few_replicas", counts.too_few_replicas}};
  for (std::size_t i = 0; i < kTroubles; ++i) named.emplace_back(trouble_rules()[i].counter, counts.troubles[i]);
  return named;
}

void RedisStore::load(const SessionId& session, std::function<void(Result<StoredSession>)> done) {
  if (auto refused = parts_->refusal()) {
    parts_->post<StoredSession>(std::move(done), std::unexpected(std::move(*refused)));
    return;
  }
  const std::string key = parts_->keys.session(session);
  parts_->reader.send({"HMGET", key, "v", "d"}, parts_->answer(&stored_session, std::move(done)));
}

void RedisStore::commit(CommitRequest request, std::function<void(CommitResult)> done) {
  parts_->lane.submit(std::move(request), std::move(done));
}

void RedisStore::claim_due(Millis now_ms, std::size_t count, Millis claim_ms,
                           std::function<void(Result<std::vector<SessionId>>)> done) {
  if (auto refused = parts_->refusal()) {
    parts_->post<std::vector<SessionId>>(std::move(done), std::unexpected(std::move(*refused)));
    return;
  }
  parts_->ask_all(parts_->claims, std::move(done), now_ms, count, claim_ms);
}

void RedisStore::ladder(const SessionId& session, std::function<void(Result<std::vector<std::string>>)> done) {
  if (auto refused = parts_->refusal()) {
    parts_->post<std::vector<std::string>>(std::move(done), std::unexpected(std::move(*refused)));
    return;
  }
  const std::string key = parts_->keys.ladder(session);
  parts_->reader.send({"LRANGE", key, "0", "-1"}, parts_->answer(&text_list, std::move(done)));
}

void RedisStore::list(std::size_t count, std::function<void(Result<std::vector<CallListing>>)> done) {
  if (auto refused = parts_->refusal()) {
    parts_->post<std::vector<CallListing>>(std::move(done), std::unexpected(std::move(*refused)));
    return;
  }
  parts_->ask_all(parts_->listings, std::move(done), count);
}

void RedisStore::list_rows(ListQuestion question, std::function<void(Result<std::vector<ListRow>>)> done) {
  if (auto refused = parts_->refusal()) {
    parts_->post<std::vector<ListRow>>(std::move(done), std::unexpected(std::move(*refused)));
    return;
  }
  parts_->ask_all(parts_->rows, std::move(done), std::move(question));
}

void RedisStore::put_directory(std::string text, std::function<void(Result<std::uint64_t>)> done) {
  auto refused = parts_->refusal();
  if (text.size() > limits::kDirectoryBytes) refused = Error{ErrorCode::limit, "the directory is larger than 16 MB"};
  if (refused) {
    parts_->post<std::uint64_t>(std::move(done), std::unexpected(std::move(*refused)));
    return;
  }
  const int replicas = parts_->options.wait_replicas;
  ScriptCall call{Script::put_directory, {parts_->keys.directory()}, {std::move(text)}};
  if (replicas == 0) {
    parts_->reader.run_retrying(std::move(call), parts_->answer(&revision_of, std::move(done)));
    return;
  }
  auto wait_for_replicas = [parts = parts_.get(), replicas, done = std::move(done)](const redisReply* reply) mutable {
    auto revision = revision_of(reply);
    if (!revision) {
      parts->post<std::uint64_t>(std::move(done), std::move(revision));
      return;
    }
    const std::string count = std::to_string(replicas);
    const std::string wait_ms = std::to_string(parts->options.wait_ms);
    auto waited = [parts, replicas, revision, done = std::move(done)](const redisReply* held) mutable {
      const bool enough = held != nullptr && held->type == REDIS_REPLY_INTEGER && held->integer >= replicas;
      if (!enough) revision = fail(ErrorCode::unknown, "too few replicas have the new directory; put it again");
      parts->post<std::uint64_t>(std::move(done), std::move(revision));
    };
    parts->reader.send({"WAIT", count, wait_ms}, std::move(waited));
  };
  parts_->reader.run_retrying(std::move(call), std::move(wait_for_replicas));
}

void RedisStore::get_directory(std::uint64_t known_revision, std::function<void(Result<DirectoryText>)> done) {
  if (auto refused = parts_->refusal()) {
    parts_->post<DirectoryText>(std::move(done), std::unexpected(std::move(*refused)));
    return;
  }
  ScriptCall call{Script::get_directory, {parts_->keys.directory()}, {std::to_string(known_revision)}};
  parts_->reader.run_retrying(std::move(call), parts_->answer(&directory_text, std::move(done)));
}

}  // namespace ringfence
