// The way of a connection to "ready" and back; see connection.h.
#include "adapters/redis/connection.h"

#include <algorithm>
#include <utility>

#include "shared/limits.h"

namespace ringfence {

RedisConnection::RedisConnection(UvLoop& loop, Log& log, const RedisOptions& options, const RedisAddress& address,
                                 Complaints& complaints, std::string name, std::function<void()> changed)
    : loop_(loop),
      log_(log),
      options_(options),
      address_(address),
      complaints_(complaints),
      name_(std::move(name)),
      changed_(std::move(changed)),
      retry_timer_(loop),
      tick_timer_(loop),
      jitter_(options.jitter_seed + static_cast<std::uint32_t>(name_.size()) + 1),
      link_(loop, [this](std::string reason) { lost(std::move(reason)); }) {
  link_.set_judge([this](const redisReply* reply) { return judge(reply); });
  last_tick_ms_ = static_cast<Millis>(uv_now(loop.get()));
  retry_timer_.start(0, [this] { attempt(); });
  tick_timer_.start(limits::kStoreTickMs, [this] { tick(); });
}

void RedisConnection::attempt() {
  attempt_started_ms_ = static_cast<Millis>(uv_now(loop_.get()));
  state_ = State::setting_up;
  link_.open(address_, [this] { set_up(); });
}

void RedisConnection::set_up() {
  link_.log_in({options_.user, options_.password});
  // Only a name for CLIENT LIST; an ACL may forbid it.
  send({"CLIENT", "SETNAME", "ringd"}, [](const redisReply*) {});
  send({"ROLE"}, [this](const redisReply* reply) { check_role(reply); });
  for (std::size_t i = 0; i < kScripts; ++i) {
    send({"SCRIPT", "LOAD", script_text(static_cast<Script>(i))}, [this, i](const redisReply* reply) {
      if (reply == nullptr || state_ != State::setting_up || !link_.is_open()) return;
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
  link_.keep_address();
  backoff_ms_ = 0;
  complaint_.clear();
  last_heartbeat_ms_ = static_cast<Millis>(uv_now(loop_.get()));
  log_.write(LogLevel::notice, "redis_ready", {{"connection", name_}, {"server", address_.text()}});
  changed_();
}

void RedisConnection::run(const ScriptCall& call, bool as_text, ReplyHandler handler) {
  const std::string key_count = std::to_string(call.keys.size());
  std::vector<std::string_view> words;
  words.reserve(3 + call.keys.size() + call.arguments.size());
  words.emplace_back(as_text ? "EVAL" : "EVALSHA");
  words.push_back(as_text ? script_text(call.script) : std::string_view(sha_[static_cast<std::size_t>(call.script)]));
  words.emplace_back(key_count);
  words.insert(words.end(), call.keys.begin(), call.keys.end());
  words.insert(words.end(), call.arguments.begin(), call.arguments.end());
  send(words, std::move(handler));
}

void RedisConnection::run_retrying(ScriptCall call, ReplyHandler handler) {
  auto owned = std::make_unique<ScriptCall>(std::move(call));
  const ScriptCall& words = *owned;
  run(words, false, [this, owned = std::move(owned), handler = std::move(handler)](const redisReply* reply) mutable {
    if (is_error(reply, "NOSCRIPT")) {
      run(*owned, true, std::move(handler));
    } else {
      handler(reply);
    }
  });
}

bool RedisConnection::judge(const redisReply* reply) {
  if (reply == nullptr && state_ == State::ready) complaints_.hear_nothing();
  const TroubleRule* trouble = trouble_of(reply);
  if (trouble == nullptr) return false;
  // What set-up is refused for is its own to say, but for what ails the server as a whole.
  if (ready() || trouble->not_written) complaints_.hear(*trouble, reply);
  return trouble->then == Then::leave;
}

void RedisConnection::give_up() {
  given_up_ = true;
  retry_timer_.stop();
  tick_timer_.stop();
  link_.drop("another server has its place");
}

void RedisConnection::lost(std::string reason) {
  state_ = State::waiting;
  if (!given_up_) {
    if (reason != complaint_) {
      log_.write(LogLevel::warning, "redis_away",
                 {{"connection", name_}, {"server", address_.text()}, {"detail", reason}});
      complaint_ = std::move(reason);
    }
    backoff_ms_ = std::clamp(2 * backoff_ms_, limits::kStoreReconnectMinMs, limits::kStoreReconnectMaxMs);
    const Millis half = backoff_ms_ / 2;
    retry_timer_.start(half + static_cast<Millis>(jitter_()) % (half + 1), [this] { attempt(); });
  }
  changed_();
}

void RedisConnection::tick() {
  tick_timer_.start(limits::kStoreTickMs, [this] { tick(); });
  const auto now_ms = static_cast<Millis>(uv_now(loop_.get()));
  const bool was_asleep = now_ms - std::exchange(last_tick_ms_, now_ms) > 3 * limits::kStoreTickMs;
  // When this process itself was stopped, the replies may lie unread in the socket: read them first.
  if (was_asleep) return;
  const Millis reply_ms = limits::kStoreReplyMs + (options_.wait_replicas > 0 ? options_.wait_ms : 0);
  const Millis oldest_ms = link_.oldest_ms();
  if (state_ == State::setting_up && now_ms - attempt_started_ms_ > limits::kStoreConnectMs) {
    drop(link_.is_resolving() ? "its name was not resolved in time"
                              : "no connection within " + std::to_string(limits::kStoreConnectMs) + " ms");
  } else if (ready() && oldest_ms != 0 && now_ms - oldest_ms > reply_ms) {
    drop("no reply within " + std::to_string(reply_ms) + " ms");
  } else if (ready() && now_ms - last_heartbeat_ms_ >= limits::kStoreHeartbeatMs) {
    last_heartbeat_ms_ = now_ms;
    send({"ROLE"}, [this](const redisReply* reply) { check_role(reply); });
  }
}

}  // namespace ringfence
