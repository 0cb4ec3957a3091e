// See script.h; the language is described in README.md.
#include "script.h"

#include <algorithm>

namespace ringfence::scenario {
namespace {

constexpr std::string_view kSpace = " \t";

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto end = std::min(text.find(separator), text.size());
    if (const auto part = trim(text.substr(0, end)); !part.empty()) parts.emplace_back(part);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

std::unexpected<Error> wrong(const Script& script, int number, const std::string& what) {
  return fail(ErrorCode::invalid, script.file + ":" + std::to_string(number) + ": " + what);
}

Result<void> parse_expected(const Script& script, Line& line, std::string_view text) {
  const auto parts = split(text, ';');
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool is_commands = i == 0;
    if (is_commands) {
      if (parts[i] != "nothing") line.commands = split(parts[i], ',');
      continue;
    }
    const auto words = split(parts[i], ' ');
    if (words.size() != 2) return wrong(script, line.number, "expected `what value`, not `" + parts[i] + "`");
    line.expected.emplace_back(words[0], words[1]);
  }
  return {};
}

Result<void> parse_line(Script& script, int number, std::string_view text) {
  Line line{.number = number, .text = std::string(text)};
  const auto arrow = text.find("->");
  const auto words = split(text.substr(0, arrow), ' ');
  const bool timed = !words.empty() && words[0].starts_with("t=");
  line.at_ms = timed ? parse_seconds(std::string_view(words[0]).substr(2)) : -1;
  if (line.at_ms < 0) return wrong(script, number, "a line begins with `t=SECONDS`");
  if (!script.lines.empty() && line.at_ms < script.lines.back().at_ms) {
    return wrong(script, number, "time runs backwards");
  }
  line.event.assign(words.begin() + 1, words.end());
  if (line.event.empty()) return wrong(script, number, "nothing happens in this line");
  // No arrow: nothing may be asked of the provider.
  if (arrow != std::string_view::npos) {
    if (const auto parsed = parse_expected(script, line, text.substr(arrow + 2)); !parsed) return parsed;
  }
  script.lines.push_back(std::move(line));
  return {};
}

}  // namespace

Millis parse_seconds(std::string_view text) {
  constexpr std::size_t kMostDigits = 9;
  Millis value = 0;
  int decimals = -1;
  if (text.empty() || text.size() > kMostDigits || text == ".") return -1;
  for (const char c : text) {
    if (c == '.' && decimals < 0) {
      decimals = 0;
      continue;
    }
    if (c < '0' || c > '9' || decimals == 3) return -1;
    value = value * 10 + (c - '0');
    if (decimals >= 0) ++decimals;
  }
  for (int i = std::max(decimals, 0); i < 3; ++i) value *= 10;
  return value;
}

Result<Script> parse_script(std::string file, std::string_view text) {
  Script script{.file = std::move(file)};
  int number = 0;
  bool ring_seen = false;
  while (!text.empty()) {
    ++number;
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = trim(text.substr(0, std::min(text.substr(0, end).find('#'), end)));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) continue;
    if (line.starts_with("ring ")) {
      script.devices = split(line.substr(5), ' ');
      if (script.devices == std::vector<std::string>{"nobody"}) script.devices.clear();
      ring_seen = true;
    } else if (!ring_seen) {
      return wrong(script, number, "the first line is `ring A B ...` or `ring nobody`");
    } else if (const auto parsed = parse_line(script, number, line); !parsed) {
      return std::unexpected(parsed.error());
    }
  }
  if (script.lines.empty()) return wrong(script, number, "the file has no lines");
  return script;
}

}  // namespace ringfence::scenario
