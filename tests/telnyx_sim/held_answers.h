// Answers that are given later, or lost: each desk has one of these for its faults. Must not know: what was asked, why
// it waits.
#pragma once

#include <cstdint>
#include <functional>
#include <map>

#include "telnyx_sim/reply.h"
#include "telnyx_sim/scheduler.h"

namespace ringfence::sim {

inline constexpr std::size_t kHeldAnswers = 4096;         // "never answered" requests kept open
inline constexpr std::int64_t kNeverAnsweredMs = 60'000;  // every client has given up by then

class HeldAnswers {
 public:
  explicit HeldAnswers(Scheduler& scheduler) : scheduler_(scheduler) {}

  // `make` runs at the time of the answer. Past kHeldAnswers the answer is 503 at once.
  void answer_later(std::int64_t delay_ms, std::function<Reply()> make, ReplyFn reply);
  void lose(ReplyFn reply);  // 504 after kNeverAnsweredMs
  void clear();              // answers whatever is held with 503

 private:
  Scheduler& scheduler_;
  std::map<std::uint64_t, ReplyFn> held_;
  std::uint64_t count_ = 0;
};

}  // namespace ringfence::sim
