// The table of error replies; see trouble.h. All that are "not written" are refused by Redis before a script's first
// write, or before the script begins; once it has written, Redis lets it finish.
#include "adapters/redis/trouble.h"

#include <algorithm>
#include <utility>

#include "shared/limits.h"

namespace ringfence {
namespace {

constexpr std::array<TroubleRule, kTroubles> kRules = {{
    {"BUSY", "busy", true, Then::stay,
     "another client's script holds Redis: redis-cli SCRIPT KILL, or wait; keep busy-reply-threshold at 200"},
    {"OOM", "out_of_memory", true, Then::stay,
     "raise maxmemory or give Redis a machine with more; see INFO memory for who fills it"},
    {"READONLY", "readonly", true, Then::leave,
     "this server is a replica now: name the master, or use sentinel or cluster so that ringd finds it"},
    {"LOADING", "loading", true, Then::leave, "nothing: Redis reads its data after a start and serves when it is done"},
    {"MASTERDOWN", "masterdown", true, Then::leave,
     "this replica has lost its master: bring the master back or promote it"},
    {"CLUSTERDOWN", "clusterdown", true, Then::look,
     "slots are without a master: redis-cli --cluster check; bring the node back or wait for its failover"},
    {"NOREPLICAS", "noreplicas", true, Then::look,
     "fewer replicas than min-replicas-to-write keep up: start them, see INFO replication"},
    {"MISCONF", "disk", true, Then::stay, "Redis cannot write its files: make room on its disk, see its own log"},
    {"TRYAGAIN", "tryagain", true, Then::stay, "nothing: the slot is moving to another node; it is asked again"},
    {"NOPERM", "denied", false, Then::stay,
     "the ACL user lacks a command or key pattern: compare it with conf/redis.conf.sample, see ACL LOG"},
    {"", "other", false, Then::stay, "read the detail; the key prefix must be ringd's alone"},
}};

constexpr std::array<std::string_view, 3> kRoutine = {"NOSCRIPT", "MOVED", "ASK"};

std::string_view first_word(const redisReply* reply) {
  const std::string_view text(reply->str, reply->len);
  return text.substr(0, text.find(' '));
}

}  // namespace

const std::array<TroubleRule, kTroubles>& trouble_rules() { return kRules; }

const TroubleRule* trouble_of(const redisReply* reply) {
  if (reply == nullptr || reply->type != REDIS_REPLY_ERROR) return nullptr;
  const std::string_view code = first_word(reply);
  if (std::ranges::find(kRoutine, code) != kRoutine.end()) return nullptr;
  const auto found = std::ranges::find(kRules, code, &TroubleRule::code);
  return found == kRules.end() ? &kRules.back() : &*found;
}

std::string complaint_of(const redisReply* reply) {
  const std::string_view text(reply->str, reply->len);
  // "ERR unknown command 'AUTH', with args beginning with: ...": what we sent it stays out of the log.
  return std::string(text.substr(0, std::min(text.find(", with args"), limits::kFieldBytes)));
}

void Complaints::hear(const TroubleRule& rule, const redisReply* reply) {
  const auto kind = static_cast<std::size_t>(&rule - kRules.data());
  ++counters_.troubles[kind];
  say(kind, first_word(reply), complaint_of(reply), rule.advice);
  if (rule.then == Then::look) look_();
}

void Complaints::hear_short_wait(long long have, int want) {
  ++counters_.too_few_replicas;
  say(kTroubles, "WAIT", std::to_string(have) + " of " + std::to_string(want) + " replicas have the last commits",
      "start the missing replicas, see INFO replication; wait_replicas must not ask for more than there are");
  look_();
}

void Complaints::hear_written() {
  if (since_ms_ == 0) return;
  const auto now_ms = static_cast<Millis>(uv_now(loop_.get()));
  log_.write(LogLevel::notice, "redis_serves_again",
             {{"server", server_}, {"after_ms", std::to_string(now_ms - since_ms_)}});
  since_ms_ = 0;
  kinds_ = {};
}

void Complaints::say(std::size_t kind, std::string_view code, const std::string& detail, std::string_view advice) {
  const auto now_ms = std::max<Millis>(1, static_cast<Millis>(uv_now(loop_.get())));
  if (since_ms_ == 0) since_ms_ = now_ms;
  Kind& seen = kinds_[kind];
  ++seen.unsaid;
  if (seen.said_ms != 0 && now_ms - seen.said_ms < limits::kStoreComplainMs) return;
  seen.said_ms = now_ms;
  const std::string count = std::to_string(std::exchange(seen.unsaid, 0));
  log_.write(LogLevel::error, "redis_refuses",
             {{"reply", code}, {"server", server_}, {"detail", detail}, {"do", advice}, {"count", count}});
}

}  // namespace ringfence
