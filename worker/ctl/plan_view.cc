// See plan_view.h.
#include "ctl/plan_view.h"

#include <algorithm>
#include <array>

#include "directory/plan_timeline.h"
#include "shared/conf_values.h"

namespace ringfence::ctl {
namespace {

constexpr std::size_t kColumns = 50;

// 12s, 12.5s, 2m 05s: as people say it.
std::string seconds(Millis ms) {
  if (ms % 1000 != 0 && ms < 60'000) {
    std::string tenths = std::to_string(ms / 100);
    if (tenths.size() == 1) tenths = "0" + tenths;
    return tenths.substr(0, tenths.size() - 1) + "." + tenths.back() + "s";
  }
  return ms < 120'000 ? std::to_string(ms / 1000) + "s" : duration(ms);
}

class Picture {
 public:
  Picture(const Look& look, const RingPlan& plan, const PlanRules& rules)
      : look_(look), plan_(plan), rules_(rules), time_(timeline(plan, rules)) {
    over_ms_ = std::max<Millis>(time_.over_ms, 1000);
    for (const TimelineRow& row : time_.rows) over_ms_ = std::max(over_ms_, row.screened_ms);
    for (const Destination& to : plan.destinations) name_width_ = std::max(name_width_, width_of(to.device));
    name_width_ += 2;
  }

  std::string draw() const {
    std::string out = axis();
    bool screens = false, waits = false;
    for (const TimelineRow& row : time_.rows) {
      out += device(row);
      screens = screens || (row.rings && row.screened_ms > row.until_ms);
      waits = waits || row.waited_ms > 0;
    }
    const std::string after = plan_.on_unanswered == OnUnanswered::voicemail ? "voicemail" : "hang up";
    std::string line = padded(after, name_width_) + std::string(column(time_.over_ms), ' ');
    line += painted(look_, Paint::magenta, look_.utf8 ? "▶" : ">");
    line += std::string(kColumns + 2 - std::min(kColumns + 1, column(time_.over_ms)) - 1, ' ');
    out += line + "after " + seconds(time_.over_ms) + ", when nobody has answered\n";
    if (screens || waits) out += legend(screens, waits);
    return out;
  }

 private:
  std::size_t column(Millis at_ms) const {
    return static_cast<std::size_t>((at_ms * static_cast<Millis>(kColumns) + over_ms_ / 2) / over_ms_);
  }

  // Ticks far enough apart for their texts.
  std::string axis() const {
    constexpr std::array<Millis, 9> kSteps{1000, 2000, 5000, 10'000, 15'000, 30'000, 60'000, 120'000, 300'000};
    Millis step_ms = kSteps.back();
    for (const Millis one : kSteps) {
      if (over_ms_ / one > 6) continue;
      step_ms = one;
      break;
    }
    std::string line(name_width_, ' ');
    for (Millis at_ms = 0; at_ms <= over_ms_; at_ms += step_ms) {
      const std::size_t place = name_width_ + column(at_ms);
      if (line.size() < place) line.resize(place, ' ');
      line += seconds(at_ms);
    }
    return painted(look_, Paint::dim, line) + "\n";
  }

  std::string bar(std::size_t count, std::string_view utf8, char ascii, Paint paint) const {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += look_.utf8 ? std::string(utf8) : std::string(1, ascii);
    return painted(look_, paint, text);
  }

  std::string device(const TimelineRow& row) const {
    const Destination& to = plan_.destinations[row.destination];
    std::string line = padded(printable(to.device), name_width_);
    if (!row.rings) {
      return line + bar(kColumns, "·", '.', Paint::dim) + "  waits for a channel until it is too late\n";
    }
    const std::size_t waits = column(row.from_ms - row.waited_ms), from = column(row.from_ms);
    const std::size_t until = std::max(from + 1, column(row.until_ms));
    const std::size_t screened = std::max(until, column(row.screened_ms));
    line += std::string(waits, ' ') + bar(from - waits, "·", '.', Paint::dim);
    line += bar(until - from, "█", '#', Paint::green) + bar(screened - until, "░", ':', Paint::yellow);
    line += std::string(kColumns + 2 - std::min(kColumns + 1, screened), ' ');
    return line + words(row, to) + "\n";
  }

  std::string words(const TimelineRow& row, const Destination& to) const {
    std::string text = seconds(row.from_ms) + " to " + seconds(row.until_ms);
    if (to.verify == Verify::press1) text += ", an answer counts with a key pressed";
    if (to.verify == Verify::amd) text += ", an answer counts when it is a person's";
    if (to.verify == Verify::press1_if_fast) {
      text += ", an answer within " + seconds(rules_.fast_answer_ms) + " counts with a key pressed";
    }
    if (to.verify != Verify::none) text += " (" + seconds(rules_.screen_ms) + " for that)";
    if (row.waited_ms > 0) text += ", after " + seconds(row.waited_ms) + " without a free channel";
    if (row.early_ms > 0) text += ", " + seconds(row.early_ms) + " early as nothing else rings";
    if (to.priority != 0) text += ", priority " + std::to_string(to.priority);
    return text;
  }

