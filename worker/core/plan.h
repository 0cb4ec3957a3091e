// Who to ring for one call, resolved from the directory once and stored with the session: a later change of the
// directory never touches a call that is under way. Must not know: how the directory is kept.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ringfence {

using Millis = std::int64_t;  // Unix milliseconds, or a span of them

struct Destination {
  std::string device;  // the device's name in the directory, unique within its user
  std::string to;      // what is dialled: a SIP URI
};

struct RingPlan {
  std::string organisation;
  std::string user;                       // empty: the number has no receiver
  std::string greeting;                   // spoken when nobody answers
  std::vector<Destination> destinations;  // empty: straight to voicemail; at most limits::kLegs
  std::string note;                       // why destinations is empty or short, for the ladder
};

}  // namespace ringfence
