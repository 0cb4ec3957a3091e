// One bare connection to one server: resolve, connect, AUTH, commands and their replies in order, until it is lost.
// Owned by RedisConnection (data) and Inquiry (Sentinels, cluster nodes). Must not know: when to connect again.
//
// Every handler handed to send() is called exactly once, with null when the outcome is unknown, and never after
// destruction. Handlers run inside hiredis: they may send more or drop, but must not destroy the link.
#pragma once

#include <hiredis/async.h>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/redis/redis_options.h"
#include "adapters/redis/redis_poll.h"
#include "adapters/redis/resolve.h"
#include "adapters/uv/loop.h"

namespace ringfence {

using ReplyHandler = std::move_only_function<void(const redisReply*)>;

class RedisLink {
 public:
  // `lost` runs once for each open(), with the reason, perhaps inside it.
  RedisLink(UvLoop& loop, std::function<void(std::string)> lost);
  ~RedisLink();
  RedisLink(const RedisLink&) = delete;
  RedisLink& operator=(const RedisLink&) = delete;

  // Sees every reply before its handler; true: the server is to be left.
  void set_judge(std::function<bool(const redisReply*)> judge) { judge_ = std::move(judge); }
  // `opened` runs when commands may be sent: they wait in the link until the server is connected.
  void open(const RedisAddress& address, std::function<void()> opened);
  void log_in(const RedisLogin& login);
  void send(const std::vector<std::string_view>& words, ReplyHandler handler);
  // From then on every message runs `heard`, and nothing can be sent any more.
  void subscribe(const std::string& channel, std::function<void()> heard);
  // Null to everybody who waits, then lost(). Inside a handler it happens after the handler.
  void drop(std::string reason);
  // This server's address works, for a name that has several.
  void keep_address() { resolve_.keep(); }

  [[nodiscard]] bool is_open() const noexcept { return context_ != nullptr && !dropping_; }
  [[nodiscard]] bool is_resolving() const noexcept { return resolving_; }
  [[nodiscard]] std::size_t in_flight() const noexcept { return pending_.size(); }
  // When the oldest command without a reply was sent; 0: there is none.
  [[nodiscard]] Millis oldest_ms() const noexcept { return pending_.empty() ? 0 : pending_.front().sent_ms; }

 private:
  struct Pending {
    Millis sent_ms = 0;
    ReplyHandler handler;
  };
  void adopt(redisAsyncContext* context);
  void gone();  // hiredis has let go of the context
  void fail(std::string reason);
  static void on_reply(redisAsyncContext* context, void* reply, void* self) noexcept;
  static void on_message(redisAsyncContext* context, void* reply, void* self) noexcept;

  UvLoop& loop_;
  std::function<void(std::string)> lost_;
  std::function<bool(const redisReply*)> judge_;
  std::function<void()> opened_;
  std::function<void()> heard_;
  redisAsyncContext* context_ = nullptr;  // freed by hiredis; null from gone() on
  std::unique_ptr<RedisPoll> poll_;
  std::deque<Pending> pending_;  // replies come in the order of the commands
  Resolve resolve_;
  int port_ = 0;
  std::string reason_;  // why we dropped
  bool resolving_ = false;
  bool dropping_ = false;
  bool closing_ = false;
};

[[nodiscard]] bool is_error(const redisReply* reply, std::string_view prefix);

}  // namespace ringfence
