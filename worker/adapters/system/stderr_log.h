// The log of a daemon under systemd: one JSON object a line on stderr. Owned by main, handed to everybody as Log&.
// A storm of one kind of line is cut to a rate and the rest is counted; a reader that stopped reading costs lines,
// never a stopped loop. Must not know: what any line is about.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/plan.h"
#include "ports/log.h"

namespace ringfence {

struct StderrLogOptions {
  LogLevel level = LogLevel::info;  // less important lines are not written
  bool journal_prefix = false;      // "<3>".."<7>" in front, so that journald keeps the level
  int fd = 2;
};

// Whether stderr goes to journald, which is when systemd sets $JOURNAL_STREAM.
[[nodiscard]] bool stderr_is_the_journal() noexcept;

class StderrLog final : public Log {
 public:
  // `now_ms` is the wall clock, Unix milliseconds.
  StderrLog(StderrLogOptions options, std::function<Millis()> now_ms);

  void write(LogLevel level, std::string_view what, std::initializer_list<LogField> fields) override;

  void set_level(LogLevel level) noexcept { options_.level = level; }
  // Says what was held back by the rate limit since the last time; main calls it about once a second.
  void report_suppressed();

 private:
  struct Source {
    std::string what;
    Millis window_ms = 0;
    std::uint32_t written = 0;
    std::uint64_t suppressed = 0;
  };
  [[nodiscard]] Source& source_of(std::string_view what);
  [[nodiscard]] bool admit(std::string_view what, Millis now_ms);
  void report(Source& source);
  void emit(LogLevel level, std::string_view what, std::initializer_list<LogField> fields, Millis now_ms);

  StderrLogOptions options_;
  std::function<Millis()> now_ms_;
  std::vector<Source> sources_;  // at most limits::kLogSources, the last one shared by all further kinds
  std::uint64_t lost_ = 0;       // lines stderr would not take
};

}  // namespace ringfence
