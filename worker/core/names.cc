// The names of states, verbs and outcomes as they appear in documents, logs and ladders: written here and nowhere else.
#include <array>
#include <utility>

#include "core/event.h"
#include "core/session.h"

namespace ringfence {
namespace {

template <class Enum, std::size_t N>
std::string_view pick(const std::array<std::string_view, N>& names, Enum value) noexcept {
  const auto index = static_cast<std::size_t>(value);
  return index < N ? names[index] : std::string_view("?");
}

constexpr std::array<std::string_view, 7> kVerbs{"dial",  "answer",       "bridge", "hangup",
                                                 "speak", "record_start", "audit"};
constexpr std::array<std::string_view, 4> kOutcomeClasses{"ok", "refused", "not_sent", "unknown"};
constexpr std::array<std::string_view, 8> kWebhooks{
    "call.initiated",   "call.answered",        "call.bridged",         "call.hangup",
    "call.speak.ended", "call.recording.saved", "call.recording.error", "other"};
constexpr std::array<std::string_view, 10> kPhases{"none",      "ringing",      "answering",   "bridging",
                                                   "connected", "vm_answering", "vm_greeting", "vm_recording",
                                                   "closing",   "closed"};
constexpr std::array<std::string_view, 7> kLegStates{"planned", "dialing",        "ringing", "answered",
                                                     "bridged", "ended_inferred", "ended"};
constexpr std::array<std::string_view, 5> kOutcomes{"none", "answered", "voicemail", "abandoned", "failed"};

}  // namespace

std::string_view name_of(Verb verb) noexcept { return pick(kVerbs, verb); }
std::string_view name_of(OutcomeClass outcome) noexcept { return pick(kOutcomeClasses, outcome); }
std::string_view name_of(WebhookType type) noexcept { return pick(kWebhooks, type); }
std::string_view name_of(Phase phase) noexcept { return pick(kPhases, phase); }
std::string_view name_of(LegState state) noexcept { return pick(kLegStates, state); }
std::string_view name_of(Outcome outcome) noexcept { return pick(kOutcomes, outcome); }

bool parse_verb(std::string_view name, Verb& verb) noexcept {
  for (std::size_t i = 0; i < kVerbs.size(); ++i) {
    if (kVerbs[i] == name) {
      verb = static_cast<Verb>(i);
      return true;
    }
  }
  return false;
}

}  // namespace ringfence
