// hiredis' asynchronous context with an owner; see link.h.
#include "adapters/redis/link.h"

#include <fcntl.h>

#include <utility>

#include "adapters/redis/trouble.h"

namespace ringfence {

bool is_error(const redisReply* reply, std::string_view prefix) {
  return reply != nullptr && reply->type == REDIS_REPLY_ERROR &&
         std::string_view(reply->str, reply->len).starts_with(prefix);
}

std::string RedisAddress::text() const {
  if (!unix_path.empty()) return unix_path;
  const bool is_v6 = host.find(':') != std::string::npos;
  return (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

RedisLink::RedisLink(UvLoop& loop, std::function<void(std::string)> lost)
    : loop_(loop), lost_(std::move(lost)), resolve_(loop) {}

RedisLink::~RedisLink() {
  closing_ = true;
  if (context_ != nullptr) redisAsyncFree(context_);
}

void RedisLink::open(const RedisAddress& address, std::function<void()> opened) {
  opened_ = std::move(opened);
  dropping_ = false;
  reason_.clear();
  if (!address.unix_path.empty()) {
    adopt(redisAsyncConnectUnix(address.unix_path.c_str()));
    return;
  }
  port_ = address.port;
  resolving_ = true;
  resolve_.start(address.host, [this](Result<std::string> numeric) {
    resolving_ = false;
    if (numeric) {
      adopt(redisAsyncConnect(numeric->c_str(), port_));
    } else {
      fail(numeric.error().text);
    }
  });
}

void RedisLink::adopt(redisAsyncContext* context) {
  // A missing Unix socket or no route shows at once, and then no callback ever runs.
  if (context == nullptr || context->err != 0) {
    std::string reason = context == nullptr ? "out of memory" : context->errstr;
    if (context != nullptr) redisAsyncFree(context);
    fail(std::move(reason));
    return;
  }
  fcntl(context->c.fd, F_SETFD, FD_CLOEXEC);
  context_ = context;
  poll_ = std::make_unique<RedisPoll>(loop_, context, [this] { gone(); });
  if (!poll_->attached()) {
    poll_.reset();
    redisAsyncFree(std::exchange(context_, nullptr));
    fail("the loop refuses its socket");
    return;
  }
  const auto opened = std::move(opened_);
  opened();
}

void RedisLink::log_in(const RedisLogin& login) {
  if (login.password.empty()) return;
  std::vector<std::string_view> words = {"AUTH"};
  if (!login.user.empty()) words.emplace_back(login.user);
  words.emplace_back(login.password);
  send(words, [this](const redisReply* reply) {
    if (is_error(reply, "")) drop("it refuses our user or password: " + complaint_of(reply));
  });
}

void RedisLink::send(const std::vector<std::string_view>& words, ReplyHandler handler) {
  if (!is_open()) {
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

void RedisLink::subscribe(const std::string& channel, std::function<void()> heard) {
  if (!is_open()) return;
  heard_ = std::move(heard);
  redisEnableKeepAlive(&context_->c);  // a message may be days away: only the kernel notices a dead peer
  const char* words[] = {"SUBSCRIBE", channel.c_str()};
  const std::size_t sizes[] = {9, channel.size()};
  redisAsyncCommandArgv(context_, on_message, this, 2, words, sizes);
}

void RedisLink::on_reply(redisAsyncContext*, void* reply, void* self) noexcept {
  auto* link = static_cast<RedisLink*>(self);
  if (link->closing_ || link->pending_.empty()) return;
  ReplyHandler handler = std::move(link->pending_.front().handler);
  link->pending_.pop_front();
  const auto* said = static_cast<const redisReply*>(reply);
  const bool leave = link->judge_ && link->judge_(said);
  handler(said);
  if (leave) link->drop(complaint_of(said));
}

void RedisLink::on_message(redisAsyncContext*, void* reply, void* self) noexcept {
  auto* link = static_cast<RedisLink*>(self);
  const auto* said = static_cast<const redisReply*>(reply);
  if (link->closing_ || said == nullptr || !link->heard_) return;
  if (said->type == REDIS_REPLY_ARRAY && said->elements == 3 && said->element[0]->type == REDIS_REPLY_STRING &&
      std::string_view(said->element[0]->str, said->element[0]->len) == "message") {
    link->heard_();
  }
}

void RedisLink::drop(std::string reason) {
  if (resolving_) {
    resolve_.forget();
    resolving_ = false;
    fail(std::move(reason));
    return;
  }
  if (!is_open()) return;
  dropping_ = true;
  reason_ = std::move(reason);
  redisAsyncFree(context_);
}

void RedisLink::gone() {
  if (reason_.empty()) {
    const char* text = static_cast<const char*>(context_->c.errstr);
    reason_ = *text == '\0' ? "the connection was closed" : text;
  }
  context_ = nullptr;
  poll_.reset();
  if (closing_) return;
  fail(std::exchange(reason_, {}));
}

void RedisLink::fail(std::string reason) {
  dropping_ = false;
  lost_(std::move(reason));
}

}  // namespace ringfence