  std::string legend(bool screens, bool waits) const {
    std::string text = std::string(name_width_, ' ') + bar(2, "█", '#', Paint::green) + " rings";
    if (screens) text += "  " + bar(2, "░", ':', Paint::yellow) + " an answer proves itself";
    if (waits) text += "  " + bar(2, "·", '.', Paint::dim) + " waits for a channel";
    return text + "\n";
  }

  const Look& look_;
  const RingPlan& plan_;
  const PlanRules& rules_;
  Timeline time_;
  Millis over_ms_ = 0;
  std::size_t name_width_ = 9;
};

std::string rules_text(const RingPlan& plan) {
  std::string out;
  const auto line = [&](const std::string& text) { out += "  " + text + "\n"; };
  if (plan.max_channels > 0 && static_cast<std::size_t>(plan.max_channels) < plan.destinations.size())
    line("at most " + counted(plan.max_channels, "call") + " to devices at once");
  if (plan.on_decline == OnRefusal::stop) line("one device declines: nobody rings any more");
  if (plan.on_busy == OnRefusal::stop) line("one device is busy: nobody rings any more");
  if (plan.hold_losers_ms > 0) {
    line("the others ring on for up to " + seconds(plan.hold_losers_ms) + ", until the one who answered is connected");
  }
  if (plan.on_winner_lost == OnWinnerLost::ring_again) {
    line("whoever answered is lost before the call is through: the others are rung again, once");
  } else if (plan.on_winner_lost == OnWinnerLost::hangup) {
    line("whoever answered is lost before the call is through: the call ends");
  }
  if (plan.no_record) line("the conversation is not recorded");
  return out;
}

std::string headline(const RingPlan& plan) {
  switch (plan.route) {
    case Route::ring:
      return plan.name.empty() ? "rings all devices at once" : "rings by plan " + plan.name;
    case Route::transfer:
      return plan.outbound ? "calls out, transferred by the provider"
                           : "rings one device, transferred by the provider: the caller hears its ringing";
    case Route::agent:
      return "answered at once and given to agent " + (plan.destinations.empty() ? "" : plan.destinations[0].device);
    case Route::voicemail:
      return "voicemail at once, nobody is rung";
    case Route::reject:
      return plan.outbound ? "hung up" : plan.busy ? "rejected as busy" : "rejected";
  }
  return {};
}

}  // namespace

std::string plan_view(const Look& look, const RingPlan& plan, const std::vector<std::string>& why,
                      const PlanRules& rules) {
  std::string out;
  for (const std::string& step : why) out += (look.utf8 ? "  · " : "  - ") + printable(step) + "\n";
  out += (look.utf8 ? "  → " : "  -> ") + painted(look, Paint::bold, printable(headline(plan))) + "\n";
  if (!plan.caller_id.empty()) out += "  shows " + printable(plan.caller_id) + "\n";
  if (plan.route == Route::ring || plan.route == Route::transfer) {
    out += rules_text(plan) + "\n" + Picture(look, plan, rules).draw();
  }
  for (const SipHeader& header : plan.headers) out += "    " + printable(header.name + ": " + header.value) + "\n";
  return out;
}

Json plan_json(const RingPlan& plan, const std::vector<std::string>& why, const PlanRules& rules) {
  Json out = json_object_new();
  for (const auto& [key, value] : {std::pair<const char*, std::string_view>{"route", name_of(plan.route)},
                                   {"organisation", plan.organisation},
                                   {"user", plan.user},
                                   {"plan", plan.name},
                                   {"note", plan.note},
                                   {"on_unanswered", name_of(plan.on_unanswered)}}) {
    set_text(out.get(), key, value);
  }
  Json steps = json_array_new();
  for (const std::string& step : why) append_json(steps.get(), Json(json_string(step.c_str())));
  set_json(out.get(), "why", std::move(steps));
  const Timeline time = timeline(plan, rules);
  Json rows = json_array_new();
  for (const TimelineRow& row : time.rows) {
    const Destination& to = plan.destinations[row.destination];
    Json one = json_object_new();
    set_text(one.get(), "device", to.device);
    set_text(one.get(), "to", to.to);
    set_text(one.get(), "verify", name_of(to.verify));
    set_bool(one.get(), "rings", row.rings);
    set_int(one.get(), "from_ms", row.from_ms);
    set_int(one.get(), "until_ms", row.until_ms);
    set_int(one.get(), "screened_ms", row.screened_ms);
    append_json(rows.get(), std::move(one));
  }
  set_json(out.get(), "devices", std::move(rows));
  set_int(out.get(), "over_ms", time.over_ms);
  return out;
}

}  // namespace ringfence::ctl
