// The way of a commit into Redis: queue, script, and when replicas count, one WAIT for all commits of a batch. Owned by
// RedisStore. Must not know: reads, sessions' meaning.
//
// Without replicas one connection with a window. With replicas two connections that alternate: a WAIT blocks everything
// behind it on its own connection, so while one waits the other takes the next batch.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "adapters/redis/completions.h"
#include "adapters/redis/connection.h"
#include "adapters/redis/keys.h"
#include "ports/store.h"

namespace ringfence {

class CommitLane {
 public:
  CommitLane(UvLoop& loop, Log& log, const RedisOptions& options, const RedisKeys& keys, Complaints& complaints,
             Completions& completions);
  void submit(CommitRequest request, std::function<void(CommitResult)> done);
  [[nodiscard]] bool ready() const noexcept;
  [[nodiscard]] std::size_t in_flight() const noexcept;  // requests; the queued too

 private:
  struct Entry {
    ScriptCall call;
    std::function<void(CommitResult)> done;
    bool as_text = false;
    CommitResult result;
  };
  struct Writer {
    std::unique_ptr<RedisConnection> connection;
    std::vector<std::unique_ptr<Entry>> batch;  // have a reply, wait for their WAIT
    bool waiting = false;
  };

  void pump();
  std::unique_ptr<Entry> take_next();
  [[nodiscard]] bool idle() const noexcept { return queue_.empty() && again_.empty(); }
  void pump_window(Writer& writer);
  void pump_batch(Writer& writer);
  void send_entry(Writer& writer, std::unique_ptr<Entry> entry);
  void on_script(Writer& writer, std::unique_ptr<Entry> entry, const redisReply* reply);
  void on_wait(Writer& writer, const redisReply* reply);
  void answer(std::unique_ptr<Entry> entry);

  const int wait_replicas_;
  const std::string wait_replicas_text_;
  const std::string wait_ms_text_;
  const RedisKeys& keys_;
  Complaints& complaints_;
  Completions& completions_;
  std::deque<std::unique_ptr<Entry>> queue_;
  std::size_t queue_bytes_ = 0;
  std::deque<std::unique_ptr<Entry>> again_;  // after a NOSCRIPT, ahead of the queue; at most what was in flight
  UvDeferred end_of_turn_;
  bool pump_posted_ = false;
  std::vector<std::unique_ptr<Writer>> writers_;  // last: their handlers use everything above
};

}  // namespace ringfence
