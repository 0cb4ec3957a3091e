// Asking one server after the other; see inquiry.h.
#include "adapters/redis/inquiry.h"

#include <algorithm>
#include <utility>

#include "adapters/redis/trouble.h"
#include "shared/limits.h"

namespace ringfence {

Inquiry::Inquiry(UvLoop& loop, Log& log, Plan plan, Read read)
    : loop_(loop),
      log_(log),
      plan_(std::move(plan)),
      read_(std::move(read)),
      servers_(plan_.servers.begin(), plan_.servers.end()),
      timer_(loop),
      deadline_(loop),
      ears_(loop, [this](const std::string&) { listening_ = false; }),
      mouth_(loop, [this](const std::string& reason) {
        if (asking_) failed(reason);
      }) {
  ask_in(0);
}

void Inquiry::ask_in(Millis delay_ms) {
  timer_.start(delay_ms, [this] { ask(); });
}

void Inquiry::ask_soon() {
  if (asking_) {
    again_ = true;
    return;
  }
  const auto now_ms = static_cast<Millis>(uv_now(loop_.get()));
  ask_in(std::max<Millis>(0, asked_ms_ + limits::kStoreAskAgainMs - now_ms));
}

void Inquiry::doubt(bool soon) {
  other_ = true;
  if (soon) ask_soon();
}

void Inquiry::learn(const std::vector<RedisAddress>& servers) {
  const RedisAddress front = servers_.front();
  servers_ = {front};
  for (const auto* more : {&servers, &plan_.servers}) {
    for (const RedisAddress& one : *more) {
      if (servers_.size() < limits::kStoreServers && std::ranges::find(servers_, one) == servers_.end()) {
        servers_.push_back(one);
      }
    }
  }
}

void Inquiry::ask() {
  if (std::exchange(other_, false) && servers_.size() > 1) next_server();
  asking_ = true;
  again_ = false;
  asked_ms_ = static_cast<Millis>(uv_now(loop_.get()));
  deadline_.start(limits::kStoreAskMs, [this] {
    const std::string reason = "no answer within " + std::to_string(limits::kStoreAskMs) + " ms";
    mouth_.drop(reason);
  });
  if (mouth_.is_open()) {
    put_question();
  } else {
    mouth_.open(servers_.front(), [this] {
      mouth_.log_in(plan_.login);
      put_question();
    });
  }
}

void Inquiry::put_question() {
  const std::vector<std::string_view> words(plan_.question.begin(), plan_.question.end());
  mouth_.send(words, [this](const redisReply* reply) { answered(reply); });
}

void Inquiry::answered(const redisReply* reply) {
  if (!asking_ || reply == nullptr) return;  // lost: the link says so
  std::string wrong = reply->type == REDIS_REPLY_ERROR ? complaint_of(reply) : read_(reply, servers_.front());
  if (!wrong.empty()) {
    mouth_.drop(std::move(wrong));
    return;
  }
  asking_ = false;
  deadline_.stop();
  if (failures_ > 0) {
    log_.write(LogLevel::notice, "redis_answers", {{"who", plan_.who}, {"server", servers_.front().text()}});
  }
  failures_ = 0;
  complaint_.clear();
  mouth_.keep_address();
  listen();
  if (std::exchange(again_, false)) {
    ask_soon();
  } else {
    ask_in(limits::kStoreAskEveryMs);
  }
}

void Inquiry::listen() {
  if (plan_.channel.empty() || listening_) return;
  listening_ = true;
  ears_.open(servers_.front(), [this] {
    ears_.log_in(plan_.login);
    ears_.subscribe(plan_.channel, [this] { ask_soon(); });
  });
}

void Inquiry::next_server() {
  asking_ = false;  // whoever is dropped now is no failure
  mouth_.drop("somebody else is asked");
  ears_.drop("somebody else is asked");
  servers_.push_back(std::move(servers_.front()));
  servers_.pop_front();
}

void Inquiry::failed(const std::string& reason) {
  asking_ = false;
  deadline_.stop();
  ++failures_;
  const std::string complaint = servers_.front().text() + ": " + reason;
  const std::size_t round = servers_.size();
  // One that is away is no news while the others answer.
  if (failures_ % round == 0 && complaint != complaint_) {
    log_.write(LogLevel::warning, "redis_nobody_answers", {{"who", plan_.who}, {"detail", complaint}});
    complaint_ = complaint;
  }
  next_server();
  ask_in(failures_ % round == 0 ? limits::kStoreAskAgainMs : 0);
}

}  // namespace ringfence
