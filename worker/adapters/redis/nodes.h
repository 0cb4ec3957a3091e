// All masters we talk to: one on a single server or behind Sentinels, several on a cluster. Sends each request to the
// master of its place, follows the book when a place moves, and redirections until it does. Owned by RedisStore. Must
// not know: what requests mean, which kind of book it is.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/redis/address_book.h"
#include "adapters/redis/commit_lane.h"
#include "adapters/redis/completions.h"
#include "adapters/redis/connection.h"
#include "adapters/redis/redis_counters.h"
#include "shared/result.h"

namespace ringfence {

// A read, or a script of one place. Exactly one of words and script.
struct Question {
  std::vector<std::string> words;
  std::optional<ScriptCall> script;
  ReplyHandler answered;  // once, perhaps from inside ask(); null: unknown
};

// One master: what writes and is waited for on a lane of its own, so that no read waits behind a WAIT.
struct RedisNode {
  RedisNode(UvLoop& loop, Log& log, const RedisOptions& options, RedisAddress at, RedisCounters& counters,
            Completions& completions, const NodeHooks& hooks);
  void give_up();
  [[nodiscard]] bool ready() const noexcept { return reader.ready() && lane.ready(); }

  const RedisAddress address;
  Complaints complaints;
  Millis keep_until_ms = 0;  // though no place is here: a redirection led to it
  CommitLane lane;
  RedisConnection reader;
};

class RedisNodes {
 public:
  RedisNodes(UvLoop& loop, Log& log, const RedisOptions& options, const RedisKeys& keys, RedisCounters& counters,
             Completions& completions);

  void ask(std::size_t place, Question question);
  void submit(std::unique_ptr<Commit> commit);
  // Why nothing can be asked now.
  [[nodiscard]] std::optional<Error> refusal() const;
  [[nodiscard]] bool ready() const noexcept;  // every place has its master
  [[nodiscard]] std::size_t in_flight() const noexcept;
  [[nodiscard]] std::string masters() const;  // their addresses, for an operator

 private:
  struct Asked;
  void send(std::unique_ptr<Asked> asked, RedisNode* node);
  void answered(std::unique_ptr<Asked> asked, RedisNode& node, const redisReply* reply);
  RedisNode& node_at(const RedisAddress& address);
  RedisNode* follow(std::size_t place, const Redirect& redirect, std::size_t& hops);
  void follow_book();
  void retire();
  [[nodiscard]] Millis now_ms() const;

  UvLoop& loop_;
  Log& log_;
  const RedisOptions& options_;
  RedisCounters& counters_;
  Completions& completions_;
  NodeHooks hooks_;
  UvDeferred deferred_;
  UvTimer retire_timer_;
  bool book_changed_ = false;
  std::unique_ptr<AddressBook> book_;
  std::array<RedisNode*, kPlaces> places_{};
  std::map<RedisAddress, std::unique_ptr<RedisNode>> nodes_;  // last: their handlers use everything above
};

}  // namespace ringfence
