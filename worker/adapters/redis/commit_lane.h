// The way of commits into one master: queue, script, and when replicas count, one WAIT for all commits of a batch.
// Owned by RedisNode. Must not know: reads, sessions' meaning, other masters.
//
// Without replicas one connection with a window. With replicas two connections that alternate: a WAIT blocks everything
// behind it on its own connection, so while one waits the other takes the next batch.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "adapters/redis/commit.h"
#include "adapters/redis/completions.h"
#include "adapters/redis/connection.h"
#include "adapters/redis/slot_map.h"

namespace ringfence {

// What a lane and the reader beside it say to whoever knows all masters.
struct NodeHooks {
  std::function<void(std::unique_ptr<Commit>, const Redirect&)> redirected;
  std::function<void()> lost;  // a connection; or it could not be made
  std::function<void()> look;  // another server may be the master
};

class CommitLane {
 public:
  CommitLane(UvLoop& loop, Log& log, const RedisOptions& options, const RedisAddress& address, Complaints& complaints,
             Completions& completions, const NodeHooks& hooks);
  // Accepts always: who owns all lanes bounds what they hold together.
  void submit(std::unique_ptr<Commit> commit);
  void give_up();  // for good: everybody is answered
  [[nodiscard]] bool ready() const noexcept;
  [[nodiscard]] std::size_t queued() const noexcept { return queue_.size(); }
  [[nodiscard]] std::size_t queued_bytes() const noexcept { return queue_bytes_; }
  [[nodiscard]] std::size_t in_flight() const noexcept;  // requests; the queued too

 private:
  struct Writer {
    std::unique_ptr<RedisConnection> connection;
    std::vector<std::unique_ptr<Commit>> batch;  // have a reply, wait for their WAIT
    bool waiting = false;
  };

  void pump();
  std::unique_ptr<Commit> take_next();
  [[nodiscard]] bool idle() const noexcept { return queue_.empty() && again_.empty(); }
  void pump_window(Writer& writer);
  void pump_batch(Writer& writer);
  void send(Writer& writer, std::unique_ptr<Commit> commit);
  void on_script(Writer& writer, std::unique_ptr<Commit> commit, const redisReply* reply);
  void on_wait(Writer& writer, const redisReply* reply);
  void answer(std::unique_ptr<Commit> commit);

  const RedisAddress& address_;
  const int wait_replicas_;
  const std::string wait_replicas_text_;
  const std::string wait_ms_text_;
  Complaints& complaints_;
  Completions& completions_;
  const NodeHooks& hooks_;
  std::deque<std::unique_ptr<Commit>> queue_;
  std::size_t queue_bytes_ = 0;
  std::deque<std::unique_ptr<Commit>> again_;  // after a NOSCRIPT, ahead of the queue; at most what was in flight
  UvDeferred end_of_turn_;
  bool pump_posted_ = false;
  std::vector<std::unique_ptr<Writer>> writers_;  // last: their handlers use everything above
};

}  // namespace ringfence
