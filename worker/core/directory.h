// Numbers, organisations, users and devices: who is rung when a number is called. A value, imported from a file in
// nginx syntax (conf/directory.conf.sample) and looked up without I/O. Must not know: stores, sockets.
#pragma once

#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/plan.h"
#include "shared/result.h"

namespace ringfence {

// `credential_expires_at never`: said to be without end, unlike one that was never said.
inline constexpr Millis kNeverExpires = std::numeric_limits<Millis>::max();

struct Device {
  std::string name, sip_username;
  Millis last_active_ms = 0, credential_expires_ms = 0;  // 0 = never said, which is not dialled
};
struct User {
  std::string name;
  std::vector<Device> devices;
};
struct Number {
  std::string e164, user;  // user empty: straight to voicemail
};
struct Organisation {
  std::string name, greeting, sip_username;  // the organisation's own credential, never dialled
  std::vector<User> users;
  std::vector<Number> numbers;
};

class Directory {
 public:
  // Errors read `FILE:LINE: what is wrong; what was expected`.
  [[nodiscard]] static Result<Directory> parse(std::string_view file_name, std::string_view text);
  [[nodiscard]] const std::vector<Organisation>& organisations() const noexcept { return organisations_; }
  // Canonical text in the same syntax, for `ringctl directory show` and for the store.
  [[nodiscard]] std::string text() const;
  // Never fails: an unknown number is voicemail with the default greeting and a note.
  // `domain` is where SIP usernames live, e.g. sip.telnyx.com. Rule R-047 at `now_ms`.
  [[nodiscard]] RingPlan plan(std::string_view called_number, Millis now_ms, std::string_view domain) const;

 private:
  static constexpr std::size_t kNobody = static_cast<std::size_t>(-1);
  struct Place {
    std::size_t organisation = 0, user = kNobody;
  };
  std::vector<Organisation> organisations_;
  std::map<std::string, Place, std::less<>> by_number_;
};

}  // namespace ringfence
