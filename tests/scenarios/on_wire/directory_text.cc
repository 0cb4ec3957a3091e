// See directory_text.h.
#include "directory_text.h"

#include <algorithm>
#include <ctime>

#include "core/utc_time.h"
#include "shared/conf_values.h"

namespace ringfence::scenario {
namespace {

// "w12-" -> "12"
std::string digits_of(const std::string& call) { return call.substr(1, call.size() - 2); }

std::string number(const std::string& prefix, const Script& script) {
  const std::string digits = digits_of(script.call);
  return prefix + std::string(6 - std::min<std::size_t>(6, digits.size()), '0') + digits;
}

std::string credential(const Script& script, const std::string& device) {
  return "gencred" + digits_of(script.call) + device;
}

class Writer {
 public:
  Writer(const Script& script, double stretch, const std::set<std::string>& awake)
      : script_(script), plan_(script.plan), stretch_(stretch), awake_(awake), place_(place_of(script)) {}

  std::string text() {
    line("organisation " + place_.organisation + " {");
    if (plan_.max_channels > 0) line("channels " + std::to_string(plan_.max_channels) + ";");
    if (plan_.no_record) line("record off;");
    if (plan_.route == Route::ring) line("single_device ring;");
    if (plan_.route == Route::reject && !plan_.outbound) {
      line("block " + place_.from + ";");
      if (plan_.busy) line("reject_as busy;");
    }
    if (plan_.route == Route::agent) line("agent " + script_.devices.front() + " { to sip:agent@agents.example.com; }");
    user();
    const std::string receiver =
        plan_.route == Route::agent ? "agent " + script_.devices.front() : "ring " + place_.user;
    if (!plan_.outbound) line("number " + place_.to + " { " + receiver + "; }");
    line("}");
    return text_;
  }

 private:
  void line(const std::string& text) { text_ += text + "\n"; }
  std::string span(Millis ms) const { return duration_text(static_cast<Millis>(static_cast<double>(ms) * stretch_)); }

  void user() {
    line("user " + place_.user + " {");
    if (plan_.outbound) {  // our own device is the one that calls; the other side is no device of ours
      device("phone", Verify::none, true);
      if (plan_.route == Route::reject) line("outbound { block " + place_.to + "; }");
    } else if (plan_.route != Route::agent) {
      for (const Destination& to : plan_.destinations) device(to.device, to.verify, true);
      for (const Line& one : script_.lines) late_device(one);
    }
    if (needs_plan()) ring_plan();
    line("}");
  }

  void device(const std::string& name, Verify verify, bool awake) {
    text_ += "device " + name + " { sip_username " + credential(script_, name) + "; credential_expires_at never;";
    if (awake) text_ += " last_active_at " + format_utc(std::time(nullptr) * Millis{1000}) + ";";
    if (verify != Verify::none) text_ += " verify " + std::string(name_of(verify)) + ";";
    line(" }");
  }

  void late_device(const Line& line) {
    const auto& words = line.event;
    if (words.size() < 3 || words[0] != "device") return;
    const bool planned = std::ranges::find(script_.devices, words[1]) != script_.devices.end();
    if (planned || !late_.insert(words[1]).second) return;
    Destination to;  // "device B ready press1": what stands behind the third word is what it has to do
    std::vector<std::string> described = {words[1]};
    described.insert(described.end(), words.begin() + 3, words.end());
    const Verify verify = parse_device(described, to) ? to.verify : Verify::none;
    device(words[1], verify, awake_.contains(words[1]));
  }

  // What "all devices at once" cannot say.
  bool needs_plan() const {
    if (plan_.destinations.empty() || plan_.outbound || plan_.route == Route::agent) return false;
    const auto timed = [](const Destination& to) { return to.after_ms != 0 || to.timeout_ms != 0 || to.priority != 0; };
    const RingPlan usual;
    return std::ranges::any_of(plan_.destinations, timed) || plan_.ring_ms != 0 || plan_.hold_losers_ms != 0 ||
           plan_.on_decline != usual.on_decline || plan_.on_busy != usual.on_busy ||
           plan_.on_winner_lost != usual.on_winner_lost || plan_.on_unanswered != usual.on_unanswered;
  }

  void ring_plan() {
    line("plan p { wave {");
    for (const Destination& to : plan_.destinations) {
      text_ += "device " + to.device;
      if (to.after_ms != 0) text_ += " delay=" + span(to.after_ms);
      if (to.timeout_ms != 0) text_ += " timeout=" + span(to.timeout_ms);
      if (to.priority != 0) text_ += " priority=" + std::to_string(to.priority);
      line(";");
    }
    line("}");
    if (plan_.ring_ms != 0) line("ring " + span(plan_.ring_ms) + ";");
    if (plan_.hold_losers_ms != 0) line("hold_losers " + span(plan_.hold_losers_ms) + ";");
    line("on_decline " + std::string(name_of(plan_.on_decline)) + ";");
    line("on_busy " + std::string(name_of(plan_.on_busy)) + ";");
    line("on_winner_lost " + std::string(name_of(plan_.on_winner_lost)) + ";");
    line("on_unanswered " + std::string(name_of(plan_.on_unanswered)) + ";");
    line("}");
    line("plan p;");
  }

  const Script& script_;
  const RingPlan& plan_;
  double stretch_;
  const std::set<std::string>& awake_;
  Place place_;
  std::set<std::string> late_;
  std::string text_;
};

}  // namespace

Place place_of(const Script& script) {
  Place place{.organisation = "org" + digits_of(script.call), .user = "user", .from = {}, .to = {}};
  place.from = script.plan.outbound ? credential(script, "phone") : number("+4917", script);
  place.to = number("+4930", script);
  return place;
}

std::string directory_text(const Script& script, double stretch, const std::set<std::string>& awake) {
  return Writer(script, stretch, awake).text();
}

}  // namespace ringfence::scenario
