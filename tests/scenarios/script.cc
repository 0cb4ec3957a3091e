// See script.h; the language is described in README.md.
#include "script.h"

#include <algorithm>
#include <fstream>
#include <iterator>

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

// ring A B | ring A, B after 5 press1 | ring nobody | transfer A | agent A | voicemail | reject [busy]
bool parse_route(Script& script, std::string_view line) {
  auto words = split(line, ' ');
  RingPlan& plan = script.plan;
  plan.busy = words == std::vector<std::string>{"reject", "busy"};
  if (plan.busy) words.pop_back();
  while (name_of(plan.route) != words[0]) {
    if (plan.route == Route::reject) return false;
    plan.route = static_cast<Route>(static_cast<int>(plan.route) + 1);
  }
  std::string_view rest = line.substr(std::min(line.size(), words[0].size()));
  if (plan.busy || trim(rest) == "nobody") return true;
  // Without options the commas may go, too; a name begins with a capital letter.
  const auto is_name = [](const std::string& word) { return word[0] >= 'A' && word[0] <= 'Z'; };
  const bool plain = rest.find(',') == std::string_view::npos && std::all_of(words.begin() + 1, words.end(), is_name);
  for (const auto& part : split(rest, plain ? ' ' : ',')) {
    Destination to;
    if (!parse_device(split(part, ' '), to)) return false;
    script.devices.push_back(to.device);
    plan.destinations.push_back(std::move(to));
  }
  return true;
}

template <class Enum>
bool parse_word(std::string_view word, Enum& value) {
  for (int i = 0; name_of(static_cast<Enum>(i)) != "?"; ++i) {
    if (name_of(static_cast<Enum>(i)) != word) continue;
    value = static_cast<Enum>(i);
    return true;
  }
  return false;
}

bool parse_option(RingPlan& plan, const std::vector<std::string>& words) {
  const std::string value = words.size() == 2 ? words[1] : "";
  if (words.size() == 1) {
    bool* flag = words[0] == "no_record"  ? &plan.no_record
                 : words[0] == "tell"     ? &plan.notify
                 : words[0] == "ringing"  ? &plan.notify_ringing
                 : words[0] == "outbound" ? &plan.outbound
                                          : nullptr;
    if (flag == nullptr) return false;
    *flag = true;
    return true;
  }
  if (words[0] == "ring") return (plan.ring_ms = parse_seconds(value)) > 0;
  if (words[0] == "hold") return (plan.hold_losers_ms = parse_seconds(value)) > 0;
  if (words[0] == "channels") return (plan.max_channels = static_cast<int>(parse_seconds(value) / 1000)) > 0;
  if (words[0] == "on_decline") return parse_word(value, plan.on_decline);
  if (words[0] == "on_busy") return parse_word(value, plan.on_busy);
  if (words[0] == "on_winner_lost") return parse_word(value, plan.on_winner_lost);
  return words[0] == "on_unanswered" && parse_word(value, plan.on_unanswered);
}

}  // namespace

bool parse_device(const std::vector<std::string>& words, Destination& to) {
  if (words.empty()) return false;
  to.device = words[0];
  to.to = "sip:" + words[0];
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (parse_word(words[i], to.verify)) continue;
    if (i + 1 == words.size()) return false;
    const Millis value = parse_seconds(words[i + 1]);
    if (value < 0) return false;
    if (words[i] == "after") {
      to.after_ms = value;
    } else if (words[i] == "timeout") {
      to.timeout_ms = value;
    } else if (words[i] == "priority") {
      to.priority = static_cast<int>(value / 1000);
    } else {
      return false;
    }
    ++i;
  }
  return true;
}

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
    if (!ring_seen) {
      if (!parse_route(script, line)) {
        return wrong(script, number, "the first line is `ring A B ...`, `ring nobody` or another route");
      }
      ring_seen = true;
    } else if (line.starts_with("plan ")) {
      if (!parse_option(script.plan, split(line.substr(5), ' '))) {
        return wrong(script, number, "a plan has no such option");
      }
    } else if (const auto parsed = parse_line(script, number, line); !parsed) {
      return std::unexpected(parsed.error());
    }
  }
  if (script.lines.empty()) return wrong(script, number, "the file has no lines");
  return script;
}

Result<Script> read_script(const std::string& file) {
  std::ifstream in(file);
  return parse_script(file, std::string{std::istreambuf_iterator<char>(in), {}});
}

}  // namespace ringfence::scenario
