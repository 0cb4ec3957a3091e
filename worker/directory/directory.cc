// See directory.h. The decisions are in directory_decision.cc, the text in directory_text.cc.
#include "directory/directory.h"

#include <algorithm>
#include <array>

#include "directory/directory_parser.h"

namespace ringfence {
namespace {

// a device that has not been seen for longer than this is not dialled.
constexpr Millis kActiveMs = 24 * 3'600'000;
constexpr std::array<std::string_view, 2> kSingleDevices{"transfer", "ring"};

template <class Thing>
const Thing* named(const std::vector<Thing>& things, std::string_view name) noexcept {
  if (name.empty()) return nullptr;
  const auto found = std::find_if(things.begin(), things.end(), [&](const Thing& one) { return one.name == name; });
  return found == things.end() ? nullptr : &*found;
}

}  // namespace

std::string_view name_of(SingleDevice how) noexcept { return kSingleDevices[static_cast<std::size_t>(how)]; }

const User* find_user(const Organisation& organisation, std::string_view name) noexcept {
  return named(organisation.users, name);
}
const Schedule* find_schedule(const Organisation& organisation, std::string_view name) noexcept {
  return named(organisation.schedules, name);
}
const Agent* find_agent(const Organisation& organisation, std::string_view name) noexcept {
  return named(organisation.agents, name);
}
const PlanSpec* find_plan(const User& user, std::string_view name) noexcept { return named(user.plans, name); }

std::string_view hindrance(const Device& device, Millis now_ms) noexcept {
  if (!device.number.empty()) return {};  // a line of the telephone network is always there
  if (device.sip_username.empty()) return "has no credential";
  if (device.last_active_ms == 0) return "was never active";
  if (device.last_active_ms < now_ms - kActiveMs) return "was not active for 24 h";
  if (device.credential_expires_ms == 0) return "has a credential without an expiry";
  if (device.credential_expires_ms <= now_ms) return "has an expired credential";
  return {};
}

std::string_view Directory::organisation_of(std::string_view called) const noexcept {
  const auto place = by_number_.find(called);
  return place == by_number_.end() ? std::string_view{} : organisations_[place->second.organisation].name;
}

bool Directory::enrol(std::string_view organisation, std::string_view user, const Device& device) {
  const auto place = std::ranges::find(organisations_, organisation, &Organisation::name);
  if (place == organisations_.end()) return false;
  const auto who = std::ranges::find(place->users, user, &User::name);
  if (who == place->users.end()) return false;
  auto known = std::ranges::find(who->devices, device.name, &Device::name);
  if (known == who->devices.end()) {
    known = who->devices.insert(known, {.name = device.name});
  } else if (!known->number.empty()) {
    return false;
  }
  by_credential_.erase(known->sip_username);
  known->sip_username = device.sip_username;
  known->last_active_ms = device.last_active_ms;
  known->credential_expires_ms = device.credential_expires_ms;
  const auto o = static_cast<std::size_t>(place - organisations_.begin());
  const auto u = static_cast<std::size_t>(who - place->users.begin());
  by_credential_.emplace(device.sip_username, Place{o, kNobody, u});
  return true;
}

Result<Directory> Directory::parse(std::string_view file_name, std::string_view text, const PlanRules& rules) {
  Result<std::vector<Organisation>> organisations = parse_organisations(file_name, text, rules);
  if (!organisations) return std::unexpected(std::move(organisations.error()));
  Directory directory;
  directory.rules_ = rules;
  directory.organisations_ = std::move(*organisations);
  for (std::size_t o = 0; o < directory.organisations_.size(); ++o) {
    const Organisation& organisation = directory.organisations_[o];
    std::map<std::string_view, std::size_t> users;
    for (std::size_t u = 0; u < organisation.users.size(); ++u) {
      users.emplace(organisation.users[u].name, u);
      for (const Device& device : organisation.users[u].devices) {
        if (!device.sip_username.empty()) directory.by_credential_.emplace(device.sip_username, Place{o, kNobody, u});
      }
    }
    if (!organisation.sip_username.empty())
      directory.by_credential_.emplace(organisation.sip_username, Place{.organisation = o});
    for (std::size_t n = 0; n < organisation.numbers.size(); ++n) {
      const auto user = users.find(organisation.numbers[n].user);
      directory.by_number_.emplace(organisation.numbers[n].e164,
                                   Place{o, n, user == users.end() ? kNobody : user->second});
    }
  }
  return directory;
}

}  // namespace ringfence
