// Redis' replies as the port's types. Pure: a reply in, a value out; null or an odd shape is never taken for an answer.
// Used by the commit lane and the store. Must not know: connections.
#pragma once

#include <hiredis/hiredis.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ports/store.h"

namespace ringfence {

[[nodiscard]] CommitResult commit_result(const redisReply* reply);
// {version, document} of HMGET or `listed`; version 0 when there is none.
[[nodiscard]] Result<StoredSession> stored_session(const redisReply* reply);
[[nodiscard]] Result<std::vector<std::string>> text_list(const redisReply* reply);
// Of the write of a directory.
[[nodiscard]] Result<std::uint64_t> revision_of(const CommitResult& result);
[[nodiscard]] Result<Store::DirectoryText> directory_text(const redisReply* reply);

// Members with their scores, as ZRANGEBYSCORE and ZREVRANGE WITHSCORES give them.
struct Scored {
  std::string member;
  double score = 0;
};
[[nodiscard]] Result<std::vector<Scored>> scored_list(const redisReply* reply);

// Why there is no answer: null is "unknown", an error reply is Redis' own sentence.
[[nodiscard]] Error reply_error(const redisReply* reply);

}  // namespace ringfence
