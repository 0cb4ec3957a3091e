// Asking all shards; see gather.h.
#include "adapters/redis/gather.h"

#include <algorithm>
#include <array>
#include <utility>

#include "shared/limits.h"

namespace ringfence {

void Gather::start() {
  outstanding_ = 1;
  for (std::size_t shard = 0; shard < kShards; ++shard) {
    ++outstanding_;
    ask(shard, [this, shard](const redisReply* reply) {
      auto members = scored_list(reply);
      if (members) {
        heard_ = true;
        for (Scored& one : *members) found_.push_back({SessionId{std::move(one.member)}, shard, one.score});
      } else {
        failed_ = true;
        error_ = std::move(members.error());
      }
      release();
    });
  }
  release();
}

void Gather::release() {
  if (--outstanding_ > 0) return;
  if (failed_ && !serves_in_part()) {
    finished_();
  } else {
    merge();
  }
}

DueClaim::DueClaim(RedisNodes& nodes, const RedisKeys& keys, Millis now_ms, std::size_t count, Millis claim_ms,
                   std::function<void()> finished)
    : Gather(nodes, keys, std::move(finished)),
      now_ms_(now_ms),
      claim_ms_(claim_ms),
      count_(std::min(count, limits::kDueBatch)) {}

void DueClaim::ask(std::size_t shard, ReplyHandler handler) {
  nodes_.ask(shard, {.words = {"ZRANGEBYSCORE", keys_.due(shard), "-inf", std::to_string(now_ms_), "WITHSCORES",
                               "LIMIT", "0", std::to_string(count_)},
                     .answered = std::move(handler)});
}

void DueClaim::merge() {
  // A sick master of a cluster is no reason to say that the store is away.
  failed_ = failed_ && !heard_;
  std::ranges::stable_sort(found_, {}, &Found::score);
  if (found_.size() > count_) found_.resize(count_);
  outstanding_ = 1;
  for (std::size_t shard = 0; shard < kShards; ++shard) {
    ScriptCall call{Script::claim, {keys_.due(shard)}, {std::to_string(now_ms_), std::to_string(now_ms_ + claim_ms_)}};
    for (const Found& found : found_) {
      if (found.shard != shard) continue;
      call.keys.push_back(keys_.session(found.session));
      call.arguments.push_back(found.session.text);
    }
    if (call.keys.size() == 1) continue;
    ++outstanding_;
    nodes_.ask(shard, {.script = std::move(call), .answered = [this](const redisReply* reply) { claimed(reply); }});
  }
  release_claims();
}

void DueClaim::claimed(const redisReply* reply) {
  auto sessions = text_list(reply);
  if (sessions) {
    for (auto& session : *sessions) claimed_.push_back(SessionId{std::move(session)});
  } else {
    failed_ = true;
    error_ = std::move(sessions.error());
  }
  release_claims();
}

void DueClaim::release_claims() {
  if (--outstanding_ == 0) finish();
}

Result<std::vector<SessionId>> DueClaim::take_result() {
  // What one shard gave is ours even if another failed; the rest comes back when its claim runs out.
  if (failed_ && claimed_.empty()) return std::unexpected(std::move(error_));
  return std::move(claimed_);
}

Listing::Listing(RedisNodes& nodes, const RedisKeys& keys, std::size_t count, std::function<void()> finished)
    : Gather(nodes, keys, std::move(finished)), count_(std::min(count, limits::kListedCalls)) {}

void Listing::ask(std::size_t shard, ReplyHandler handler) {
  // All of them, not the newest `count`: sessions with a short life may have expired in front of older ones.
  nodes_.ask(shard,
             {.words = {"ZREVRANGE", keys_.recent(shard), "0", std::to_string(limits::kListedCalls - 1), "WITHSCORES"},
              .answered = std::move(handler)});
}

void Listing::merge() {
  std::ranges::stable_sort(found_, std::ranges::greater(), &Found::score);
  read_more();
}

void Listing::read_more() {
  if (failed_ || calls_.size() >= count_ || next_ >= found_.size()) {
    finish();
    return;
  }
  outstanding_ = 1;
  const std::size_t end = std::min({found_.size(), next_ + kShards, next_ + count_ - calls_.size()});
  while (next_ < end) {
    const std::size_t place = next_++;
    const Found& found = found_[place];
    ScriptCall call{Script::listed, {keys_.session(found.session), keys_.recent(found.shard)}, {found.session.text}};
    ++outstanding_;
    nodes_.ask(found.shard,
               {.script = std::move(call), .answered = [this, place](const redisReply* reply) { read(place, reply); }});
  }
  release_reads();
}

void Listing::read(std::size_t place, const redisReply* reply) {
  auto stored = stored_session(reply);
  if (!stored) {
    failed_ = true;
    error_ = std::move(stored.error());
  } else if (stored->version != 0) {
    calls_[place] = {found_[place].session, stored->version, std::move(stored->document)};
  }
  release_reads();
}

void Listing::release_reads() {
  if (--outstanding_ == 0) read_more();
}

ListRows::ListRows(RedisNodes& nodes, const RedisKeys& keys, ListQuestion question, std::function<void()> finished)
    : Gather(nodes, keys, std::move(finished)), question_(std::move(question)) {
  question_.count = std::min(question_.count, limits::kListLines);
  share_ = std::min(question_.count, question_.count * 4 / kShards + limits::kShardShare);
}

void ListRows::ask(std::size_t shard, ReplyHandler handler) {
  const std::string key = keys_.rows(shard, question_.list);
  if (!question_.name.empty()) {
    nodes_.ask(shard, {.script = ScriptCall{Script::row, {key}, {question_.name}}, .answered = std::move(handler)});
    return;
  }
  const std::string until = std::to_string(question_.until_ms), since = "(" + std::to_string(question_.since_ms);
  const bool oldest_first = question_.order == ListQuestion::Order::oldest_first;
  nodes_.ask(shard, {.words = {oldest_first ? "ZRANGEBYSCORE" : "ZREVRANGEBYSCORE", key, oldest_first ? since : until,
                               oldest_first ? until : since, "WITHSCORES", "LIMIT", "0", std::to_string(share_)},
                     .answered = std::move(handler)});
}

// Of found_ in order: may a shard that gave all it was asked for have more before the last that we take?
bool ListRows::cut_short() const {
  std::array<std::size_t, kShards> given{};
  for (std::size_t i = 0; i < found_.size(); ++i) {
    if (++given.at(found_[i].shard) < share_) continue;
    if (found_.size() < question_.count || found_[i].score != found_[question_.count - 1].score) {
      if (i < question_.count) return true;
    }
  }
  return false;
}

void ListRows::merge() {
  const bool onwards = question_.order == ListQuestion::Order::oldest_first;
  std::ranges::stable_sort(found_, {}, [onwards](const Found& one) { return onwards ? one.score : -one.score; });
  if (share_ < question_.count && question_.name.empty() && cut_short()) {
    share_ = question_.count;
    found_.clear();
    start();
    return;
  }
  if (found_.size() > question_.count) found_.resize(question_.count);
  std::array<std::vector<std::size_t>, kShards> places;
  for (std::size_t i = 0; i < found_.size(); ++i) {
    rows_.push_back({.name = found_[i].session.text, .at_ms = static_cast<Millis>(found_[i].score)});
    places.at(found_[i].shard).push_back(i);
  }
  outstanding_ = 1;
  for (std::size_t shard = 0; shard < kShards; ++shard) {
    if (places.at(shard).empty()) continue;
    std::vector<std::string> words{"HMGET", keys_.row_lines(shard, question_.list)};
    for (const std::size_t place : places.at(shard)) words.push_back(found_[place].session.text);
    ++outstanding_;
    nodes_.ask(shard, {.words = std::move(words),
                       .answered = [this, mine = places.at(shard)](const redisReply* reply) { read(mine, reply); }});
  }
  release_reads();
}

void ListRows::read(const std::vector<std::size_t>& places, const redisReply* reply) {
  auto lines = text_list(reply);
  if (!lines || lines->size() != places.size()) {
    failed_ = true;
    error_ = lines ? Error{ErrorCode::internal, "Redis gave too few lines of a list"} : std::move(lines.error());
  } else {
    for (std::size_t i = 0; i < places.size(); ++i) rows_[places[i]].line = std::move((*lines)[i]);
  }
  release_reads();
}

void ListRows::release_reads() {
  if (--outstanding_ == 0) finish();
}

Result<std::vector<ListRow>> ListRows::take_result() {
  if (failed_) return std::unexpected(std::move(error_));
  // Without a line: it went between the two questions. Of a list it keeps its place: who reads on counts the rows.
  if (!question_.name.empty()) std::erase_if(rows_, [](const ListRow& row) { return row.line.empty(); });
  return std::move(rows_);
}

Result<std::vector<CallListing>> Listing::take_result() {
  if (failed_) return std::unexpected(std::move(error_));
  std::vector<CallListing> calls;
  for (auto& [place, call] : calls_) calls.push_back(std::move(call));
  return calls;
}

}  // namespace ringfence
