// See held_answers.h.
#include "telnyx_sim/held_answers.h"

#include <utility>

namespace ringfence::sim {

void HeldAnswers::answer_later(std::int64_t delay_ms, std::function<Reply()> make, ReplyFn reply) {
  if (held_.size() >= kHeldAnswers) return reply(refusal(unexpected(503)));
  const std::uint64_t number = ++count_;
  held_.emplace(number, std::move(reply));
  scheduler_.after_ms(delay_ms, [this, number, make = std::move(make)] {
    const auto found = held_.find(number);
    if (found == held_.end()) return;
    const ReplyFn answer = std::move(found->second);
    held_.erase(found);
    answer(make());
  });
}

void HeldAnswers::lose(ReplyFn reply) {
  answer_later(
      kNeverAnsweredMs, [] { return refusal(unexpected(504)); }, std::move(reply));
}

void HeldAnswers::clear() {
  auto held = std::move(held_);
  held_.clear();
  for (auto& [number, reply] : held) reply(refusal(unexpected(503)));
}

}  // namespace ringfence::sim
