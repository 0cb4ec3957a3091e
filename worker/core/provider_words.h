// What the provider says of a call's end and of its recording, in its own words and by its own clock. Kept for people
// and applications; of all of it, rules read only how a leg ended. Must not know: who it was said of.
#pragma once

#include <string>

namespace ringfence {

// Why a call ended, and from when to when it was. `cause` may be in our own words, and is then alone.
struct Ending {
  std::string cause, source, sip_cause;
  std::string start_time, end_time;
  bool operator==(const Ending&) const = default;
};

// The URL is a key to what was said, for ten minutes: the session has it for as long as it has to be told. The event
// that brought it is kept whole, as all are, by the ladder and the event log, whose lines the log files do not have.
struct Recording {
  std::string id, url, call_leg_id, channels, started_at, ended_at;
  bool operator==(const Recording&) const = default;
};

}  // namespace ringfence
