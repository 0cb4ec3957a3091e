// One flat JSON object of text fields on one line of bounded length. Used by StderrLog.
// Must not know: levels, files, what is logged.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/plan.h"

namespace ringfence {

[[nodiscard]] std::string iso8601(Millis unix_ms);  // 2026-01-31T23:59:59.999Z

class JsonLine {
 public:
  explicit JsonLine(std::size_t max_bytes) : max_bytes_(max_bytes) { text_.reserve(256); }
  void prefix(std::string_view text) { text_ = text; }  // before the object
  void add(std::string_view name, std::string_view value);
  // Ends the line. A line that had to leave something out says "cut":"true". Valid until the line is destroyed.
  [[nodiscard]] std::string_view finish();

 private:
  std::string text_;
  std::size_t max_bytes_;
  bool open_ = false;
  bool cut_ = false;
};

}  // namespace ringfence
