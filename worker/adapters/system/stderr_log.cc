// The log on stderr; see stderr_log.h.
#include "adapters/system/stderr_log.h"

#include <poll.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "adapters/system/json_line.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

constexpr Millis kWindowMs = 1000;
constexpr std::string_view kOtherSources = "(other)";

[[nodiscard]] std::string_view level_name(LogLevel level) noexcept {
  switch (level) {
    case LogLevel::error:
      return "error";
    case LogLevel::warning:
      return "warning";
    case LogLevel::notice:
      return "notice";
    case LogLevel::info:
      return "info";
    case LogLevel::debug:
      return "debug";
  }
  return "error";
}

// A line of at most PIPE_BUF bytes either fits or not: with POLLOUT set this write does not block.
[[nodiscard]] bool write_line(int fd, std::string_view line) noexcept {
  pollfd ready{fd, POLLOUT, 0};
  if (poll(&ready, 1, 0) != 1 || (ready.revents & POLLOUT) == 0) return false;
  return ::write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size());
}

}  // namespace

bool stderr_is_the_journal() noexcept { return std::getenv("JOURNAL_STREAM") != nullptr; }

StderrLog::StderrLog(StderrLogOptions options, std::function<Millis()> now_ms)
    : options_(options), now_ms_(std::move(now_ms)) {}

void StderrLog::write(LogLevel level, std::string_view what, std::initializer_list<LogField> fields) {
  if (level > options_.level) return;
  const Millis now_ms = now_ms_();
  if (admit(what, now_ms)) emit(level, what, fields, now_ms);
}

StderrLog::Source& StderrLog::source_of(std::string_view what) {
  for (auto& source : sources_) {
    if (source.what == what) return source;
  }
  if (sources_.size() + 1 < limits::kLogSources) return sources_.emplace_back(Source{.what = std::string(what)});
  if (sources_.size() < limits::kLogSources) sources_.push_back({.what = std::string(kOtherSources)});
  return sources_.back();
}

bool StderrLog::admit(std::string_view what, Millis now_ms) {
  Source& source = source_of(what);
  if (now_ms - source.window_ms >= kWindowMs || now_ms < source.window_ms) {
    report(source);
    source.window_ms = now_ms;
    source.written = 0;
  }
  if (source.written >= limits::kLogLinesPerSecond) {
    ++source.suppressed;
    return false;
  }
  ++source.written;
  return true;
}

void StderrLog::report(Source& source) {
  if (source.suppressed == 0) return;
  const auto count = std::to_string(std::exchange(source.suppressed, 0));
  emit(LogLevel::warning, "log_suppressed", {{"of", source.what}, {"count", count}}, now_ms_());
}

void StderrLog::report_suppressed() {
  const Millis now_ms = now_ms_();
  for (auto& source : sources_) {
    if (now_ms - source.window_ms >= kWindowMs) report(source);
  }
}

void StderrLog::emit(LogLevel level, std::string_view what, std::initializer_list<LogField> fields, Millis now_ms) {
  JsonLine line(limits::kLogLineBytes);
  if (options_.journal_prefix) line.prefix(std::string{'<', static_cast<char>('0' + static_cast<int>(level)), '>'});
  line.add("ts", iso8601(now_ms));
  line.add("level", level_name(level));
  line.add("what", what);
  for (const auto& [name, value] : fields) line.add(name, value);
  const auto lost = std::to_string(lost_);
  if (lost_ != 0) line.add("lines_lost_before", lost);
  if (write_line(options_.fd, line.finish())) {
    lost_ = 0;
  } else {
    ++lost_;
  }
}

}  // namespace ringfence
