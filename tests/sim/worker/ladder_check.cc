// See ladder_check.h.
#include "ladder_check.h"

#include "core/phase_table.h"
#include "shared/json.h"
#include "shared/limits.h"

namespace ringfence::sim {
namespace {

bool phase_named(std::string_view name, Phase& phase) {
  for (std::size_t i = 0; i < kPhases; ++i) {
    phase = static_cast<Phase>(i);
    if (name_of(phase) == name) return true;
  }
  return false;
}

EventKind kind_named(std::string_view event, std::string_view verb_name) {
  Verb verb{};
  if (event == "result" && parse_verb(verb_name, verb)) {
    return static_cast<EventKind>(static_cast<int>(EventKind::dial_result) + static_cast<int>(verb));
  }
  if (event == "tick") return EventKind::tick;
  if (event == "cancel") return EventKind::cancel;
  if (event == "device_ready") return EventKind::device_ready;
  static const std::map<std::string_view, EventKind> kWebhooks{
      {"call.initiated", EventKind::initiated},
      {"call.seen", EventKind::initiated},  // a find of a sweep (core/stray.h)
      {"call.answered", EventKind::answered},
      {"call.bridged", EventKind::bridged},
      {"call.hangup", EventKind::hangup},
      {"call.speak.ended", EventKind::speak_ended},
      {"call.recording.saved", EventKind::recording_saved},
      {"call.recording.error", EventKind::recording_error},
      {"call.gather.ended", EventKind::gather_ended},
      {"call.machine.detection.ended", EventKind::machine_detected},
      {"call.machine.premium.detection.ended", EventKind::machine_detected}};
  const auto at = kWebhooks.find(event);
  return at == kWebhooks.end() ? EventKind::other : at->second;
}

}  // namespace

std::string LadderCheck::read(std::string_view text) {
  const auto parsed = parse_json(text);
  if (!parsed) return "not JSON";
  const json_t* line = parsed->get();
  const std::string session(get_text(line, "session"));
  Known& known = sessions_[session];
  const std::string_view was = get_text(line, "was");
  const std::string_view is = get_text(line, "phase");
  Phase from{};
  Phase to{};
  if (!phase_named(was.empty() ? is : was, from) || !phase_named(is, to)) return "an unknown phase";
  const std::int64_t version = get_int(line, "v", 0);
  if (known.version != 0 && version != known.version + 1) return "versions with a gap";
  if (version > 1 && known.version != 0 && name_of(from) != known.phase) {
    return "begins in " + std::string(name_of(from)) + " and the line before ended in " + known.phase;
  }
  known.version = version;
  known.phase = std::string(is);
  // Whether a deadline had passed is not in the line: both are paths.
  const EventKind kind = kind_named(get_text(line, "event"), get_text(line, "verb"));
  if (!is_allowed(from, kind, to, true)) {
    return "no path from " + std::string(name_of(from)) + " to " + std::string(is) + " by " +
           std::string(name_of(kind));
  }
  const std::string outcome(get_text(line, "outcome"));
  const bool told_late = known.outcome == "abandoned" && outcome == "answered";
  if (!outcome.empty() && !known.outcome.empty() && outcome != known.outcome && !told_late) return "a second outcome";
  if (!outcome.empty()) known.outcome = outcome;
  const json_t* commands = json_object_get(line, "commands");
  for (std::size_t i = 0; i < json_array_size(commands); ++i) {
    const json_t* command = json_array_get(commands, i);
    const std::string what = std::string(get_text(command, "verb")) + " " + std::string(get_text(command, "leg"));
    std::string& meant = known.commands[std::string(get_text(command, "id"))];
    if (!meant.empty() && meant != what) return "one command id for " + meant + " and " + what;
    meant = what;
  }
  return {};
}

}  // namespace ringfence::sim
