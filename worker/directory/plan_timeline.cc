// See plan_timeline.h.
#include "directory/plan_timeline.h"

#include <algorithm>
#include <tuple>

namespace ringfence {
namespace {

constexpr Millis kNever = -1;

struct Leg {
  Millis planned_ms = 0, timeout_ms = 0;
  Millis from_ms = kNever, until_ms = 0;
};

// One run of time from the first dial to the last end. Each turn dials or ends at least one leg, so it is over after
// twice as many turns as there are legs.
class Run {
 public:
  Run(const RingPlan& plan, const PlanRules& rules)
      : plan_(plan), ring_ms_(plan.ring_ms > 0 ? plan.ring_ms : rules.ring_ms) {
    for (const Destination& to : plan.destinations) {
      legs_.push_back({.planned_ms = to.after_ms, .timeout_ms = to.timeout_ms > 0 ? to.timeout_ms : rules.leg_ms});
    }
  }

  Timeline go(const PlanRules& rules) {
    Millis now_ms = 0;
    for (std::size_t turn = 0; turn <= 2 * legs_.size() && now_ms < ring_ms_; ++turn) {
      if (live(now_ms) == 0 && !start_early(now_ms)) break;
      dial(now_ms);
      now_ms = next(now_ms);
    }
    Timeline out;
    out.over_ms = 0;
    for (std::size_t i = 0; i < legs_.size(); ++i) {
      const Leg& leg = legs_[i];
      TimelineRow row{.destination = i, .rings = leg.from_ms != kNever};
      if (row.rings) {
        const Millis after_ms = plan_.destinations[i].after_ms;
        row.from_ms = leg.from_ms;
        row.until_ms = leg.until_ms;
        row.screened_ms = screened(plan_.destinations[i].verify, leg, rules);
        row.waited_ms = std::max<Millis>(0, leg.from_ms - leg.planned_ms);
        row.early_ms = std::max<Millis>(0, after_ms - leg.planned_ms);
        out.over_ms = std::max(out.over_ms, leg.until_ms);
      }
      out.rows.push_back(row);
    }
    return out;
  }

 private:
  std::size_t live(Millis now_ms) const {
    return static_cast<std::size_t>(std::count_if(
        legs_.begin(), legs_.end(), [&](const Leg& leg) { return leg.from_ms != kNever && leg.until_ms > now_ms; }));
  }

  // Nothing rings: the earliest planned one comes now, and all others as much sooner. False when none is left.
  bool start_early(Millis now_ms) {
    Millis earliest_ms = kNever;
    for (const Leg& leg : legs_) {
      if (leg.from_ms == kNever && (earliest_ms == kNever || leg.planned_ms < earliest_ms))
        earliest_ms = leg.planned_ms;
    }
    if (earliest_ms == kNever) return false;
    const Millis sooner_ms = std::max<Millis>(0, earliest_ms - now_ms);
    for (Leg& leg : legs_) {
      if (leg.from_ms == kNever) leg.planned_ms -= sooner_ms;
    }
    return true;
  }

  void dial(Millis now_ms) {
    std::vector<std::size_t> due;
    for (std::size_t i = 0; i < legs_.size(); ++i) {
      if (legs_[i].from_ms == kNever && legs_[i].planned_ms <= now_ms) due.push_back(i);
    }
    std::sort(due.begin(), due.end(), [&](std::size_t a, std::size_t b) {
      return std::tuple(plan_.destinations[a].priority, legs_[a].planned_ms, a) <
             std::tuple(plan_.destinations[b].priority, legs_[b].planned_ms, b);
    });
    std::size_t free = due.size();
    if (plan_.max_channels > 0) {
      const auto most = static_cast<std::size_t>(plan_.max_channels);
      free = most - std::min(most, live(now_ms));
    }
    for (std::size_t i = 0; i < std::min(free, due.size()); ++i) {
      Leg& leg = legs_[due[i]];
      leg.from_ms = now_ms;
      leg.until_ms = std::min(ring_ms_, now_ms + leg.timeout_ms);
    }
  }

  // The next end of a leg, or the next one that is due by itself.
  Millis next(Millis now_ms) const {
    Millis at_ms = ring_ms_;
    for (const Leg& leg : legs_) {
      const Millis one_ms = leg.from_ms != kNever ? leg.until_ms : leg.planned_ms;
      if (one_ms > now_ms) at_ms = std::min(at_ms, one_ms);
    }
    return at_ms;
  }

  Millis screened(Verify verify, const Leg& leg, const PlanRules& rules) const {
    if (verify == Verify::none) return leg.until_ms;
    const Millis answered_ms =
        verify == Verify::press1_if_fast ? std::min(leg.until_ms, leg.from_ms + rules.fast_answer_ms) : leg.until_ms;
    return std::min(ring_ms_, std::max(leg.until_ms, answered_ms + rules.screen_ms));
  }

  const RingPlan& plan_;
  Millis ring_ms_;
  std::vector<Leg> legs_;
};

}  // namespace

Timeline timeline(const RingPlan& plan, const PlanRules& rules) { return Run(plan, rules).go(rules); }

}  // namespace ringfence
