// A commit request as the arguments of its script; see commit.h and kCommit in scripts.cc.
#include "adapters/redis/commit.h"

#include <algorithm>
#include <string>
#include <utility>

#include "shared/limits.h"

namespace ringfence {
namespace {

std::size_t most_of_a_shard(std::size_t most) {
  return std::max(std::min(most, limits::kShardRows), (most + kShards - 1) / kShards);
}

ScriptCall commit_call(const RedisKeys& keys, CommitRequest request) {
  const std::size_t shard = shard_of(request.session);
  const bool listed = is_listed(request.session);
  ScriptCall call{Script::commit, {}, {}};
  call.keys = {keys.session(request.session), keys.due(shard), keys.ladder(request.session), keys.recent(shard)};
  std::size_t words = 10;
  for (const ListWrite& write : request.lists) words += 4 + 4 * write.rows.size();
  call.arguments.reserve(words);
  call.arguments.push_back(std::to_string(request.expected_version));
  call.arguments.push_back(request.event.empty() ? std::string() : short_hash(request.event.text));
  call.arguments.push_back(std::move(request.document));
  call.arguments.push_back(std::to_string(request.due_ms));
  call.arguments.push_back(std::to_string(std::max<Millis>(request.ttl_ms, 1)));
  call.arguments.push_back(std::move(request.session.text));
  call.arguments.push_back(std::move(request.ladder_line));
  call.arguments.push_back(std::to_string(limits::kLadderLines));
  call.arguments.push_back(std::to_string(listed ? limits::kListedCalls : 0));
  call.arguments.push_back(std::to_string(request.lists.size()));
  for (const ListWrite& write : request.lists) {
    call.keys.push_back(keys.rows(shard, write.list));
    call.keys.push_back(keys.row_lines(shard, write.list));
  }
  for (ListWrite& write : request.lists) {
    if (!write.unless_in.empty()) call.keys.push_back(keys.row_lines(shard, write.unless_in));
    call.arguments.push_back(write.unless_in.empty() ? "0" : std::to_string(call.keys.size()));
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

std::unique_ptr<Commit> make_commit(const RedisKeys& keys, CommitRequest request,
                                    std::function<void(CommitResult)> done) {
  auto commit = std::make_unique<Commit>();
  commit->place = shard_of(request.session);
  commit->call = commit_call(keys, std::move(request));
  commit->done = std::move(done);
  return commit;
}

std::size_t weight(const Commit& commit) {
  std::size_t bytes = 0;
  for (const auto& argument : commit.call.arguments) bytes += argument.size();
  return bytes;
}

}  // namespace ringfence
