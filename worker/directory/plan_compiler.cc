// See plan_compiler.h.
#include "directory/plan_compiler.h"

#include <algorithm>

#include "directory/plan_parser.h"
#include "directory/plan_timeline.h"
#include "shared/conf_values.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

constexpr std::string_view kNoTimeout = " has no timeout and rings until the end";

std::string span(Millis ms) { return duration_text(ms); }

// When an answer has to have come at the latest, so that it can prove itself while the others still ring.
Millis last_answer_ms(Verify verify, const PlanSpec& plan, const PlanRules& rules) {
  const bool always = verify == Verify::press1 || verify == Verify::amd;
  return always ? plan.ring_ms - rules.screen_ms : plan.ring_ms;
}

Millis rung_out_ms(const PlanWave& wave, Millis begin_ms) {
  Millis end_ms = begin_ms;
  for (const PlanDevice& device : wave.devices)
    end_ms = std::max(end_ms, begin_ms + device.delay_ms + device.timeout_ms);
  return end_ms;
}

// The moments at which the waves begin; those without `after` when the one before has rung out.
std::vector<Millis> beginnings(const PlanSpec& plan) {
  std::vector<Millis> out;
  for (std::size_t i = 0; i < plan.waves.size(); ++i) {
    const Millis usual_ms = i == 0 ? 0 : rung_out_ms(plan.waves[i - 1], out.back());
    out.push_back(plan.waves[i].after_ms.value_or(usual_ms));
  }
  return out;
}

Destination destination_of(const PlanDevice& device, const PlanTarget& target, Millis wave_ms, const PlanSpec& plan,
                           const PlanRules& rules) {
  Destination to{.device = target.name, .to = target.to};
  to.after_ms = wave_ms + device.delay_ms;
  to.verify = device.verify.value_or(target.verify);
  to.priority = device.priority;
  to.timeout_ms = device.timeout_ms > 0 ? device.timeout_ms : last_answer_ms(to.verify, plan, rules) - to.after_ms;
  return to;
}

class Check {
 public:
  Check(const PlanSpec& plan, std::span<const PlanTarget> devices, int channels, const PlanRules& rules)
      : plan_(plan), devices_(devices), channels_(channels), rules_(rules) {}

  std::optional<PlanFault> run() const {
    if (auto fault = whole(); fault) return fault;
    const std::vector<Millis> begin = beginnings(plan_);
    std::size_t count = 0;
    for (std::size_t i = 0; i < plan_.waves.size(); ++i) {
      if (auto fault = wave(i, begin); fault) return fault;
      for (const PlanDevice& one : plan_.waves[i].devices) {
        if (auto fault = device(one, begin[i]); fault) return fault;
        if (++count > limits::kLegs) {
          return PlanFault{
              one.line, "the plan has more devices than can ring; expected at most " + std::to_string(limits::kLegs)};
        }
      }
    }
    return starving();
  }

 private:
  std::optional<PlanFault> whole() const {
    if (plan_.ring_ms < limits::kRingMinMs || plan_.ring_ms > limits::kRingMaxMs) {
      return PlanFault{plan_.ring_line, "nobody can be rung for " + span(plan_.ring_ms) + "; expected ring 5s to 600s"};
    }
    if (plan_.on_unanswered == OnUnanswered::voicemail && plan_.ring_ms > limits::kVoicemailByMs) {
      return PlanFault{plan_.ring_line,
                       "voicemail would come after " + span(plan_.ring_ms) +
                           ", when the caller's network has given up (about 3 minutes); expected ring up to " +
                           span(limits::kVoicemailByMs) + ", or on_unanswered hangup"};
    }
    if (plan_.hold_losers_ms > limits::kHoldLosersMs) {
      return PlanFault{plan_.hold_line, "hold_losers " + span(plan_.hold_losers_ms) +
                                            " lets phones ring on while somebody talks; expected at most " +
                                            span(limits::kHoldLosersMs)};
    }
    if (channels_ > 0 && plan_.max_channels > channels_) {
      return PlanFault{plan_.channels_line, "max_channels " + std::to_string(plan_.max_channels) +
                                                " is more than the provider gives; expected at most " +
                                                std::to_string(channels_) + " (`channels`)"};
    }
    return std::nullopt;
  }

  std::optional<PlanFault> wave(std::size_t i, const std::vector<Millis>& begin) const {
    const PlanWave& wave = plan_.waves[i];
    if (i > 0 && !wave.after_ms) {
      for (const PlanDevice& device : plan_.waves[i - 1].devices) {
        if (device.timeout_ms > 0) continue;
        return PlanFault{wave.line, "this wave would begin when the one before has rung out, but its device " +
                                        device.name + std::string(kNoTimeout) +
                                        "; expected wave after=..., or a timeout= for that device"};
      }
    }
    if (begin[i] >= plan_.ring_ms) {
      return PlanFault{wave.line, "this wave begins at " + span(begin[i]) + ", but the ringing is over after " +
                                      span(plan_.ring_ms) + "; expected an earlier wave or a longer ring"};
    }
    if (i > 0 && begin[i] <= begin[i - 1]) {
      return PlanFault{wave.line, "this wave begins at " + span(begin[i]) + ", not later than the one before (" +
                                      span(begin[i - 1]) + "); expected waves in their order"};
    }
    return std::nullopt;
  }

