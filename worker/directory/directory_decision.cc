// The decision tree (R-132, R-133, R-140, R-141): what is to become of a call, and why. See directory.h.
#include <algorithm>

#include "core/mask.h"
#include "directory/directory.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

constexpr std::string_view kDefaultGreeting =
    "Nobody can take your call right now. Please leave a message after the tone.";
// A device that calls out hears the ringing itself and hangs up when it has had enough; this is for the one that died.
constexpr Millis kOutboundRingMs = 120'000;

void add_note(std::string& note, std::string_view text) {
  if (note.size() + text.size() > limits::kFieldBytes) return;  // a hint for a reader, not a list
  if (!note.empty()) note += "; ";
  note += text;
}

std::string sip_uri(std::string_view username, std::string_view domain) {
  return "sip:" + std::string(username) + "@" + std::string(domain);
}

std::string_view sip_name(std::string_view address) {
  for (const std::string_view scheme : {"sip:", "sips:"}) {
    if (address.starts_with(scheme)) address.remove_prefix(scheme.size());
  }
  return address.substr(0, address.find_first_of("@;"));
}

std::string place_in(const Schedule& schedule, Millis now_ms) {
  const ScheduleAnswer answer = ask(schedule, now_ms);
  std::string text = "schedule " + schedule.name + ": " + schedule.zone.wall_clock(now_ms) + " is ";
  text += answer.open ? "within " + answer.day + " " + span_text(*answer.span) : "outside of the hours";
  return text + (answer.exception ? " (an exception of the week)" : "");
}

// Why this number is not called; empty when it is.
std::string bar(const Outbound& rules, const std::string& by, std::string_view dialled) {
  if (rules.blocked.blocks(dialled)) return "the called number is blocked by " + by;
  if (rules.do_not_call.blocks(dialled)) return "the called number asked " + by + " not to be called";
  return {};
}

}  // namespace

class Decision {
 public:
  Decision(const Directory& directory, const IncomingCall& call, Millis now_ms, std::string_view domain,
           Directory::Why* why)
      : directory_(directory), call_(call), now_ms_(now_ms), domain_(domain), why_(why) {
    plan_.route = Route::voicemail;
    plan_.greeting = kDefaultGreeting;
  }

  RingPlan for_number() {
    const auto place = directory_.by_number_.find(call_.called);
    if (place == directory_.by_number_.end()) {
      return voicemail("number " + mask_number(call_.called) + " is not in the directory");
    }
    const Organisation& organisation = directory_.organisations_[place->second.organisation];
    const Number& number = organisation.numbers[place->second.number];
    const User* user = place->second.user == Directory::kNobody ? nullptr : &organisation.users[place->second.user];
    say([&] {
      return "number " + number.e164 + " of organisation " + organisation.name +
             (user != nullptr         ? " rings user " + user->name
              : !number.agent.empty() ? " is taken by agent " + number.agent
                                      : " goes straight to voicemail");
    });
    return decide(organisation, user, &number);
  }

  RingPlan decide(const Organisation& organisation, const User* user, const Number* number) {
    plan_.organisation = organisation.name;
    if (user != nullptr) plan_.user = user->name;
    if (!organisation.greeting.empty()) plan_.greeting = organisation.greeting;
    plan_.no_record = !organisation.record;
    if (user != nullptr && user->record) plan_.no_record = !*user->record;
    if (blocked(organisation, user)) return std::move(plan_);
    bool open = true;
    if (const Hours* hours = hours_of(user, number); hours != nullptr) {
      const Schedule* schedule = find_schedule(organisation, hours->schedule);
      open = schedule == nullptr || is_open(*schedule, now_ms_);
      if (schedule != nullptr) say([&] { return place_in(*schedule, now_ms_); });
      if (!open) return closed(organisation, user, *hours);
    } else {
      say([] { return std::string("no schedule: always within the hours"); });
    }
    if (user != nullptr) return ring(organisation, *user, number);
    if (number != nullptr && !number->agent.empty()) return agent(organisation, nullptr, number->agent, true);
    return voicemail("the number goes straight to voicemail");
  }

 private:
  template <class Text>
  void say(Text text) {
    if (why_ != nullptr) why_->push_back(text());
  }

  RingPlan voicemail(std::string note) {
    if (plan_.note.empty()) plan_.note = note;  // why no device is rung has been said, then
    say([&] { return note + ": voicemail"; });
    return std::move(plan_);
  }

  bool blocked(const Organisation& organisation, const User* user) {
    std::string by;
    if (organisation.blocked.blocks(call_.caller)) {
      by = "organisation " + organisation.name;
    } else if (user != nullptr && user->blocked.blocks(call_.caller)) {
      by = "user " + user->name;
    }
    if (by.empty()) {
      say([&] { return "caller " + shown_caller() + " is not blocked"; });
      return false;
    }
    plan_.route = Route::reject;
    plan_.busy = organisation.reject_as_busy;
    plan_.note = "the caller is blocked by " + by;
    say([&] {
      return "caller " + shown_caller() + " is blocked by " + by + ": rejected" + (plan_.busy ? " as busy" : "");
    });
    return true;
  }

