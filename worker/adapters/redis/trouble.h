// What Redis says instead of doing what it was asked, and what each such sentence means for us: was anything written,
// is this server still the one to talk to, what has the operator to do. A table, and the one who counts and logs by it.
// Used by the connections; Complaints are owned by the store. Must not know: what was asked.
#pragma once

#include <hiredis/hiredis.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "adapters/redis/redis_counters.h"
#include "adapters/uv/loop.h"
#include "ports/log.h"

namespace ringfence {

enum class Then : std::uint8_t {
  stay,  // nobody else would serve us better
  look,  // stay, and ask anew who is the master
  leave  // this server cannot serve us: drop the connection, ask anew who is the master
};

struct TroubleRule {
  std::string_view code;     // the first word of the error; empty: any other
  std::string_view counter;  // its name in `ringctl health`
  bool not_written = false;  // certain: refused before the first write. Else the outcome is unknown
  Then then = Then::stay;
  std::string_view advice;  // for the operator
};

// The rule for an error reply; null for any other reply and for what is routine (NOSCRIPT, MOVED, ASK).
[[nodiscard]] const TroubleRule* trouble_of(const redisReply* reply);
[[nodiscard]] const std::array<TroubleRule, kTroubles>& trouble_rules();
// The reply as far as a log may show it: without what Redis repeats of the command, of bounded length.
[[nodiscard]] std::string complaint_of(const redisReply* reply);

// Counts every trouble, says each kind once and then at most every limits::kStoreComplainMs, and says when it is over.
class Complaints {
 public:
  // `look` runs when another server may be the master.
  Complaints(UvLoop& loop, Log& log, RedisCounters& counters, std::string server, std::function<void()> look)
      : loop_(loop), log_(log), counters_(counters), server_(std::move(server)), look_(std::move(look)) {}
  Complaints(const Complaints&) = delete;
  Complaints& operator=(const Complaints&) = delete;

  void hear(const TroubleRule& rule, const redisReply* reply);
  void hear_nothing() { ++counters_.no_answer; }
  void hear_reconnect() { ++counters_.reconnects; }
  void hear_short_wait(long long have, int want);
  // A write went through: whatever was wrong is over.
  void hear_written();

 private:
  struct Kind {
    Millis said_ms = 0;  // 0: not since the last write that went through
    std::size_t unsaid = 0;
  };
  void say(std::size_t kind, std::string_view code, const std::string& detail, std::string_view advice);

  UvLoop& loop_;
  Log& log_;
  RedisCounters& counters_;
  std::string server_;
  std::function<void()> look_;
  std::array<Kind, kTroubles + 1> kinds_{};  // the last: too few replicas
  Millis since_ms_ = 0;                      // 0: all is well
};

}  // namespace ringfence
