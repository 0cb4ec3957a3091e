// A log that remembers its lines. Used by every test of what implements or uses ports; header only.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ports/log.h"

namespace ringfence::test {

class FakeLog final : public Log {
 public:
  std::vector<std::string> lines;  // "what field=value field=value"
  void write(LogLevel, std::string_view what, std::initializer_list<LogField> fields) override {
    std::string line(what);
    for (const auto& [name, value] : fields) line.append(" ").append(name).append("=").append(value);
    lines.push_back(std::move(line));
  }
  [[nodiscard]] std::size_t count(std::string_view part) const {
    return static_cast<std::size_t>(std::count_if(
        lines.begin(), lines.end(), [&](const std::string& line) { return line.find(part) != std::string::npos; }));
  }
};

}  // namespace ringfence::test
