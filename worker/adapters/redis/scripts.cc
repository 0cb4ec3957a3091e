// The Lua text; see scripts.h. Rules: check first, write last (a script that fails midway is not rolled back); no loop
// over sessions; every path of `commit` that leads to an answer writes something, because WAIT only counts writes.
#include "adapters/redis/scripts.h"

namespace ringfence {
namespace {

// Versions are compared as text: Lua's numbers would round above 2^53. A TTL is never 0: that would delete the key.
constexpr std::string_view kCommit = R"lua(
-- KEYS 1 session hash  2 due times of the shard  3 ladder list  4 recently written of the shard
-- ARGV 1 expected version  2 event mark  3 document  4 due ms (0 = nothing due)  5 ttl ms  6 session id
--      7 ladder line ('' = none)  8 ladder bound  9 bound of the recently written (0 = it is no call)
--      An event mark of '' stands for no event: only the lists are written
--      10 count of lists. KEYS 5 and on, of each list: its rows, their lines; behind them the lines of other lists
-- Then for each list  ARGV key of the other list whose names are left out (0 = none), ttl of rows ms, bound of rows,
--      count of rows, and for each row  name, ms, line ('' = none), '1' = one of this name that is there stays
-- Returns {0, new version} committed, {1, version, document} conflict, {2, version} duplicate; without an event
--      {0, '0', rows that went because their list was full}.
local time, trimmed = redis.call('TIME'), 0
-- Most commits find nothing to clear away, and a life that is long enough: each call counts.
local function write_lists()
  local at, now_ms = 11, time[1] * 1000
  for list = 1, tonumber(ARGV[10]) do
    local rows, lines, other = KEYS[3 + 2 * list], KEYS[4 + 2 * list], KEYS[tonumber(ARGV[at])]
    local ttl, most, last, put = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), at + 3 + 4 * ARGV[at + 3], false
    for i = at + 4, last, 4 do
      if ARGV[i + 2] == '' then
        if redis.call('ZREM', rows, ARGV[i]) == 1 then redis.call('HDEL', lines, ARGV[i]) end
      elseif (ARGV[i + 3] == '' or redis.call('HEXISTS', lines, ARGV[i]) == 0)
          and not (other and redis.call('HEXISTS', other, ARGV[i]) == 1) then
        redis.call('ZADD', rows, ARGV[i + 1], ARGV[i])
        redis.call('HSET', lines, ARGV[i], ARGV[i + 2])
        put = true
      end
    end
    if put then
      local cutoff = string.format('%.0f', now_ms - ttl)
      local gone = redis.call('ZRANGEBYSCORE', rows, '-inf', cutoff, 'LIMIT', '0', '100')
      local over = redis.call('ZCARD', rows) - most
      if over > #gone then
        local expired = #gone
        gone = redis.call('ZRANGE', rows, '0', math.min(over, 100) - 1)
        trimmed = trimmed + #gone - expired
      end
      for _, row in ipairs(gone) do
        redis.call('ZREM', rows, row)
        redis.call('HDEL', lines, row)
      end
    end
    if ARGV[2] == '' or (put and redis.call('PTTL', rows) < ttl) then
      redis.call('PEXPIRE', rows, 2 * ttl)
      redis.call('PEXPIRE', lines, 2 * ttl)
    end
    at = last + 1
  end
end
if ARGV[2] == '' then
  write_lists()
  return {0, '0', trimmed}
end
local stored = redis.call('HMGET', KEYS[1], 'v', 'e:' .. ARGV[2], 'd')
local version = stored[1] or '0'
-- Who comes too late does not say how long the session lives. It writes all the same: WAIT counts only writes.
local function lengthen()
  local life = math.max(redis.call('PTTL', KEYS[1]), tonumber(ARGV[5]))
  redis.call('PEXPIRE', KEYS[1], life)
  redis.call('PEXPIRE', KEYS[3], life)
end
if stored[2] then
  lengthen()
  return {2, version}
end
if version ~= ARGV[1] then
  lengthen()
  return {1, version, stored[3] or ''}
end
local new_version = string.format('%.0f', tonumber(version) + 1)
-- The first write: a Redis without memory refuses it here, and nothing any more once a script has written.
redis.call('HSET', KEYS[1], 'v', new_version, 'd', ARGV[3], 'e:' .. ARGV[2], new_version)
-- Of what is no call only the last event stays marked: it is written for months.
if ARGV[9] == '0' then
  local last = redis.call('HGET', KEYS[1], 'm')
  if last then redis.call('HDEL', KEYS[1], 'e:' .. last) end
  redis.call('HSET', KEYS[1], 'm', ARGV[2])
end
-- A ladder may outlive its session by a moment; a new session of the same name starts with an empty one.
if version == '0' then redis.call('DEL', KEYS[3]) end
redis.call('PEXPIRE', KEYS[1], ARGV[5])
if ARGV[4] == '0' then
  redis.call('ZREM', KEYS[2], ARGV[6])
else
  redis.call('ZADD', KEYS[2], ARGV[4], ARGV[6])
end
if ARGV[7] ~= '' then
  local lines = redis.call('RPUSH', KEYS[3], ARGV[7])
  if lines > tonumber(ARGV[8]) then redis.call('LTRIM', KEYS[3], -tonumber(ARGV[8]), -1) end
end
redis.call('PEXPIRE', KEYS[3], ARGV[5])
if ARGV[3] ~= '' and ARGV[9] ~= '0' then
  local added = redis.call('ZADD', KEYS[4], string.format('%.0f', time[1] * 1000000 + time[2]), ARGV[6])
  if added == 1 then redis.call('ZREMRANGEBYRANK', KEYS[4], 0, -1 - tonumber(ARGV[9])) end
end
write_lists()
return {0, new_version}
)lua";

