// See explain.h.
#include "history/explain.h"

#include <algorithm>
#include <cstdio>

#include "core/mask.h"
#include "core/outcome.h"
#include "core/rules.h"
#include "core/stray.h"
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
    if (s_.legs.empty() && !is_lost(s_) && s_.outcome != Outcome::rejected)
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
    const int by = speaker(s_);
    return by < 0 ? "nobody" : s_.legs[static_cast<std::size_t>(by)].destination.device;
  }

  // As much of a number as tells it from others.
  [[nodiscard]] static std::string ending(std::string_view number) {
    constexpr std::size_t kShown = 4;
    if (!number.starts_with('+')) return number.empty() || number == "anonymous" ? "a withheld number" : "a device";
    return "a number ending in " + std::string(number.substr(number.size() - std::min(kShown, number.size())));
  }

  void begin() {
    if (is_lost(s_)) {
      lines_.push_back("A call of which the store knows no beginning" + when() +
                       ": its session was lost, or it never was offered to us.");
      return;
    }
    const std::string whom = s_.plan.user.empty() ? "" : s_.plan.organisation + "/" + s_.plan.user;
    std::string line = s_.plan.outbound && !whom.empty() ? whom : capital(ending(s_.parent.from));
    line += " called " + ending(s_.parent.to) + when();
    if (!s_.plan.outbound && !whom.empty()) line += ", for " + whom;
    if (!s_.plan.name.empty()) line += ", by ring plan " + s_.plan.name;
    lines_.push_back(line + ".");
    if (!s_.plan.note.empty() && !s_.legs.empty()) lines_.push_back("Note: " + s_.plan.note + ".");
  }

  [[nodiscard]] std::string when() const { return s_.created_ms == 0 ? "" : " at " + format_utc(s_.created_ms); }
  [[nodiscard]] static std::string capital(std::string text) {
    if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
    return text;
  }

  // Another leg before it was its device's.
  [[nodiscard]] bool is_later_leg(std::size_t index) const {
    const auto same = [&](const Leg& leg) { return leg.destination.device == s_.legs[index].destination.device; };
    return std::any_of(s_.legs.begin(), s_.legs.begin() + static_cast<std::ptrdiff_t>(index), same);
  }
  [[nodiscard]] bool is_twin(std::size_t index) const {
    const Leg& leg = s_.legs[index];
    return leg.rung_again && leg.quit == Quit::expired && leg.dialled_ms == 0 && is_later_leg(index);
  }

  [[nodiscard]] std::string why_it_rang(std::size_t index) const {
    const Leg& leg = s_.legs[index];
    const std::string& device = leg.destination.device;
    if (leg.dialled_ms == 0 && is_twin(index)) return "The provider made a second call to " + device + " of one dial.";
    if (leg.dialled_ms == 0 && is_lost(s_)) return "One phone of it was seen.";
    if (leg.dialled_ms == 0) return device + " was not rung.";
    const bool transferred = s_.plan.route == Route::transfer || s_.plan.route == Route::agent;
    std::string line = device + " was rung at " + at(leg.dialled_ms);
    const Millis planned_ms = s_.ring_started_ms + leg.destination.after_ms;
    if (transferred) {
      line += " by a transfer: the provider rings it and connects the two";
    } else if (is_later_leg(index)) {
      line += static_cast<int>(index) < s_.round_first || s_.round_first == 0 ? ", when it registered" : ", once more";
    } else if (leg.dialled_ms > leg.dial_at_ms + kPunctualMs && leg.dial_at_ms != 0) {
      line += ", later than its turn at " + at(leg.dial_at_ms) + ": it waited for a free channel";
    } else if (leg.destination.after_ms > 0 && leg.dialled_ms + kPunctualMs < planned_ms) {
      line += ", earlier than its turn at " + at(planned_ms) + ": nothing was ringing any more";
    } else if (leg.destination.after_ms > 0) {
      line += ", when its turn came";
    } else {
      line += ", at once";
    }
    if (leg.ringing_ms != 0) line += "; it rang from " + at(leg.ringing_ms) + " on";
    if (leg.answered_ms != 0)
      line += (leg.ringing_ms != 0 ? ", and was answered at " : "; it was answered at ") + at(leg.answered_ms);
    return line + ".";
  }

  [[nodiscard]] std::string because(std::size_t index) const {
    const Leg& leg = s_.legs[index];
    switch (device_outcome(s_, index)) {
      case DeviceOutcome::none:
        return why_again(index);
      case DeviceOutcome::answered:
        return who_ended();
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

  // A leg whose device has a later one.
  [[nodiscard]] std::string why_again(std::size_t index) const {
    const Leg& leg = s_.legs[index];
    if (!leg.rung_again) return "";
    if (is_twin(index)) return "we ended it: one phone, one ring";
    if (static_cast<int>(index) < s_.round_first) return "who took the call was lost, and the others were rung again";
    return "it could not be reached" + (leg.ending.cause.empty() ? "" : " (" + leg.ending.cause + ")") +
           ", and registered later";
  }

  [[nodiscard]] std::string who_ended() const {
    if (s_.cancelled) return "an operator ended the call";
    if (s_.parent.hangup_attempt == 0) return "the caller hung up";
    return winner() + " hung up";
  }

  [[nodiscard]] static std::string failure(std::string_view reason, const Leg& leg) {
    constexpr std::pair<std::string_view, std::string_view> kWords[] = {
        {"capacity", "the provider had no channel left"},
        {"refused", "the provider refused the dial"},
        {"unreachable", "the device could not be reached"},
        {"busy", "it was busy"},
        {"machine", "a machine answered, not a person"},
        {"unproved", "nobody pressed 1 there, so it may have been a machine"},
        {"left", "whoever answered hung up again before the caller was put through"},
        {"bridge", "it answered, and the caller could not be put through to it"},
        {"lost", "the call was over before it could ring"}};
    for (const auto& [name, words] : kWords) {
      if (name != reason) continue;
      return std::string(words) + (leg.ending.cause.empty() ? "" : " (" + leg.ending.cause + ")");
    }
    return "it failed";
  }

  [[nodiscard]] std::string why_it_stopped(std::size_t index) const {
    const Leg& leg = s_.legs[index];
    if (!leg.ended()) {
      if (leg.dialled_ms == 0 && !is_lost(s_)) return "Its turn may still come.";
      if (!want_dead(s_, index)) return "It has not ended yet.";
      const std::string times = std::to_string(leg.hangup_attempt) + (leg.hangup_attempt == 1 ? " time" : " times");
      return "It is to end, and was hung up " + times + "; that it did is not proved yet.";
    }
    const std::string reason = because(index);
    if (reason.empty() || is_lost(s_)) return "It ended at " + at(leg.ended_ms) + ".";
    if (leg.dialled_ms == 0) return "That is because " + reason + ".";
    std::string line = "It ended at " + at(leg.ended_ms) + " because " + reason + ".";
    if (leg.apology != Apology::none) line += " Whoever answered there too late was told so first.";
    if (leg.state == LegState::ended_inferred) line += " That it ended is concluded; the provider has not said so.";
    return line;
  }

  [[nodiscard]] std::string conversation() const {
    const Millis from_ms = s_.parent.bridged_ms != 0 ? s_.parent.bridged_ms : s_.claimed_ms;
    std::string line = "The call was answered by " + winner() + "; the two were connected at " + at(from_ms);
    if (s_.phase == Phase::connected) return line + " and are talking.";
    if (s_.parent.ended_ms != 0) line += ", until " + who_ended() + " at " + at(s_.parent.ended_ms);
    if (s_.plan.no_record) return line + ". It was not to be recorded.";
    return line + (s_.recording_saved ? ". It was recorded." : ". No recording of it is known.");
  }

  [[nodiscard]] std::string voicemail() const {
    std::string line = "Voicemail took the call";
    if (s_.parent.answered_ms != 0 && s_.winner < 0) line += " at " + at(s_.parent.answered_ms);
    const bool lost = s_.winner >= 0 && s_.legs[static_cast<std::size_t>(s_.winner)].answered_ms != 0;
    if (lost) {
      line += " because the caller could not be put through to " + winner();
    } else if (!s_.legs.empty()) {
      line += " because nobody had taken it";
    }
    if (s_.recording_saved) return line + "; the caller left a message.";
    return line + (rules::is_over(s_.phase) ? "; no message is known of." : ", and still has it.");
  }

  [[nodiscard]] std::string going_on() const {
    constexpr std::pair<Phase, std::string_view> kWords[] = {
        {Phase::ringing, "Phones ring, and the caller hears it."},
        {Phase::answering, "Somebody answered; the caller is being answered, too."},
        {Phase::bridging, "The two are being connected."},
        {Phase::transferring, "The provider rings and connects the only destination."},
        {Phase::vm_answering, "Nobody took it; voicemail is answering the caller."},
        {Phase::closing, "It is over; the last proofs are waited for."}};
    for (const auto& [phase, words] : kWords) {
      if (phase == s_.phase) return "The call goes on. " + std::string(words);
    }
    return "The call goes on; its phase is " + std::string(name_of(s_.phase)) + ".";
  }

  [[nodiscard]] std::string ending_of_call() const {
    const std::string when = s_.parent.ended_ms == 0 ? "" : " at " + at(s_.parent.ended_ms);
    switch (s_.outcome) {
      case Outcome::none:
        return going_on();
      case Outcome::answered:
        return conversation();
      case Outcome::voicemail:
        return voicemail();
      case Outcome::abandoned:
        if (is_lost(s_)) return "Its end was seen" + when + ".";
        return "The caller hung up" + when + ", before " +
               (s_.winner < 0 ? "anybody took the call." : "being put through to " + winner() + ".");
      case Outcome::unanswered:
        return "Nobody took the call, and it was ended" + when + ".";
      case Outcome::rejected:
        return "The call was not taken: " + (s_.plan.note.empty() ? "its caller is blocked" : s_.plan.note) + ".";
      case Outcome::cancelled:
        return "An operator ended the call" + when + ".";
      case Outcome::failed:
        return is_lost(s_) ? "What was left of it was ended." : "The call failed: the caller could not be answered.";
    }
    return {};
  }

  void end() {
    lines_.push_back(ending_of_call());
    if (s_.phase != Phase::closed && s_.outcome != Outcome::none && rules::is_over(s_.phase)) {
      lines_.push_back("The last proofs that everything ended are waited for.");
    }
  }

  const Session& s_;
  std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> explain(const Session& session) { return Teller(session).tell(); }

}  // namespace ringfence
