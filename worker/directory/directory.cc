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

const Directory::Place* Directory::place_of(std::string_view organisation, std::string_view user) const {
  const auto place = by_user_.find(std::string(organisation) + "/" + std::string(user));
  return place == by_user_.end() ? nullptr : &place->second;
}

const User* Directory::user(std::string_view organisation, std::string_view user) const {
  const Place* place = place_of(organisation, user);
  return place == nullptr ? nullptr : &organisations_[place->organisation].users[place->user];
}

// Two that have the same: the one that got it last is it. An organisation's own is nobody's device.
void Directory::set_credential(const Place& place, Device& device, const Device& with) {
  const auto old = by_credential_.find(device.sip_username);
  const bool was_its_own =
      old != by_credential_.end() && old->second.organisation == place.organisation && old->second.user == place.user;
  if (was_its_own) by_credential_.erase(old);
  device.sip_username = with.sip_username;
  device.last_active_ms = with.last_active_ms;
  device.credential_expires_ms = with.credential_expires_ms;
  if (device.sip_username.empty()) return;
  const auto [taken, fresh] = by_credential_.try_emplace(device.sip_username, place);
  if (!fresh && taken->second.user != kNobody) taken->second = place;
}

bool Directory::enrol(std::string_view organisation, std::string_view user, const Device& device) {
  const Place* place = place_of(organisation, user);
  if (place == nullptr) return false;
  std::vector<Device>& devices = organisations_[place->organisation].users[place->user].devices;
  auto known = std::ranges::find(devices, device.name, &Device::name);
  if (known == devices.end()) known = devices.insert(known, {.name = device.name});
  if (!known->number.empty()) return false;
  set_credential(*place, *known, device);
  return true;
}

void Directory::withdraw(std::string_view organisation, std::string_view user, std::string_view device,
                         const Directory& imported) {
  const Place* place = place_of(organisation, user);
  if (place == nullptr) return;
  std::vector<Device>& devices = organisations_[place->organisation].users[place->user].devices;
  const auto known = std::ranges::find(devices, device, &Device::name);
  if (known == devices.end() || !known->number.empty()) return;
  const User* before = imported.user(organisation, user);
  const auto text = before == nullptr ? devices.cend() : std::ranges::find(before->devices, device, &Device::name);
  const bool in_text = before != nullptr && text != before->devices.end();
  set_credential(*place, *known, in_text ? *text : Device{});
  if (!in_text) devices.erase(known);
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
      directory.by_user_.emplace(organisation.name + "/" + organisation.users[u].name, Place{o, kNobody, u});
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