  std::optional<PlanFault> device(const PlanDevice& device, Millis wave_ms) const {
    const PlanTarget* target = find(device.name);
    if (target == nullptr) return PlanFault{device.line, "there is no device \"" + device.name + "\" to ring"};
    const Destination to = destination_of(device, *target, wave_ms, plan_, rules_);
    const std::string who = "device " + device.name, when = " begins to ring at " + span(to.after_ms);
    const std::string over = "the ringing is over after " + span(plan_.ring_ms);
    if (to.after_ms + limits::kRingMinMs > plan_.ring_ms) {
      return PlanFault{device.line, who + when + " and " + over +
                                        ", which leaves it less than 5s; expected an earlier start or a longer ring"};
    }
    const Millis last_ms = last_answer_ms(to.verify, plan_, rules_);
    const std::string proof =
        " (verify " + std::string(name_of(to.verify)) + " takes up to " + span(rules_.screen_ms) + ")";
    if (to.verify == Verify::press1_if_fast && to.after_ms + rules_.fast_answer_ms + rules_.screen_ms > plan_.ring_ms) {
      return PlanFault{device.line, who + when + " and " + over +
                                        ", which leaves a fast answer no time to prove itself" + proof +
                                        "; expected an earlier start or a longer ring"};
    }
    if (to.after_ms + to.timeout_ms > plan_.ring_ms) {
      return PlanFault{device.line, who + " would ring until " + span(to.after_ms + to.timeout_ms) + ", but " + over +
                                        "; expected timeout=" + span(plan_.ring_ms - to.after_ms) + " at most"};
    }
    if (to.timeout_ms < limits::kRingMinMs || to.after_ms + to.timeout_ms > last_ms) {
      const Millis room_ms = last_ms - to.after_ms;
      const std::string hint =
          room_ms >= limits::kRingMinMs ? "timeout=" + span(room_ms) + " at most" : "a longer ring";
      return PlanFault{device.line, who + when + " and " + over + ", which leaves an answer no time to prove itself" +
                                        proof + "; expected " + hint};
    }
    return std::nullopt;
  }

  // With nobody answering, does everybody get a channel?
  std::optional<PlanFault> starving() const {
    RingPlan compiled;
    compile_plan(plan_, devices_, channels_, rules_, compiled);
    if (compiled.max_channels == 0) return std::nullopt;
    for (const TimelineRow& row : timeline(compiled, rules_).rows) {
      const Destination& to = compiled.destinations[row.destination];
      const Millis last_ms = std::min(row.until_ms, last_answer_ms(to.verify, plan_, rules_));
      if (row.rings && last_ms - row.from_ms >= limits::kRingMinMs) continue;
      const std::string& name = to.device;
      return PlanFault{line_of(name), "device " + name + " would wait for a channel until it is too late to answer (" +
                                          std::to_string(compiled.max_channels) +
                                          " at once); expected more max_channels or channels, or a timeout= for "
                                          "those that ring before it"};
    }
    return std::nullopt;
  }

  const PlanTarget* find(const std::string& name) const {
    const auto found =
        std::find_if(devices_.begin(), devices_.end(), [&](const auto& one) { return one.name == name; });
    return found == devices_.end() ? nullptr : &*found;
  }

  int line_of(const std::string& name) const {
    for (const PlanWave& wave : plan_.waves) {
      for (const PlanDevice& device : wave.devices) {
        if (device.name == name) return device.line;
      }
    }
    return plan_.line;
  }

  const PlanSpec& plan_;
  std::span<const PlanTarget> devices_;
  int channels_;
  const PlanRules& rules_;
};

}  // namespace

std::optional<PlanFault> check_plan(const PlanSpec& plan, std::span<const PlanTarget> devices, int channels,
                                    const PlanRules& rules) {
  return Check(plan, devices, channels, rules).run();
}

void compile_plan(const PlanSpec& plan, std::span<const PlanTarget> targets, int channels, const PlanRules& rules,
                  RingPlan& out) {
  const std::vector<Millis> begin = beginnings(plan);
  for (std::size_t i = 0; i < plan.waves.size(); ++i) {
    for (const PlanDevice& device : plan.waves[i].devices) {
      const auto target =
          std::find_if(targets.begin(), targets.end(), [&](const auto& one) { return one.name == device.name; });
      if (target == targets.end() || out.destinations.size() == limits::kLegs) continue;
      out.destinations.push_back(destination_of(device, *target, begin[i], plan, rules));
    }
  }
  out.name = plan.name;
  out.ring_ms = plan.ring_ms;
  out.max_channels = plan.max_channels > 0 ? plan.max_channels : channels;
  out.on_decline = plan.on_decline;
  out.on_busy = plan.on_busy;
  out.on_winner_lost = plan.on_winner_lost;
  out.on_unanswered = plan.on_unanswered;
  out.hold_losers_ms = plan.hold_losers_ms;
}

Result<RingPlan> compile_plan_text(std::string_view file_name, std::string_view text, std::string_view domain,
                                   const PlanRules& rules) {
  const Result<PlanSpec> plan = parse_plan_text(file_name, text, rules);
  if (!plan) return std::unexpected(plan.error());
  std::vector<PlanTarget> targets;
  for (const PlanWave& wave : plan->waves) {
    for (const PlanDevice& device : wave.devices) {
      targets.push_back({device.name, "sip:" + device.name + "@" + std::string(domain), Verify::none});
    }
  }
  if (const auto fault = check_plan(*plan, targets, rules.channels, rules)) {
    return DirectoryReader(file_name).error(fault->line, fault->text);
  }
  RingPlan out;
  compile_plan(*plan, targets, rules.channels, rules, out);
  return out;
}

}  // namespace ringfence
