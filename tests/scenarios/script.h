// A scenario file as data: the lines of a call, each with its time, what happens, and what is expected of it.
// Used by stage.cc, which plays it. Must not know: step().
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/plan.h"
#include "shared/result.h"

namespace ringfence::scenario {

struct Line {
  int number = 0;
  std::string text;  // as written, for the message when it fails
  Millis at_ms = 0;
  std::vector<std::string> event;                             // words
  std::vector<std::string> commands;                          // expected exactly, in any order
  std::vector<std::pair<std::string, std::string>> expected;  // what, value
};

struct Script {
  std::string file;
  std::string call;  // what its ids begin with, where several calls are played at once
  std::vector<std::string> devices;
  RingPlan plan;  // its destinations are the devices
  std::vector<Line> lines;
};

// Errors read `FILE:LINE: what is wrong`.
[[nodiscard]] Result<Script> parse_script(std::string file, std::string_view text);

[[nodiscard]] Result<Script> read_script(const std::string& file);

// "0.5" -> 500; -1 for anything that is not a number of seconds with up to three decimals.
[[nodiscard]] Millis parse_seconds(std::string_view text);

// `D after 5 timeout 20 priority 2 press1`: a device as a plan names it. False: not that.
[[nodiscard]] bool parse_device(const std::vector<std::string>& words, Destination& to);

}  // namespace ringfence::scenario