  std::string shown_caller() const {
    return is_anonymous(call_.caller) ? "without a number" : mask_number(call_.caller);
  }

  static const Hours* hours_of(const User* user, const Number* number) {
    if (number != nullptr && !number->hours.schedule.empty()) return &number->hours;
    return user != nullptr && !user->hours.schedule.empty() ? &user->hours : nullptr;
  }

  RingPlan closed(const Organisation& organisation, const User* user, const Hours& hours) {
    if (!hours.closed_agent.empty()) return agent(organisation, user, hours.closed_agent, false);
    return voicemail("outside of schedule " + hours.schedule);
  }

  RingPlan agent(const Organisation& organisation, const User* user, const std::string& name, bool within_hours) {
    const Agent* agent = find_agent(organisation, name);
    if (agent == nullptr) return voicemail("there is no agent " + name);  // refused at import
    plan_.route = Route::agent;
    plan_.destinations.push_back({.device = agent->name, .to = agent->to});
    // The transfer itself would show what the headers keep back.
    if (organisation.share_with_agents != Sharing::full) plan_.caller_id = call_.called;
    std::string thread(call_.session);
    if (thread.empty()) thread.append(call_.caller).append("/").append(call_.called);
    plan_.headers = agent_headers(*agent, {.organisation = organisation.name,
                                           .user = user == nullptr ? std::string_view() : user->name,
                                           .called = call_.called,
                                           .caller = call_.caller,
                                           .caller_name = call_.caller_name,
                                           .thread = thread,
                                           .summary = call_.summary,
                                           .within_hours = within_hours,
                                           .sharing = organisation.share_with_agents});
    say([&] { return "agent " + name + " takes the call" + (within_hours ? "" : ", as the hours are over"); });
    return std::move(plan_);
  }

  RingPlan ring(const Organisation& organisation, const User& user, const Number* number) {
    const std::vector<PlanTarget> targets = dialable(organisation, user);
    const std::string& name = number != nullptr && !number->plan.empty() ? number->plan : user.plan;
    if (const PlanSpec* spec = find_plan(user, name)) {
      compile_plan(*spec, targets, organisation.channels, directory_.rules_, plan_);
    } else {
      all_at_once(organisation, targets);
    }
    if (plan_.destinations.empty()) {
      if (targets.empty() && !user.devices.empty())
        return voicemail("user " + user.name + " has no device to ring now");
      return voicemail("user " + user.name + (user.devices.empty() ? " has no devices" : "'s plan has no device now"));
    }
    plan_.route = Route::ring;
    const bool transfer = user.single_device.value_or(organisation.single_device) == SingleDevice::transfer;
    if (transfer && is_plain_single()) {
      plan_.route = Route::transfer;
      // The ringing is the provider's alone: no deadline of ours ends it.
      Millis& timeout_ms = plan_.destinations[0].timeout_ms;
      const PlanRules& rules = directory_.rules_;
      if (timeout_ms == 0) timeout_ms = std::max(limits::kRingMinMs, std::min(rules.leg_ms, rules.ring_ms));
    }
    say([&] {
      std::string text = name.empty() ? "all devices at once" : "plan " + name;
      if (plan_.route == Route::transfer) text += ", with one device: transferred by the provider";
      return text;
    });
    return std::move(plan_);
  }

  // One device, and nothing asked of it that a transfer could not do.
  bool is_plain_single() const {
    return plan_.destinations.size() == 1 && plan_.destinations[0].verify == Verify::none &&
           plan_.on_winner_lost == OnWinnerLost::voicemail && plan_.hold_losers_ms == 0;
  }

  std::vector<PlanTarget> dialable(const Organisation& organisation, const User& user) {
    std::vector<PlanTarget> targets;
    for (const Device& device : user.devices) {
      std::string_view hindered = call_.every_device ? std::string_view() : hindrance(device, now_ms_);
      // Refused at import as well; said again here because dialling it would ring the whole organisation (R-051).
      if (hindered.empty() && device.number.empty() && device.sip_username == organisation.sip_username) {
        hindered = "has the organisation's credential";
      }
      if (!hindered.empty()) {
        add_note(plan_.note, device.name + " " + std::string(hindered));
        say([&] { return "device " + device.name + " is not rung: it " + std::string(hindered); });
        continue;
      }
      targets.push_back(
          {device.name, device.number.empty() ? sip_uri(device.sip_username, domain_) : device.number, device.verify});
    }
    return targets;
  }

  void all_at_once(const Organisation& organisation, const std::vector<PlanTarget>& targets) {
    for (const PlanTarget& target : targets) {
      if (plan_.destinations.size() == limits::kLegs) break;
      Destination& to = plan_.destinations.emplace_back();
      to.device = target.name;
      to.to = target.to;
      to.verify = target.verify;
      // Its last answer has to have time to prove itself before the ringing is over.
      if (target.verify == Verify::press1 || target.verify == Verify::amd) {
        to.timeout_ms = std::max(limits::kRingMinMs, directory_.rules_.ring_ms - directory_.rules_.screen_ms);
      }
    }
    plan_.max_channels = organisation.channels;
  }

