// Queue, window, batches, WAIT; see commit_lane.h.
#include "adapters/redis/commit_lane.h"

#include <algorithm>
#include <utility>

#include "adapters/redis/replies.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

std::size_t weight(const ScriptCall& call) {
  std::size_t bytes = 0;
  for (const auto& argument : call.arguments) bytes += argument.size();
  return bytes;
}

std::size_t most_of_a_shard(std::size_t most) {
  return std::max(std::min(most, limits::kShardRows), (most + kShards - 1) / kShards);
}

ScriptCall commit_call(const RedisKeys& keys, CommitRequest request) {
  const std::size_t shard = shard_of(request.session);
  ScriptCall call{Script::commit, {}, {}};
  call.keys = {keys.session(request.session), keys.due(shard), keys.ladder(request.session), keys.recent(shard)};
  std::size_t words = 9;
  for (const ListWrite& write : request.lists) words += 3 + 4 * write.rows.size();
  call.arguments.reserve(words);
  call.arguments.push_back(std::to_string(request.expected_version));
  call.arguments.push_back(request.event.empty() ? std::string() : short_hash(request.event.text));
  call.arguments.push_back(std::move(request.document));
  call.arguments.push_back(std::to_string(request.due_ms));
  call.arguments.push_back(std::to_string(std::max<Millis>(request.ttl_ms, 1)));
  call.arguments.push_back(std::move(request.session.text));
  call.arguments.push_back(std::move(request.ladder_line));
  call.arguments.push_back(std::to_string(limits::kLadderLines));
  call.arguments.push_back(std::to_string(limits::kListedCalls));
  for (ListWrite& write : request.lists) {
    call.keys.push_back(keys.rows(shard, write.list));
    call.keys.push_back(keys.row_lines(shard, write.list));
    call.arguments.push_back(std::to_string(std::max<Millis>(write.ttl_ms, 1)));
    call.arguments.push_back(std::to_string(most_of_a_shard(write.most)));
    call.arguments.push_back(std::to_string(write.rows.size()));
    for (ListRow& row : write.rows) {
      call.arguments.push_back(std::move(row.name));
      call.arguments.push_back(std::to_string(row.at_ms));
      call.arguments.push_back(std::move(row.line));
      call.arguments.emplace_back(row.first_stays ? "1" : "");
    }
  }
  return call;
}

}  // namespace

CommitLane::CommitLane(UvLoop& loop, Log& log, const RedisOptions& options, const RedisKeys& keys,
                       Complaints& complaints, Completions& completions)
    : wait_replicas_(options.wait_replicas),
      wait_replicas_text_(std::to_string(options.wait_replicas)),
      wait_ms_text_(std::to_string(options.wait_ms)),
      keys_(keys),
      complaints_(complaints),
      completions_(completions),
      end_of_turn_(loop) {
  const int count = wait_replicas_ > 0 ? 2 : 1;
  for (int i = 0; i < count; ++i) {
    writers_.push_back(std::make_unique<Writer>());
    writers_.back()->connection = std::make_unique<RedisConnection>(
        loop, log, options, complaints, "commits-" + std::to_string(i + 1), [this] { pump(); });
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

void CommitLane::submit(CommitRequest request, std::function<void(CommitResult)> done) {
  auto entry = std::make_unique<Entry>();
  entry->done = std::move(done);
  std::size_t bytes = request.document.size() + request.ladder_line.size();
  for (const ListWrite& write : request.lists) {
    for (const ListRow& row : write.rows) bytes += row.line.size();
  }
  if (queue_.size() >= limits::kStoreQueue || queue_bytes_ + bytes > limits::kStoreQueueBytes ||
      bytes > 2 * limits::kDocumentBytes) {
    entry->result.not_written = true;
    answer(std::move(entry));
    return;
  }
  entry->call = commit_call(keys_, std::move(request));
  queue_bytes_ += weight(entry->call);
  queue_.push_back(std::move(entry));
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
      for (auto& entry : std::exchange(*waiting, {})) {
        entry->result.not_written = true;
        answer(std::move(entry));
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

std::unique_ptr<CommitLane::Entry> CommitLane::take_next() {
  auto& from = again_.empty() ? queue_ : again_;
  auto entry = std::move(from.front());
  from.pop_front();
  if (!entry->as_text) queue_bytes_ -= weight(entry->call);
  return entry;
}

void CommitLane::pump_window(Writer& writer) {
  while (!idle() && writer.connection->ready() && writer.connection->in_flight() < limits::kStoreInFlight) {
    send_entry(writer, take_next());
  }
}

void CommitLane::pump_batch(Writer& writer) {
  if (writer.waiting || idle()) return;
  writer.waiting = true;
  for (std::size_t sent = 0; !idle() && sent < limits::kStoreInFlight; ++sent) {
    send_entry(writer, take_next());
  }
  writer.connection->send({"WAIT", wait_replicas_text_, wait_ms_text_},
                          [this, &writer](const redisReply* reply) { on_wait(writer, reply); });
}

void CommitLane::send_entry(Writer& writer, std::unique_ptr<Entry> entry) {
  const Entry& sent = *entry;
  writer.connection->run(sent.call, sent.as_text,
                         [this, &writer, entry = std::move(entry)](const redisReply* reply) mutable {
                           on_script(writer, std::move(entry), reply);
                         });
}

void CommitLane::on_script(Writer& writer, std::unique_ptr<Entry> entry, const redisReply* reply) {
  if (is_error(reply, "NOSCRIPT") && !entry->as_text) {
    // Restarted or flushed. Ahead of the queue for the next batch: the WAIT under way does not cover it.
    entry->as_text = true;
    again_.push_back(std::move(entry));
    if (wait_replicas_ == 0) pump();
    return;
  }
  entry->result = commit_result(reply);
  if (wait_replicas_ > 0) {
    writer.batch.push_back(std::move(entry));
    return;
  }
  if (entry->result.status == CommitStatus::committed) complaints_.hear_written();
  answer(std::move(entry));
  if (reply != nullptr) pump();
}

void CommitLane::on_wait(Writer& writer, const redisReply* reply) {
  const bool enough = reply != nullptr && reply->type == REDIS_REPLY_INTEGER && reply->integer >= wait_replicas_;
  for (auto& entry : std::exchange(writer.batch, {})) {
    const CommitStatus status = entry->result.status;
    // A conflict claims nothing that a failover could take back: the next commit is checked against what is there then.
    if (!enough && (status == CommitStatus::committed || status == CommitStatus::duplicate)) entry->result = {};
    if (enough && status == CommitStatus::committed) complaints_.hear_written();
    answer(std::move(entry));
  }
  writer.waiting = false;
  if (!enough && reply != nullptr && reply->type == REDIS_REPLY_INTEGER) {
    complaints_.hear_short_wait(reply->integer, wait_replicas_);
  }
  if (reply != nullptr) pump();
}

void CommitLane::answer(std::unique_ptr<Entry> entry) {
  completions_.post([entry = std::move(entry)] { entry->done(std::move(entry->result)); });
}

}  // namespace ringfence
