// Trace validation: is a call's ladder, line by line, a path of the machine (core/phase_table.h), and are its promises
// kept: versions without a gap, one winner at a time, one outcome, no command id for two things? Reads what `ringctl
// call` and the logs show. Used by the simulator and by ringfence_trace. Must not know: how a ladder came about.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace ringfence::sim {

class LadderCheck {
 public:
  // "" or what is wrong with this line after those before it of the same session.
  [[nodiscard]] std::string read(std::string_view line);
  [[nodiscard]] std::size_t sessions() const noexcept { return sessions_.size(); }

 private:
  struct Known {
    std::string phase = "none", outcome;
    std::int64_t version = 0;
    std::map<std::string, std::string> commands;  // id -> what it is for
  };
  std::map<std::string, Known> sessions_;
};

}  // namespace ringfence::sim
