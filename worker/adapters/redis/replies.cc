// Reading replies; see replies.h.
#include "adapters/redis/replies.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "adapters/redis/trouble.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

std::string_view text_of(const redisReply* reply) {
  if (reply->type == REDIS_REPLY_STRING || reply->type == REDIS_REPLY_STATUS || reply->type == REDIS_REPLY_ERROR) {
    return {reply->str, reply->len};
  }
  return {};
}

bool is_array(const redisReply* reply, std::size_t at_least) {
  return reply != nullptr && reply->type == REDIS_REPLY_ARRAY && reply->elements >= at_least;
}

std::optional<std::uint64_t> number_of(const redisReply* reply) {
  const std::string_view text = text_of(reply);
  std::uint64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

Error reply_error(const redisReply* reply) {
  if (reply == nullptr) return {ErrorCode::unavailable, "Redis did not answer"};
  if (reply->type != REDIS_REPLY_ERROR) return {ErrorCode::internal, "Redis answered in an unexpected shape"};
  return {ErrorCode::unavailable, "Redis: " + complaint_of(reply)};
}

CommitResult commit_result(const redisReply* reply) {
  if (const TroubleRule* trouble = trouble_of(reply)) return {.not_written = trouble->not_written};
  if (!is_array(reply, 2) || reply->element[0]->type != REDIS_REPLY_INTEGER) return {};
  const auto version = number_of(reply->element[1]);
  if (!version) return {};
  switch (reply->element[0]->integer) {
    case 0: {
      CommitResult result{.status = CommitStatus::committed, .version = *version};
      if (is_array(reply, 3) && reply->element[2]->type == REDIS_REPLY_INTEGER) {
        result.trimmed = static_cast<std::size_t>(std::max(reply->element[2]->integer, 0LL));
      }
      return result;
    }
    case 1:
      if (reply->elements < 3) return {};
      return {CommitStatus::conflict, *version, {*version, std::string(text_of(reply->element[2]))}};
    case 2:
      return {CommitStatus::duplicate, *version, {}};
    default:
      return {};
  }
}

Result<StoredSession> stored_session(const redisReply* reply) {
  if (is_array(reply, 0) && reply->elements == 0) return StoredSession{};
  if (!is_array(reply, 2)) return std::unexpected(reply_error(reply));
  if (reply->element[0]->type == REDIS_REPLY_NIL) return StoredSession{};
  const auto version = number_of(reply->element[0]);
  if (!version) return std::unexpected(reply_error(reply->element[0]));
  return StoredSession{*version, std::string(text_of(reply->element[1]))};
}

Result<std::vector<std::string>> text_list(const redisReply* reply) {
  if (!is_array(reply, 0)) return std::unexpected(reply_error(reply));
  std::vector<std::string> texts;
  texts.reserve(reply->elements);
  for (std::size_t i = 0; i < reply->elements; ++i) texts.emplace_back(text_of(reply->element[i]));
  return texts;
}

Result<std::vector<Scored>> scored_list(const redisReply* reply) {
  if (!is_array(reply, 0)) return std::unexpected(reply_error(reply));
  std::vector<Scored> members;
  members.reserve(reply->elements / 2);
  for (std::size_t i = 0; i + 1 < reply->elements; i += 2) {
    // hiredis ends every string with a zero byte, so strtod stops in time.
    const std::string_view score = text_of(reply->element[i + 1]);
    members.push_back(
        {std::string(text_of(reply->element[i])), score.empty() ? 0 : std::strtod(score.data(), nullptr)});
  }
  return members;
}

Result<std::uint64_t> revision_of(const CommitResult& result) {
  if (result.status == CommitStatus::committed) return result.version;
  if (result.not_written) {
    return fail(ErrorCode::unavailable, "Redis has not taken the new directory; ringd's log says why");
  }
  return fail(ErrorCode::unknown,
              "nobody knows whether Redis and enough replicas have the new directory; put it again");
}

Result<Store::DirectoryText> directory_text(const redisReply* reply) {
  if (!is_array(reply, 2)) return std::unexpected(reply_error(reply));
  const auto revision = number_of(reply->element[0]);
  if (!revision) return std::unexpected(reply_error(reply->element[0]));
  return Store::DirectoryText{*revision, std::string(text_of(reply->element[1]))};
}

}  // namespace ringfence