constexpr std::string_view kRow = R"lua(
-- KEYS 1 rows of a list in this shard   ARGV 1 a row's name. Returns {name, ms}, or {} when it is not there.
local ms = redis.call('ZSCORE', KEYS[1], ARGV[1])
if ms then return {ARGV[1], ms} end
return {}
)lua";

constexpr std::string_view kClaim = R"lua(
-- KEYS 1 due times of the shard, then the session hash of each candidate
-- ARGV 1 now ms  2 pushed back to ms  then the candidates' session ids. Returns the ids claimed.
local claimed = {}
for i = 3, #ARGV do
  local due = redis.call('ZSCORE', KEYS[1], ARGV[i])
  if due and tonumber(due) <= tonumber(ARGV[1]) then
    if redis.call('EXISTS', KEYS[i - 1]) == 0 then
      redis.call('ZREM', KEYS[1], ARGV[i])
    else
      redis.call('ZADD', KEYS[1], ARGV[2], ARGV[i])
      claimed[#claimed + 1] = ARGV[i]
    end
  end
end
return claimed
)lua";

constexpr std::string_view kListed = R"lua(
-- KEYS 1 session hash  2 recently written of the shard   ARGV 1 session id
-- Returns {version, document}, or {} and forgets a session that has expired.
local stored = redis.call('HMGET', KEYS[1], 'v', 'd')
if not stored[1] then
  redis.call('ZREM', KEYS[2], ARGV[1])
  return {}
end
return stored
)lua";

constexpr std::string_view kPutDirectory = R"lua(
-- KEYS 1 directory hash   ARGV 1 text. Returns {0, new revision} as a commit does.
redis.call('HSET', KEYS[1], 'text', ARGV[1])
return {0, tostring(redis.call('HINCRBY', KEYS[1], 'revision', 1))}
)lua";

constexpr std::string_view kGetDirectory = R"lua(
-- KEYS 1 directory hash   ARGV 1 known revision. Returns {revision, text}; no text when the revision is the known one.
local revision = redis.call('HGET', KEYS[1], 'revision') or '0'
if revision == ARGV[1] or revision == '0' then return {revision, ''} end
return {revision, redis.call('HGET', KEYS[1], 'text')}
)lua";

}  // namespace

std::string_view script_text(Script script) {
  switch (script) {
    case Script::commit:
      return kCommit;
    case Script::claim:
      return kClaim;
    case Script::listed:
      return kListed;
    case Script::row:
      return kRow;
    case Script::put_directory:
      return kPutDirectory;
    case Script::get_directory:
      return kGetDirectory;
    case Script::count:
      break;
  }
  return {};
}

}  // namespace ringfence
