// See directory_parser.h. Single entries are directory_entries.cc, plan_parser.cc and schedule_parser.cc.
#include "directory/directory_parser.h"

#include <map>
#include <span>
#include <utility>

#include "directory/directory_entries.h"
#include "directory/directory_reader.h"
#include "directory/plan_parser.h"
#include "directory/schedule_parser.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

using Done = DirectoryReader::Done;
using Lines = DirectoryReader::Lines;

// Everything said in one organisation, until the names it uses can be looked up.
struct Names {
  Lines seen, users, schedules, agents, numbers;
  std::vector<std::pair<std::size_t, DirectoryReferences>> of_users, of_numbers;  // by their index
  DirectoryReference caller_id;
};

class Parser {
 public:
  Parser(std::string_view file_name, const PlanRules& rules) : reader_(file_name), entries_(reader_), rules_(rules) {}

  Result<std::vector<Organisation>> run(std::span<const ConfDirective> directives) {
    std::vector<Organisation> organisations;
    for (const ConfDirective& directive : directives) {
      if (directive.name != "organisation") return reader_.unknown(directive, "", {"organisation"});
      if (auto done = reader_.named_block(directive, organisations_); !done) return std::unexpected(done.error());
      Organisation& organisation = organisations.emplace_back();
      organisation.name = directive.args[0];
      if (auto done = read(directive, organisation); !done) return std::unexpected(done.error());
    }
    if (auto done = check_credentials(); !done) return std::unexpected(done.error());
    return organisations;
  }

 private:
  struct Credential {
    std::string organisation, where;
    int line = 0;
  };

  Done read(const ConfDirective& block, Organisation& organisation) {
    Names names;
    for (const ConfDirective& directive : block.block) {
      if (auto done = entry(directive, organisation, names); !done) return done;
    }
    return check(organisation, names);
  }

  Done entry(const ConfDirective& directive, Organisation& organisation, Names& names) {
    const std::string& name = directive.name;
    if (name == "user") {
      if (auto done = reader_.named_block(directive, names.users); !done) return done;
      auto& wanted = names.of_users.emplace_back(organisation.users.size(), DirectoryReferences{}).second;
      return user(directive, organisation, organisation.users.emplace_back(), wanted);
    }
    if (name == "number") {
      auto& wanted = names.of_numbers.emplace_back(organisation.numbers.size(), DirectoryReferences{}).second;
      Number& number = organisation.numbers.emplace_back();
      if (auto done = entries_.number(directive, number, wanted); !done) return done;
      names.numbers.emplace(number.e164, directive.line);
      return reader_.once(directive.line, "number " + number.e164, number.e164, numbers_);
    }
    if (name == "schedule") {
      if (auto done = reader_.named_block(directive, names.schedules); !done) return done;
      Result<Schedule> schedule = parse_schedule(reader_, directive);
      if (!schedule) return std::unexpected(std::move(schedule.error()));
      organisation.schedules.push_back(std::move(*schedule));
      return {};
    }
    if (name == "agent") {
      if (auto done = reader_.named_block(directive, names.agents); !done) return done;
      return entries_.agent(directive, organisation.agents.emplace_back());
    }
    return setting(directive, organisation, names);
  }

