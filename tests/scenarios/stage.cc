// See stage.h.
#include "stage.h"

#include <algorithm>

#include "core/session_json.h"

namespace ringfence::scenario {
namespace {

// Scenario time 0 as the worker sees it: any plausible date does.
constexpr Millis kStartMs = 1'800'000'000'000;
// Ticks between two lines: 12 resends of a few commands. More is a loop.
constexpr int kMostTicks = 2000;

std::string seconds(Millis ms) {
  std::string text = std::to_string(ms / 1000) + "." + std::to_string(1000 + ms % 1000).substr(1);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string list(std::vector<std::string> words) {
  if (words.empty()) return "nothing";
  std::ranges::sort(words);
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace

std::string words_of(const Script& script, const Command& command) {
  const auto leg = static_cast<std::size_t>(command.leg);
  const std::string whom = command.leg == kParent        ? "caller"
                           : leg < script.devices.size() ? script.devices[leg]
                                                         : "unknown";
  switch (command.verb) {
    case Verb::record_start:
      return command.dual_channel ? "record conversation" : "record message";
    case Verb::speak:
      return "speak greeting";
    case Verb::audit:
      return "look";
    default:
      return std::string(name_of(command.verb)) + " " + whom;
  }
}

Stage::Stage(const Script& script) : script_(script), now_ms_(kStartMs) { session_.id = {"caller-leg"}; }

std::vector<std::string> Stage::play() {
  for (const Line& line : script_.lines) {
    play_line(line);
    if (!complaints_.empty()) break;  // what follows would only be confusion
  }
  return complaints_;
}

void Stage::play_line(const Line& line) {
  run_until(kStartMs + line.at_ms, line);
  if (!complaints_.empty()) return;
  if (!act(line)) {
    complain(line, "this event is not in the language");
    return;
  }
  compare(line);
  commands_.clear();
}

void Stage::compare(const Line& line) {
  if (list(commands_) != list(line.commands)) {
    complain(line, "expected " + list(line.commands) + "\n    happened " + list(commands_));
  }
  for (const auto& [what, value] : line.expected) {
    const std::string is = fact(what);
    if (is != value) complain(line, "expected " + what + " " + value + "\n    happened " + what + " " + is);
  }
}

std::string Stage::fact(const std::string& what) const {
  if (what == "phase") return std::string(name_of(session_.phase));
  if (what == "outcome") return std::string(name_of(session_.outcome));
  if (what == "winner") {
    return session_.winner < 0 ? "none" : script_.devices.at(static_cast<std::size_t>(session_.winner));
  }
  if (what == "next") {  // when it wants to look at the clock again
    const Millis due = due_ms(session_);
    return due == 0 ? "never" : seconds(due - kStartMs);
  }
  if (what == "recording") return session_.recording_saved ? "saved" : session_.recording_lost ? "lost" : "none";
  const int leg = leg_named(what);
  if (leg >= 0) return std::string(name_of(session_.legs.at(static_cast<std::size_t>(leg)).state));
  return "(not something a scenario can ask)";
}

// Every tick at the moment it is due, up to and including `at_ms`. What an earlier tick hands over was expected by no
// line; what one at `at_ms` hands over belongs to this line.
void Stage::run_until(Millis at_ms, const Line& line) {
  for (int ticks = 0;; ++ticks) {
    const Millis due = due_ms(session_);
    if (due == 0 || due > at_ms) break;
    if (ticks == kMostTicks) {
      complain(line, "ticks without end before this line");
      return;
    }
    now_ms_ = std::max(now_ms_, due);
    happen(Event{.body = Tick{}});
    if (const Millis next = due_ms(session_); next != 0 && next <= now_ms_) {
      complain(line, "after the tick at t=" + seconds(now_ms_ - kStartMs) + " the next is due at once: a busy loop");
      return;
    }
    if (now_ms_ < at_ms && !commands_.empty()) {
      complain(line, "before this line, at t=" + seconds(now_ms_ - kStartMs) + ", no line expected " + list(commands_));
      return;
    }
  }
  now_ms_ = at_ms;
}

void Stage::happen(Event event) {
  event.id = {"event-" + std::to_string(++events_)};
  event.session = {"caller-leg"};
  event.at_ms = now_ms_;
  StepResult result = step(session_, event, policy_);
  session_ = std::move(result.next);
  for (const Command& command : result.commands) {
    const std::string name = words_of(script_, command);
    const auto [known, is_new] = names_by_id_.try_emplace(command.id.text, name);
    const bool repeats = !is_new && known->second == name && command.tries > 1;
    const bool sound = is_new ? command.tries == 1 : repeats;
    commands_.push_back(name + (repeats ? " again" : "") + (sound ? "" : " (WRONG ID)"));
    sent_.push_back({name, {.command = command}});
  }
}

void Stage::complain(const Line& line, const std::string& what) {
  complaints_.push_back(script_.file + ":" + std::to_string(line.number) + ": " + line.text + "\n    " + what);
}

}  // namespace ringfence::scenario
