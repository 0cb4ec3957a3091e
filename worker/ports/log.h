// Log lines as one JSON object each, with the ids an operator greps for. Phone numbers are masked by the caller;
// secrets and bodies never get here.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <utility>

namespace ringfence {

enum class LogLevel : std::uint8_t { error = 3, warning = 4, notice = 5, info = 6, debug = 7 };  // syslog's numbers

using LogField = std::pair<std::string_view, std::string_view>;

class Log {
 public:
  virtual ~Log() = default;
  Log() = default;
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // `what` is a stable event name such as "commit_conflict"; usual fields: session, leg, event, command, detail.
  virtual void write(LogLevel level, std::string_view what, std::initializer_list<LogField> fields) = 0;
};

}  // namespace ringfence
