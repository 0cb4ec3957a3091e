// See stage.h.
#include "stage.h"

#include <algorithm>
#include <utility>

#include "codec/session_json.h"
#include "core/outcome.h"
#include "core/rules.h"
#include "history/replay.h"

namespace ringfence::scenario {
namespace {

std::string seconds(Millis ms) {
  std::string text = std::to_string(ms / 1000) + "." + std::to_string(1000 + ms % 1000).substr(1);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

// Values are one word in a scenario.
std::string as_word(std::string text) {
  std::ranges::replace(text, ' ', '_');
  return text.empty() ? "none" : text;
}

std::string list(std::vector<std::string> words) {
  if (words.empty()) return "nothing";
  std::ranges::sort(words);
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace

Stage::Stage(const Script& script, Performer& performer, const Policy& policy)
    : script_(script), performer_(performer), policy_(policy), names_(script.devices) {}

std::string Stage::name_of_leg(int leg) const {
  if (leg == kParent) return "caller";
  const auto index = static_cast<std::size_t>(leg);
  return index < names_.size() ? names_[index] : "unknown";
}

std::string Stage::words_of(const Command& command) const {
  switch (command.verb) {
    case Verb::record_start:
      return command.dual_channel ? "record conversation" : "record message";
    case Verb::speak:
      if (command.leg != kParent) return "apologise " + name_of_leg(command.leg);
      return command.attempt == 1 ? "speak greeting" : "speak hold";
    case Verb::audit:
      return "look";
    case Verb::notify:
      if (command.leg != kParent) return "tell " + name_of_leg(command.leg);
      if (command.attempt == rules::kRingingNotice) return "tell ringing";
      return command.attempt == rules::kRecordingNotice ? "tell recording" : "tell call";
    default:
      return std::string(name_of(command.verb)) + " " + name_of_leg(command.leg);
  }
}

std::vector<std::string> Stage::play() {
  for (const Line& line : script_.lines) {
    play_line(line);
    if (!complaints_.empty()) break;  // what follows would only be confusion
  }
  if (complaints_.empty()) {
    const Line& last = script_.lines.back();
    if (const Millis tail_ms = performer_.tail_ms(); tail_ms > 0) run_until(now_ms_ + tail_ms, last);
    if (!commands_.empty()) complain(last, "after this line no line expected " + list(commands_));
  }
  if (complaints_.empty()) play_again();
  return complaints_;
}

// What ringd would have stored is played again: the same document and the same lines.
void Stage::play_again() {
  const std::vector<std::string> ladder = performer_.ladder();
  if (ladder.empty()) return;
  const auto played = replay(ladder, policy_);
  if (!played) {
    complaints_.push_back(script_.file + ": cannot be played again: " + played.error().text);
  } else if (encode_session(played->session) != encode_session(session()) || played->ladder != ladder) {
    complaints_.push_back(script_.file + ": played again it ends differently");
  }
}

void Stage::play_line(const Line& line) {
  run_until(kStartMs + line.at_ms, line);
  if (!complaints_.empty()) return;
  if (!act(line)) {
    complain(line, "this event is not in the language");
    return;
  }
  compare(line);
  if (const std::string trouble = performer_.trouble(); !trouble.empty()) complain(line, trouble);
  commands_.clear();
}

void Stage::compare(const Line& line) {
  std::vector<std::string> wrong = differences(line);
  while (!wrong.empty()) {
    const auto more = performer_.more();
    if (!more) break;
    take_in(*more);
    wrong = differences(line);
  }
  for (const std::string& what : wrong) complain(line, what);
}

std::vector<std::string> Stage::differences(const Line& line) {
  if (!line.expected.empty()) learn_names();
  std::vector<std::string> found;
  if (list(commands_) != list(line.commands)) {
    found.push_back("expected " + list(line.commands) + "\n    happened " + list(commands_));
  }
  for (const auto& [what, value] : line.expected) {
    const std::string is = fact(what);
    if (agrees(is, value)) continue;
    found.push_back("expected " + what + " " + value + "\n    happened " + what + " " + is);
  }
  return found;
}

bool Stage::agrees(const std::string& is, const std::string& value) const {
  if (is == value) return true;
  const Millis one = parse_seconds(is), other = parse_seconds(value);
  return one >= 0 && other >= 0 && std::abs(one - other) <= performer_.tolerance_ms();
}

// In seconds since the start; 0 is never.
std::string Stage::moment(Millis at_ms, std::string_view never) const {
  return at_ms == 0 ? std::string(never) : seconds(performer_.told_ms(at_ms) - kStartMs);
}

std::string Stage::leg_fact(std::size_t index, const std::string& what) const {
  const Leg& leg = session().legs.at(index);
  if (what.empty()) return std::string(name_of(leg.state));
  if (what == "outcome") return std::string(name_of(device_outcome(session(), index)));
  if (what == "reason") return as_word(std::string(reason_of(session(), index)));
  if (what == "by") return as_word(std::string(answered_by(session(), index)));
  if (what == "quit") return std::string(name_of(leg.quit));
  if (what == "cause") return as_word(leg.ending.cause);
  if (what == "source") return as_word(leg.ending.source);
  if (what == "sip") return as_word(leg.ending.sip_cause);
  if (what == "rang") return rang(leg) ? "yes" : "no";
  if (what == "answered_at") return moment(leg.answered_ms);
  if (what == "ended_at") return moment(leg.ended_ms);
  return "(not something a scenario can ask of a leg)";
}

std::string Stage::fact(const std::string& what) const {
  if (what == "phase") return std::string(name_of(session().phase));
  if (what == "outcome") return std::string(name_of(session().outcome));
  if (what == "winner") return session().winner < 0 ? "none" : name_of_leg(session().winner);
  if (what == "next") {  // when it wants to look at the clock again
    return moment(due_ms(session()));
  }
  if (what == "recording") return session().recording_saved ? "saved" : session().recording_lost ? "lost" : "none";
  if (what == "ledger") return std::to_string(ledger_entries(session()).size());
  if (what == "kept") return is_tombstone(session()) ? "no" : "yes";
  const Parent& caller = session().parent;
  if (what == "caller.cause") return as_word(caller.ending.cause);
  if (what == "caller.source") return as_word(caller.ending.source);
  if (what == "caller.sip") return as_word(caller.ending.sip_cause);
  if (what == "caller.bridged_at") return moment(caller.bridged_ms);
  if (what == "caller.answered_at") return moment(caller.answered_ms);
  if (what == "caller.ended_at") return moment(caller.ended_ms);
  const auto dot = std::min(what.find('.'), what.size());
  const int leg = leg_named(what.substr(0, dot));
  if (leg >= 0) return leg_fact(static_cast<std::size_t>(leg), dot < what.size() ? what.substr(dot + 1) : "");
  return "(not something a scenario can ask)";
}

// What happens by itself before `at_ms` was expected by no line; what happens at `at_ms` belongs to this line.
void Stage::run_until(Millis at_ms, const Line& line) {
  while (const auto happened = performer_.pass(at_ms)) {
    now_ms_ = happened->at_ms;
    take_in(happened->commands);
    const std::string when = ", at t=" + seconds(now_ms_ - kStartMs) + ", ";
    if (const std::string trouble = performer_.trouble(); !trouble.empty()) {
      complain(line, "before this line" + when + trouble);
      return;
    }
    if (now_ms_ < at_ms && !commands_.empty()) {
      complain(line, "before this line" + when + "no line expected " + list(commands_));
      return;
    }
  }
  now_ms_ = at_ms;
}

void Stage::happen(Event event) {
  event.id = {script_.call + "event-" + std::to_string(++events_)};
  event.session = session().id;
  event.at_ms = now_ms_;
  take_in(performer_.take(event));
}

void Stage::take_in(const std::vector<Command>& commands) {
  for (const Command& command : commands) {
    if (command.leg >= 0 && static_cast<std::size_t>(command.leg) >= names_.size()) learn_names();
    const std::string name = words_of(command);
    const auto [known, is_new] = names_by_id_.try_emplace(command.id.text, name);
    const bool repeats = !is_new && known->second == name && command.tries > 1;
    const bool sound = is_new ? command.tries == 1 : repeats;
    commands_.push_back(name + (repeats ? " again" : "") + (sound ? "" : " (WRONG ID)"));
    sent_.push_back({name, {.command = command}});
  }
}

void Stage::learn_names() {
  while (names_.size() < session().legs.size()) {
    const std::string& device = session().legs[names_.size()].destination.device;
    const auto is_same = [&](const Leg& leg) { return leg.destination.device == device; };
    const auto count =
        std::count_if(session().legs.begin(), session().legs.begin() + static_cast<int>(names_.size()), is_same);
    names_.push_back(count == 0 ? device : device + std::to_string(count + 1));
  }
}

void Stage::complain(const Line& line, const std::string& what) {
  complaints_.push_back(script_.file + ":" + std::to_string(line.number) + ": " + line.text + "\n    " + what);
}

}  // namespace ringfence::scenario
