// See plans.h.
#include "plans.h"

#include <algorithm>
#include <array>

namespace ringfence::exhaust {
namespace {

struct Named {
  std::string_view name;
  void (*change)(RingPlan& plan, Policy& policy);
};

void in_waves(RingPlan& plan) {
  for (std::size_t i = 0; i < plan.destinations.size(); ++i) {
    plan.destinations[i].after_ms = static_cast<Millis>(i) * 1000;
    plan.destinations[i].timeout_ms = 1000;
  }
}

void verify(RingPlan& plan, Verify how) { plan.destinations[0].verify = how; }

constexpr std::array kPlans{
    Named{"plain", [](RingPlan&, Policy&) {}},
    Named{"waves", [](RingPlan& plan, Policy&) { in_waves(plan); }},
    Named{"channels", [](RingPlan& plan, Policy&) { plan.max_channels = 1; }},
    Named{"press1", [](RingPlan& plan, Policy&) { verify(plan, Verify::press1); }},
    Named{"amd", [](RingPlan& plan, Policy&) { verify(plan, Verify::amd); }},
    Named{"fast", [](RingPlan& plan, Policy&) { verify(plan, Verify::press1_if_fast); }},
    // Who waits for a key while another wins is spoken to.
    Named{"apology",
          [](RingPlan& plan, Policy& policy) {
            for (Destination& to : plan.destinations) to.verify = Verify::press1;
            policy.apology_ms = 1000;
          }},
    Named{"hold", [](RingPlan& plan, Policy&) { plan.hold_losers_ms = 1000; }},
    Named{"ring_again", [](RingPlan& plan, Policy&) { plan.on_winner_lost = OnWinnerLost::ring_again; }},
    Named{"winner_lost_hangup", [](RingPlan& plan, Policy&) { plan.on_winner_lost = OnWinnerLost::hangup; }},
    Named{"decline_stop", [](RingPlan& plan, Policy&) { plan.on_decline = OnRefusal::stop; }},
    Named{"no_voicemail",
          [](RingPlan& plan, Policy&) {
            plan.on_unanswered = OnUnanswered::hangup;
            plan.no_record = true;
          }},
    Named{"tell", [](RingPlan& plan, Policy&) { plan.notify = true; }},
    Named{"no_record", [](RingPlan& plan, Policy&) { plan.no_record = true; }},
    Named{"transfer",
          [](RingPlan& plan, Policy&) {
            plan.route = Route::transfer;
            plan.destinations.resize(1);
          }},
    Named{"agent",
          [](RingPlan& plan, Policy&) {
            plan.route = Route::agent;
            plan.destinations.resize(1);
          }},
    Named{"voicemail", [](RingPlan& plan, Policy&) { plan.route = Route::voicemail; }},
    Named{"reject", [](RingPlan& plan, Policy&) { plan.route = Route::reject; }},
};

}  // namespace

bool set_up(std::string_view name, int legs, Setup& setup) {
  const auto at = std::ranges::find(kPlans, name, &Named::name);
  if (at == kPlans.end()) return false;
  setup.policy = coarse_policy();
  setup.plan = RingPlan{.organisation = "o", .user = "u", .greeting = "g"};
  for (int i = 0; i < legs; ++i) {
    const std::string device(1, static_cast<char>('A' + i));
    setup.plan.destinations.push_back({.device = device, .to = device});
  }
  at->change(setup.plan, setup.policy);
  return true;
}

std::vector<std::string_view> plan_names() {
  std::vector<std::string_view> names;
  for (const Named& plan : kPlans) names.push_back(plan.name);
  return names;
}

}  // namespace ringfence::exhaust
