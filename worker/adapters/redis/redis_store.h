// The store of a fleet: sessions in Redis, every commit one atomic script. Built and owned by main; used by the engine
// through ports/store.h. Must not know: what a document means, that there is another store.
//
// While Redis is away every request is answered at once (unknown, unavailable); the connections come back by
// themselves. On destruction callbacks that have not run are dropped: whoever asked must not outlive the store
// expecting an answer. The process must ignore SIGPIPE: hiredis writes to sockets without asking for the error instead.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/redis/redis_options.h"
#include "adapters/uv/loop.h"
#include "ports/log.h"
#include "ports/store.h"

namespace ringfence {

// What is counted, for whoever shows it.
struct RedisCount {
  std::string_view name;
  std::uint64_t value = 0;
  std::string help;
};

class RedisStore final : public Store {
 public:
  // Starts to connect; ready() says when. The error is a sentence for the operator.
  [[nodiscard]] static Result<std::unique_ptr<RedisStore>> open(UvLoop& loop, Log& log, RedisOptions options);
  ~RedisStore() override;

  void load(const SessionId& session, std::function<void(Result<StoredSession>)> done) override;
  void commit(CommitRequest request, std::function<void(CommitResult)> done) override;
  void claim_due(Millis now_ms, std::size_t count, Millis claim_ms,
                 std::function<void(Result<std::vector<SessionId>>)> done) override;
  void ladder(const SessionId& session, std::function<void(Result<std::vector<std::string>>)> done) override;
  void list(std::size_t count, std::function<void(Result<std::vector<CallListing>>)> done) override;
  void list_rows(ListQuestion question, std::function<void(Result<std::vector<ListRow>>)> done) override;
  void put_directory(std::string text, std::function<void(Result<std::uint64_t>)> done) override;
  void get_directory(std::uint64_t known_revision, std::function<void(Result<DirectoryText>)> done) override;
  [[nodiscard]] std::string_view kind() const noexcept override { return "redis"; }
  [[nodiscard]] bool ready() const noexcept override;
  // For `ringctl health`: the addresses of the masters, and what is counted, in the order to be shown.
  [[nodiscard]] std::string masters() const;
  [[nodiscard]] std::size_t in_flight() const noexcept;
  [[nodiscard]] std::vector<RedisCount> counters() const;

 private:
  class Parts;  // keeps hiredis out of everybody else's view
  explicit RedisStore(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace ringfence
