// From place to master; see nodes.h.
#include "adapters/redis/nodes.h"

#include <algorithm>
#include <utility>

#include "shared/limits.h"

namespace ringfence {

struct RedisNodes::Asked {
  std::size_t place = 0;
  Question question;
  std::size_t hops = 0;
  bool asking = false;
};

RedisNode::RedisNode(UvLoop& loop, Log& log, const RedisOptions& options, RedisAddress at, RedisCounters& counters,
                     Completions& completions, const NodeHooks& hooks)
    : address(std::move(at)),
      complaints(loop, log, counters, address.text(), hooks.look),
      lane(loop, log, options, address, complaints, completions, hooks),
      reader(loop, log, options, address, complaints, "reads", [this, &hooks] {
        if (reader.is_lost()) hooks.lost();
      }) {}

void RedisNode::give_up() {
  lane.give_up();
  reader.give_up();
}

RedisNodes::RedisNodes(UvLoop& loop, Log& log, const RedisOptions& options, const RedisKeys& keys,
                       RedisCounters& counters, Completions& completions)
    : loop_(loop),
      log_(log),
      options_(options),
      counters_(counters),
      completions_(completions),
      deferred_(loop),
      retire_timer_(loop) {
  hooks_.redirected = [this](std::unique_ptr<Commit> commit, const Redirect& redirect) {
    if (RedisNode* node = follow(commit->place, redirect, commit->hops)) {
      commit->asking = redirect.ask;
      node->lane.submit(std::move(commit));
      return;
    }
    commit->result.not_written = true;
    completions_.post([commit = std::move(commit)] { commit->done(std::move(commit->result)); });
  };
  hooks_.lost = [this] { book_->doubt(AddressBook::Doubt::urgent); };
  hooks_.look = [this] { book_->doubt(AddressBook::Doubt::mild); };
  book_ = make_address_book(loop, log, options, keys, [this] {
    // Not now: a connection that is to go may be the one that told us.
    if (std::exchange(book_changed_, true)) return;
    deferred_.post([this] { follow_book(); });
  });
  follow_book();
}

Millis RedisNodes::now_ms() const { return static_cast<Millis>(uv_now(loop_.get())); }

RedisNode& RedisNodes::node_at(const RedisAddress& address) {
  auto& node = nodes_[address];
  if (!node) node = std::make_unique<RedisNode>(loop_, log_, options_, address, counters_, completions_, hooks_);
  return *node;
}

void RedisNodes::follow_book() {
  book_changed_ = false;
  bool replaced = false;
  for (std::size_t place = 0; place < kPlaces; ++place) {
    const RedisAddress* address = book_->where(place);
    RedisNode* node = address == nullptr ? nullptr : &node_at(*address);
    RedisNode* before = std::exchange(places_[place], node);
    replaced = replaced || (before != nullptr && before != node);
  }
  if (replaced) ++counters_.switches;
  retire();
}

void RedisNodes::retire() {
  bool some_kept = false;
  for (auto it = nodes_.begin(); it != nodes_.end();) {
    RedisNode& node = *it->second;
    const bool used = std::ranges::find(places_, &node) != places_.end();
    const bool kept = !used && node.keep_until_ms > now_ms();
    some_kept = some_kept || kept;
    if (used || kept) {
      ++it;
    } else {
      node.give_up();
      it = nodes_.erase(it);
    }
  }
  if (some_kept) retire_timer_.start(limits::kStoreKeepMs, [this] { retire(); });
}

RedisNode* RedisNodes::follow(std::size_t place, const Redirect& redirect, std::size_t& hops) {
  ++counters_.redirects;
  if (++hops > limits::kStoreRedirects) return nullptr;
  if (!redirect.ask) book_->moved(place, redirect.to);
  if (nodes_.size() >= limits::kStoreNodes && !nodes_.contains(redirect.to)) return nullptr;
  RedisNode& node = node_at(redirect.to);
  node.keep_until_ms = now_ms() + limits::kStoreKeepMs;
  retire_timer_.start(limits::kStoreKeepMs, [this] { retire(); });
  return &node;
}

void RedisNodes::ask(std::size_t place, Question question) {
  auto asked = std::make_unique<Asked>();
  asked->place = place;
  asked->question = std::move(question);
  send(std::move(asked), places_[place]);
}

void RedisNodes::send(std::unique_ptr<Asked> asked, RedisNode* node) {
  if (node == nullptr || !node->reader.ready()) {
    asked->question.answered(nullptr);
    return;
  }
  RedisConnection& reader = node->reader;
  const Question& question = asked->question;
  if (asked->asking) reader.send({"ASKING"}, [](const redisReply*) {});
  auto heard = [this, node, asked = std::move(asked)](const redisReply* reply) mutable {
    answered(std::move(asked), *node, reply);
  };
  if (question.script) {
    reader.run_retrying(*question.script, std::move(heard));
  } else {
    reader.send({question.words.begin(), question.words.end()}, std::move(heard));
  }
}

void RedisNodes::answered(std::unique_ptr<Asked> asked, RedisNode& node, const redisReply* reply) {
  if (const auto redirect = redirect_of(reply, node.address)) {
    if (RedisNode* other = follow(asked->place, *redirect, asked->hops)) {
      asked->asking = redirect->ask;
      send(std::move(asked), other);
      return;
    }
  }
  asked->question.answered(reply);
}

void RedisNodes::submit(std::unique_ptr<Commit> commit) {
  std::size_t queued = 0, bytes = weight(*commit);
  for (const auto& [address, node] : nodes_) {
    queued += node->lane.queued();
    bytes += node->lane.queued_bytes();
  }
  RedisNode* node = places_[commit->place];
  if (node == nullptr || queued >= limits::kStoreQueue || bytes > limits::kStoreQueueBytes) {
    commit->result.not_written = true;
    completions_.post([commit = std::move(commit)] { commit->done(std::move(commit->result)); });
    return;
  }
  node->lane.submit(std::move(commit));
}

std::optional<Error> RedisNodes::refusal() const {
  std::size_t waiting = 0;
  bool any = false;
  for (const auto& [address, node] : nodes_) {
    waiting += node->reader.in_flight();
    any = any || node->reader.ready();
  }
  if (!any) return Error{ErrorCode::unavailable, "Redis is away"};
  if (waiting >= limits::kStoreQueue) return Error{ErrorCode::limit, "too many requests wait for Redis"};
  return std::nullopt;
}

bool RedisNodes::ready() const noexcept {
  return std::ranges::all_of(places_, [](const RedisNode* node) { return node != nullptr && node->ready(); });
}

std::size_t RedisNodes::in_flight() const noexcept {
  std::size_t count = 0;
  for (const auto& [address, node] : nodes_) count += node->reader.in_flight() + node->lane.in_flight();
  return count;
}

std::string RedisNodes::masters() const {
  std::string text;
  for (const auto& [address, node] : nodes_) {
    if (std::ranges::find(places_, node.get()) == places_.end()) continue;
    text += (text.empty() ? "" : ", ") + address.text() + (node->ready() ? "" : " (away)");
  }
  return text.empty() ? "not known yet" : text;
}

}  // namespace ringfence
