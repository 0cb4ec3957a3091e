// The way of a Redis connection from nothing to "ready"; see connection.h.
#include <fcntl.h>

#include <string>
#include <utility>

#include "adapters/redis/connection.h"
#include "shared/limits.h"

namespace ringfence {

void RedisConnection::attempt() {
  attempt_started_ms_ = static_cast<Millis>(uv_now(loop_.get()));
  if (!options_.unix_path.empty()) {
    adopt(redisAsyncConnectUnix(options_.unix_path.c_str()));
    return;
  }
  state_ = State::resolving;
  resolve_.start(options_.host, [this](Result<std::string> address) {
    if (address) {
      adopt(redisAsyncConnect(address->c_str(), options_.port));
    } else {
      reason_ = address.error().text;
      retry_later();
    }
  });
}

void RedisConnection::adopt(redisAsyncContext* context) {
  // A missing Unix socket or no route shows at once, and then no callback ever runs.
  if (context == nullptr || context->err != 0) {
    reason_ = context == nullptr ? "out of memory" : context->errstr;
    if (context != nullptr) redisAsyncFree(context);
    retry_later();
    return;
  }
  fcntl(context->c.fd, F_SETFD, FD_CLOEXEC);
  context_ = context;
  state_ = State::setting_up;
  poll_ = std::make_unique<RedisPoll>(loop_, context, [this] { lost(); });
  if (!poll_->attached()) {
    reason_ = "the loop refuses its socket";
    poll_.reset();
    redisAsyncFree(std::exchange(context_, nullptr));
    retry_later();
    return;
  }
  set_up();
}

void RedisConnection::set_up() {
  if (!options_.password.empty()) {
    std::vector<std::string_view> words = {"AUTH"};
    if (!options_.user.empty()) words.emplace_back(options_.user);
    words.emplace_back(options_.password);
    send(words, [this](const redisReply* reply) {
      if (is_error(reply, "")) drop("it refuses our user or password: " + complaint_of(reply));
    });
  }
  // Only a name for CLIENT LIST; an ACL may forbid it.
  send({"CLIENT", "SETNAME", "ringd"}, [](const redisReply*) {});
  send({"ROLE"}, [this](const redisReply* reply) { check_role(reply); });
  for (std::size_t i = 0; i < kScripts; ++i) {
    send({"SCRIPT", "LOAD", script_text(static_cast<Script>(i))}, [this, i](const redisReply* reply) {
      if (reply == nullptr || state_ != State::setting_up) return;
      if (reply->type != REDIS_REPLY_STRING) {
        drop(is_error(reply, "") ? "it refuses our scripts: " + complaint_of(reply) : "it is not a Redis");
        return;
      }
      sha_[i].assign(reply->str, reply->len);
      if (i + 1 == kScripts) become_ready();
    });
  }
}

void RedisConnection::check_role(const redisReply* reply) {
  if (reply == nullptr) return;
  if (is_error(reply, "BUSY") && state_ == State::ready) return;  // still the one it was
  if (is_error(reply, "")) {
    drop("it does not tell its role: " + complaint_of(reply));
  } else if (reply->type != REDIS_REPLY_ARRAY || reply->elements == 0 ||
             reply->element[0]->type != REDIS_REPLY_STRING) {
    drop("it is not a Redis");
  } else if (const std::string_view role(reply->element[0]->str, reply->element[0]->len); role != "master") {
    // A replica takes no writes, and what it says may be old.
    drop("it is not the master but: " + std::string(role));
  }
}

void RedisConnection::become_ready() {
  state_ = State::ready;
  if (std::exchange(was_ready_, true)) complaints_.hear_reconnect();
  resolve_.keep();
  backoff_ms_ = 0;
  complaint_.clear();
  last_heartbeat_ms_ = static_cast<Millis>(uv_now(loop_.get()));
  log_.write(LogLevel::notice, "redis_ready", {{"connection", name_}});
  changed_();
}

}  // namespace ringfence
