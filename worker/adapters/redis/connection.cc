// Sending, replies, the watchdog and reconnecting; see connection.h. The way to "ready" is in connection_setup.cc.
#include "adapters/redis/connection.h"

#include <algorithm>
#include <utility>

#include "shared/limits.h"

namespace ringfence {

bool is_error(const redisReply* reply, std::string_view prefix) {
  return reply != nullptr && reply->type == REDIS_REPLY_ERROR &&
         std::string_view(reply->str, reply->len).starts_with(prefix);
}

RedisConnection::RedisConnection(UvLoop& loop, Log& log, const RedisOptions& options, Complaints& complaints,
                                 std::string name, std::function<void()> changed)
    : loop_(loop),
      log_(log),
      options_(options),
      complaints_(complaints),
      name_(std::move(name)),
      changed_(std::move(changed)),
      resolve_(loop),
      retry_timer_(loop),
      tick_timer_(loop),
      jitter_(options.jitter_seed + static_cast<std::uint32_t>(name_.size()) + 1) {
  last_tick_ms_ = static_cast<Millis>(uv_now(loop.get()));
  retry_timer_.start(0, [this] { attempt(); });
  tick_timer_.start(limits::kStoreTickMs, [this] { tick(); });
}

RedisConnection::~RedisConnection() {
  closing_ = true;
  if (context_ != nullptr) redisAsyncFree(context_);
}

void RedisConnection::send(const std::vector<std::string_view>& words, ReplyHandler handler) {
  if (context_ == nullptr || state_ == State::dropping) {
    handler(nullptr);
    return;
  }
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  texts.reserve(words.size());
  sizes.reserve(words.size());
  for (const std::string_view word : words) {
    texts.push_back(word.data());
    sizes.push_back(word.size());
  }
  pending_.push_back({static_cast<Millis>(uv_now(loop_.get())), std::move(handler)});
  // Always by lengths: a format string would read '%' in a document.
  if (redisAsyncCommandArgv(context_, on_reply, this, static_cast<int>(words.size()), texts.data(), sizes.data()) !=
      REDIS_OK) {
    ReplyHandler refused = std::move(pending_.back().handler);
    pending_.pop_back();
    refused(nullptr);
  }
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

void RedisConnection::on_reply(redisAsyncContext*, void* reply, void* self) noexcept {
  auto* connection = static_cast<RedisConnection*>(self);
  if (connection->closing_ || connection->pending_.empty()) return;
  ReplyHandler handler = std::move(connection->pending_.front().handler);
  connection->pending_.pop_front();
  const auto* said = static_cast<const redisReply*>(reply);
  if (said == nullptr) connection->complaints_.hear_nothing();
  const TroubleRule* trouble = trouble_of(said);
  // What set-up is refused for is its own to say, but for what ails the server as a whole.
  if (trouble != nullptr && (connection->ready() || trouble->not_written)) connection->complaints_.hear(*trouble, said);
  handler(said);
  if (trouble != nullptr && trouble->leave) connection->drop(complaint_of(said));
}

void RedisConnection::drop(std::string reason) {
  if (context_ == nullptr || state_ == State::dropping) return;
  state_ = State::dropping;
  reason_ = std::move(reason);
  redisAsyncFree(context_);  // null to everybody who waits, then lost(); inside a handler it happens after the handler
}

void RedisConnection::lost() {
  if (reason_.empty()) {
    const char* text = static_cast<const char*>(context_->c.errstr);
    reason_ = *text == '\0' ? "the connection was closed" : text;
  }
  context_ = nullptr;
  poll_.reset();
  if (closing_) return;
  state_ = State::waiting;
  retry_later();
  changed_();
}

void RedisConnection::retry_later() {
  const std::string reason = std::exchange(reason_, {});
  if (reason != complaint_) {
    log_.write(LogLevel::warning, "redis_away", {{"connection", name_}, {"detail", reason}});
    complaint_ = reason;
  }
  state_ = State::waiting;
  backoff_ms_ = std::clamp(2 * backoff_ms_, limits::kStoreReconnectMinMs, limits::kStoreReconnectMaxMs);
  const Millis half = backoff_ms_ / 2;
  retry_timer_.start(half + static_cast<Millis>(jitter_()) % (half + 1), [this] { attempt(); });
}

void RedisConnection::tick() {
  tick_timer_.start(limits::kStoreTickMs, [this] { tick(); });
  const auto now_ms = static_cast<Millis>(uv_now(loop_.get()));
  const bool was_asleep = now_ms - std::exchange(last_tick_ms_, now_ms) > 3 * limits::kStoreTickMs;
  // When this process itself was stopped, the replies may lie unread in the socket: read them first.
  if (was_asleep) return;
  const Millis reply_ms = limits::kStoreReplyMs + (options_.wait_replicas > 0 ? options_.wait_ms : 0);
  if (state_ == State::resolving && now_ms - attempt_started_ms_ > limits::kStoreConnectMs) {
    resolve_.forget();
    reason_ = "its name was not resolved in time";
    retry_later();
  } else if (state_ == State::setting_up && now_ms - attempt_started_ms_ > limits::kStoreConnectMs) {
    drop("no connection within " + std::to_string(limits::kStoreConnectMs) + " ms");
  } else if (state_ == State::ready && !pending_.empty() && now_ms - pending_.front().sent_ms > reply_ms) {
    drop("no reply within " + std::to_string(reply_ms) + " ms");
  } else if (state_ == State::ready && now_ms - last_heartbeat_ms_ >= limits::kStoreHeartbeatMs) {
    last_heartbeat_ms_ = now_ms;
    send({"ROLE"}, [this](const redisReply* reply) { check_role(reply); });
  }
}

}  // namespace ringfence
