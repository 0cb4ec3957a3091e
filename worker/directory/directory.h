// Numbers, organisations, users and devices: what is to become of a call. A value, imported from a file in nginx syntax
// (conf/directory.conf.sample) and looked up without I/O. Must not know: stores, sockets, sessions.
#pragma once

#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/plan.h"
#include "directory/agent_headers.h"
#include "directory/blocklist.h"
#include "directory/plan_compiler.h"
#include "directory/plan_spec.h"
#include "directory/schedule.h"
#include "shared/result.h"

namespace ringfence {

// `credential_expires_at never`: said to be without end, unlike one that was never said.
inline constexpr Millis kNeverExpires = std::numeric_limits<Millis>::max();

struct Device {
  std::string name, sip_username;
  std::string number;  // dialled instead of a SIP user name: a phone line, which needs no registration
  Verify verify = Verify::none;
  Millis last_active_ms = 0, credential_expires_ms = 0;  // 0 = never said, which is not dialled
};

enum class SingleDevice : std::uint8_t { transfer, ring };  // how one device alone is rung
[[nodiscard]] std::string_view name_of(SingleDevice how) noexcept;

// When the receiver is there, and what comes when not.
struct Hours {
  std::string schedule;      // empty: always
  std::string closed_agent;  // empty: voicemail
};
// Calls that our own devices make.
struct Outbound {
  std::string caller_id;  // one of the organisation's numbers; empty: as the provider has it
  Blocklist blocked;      // by the organisation
  Blocklist do_not_call;  // by those who asked not to be called
};
struct User {
  std::string name;
  std::vector<Device> devices;
  std::vector<PlanSpec> plans;
  std::string plan;  // the chosen one; empty: all devices at once
  Hours hours;
  Blocklist blocked;
  Outbound outbound;
  std::optional<SingleDevice> single_device;
  std::optional<bool> record;
};
struct Number {
  std::string e164, user, agent;  // both empty: straight to voicemail
  std::string plan;               // instead of the user's
  Hours hours;                    // instead of the user's
};
struct Organisation {
  std::string name, greeting, sip_username;  // the organisation's own credential, never dialled
  std::vector<User> users;
  std::vector<Number> numbers;
  std::vector<Schedule> schedules;
  std::vector<Agent> agents;
  Blocklist blocked;
  bool reject_as_busy = false;
  Outbound outbound;
  SingleDevice single_device = SingleDevice::transfer;
  Sharing share_with_agents = Sharing::masked;
  bool record = true;
  int channels = 0;  // calls the provider lets it make at once; 0: never said
};

struct IncomingCall {
  std::string_view called, caller, caller_name;
  std::string_view session;   // tells its conversation with an agent from others
  std::string_view summary;   // of earlier conversations, when there is one at hand
  bool every_device = false;  // to draw a plan: also the devices that are not dialled just now
};

class Directory {
 public:
  // Errors read `FILE:LINE: what is wrong; what was expected`. Reads time zones from the system; nothing later does.
  [[nodiscard]] static Result<Directory> parse(std::string_view file_name, std::string_view text,
                                               const PlanRules& rules = {});
  [[nodiscard]] const std::vector<Organisation>& organisations() const noexcept { return organisations_; }
  [[nodiscard]] const PlanRules& rules() const noexcept { return rules_; }
  // Canonical text in the same syntax, for `ringctl directory show` and for the store.
  [[nodiscard]] std::string text() const;

  // The decision tree of R-132: blocked caller -> schedule -> receiver. Never fails: an unknown number is voicemail
  // with the default greeting and a note. `domain` is where SIP usernames live, e.g. sip.telnyx.com. Rule R-047
  // at `now_ms`. `why`, if given, gets each step in words.
  using Why = std::vector<std::string>;
  [[nodiscard]] RingPlan plan(const IncomingCall& call, Millis now_ms, std::string_view domain,
                              Why* why = nullptr) const;
  [[nodiscard]] RingPlan plan(std::string_view called, std::string_view caller, Millis now_ms,
                              std::string_view domain) const {
    return plan({.called = called, .caller = caller}, now_ms, domain);
  }
  // As if one of the user's numbers had been called that says nothing of its own. nullopt: no such user.
  [[nodiscard]] std::optional<RingPlan> plan_for_user(std::string_view organisation, std::string_view user,
                                                      const IncomingCall& call, Millis now_ms, std::string_view domain,
                                                      Why* why = nullptr) const;

  // Whose number it is; empty: nobody's.
  [[nodiscard]] std::string_view organisation_of(std::string_view called) const noexcept;

  // a device calls out with its credential, `sip_username` as the provider names it (also sip:NAME@domain).
  [[nodiscard]] RingPlan plan_outbound(std::string_view sip_username, std::string_view to, Millis now_ms,
                                       std::string_view domain, Why* why = nullptr) const;

  // The credential that a device of this user has now, in place of what the text says of it, or beside it. False: there
  // is no such user, or the device is a phone line.
  bool enrol(std::string_view organisation, std::string_view user, const Device& device);
  // It has none any more: what `imported`, this directory before anybody was enrolled, says of it is true again.
  void withdraw(std::string_view organisation, std::string_view user, std::string_view device,
                const Directory& imported);
  [[nodiscard]] const User* user(std::string_view organisation, std::string_view user) const;

  // A device of the plan's user that has registered while the others ring (DeviceReady): as the plan has it, else as
  // any other device. nullopt: no such device, or one that is not dialled.
  [[nodiscard]] std::optional<Destination> joining(const RingPlan& plan, std::string_view device, Millis now_ms,
                                                   std::string_view domain) const;

 private:
  static constexpr std::size_t kNobody = static_cast<std::size_t>(-1);
  struct Place {
    std::size_t organisation = 0, number = kNobody, user = kNobody;
  };
  friend class Decision;  // the tree itself, directory_decision.cc

  PlanRules rules_;
  std::vector<Organisation> organisations_;
  [[nodiscard]] const Place* place_of(std::string_view organisation, std::string_view user) const;
  void set_credential(const Place& place, Device& device, const Device& with);

  std::map<std::string, Place, std::less<>> by_number_;
  std::map<std::string, Place, std::less<>> by_user_;        // ORGANISATION/USER
  std::map<std::string, Place, std::less<>> by_credential_;  // devices, and organisations without a user
};

[[nodiscard]] const User* find_user(const Organisation& organisation, std::string_view name) noexcept;
[[nodiscard]] const Schedule* find_schedule(const Organisation& organisation, std::string_view name) noexcept;
[[nodiscard]] const Agent* find_agent(const Organisation& organisation, std::string_view name) noexcept;
[[nodiscard]] const PlanSpec* find_plan(const User& user, std::string_view name) noexcept;
// Why this device is not dialled now; empty when it is.
[[nodiscard]] std::string_view hindrance(const Device& device, Millis now_ms) noexcept;

}  // namespace ringfence
