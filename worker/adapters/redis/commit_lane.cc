// Queue, window, batches, WAIT; see commit_lane.h.
#include "adapters/redis/commit_lane.h"

#include <algorithm>
#include <utility>

#include "adapters/redis/replies.h"
#include "shared/limits.h"

namespace ringfence {

CommitLane::CommitLane(UvLoop& loop, Log& log, const RedisOptions& options, const RedisAddress& address,
                       Complaints& complaints, Completions& completions, const NodeHooks& hooks)
    : address_(address),
      wait_replicas_(options.wait_replicas),
      wait_replicas_text_(std::to_string(options.wait_replicas)),
      wait_ms_text_(std::to_string(options.wait_ms)),
      complaints_(complaints),
      completions_(completions),
      hooks_(hooks),
      end_of_turn_(loop) {
  const int count = wait_replicas_ > 0 ? 2 : 1;
  for (int i = 0; i < count; ++i) {
    writers_.push_back(std::make_unique<Writer>());
    Writer& writer = *writers_.back();
    auto changed = [this, &writer] {
      if (writer.connection->is_lost()) hooks_.lost();
      pump();
    };
    writer.connection = std::make_unique<RedisConnection>(loop, log, options, address, complaints,
                                                          "commits-" + std::to_string(i + 1), std::move(changed));
  }
}

bool CommitLane::ready() const noexcept {
  return std::ranges::any_of(writers_, [](const auto& writer) { return writer->connection->ready(); });
}

std::size_t CommitLane::in_flight() const noexcept {
  std::size_t count = queue_.size() + again_.size();
  for (const auto& writer : writers_) count += writer->connection->in_flight() + writer->batch.size();
  return count;
}

void CommitLane::give_up() {
  for (const auto& writer : writers_) writer->connection->give_up();
  pump();
}

void CommitLane::submit(std::unique_ptr<Commit> commit) {
  queue_bytes_ += weight(*commit);
  queue_.push_back(std::move(commit));
  if (wait_replicas_ == 0) {
    pump();
  } else if (!pump_posted_) {
    // One WAIT for all commits of this turn of the loop.
    pump_posted_ = true;
    end_of_turn_.post([this] {
      pump_posted_ = false;
      pump();
    });
  }
}

void CommitLane::pump() {
  if (!ready()) {
    // Nobody is served by waiting for a server that is away: the caller retries, or says "later" in time.
    for (auto* waiting : {&again_, &queue_}) {
      for (auto& commit : std::exchange(*waiting, {})) {
        commit->result.not_written = true;
        answer(std::move(commit));
      }
    }
    queue_bytes_ = 0;
    return;
  }
  for (const auto& writer : writers_) {
    if (!writer->connection->ready()) continue;
    if (wait_replicas_ == 0) {
      pump_window(*writer);
    } else {
      pump_batch(*writer);
    }
  }
}

std::unique_ptr<Commit> CommitLane::take_next() {
  const bool fresh = again_.empty();
  auto& from = fresh ? queue_ : again_;
  auto commit = std::move(from.front());
  from.pop_front();
  if (fresh) queue_bytes_ -= weight(*commit);
  return commit;
}

void CommitLane::pump_window(Writer& writer) {
  while (!idle() && writer.connection->ready() && writer.connection->in_flight() < limits::kStoreInFlight) {
    send(writer, take_next());
  }
}

void CommitLane::pump_batch(Writer& writer) {
  if (writer.waiting || idle()) return;
  writer.waiting = true;
  for (std::size_t sent = 0; !idle() && sent < limits::kStoreInFlight; ++sent) {
    send(writer, take_next());
  }
  writer.connection->send({"WAIT", wait_replicas_text_, wait_ms_text_},
                          [this, &writer](const redisReply* reply) { on_wait(writer, reply); });
}

void CommitLane::send(Writer& writer, std::unique_ptr<Commit> commit) {
  const Commit& sent = *commit;
  if (sent.asking) writer.connection->send({"ASKING"}, [](const redisReply*) {});
  writer.connection->run(sent.call, sent.as_text,
                         [this, &writer, commit = std::move(commit)](const redisReply* reply) mutable {
                           on_script(writer, std::move(commit), reply);
                         });
}

void CommitLane::on_script(Writer& writer, std::unique_ptr<Commit> commit, const redisReply* reply) {
  if (is_error(reply, "NOSCRIPT") && !commit->as_text) {
    // Restarted or flushed. Ahead of the queue for the next batch: the WAIT under way does not cover it.
    commit->as_text = true;
    again_.push_back(std::move(commit));
    if (wait_replicas_ == 0) pump();
    return;
  }
  if (const auto redirect = redirect_of(reply, address_)) {
    hooks_.redirected(std::move(commit), *redirect);
    if (wait_replicas_ == 0) pump();
    return;
  }
  commit->result = commit_result(reply);
  if (wait_replicas_ > 0) {
    writer.batch.push_back(std::move(commit));
    return;
  }
  if (commit->result.status == CommitStatus::committed) complaints_.hear_written();
  answer(std::move(commit));
  if (reply != nullptr) pump();
}

void CommitLane::on_wait(Writer& writer, const redisReply* reply) {
  const bool enough = reply != nullptr && reply->type == REDIS_REPLY_INTEGER && reply->integer >= wait_replicas_;
  for (auto& commit : std::exchange(writer.batch, {})) {
    const CommitStatus status = commit->result.status;
    // A conflict claims nothing that a failover could take back: the next commit is checked against what is there then.
    if (!enough && (status == CommitStatus::committed || status == CommitStatus::duplicate)) commit->result = {};
    if (enough && status == CommitStatus::committed) complaints_.hear_written();
    answer(std::move(commit));
  }
  writer.waiting = false;
  if (!enough && reply != nullptr && reply->type == REDIS_REPLY_INTEGER) {
    complaints_.hear_short_wait(reply->integer, wait_replicas_);
  }
  if (reply != nullptr) pump();
}

void CommitLane::answer(std::unique_ptr<Commit> commit) {
  completions_.post([commit = std::move(commit)] { commit->done(std::move(commit->result)); });
}

}  // namespace ringfence