  const Directory& directory_;
  const IncomingCall& call_;
  Millis now_ms_;
  std::string_view domain_;
  Directory::Why* why_;
  RingPlan plan_;
};

RingPlan Directory::plan(const IncomingCall& call, Millis now_ms, std::string_view domain, Why* why) const {
  return Decision(*this, call, now_ms, domain, why).for_number();
}

std::optional<RingPlan> Directory::plan_for_user(std::string_view organisation, std::string_view user,
                                                 const IncomingCall& call, Millis now_ms, std::string_view domain,
                                                 Why* why) const {
  for (const Organisation& one : organisations_) {
    if (one.name != organisation) continue;
    const User* found = find_user(one, user);
    if (found != nullptr) return Decision(*this, call, now_ms, domain, why).decide(one, found, nullptr);
  }
  return std::nullopt;
}

RingPlan Directory::plan_outbound(std::string_view sip_username, std::string_view to, Millis, std::string_view domain,
                                  Why* why) const {
  RingPlan plan;
  plan.outbound = true;
  plan.on_unanswered = OnUnanswered::hangup;
  plan.on_winner_lost = OnWinnerLost::hangup;
  plan.route = Route::reject;
  const auto finish = [&](std::string note) {
    if (why != nullptr) why->push_back(note);
    plan.note = std::move(note);
    return std::move(plan);
  };
  const auto place = by_credential_.find(sip_name(sip_username));
  if (place == by_credential_.end()) return finish("the calling credential is not in the directory");
  const Organisation& organisation = organisations_[place->second.organisation];
  const User* user = place->second.user == kNobody ? nullptr : &organisation.users[place->second.user];
  plan.organisation = organisation.name;
  if (user != nullptr) plan.user = user->name;
  plan.no_record = !(user != nullptr && user->record ? *user->record : organisation.record);
  plan.caller_id =
      user != nullptr && !user->outbound.caller_id.empty() ? user->outbound.caller_id : organisation.outbound.caller_id;
  std::string dialled(plain_number(to));
  const bool is_number = !dialled.empty() && dialled.find_first_not_of("+0123456789*#") == std::string::npos;
  const auto callee = by_credential_.find(sip_name(to));
  if (callee != by_credential_.end()) {
    // A colleague's device: no organisation reaches another's (P9), and nobody an organisation's own (R-051).
    if (callee->second.organisation != place->second.organisation || callee->second.user == kNobody) {
      return finish("the called credential is not a device of organisation " + organisation.name);
    }
    dialled = sip_uri(sip_name(to), domain);
  } else if (!is_number) {
    return finish("what was dialled is neither a number nor a device of organisation " + organisation.name);
  }
  std::string barred = bar(organisation.outbound, "organisation " + organisation.name, dialled);
  if (barred.empty() && user != nullptr) barred = bar(user->outbound, "user " + user->name, dialled);
  if (!barred.empty()) return finish(std::move(barred));
  plan.route = Route::transfer;
  plan.ring_ms = kOutboundRingMs;
  plan.destinations.push_back({.device = "callee", .to = dialled, .timeout_ms = kOutboundRingMs});
  if (why != nullptr) why->push_back("calls " + mask_number(dialled) + " for organisation " + organisation.name);
  return plan;
}

std::optional<Destination> Directory::joining(const RingPlan& plan, std::string_view device, Millis now_ms,
                                              std::string_view domain) const {
  for (const Organisation& organisation : organisations_) {
    if (organisation.name != plan.organisation) continue;
    const User* user = find_user(organisation, plan.user);
    if (user == nullptr) return std::nullopt;
    const auto found =
        std::find_if(user->devices.begin(), user->devices.end(), [&](const Device& one) { return one.name == device; });
    if (found == user->devices.end()) return std::nullopt;
    Device here = *found;
    here.last_active_ms = now_ms;  // it has just registered
    if (!hindrance(here, now_ms).empty()) return std::nullopt;
    if (found->number.empty() && found->sip_username == organisation.sip_username) return std::nullopt;  // R-051
    Destination to{.device = found->name, .to = found->number, .verify = found->verify};
    if (to.to.empty()) to.to = sip_uri(found->sip_username, domain);
    const PlanSpec* spec = find_plan(*user, plan.name);
    if (spec == nullptr) return to;
    for (const PlanWave& wave : spec->waves) {
      for (const PlanDevice& one : wave.devices) {
        if (one.name != device) continue;
        to.timeout_ms = one.timeout_ms;
        to.priority = one.priority;
        to.verify = one.verify.value_or(to.verify);
        return to;
      }
    }
    return std::nullopt;  // the plan does not ring it
  }
  return std::nullopt;
}

}  // namespace ringfence
