// See directory.h.
#include "core/directory.h"

#include <algorithm>

#include "core/directory_parser.h"
#include "core/ladder.h"
#include "core/utc_time.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

constexpr std::string_view kDefaultGreeting =
    "Nobody can take your call right now. Please leave a message after the tone.";
// R-047: a device that has not been seen for longer than this is not dialled.
constexpr Millis kActiveMs = 24 * 3'600'000;

// nginx's quoting, undone by conf_grammar.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

void write_device(std::string& out, const Device& device) {
  out += "        device " + device.name + " {\n";
  if (!device.sip_username.empty()) out += "            sip_username " + device.sip_username + ";\n";
  if (device.last_active_ms != 0) out += "            last_active_at " + format_utc(device.last_active_ms) + ";\n";
  if (device.credential_expires_ms != 0) {
    const bool never = device.credential_expires_ms == kNeverExpires;
    out += "            credential_expires_at " + (never ? "never" : format_utc(device.credential_expires_ms)) + ";\n";
  }
  out += "        }\n";
}

// Why this device is not dialled; empty when it is.
std::string_view hindrance(const Device& device, Millis now_ms) {
  if (device.sip_username.empty()) return "has no credential";
  if (device.last_active_ms == 0) return "was never active";
  if (device.last_active_ms < now_ms - kActiveMs) return "was not active for 24 h";
  if (device.credential_expires_ms == 0) return "has a credential without an expiry";
  if (device.credential_expires_ms <= now_ms) return "has an expired credential";
  return {};
}

void add_note(std::string& note, std::string_view text) {
  if (note.size() + text.size() > limits::kFieldBytes) return;  // a hint for a reader, not a list
  if (!note.empty()) note += "; ";
  note += text;
}

}  // namespace

Result<Directory> Directory::parse(std::string_view file_name, std::string_view text) {
  Result<std::vector<Organisation>> organisations = parse_organisations(file_name, text);
  if (!organisations) return std::unexpected(std::move(organisations.error()));
  Directory directory;
  directory.organisations_ = std::move(*organisations);
  for (std::size_t o = 0; o < directory.organisations_.size(); ++o) {
    const Organisation& organisation = directory.organisations_[o];
    std::map<std::string_view, std::size_t> users;
    for (std::size_t u = 0; u < organisation.users.size(); ++u) users.emplace(organisation.users[u].name, u);
    for (const Number& number : organisation.numbers) {
      const auto user = users.find(number.user);
      directory.by_number_.emplace(number.e164, Place{o, user == users.end() ? kNobody : user->second});
    }
  }
  return directory;
}

std::string Directory::text() const {
  std::string out;
  for (const Organisation& organisation : organisations_) {
    out += "organisation " + organisation.name + " {\n";
    if (!organisation.greeting.empty()) out += "    greeting " + quoted(organisation.greeting) + ";\n";
    if (!organisation.sip_username.empty()) out += "    sip_username " + organisation.sip_username + ";\n";
    for (const User& user : organisation.users) {
      out += "    user " + user.name + " {\n";
      for (const Device& device : user.devices) write_device(out, device);
      out += "    }\n";
    }
    for (const Number& number : organisation.numbers) {
      out +=
          "    number " + number.e164 + " { " + (number.user.empty() ? "voicemail" : "ring " + number.user) + "; }\n";
    }
    out += "}\n";
  }
  return out;
}

RingPlan Directory::plan(std::string_view called_number, Millis now_ms, std::string_view domain) const {
  RingPlan plan;
  plan.greeting = kDefaultGreeting;
  const auto place = by_number_.find(called_number);
  if (place == by_number_.end()) {
    plan.note = "number " + mask_number(called_number) + " is not in the directory";
    return plan;
  }
  const Organisation& organisation = organisations_[place->second.organisation];
  plan.organisation = organisation.name;
  if (!organisation.greeting.empty()) plan.greeting = organisation.greeting;
  if (place->second.user == kNobody) {
    plan.note = "the number goes straight to voicemail";
    return plan;
  }
  const User& user = organisation.users[place->second.user];
  plan.user = user.name;
  if (user.devices.empty()) plan.note = "user " + user.name + " has no devices";
  for (const Device& device : user.devices) {
    std::string_view why = hindrance(device, now_ms);
    // Refused at import as well; said again here because dialling it would ring the whole organisation (R-051).
    if (why.empty() && device.sip_username == organisation.sip_username) why = "has the organisation's credential";
    if (why.empty() && plan.destinations.size() == limits::kLegs) why = "is one too many";
    if (!why.empty()) {
      add_note(plan.note, device.name + " " + std::string(why));
      continue;
    }
    plan.destinations.push_back({device.name, "sip:" + device.sip_username + "@" + std::string(domain)});
  }
  return plan;
}

}  // namespace ringfence
