// One connection to Redis that keeps itself alive: resolve, connect, AUTH, name, ROLE, scripts, then ready; a watchdog
// on the oldest reply, a heartbeat that asks for the role, reconnect with jitter. Owned by the commit lane and the
// store. Must not know: what the commands mean.
//
// Every handler handed to send() or run() is called exactly once, with null when the outcome is unknown, and never
// after destruction. Handlers run inside hiredis: they may send more, but must not destroy the connection.
#pragma once

#include <hiredis/async.h>

#include <array>
#include <deque>
#include <functional>
#include <initializer_list>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/redis/redis_options.h"
#include "adapters/redis/redis_poll.h"
#include "adapters/redis/resolve.h"
#include "adapters/redis/scripts.h"
#include "adapters/redis/trouble.h"
#include "adapters/uv/loop.h"
#include "ports/log.h"

namespace ringfence {

using ReplyHandler = std::move_only_function<void(const redisReply*)>;

class RedisConnection {
 public:
  // `changed` runs when the connection became ready or was lost.
  RedisConnection(UvLoop& loop, Log& log, const RedisOptions& options, Complaints& complaints, std::string name,
                  std::function<void()> changed);
  ~RedisConnection();
  RedisConnection(const RedisConnection&) = delete;
  RedisConnection& operator=(const RedisConnection&) = delete;

  [[nodiscard]] bool ready() const noexcept { return state_ == State::ready; }
  [[nodiscard]] std::size_t in_flight() const noexcept { return pending_.size(); }

  void send(const std::vector<std::string_view>& words, ReplyHandler handler);
  // As EVALSHA; `as_text` as EVAL, after a NOSCRIPT.
  void run(const ScriptCall& call, bool as_text, ReplyHandler handler);
  // Answers NOSCRIPT by sending the text once. Not for what a WAIT already sent is to cover.
  void run_retrying(ScriptCall call, ReplyHandler handler);
  // The server is not what it should be (demoted, loading, silent): start over.
  void drop(std::string reason);

 private:
  enum class State : std::uint8_t { waiting, resolving, setting_up, dropping, ready };
  struct Pending {
    Millis sent_ms = 0;
    ReplyHandler handler;
  };

  void attempt();
  void adopt(redisAsyncContext* context);
  void set_up();
  void check_role(const redisReply* reply);
  void become_ready();
  void lost();  // hiredis has let go of the context
  void retry_later();
  void tick();
  static void on_reply(redisAsyncContext* context, void* reply, void* self) noexcept;

  UvLoop& loop_;
  Log& log_;
  RedisOptions options_;
  Complaints& complaints_;
  std::string name_;
  std::function<void()> changed_;
  State state_ = State::waiting;
  redisAsyncContext* context_ = nullptr;  // freed by hiredis; null from lost() on
  std::unique_ptr<RedisPoll> poll_;
  std::deque<Pending> pending_;  // replies come in the order of the commands
  std::array<std::string, kScripts> sha_;
  Resolve resolve_;
  UvTimer retry_timer_;
  UvTimer tick_timer_;
  std::minstd_rand jitter_;
  Millis backoff_ms_ = 0;
  Millis attempt_started_ms_ = 0;
  Millis last_tick_ms_ = 0;
  Millis last_heartbeat_ms_ = 0;
  std::string reason_;     // why we dropped, or what refused us
  std::string complaint_;  // the last one logged
  bool was_ready_ = false;
  bool closing_ = false;
};

[[nodiscard]] bool is_error(const redisReply* reply, std::string_view prefix);

}  // namespace ringfence
