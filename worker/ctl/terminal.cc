// See terminal.h.
#include "ctl/terminal.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

namespace ringfence::ctl {
namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view{} : std::string_view(value);
}

bool locale_is_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string_view value = environment(name);
    if (value.empty()) continue;
    return value.contains("UTF-8") || value.contains("utf8") || value.contains("UTF8") || value.contains("utf-8");
  }
  return false;
}

}  // namespace

Look look_of_stdout() {
  const bool terminal = ::isatty(STDOUT_FILENO) == 1;
  return {.colour = terminal && environment("NO_COLOR").empty() && environment("TERM") != "dumb",
          .utf8 = locale_is_utf8()};
}

std::string painted(const Look& look, Paint paint, std::string_view text) {
  constexpr std::array<std::string_view, 9> kCodes{"0", "2", "1", "31", "32", "33", "34", "35", "36"};
  if (!look.colour || paint == Paint::plain || text.empty()) return std::string(text);
  return "\x1b[" + std::string(kCodes[static_cast<std::size_t>(paint)]) + "m" + std::string(text) + "\x1b[0m";
}

std::string printable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7f) {
      out += ' ';
    } else if (byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0) {
      out += ' ';  // U+0080 to U+009F: the other control characters
      ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string padded(std::string_view text, std::size_t width) {
  const std::size_t used = width_of(text);
  return std::string(text) + std::string(used < width ? width - used : 0, ' ');
}

std::string table(const Look& look, const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string out;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::string line;
    for (std::size_t i = 0; i < rows[r].size(); ++i) {
      const bool last = i + 1 == rows[r].size();
      line += last ? rows[r][i] : padded(rows[r][i], widths[i] + 2);
    }
    while (line.ends_with(' ')) line.pop_back();
    out += (r == 0 ? painted(look, Paint::bold, line) : line) + "\n";
  }
  return out;
}

std::string counted(long long count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

std::string duration(long long span_ms) {
  if (span_ms < 0) return "0ms";
  if (span_ms < 1000) return std::to_string(span_ms) + "ms";
  const long long seconds = span_ms / 1000;
  if (seconds < 60) return std::to_string(seconds) + "s";
  const auto two = [](long long value) { return (value < 10 ? "0" : "") + std::to_string(value); };
  if (seconds < 3600) return std::to_string(seconds / 60) + "m " + two(seconds % 60) + "s";
  if (seconds < 86'400) return std::to_string(seconds / 3600) + "h " + two(seconds / 60 % 60) + "m";
  return std::to_string(seconds / 86'400) + "d " + two(seconds / 3600 % 24) + "h";
}

}  // namespace ringfence::ctl
