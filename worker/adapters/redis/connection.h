// One connection to a master that keeps itself alive: connect, AUTH, name, ROLE, scripts, then ready; a watchdog on the
// oldest reply, a heartbeat that asks for the role, reconnect with jitter. Owned by the commit lane and the node. Must
// not know: what the commands mean, that there are other servers.
//
// Every handler handed to send() or run() is called exactly once, with null when the outcome is unknown, and never
// after destruction. Handlers run inside hiredis: they may send more, but must not destroy the connection.
#pragma once

#include <array>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/redis/link.h"
#include "adapters/redis/redis_options.h"
#include "adapters/redis/scripts.h"
#include "adapters/redis/trouble.h"
#include "adapters/uv/loop.h"
#include "ports/log.h"

namespace ringfence {

class RedisConnection {
 public:
  // `changed` runs when the connection became ready, was lost, or could not be made.
  RedisConnection(UvLoop& loop, Log& log, const RedisOptions& options, const RedisAddress& address,
                  Complaints& complaints, std::string name, std::function<void()> changed);
  RedisConnection(const RedisConnection&) = delete;
  RedisConnection& operator=(const RedisConnection&) = delete;

  [[nodiscard]] bool ready() const noexcept { return state_ == State::ready && link_.is_open(); }
  // By our own will it is not lost.
  [[nodiscard]] bool is_lost() const noexcept { return !ready() && !given_up_; }
  [[nodiscard]] std::size_t in_flight() const noexcept { return link_.in_flight(); }

  void send(const std::vector<std::string_view>& words, ReplyHandler handler) { link_.send(words, std::move(handler)); }
  // As EVALSHA; `as_text` as EVAL, after a NOSCRIPT.
  void run(const ScriptCall& call, bool as_text, ReplyHandler handler);
  // Answers NOSCRIPT by sending the text once. Not for what a WAIT already sent is to cover.
  void run_retrying(ScriptCall call, ReplyHandler handler);
  // The server is not what it should be (demoted, loading, silent): start over.
  void drop(std::string reason) { link_.drop(std::move(reason)); }
  // For good: null to everybody who waits, and no new attempt.
  void give_up();

 private:
  enum class State : std::uint8_t { waiting, setting_up, ready };

  void attempt();
  void set_up();
  bool judge(const redisReply* reply);
  void check_role(const redisReply* reply);
  void become_ready();
  void lost(std::string reason);
  void tick();

  UvLoop& loop_;
  Log& log_;
  const RedisOptions& options_;
  const RedisAddress& address_;
  Complaints& complaints_;
  std::string name_;
  std::function<void()> changed_;
  State state_ = State::waiting;
  std::array<std::string, kScripts> sha_;
  UvTimer retry_timer_;
  UvTimer tick_timer_;
  std::minstd_rand jitter_;
  Millis backoff_ms_ = 0;
  Millis attempt_started_ms_ = 0;
  Millis last_tick_ms_ = 0;
  Millis last_heartbeat_ms_ = 0;
  std::string complaint_;  // the last one logged
  bool was_ready_ = false;
  bool given_up_ = false;
  RedisLink link_;  // last: its handlers use everything above
};

}  // namespace ringfence
