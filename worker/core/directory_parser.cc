// See directory_parser.h.
#include "core/directory_parser.h"

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <utility>

#include "core/utc_time.h"
#include "shared/conf_grammar.h"
#include "shared/limits.h"
#include "shared/near_miss.h"

namespace ringfence {
namespace {

using Words = std::initializer_list<std::string_view>;
// What was seen where, so that a second one can name the first.
using Lines = std::map<std::string, int, std::less<>>;

constexpr std::size_t kNameBytes = 64;

bool is_name(std::string_view text) {
  constexpr std::string_view kOthers = "._-@";
  const auto fits = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || kOthers.contains(c);
  };
  return !text.empty() && text.size() <= kNameBytes && std::all_of(text.begin(), text.end(), fits);
}

// E.164: a plus, no leading zero, at most 15 digits. Short ones exist (service numbers), so only the upper end is firm.
bool is_e164(std::string_view text) {
  if (text.size() < 4 || text.size() > 16 || text[0] != '+' || text[1] == '0') return false;
  return std::all_of(text.begin() + 1, text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

class Parser {
 public:
  explicit Parser(std::string_view file_name) : file_name_(file_name) {}

  Result<std::vector<Organisation>> run(std::span<const ConfDirective> directives) {
    std::vector<Organisation> organisations;
    for (const ConfDirective& directive : directives) {
      if (directive.name != "organisation") return unknown(directive, "", {"organisation"});
      if (auto done = named_block(directive, organisations_); !done) return std::unexpected(done.error());
      Organisation& organisation = organisations.emplace_back();
      organisation.name = directive.args[0];
      if (auto done = read(directive, organisation); !done) return std::unexpected(done.error());
    }
    if (auto done = check_credentials(); !done) return std::unexpected(done.error());
    return organisations;
  }

 private:
  using Done = Result<void>;
  struct Credential {
    std::string organisation, where;
    int line = 0;
  };

  std::unexpected<Error> error(int line, const std::string& text) const {
    return fail(ErrorCode::invalid, std::string(file_name_) + ":" + std::to_string(line) + ": " + text);
  }

  std::unexpected<Error> unknown(const ConfDirective& directive, std::string_view inside, Words known) const {
    std::string text = "unknown directive " + quoted(directive.name);
    if (!inside.empty()) text += " in " + std::string(inside);
    if (const std::string_view near = near_miss(directive.name, known); !near.empty()) {
      return error(directive.line, text + "; did you mean " + quoted(near) + "?");
    }
    text += "; expected ";
    std::string_view separator;
    for (const std::string_view word : known) {
      text += std::string(separator) + std::string(word);
      separator = ", ";
    }
    return error(directive.line, text);
  }

  // `kind NAME { ... }`, once per name.
  Done named_block(const ConfDirective& directive, Lines& seen) const {
    if (!directive.has_block || directive.args.size() != 1) {
      return error(directive.line, quoted(directive.name) + " needs one name and a block; expected " + directive.name +
                                       " NAME { ... }");
    }
    if (!is_name(directive.args[0])) {
      return error(directive.line, quoted(directive.args[0]) + " is not a name for " + directive.name +
                                       "; expected 1 to 64 letters, digits or ._-@");
    }
    return once(directive.line, directive.name + " " + directive.args[0], directive.args[0], seen);
  }

  Done once(int line, const std::string& what, const std::string& key, Lines& seen) const {
    const auto [place, fresh] = seen.emplace(key, line);
    if (fresh) return {};
    return error(line, what + " is here for the second time; the first is in line " + std::to_string(place->second));
  }

  // `name VALUE;`, once in its block.
  Done value(const ConfDirective& directive, Lines& seen, std::string& out) const {
    if (directive.has_block || directive.args.size() != 1) {
      return error(directive.line, quoted(directive.name) + " takes one value; expected " + directive.name + " VALUE;");
    }
    out = directive.args[0];
    return once(directive.line, quoted(directive.name), directive.name, seen);
  }

  Done read(const ConfDirective& block, Organisation& organisation) {
    Lines seen, users;
    std::vector<std::pair<std::string, int>> rings;
    for (const ConfDirective& directive : block.block) {
      Done done;
      if (directive.name == "greeting") {
        done = greeting(directive, seen, organisation.greeting);
      } else if (directive.name == "sip_username") {
        done = sip_username(directive, seen, organisation.sip_username);
        if (done) done = own_credential(organisation, directive.line);
      } else if (directive.name == "user") {
        done = named_block(directive, users);
        if (done) done = read(directive, organisation, organisation.users.emplace_back());
      } else if (directive.name == "number") {
        done = number(directive, organisation.numbers.emplace_back(), rings);
      } else {
        return unknown(directive, "organisation", {"greeting", "sip_username", "user", "number"});
      }
      if (!done) return done;
    }
    return check_rings(organisation, users, rings);
  }

  Done greeting(const ConfDirective& directive, Lines& seen, std::string& out) const {
    if (auto done = value(directive, seen, out); !done) return done;
    if (!out.empty() && out.size() <= limits::kGreetingBytes) return {};
    return error(directive.line,
                 "the greeting must have 1 to " + std::to_string(limits::kGreetingBytes) + " bytes; expected a text");
  }

  Done sip_username(const ConfDirective& directive, Lines& seen, std::string& out) const {
    if (auto done = value(directive, seen, out); !done) return done;
    if (is_name(out) && !out.contains('@')) return {};
    return error(directive.line,
                 quoted(out) + " is not a SIP username; expected the name alone, without sip: and @domain");
  }

  Done own_credential(const Organisation& organisation, int line) {
    const auto [place, fresh] = own_.emplace(organisation.sip_username, Credential{organisation.name, "", line});
    if (fresh) return {};
    return error(line, "sip_username " + organisation.sip_username + " belongs to organisation " +
                           place->second.organisation + " already, in line " + std::to_string(place->second.line));
  }

  Done read(const ConfDirective& block, Organisation& organisation, User& user) {
    user.name = block.args[0];
    Lines devices;
    for (const ConfDirective& directive : block.block) {
      if (directive.name != "device") return unknown(directive, "user", {"device"});
      if (auto done = named_block(directive, devices); !done) return done;
      if (user.devices.size() == limits::kLegs) {
        return error(directive.line, "user " + user.name +
                                         " has more devices than can ring at once; expected at most " +
                                         std::to_string(limits::kLegs));
      }
      Device& device = user.devices.emplace_back();
      if (auto done = read(directive, organisation, user, device); !done) return done;
    }
    return {};
  }

  Done read(const ConfDirective& block, const Organisation& organisation, const User& user, Device& device) {
    device.name = block.args[0];
    Lines seen;
    int named_at = 0;
    for (const ConfDirective& directive : block.block) {
      Done done;
      if (directive.name == "sip_username") {
        named_at = directive.line;
        done = sip_username(directive, seen, device.sip_username);
      } else if (directive.name == "last_active_at") {
        done = time(directive, seen, 0, device.last_active_ms);
      } else if (directive.name == "credential_expires_at") {
        done = time(directive, seen, kNeverExpires, device.credential_expires_ms);
      } else {
        return unknown(directive, "device", {"sip_username", "last_active_at", "credential_expires_at"});
      }
      if (!done) return done;
    }
    if (named_at == 0) return {};  // a device without a credential is kept and not dialled (R-047)
    // One registration is one device (R-063), and no organisation reaches another's (P9).
    const Credential mine{organisation.name, "device " + user.name + "/" + device.name, named_at};
    const auto [place, fresh] = credentials_.emplace(device.sip_username, mine);
    if (fresh) return {};
    return error(named_at, "sip_username " + device.sip_username + " belongs to " + place->second.where +
                               " of organisation " + place->second.organisation + " already, in line " +
                               std::to_string(place->second.line) + "; expected one device for each credential");
  }

  Done time(const ConfDirective& directive, Lines& seen, Millis never, Millis& out) const {
    std::string text;
    if (auto done = value(directive, seen, text); !done) return done;
    const std::optional<Millis> at = text == "never" ? never : parse_utc(text);
    if (!at) {
      return error(directive.line,
                   quoted(text) + " is not a time; expected UTC such as 2026-11-21T07:00:00Z, or never");
    }
    out = *at;
    return {};
  }

  Done number(const ConfDirective& block, Number& number, std::vector<std::pair<std::string, int>>& rings) {
    if (!block.has_block || block.args.size() != 1 || !is_e164(block.args[0])) {
      return error(block.line,
                   "a number needs its international form and a block; expected "
                   "number +4930123456 { ring USER; } or { voicemail; }");
    }
    number.e164 = block.args[0];
    if (auto done = once(block.line, "number " + number.e164, number.e164, numbers_); !done) return done;
    for (const ConfDirective& directive : block.block) {
      const bool ring = directive.name == "ring";
      if (!ring && directive.name != "voicemail") return unknown(directive, "number", {"ring", "voicemail"});
      if (directive.has_block || directive.args.size() != (ring ? 1u : 0u)) {
        return error(directive.line, ring ? "expected ring USER;" : "expected voicemail; without a value");
      }
      if (ring) {
        number.user = directive.args[0];
        rings.emplace_back(number.user, directive.line);
      }
    }
    if (block.block.size() == 1) return {};
    return error(block.line,
                 "number " + number.e164 + " needs exactly one receiver; expected ring USER; or voicemail;");
  }

  Done check_rings(const Organisation& organisation, const Lines& users,
                   const std::vector<std::pair<std::string, int>>& rings) const {
    for (const auto& [user, line] : rings) {
      if (users.contains(user)) continue;
      std::vector<std::string_view> known;
      for (const auto& [name, at] : users) known.push_back(name);
      const std::string_view near = near_miss(user, known);
      return error(line, "organisation " + organisation.name + " has no user " + quoted(user) +
                             (near.empty() ? "; expected one of its users" : "; did you mean " + quoted(near) + "?"));
    }
    return {};
  }

  // R-051, whichever of the two comes first in the file.
  Done check_credentials() const {
    for (const auto& [name, owner] : own_) {
      const auto device = credentials_.find(name);
      if (device == credentials_.end()) continue;
      return error(device->second.line, "sip_username " + name + " of " + device->second.where + " is organisation " +
                                            owner.organisation + "'s own, from line " + std::to_string(owner.line) +
                                            ", which is never dialled; expected the device's");
    }
    return {};
  }

  std::string_view file_name_;
  Lines organisations_, numbers_;
  std::map<std::string, Credential, std::less<>> own_, credentials_;
};

}  // namespace

Result<std::vector<Organisation>> parse_organisations(std::string_view file_name, std::string_view text) {
  const Result<std::vector<ConfDirective>> directives = parse_conf(file_name, text);
  if (!directives) return std::unexpected(directives.error());
  return Parser(file_name).run(*directives);
}

}  // namespace ringfence
