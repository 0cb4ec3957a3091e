// See explain.h.
#include "history/explain.h"

#include <algorithm>
#include <cstdio>

#include "core/mask.h"
#include "core/outcome.h"
#include "core/utc_time.h"

namespace ringfence {
namespace {

// Between planned and dialled there is a commit and a tick; more than this has a reason.
constexpr Millis kPunctualMs = 250;

class Teller {
 public:
  explicit Teller(const Session& session) : s_(session) {}

  std::vector<std::string> tell() {
    begin();
    for (std::size_t i = 0; i < s_.legs.size(); ++i) lines_.push_back(why_it_rang(i) + " " + why_it_stopped(i));
    if (s_.legs.empty())
      lines_.push_back("No device was rung" + (s_.plan.note.empty() ? "." : ": " + s_.plan.note + "."));
    end();
    return std::move(lines_);
  }

 private:
  [[nodiscard]] std::string at(Millis moment_ms) const {
    const Millis span_ms = std::max<Millis>(0, moment_ms - s_.created_ms);
    char text[32];
    std::snprintf(text, sizeof text, "+%lld.%03llds", static_cast<long long>(span_ms / 1000),
                  static_cast<long long>(span_ms % 1000));
    return text;
  }
  [[nodiscard]] std::string winner() const {
    return s_.winner < 0 ? "nobody" : s_.legs[static_cast<std::size_t>(s_.winner)].destination.device;
  }

  void begin() {
    std::string line =
        mask_number(s_.parent.from) + " called " + mask_number(s_.parent.to) + " at " + format_utc(s_.created_ms);
    if (!s_.plan.user.empty()) line += " for " + s_.plan.organisation + "/" + s_.plan.user;
    if (!s_.plan.name.empty()) line += ", ring plan " + s_.plan.name;
    lines_.push_back(line + ".");
    if (!s_.plan.note.empty() && !s_.legs.empty()) lines_.push_back("Note: " + s_.plan.note + ".");
  }

  [[nodiscard]] std::string why_it_rang(std::size_t index) const {
    const Leg& leg = s_.legs[index];
    const std::string& device = leg.destination.device;
    if (leg.dialled_ms == 0) return device + " was not rung.";
    std::string line = device + " was rung at " + at(leg.dialled_ms);
    const auto same = [&](const Leg& other) { return other.destination.device == device; };
    const bool again = std::any_of(s_.legs.begin(), s_.legs.begin() + static_cast<std::ptrdiff_t>(index), same);
    const Millis planned_ms = s_.ring_started_ms + leg.destination.after_ms;
    if (again) {
      line += ", once more";
    } else if (leg.dialled_ms > leg.dial_at_ms + kPunctualMs && leg.dial_at_ms != 0) {
      line += ", later than its turn at " + at(leg.dial_at_ms) + ": it waited for a free channel";
    } else if (leg.destination.after_ms > 0 && leg.dialled_ms + kPunctualMs < planned_ms) {
      line += ", earlier than its turn at " + at(planned_ms) + ": nothing was ringing any more";
    } else if (leg.destination.after_ms > 0) {
      line += ", when its turn came";
    } else {
      line += ", at once";
    }
    if (leg.ringing_ms != 0) line += ", and made itself heard from " + at(leg.ringing_ms);
    if (leg.answered_ms != 0)
      line += (leg.ringing_ms != 0 ? "; it was answered at " : ", and answered at ") + at(leg.answered_ms);
    return line + ".";
  }

  [[nodiscard]] std::string because(std::size_t index) const {
    const Leg& leg = s_.legs[index];
    switch (device_outcome(s_, index)) {
      case DeviceOutcome::none:
        return leg.rung_again ? "the call was lost and everybody was rung again" : "";
      case DeviceOutcome::answered:
        return "the conversation was over";
      case DeviceOutcome::answered_elsewhere:
        return winner() + " took the call";
      case DeviceOutcome::caller_cancelled:
        return "the caller hung up";
      case DeviceOutcome::timed_out:
        return "nobody took it in its time";
      case DeviceOutcome::declined:
        return "it was declined there";
      case DeviceOutcome::declined_elsewhere:
        return "another device refused the call for all";
      case DeviceOutcome::cancelled:
        return "an operator ended the call";
      case DeviceOutcome::failed:
        return failure(reason_of(s_, index), leg);
    }
    return {};
  }

  [[nodiscard]] static std::string failure(std::string_view reason, const Leg& leg) {
    constexpr std::pair<std::string_view, std::string_view> kWords[] = {
        {"capacity", "the provider had no channel left"},
        {"refused", "the provider refused the dial"},
        {"unreachable", "the device could not be reached"},
        {"busy", "it was busy"},
        {"machine", "a machine answered, not a person"},
        {"unproved", "no key was pressed, so that no person was proved"},
        {"left", "the person hung up again before the caller was there"},
        {"bridge", "the two could not be connected"},
        {"lost", "the call was over before it could ring"}};
    for (const auto& [name, words] : kWords) {
      if (name != reason) continue;
      return std::string(words) + (leg.cause.empty() ? "" : " (" + leg.cause + ")");
    }
    return "it failed";
  }

  [[nodiscard]] std::string why_it_stopped(std::size_t index) const {
    const Leg& leg = s_.legs[index];
    if (!leg.ended()) return leg.dialled_ms == 0 ? "Its turn may still come." : "It has not ended yet.";
    const std::string reason = because(index);
    if (reason.empty()) return "It ended at " + at(leg.ended_ms) + ".";
    if (leg.dialled_ms == 0) return "That is because " + reason + ".";
    std::string line = "It ended at " + at(leg.ended_ms) + " because " + reason + ".";
    if (leg.apology != Apology::none) line += " Whoever answered there too late was told so first.";
    if (leg.state == LegState::ended_inferred) line += " That it ended is concluded; the provider has not said so.";
    return line;
  }

  void end() {
    switch (s_.outcome) {
      case Outcome::none:
        lines_.push_back("The call goes on; its phase is " + std::string(name_of(s_.phase)) + ".");
        return;
      case Outcome::answered:
        lines_.push_back("The call was answered by " + winner() + ".");
        return;
      case Outcome::voicemail:
        lines_.push_back(std::string("The caller came to voicemail") +
                         (s_.recording_saved ? ", and left a message." : "; no message is known of."));
        return;
      case Outcome::abandoned:
        lines_.push_back("The caller hung up before anybody took the call.");
        return;
      case Outcome::unanswered:
        lines_.push_back("Nobody took the call, and it was ended.");
        return;
      case Outcome::rejected:
        lines_.push_back("The call was not taken: its caller is blocked.");
        return;
      case Outcome::cancelled:
        lines_.push_back("An operator ended the call.");
        return;
      case Outcome::failed:
        lines_.push_back("The call failed.");
        return;
    }
  }

  const Session& s_;
  std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> explain(const Session& session) { return Teller(session).tell(); }

}  // namespace ringfence