  Done setting(const ConfDirective& directive, Organisation& organisation, Names& names) {
    const std::string& name = directive.name;
    Lines& seen = names.seen;
    if (name == "greeting") return reader_.text(directive, seen, limits::kGreetingBytes, organisation.greeting);
    if (name == "sip_username") {
      if (auto done = entries_.sip_username(directive, seen, organisation.sip_username); !done) return done;
      return own_credential(organisation, directive.line);
    }
    if (name == "channels") return reader_.number(directive, seen, 1, 10'000, organisation.channels);
    if (name == "single_device") {
      return reader_.choice(directive, seen, {SingleDevice::transfer, SingleDevice::ring}, organisation.single_device);
    }
    if (name == "record") return reader_.flag(directive, seen, organisation.record);
    if (name == "share_with_agents") {
      return reader_.choice(directive, seen, {Sharing::none, Sharing::masked, Sharing::full},
                            organisation.share_with_agents);
    }
    if (name == "block") return entries_.patterns(directive, organisation.blocked);
    if (name == "reject_as") {
      std::string word;
      if (auto done = reader_.value(directive, seen, word); !done) return done;
      if (word != "busy" && word != "rejected") {
        return reader_.no_choice(directive.line, name, word, "rejected, busy");
      }
      organisation.reject_as_busy = word == "busy";
      return {};
    }
    if (name == "outbound") return entries_.outbound(directive, seen, organisation.outbound, names.caller_id);
    return reader_.unknown(directive, "organisation",
                           {"greeting", "sip_username", "user", "number", "schedule", "agent", "block", "reject_as",
                            "outbound", "channels", "single_device", "record", "share_with_agents"});
  }

  Done own_credential(const Organisation& organisation, int line) {
    const auto [place, fresh] = own_.emplace(organisation.sip_username, Credential{organisation.name, "", line});
    if (fresh) return {};
    return reader_.error(line, "sip_username " + organisation.sip_username + " belongs to organisation " +
                                   place->second.organisation + " already, in line " +
                                   std::to_string(place->second.line));
  }

  Done user(const ConfDirective& block, const Organisation& organisation, User& user, DirectoryReferences& wanted) {
    user.name = block.args[0];
    Lines seen, devices, plans;
    for (const ConfDirective& directive : block.block) {
      Done done;
      if (directive.name == "device") {
        done = reader_.named_block(directive, devices);
        if (done) done = device(directive, organisation, user);
      } else if (directive.name == "plan" && directive.has_block) {
        done = reader_.named_block(directive, plans);
        if (done) done = plan(directive, user);
      } else {
        done = setting(directive, seen, user, wanted);
      }
      if (!done) return done;
    }
    return {};
  }

  Done plan(const ConfDirective& directive, User& user) {
    Result<PlanSpec> plan = parse_plan_block(reader_, directive, rules_);
    if (!plan) return std::unexpected(std::move(plan.error()));
    user.plans.push_back(std::move(*plan));
    return {};
  }

  Done setting(const ConfDirective& directive, Lines& seen, User& user, DirectoryReferences& wanted) {
    const std::string& name = directive.name;
    if (name == "plan") {
      wanted.plan.line = directive.line;
      Done done = reader_.value(directive, seen, user.plan);
      wanted.plan.name = user.plan;
      return done;
    }
    if (name == "schedule" || name == "closed") return entries_.hours(directive, seen, user.hours, wanted);
    if (name == "block") return entries_.patterns(directive, user.blocked);
    if (name == "outbound") return entries_.outbound(directive, seen, user.outbound, wanted.caller_id);
    if (name == "single_device") {
      return reader_.choice(directive, seen, {SingleDevice::transfer, SingleDevice::ring},
                            user.single_device.emplace());
    }
    if (name == "record") return reader_.flag(directive, seen, user.record.emplace());
    return reader_.unknown(directive, "user",
                           {"device", "plan", "schedule", "closed", "block", "outbound", "single_device", "record"});
  }

  Done device(const ConfDirective& block, const Organisation& organisation, User& user) {
    if (user.devices.size() == limits::kLegs) {
      return reader_.error(block.line, "user " + user.name +
                                           " has more devices than can ring at once; expected at most " +
                                           std::to_string(limits::kLegs));
    }
    Device& device = user.devices.emplace_back();
    int line = 0;
    if (auto done = entries_.device(block, device, line); !done) return done;
    if (line == 0) return {};  // a device without a credential is kept and not dialled
    if (!device.number.empty()) {
      lines_.emplace(device.number, Credential{organisation.name, "device " + user.name + "/" + device.name, line});
      return {};
    }
    // One registration is one device, and no organisation reaches another's (P9).
    const Credential mine{organisation.name, "device " + user.name + "/" + device.name, line};
    const auto [place, fresh] = credentials_.emplace(device.sip_username, mine);
    if (fresh) return {};
    return reader_.error(line, "sip_username " + device.sip_username + " belongs to " + place->second.where +
                                   " of organisation " + place->second.organisation + " already, in line " +
                                   std::to_string(place->second.line) + "; expected one device for each credential");
  }

  // What one entry of an organisation says of another.
  Done check(const Organisation& organisation, const Names& names) const {
    const std::string where = "organisation " + organisation.name;
    if (auto done = known(where, "number", names.caller_id, names.numbers); !done) return done;
    std::map<std::string_view, const User*> users;  // a directory may have tens of thousands
    for (const User& user : organisation.users) users.emplace(user.name, &user);
    for (const auto& [index, wanted] : names.of_users) {
      const User& user = organisation.users[index];
      if (auto done = check(where, wanted, names); !done) return done;
      if (auto done = chosen_plan(user, wanted.plan); !done) return done;
      if (auto done = plans(organisation, user); !done) return done;
    }
    for (const auto& [index, wanted] : names.of_numbers) {
      if (auto done = known(where, "user", wanted.user, names.users); !done) return done;
      if (auto done = known(where, "agent", wanted.agent, names.agents); !done) return done;
      if (auto done = check(where, wanted, names); !done) return done;
      if (wanted.plan.line == 0) continue;
      const auto user = users.find(organisation.numbers[index].user);
      if (user == users.end())
        return reader_.error(wanted.plan.line, "a plan rings devices; expected ring USER; with it");
      if (auto done = chosen_plan(*user->second, wanted.plan); !done) return done;
    }
    return {};
  }

  Done check(const std::string& where, const DirectoryReferences& wanted, const Names& names) const {
    if (auto done = known(where, "schedule", wanted.schedule, names.schedules); !done) return done;
    if (auto done = known(where, "agent", wanted.closed_agent, names.agents); !done) return done;
    if (auto done = known(where, "number", wanted.caller_id, names.numbers); !done) return done;
    if (wanted.closed_agent.line == 0 || wanted.schedule.line != 0) return {};
    return reader_.error(wanted.closed_agent.line,
                         "closed says nothing without a schedule; expected schedule NAME; too");
  }

  Done chosen_plan(const User& user, const DirectoryReference& wanted) const {
    Lines plans;
    for (const PlanSpec& plan : user.plans) plans.emplace(plan.name, plan.line);
    return known("user " + user.name, "plan", wanted, plans);
  }

  Done plans(const Organisation& organisation, const User& user) const {
    Lines devices;
    std::vector<PlanTarget> targets;
    for (const Device& device : user.devices) {
      devices.emplace(device.name, 0);
      targets.push_back({device.name, device.sip_username, device.verify});
    }
    const int channels = organisation.channels > 0 ? organisation.channels : rules_.channels;
    for (const PlanSpec& plan : user.plans) {
      for (const PlanWave& wave : plan.waves) {
        for (const PlanDevice& device : wave.devices) {
          const DirectoryReference wanted{device.name, device.line};
          if (auto done = known("user " + user.name, "device", wanted, devices); !done) return done;
        }
      }
      if (const auto fault = check_plan(plan, targets, channels, rules_)) {
        return reader_.error(fault->line, "plan " + plan.name + " cannot work: " + fault->text);
      }
    }
    return {};
  }

  Done known(const std::string& where, std::string_view kind, const DirectoryReference& wanted,
             const Lines& names) const {
    if (wanted.line == 0 || names.contains(wanted.name)) return {};
    return reader_.missing(wanted.line, where, kind, wanted.name, names);
  }

  // R-051, whichever of the two comes first in the file; and no call may come back to us as another one.
  Done check_credentials() const {
    for (const auto& [name, owner] : own_) {
      const auto device = credentials_.find(name);
      if (device == credentials_.end()) continue;
      return reader_.error(device->second.line, "sip_username " + name + " of " + device->second.where +
                                                    " is organisation " + owner.organisation + "'s own, from line " +
                                                    std::to_string(owner.line) +
                                                    ", which is never dialled; expected the device's");
    }
    for (const auto& [number, device] : lines_) {
      const auto ours = numbers_.find(number);
      if (ours == numbers_.end()) continue;
      return reader_.error(device.line,
                           device.where + " rings " + number + ", which is a number of this directory (line " +
                               std::to_string(ours->second) + "): the call would come back; expected a line elsewhere");
    }
    return {};
  }

  DirectoryReader reader_;
  DirectoryEntries entries_;
  const PlanRules& rules_;
  Lines organisations_, numbers_;
  std::map<std::string, Credential, std::less<>> own_, credentials_, lines_;
};

}  // namespace

Result<std::vector<Organisation>> parse_organisations(std::string_view file_name, std::string_view text,
                                                      const PlanRules& rules) {
  const Result<std::vector<ConfDirective>> directives = parse_conf(file_name, text);
  if (!directives) return std::unexpected(directives.error());
  return Parser(file_name, rules).run(*directives);
}

}  // namespace ringfence
