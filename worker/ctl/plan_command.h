// `ringctl plan`: what would become of a call, by a file alone; no ringd is asked. Used by main.cc.
// Must not know: how arguments are parsed.
#pragma once

#include <string>

#include "ctl/commands.h"

namespace ringfence::ctl {

struct PlanQuestion {
  std::string file;    // a directory, or one plan; "-" is the standard input
  std::string who;     // a number, a user, ORGANISATION/USER; empty: every number
  std::string at;      // 2026-11-21T07:00:00Z; empty: now
  std::string caller;  // who calls; empty: somebody with a number that nobody has
  std::string dials;   // the user calls out, to this number
  bool every_device = false;
};

// Exit code 0, or 1 when the file is refused or has no such number or user, or 2 when it cannot be read.
[[nodiscard]] int show_plan(const Options& options, const PlanQuestion& question);

}  // namespace ringfence::ctl
