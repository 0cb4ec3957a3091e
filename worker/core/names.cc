// The names of states, verbs and outcomes as they appear in documents, logs and ladders: written here and nowhere else.
#include <array>
#include <utility>

#include "core/event_kind.h"
#include "core/session.h"

namespace ringfence {
namespace {

template <class Enum, std::size_t N>
std::string_view pick(const std::array<std::string_view, N>& names, Enum value) noexcept {
  const auto index = static_cast<std::size_t>(value);
  return index < N ? names[index] : std::string_view("?");
}

constexpr std::array<std::string_view, 11> kVerbs{"dial",  "answer",   "bridge", "hangup", "speak", "record_start",
                                                  "audit", "transfer", "reject", "gather", "notify"};
constexpr std::array<std::string_view, 4> kOutcomeClasses{"ok", "refused", "not_sent", "unknown"};
constexpr std::array<std::string_view, 10> kWebhooks{"call.initiated",
                                                     "call.answered",
                                                     "call.bridged",
                                                     "call.hangup",
                                                     "call.speak.ended",
                                                     "call.recording.saved",
                                                     "call.recording.error",
                                                     "call.gather.ended",
                                                     "call.machine.detection.ended",
                                                     "other"};
constexpr std::array<std::string_view, kEventKinds> kEventKindNames{
    "initiated",       "answered",      "bridged",          "hangup",        "speak_ended",  "recording_saved",
    "recording_error", "gather_ended",  "machine_detected", "other",         "dial_result",  "answer_result",
    "bridge_result",   "hangup_result", "speak_result",     "record_result", "audit_result", "transfer_result",
    "reject_result",   "gather_result", "notify_result",    "tick",          "device_ready", "cancel"};
constexpr std::array<std::string_view, 11> kPhases{"none",         "ringing",   "answering",    "bridging",
                                                   "transferring", "connected", "vm_answering", "vm_greeting",
                                                   "vm_recording", "closing",   "closed"};
constexpr std::array<std::string_view, 8> kLegStates{"planned",  "dialing", "ringing",        "answered",
                                                     "accepted", "bridged", "ended_inferred", "ended"};
constexpr std::array<std::string_view, 8> kOutcomes{"none",   "answered",   "voicemail", "abandoned",
                                                    "failed", "unanswered", "rejected",  "cancelled"};
constexpr std::array<std::string_view, 3> kParentStates{"ringing", "answered", "ended"};
constexpr std::array<std::string_view, 4> kQuits{"none", "expired", "declined", "screen_failed"};
constexpr std::array<std::string_view, 3> kApologies{"none", "wanted", "over"};
constexpr std::array<std::string_view, 5> kAbouts{"usual", "recording", "please_hold", "live_calls", "ringing"};
constexpr std::array<std::string_view, 9> kDeviceOutcomes{
    "none",   "answered", "answered_elsewhere", "caller_cancelled", "timed_out", "declined", "declined_elsewhere",
    "failed", "cancelled"};
constexpr std::array<std::string_view, 5> kRoutes{"ring", "transfer", "agent", "voicemail", "reject"};
constexpr std::array<std::string_view, 4> kVerifies{"none", "press1", "amd", "press1_if_fast"};
constexpr std::array<std::string_view, 2> kOnRefusals{"ring_on", "stop"};
constexpr std::array<std::string_view, 3> kOnWinnerLosts{"voicemail", "ring_again", "hangup"};
constexpr std::array<std::string_view, 2> kOnUnanswereds{"voicemail", "hangup"};

}  // namespace

std::string_view name_of(Verb verb) noexcept { return pick(kVerbs, verb); }
std::string_view name_of(OutcomeClass outcome) noexcept { return pick(kOutcomeClasses, outcome); }
std::string_view name_of(WebhookType type) noexcept { return pick(kWebhooks, type); }
std::string_view name_of(EventKind kind) noexcept { return pick(kEventKindNames, kind); }
std::string_view name_of(Phase phase) noexcept { return pick(kPhases, phase); }
std::string_view name_of(LegState state) noexcept { return pick(kLegStates, state); }
std::string_view name_of(Outcome outcome) noexcept { return pick(kOutcomes, outcome); }
std::string_view name_of(ParentState state) noexcept { return pick(kParentStates, state); }
std::string_view name_of(Quit quit) noexcept { return pick(kQuits, quit); }
std::string_view name_of(Apology apology) noexcept { return pick(kApologies, apology); }
std::string_view name_of(About about) noexcept { return pick(kAbouts, about); }
std::string_view name_of(DeviceOutcome outcome) noexcept { return pick(kDeviceOutcomes, outcome); }
std::string_view name_of(Route route) noexcept { return pick(kRoutes, route); }
std::string_view name_of(Verify verify) noexcept { return pick(kVerifies, verify); }
std::string_view name_of(OnRefusal what) noexcept { return pick(kOnRefusals, what); }
std::string_view name_of(OnWinnerLost what) noexcept { return pick(kOnWinnerLosts, what); }
std::string_view name_of(OnUnanswered what) noexcept { return pick(kOnUnanswereds, what); }

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
