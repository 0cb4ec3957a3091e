// The questions that concern all shards: what is due, what was written last, what a list holds. Each asks every
// shard in one pipeline, merges, then acts on the few sessions found. Owned by RedisStore until `finished` ran. Must
// not know: what a session means.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "adapters/redis/keys.h"
#include "adapters/redis/nodes.h"
#include "adapters/redis/replies.h"
#include "ports/store.h"

namespace ringfence {

// Common to them: scored members of all 64 shards, then a step of the derived class.
class Gather {
 public:
  virtual ~Gather() = default;
  Gather(const Gather&) = delete;
  Gather& operator=(const Gather&) = delete;
  void start();

 protected:
  struct Found {
    SessionId session;  // ListRows: the row's name
    std::size_t shard = 0;
    double score = 0;
  };

  Gather(RedisNodes& nodes, const RedisKeys& keys, std::function<void()> finished)
      : nodes_(nodes), keys_(keys), finished_(std::move(finished)) {}
  virtual void ask(std::size_t shard, ReplyHandler handler) = 0;
  virtual void merge() = 0;  // every shard has answered, or failed_
  // Better some shards than none.
  [[nodiscard]] virtual bool serves_in_part() const { return false; }
  void finish() { finished_(); }

  RedisNodes& nodes_;
  const RedisKeys& keys_;
  std::vector<Found> found_;
  Error error_;
  bool failed_ = false;
  bool heard_ = false;  // at least one shard has answered
  // One more than the replies under way while requests are being made: a refused one is answered at once.
  std::size_t outstanding_ = 0;

 private:
  void release();
  std::function<void()> finished_;
};

// Read-only question first: nearly always nothing is due, and the merge takes the longest overdue of all shards.
class DueClaim final : public Gather {
 public:
  DueClaim(RedisNodes& nodes, const RedisKeys& keys, Millis now_ms, std::size_t count, Millis claim_ms,
           std::function<void()> finished);
  [[nodiscard]] Result<std::vector<SessionId>> take_result();

 private:
  void ask(std::size_t shard, ReplyHandler handler) override;
  void merge() override;
  // A cluster that has lost one master still has the calls of the others, and who else would look after them?
  [[nodiscard]] bool serves_in_part() const override { return true; }
  void claimed(const redisReply* reply);
  void release_claims();

  Millis now_ms_;
  Millis claim_ms_;
  std::size_t count_;
  std::vector<SessionId> claimed_;
};

class Listing final : public Gather {
 public:
  Listing(RedisNodes& nodes, const RedisKeys& keys, std::size_t count, std::function<void()> finished);
  [[nodiscard]] Result<std::vector<CallListing>> take_result();

 private:
  void ask(std::size_t shard, ReplyHandler handler) override;
  void merge() override;
  void read_more();
  void read(std::size_t place, const redisReply* reply);
  void release_reads();

  std::size_t count_;
  std::size_t next_ = 0;                      // in found_
  std::map<std::size_t, CallListing> calls_;  // by place in found_: masters answer in any order
};

// First the names, whose bytes are few, of every shard; then the lines of those that are among the newest of all.
class ListRows final : public Gather {
 public:
  ListRows(RedisNodes& nodes, const RedisKeys& keys, ListQuestion question, std::function<void()> finished);
  [[nodiscard]] Result<std::vector<ListRow>> take_result();

 private:
  void ask(std::size_t shard, ReplyHandler handler) override;
  void merge() override;
  void read(const std::vector<std::size_t>& places, const redisReply* reply);
  void release_reads();

  [[nodiscard]] bool cut_short() const;

  ListQuestion question_;
  std::size_t share_;  // asked of each shard: the rows of a list fall on all of them, rarely on few
  std::vector<ListRow> rows_;
};

}  // namespace ringfence
